#include <algorithm>

#include "protocol/s3/policy.h"
#include "wire/s3/operations/iam_call.h"

namespace lab::s3 {
namespace {

constexpr std::size_t kMaxPolicyName = 128;

/// The policies that AWS manages, by ARN, as far as they are about what the lab has.
struct ManagedPolicy {
  std::string_view arn;
  std::string_view document;
};

constexpr ManagedPolicy kManagedPolicies[] = {
    {"arn:aws:iam::aws:policy/AdministratorAccess",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})"},
    {"arn:aws:iam::aws:policy/AmazonS3FullAccess",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]})"},
    {"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*","s3:Describe*"],"Resource":"*"}]})"},
    {"arn:aws:iam::aws:policy/IAMFullAccess",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]})"},
    {"arn:aws:iam::aws:policy/IAMReadOnlyAccess",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:Get*","iam:List*"],"Resource":"*"}]})"},
};

/// An attached policy is kept under its ARN, which no written one can be called.
bool is_attached(const access::UserPolicy& policy) { return policy.name.starts_with("arn:"); }

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("+=,.@_-").find(c) != std::string_view::npos;
}

std::string given_policy_name(const IamCall& iam) {
  std::string name = iam.given("PolicyName");
  if (name.size() > kMaxPolicyName || !std::ranges::all_of(name, is_name_character))
    throw Error(conditions::kIamValidation, {{"reason", "The specified value for policyName is invalid. It must be 1 to 128 letters, digits and characters out of +=,.@_-"}});
  return name;
}

/// Who has policies: a user, a group or a role.
struct Users {
  static constexpr std::string_view kElement = "UserName";
  static std::string find(IamCall& iam) { return get_user(iam).name; }
  static std::vector<access::UserPolicy> policies(IamCall& iam, const std::string& name) { return iam.access().policies_of(name); }
  static void put(IamCall& iam, const std::string& name, const access::UserPolicy& policy) { iam.access().put_user_policy(name, policy, iam.by("PutUserPolicy")); }
  static bool erase(IamCall& iam, const std::string& name, const std::string& policy) { return iam.access().delete_user_policy(name, policy, iam.by("DeleteUserPolicy")); }
};

struct Groups {
  static constexpr std::string_view kElement = "GroupName";
  static std::string find(IamCall& iam) { return get_group(iam).name; }
  static std::vector<access::UserPolicy> policies(IamCall& iam, const std::string& name) { return iam.access().policies_of_group(name); }
  static void put(IamCall& iam, const std::string& name, const access::UserPolicy& policy) { iam.access().put_group_policy(name, policy, iam.by("PutGroupPolicy")); }
  static bool erase(IamCall& iam, const std::string& name, const std::string& policy) { return iam.access().delete_group_policy(name, policy, iam.by("DeleteGroupPolicy")); }
};

struct Roles {
  static constexpr std::string_view kElement = "RoleName";
  static std::string find(IamCall& iam) { return get_role(iam).name; }
  static std::vector<access::UserPolicy> policies(IamCall& iam, const std::string& name) {
    std::vector<access::UserPolicy> policies;
    if (const auto role = find_entity(iam.snapshot(), IamKind::Role, name))
      for (const auto& [policy, document] : role->policies) policies.push_back({policy, document});
    return policies;
  }
  static void put(IamCall& iam, const std::string&, const access::UserPolicy& policy) {
    IamEntity role = get_role(iam);
    role.policies[policy.name] = policy.document;
    iam.apply("PutRolePolicy", [&](store::Change& change) { put_entity(change, IamKind::Role, role); });
  }
  static bool erase(IamCall& iam, const std::string&, const std::string& policy) {
    IamEntity role = get_role(iam);
    if (role.policies.erase(policy) == 0) return false;
    iam.apply("DeleteRolePolicy", [&](store::Change& change) { put_entity(change, IamKind::Role, role); });
    return true;
  }
};

Error no_such_policy(const std::string& name) { return no_such_entity("The policy with name " + name + " cannot be found."); }

template <typename Holders>
void put_policy(IamCall& iam) {
  const std::string holder = Holders::find(iam);
  const access::UserPolicy policy{given_policy_name(iam), iam.given("PolicyDocument")};
  try {
    parse_policy(policy.document, {});
  } catch (const Error& error) {
    throw Error(conditions::kMalformedPolicyDocument, {{"reason", error.message()}});
  }
  Holders::put(iam, holder, policy);
}

template <typename Holders>
void show_policy(IamCall& iam) {
  const std::string holder = Holders::find(iam), name = iam.given("PolicyName");
  const auto policies = Holders::policies(iam, holder);
  const auto found = std::ranges::find(policies, name, &access::UserPolicy::name);
  if (found == policies.end() || is_attached(*found)) throw no_such_policy(name);
  iam.xml.element(Holders::kElement, holder);
  iam.xml.element("PolicyName", found->name);
  iam.xml.element("PolicyDocument", encode_uri(found->document, false));
}

/// Lists the written or the attached ones.
template <typename Holders, bool kAttached>
void list_policies(IamCall& iam) {
  auto policies = Holders::policies(iam, Holders::find(iam));
  std::erase_if(policies, [](const access::UserPolicy& each) { return is_attached(each) != kAttached; });
  const auto key_of = [](const access::UserPolicy& each) -> const std::string& { return each.name; };
  write_page(iam, kAttached ? "AttachedPolicies" : "PolicyNames", policies, key_of, [&](const access::UserPolicy& each) {
    if (!kAttached) return iam.xml.element("member", each.name);
    iam.xml.open("member");
    iam.xml.element("PolicyName", each.name.substr(each.name.rfind('/') + 1));
    iam.xml.element("PolicyArn", each.name);
    iam.xml.close();
  });
}

template <typename Holders>
void delete_policy(IamCall& iam) {
  const std::string holder = Holders::find(iam), name = iam.given("PolicyName");
  if (name.starts_with("arn:") || !Holders::erase(iam, holder, name)) throw no_such_policy(name);
}

template <typename Holders>
void attach_policy(IamCall& iam) {
  const std::string holder = Holders::find(iam), arn = iam.given("PolicyArn");
  const auto* found = std::ranges::find(kManagedPolicies, arn, &ManagedPolicy::arn);
  if (found == std::end(kManagedPolicies)) throw no_such_entity("Policy " + arn + " does not exist or is not attachable.");
  Holders::put(iam, holder, {arn, std::string(found->document)});
}

template <typename Holders>
void detach_policy(IamCall& iam) {
  const std::string holder = Holders::find(iam), arn = iam.given("PolicyArn");
  if (!arn.starts_with("arn:") || !Holders::erase(iam, holder, arn)) throw no_such_entity("Policy " + arn + " was not found.");
}

}  // namespace

void put_user_policy(IamCall& iam) { put_policy<Users>(iam); }
void show_user_policy(IamCall& iam) { show_policy<Users>(iam); }
void list_user_policies(IamCall& iam) { list_policies<Users, false>(iam); }
void delete_user_policy(IamCall& iam) { delete_policy<Users>(iam); }
void attach_user_policy(IamCall& iam) { attach_policy<Users>(iam); }
void detach_user_policy(IamCall& iam) { detach_policy<Users>(iam); }
void list_attached_user_policies(IamCall& iam) { list_policies<Users, true>(iam); }
void put_group_policy(IamCall& iam) { put_policy<Groups>(iam); }
void show_group_policy(IamCall& iam) { show_policy<Groups>(iam); }
void list_group_policies(IamCall& iam) { list_policies<Groups, false>(iam); }
void delete_group_policy(IamCall& iam) { delete_policy<Groups>(iam); }
void attach_group_policy(IamCall& iam) { attach_policy<Groups>(iam); }
void detach_group_policy(IamCall& iam) { detach_policy<Groups>(iam); }
void list_attached_group_policies(IamCall& iam) { list_policies<Groups, true>(iam); }
void put_role_policy(IamCall& iam) { put_policy<Roles>(iam); }
void show_role_policy(IamCall& iam) { show_policy<Roles>(iam); }
void list_role_policies(IamCall& iam) { list_policies<Roles, false>(iam); }
void delete_role_policy(IamCall& iam) { delete_policy<Roles>(iam); }
void attach_role_policy(IamCall& iam) { attach_policy<Roles>(iam); }
void detach_role_policy(IamCall& iam) { detach_policy<Roles>(iam); }
void list_attached_role_policies(IamCall& iam) { list_policies<Roles, true>(iam); }

}  // namespace lab::s3
