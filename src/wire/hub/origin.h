#pragma once

#include <string>
#include <string_view>

#include "net/origin.h"

namespace lab::wire::hub {

using net::is_cross_site;
using net::is_known_host;

/// Where to go behind a log-in: `wanted` when it is a path of this door (`/hub/…`, `/user/…`), otherwise the home page.
std::string safe_next(std::string_view wanted);

}  // namespace lab::wire::hub
