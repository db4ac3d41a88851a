#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/s3/request_head.h"

namespace lab::s3 {

/// How the body takes part in the signature (`x-amz-content-sha256`).
enum class PayloadKind {
  Unsigned,                 ///< UNSIGNED-PAYLOAD
  Hashed,                   ///< hex SHA-256 of the whole body
  SignedChunks,             ///< STREAMING-AWS4-HMAC-SHA256-PAYLOAD
  SignedChunksWithTrailer,  ///< STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER
  ChunksWithTrailer,        ///< STREAMING-UNSIGNED-PAYLOAD-TRAILER
};

bool is_chunked(PayloadKind kind);

/// `<date>/<region>/<service>/aws4_request`, and whose key it is.
struct CredentialScope {
  std::string access_key;
  std::string date;  ///< YYYYMMDD
  std::string region;
  std::string service;
  std::string text() const;  ///< without the access key
};

/// What a request says about who signed it (SigV4).
struct Authentication {
  bool is_presigned = false;
  CredentialScope scope;
  std::vector<std::string> signed_headers;
  std::string signature;  ///< lower-case hex
  std::string timestamp;  ///< YYYYMMDDTHHMMSSZ
  std::chrono::sys_seconds time;
  std::chrono::seconds expires{0};  ///< presigned only
  PayloadKind payload = PayloadKind::Unsigned;
  std::string payload_hash;  ///< as it stands in the canonical request
  std::string session_token;
};

/// Absent when the request carries no signature at all (anonymous). Throws AuthorizationHeaderMalformed,
/// AuthorizationQueryParametersError, InvalidArgument, InvalidRequest for what is no SigV4.
std::optional<Authentication> parse_authentication(const RequestHead& head);

/// Throws RequestTimeTooSkewed (15 minutes) or, for a presigned URL, AccessDenied "Request has expired".
void check_time(const Authentication& authentication, std::chrono::sys_seconds now);

std::string hmac_sha256(std::string_view key, std::string_view text);
std::string sha256_hex(std::string_view bytes);

/// The key that signs requests of one scope; depends on no request, so it can be kept for a day.
std::string derive_signing_key(std::string_view secret_key, const CredentialScope& scope);

/// `encoded_path` is the path with S3's encoding (each byte once, `/` kept).
std::string write_canonical_request(const RequestHead& head, const Authentication& authentication,
                                    std::string_view encoded_path);
std::string write_string_to_sign(const Authentication& authentication, std::string_view canonical_request);

/// Throws SignatureDoesNotMatch, or AccessDenied when an `x-amz-` header is not among the signed ones; returns when the
/// signature is right. Takes the same time wherever it differs.
void verify_signature(const RequestHead& head, const Authentication& authentication, std::string_view signing_key);

/// A URL path and query that carries its own signature, for tests and for handing out links: `head` needs method,
/// path, raw_path and the host header.
std::string presign(const RequestHead& head, const CredentialScope& scope, std::string_view secret_key,
                    std::string_view timestamp, std::chrono::seconds expires);

}  // namespace lab::s3
