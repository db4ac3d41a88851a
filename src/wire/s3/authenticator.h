#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "access/access.h"
#include "protocol/s3/signature.h"
#include "protocol/s3/signature_v2.h"
#include "wire/s3/sessions.h"

namespace lab::s3 {

struct Authenticated {
  access::Identity identity;
  Authentication authentication;
  std::string signing_key;
  std::string session_policy = {};  ///< of temporary credentials
  AssumedRole role = {};            ///< of temporary credentials
};

/// Says who signed a request. Keeps derived signing keys, which are the same for a day. Thread-safe; blocks for temporary
/// credentials only (has_session()).
class Authenticator {
 public:
  /// `access` and `store` must outlive it.
  Authenticator(const access::Access& access, store::Store& store, std::string domain) : access_(access), store_(store), domain_(std::move(domain)) {}

  /// Whether the request carries a session token.
  static bool has_session(const RequestHead& head);

  /// Throws ExpiredToken, InvalidTokenId, AccessDenied for an anonymous request, InvalidAccessKeyId, SignatureDoesNotMatch, RequestTimeTooSkewed, or
  /// what parse_authentication() throws.
  Authenticated authenticate(const RequestHead& head, std::chrono::sys_seconds now);

 private:
  /// The pair that signs, and what temporary credentials may.
  struct OpenedSecret {
    access::S3Secret secret;
    std::string policy = {};
    AssumedRole role = {};
  };
  OpenedSecret open_secret(const Authentication& authentication, std::chrono::sys_seconds now);
  Authenticated authenticate_v2(const RequestHead& head, const AuthenticationV2& authentication,
                                std::chrono::sys_seconds now);
  std::string signing_key(const std::string& secret, const CredentialScope& scope);

  const access::Access& access_;
  store::Store& store_;
  const std::string domain_;
  std::mutex mutex_;
  std::map<std::string, std::string> keys_;
};

}  // namespace lab::s3
