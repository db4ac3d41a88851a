#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/s3/xml.h"
#include "wire/s3/call.h"

namespace lab::s3 {

/// A call of IAM or STS: its form, and the result that is being written.
struct IamCall {
  Call& call;
  NameValues form;
  XmlWriter& xml;

  access::Access& access() { return call.service.access; }
  store::Origin by(const char* what) const { return {.actor = call.owner().id, .protocol = "iam", .request = what}; }
  std::string given(std::string_view name) const {
    const auto value = find_value(form, name);
    if (!value || value->empty()) throw Error(conditions::kIamValidation, {{"reason", "1 validation error detected: Value null at '" + std::string(name) + "' failed to satisfy constraint: Member must not be null"}});
    return std::string(*value);
  }
  /// The lab keeps no paths of users and groups: one that is asked for is not taken silently. Throws ValidationError.
  void require_no_path() const {
    if (find_value(form, "Path").value_or("/") != "/") throw Error(conditions::kIamValidation, {{"reason", "Users and groups of the lab have the path /"}});
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
/// The user, or the group, that the form names. Throws NoSuchEntity.
access::UserInfo get_user(IamCall& iam);
access::GroupInfo get_group(IamCall& iam);
void write_user(XmlWriter& xml, const access::UserInfo& user, std::string_view element);

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

/// Groups and who is in them.
void create_group(IamCall& iam);
void show_group(IamCall& iam);
void list_groups(IamCall& iam);
void list_groups_for_user(IamCall& iam);
void delete_group(IamCall& iam);
void add_user_to_group(IamCall& iam);
void remove_user_from_group(IamCall& iam);

/// Policies of users and groups: written into them, or attached by the ARN of one that AWS manages.
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

/// STS: a session of the caller's own rights, narrowed by `Policy`. The lab has no roles: whichever is named, AssumeRole
/// gives the caller's rights, as MinIO does.
void assume_role(IamCall& iam);
void get_session_token(IamCall& iam);
void get_caller_identity(IamCall& iam);

/// The lab's own, for its command line: begins a scrub or a backup of the whole store, and tells how far it has come.
void start_job(IamCall& iam);
void show_job(IamCall& iam);
/// Quotas of buckets and users: all of them; one is set (`Bytes`) or taken away, of `Bucket` or `UserName`.
void show_quotas(IamCall& iam);
void put_quota(IamCall& iam);

}  // namespace lab::s3
