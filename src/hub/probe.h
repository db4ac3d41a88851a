#pragma once

#include <cstdint>
#include <string>

namespace lab::hub {

/// A port of this machine that nobody listens on now.
std::uint16_t free_port();

/// The status with which an HTTP server answers a GET of `path` on 127.0.0.1:`port`, 0 when none does; waits half a second at most.
int ask_http_status(std::uint16_t port, const std::string& path);

/// Whether an HTTP server answers a GET of `path` on 127.0.0.1:`port`, whatever it says; waits half a second at most.
bool answers_http(std::uint16_t port, const std::string& path);

}  // namespace lab::hub
