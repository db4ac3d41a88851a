#include "access/access.h"
#include "access/conditions.h"
#include "access/names.h"

/// A user or a group gets another name: every row that names it is written anew, in one change.
namespace lab::access {
namespace {

/// A table and its column of names.
struct NamingTable {
  const char* table;
  std::size_t column;
  std::size_t num_key_columns;
};

constexpr NamingTable kTablesOfUsers[] = {
    {"users", 0, 1}, {"credentials", 2, 2}, {"user_policies", 0, 2}, {"passwords", 0, 1}, {"group_members", 1, 2}, {"tokens", 2, 1}, {"grants", 2, 3}};

constexpr NamingTable kTablesOfGroups[] = {{"groups", 0, 1}, {"group_members", 0, 2}};

void rename_rows(store::Transaction& transaction, const NamingTable& table, const std::string& name, const std::string& new_name) {
  for (store::Row row : transaction.scan_rows(table.table)) {
    if (store::as_text(row[table.column]) != name) continue;
    transaction.erase_row(table.table, store::Key(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(table.num_key_columns)));
    row[table.column] = new_name;
    transaction.put_row(table.table, row);
  }
}

/// The entry `name` of a map is called `new_name` from now on.
template <typename Map>
void rename_entry(Map& map, const std::string& name, const std::string& new_name) {
  auto node = map.extract(name);
  if (node.empty()) return;
  node.key() = new_name;
  map.insert(std::move(node));
}

}  // namespace

void Access::rename_user(const std::string& name, const std::string& new_name, const store::Origin& by, const Beside& beside) {
  check_user_name(new_name);
  const std::lock_guard changing(changing_);
  if (!find_user(name)) throw Error(conditions::kNoSuchUser, {{"user", name}});
  if (name == new_name) return;
  if (find_user(new_name)) throw Error(conditions::kUserExists, {{"user", new_name}});
  store::Change change(by);
  change.step([&](store::Transaction& transaction) {
    for (const NamingTable& table : kTablesOfUsers) rename_rows(transaction, table, name, new_name);
    rename_rows(transaction, {"user_origins", 0, 1}, name, new_name);
  });
  if (beside) beside(change);
  note(change, by, "RenameUser", name + " to " + new_name);
  store_.apply(std::move(change));
  const std::lock_guard lock(mutex_);
  rename_entry(users_, name, new_name);
  users_.at(new_name).name = new_name;
  rename_entry(policies_, name, new_name);
  rename_entry(passwords_, name, new_name);
  rename_entry(origins_, name, new_name);
  for (auto& [group, members] : groups_)
    if (members.erase(name) > 0) members.insert(new_name);
  for (auto& [hash, token] : tokens_)
    if (token.user == name) token.user = new_name;
  for (auto* map : {&s3_, &bearers_})
    for (auto& [id, credential] : *map)
      if (credential.user == name) credential.user = new_name;
}

void Access::rename_group(const std::string& name, const std::string& new_name, const store::Origin& by, const Beside& beside) {
  check_user_name(new_name);
  const std::lock_guard changing(changing_);
  if (!find_group(name)) throw Error(conditions::kNoSuchGroup, {{"group", name}});
  if (name == new_name) return;
  if (find_group(new_name)) throw Error(conditions::kGroupExists, {{"group", new_name}});
  const std::string holder = holder_name_of_group(name), new_holder = holder_name_of_group(new_name);
  store::Change change(by);
  change.step([&](store::Transaction& transaction) {
    for (const NamingTable& table : kTablesOfGroups) rename_rows(transaction, table, name, new_name);
    rename_rows(transaction, {"user_policies", 0, 2}, holder, new_holder);
    rename_rows(transaction, {"grants", 2, 3}, holder, new_holder);
  });
  if (beside) beside(change);
  note(change, by, "RenameGroup", name + " to " + new_name);
  store_.apply(std::move(change));
  const std::lock_guard lock(mutex_);
  rename_entry(groups_, name, new_name);
  rename_entry(policies_, holder, new_holder);
}

}  // namespace lab::access
