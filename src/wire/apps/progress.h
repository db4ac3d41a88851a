#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "apps/apps.h"
#include "net/flow.h"

namespace lab::wire::apps {

/// A start as it goes, as server-sent events, until it is ready or has failed, or `is_stopping`. What it is given must outlive it.
std::shared_ptr<net::FlowSource> create_progress_source(const lab::apps::Apps& apps, std::string name, const std::atomic<bool>& is_stopping);

}  // namespace lab::wire::apps
