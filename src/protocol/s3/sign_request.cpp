#include "protocol/s3/sign_request.h"

#include <algorithm>

#include "base/ids.h"

namespace lab::s3 {

std::string sign_request(const RequestHead& head, const CredentialScope& scope, std::string_view secret_key, std::string_view timestamp,
                         std::string_view payload_hash) {
  Authentication authentication;
  authentication.scope = scope;
  authentication.timestamp = std::string(timestamp);
  authentication.payload_hash = std::string(payload_hash);
  for (const auto& [name, value] : head.headers) authentication.signed_headers.push_back(name);
  std::ranges::sort(authentication.signed_headers);
  const auto repeated = std::ranges::unique(authentication.signed_headers);
  authentication.signed_headers.erase(repeated.begin(), repeated.end());
  const std::string canonical = write_canonical_request(head, authentication, encode_uri(head.path, true));
  const std::string signature = to_hex(hmac_sha256(derive_signing_key(secret_key, scope), write_string_to_sign(authentication, canonical)));
  std::string names;
  for (const std::string& name : authentication.signed_headers) names += (names.empty() ? "" : ";") + name;
  return "AWS4-HMAC-SHA256 Credential=" + scope.access_key + "/" + scope.text() + ", SignedHeaders=" + names + ", Signature=" + signature;
}

std::string encode_target(const RequestHead& head) {
  std::string target = encode_uri(head.path, true);
  char separator = '?';
  for (const auto& [name, value] : head.query) {
    target += separator + encode_uri(name, false) + "=" + encode_uri(value, false);
    separator = '&';
  }
  return target;
}

}  // namespace lab::s3
