#include "hub/scopes.h"

#include <algorithm>
#include <span>

#include "base/error.h"
#include "hub/conditions.h"

namespace lab::hub {
namespace {

/// JupyterHub's table of scopes with what each brings along, `spark` (the token is one for Spark Connect too), and what is said of apps.
struct ScopeRow {
  std::string_view name;
  std::string_view brings[4] = {};
};
constexpr ScopeRow kScopes[] = {
    {"access:apps"},
    {"access:servers"},
    {"access:services"},
    {"admin-ui"},
    {"admin:auth_state"},
    {"admin:groups", {"groups", "read:roles:groups", "delete:groups"}},
    {"admin:server_state"},
    {"admin:servers", {"admin:server_state", "servers"}},
    {"admin:users", {"admin:auth_state", "users", "read:roles:users", "delete:users"}},
    {"apps", {"read:apps", "access:apps"}},
    {"delete:groups"},
    {"delete:servers"},
    {"delete:users"},
    {"groups", {"read:groups", "list:groups"}},
    {"list:groups", {"read:groups:name"}},
    {"list:services", {"read:services:name"}},
    {"list:users", {"read:users:name"}},
    {"proxy"},
    {"read:apps"},
    {"read:groups", {"read:groups:name"}},
    {"read:groups:name"},
    {"read:hub"},
    {"read:metrics"},
    {"read:roles", {"read:roles:users", "read:roles:services", "read:roles:groups"}},
    {"read:roles:groups"},
    {"read:roles:services"},
    {"read:roles:users"},
    {"read:servers", {"read:users:name"}},
    {"read:services", {"read:services:name"}},
    {"read:services:name"},
    {"read:tokens"},
    {"read:users", {"read:users:name", "read:users:groups", "read:users:activity"}},
    {"read:users:activity"},
    {"read:users:groups"},
    {"read:users:name"},
    {"servers", {"read:servers", "delete:servers"}},
    {"shutdown"},
    {"spark"},
    {"tokens", {"read:tokens"}},
    {"users", {"read:users", "list:users", "users:activity"}},
    {"users:activity", {"read:users:activity"}},
};

// What the role `admin` of JupyterHub has, and what `self` stands for.
constexpr std::string_view kOfAdministrators[] = {"access:servers", "access:services", "admin-ui", "admin:groups", "admin:servers", "admin:users", "apps", "list:services", "proxy",
                                                  "read:hub", "read:metrics", "read:roles", "read:services", "shutdown", "spark", "tokens"};
constexpr std::string_view kOfSelf[] = {"access:servers", "apps", "read:users", "servers", "spark", "tokens", "users:activity"};

const ScopeRow* find_scope(std::string_view name) {
  const auto* found = std::ranges::find(kScopes, name, &ScopeRow::name);
  return found == std::end(kScopes) ? nullptr : found;
}

std::string_view filter_of(std::string_view scope) { return scope.substr(std::min(scope.find('!'), scope.size())); }

std::string user_filter(std::string_view user) { return "!user=" + std::string(user); }
std::string server_filter(std::string_view user, std::string_view server) { return "!server=" + std::string(user) + "/" + std::string(server); }

/// Whether everything that `narrow` holds for is among what `wide` does; filters as they are written, empty for all.
bool is_within(std::string_view narrow, std::string_view wide) {
  if (wide.empty() || narrow == wide) return true;
  // A user's servers are the user's.
  return wide.starts_with("!user=") && narrow.starts_with("!server=") && narrow.substr(8).starts_with(std::string(wide.substr(6)) + "/");
}

}  // namespace

void Scopes::grant(std::string_view scope, const std::string& filter) {
  const ScopeRow* row = find_scope(scope);
  if (row == nullptr) return;
  granted_.insert(std::string(scope) + filter);
  for (const std::string_view brought : row->brings)
    if (!brought.empty()) grant(brought, filter);
}

Scopes Scopes::of_user(const std::string& user, bool is_admin) {
  Scopes scopes;
  for (const std::string_view scope : kOfSelf) scopes.grant(scope, user_filter(user));
  if (is_admin)
    for (const std::string_view scope : kOfAdministrators) scopes.grant(scope, "");
  return scopes;
}

Scopes Scopes::of_token(const std::vector<std::string>& granted, const std::string& owner, bool owner_is_admin) {
  const Scopes most = of_user(owner, owner_is_admin);
  Scopes wanted;
  for (const std::string& each : granted) {
    if (each == "inherit") return most;
    const std::string_view name = std::string_view(each).substr(0, each.find('!'));
    std::string filter(filter_of(each));
    if (filter == "!user") filter = user_filter(owner);
    if (each == "self") {
      for (const std::string_view scope : kOfSelf) wanted.grant(scope, user_filter(owner));
    } else {
      wanted.grant(name, filter);
    }
  }
  return most.intersected(wanted);
}

void Scopes::check(const std::string& scope) {
  const std::string_view filter = filter_of(scope);
  const bool has_known_filter = filter.empty() || filter == "!user" || filter.starts_with("!user=") || filter.starts_with("!server=");
  const std::string_view name = std::string_view(scope).substr(0, scope.find('!'));
  const bool is_known = name == "inherit" || name == "self" || find_scope(name) != nullptr;
  if (!is_known || !has_known_filter) throw Error(conditions::kUnknownScope, {{"scope", scope}});
}

Scopes Scopes::intersected(const Scopes& other) const {
  Scopes both;
  for (const std::string& theirs : other.granted_)
    for (const std::string& ours : granted_) {
      const std::string_view name = std::string_view(theirs).substr(0, theirs.find('!'));
      if (name != std::string_view(ours).substr(0, ours.find('!'))) continue;
      if (is_within(filter_of(theirs), filter_of(ours))) {
        both.granted_.insert(theirs);
      } else if (is_within(filter_of(ours), filter_of(theirs))) {
        both.granted_.insert(ours);
      }
    }
  return both;
}

bool Scopes::allows(std::string_view scope) const { return granted_.contains(scope); }

bool Scopes::allows(std::string_view scope, std::string_view user) const { return allows(scope) || granted_.contains(std::string(scope) + user_filter(user)); }

bool Scopes::allows_server(std::string_view scope, std::string_view user, std::string_view server) const {
  return allows(scope, user) || granted_.contains(std::string(scope) + server_filter(user, server));
}

bool Scopes::allows_some(std::string_view scope) const {
  const auto found = granted_.lower_bound(scope);
  return std::any_of(found, granted_.end(), [&](const std::string& each) { return each == scope || each.starts_with(std::string(scope) + "!"); });
}

}  // namespace lab::hub
