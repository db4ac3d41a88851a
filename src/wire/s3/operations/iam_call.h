#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/s3/xml.h"
#include "wire/s3/call.h"
#include "wire/s3/iam_entities.h"

namespace lab::s3 {

/// A call of IAM or STS: its form, and the result that is being written.
struct IamCall {
  Call& call;
  NameValues form;
  XmlWriter& xml;

  access::Access& access() { return call.service.access; }
  store::Origin by(const char* what) const { return {.actor = call.owner().id, .protocol = "iam", .request = what, .credential = call.identity.credential}; }
  std::string given(std::string_view name) const {
    const auto value = find_value(form, name);
    if (!value || value->empty()) throw Error(conditions::kIamValidation, {{"reason", "1 validation error detected: Value null at '" + std::string(name) + "' failed to satisfy constraint: Member must not be null"}});
    return std::string(*value);
  }
  std::string text(std::string_view name) const { return std::string(find_value(form, name).value_or("")); }
  /// `name.member.1`, `name.member.2` and so on.
  std::vector<std::string> members(std::string_view name) const;
  /// `Path` or `NewPath`: `/`, or what begins and ends with one. Throws ValidationError.
  std::string path(std::string_view name = "Path") const;
  /// Whether `PathPrefix` takes in this path.
  bool is_listed(std::string_view path) const { return path.starts_with(find_value(form, "PathPrefix").value_or("/")); }
  store::Snapshot snapshot() const { return call.service.store.snapshot(); }
  Timestamp now() const { return call.service.store.clock().now(); }
  /// Makes one change to what IAM keeps of an entity: `step` is add_entity() or put_entity().
  template <typename Step>
  void apply(const char* what, Step step) {
    store::Change change(by(what));
    step(change);
    call.service.store.apply(std::move(change));
  }
  /// The page size that is asked for. Throws ValidationError.
  std::uint64_t max_items() const {
    const auto text = find_value(form, "MaxItems");
    if (!text) return 100;
    const auto number = parse_number(*text);
    if (!number || *number < 1 || *number > 1000) throw Error(conditions::kIamValidation, {{"reason", "MaxItems must be between 1 and 1000"}});
    return *number;
  }
  /// The user that is named, or who asks.
  std::string user() const { return std::string(find_value(form, "UserName").value_or(call.identity.user)); }
};

Error no_such_entity(std::string reason);
/// The user, the group or the role that the form names, whatever the case. Throws NoSuchEntity.
access::UserInfo get_user(IamCall& iam);
access::GroupInfo get_group(IamCall& iam);
IamEntity get_role(IamCall& iam);
void write_user(IamCall& iam, const access::UserInfo& user, std::string_view element);
void write_time(XmlWriter& xml, std::string_view element, Timestamp time);

/// Of things with names, the one that is called so whatever the case, but rather the one that is called so exactly; nullptr when
/// there is none.
template <typename Item>
const Item* find_any_case(const std::vector<Item>& all, std::string_view name) {
  const std::string lower = to_lower_ascii(name);
  const Item* found = nullptr;
  for (const Item& item : all) {
    if (item.name == name) return &item;
    if (to_lower_ascii(item.name) == lower) found = &item;
  }
  return found;
}

/// UpdateUser and UpdateGroup: what IAM keeps of the user or group gets the path or name that the form gives, in one change with
/// the name that `access` keeps. `rename(new_name, beside)` checks the new name and changes that one.
template <typename Rename>
void update_entity(IamCall& iam, const char* what, IamKind kind, IamEntity entity, std::string_view new_name_field, Rename rename) {
  const std::string name = entity.name, new_name = iam.text(new_name_field);
  if (find_value(iam.form, "NewPath")) entity.path = iam.path("NewPath");
  const auto keep = [&](store::Change& change) {
    if (entity.name != name) erase_entity(change, kind, name);
    put_entity(change, kind, entity);
  };
  if (new_name.empty() || new_name == name) return iam.apply(what, keep);
  entity.name = new_name;
  rename(new_name, keep);
}

/// Writes the page that `MaxItems` and `Marker` ask for of `all`, which are in the order of their keys; `write` writes one.
template <typename Item, typename KeyOf, typename Write>
void write_page(IamCall& iam, std::string_view element, const std::vector<Item>& all, KeyOf key_of, Write write) {
  const std::string after(find_value(iam.form, "Marker").value_or(""));
  const std::uint64_t limit = iam.max_items();
  std::string last;
  std::uint64_t count = 0;
  bool is_truncated = false;
  iam.xml.open(element);
  for (const Item& item : all) {
    if (key_of(item) <= after) continue;
    is_truncated = count++ == limit;
    if (is_truncated) break;
    write(item);
    last = key_of(item);
  }
  iam.xml.close();
  iam.xml.flag("IsTruncated", is_truncated);
  if (is_truncated) iam.xml.element("Marker", last);
}

/// Users and their keys.
void create_user(IamCall& iam);
void show_user(IamCall& iam);
void list_users(IamCall& iam);
void update_user(IamCall& iam);
void delete_user(IamCall& iam);
void create_access_key(IamCall& iam);
void list_access_keys(IamCall& iam);
void update_access_key(IamCall& iam);
void delete_access_key(IamCall& iam);
void show_account_summary(IamCall& iam);

/// Roles, which are assumed by STS.
void create_role(IamCall& iam);
void show_role(IamCall& iam);
void list_roles(IamCall& iam);
void update_role(IamCall& iam);
void update_trust_policy(IamCall& iam);
void delete_role(IamCall& iam);

/// Identity providers of OpenID Connect.
void create_provider(IamCall& iam);
void show_provider(IamCall& iam);
void list_providers(IamCall& iam);
void add_client_id(IamCall& iam);
void remove_client_id(IamCall& iam);
void update_thumbprints(IamCall& iam);
void delete_provider(IamCall& iam);

/// Groups and who is in them.
void create_group(IamCall& iam);
void show_group(IamCall& iam);
void list_groups(IamCall& iam);
void list_groups_for_user(IamCall& iam);
void update_group(IamCall& iam);
void delete_group(IamCall& iam);
void add_user_to_group(IamCall& iam);
void remove_user_from_group(IamCall& iam);

/// Policies of users, groups and roles: written into them, or attached by the ARN of one that AWS manages.
void put_user_policy(IamCall& iam);
void show_user_policy(IamCall& iam);
void list_user_policies(IamCall& iam);
void delete_user_policy(IamCall& iam);
void attach_user_policy(IamCall& iam);
void detach_user_policy(IamCall& iam);
void list_attached_user_policies(IamCall& iam);
void put_group_policy(IamCall& iam);
void show_group_policy(IamCall& iam);
void list_group_policies(IamCall& iam);
void delete_group_policy(IamCall& iam);
void attach_group_policy(IamCall& iam);
void detach_group_policy(IamCall& iam);
void list_attached_group_policies(IamCall& iam);
void put_role_policy(IamCall& iam);
void show_role_policy(IamCall& iam);
void list_role_policies(IamCall& iam);
void delete_role_policy(IamCall& iam);
void attach_role_policy(IamCall& iam);
void detach_role_policy(IamCall& iam);
void list_attached_role_policies(IamCall& iam);

/// STS: a session of a role, or of the caller's own rights, narrowed by `Policy`. A role that nobody made stands for the caller's own
/// rights, as with MinIO.
void assume_role(IamCall& iam);
void assume_role_with_web_identity(IamCall& iam);
void get_session_token(IamCall& iam);
void get_caller_identity(IamCall& iam);

/// The lab's own, for its command line: begins a scrub or a backup of the whole store, and tells how far it has come.
void start_job(IamCall& iam);
void show_job(IamCall& iam);
/// Quotas of buckets and users: all of them; one is set (`Bytes`) or taken away, of `Bucket` or `UserName`.
void show_quotas(IamCall& iam);
void put_quota(IamCall& iam);

}  // namespace lab::s3
