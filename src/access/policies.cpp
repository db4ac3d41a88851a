#include <algorithm>

#include "access/access.h"
#include "access/conditions.h"
#include "access/names.h"

namespace lab::access {

std::string holder_name_of_group(std::string_view group) { return "group/" + std::string(group); }

void Access::put_policy(const std::string& holder, const UserPolicy& policy, const store::Origin& by) {
  store::Change change(by);
  change.put_row("user_policies", {holder, policy.name, policy.document});
  note(change, by, "PutPolicy", holder + "/" + policy.name);
  store_.apply(std::move(change));
  const std::lock_guard lock(mutex_);
  policies_[holder][policy.name] = policy.document;
}

bool Access::erase_policy(const std::string& holder, const std::string& name, const store::Origin& by) {
  const auto policies = policies_of(holder);
  if (std::ranges::none_of(policies, [&](const UserPolicy& each) { return each.name == name; })) return false;
  store::Change change(by);
  change.erase_row("user_policies", {holder, name});
  note(change, by, "DeletePolicy", holder + "/" + name);
  store_.apply(std::move(change));
  const std::lock_guard lock(mutex_);
  policies_[holder].erase(name);
  return true;
}

void Access::put_user_policy(const std::string& user, const UserPolicy& policy, const store::Origin& by) {
  const std::lock_guard changing(changing_);
  if (!find_user(user)) throw Error(conditions::kNoSuchUser, {{"user", user}});
  put_policy(user, policy, by);
}

bool Access::delete_user_policy(const std::string& user, const std::string& name, const store::Origin& by) {
  const std::lock_guard changing(changing_);
  return erase_policy(user, name, by);
}

void Access::put_group_policy(const std::string& group, const UserPolicy& policy, const store::Origin& by) {
  const std::lock_guard changing(changing_);
  if (!find_group(group)) throw Error(conditions::kNoSuchGroup, {{"group", group}});
  put_policy(holder_name_of_group(group), policy, by);
}

bool Access::delete_group_policy(const std::string& group, const std::string& name, const store::Origin& by) {
  const std::lock_guard changing(changing_);
  return erase_policy(holder_name_of_group(group), name, by);
}

std::vector<UserPolicy> Access::policies_of(std::string_view user) const {
  const std::lock_guard lock(mutex_);
  std::vector<UserPolicy> policies;
  if (const auto found = policies_.find(user); found != policies_.end())
    for (const auto& [name, document] : found->second) policies.push_back({name, document});
  return policies;
}

std::vector<UserPolicy> Access::policies_of_group(std::string_view group) const { return policies_of(holder_name_of_group(group)); }

std::vector<UserPolicy> Access::effective_policies(std::string_view user) const {
  std::vector<UserPolicy> policies = policies_of(user);
  for (const std::string& group : groups_of(user)) std::ranges::move(policies_of_group(group), std::back_inserter(policies));
  return policies;
}

}  // namespace lab::access
