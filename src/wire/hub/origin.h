#pragma once

#include <span>
#include <string>
#include <string_view>

#include "net/http.h"

namespace lab::wire::hub {

/// Whether the Host header names this machine or one of `hosts`, with whatever port: a page of elsewhere whose name was
/// made to point here (DNS rebinding) names itself.
bool is_known_host(const net::Request& request, std::string_view listen_address, std::span<const std::string> hosts);

/// Whether a browser says that the request comes from a page of another origin. Programs, which say nothing, are no browsers.
bool is_cross_site(const net::Request& request);

/// Where to go behind a log-in: `wanted` when it is a path of this door (`/hub/…`, `/user/…`), otherwise the home page.
std::string safe_next(std::string_view wanted);

}  // namespace lab::wire::hub
