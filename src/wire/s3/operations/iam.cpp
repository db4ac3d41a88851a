#include <algorithm>

#include "access/conditions.h"
#include "protocol/s3/http_date.h"
#include "protocol/s3/xml.h"
#include "wire/s3/authorize.h"
#include "wire/s3/errors.h"
#include "wire/s3/operations/iam_call.h"
#include "wire/s3/operations/operations.h"

/// Users, their keys and policies by IAM's query protocol (version 2010-05-08), as `aws iam` and boto3 speak it to this
/// same port: a form with `Action`. Only administrators may, but for what users ask of themselves.
namespace lab::s3 {
namespace {

constexpr std::string_view kNamespace = "https://iam.amazonaws.com/doc/2010-05-08/";

}  // namespace

Error no_such_entity(std::string reason) { return Error(conditions::kNoSuchEntity, {{"reason", std::move(reason)}}); }

access::UserInfo get_user(IamCall& iam) {
  const auto user = iam.access().find_user(iam.user());
  if (!user) throw no_such_entity("The user with name " + iam.user() + " cannot be found.");
  return *user;
}

void write_user(XmlWriter& xml, const access::UserInfo& user, std::string_view element) {
  xml.open(element);
  xml.element("Path", "/");
  xml.element("UserName", user.name);
  xml.element("UserId", user.name);
  xml.element("Arn", "arn:aws:iam:::user/" + user.name);
  xml.element("CreateDate", print_iso_time(std::chrono::floor<std::chrono::milliseconds>(user.created)));
  xml.close();
}

namespace {

void create_user(IamCall& iam) {
  iam.require_no_path();
  write_user(iam.xml, iam.access().create_user(iam.given("UserName"), false, iam.by("CreateUser")), "User");
}

void show_user(IamCall& iam) { write_user(iam.xml, get_user(iam), "User"); }

void list_users(IamCall& iam) {
  const auto prefix = find_value(iam.form, "PathPrefix").value_or("/");
  const auto users = std::string_view("/").starts_with(prefix) ? iam.access().list_users() : std::vector<access::UserInfo>();
  const auto key_of = [](const access::UserInfo& user) -> const std::string& { return user.name; };
  write_page(iam, "Users", users, key_of, [&](const access::UserInfo& user) { write_user(iam.xml, user, "member"); });
}

void delete_user(IamCall& iam) {
  const auto user = get_user(iam);
  const bool has_more = !iam.access().list_s3_keys(user.name).empty() || !iam.access().policies_of(user.name).empty() || !iam.access().groups_of(user.name).empty();
  if (has_more) throw Error(conditions::kDeleteConflict, {{"reason", "Cannot delete entity, must delete access keys and policies and leave groups first."}});
  iam.access().delete_user(user.name, iam.by("DeleteUser"));
}

void create_access_key(IamCall& iam) {
  const auto user = get_user(iam);
  const auto secret = iam.access().create_s3_key(user.name, std::nullopt, iam.by("CreateAccessKey"));
  iam.xml.open("AccessKey");
  iam.xml.element("UserName", user.name);
  iam.xml.element("AccessKeyId", secret.access_key);
  iam.xml.element("Status", "Active");
  iam.xml.element("SecretAccessKey", secret.secret_key);
  iam.xml.close();
}

void list_access_keys(IamCall& iam) {
  const auto user = get_user(iam);
  iam.xml.element("UserName", user.name);
  const auto key_of = [](const access::S3Key& key) -> const std::string& { return key.access_key; };
  write_page(iam, "AccessKeyMetadata", iam.access().list_s3_keys(user.name), key_of, [&](const access::S3Key& key) {
    iam.xml.open("member");
    iam.xml.element("UserName", user.name);
    iam.xml.element("AccessKeyId", key.access_key);
    iam.xml.element("Status", "Active");
    iam.xml.close();
  });
}

void delete_access_key(IamCall& iam) {
  const auto user = get_user(iam);
  const auto keys = iam.access().list_s3_keys(user.name);
  const std::string id = iam.given("AccessKeyId");
  if (std::ranges::none_of(keys, [&](const auto& each) { return each.access_key == id; })) throw no_such_entity("The Access Key with id " + id + " cannot be found.");
  iam.access().delete_s3_key(user.name, id, iam.by("DeleteAccessKey"));
}

struct IamRow {
  std::string_view action;
  void (*serve)(IamCall& iam);
  bool has_result = true;
  bool of_oneself = false;  ///< a user may ask it about itself
};

constexpr IamRow kIamActions[] = {
    {"AddUserToGroup", &add_user_to_group, false},
    {"AssumeRole", &assume_role, true, true},
    {"AttachGroupPolicy", &attach_group_policy, false},
    {"AttachUserPolicy", &attach_user_policy, false},
    {"CreateAccessKey", &create_access_key, true, true},
    {"CreateGroup", &create_group},
    {"CreateUser", &create_user},
    {"DeleteAccessKey", &delete_access_key, false, true},
    {"DeleteGroup", &delete_group, false},
    {"DeleteGroupPolicy", &delete_group_policy, false},
    {"DeleteUser", &delete_user, false},
    {"DeleteUserPolicy", &delete_user_policy, false},
    {"DetachGroupPolicy", &detach_group_policy, false},
    {"DetachUserPolicy", &detach_user_policy, false},
    {"DflabListQuotas", &show_quotas},
    {"DflabPutQuota", &put_quota, false},
    {"DflabShowJob", &show_job},
    {"DflabStartJob", &start_job},
    {"GetCallerIdentity", &get_caller_identity, true, true},
    {"GetGroup", &show_group},
    {"GetGroupPolicy", &show_group_policy},
    {"GetSessionToken", &get_session_token, true, true},
    {"GetUser", &show_user, true, true},
    {"GetUserPolicy", &show_user_policy},
    {"ListAccessKeys", &list_access_keys, true, true},
    {"ListAttachedGroupPolicies", &list_attached_group_policies},
    {"ListAttachedUserPolicies", &list_attached_user_policies},
    {"ListGroupPolicies", &list_group_policies},
    {"ListGroups", &list_groups},
    {"ListGroupsForUser", &list_groups_for_user},
    {"ListUserPolicies", &list_user_policies},
    {"ListUsers", &list_users},
    {"PutGroupPolicy", &put_group_policy, false},
    {"PutUserPolicy", &put_user_policy, false},
    {"RemoveUserFromGroup", &remove_user_from_group, false},
};

bool is_one_of(const Error& error, std::initializer_list<const Condition*> some) {
  return std::ranges::any_of(some, [&](const Condition* each) { return each == &error.condition(); });
}

/// Errors of `access` in IAM's words.
Error iam_error(const Error& error) {
  if (is_one_of(error, {&access::conditions::kUserExists, &access::conditions::kKeyExists, &access::conditions::kGroupExists}))
    return Error(conditions::kEntityAlreadyExists, {{"reason", error.message()}});
  if (is_one_of(error, {&access::conditions::kNoSuchUser, &access::conditions::kNoSuchKeyOfUser, &access::conditions::kNoSuchGroup})) return no_such_entity(error.message());
  if (&error.condition() == &access::conditions::kInvalidUserName) return Error(conditions::kIamValidation, {{"reason", error.message()}});
  if (&error.condition() == &access::conditions::kLastAdmin) return Error(conditions::kDeleteConflict, {{"reason", error.message()}});
  return error;
}

}  // namespace

net::Response iam_error_response(const Call& call, const Error& failure) {
  const Error error = translate_error(iam_error(failure));
  XmlWriter xml;
  xml.open("ErrorResponse");
  xml.open("Error");
  xml.element("Type", "Sender");
  xml.element("Code", error.condition().name);
  xml.element("Message", error.message());
  xml.close();
  xml.element("RequestId", call.request_id);
  xml.close();
  return net::text_response(find_error_row(error.condition())->status, "text/xml", std::move(xml).finish());
}

namespace {

/// Administrators may, whom a policy of its own allows it, and a user what it asks of itself, unless a policy denies it.
void check_allowed(const IamCall& iam, const IamRow& row, bool is_sts) {
  const auto group = find_value(iam.form, "GroupName");
  const bool is_about_user = row.of_oneself || find_value(iam.form, "UserName");
  const std::string resource = group ? "group/" + std::string(*group) : is_about_user ? "user/" + iam.user() : "*";
  const PolicyEffect effect = effect_of_own_policies(iam.call, (is_sts ? "sts:" : "iam:") + std::string(row.action), "arn:aws:iam:::" + resource);
  const bool is_own = row.of_oneself && iam.user() == iam.call.identity.user;
  if (effect == PolicyEffect::Deny || (effect != PolicyEffect::Allow && !is_own && !iam.call.identity.is_admin)) throw Error(conditions::kAccessDenied);
}

net::Response serve_action(Call& call, const NameValues& form) {
  const std::string action(find_value(form, "Action").value_or(""));
  const auto* row = std::ranges::find(kIamActions, action, &IamRow::action);
  if (row == std::end(kIamActions)) throw not_implemented("the IAM or STS action " + action);
  XmlWriter xml;
  IamCall iam{call, form, xml};
  // A session that was narrowed is for S3: it changes no users.
  const bool is_sts = row->serve == &assume_role || row->serve == &get_session_token || row->serve == &get_caller_identity;
  if (!call.session_policy.empty() && !is_sts) throw Error(conditions::kAccessDenied);
  check_allowed(iam, *row, is_sts);
  xml.raw("<" + action + "Response xmlns=\"" + std::string(kNamespace) + "\">");
  if (row->has_result) xml.open(action + "Result");
  row->serve(iam);
  if (row->has_result) xml.close();
  xml.open("ResponseMetadata");
  xml.element("RequestId", call.request_id);
  xml.close();
  xml.raw("</" + action + "Response>");
  return net::text_response(200, "text/xml", std::move(xml).finish());
}

}  // namespace

net::Response serve_iam(Call& call) { return serve_action(call, parse_query(call.document)); }

}  // namespace lab::s3
