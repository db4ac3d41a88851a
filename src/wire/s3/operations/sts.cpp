#include <algorithm>

#include "protocol/s3/http_date.h"
#include "protocol/s3/policy.h"
#include "wire/s3/authorize.h"
#include "wire/s3/operations/sts_call.h"
#include "wire/s3/sessions.h"

namespace lab::s3 {
namespace {

constexpr std::uint64_t kShortest = 900, kHour = 3600;

Error invalid_parameter(std::string reason) { return Error(conditions::kIamValidation, {{"reason", std::move(reason)}}); }

/// `DurationSeconds` from now.
std::chrono::sys_seconds read_expiry(const IamCall& iam, std::uint64_t fallback, std::uint64_t longest) {
  std::uint64_t seconds = fallback;
  if (const auto text = find_value(iam.form, "DurationSeconds")) {
    const auto given = parse_number(*text);
    if (!given || *given < kShortest || *given > longest)
      throw invalid_parameter("DurationSeconds must be between " + std::to_string(kShortest) + " and " + std::to_string(longest));
    seconds = *given;
  }
  return std::chrono::floor<std::chrono::seconds>(iam.call.service.store.clock().now()) + std::chrono::seconds(seconds);
}

/// A session that makes a session never has more rights than itself.
std::string read_session_policy(const IamCall& iam) {
  const auto given = find_value(iam.form, "Policy");
  if (!iam.call.session_policy.empty()) {
    if (given) throw Error(conditions::kAccessDenied);
    return iam.call.session_policy;
  }
  if (!given || given->empty()) return {};
  try {
    parse_policy(*given, {});
  } catch (const Error& error) {
    throw Error(conditions::kMalformedPolicyDocument, {{"reason", error.message()}});
  }
  return std::string(*given);
}

void write_credentials(IamCall& iam, Session session) {
  const std::string token = issue_session(iam.call.service.store, session);
  iam.xml.open("Credentials");
  iam.xml.element("AccessKeyId", session.access_key);
  iam.xml.element("SecretAccessKey", session.secret_key);
  iam.xml.element("SessionToken", token);
  iam.xml.element("Expiration", print_iso_time(session.expires));
  iam.xml.close();
}

/// A session that acts as the role, for whom its trust policy lets.
void assume_kept_role(IamCall& iam, const IamEntity& role, const std::string& arn, const std::string& name) {
  if (!arn.ends_with(":role" + role.path + role.name) || !may_assume(iam.call, role.trust, arn)) throw Error(conditions::kAccessDenied);
  // Roles that assume roles do so for an hour at most.
  const std::uint64_t longest = iam.call.role.name.empty() ? role.longest_session : kHour;
  write_role_session(iam, role, iam.call.identity.user, name, longest);
}

}  // namespace

std::string read_session_name(const IamCall& iam) {
  std::string name = iam.given("RoleSessionName");
  const auto may_stand = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("_+=,.@-").contains(c); };
  if (name.size() < 2 || name.size() > 64 || !std::ranges::all_of(name, may_stand))
    throw invalid_parameter("The specified value for roleSessionName is invalid. It must contain only alphanumeric characters or the following: +=,.@-, 2 to 64 of them");
  return name;
}

void write_role_session(IamCall& iam, const IamEntity& role, const std::string& user, const std::string& name, std::uint64_t longest) {
  write_credentials(iam, {.user = user,
                          .name = name,
                          .policy = read_session_policy(iam),
                          .expires = read_expiry(iam, kHour, longest),
                          .role = role.name,
                          .role_id = role.id});
  iam.xml.open("AssumedRoleUser");
  iam.xml.element("Arn", "arn:aws:sts:::assumed-role/" + role.name + "/" + name);
  iam.xml.element("AssumedRoleId", role.id + ":" + name);
  iam.xml.close();
}

void assume_role(IamCall& iam) {
  const std::string arn = iam.given("RoleArn"), name = read_session_name(iam);
  const auto role = find_entity(iam.snapshot(), IamKind::Role, arn.substr(arn.rfind('/') + 1));
  if (role) return assume_kept_role(iam, *role, arn, name);
  // A session of a role is that role's: it does not fall back to who assumed it.
  if (!iam.call.role.name.empty()) throw Error(conditions::kAccessDenied);
  write_credentials(iam, {.user = iam.call.identity.user, .name = name, .policy = read_session_policy(iam), .expires = read_expiry(iam, kHour, 12 * kHour)});
  iam.xml.open("AssumedRoleUser");
  iam.xml.element("Arn", arn + "/" + name);
  iam.xml.element("AssumedRoleId", iam.call.identity.user + ":" + name);
  iam.xml.close();
}

void get_session_token(IamCall& iam) {
  if (!iam.call.role.name.empty()) throw Error(conditions::kAccessDenied);
  write_credentials(iam, {.user = iam.call.identity.user, .policy = read_session_policy(iam), .expires = read_expiry(iam, 12 * kHour, 36 * kHour)});
}

void get_caller_identity(IamCall& iam) {
  const AssumedRole& role = iam.call.role;
  const auto user = role.name.empty() ? iam.access().find_user(iam.call.identity.user) : std::nullopt;
  if (!role.name.empty()) {
    iam.xml.element("Arn", "arn:aws:sts:::assumed-role/" + role.name + "/" + role.session);
    iam.xml.element("UserId", role.id + ":" + role.session);
  } else {
    const IamEntity entity = user ? entity_of(iam.snapshot(), *user) : IamEntity{.name = iam.call.identity.user, .id = iam.call.identity.user};
    iam.xml.element("Arn", arn_of(IamKind::User, entity));
    iam.xml.element("UserId", entity.id);
  }
  iam.xml.element("Account", kAccount);
}

}  // namespace lab::s3
