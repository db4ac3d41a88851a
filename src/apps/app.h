#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace lab::apps {

/// Whom an app is open to besides its owner and administrators. A value.
struct Audience {
  bool is_everyone = false;  ///< everybody who can log in
  std::set<std::string> groups, users;
  friend bool operator==(const Audience&, const Audience&) = default;
};

/// Words are `everyone`, `user:NAME`, and names of groups.
Audience parse_audience(const std::vector<std::string>& words);
std::vector<std::string> print_audience(const Audience& audience);

/// What somebody deployed.
struct App {
  std::string name, owner;
  std::filesystem::path folder;  ///< absolute, without links
  std::string command;           ///< for /bin/sh, with `{port}` and `{prefix}`; empty: Streamlit over `entry`
  std::string entry;             ///< file of the folder that Streamlit runs; empty with a command
  std::string health;            ///< path that answers 200 to 399 once the app is ready; empty: whatever answers at `/` will do
  Audience audience;
  Timestamp deployed;

  /// `/sales/`: where visitors find it.
  std::string prefix() const { return "/" + name + "/"; }
  /// Whether it knows its prefix and gets paths as visitors send them; of others the prefix is taken off.
  bool keeps_prefix() const { return command.empty() || command.find("{prefix}") != std::string::npos; }
};

/// Throws INVALID_APP_NAME. Some names would lie where browsers send cookies of the hub.
void check_app_name(const std::string& name);

/// Whether a person may open an app.
bool may_open(const App& app, std::string_view user, bool is_admin, const std::vector<std::string>& groups);

}  // namespace lab::apps
