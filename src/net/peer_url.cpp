#include "net/peer_url.h"

#include <charconv>

namespace lab::net {

std::string PeerUrl::host() const {
  const std::string name = server.host.find(':') == std::string::npos ? server.host : "[" + server.host + "]";
  const bool is_usual = server.port == (server.has_tls ? 443 : 80);
  return is_usual ? name : name + ":" + std::to_string(server.port);
}

std::optional<PeerUrl> parse_peer_url(std::string_view text) {
  PeerUrl url;
  url.server.has_tls = text.starts_with("https://");
  if (!url.server.has_tls && !text.starts_with("http://")) return std::nullopt;
  text.remove_prefix(url.server.has_tls ? 8 : 7);
  const auto path = text.find_first_of("/?#");
  std::string_view authority = text.substr(0, path);
  const std::string_view rest = path == std::string_view::npos ? std::string_view() : text.substr(path);
  url.target = std::string(rest.substr(0, rest.find('#')));
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  for (const char c : url.target)
    if (c <= ' ' || c == 127) return std::nullopt;
  const auto bracket = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  url.server.port = url.server.has_tls ? 443 : 80;
  if (colon != std::string_view::npos) {
    const std::string_view port = authority.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.server.port);
    if (error != std::errc{} || end != port.data() + port.size() || url.server.port == 0) return std::nullopt;
    authority = authority.substr(0, colon);
  }
  if (bracket != std::string_view::npos) authority = authority.substr(1, bracket - 1);
  const bool is_name = !authority.empty() && authority.find_first_of("@ \t\r\n\\") == std::string_view::npos;
  if (!is_name) return std::nullopt;
  url.server.host = std::string(authority);
  return url;
}

}  // namespace lab::net
