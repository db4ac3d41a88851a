#pragma once

#include <span>

#include "net/router.h"
#include "wire/hub/call.h"

namespace lab::wire::hub {

/// All that the door answers itself; everything under `/user/` goes to notebook servers.
std::span<const net::Route<Action>> routes();

}  // namespace lab::wire::hub
