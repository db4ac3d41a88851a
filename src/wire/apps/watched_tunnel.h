#pragma once

#include <functional>
#include <memory>

#include "net/flow.h"

namespace lab::wire::apps {

/// A WebSocket of an app: `inner`, looked at as it flows. `on_use` is called when data has moved, at most once a second; `may_stay` is asked every few seconds in which
/// anything moves, and the connection ends when it says no. Both are called on the connection's thread and must be quick.
std::shared_ptr<net::Tunnel> create_watched_tunnel(std::shared_ptr<net::Tunnel> inner, std::function<void()> on_use, std::function<bool()> may_stay);

/// The body of an answer of an app: `inner`; `keep` lives as long as it.
std::shared_ptr<net::FlowSource> create_kept_source(std::shared_ptr<net::FlowSource> inner, std::shared_ptr<void> keep);

}  // namespace lab::wire::apps
