#include "net/origin.h"

#include <algorithm>

namespace lab::net {

std::string_view host_name(const Request& request) {
  const std::string_view host = request.header("host").value_or("");
  if (host.starts_with("[")) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

bool is_known_host(const Request& request, std::string_view listen_address, std::span<const std::string> hosts) {
  if (!request.header("host")) return false;
  const std::string_view name = host_name(request);
  if (name == "localhost" || name == "127.0.0.1" || name == "[::1]" || name == listen_address) return true;
  return std::ranges::find(hosts, name) != hosts.end();
}

bool is_cross_site(const Request& request) {
  if (const auto site = request.header("sec-fetch-site"); site && *site != "same-origin" && *site != "none") return true;
  const auto origin = request.header("origin");
  if (!origin) return false;
  const std::size_t scheme_end = origin->find("://");
  return scheme_end == std::string_view::npos || origin->substr(scheme_end + 3) != request.header("host").value_or("");
}

}  // namespace lab::net
