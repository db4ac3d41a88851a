#include "wire/s3/authenticator.h"

#include "protocol/s3/errors.h"
#include "wire/s3/sessions.h"

namespace lab::s3 {
namespace {
constexpr std::size_t kMaxKeptKeys = 256;
}

Authenticated Authenticator::authenticate(const RequestHead& head, std::chrono::sys_seconds now) {
  if (const auto version_2 = parse_authentication_v2(head)) return authenticate_v2(head, *version_2, now);
  auto authentication = parse_authentication(head);
  // What somebody without a name may do is decided by the bucket.
  if (!authentication) return {};
  if (authentication->scope.service != "s3" && authentication->scope.service != "iam" && authentication->scope.service != "sts") {
    throw Error(conditions::kAuthorizationHeaderMalformed, {{"reason", "incorrect service; this endpoint belongs to \"s3\""}});
  }
  const auto [secret, policy, role] = open_secret(*authentication, now);
  std::string key = signing_key(secret.secret_key, authentication->scope);
  check_time(*authentication, now);
  verify_signature(head, *authentication, key);
  return {secret.identity, std::move(*authentication), std::move(key), policy, role};
}

bool Authenticator::has_session(const RequestHead& head) {
  return head.header("x-amz-security-token").has_value() || head.has_parameter("X-Amz-Security-Token");
}

Authenticator::OpenedSecret Authenticator::open_secret(const Authentication& authentication, std::chrono::sys_seconds now) {
  const std::string& access_key = authentication.scope.access_key;
  const Error unknown(conditions::kInvalidAccessKeyId, {{"AWSAccessKeyId", access_key}});
  if (authentication.session_token.empty()) {
    auto secret = access_.find_s3_secret(access_key);
    if (!secret) throw unknown;
    return {.secret = *std::move(secret)};
  }
  const auto session = open_session(store_, authentication.session_token);
  if (!session || session->access_key != access_key) throw Error(conditions::kInvalidTokenId);
  if (session->expires <= now) throw Error(conditions::kExpiredToken);
  const bool is_role = !session->role.empty();
  // Who came by an identity provider is no user of the lab: what the session makes belongs to its role.
  const auto user = is_role && session->user.empty() ? access::UserInfo{.name = "assumed-role/" + session->role} : access_.find_user(session->user);
  if (!user) throw unknown;
  return {.secret = {session->access_key, session->secret_key, {user->name, user->is_admin && !is_role, "session:" + access_key}},
          .policy = session->policy,
          .role = is_role ? AssumedRole{session->role, session->role_id, session->name} : AssumedRole{}};
}

Authenticated Authenticator::authenticate_v2(const RequestHead& head, const AuthenticationV2& authentication,
                                             std::chrono::sys_seconds now) {
  const auto secret = access_.find_s3_secret(authentication.access_key);
  if (!secret) throw Error(conditions::kInvalidAccessKeyId, {{"AWSAccessKeyId", authentication.access_key}});
  check_time_v2(authentication, now);
  const Address address = parse_address(head, domain_);
  verify_signature_v2(head, authentication, address.is_virtual_host ? std::string_view(address.bucket) : std::string_view(),
                      secret->secret_key);
  // The body takes no part in this signature, so only the client's own checksums guard it.
  return {secret->identity, {}, {}};
}

std::string Authenticator::signing_key(const std::string& secret, const CredentialScope& scope) {
  // The secret is part of the name, so a changed one never meets an old key.
  const std::string name = secret + "\n" + scope.access_key + "\n" + scope.text();
  const std::lock_guard lock(mutex_);
  if (const auto found = keys_.find(name); found != keys_.end()) return found->second;
  if (keys_.size() >= kMaxKeptKeys) keys_.clear();
  return keys_.emplace(name, derive_signing_key(secret, scope)).first->second;
}

}  // namespace lab::s3
