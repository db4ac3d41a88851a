#include <algorithm>

#include "access/conditions.h"
#include "wire/s3/operations/iam_call.h"

/// Users and their keys.
namespace lab::s3 {
namespace {

Error user_exists(const std::string& name) {
  return Error(conditions::kEntityAlreadyExists, {{"reason", "User with name " + name + " already exists."}});
}

void write_key(IamCall& iam, const access::S3Key& key, std::string_view secret, std::string_view element) {
  iam.xml.open(element);
  iam.xml.element("UserName", key.user);
  iam.xml.element("AccessKeyId", key.access_key);
  iam.xml.element("Status", key.is_active ? "Active" : "Inactive");
  iam.xml.optional_element("SecretAccessKey", secret);
  if (key.created) write_time(iam.xml, "CreateDate", *key.created);
  iam.xml.close();
}

/// The key of the user that the form names. Throws NoSuchEntity.
access::S3Key get_key(IamCall& iam, const access::UserInfo& user) {
  const std::string id = iam.given("AccessKeyId");
  const auto keys = iam.access().list_s3_keys(user.name);
  const auto found = std::ranges::find(keys, id, &access::S3Key::access_key);
  if (found == keys.end()) throw no_such_entity("The Access Key with id " + id + " cannot be found.");
  return *found;
}

}  // namespace

access::UserInfo get_user(IamCall& iam) {
  const std::string name = iam.user();
  const auto users = iam.access().list_users();
  const auto* found = find_any_case(users, name);
  if (found == nullptr) throw no_such_entity("The user with name " + name + " cannot be found.");
  return *found;
}

void write_user(IamCall& iam, const access::UserInfo& user, std::string_view element) {
  const IamEntity entity = entity_of(iam.snapshot(), user);
  iam.xml.open(element);
  iam.xml.element("Path", entity.path);
  iam.xml.element("UserName", entity.name);
  iam.xml.element("UserId", entity.id);
  iam.xml.element("Arn", arn_of(IamKind::User, entity));
  write_time(iam.xml, "CreateDate", entity.created);
  iam.xml.close();
}

void create_user(IamCall& iam) {
  const std::string name = iam.given("UserName"), path = iam.path();
  const auto users = iam.access().list_users();
  if (find_any_case(users, name) != nullptr) throw user_exists(name);
  const auto keep = [&](store::Change& change, const access::UserInfo& made) {
    put_entity(change, IamKind::User, make_entity(IamKind::User, name, path, made.created));
  };
  const auto user = iam.access().create_user(name, false, iam.by("CreateUser"), keep);
  write_user(iam, user, "User");
}

void show_user(IamCall& iam) { write_user(iam, get_user(iam), "User"); }

void list_users(IamCall& iam) {
  auto users = iam.access().list_users();
  const auto snapshot = iam.snapshot();
  std::erase_if(users, [&](const access::UserInfo& user) { return !iam.is_listed(entity_of(snapshot, user).path); });
  const auto key_of = [](const access::UserInfo& user) { return sorting_name(user.name); };
  std::ranges::sort(users, {}, key_of);
  write_page(iam, "Users", users, key_of, [&](const access::UserInfo& user) { write_user(iam, user, "member"); });
}

void update_user(IamCall& iam) {
  iam.given("UserName");
  const auto user = get_user(iam);
  const auto rename = [&](const std::string& new_name, const access::Beside& beside) {
    const auto users = iam.access().list_users();
    if (const auto* other = find_any_case(users, new_name); other != nullptr && other->name != user.name) throw user_exists(new_name);
    // Buckets know their owner by name, and so does the profile of workshops its administrator.
    const bool owns = std::ranges::any_of(iam.call.objects().list_buckets(), [&](const store::BucketInfo& each) { return each.owner == user.name; });
    if (owns || user.is_admin)
      throw Error(conditions::kEntityTemporarilyUnmodifiable, {{"reason", "An administrator, or a user that owns buckets, keeps its name."}});
    iam.access().rename_user(user.name, new_name, iam.by("UpdateUser"), beside);
  };
  update_entity(iam, "UpdateUser", IamKind::User, entity_of(iam.snapshot(), user), "NewUserName", rename);
}

void delete_user(IamCall& iam) {
  const auto user = get_user(iam);
  const bool has_more = !iam.access().list_s3_keys(user.name).empty() || !iam.access().policies_of(user.name).empty() || !iam.access().groups_of(user.name).empty();
  if (has_more) throw Error(conditions::kDeleteConflict, {{"reason", "Cannot delete entity, must delete access keys and policies and leave groups first."}});
  iam.access().delete_user(user.name, iam.by("DeleteUser"), [&](store::Change& change) { erase_entity(change, IamKind::User, user.name); });
}

void create_access_key(IamCall& iam) {
  const auto user = get_user(iam);
  const auto secret = iam.access().create_s3_key(user.name, std::nullopt, iam.by("CreateAccessKey"));
  const auto keys = iam.access().list_s3_keys(user.name);
  const auto made = std::ranges::find(keys, secret.access_key, &access::S3Key::access_key);
  if (made == keys.end()) throw no_such_entity("The Access Key with id " + secret.access_key + " cannot be found.");
  write_key(iam, *made, secret.secret_key, "AccessKey");
}

void list_access_keys(IamCall& iam) {
  const auto user = get_user(iam);
  iam.xml.element("UserName", user.name);
  const auto key_of = [](const access::S3Key& key) -> const std::string& { return key.access_key; };
  write_page(iam, "AccessKeyMetadata", iam.access().list_s3_keys(user.name), key_of, [&](const access::S3Key& key) { write_key(iam, key, {}, "member"); });
}

void update_access_key(IamCall& iam) {
  const auto user = get_user(iam);
  const auto key = get_key(iam, user);
  const std::string status = iam.given("Status");
  if (status != "Active" && status != "Inactive")
    throw Error(conditions::kIamValidation, {{"reason", "Value '" + status + "' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]"}});
  iam.access().set_s3_key_active(user.name, key.access_key, status == "Active", iam.by("UpdateAccessKey"));
}

void delete_access_key(IamCall& iam) {
  const auto user = get_user(iam);
  iam.access().delete_s3_key(user.name, get_key(iam, user).access_key, iam.by("DeleteAccessKey"));
}

void show_account_summary(IamCall& iam) {
  // The lab bounds none of these numbers.
  constexpr std::uint64_t kUnbounded = 2147483647;
  const auto snapshot = iam.snapshot();
  iam.xml.open("SummaryMap");
  const auto entry = [&](std::string_view key, std::uint64_t value) {
    iam.xml.open("entry");
    iam.xml.element("key", key);
    iam.xml.element("value", value);
    iam.xml.close();
  };
  entry("Users", iam.access().list_users().size());
  entry("UsersQuota", kUnbounded);
  entry("Groups", iam.access().list_groups().size());
  entry("GroupsQuota", kUnbounded);
  entry("Roles", list_entities(snapshot, IamKind::Role).size());
  entry("RolesQuota", kUnbounded);
  entry("Providers", list_entities(snapshot, IamKind::Provider).size());
  entry("AccessKeysPerUserQuota", kUnbounded);
  iam.xml.close();
}

}  // namespace lab::s3
