#include "access/access.h"
#include "access/conditions.h"
#include "access/names.h"

namespace lab::access {
namespace {

constexpr const char* kFirstGroups[] = {"jupyterhub", "data-scientists", "ml-engineers", "analytics-engineers"};

}  // namespace

void Access::make_first_groups() {
  store::Change change({.actor = "system", .protocol = "start", .request = "first groups"});
  for (const char* name : kFirstGroups) change.put_row("groups", {std::string(name)});
  store_.apply(std::move(change));
}

std::vector<GroupInfo> Access::list_groups() const {
  const std::lock_guard lock(mutex_);
  std::vector<GroupInfo> groups;
  for (const auto& [name, members] : groups_) groups.push_back({name, {members.begin(), members.end()}});
  return groups;
}

std::optional<GroupInfo> Access::find_group(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = groups_.find(name);
  if (found == groups_.end()) return std::nullopt;
  return GroupInfo{found->first, {found->second.begin(), found->second.end()}};
}

std::vector<std::string> Access::groups_of(std::string_view user) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, members] : groups_)
    if (members.contains(std::string(user))) names.push_back(name);
  return names;
}

void Access::create_group(const std::string& name, const store::Origin& by, const Beside& beside) {
  check_user_name(name);
  const std::lock_guard changing(changing_);
  if (find_group(name)) throw Error(conditions::kGroupExists, {{"group", name}});
  store::Change change(by);
  change.add_row("groups", {name});
  if (beside) beside(change);
  note(change, by, "CreateGroup", name);
  store_.apply(std::move(change));
  const std::lock_guard lock(mutex_);
  groups_[name];
}

void Access::delete_group(const std::string& name, const store::Origin& by, const Beside& beside) {
  const std::lock_guard changing(changing_);
  if (!find_group(name)) throw Error(conditions::kNoSuchGroup, {{"group", name}});
  store::Change change(by);
  change.step([&](store::Transaction& transaction) {
    transaction.erase_row("groups", {name});
    transaction.erase_rows("group_members", {name});
    transaction.erase_rows("user_policies", {holder_name_of_group(name)});
    erase_grants_of(transaction, holder_name_of_group(name));
  });
  if (beside) beside(change);
  note(change, by, "DeleteGroup", name);
  store_.apply(std::move(change));
  const std::lock_guard lock(mutex_);
  groups_.erase(name);
  policies_.erase(holder_name_of_group(name));
}

void Access::add_to_group(const std::string& group, const std::string& user, const store::Origin& by) {
  const std::lock_guard changing(changing_);
  if (!find_group(group)) throw Error(conditions::kNoSuchGroup, {{"group", group}});
  if (!find_user(user)) throw Error(conditions::kNoSuchUser, {{"user", user}});
  store::Change change(by);
  change.put_row("group_members", {group, user});
  note(change, by, "AddToGroup", group + "/" + user);
  store_.apply(std::move(change));
  const std::lock_guard lock(mutex_);
  groups_[group].insert(user);
}

void Access::remove_from_group(const std::string& group, const std::string& user, const store::Origin& by) {
  const std::lock_guard changing(changing_);
  if (!find_group(group)) throw Error(conditions::kNoSuchGroup, {{"group", group}});
  store::Change change(by);
  change.erase_row("group_members", {group, user});
  note(change, by, "RemoveFromGroup", group + "/" + user);
  store_.apply(std::move(change));
  const std::lock_guard lock(mutex_);
  groups_[group].erase(user);
}

}  // namespace lab::access
