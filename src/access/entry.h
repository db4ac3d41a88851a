#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace lab::access {

/// Somebody whom another system has proved: an identity provider, a directory, the machine's accounts.
struct ProvenPerson {
  std::string name;     ///< as the lab is to call them; in small letters there
  std::string subject;  ///< the other system's own name of them, which it never gives to anybody else
  std::vector<std::string> groups;  ///< as that system calls them
};

/// A group of another system and the lab's group that its members are put into.
struct GroupRule {
  std::string theirs, ours;
};

/// Who of another system may come in, and as what. `*` in a list of names means everybody.
struct EntryRules {
  std::string way;  ///< `oidc`, `ldap`, `pam`
  /// Who may come, and becomes a user at the first time. With none of these lists only those may whom an administrator made a user.
  std::vector<std::string> allowed_users, allowed_groups;
  /// They may come, and are administrators; with one of these lists nobody else who comes this way is one.
  std::vector<std::string> admin_users, admin_groups;
  /// Memberships that every log-in sets anew. A rule `*` puts people into the groups of their own names, and into no others.
  std::vector<GroupRule> groups;
  /// Users of the lab who may come this way although they have a password, are administrators, or came by another way before.
  std::vector<std::string> linked_users;
};

/// Where a user came from.
struct UserOrigin {
  std::string way, subject;
};

/// A way to prove a name and a password. `prove` answers who that is, nothing for a wrong pair; empty: the lab's own passwords.
struct PasswordWay {
  EntryRules rules;
  std::function<std::optional<ProvenPerson>(const std::string& name, const std::string& password)> prove;
};

}  // namespace lab::access
