#include "access/names.h"
#include "protocol/s3/policy.h"
#include "wire/s3/operations/iam_call.h"

/// Roles: who may assume one is said by its trust policy, what it may by its other policies. Which those are is served with
/// the policies of users and groups.
namespace lab::s3 {
namespace {

constexpr std::uint64_t kShortestMaximum = 3600, kLongestMaximum = 43200;

std::string given_trust_policy(const IamCall& iam, std::string_view field) {
  std::string document = iam.given(field);
  try {
    parse_trust_policy(document);
  } catch (const Error& error) {
    throw Error(conditions::kMalformedPolicyDocument, {{"reason", error.message()}});
  }
  return document;
}

/// `Description` and `MaxSessionDuration`, where they are given.
void read_settings(const IamCall& iam, IamEntity& role) {
  if (const auto description = find_value(iam.form, "Description")) role.description = *description;
  const auto text = find_value(iam.form, "MaxSessionDuration");
  if (!text) return;
  const auto seconds = parse_number(*text);
  if (!seconds || *seconds < kShortestMaximum || *seconds > kLongestMaximum)
    throw Error(conditions::kIamValidation, {{"reason", "MaxSessionDuration must be between 3600 and 43200"}});
  role.longest_session = *seconds;
}

void write_role(IamCall& iam, const IamEntity& role, std::string_view element) {
  iam.xml.open(element);
  iam.xml.element("Path", role.path);
  iam.xml.element("RoleName", role.name);
  iam.xml.element("RoleId", role.id);
  iam.xml.element("Arn", arn_of(IamKind::Role, role));
  write_time(iam.xml, "CreateDate", role.created);
  iam.xml.element("AssumeRolePolicyDocument", encode_uri(role.trust, false));
  iam.xml.optional_element("Description", role.description);
  iam.xml.element("MaxSessionDuration", role.longest_session);
  iam.xml.close();
}

}  // namespace

IamEntity get_role(IamCall& iam) {
  const std::string name = iam.given("RoleName");
  auto role = find_entity(iam.snapshot(), IamKind::Role, name);
  if (!role) throw no_such_entity("The role with name " + name + " cannot be found.");
  return *std::move(role);
}

void create_role(IamCall& iam) {
  const std::string name = iam.given("RoleName");
  access::check_user_name(name);
  for (const char* field : {"PermissionsBoundary", "Tags.member.1.Key"})
    if (find_value(iam.form, field)) throw not_implemented("CreateRole with " + std::string(field));
  IamEntity role = make_entity(IamKind::Role, name, iam.path(), iam.now());
  role.trust = given_trust_policy(iam, "AssumeRolePolicyDocument");
  read_settings(iam, role);
  if (find_entity(iam.snapshot(), IamKind::Role, name))
    throw Error(conditions::kEntityAlreadyExists, {{"reason", "Role with name " + name + " already exists."}});
  iam.apply("CreateRole", [&](store::Change& change) { add_entity(change, IamKind::Role, role); });
  write_role(iam, role, "Role");
}

void show_role(IamCall& iam) { write_role(iam, get_role(iam), "Role"); }

void list_roles(IamCall& iam) {
  auto roles = list_entities(iam.snapshot(), IamKind::Role);
  std::erase_if(roles, [&](const IamEntity& role) { return !iam.is_listed(role.path); });
  const auto key_of = [](const IamEntity& role) { return to_lower_ascii(role.name); };
  write_page(iam, "Roles", roles, key_of, [&](const IamEntity& role) { write_role(iam, role, "member"); });
}

void update_role(IamCall& iam) {
  IamEntity role = get_role(iam);
  read_settings(iam, role);
  iam.apply("UpdateRole", [&](store::Change& change) { put_entity(change, IamKind::Role, role); });
}

void update_trust_policy(IamCall& iam) {
  IamEntity role = get_role(iam);
  role.trust = given_trust_policy(iam, "PolicyDocument");
  iam.apply("UpdateAssumeRolePolicy", [&](store::Change& change) { put_entity(change, IamKind::Role, role); });
}

void delete_role(IamCall& iam) {
  const IamEntity role = get_role(iam);
  if (!role.policies.empty()) throw Error(conditions::kDeleteConflict, {{"reason", "Cannot delete entity, must delete or detach policies first."}});
  iam.apply("DeleteRole", [&](store::Change& change) { erase_entity(change, IamKind::Role, role.name); });
}

}  // namespace lab::s3
