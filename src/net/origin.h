#pragma once

#include <span>
#include <string>
#include <string_view>

#include "net/http.h"

namespace lab::net {

/// The name in the Host header without its port, in brackets for IPv6; empty without the header.
std::string_view host_name(const Request& request);

/// Whether the Host header names this machine or one of `hosts`, with whatever port: a page of elsewhere whose name was
/// made to point here (DNS rebinding) names itself.
bool is_known_host(const Request& request, std::string_view listen_address, std::span<const std::string> hosts);

/// Whether a browser says that the request comes from a page of another origin. Programs, which say nothing, are no browsers.
bool is_cross_site(const Request& request);

}  // namespace lab::net
