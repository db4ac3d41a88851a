#pragma once

#include <string>

#include "wire/hub/call.h"

namespace lab::wire::hub {

/// `http://localhost:8501`: the door of apps under the name by which `request` reached this one; empty while that door is shut.
std::string apps_origin(const Service& service, const net::Request& request);

}  // namespace lab::wire::hub
