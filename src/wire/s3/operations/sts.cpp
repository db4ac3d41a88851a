#include "protocol/s3/http_date.h"
#include "protocol/s3/policy.h"
#include "wire/s3/operations/iam_call.h"
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

}  // namespace

void assume_role(IamCall& iam) {
  const std::string arn = iam.given("RoleArn"), name = iam.given("RoleSessionName");
  write_credentials(iam, {.user = iam.call.identity.user, .name = name, .policy = read_session_policy(iam), .expires = read_expiry(iam, kHour, 12 * kHour)});
  iam.xml.open("AssumedRoleUser");
  iam.xml.element("Arn", arn + "/" + name);
  iam.xml.element("AssumedRoleId", iam.call.identity.user + ":" + name);
  iam.xml.close();
}

void get_session_token(IamCall& iam) {
  write_credentials(iam, {.user = iam.call.identity.user, .policy = read_session_policy(iam), .expires = read_expiry(iam, 12 * kHour, 36 * kHour)});
}

void get_caller_identity(IamCall& iam) {
  iam.xml.element("Arn", "arn:aws:iam:::user/" + iam.call.identity.user);
  iam.xml.element("UserId", iam.call.identity.user);
  iam.xml.element("Account", "000000000000");
}

}  // namespace lab::s3
