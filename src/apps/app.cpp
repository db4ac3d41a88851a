#include "apps/app.h"

#include <algorithm>

#include "apps/conditions.h"
#include "base/error.h"

namespace lab::apps {
namespace {

constexpr std::size_t kMostName = 40;
// Cookies know no ports: under these paths a browser sends those of the hub and of notebook servers.
constexpr std::string_view kReserved[] = {"hub", "services", "user"};
constexpr std::string_view kEveryone = "everyone", kUserPrefix = "user:";

}  // namespace

Audience parse_audience(const std::vector<std::string>& words) {
  Audience audience;
  for (const std::string& word : words) {
    if (word == kEveryone) {
      audience.is_everyone = true;
    } else if (word.starts_with(kUserPrefix)) {
      audience.users.insert(word.substr(kUserPrefix.size()));
    } else {
      audience.groups.insert(word);
    }
  }
  return audience;
}

std::vector<std::string> print_audience(const Audience& audience) {
  std::vector<std::string> words;
  if (audience.is_everyone) words.emplace_back(kEveryone);
  words.insert(words.end(), audience.groups.begin(), audience.groups.end());
  for (const std::string& user : audience.users) words.push_back(std::string(kUserPrefix) + user);
  return words;
}

void check_app_name(const std::string& name) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_allowed = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; };
  const bool is_reserved = std::ranges::find(kReserved, name) != std::end(kReserved);
  if (!name.empty() && name.size() <= kMostName && is_letter(name.front()) && std::ranges::all_of(name, is_allowed) && !is_reserved) return;
  std::string reserved;
  for (const std::string_view each : kReserved) reserved += (reserved.empty() ? "" : ", ") + std::string(each);
  throw Error(conditions::kInvalidName, {{"name", name}, {"reserved", reserved}});
}

bool may_open(const App& app, std::string_view user, bool is_admin, const std::vector<std::string>& groups) {
  if (is_admin || app.owner == user || app.audience.is_everyone || app.audience.users.contains(std::string(user))) return true;
  return std::ranges::any_of(groups, [&](const std::string& group) { return app.audience.groups.contains(group); });
}

}  // namespace lab::apps
