#include "access/entry.h"

#include <algorithm>

#include "access/access.h"
#include "access/conditions.h"
#include "access/names.h"
#include "base/letter_case.h"
#include "base/log.h"

/// People whom other systems have proved: who of them may come in, as which user, with which rights.
namespace lab::access {
namespace {

using Names = std::vector<std::string>;

bool names(const Names& list, std::string_view name) {
  return std::ranges::any_of(list, [&](const std::string& each) { return each == "*" || each == name; });
}

bool names_one_of(const Names& list, const Names& groups) {
  // `*` in a list of groups is everybody, also somebody without a group.
  return names(list, "*") || std::ranges::any_of(groups, [&](const std::string& group) { return names(list, group); });
}

/// Users are written in small letters in the lists too, however the other system writes them.
bool names_user(const Names& list, std::string_view user) {
  return std::ranges::any_of(list, [&](const std::string& each) { return each == "*" || equal_ignoring_case(each, user); });
}

bool is_ruled(const EntryRules& rules) { return !rules.allowed_users.empty() || !rules.allowed_groups.empty() || !rules.admin_users.empty() || !rules.admin_groups.empty(); }

}  // namespace

std::optional<UserOrigin> Access::origin_of(std::string_view user) const {
  const std::lock_guard lock(mutex_);
  const auto found = origins_.find(user);
  if (found == origins_.end()) return std::nullopt;
  return found->second;
}

Identity Access::enter(const ProvenPerson& person, const EntryRules& rules, std::string_view peer) {
  const std::lock_guard entering(entering_);
  Identity identity{lower_case(person.name), false, rules.way};
  try {
    {
      // The same person as before, whatever they are called there or here by now.
      const std::lock_guard lock(mutex_);
      const auto known = std::ranges::find_if(origins_, [&](const auto& each) { return each.second.way == rules.way && each.second.subject == person.subject; });
      if (known != origins_.end()) identity.user = known->first;
    }
    const std::string theirs = lower_case(person.name);
    const bool is_admin = names_user(rules.admin_users, theirs) || names_one_of(rules.admin_groups, person.groups);
    const bool is_listed = is_admin || names_user(rules.allowed_users, theirs) || names_one_of(rules.allowed_groups, person.groups);
    const bool is_allowed = is_ruled(rules) ? is_listed : find_user(identity.user).has_value();
    if (!is_allowed) throw Error(conditions::kNotAllowedIn, {{"user", identity.user}, {"way", rules.way}});
    UserInfo user = user_of(person, identity.user, rules, is_admin);
    const store::Origin by{.actor = user.name, .protocol = "hub", .request = "log in", .credential = rules.way};
    const bool rules_admins = !rules.admin_users.empty() || !rules.admin_groups.empty();
    if (rules_admins && user.is_admin != is_admin) {
      try {
        set_admin(user.name, is_admin, by);
        user.is_admin = is_admin;
      } catch (const Error& error) {
        if (&error.condition() != &conditions::kLastAdmin) throw;
        log::warning("access", "{} is no administrator by {} any more, but stays the lab's only one", user.name, rules.way);
      }
    }
    set_groups_of(user.name, person.groups, rules, by);
    identity.is_admin = user.is_admin;
  } catch (const Error& error) {
    record_audit(identity, "hub", "LogIn", peer, AuditOutcome::Refused, error.condition().name);
    throw;
  }
  record_audit(identity, "hub", "LogIn", peer, AuditOutcome::Allowed);
  return identity;
}

UserInfo Access::user_of(const ProvenPerson& person, const std::string& name, const EntryRules& rules, bool is_admin) {
  const store::Origin by{.actor = "system", .protocol = "hub", .request = "log in", .credential = rules.way};
  const auto put_origin = [&](store::Change& change) {
    change.put_row("user_origins", {name, rules.way, person.subject, store_.clock().now().time_since_epoch().count()});
  };
  const auto remember = [&] {
    const std::lock_guard lock(mutex_);
    origins_[name] = {rules.way, person.subject};
  };
  const auto user = find_user(name);
  if (!user) {
    UserInfo made = create_user(name, is_admin, by, [&](store::Change& change, const UserInfo&) { put_origin(change); });
    remember();
    return made;
  }
  const auto origin = origin_of(name);
  if (origin && origin->way == rules.way && origin->subject == person.subject) return *user;
  // Whoever may choose a name at the other system must not become the lab's user of that name by it.
  const bool is_unclaimed = !origin && !user->is_admin && !has_password(name);
  if (!is_unclaimed && !names_user(rules.linked_users, name)) throw Error(conditions::kUserNameTaken, {{"user", name}, {"way", rules.way}});
  const std::lock_guard changing(changing_);
  store::Change change(by);
  put_origin(change);
  note(change, by, "LinkUser", name + " to " + rules.way);
  store_.apply(std::move(change));
  remember();
  return *user;
}

void Access::set_groups_of(const std::string& user, const Names& theirs, const EntryRules& rules, const store::Origin& by) {
  std::set<std::string> wanted, managed;
  for (const GroupRule& rule : rules.groups) {
    if (rule.theirs == "*") {
      for (const GroupInfo& group : list_groups()) managed.insert(group.name);
      for (const std::string& group : theirs)
        if (is_user_name(group)) wanted.insert(group);
    } else {
      managed.insert(rule.ours);
      if (std::ranges::find(theirs, rule.theirs) != theirs.end()) wanted.insert(rule.ours);
    }
  }
  const Names is_in = groups_of(user);
  const auto is_member = [&](const std::string& group) { return std::ranges::find(is_in, group) != is_in.end(); };
  for (const std::string& group : managed)
    if (!wanted.contains(group) && is_member(group)) remove_from_group(group, user, by);
  for (const std::string& group : wanted) {
    if (!find_group(group)) create_group(group, by);
    if (!is_member(group)) add_to_group(group, user, by);
  }
}

}  // namespace lab::access
