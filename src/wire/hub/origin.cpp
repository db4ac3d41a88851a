#include "wire/hub/origin.h"

#include <algorithm>

namespace lab::wire::hub {
namespace {

constexpr const char* kHome = "/hub/home";

/// Without the port; in brackets for IPv6.
std::string_view without_port(std::string_view host) {
  if (host.starts_with("[")) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

}  // namespace

bool is_known_host(const net::Request& request, std::string_view listen_address, std::span<const std::string> hosts) {
  const auto host = request.header("host");
  if (!host) return false;
  const std::string_view name = without_port(*host);
  if (name == "localhost" || name == "127.0.0.1" || name == "[::1]" || name == listen_address) return true;
  return std::ranges::find(hosts, name) != hosts.end();
}

bool is_cross_site(const net::Request& request) {
  if (const auto site = request.header("sec-fetch-site"); site && *site != "same-origin" && *site != "none") return true;
  const auto origin = request.header("origin");
  if (!origin) return false;
  const std::size_t scheme_end = origin->find("://");
  return scheme_end == std::string_view::npos || origin->substr(scheme_end + 3) != request.header("host").value_or("");
}

std::string safe_next(std::string_view wanted) {
  const bool is_ours = wanted.starts_with("/hub/") || wanted.starts_with("/user/");
  // Browsers read `\` as `/`, and drop tabs and line ends.
  const bool is_plain = std::ranges::all_of(wanted, [](unsigned char c) { return c > 0x20 && c != '\\' && c != 0x7f; });
  return is_ours && is_plain && wanted.find("//") == std::string_view::npos ? std::string(wanted) : kHome;
}

}  // namespace lab::wire::hub
