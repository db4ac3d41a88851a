#pragma once

#include <cstdint>
#include <string>

namespace lab::app {

/// ` by python3 (process 4711)`, as far as /proc lets us see; empty when it does not.
std::string describe_port_owner(std::uint16_t port);
/// The first port behind `port` on which loopback can be listened.
std::uint16_t next_free_port(std::uint16_t port);

}  // namespace lab::app
