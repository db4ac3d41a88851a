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

std::vector<std::string> IamCall::members(std::string_view name) const {
  std::vector<std::string> values;
  for (std::size_t number = 1;; ++number) {
    const auto value = find_value(form, std::string(name) + ".member." + std::to_string(number));
    if (!value) return values;
    values.emplace_back(*value);
  }
}

std::string IamCall::path(std::string_view name) const {
  constexpr std::size_t kMaxPath = 512;
  std::string path(find_value(form, name).value_or("/"));
  const bool is_printable = std::ranges::all_of(path, [](char c) { return c > ' ' && c < 127; });
  if (!path.starts_with('/') || !path.ends_with('/') || path.size() > kMaxPath || !is_printable)
    throw Error(conditions::kIamValidation, {{"reason", "The specified value for path is invalid. It must begin and end with / and contain only printable characters."}});
  return path;
}

void write_time(XmlWriter& xml, std::string_view element, Timestamp time) {
  xml.element(element, print_iso_time(std::chrono::floor<std::chrono::milliseconds>(time)));
}

namespace {

struct IamRow {
  std::string_view action;
  void (*serve)(IamCall& iam);
  bool has_result = true;
  bool of_oneself = false;  ///< a user may ask it about itself
  bool of_nobody = false;   ///< it needs no signature
};

constexpr IamRow kIamActions[] = {
    {"AddClientIDToOpenIDConnectProvider", &add_client_id, false},
    {"AddUserToGroup", &add_user_to_group, false},
    {"AssumeRole", &assume_role, true, true},
    {"AssumeRoleWithWebIdentity", &assume_role_with_web_identity, true, false, true},
    {"AttachGroupPolicy", &attach_group_policy, false},
    {"AttachRolePolicy", &attach_role_policy, false},
    {"AttachUserPolicy", &attach_user_policy, false},
    {"CreateAccessKey", &create_access_key, true, true},
    {"CreateGroup", &create_group},
    {"CreateOpenIDConnectProvider", &create_provider},
    {"CreateRole", &create_role},
    {"CreateUser", &create_user},
    {"DeleteAccessKey", &delete_access_key, false, true},
    {"DeleteGroup", &delete_group, false},
    {"DeleteGroupPolicy", &delete_group_policy, false},
    {"DeleteOpenIDConnectProvider", &delete_provider, false},
    {"DeleteRole", &delete_role, false},
    {"DeleteRolePolicy", &delete_role_policy, false},
    {"DeleteUser", &delete_user, false},
    {"DeleteUserPolicy", &delete_user_policy, false},
    {"DetachGroupPolicy", &detach_group_policy, false},
    {"DetachRolePolicy", &detach_role_policy, false},
    {"DetachUserPolicy", &detach_user_policy, false},
    {"DflabListQuotas", &show_quotas},
    {"DflabPutQuota", &put_quota, false},
    {"DflabShowJob", &show_job},
    {"DflabStartJob", &start_job},
    {"GetAccountSummary", &show_account_summary},
    {"GetCallerIdentity", &get_caller_identity, true, true},
    {"GetGroup", &show_group},
    {"GetGroupPolicy", &show_group_policy},
    {"GetOpenIDConnectProvider", &show_provider},
    {"GetRole", &show_role},
    {"GetRolePolicy", &show_role_policy},
    {"GetSessionToken", &get_session_token, true, true},
    {"GetUser", &show_user, true, true},
    {"GetUserPolicy", &show_user_policy},
    {"ListAccessKeys", &list_access_keys, true, true},
    {"ListAttachedGroupPolicies", &list_attached_group_policies},
    {"ListAttachedRolePolicies", &list_attached_role_policies},
    {"ListAttachedUserPolicies", &list_attached_user_policies},
    {"ListGroupPolicies", &list_group_policies},
    {"ListGroups", &list_groups},
    {"ListGroupsForUser", &list_groups_for_user},
    {"ListOpenIDConnectProviders", &list_providers},
    {"ListRolePolicies", &list_role_policies},
    {"ListRoles", &list_roles},
    {"ListUserPolicies", &list_user_policies},
    {"ListUsers", &list_users},
    {"PutGroupPolicy", &put_group_policy, false},
    {"PutRolePolicy", &put_role_policy, false},
    {"PutUserPolicy", &put_user_policy, false},
    {"RemoveClientIDFromOpenIDConnectProvider", &remove_client_id, false},
    {"RemoveUserFromGroup", &remove_user_from_group, false},
    {"UpdateAccessKey", &update_access_key, false, true},
    {"UpdateAssumeRolePolicy", &update_trust_policy, false},
    {"UpdateGroup", &update_group, false},
    {"UpdateOpenIDConnectProviderThumbprint", &update_thumbprints, false},
    {"UpdateRole", &update_role},
    {"UpdateUser", &update_user, false},
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

/// The ARN of what an action is about; of what is not there, the one that it would have.
std::string resource_of(IamCall& iam, const IamRow& row) {
  const auto arn_in = [&](const store::Rows& rows, IamKind kind, const std::string& name) {
    return arn_of(kind, find_entity(rows, kind, name).value_or(IamEntity{.name = name}));
  };
  for (const char* field : {"RoleArn", "OpenIDConnectProviderArn"})
    if (const auto arn = find_value(iam.form, field)) return std::string(*arn);
  if (const auto role = find_value(iam.form, "RoleName")) return arn_in(iam.snapshot(), IamKind::Role, std::string(*role));
  if (const auto group = find_value(iam.form, "GroupName")) return arn_in(iam.snapshot(), IamKind::Group, std::string(*group));
  if (row.of_oneself || find_value(iam.form, "UserName")) {
    const auto user = iam.access().find_user(iam.user());
    return user ? arn_of(IamKind::User, entity_of(iam.snapshot(), *user)) : arn_of(IamKind::User, {.name = iam.user()});
  }
  return "arn:aws:iam:::*";
}

/// Administrators may, whom a policy of its own allows it, and a user what it asks of itself, unless a policy denies it. STS
/// asks the role itself who may assume it.
void check_allowed(IamCall& iam, const IamRow& row, bool is_sts) {
  const PolicyEffect effect = effect_of_own_policies(iam.call, (is_sts ? "sts:" : "iam:") + std::string(row.action), resource_of(iam, row));
  const bool is_own = row.of_oneself && iam.user() == iam.call.identity.user && (is_sts || iam.call.role.name.empty());
  if (effect == PolicyEffect::Deny || (effect != PolicyEffect::Allow && !is_own && !iam.call.identity.is_admin)) throw Error(conditions::kAccessDenied);
}

net::Response serve_action(Call& call, const NameValues& form) {
  const std::string action(find_value(form, "Action").value_or(""));
  const auto* row = std::ranges::find(kIamActions, action, &IamRow::action);
  const bool is_anybody = call.identity.user.empty();
  if (row == std::end(kIamActions)) {
    if (is_anybody) throw Error(conditions::kAccessDenied);
    throw not_implemented("the IAM or STS action " + action);
  }
  XmlWriter xml;
  IamCall iam{call, form, xml};
  // A session that was narrowed is for S3: it changes no users.
  const bool is_sts = row->serve == &assume_role || row->serve == &get_session_token || row->serve == &get_caller_identity;
  // A role says who may assume it while it is served.
  audited(call, (is_sts || row->of_nobody ? "sts:" : "iam:") + action, resource_of(iam, *row), "", [&] {
    const bool lacks_signature = is_anybody && !row->of_nobody;
    if (lacks_signature || (!call.session_policy.empty() && !is_sts)) throw Error(conditions::kAccessDenied);
    if (!row->of_nobody) check_allowed(iam, *row, is_sts);
    xml.raw("<" + action + "Response xmlns=\"" + std::string(kNamespace) + "\">");
    if (row->has_result) xml.open(action + "Result");
    row->serve(iam);
  });
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
