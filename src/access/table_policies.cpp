#include <algorithm>
#include <nlohmann/json.hpp>

#include "access/access.h"
#include "access/grants.h"

/// What governs tables: kept as rows by the place where the table lies, since whatever name or path leads there meets the same policy.
namespace lab::access {
namespace {

using nlohmann::json;

constexpr const char* kPolicies = "table_policies";

json body_of(const TablePolicy& policy) {
  json body{{"schema", policy.table.schema}, {"table", policy.table.table}, {"owner", policy.owner}, {"masks", json::array()}};
  if (policy.row_filter) body["row_filter"] = {{"function", policy.row_filter->function}, {"columns", policy.row_filter->columns}};
  for (const ColumnMask& mask : policy.masks) body["masks"].push_back({{"column", mask.column}, {"function", mask.function}, {"using", mask.using_columns}});
  return body;
}

TablePolicy read_policy(const store::Row& row) {
  const json body = json::parse(store::as_text(row[1]));
  TablePolicy policy{.table = {body.at("schema"), body.at("table")}, .owner = body.at("owner"), .root = store::as_text(row[0])};
  if (body.contains("row_filter")) policy.row_filter = RowFilter{body["row_filter"].at("function"), body["row_filter"].at("columns")};
  for (const json& mask : body.at("masks")) policy.masks.push_back({mask.at("column"), mask.at("function"), mask.at("using")});
  return policy;
}

bool is_below(std::string_view place, std::string_view root) { return place.size() > root.size() && place.starts_with(root) && place[root.size()] == '/'; }

}  // namespace

Nearness nearness(std::string_view place, std::string_view root) {
  const bool ends_in_slash = place.ends_with('/');
  if (place == root || (ends_in_slash && place.substr(0, place.size() - 1) == root)) return Nearness::Root;
  if (is_below(place, root)) return Nearness::Inside;
  return root.starts_with(place) ? Nearness::Around : Nearness::Apart;
}

void Grants::load() {
  const store::Snapshot snapshot = store_.snapshot();
  const std::lock_guard lock(mutex_);
  policies_.clear();
  for (const store::Row& row : snapshot.scan_rows(kPolicies)) policies_.emplace(store::as_text(row[0]), read_policy(row));
}

bool Grants::is_governed(const Securable& securable) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(policies_, [&](const auto& each) { return each.second.table == securable; });
}

bool Grants::has_policies() const {
  const std::lock_guard lock(mutex_);
  return !policies_.empty();
}

std::optional<TablePolicy> Grants::find_policy(std::string_view root) const {
  const std::lock_guard lock(mutex_);
  const auto found = policies_.find(root);
  if (found == policies_.end()) return std::nullopt;
  return found->second;
}

std::vector<TablePolicy> Grants::policies_near(std::string_view place) const {
  std::vector<TablePolicy> near;
  const std::lock_guard lock(mutex_);
  for (const auto& [root, policy] : policies_)
    if (nearness(place, root) != Nearness::Apart) near.push_back(policy);
  return near;
}

void Grants::edit_policy(const Securable& table, const std::string& owner, const std::string& root, const std::function<void(TablePolicy&)>& edit, const std::string& action, const store::Origin& by) {
  const std::lock_guard editing(editing_);
  TablePolicy policy = find_policy(root).value_or(TablePolicy{.table = table, .root = root});
  policy.owner = owner;
  edit(policy);
  store::Change change(by);
  if (policy.is_empty()) change.erase_row(kPolicies, {policy.root});
  else change.put_row(kPolicies, {policy.root, body_of(policy).dump()});
  people_.audit().add_to(change, {by.actor, by.credential, by.protocol, action, securable_name(policy.table)});
  store_.apply(std::move(change));
  const std::lock_guard lock(mutex_);
  if (policy.is_empty()) policies_.erase(policy.root);
  else policies_.insert_or_assign(policy.root, policy);
}

bool Grants::may_have_files(std::string_view user, const TablePolicy& policy, bool writes) const {
  if (user.empty()) return false;
  return policy.owner == user || may(user, writes ? Privilege::WriteFiles : Privilege::ReadFiles, policy.table);
}

}  // namespace lab::access
