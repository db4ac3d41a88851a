#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "access/access.h"
#include "protocol/s3/signature.h"
#include "protocol/s3/signature_v2.h"

namespace lab::s3 {

struct Authenticated {
  access::Identity identity;
  Authentication authentication;
  std::string signing_key;
};

/// Says who signed a request. Keeps derived signing keys, which are the same for a day. Thread-safe, never blocks.
class Authenticator {
 public:
  Authenticator(const access::Access& access, std::string domain) : access_(access), domain_(std::move(domain)) {}

  /// Throws AccessDenied for an anonymous request, InvalidAccessKeyId, SignatureDoesNotMatch, RequestTimeTooSkewed, or
  /// what parse_authentication() throws.
  Authenticated authenticate(const RequestHead& head, std::chrono::sys_seconds now);

 private:
  Authenticated authenticate_v2(const RequestHead& head, const AuthenticationV2& authentication,
                                std::chrono::sys_seconds now);
  std::string signing_key(const std::string& secret, const CredentialScope& scope);

  const access::Access& access_;
  const std::string domain_;
  std::mutex mutex_;
  std::map<std::string, std::string> keys_;
};

}  // namespace lab::s3
