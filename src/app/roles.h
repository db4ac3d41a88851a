#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lab::app {

/// A part of the lab that people start and address. A role that is not built yet is named all the same, so that `up` can say so.
struct RoleRow {
  std::string_view key, group;
  std::string_view protocol;    ///< for people
  std::string_view port_key;    ///< setting of its main port; empty: not built
  bool is_built = false;
  std::string_view needs = {};  ///< a role that starts with it, named or not
};
std::span<const RoleRow> all_roles();

/// Roles of the named groups and roles; nothing: all that are built. Throws UNKNOWN_ROLE, ROLE_NOT_BUILT.
std::vector<const RoleRow*> choose_roles(const std::vector<std::string>& names);

}  // namespace lab::app
