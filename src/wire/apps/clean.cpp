#include "wire/apps/clean.h"

#include <algorithm>
#include <cctype>
#include <span>

#include "hub/server_environment.h"

namespace lab::wire::apps {
namespace {

// Proxies and frameworks say by these who somebody is and how they came.
constexpr std::string_view kSaidByDoors[] = {"authorization", "forwarded", "remote-groups", "remote-user", "x-original-url", "x-real-ip", "x-remote-groups", "x-remote-user", "x-rewrite-url", "x-scheme", "x-script-name", "x-user"};
// These hold for all of an origin, and for cookies for all of the machine: the hub and other apps too.
constexpr std::string_view kForWholeOrigins[] = {"clear-site-data", "service-worker-allowed", "strict-transport-security"};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_said_by_doors(std::string_view name) {
  // Gateways of Python and others know no difference between `-` and `_`.
  std::string plain = lower(name);
  std::ranges::replace(plain, '_', '-');
  return plain.starts_with("x-forwarded-") || plain.starts_with("x-dflab-") || std::ranges::find(kSaidByDoors, plain) != std::end(kSaidByDoors);
}

/// Cookies know no ports, so those of the hub come here too.
bool is_of_the_lab(std::string_view cookie) { return cookie.starts_with("dflab-") || cookie.starts_with("jupyterhub-"); }

std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(';', at), text.size());
    parts.push_back(trimmed(text.substr(at, end - at)));
    at = end + 1;
  }
  return parts;
}

std::string apps_cookies(std::string_view cookies) {
  std::string kept;
  for (const std::string_view part : parts_of(cookies))
    if (!part.empty() && !is_of_the_lab(part)) kept.append(kept.empty() ? "" : "; ").append(part);
  return kept;
}

/// A Set-Cookie of an app, for its own paths; empty for one that it must not set.
std::string confined_cookie(std::string_view cookie, const lab::apps::App& app) {
  const auto parts = parts_of(cookie);
  if (is_of_the_lab(parts.front())) return {};
  std::string kept(parts.front()), path = app.prefix();
  for (const std::string_view part : std::span(parts).subspan(1)) {
    const std::string name = lower(trimmed(part.substr(0, part.find('='))));
    if (name == "domain") continue;
    if (name == "path") {
      const std::string_view wanted = part.substr(std::min(part.find('=') + 1, part.size()));
      if (wanted.starts_with(path)) path = std::string(wanted);
    } else {
      kept.append("; ").append(part);
    }
  }
  return kept + "; Path=" + path;
}

std::string joined_groups(const std::vector<std::string>& groups) {
  std::string text;
  for (const std::string& group : groups) text += (text.empty() ? "" : ",") + lab::hub::escape_segment(group);
  return text;
}

}  // namespace

void clean_request(net::Request& request, const lab::apps::App& app, const Identity& visitor, std::string_view secret) {
  const std::string host(request.header("host").value_or(""));
  net::Headers kept;
  for (auto& [name, value] : request.headers) {
    if (is_said_by_doors(name)) continue;
    if (name == "cookie") value = apps_cookies(value);
    if (name != "cookie" || !value.empty()) kept.emplace_back(std::move(name), std::move(value));
  }
  kept.emplace_back("x-forwarded-host", host);
  kept.emplace_back("x-forwarded-user", visitor.user);
  kept.emplace_back("x-dflab-user", visitor.user);
  kept.emplace_back("x-dflab-groups", joined_groups(visitor.groups));
  kept.emplace_back("x-dflab-secret", std::string(secret));
  if (!app.keeps_prefix()) {
    const std::string prefix = app.prefix().substr(0, app.prefix().size() - 1);
    kept.emplace_back("x-forwarded-prefix", prefix);
    request.target.erase(0, prefix.size());
  }
  request.headers = std::move(kept);
}

void clean_response(net::Response& response, const lab::apps::App& app) {
  net::Headers kept;
  for (auto& [name, value] : response.headers) {
    const std::string plain = lower(name);
    if (std::ranges::find(kForWholeOrigins, plain) != std::end(kForWholeOrigins)) continue;
    if (plain == "set-cookie") {
      value = confined_cookie(value, app);
      if (value.empty()) continue;
    } else if (plain == "location" && !app.keeps_prefix() && value.starts_with('/') && !value.starts_with("//")) {
      value.insert(0, app.prefix().substr(0, app.prefix().size() - 1));
    }
    kept.emplace_back(std::move(name), std::move(value));
  }
  response.headers = std::move(kept);
}

}  // namespace lab::wire::apps
