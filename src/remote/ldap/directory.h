#pragma once

#include <optional>
#include <string>
#include <vector>

namespace lab::ldap {

/// How a directory is asked. In templates `{user}` is the name that somebody gave, `{dn}` their distinguished name.
struct DirectoryOptions {
  std::string url;            ///< `ldap://host`, `ldaps://host`
  bool starts_tls = true;     ///< StartTLS before anything else; without, only a directory on this machine is asked
  std::string certificates;   ///< PEM file of the authorities that are trusted; empty: the machine's
  std::string user_name;      ///< template of people's distinguished names; empty: they are searched
  std::string base;           ///< where people are searched
  std::string user_filter = "(uid={user})";
  std::string bind_name, bind_password;  ///< the account that searches; empty: anonymous
  std::string user_attribute = "uid";    ///< what people are called, where they are searched
  std::string group_base;                ///< where groups are searched; empty: nobody has any
  std::string group_filter = "(|(member={dn})(uniqueMember={dn})(memberUid={user}))";
  std::string group_attribute = "cn";    ///< what groups are called
};

/// Throws LDAP_UNREACHABLE with what to do for options that no directory can be asked with.
void check_directory_options(const DirectoryOptions& options);

struct DirectoryPerson {
  std::string name;
  std::vector<std::string> groups;
};

/// A directory. Each question is a connection of its own and blocks, some seconds at most; a few at a time, more are refused. Thread-safe.
class Directory {
 public:
  explicit Directory(DirectoryOptions options) : options_(std::move(options)) {}

  /// Who a name and a password are, with the names of their groups; nothing when the directory does not know the pair, or more than
  /// one person of that name. An empty password is never sent. Throws LDAP_UNREACHABLE, LDAP_REFUSED.
  std::optional<DirectoryPerson> find_person(const std::string& user, const std::string& password) const;
  /// That it can be reached and lets the lab search. Throws as find_person().
  void check() const;

 private:
  const DirectoryOptions options_;
};

}  // namespace lab::ldap
