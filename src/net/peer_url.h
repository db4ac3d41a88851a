#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http_client.h"

namespace lab::net {

/// An `http` or `https` address that somebody gave for the lab to ask.
struct PeerUrl {
  ServerAddress server;
  std::string target;  ///< path and query
  /// For the Host header.
  std::string host() const;
};

/// Absent for what is no such address, or has a user in it.
std::optional<PeerUrl> parse_peer_url(std::string_view text);

}  // namespace lab::net
