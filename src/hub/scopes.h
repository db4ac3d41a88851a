#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lab::hub {

/// What a request may do, in JupyterHub's language: `read:users`, `servers!user=ann`, `access:servers!server=ann/lab`.
/// A scope brings its subscopes; one with a filter holds for that user or server only. A value.
class Scopes {
 public:
  /// All that a person may: an administrator everything, others their own things.
  static Scopes of_user(const std::string& user, bool is_admin);
  /// What a token's scopes amount to: never more than its owner may. `inherit` is all of that, `self` the owner's own
  /// things, a bare `!user` means the owner. Unknown scopes count for nothing.
  static Scopes of_token(const std::vector<std::string>& granted, const std::string& owner, bool owner_is_admin);
  /// Throws UNKNOWN_SCOPE.
  static void check(const std::string& scope);

  /// For things that are no one user's.
  bool allows(std::string_view scope) const;
  bool allows(std::string_view scope, std::string_view user) const;
  bool allows_server(std::string_view scope, std::string_view user, std::string_view server) const;
  /// Whether there is anything it holds for: a list is answered with what may be seen.
  bool allows_some(std::string_view scope) const;

  /// Sorted, each with its filter.
  std::vector<std::string> list() const { return {granted_.begin(), granted_.end()}; }
  /// Those of `other` that these allow as well.
  Scopes intersected(const Scopes& other) const;

 private:
  void grant(std::string_view scope, const std::string& filter);

  std::set<std::string, std::less<>> granted_;
};

}  // namespace lab::hub
