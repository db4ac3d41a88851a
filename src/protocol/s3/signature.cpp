#include "protocol/s3/signature.h"

#include <algorithm>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "base/ids.h"
#include "protocol/s3/errors.h"
#include "protocol/s3/http_date.h"

namespace lab::s3 {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::chrono::seconds kMaxSkew = std::chrono::minutes(15);
constexpr std::uint64_t kMaxExpires = 7 * 24 * 3600;

Error malformed_header(std::string reason) {
  return Error(conditions::kAuthorizationHeaderMalformed, {{"reason", std::move(reason)}});
}

Error malformed_parameters(std::string reason) {
  return Error(conditions::kAuthorizationQueryParametersError, {{"reason", std::move(reason)}});
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// The access key may hold slashes itself, so the four fixed fields are taken from the end.
std::optional<CredentialScope> parse_scope(std::string_view text) {
  const std::vector<std::string> parts = split(text, '/');
  if (parts.size() < 5 || parts.back() != "aws4_request") return std::nullopt;
  const std::size_t n = parts.size();
  CredentialScope scope;
  for (std::size_t i = 0; i + 4 < n; ++i) scope.access_key += (i == 0 ? "" : "/") + parts[i];
  scope.date = parts[n - 4];
  scope.region = parts[n - 3];
  scope.service = parts[n - 2];
  if (scope.access_key.empty() || scope.date.size() != 8 || !parse_number(scope.date) || scope.service.empty()) {
    return std::nullopt;
  }
  return scope;
}

bool is_hex_digest(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void set_payload(Authentication& authentication, std::string_view value) {
  authentication.payload_hash = std::string(value);
  if (value == "UNSIGNED-PAYLOAD") {
    authentication.payload = PayloadKind::Unsigned;
  } else if (value == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD") {
    authentication.payload = PayloadKind::SignedChunks;
  } else if (value == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER") {
    authentication.payload = PayloadKind::SignedChunksWithTrailer;
  } else if (value == "STREAMING-UNSIGNED-PAYLOAD-TRAILER") {
    authentication.payload = PayloadKind::ChunksWithTrailer;
  } else if (is_hex_digest(value)) {
    authentication.payload = PayloadKind::Hashed;
  } else if (value.starts_with("STREAMING-")) {
    throw not_implemented("x-amz-content-sha256 " + std::string(value));
  } else {
    throw invalid_argument("x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, "
                           "STREAMING-UNSIGNED-PAYLOAD-TRAILER or a valid sha256 value",
                           "x-amz-content-sha256", std::string(value));
  }
}

void require_host_signed(const Authentication& authentication) {
  if (!std::ranges::binary_search(authentication.signed_headers, "host")) {
    throw malformed_header("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization");
  }
}

Authentication parse_header(const RequestHead& head, std::string_view text) {
  Authentication result;
  if (!text.starts_with(kAlgorithm)) {
    throw invalid_request("The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
  }
  text.remove_prefix(kAlgorithm.size());
  std::optional<CredentialScope> scope;
  bool has_headers = false;
  for (const std::string& item : split(text, ',')) {
    const std::string_view field = trim_spaces(item);
    const auto equals = field.find('=');
    if (equals == std::string_view::npos) throw malformed_header("the authorization component is not a key=value pair");
    const std::string_view name = field.substr(0, equals);
    const std::string_view value = field.substr(equals + 1);
    if (name == "Credential") {
      scope = parse_scope(value);
      if (!scope) {
        throw malformed_header("the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"");
      }
    } else if (name == "SignedHeaders") {
      result.signed_headers = split(to_lower_ascii(value), ';');
      has_headers = true;
    } else if (name == "Signature") {
      result.signature = std::string(value);
    } else {
      throw malformed_header("unknown component " + std::string(name));
    }
  }
  if (!scope) throw malformed_header("missing Credential");
  if (!has_headers) throw malformed_header("missing SignedHeaders");
  if (result.signature.empty()) throw malformed_header("missing Signature");
  result.scope = std::move(*scope);
  std::ranges::sort(result.signed_headers);
  require_host_signed(result);

  if (const auto date = head.header("x-amz-date")) {
    const auto time = parse_basic_time(*date);
    if (!time) throw Error(conditions::kAccessDenied);
    result.time = *time;
    result.timestamp = std::string(*date);
  } else if (const auto plain = head.header("date")) {
    const auto time = parse_http_date(*plain);
    if (!time) throw Error(conditions::kAccessDenied);
    result.time = *time;
    result.timestamp = print_basic_time(*time);
  } else {
    throw Error(conditions::kAccessDenied);
  }
  const auto payload = head.header("x-amz-content-sha256");
  if (!payload) throw invalid_request("Missing required header for this request: x-amz-content-sha256");
  set_payload(result, *payload);
  result.session_token = std::string(head.header("x-amz-security-token").value_or(""));
  return result;
}

Authentication parse_presigned(const RequestHead& head) {
  Authentication result;
  result.is_presigned = true;
  const auto need = [&](std::string_view name) {
    const auto value = head.parameter(name);
    if (!value || value->empty()) {
      throw malformed_parameters("query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
                                 "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters");
    }
    return *value;
  };
  if (need("X-Amz-Algorithm") != kAlgorithm) {
    throw malformed_parameters("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
  }
  auto scope = parse_scope(need("X-Amz-Credential"));
  if (!scope) throw malformed_parameters("the Credential is mal-formed");
  result.scope = std::move(*scope);
  result.timestamp = std::string(need("X-Amz-Date"));
  const auto time = parse_basic_time(result.timestamp);
  if (!time) throw malformed_parameters("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  result.time = *time;
  const auto text_of_expires = need("X-Amz-Expires");
  // It was over before it began.
  if (text_of_expires.starts_with('-')) throw Error(conditions::kExpiredPresignRequest, {{"X-Amz-Expires", std::string(text_of_expires)}});
  const auto expires = parse_number(text_of_expires);
  if (!expires) throw malformed_parameters("X-Amz-Expires should be a number");
  // Like one that is over: such an address opens nothing.
  if (*expires > kMaxExpires) throw Error(conditions::kExpiredPresignRequest, {{"X-Amz-Expires", std::string(text_of_expires)}});
  result.expires = std::chrono::seconds(*expires);
  result.signed_headers = split(to_lower_ascii(need("X-Amz-SignedHeaders")), ';');
  std::ranges::sort(result.signed_headers);
  require_host_signed(result);
  result.signature = std::string(need("X-Amz-Signature"));
  // A presigned URL leaves the body open unless it names the header, in the query or signed.
  auto payload = head.parameter("X-Amz-Content-Sha256");
  if (!payload) payload = head.header("x-amz-content-sha256");
  set_payload(result, payload.value_or("UNSIGNED-PAYLOAD"));
  result.session_token = std::string(head.parameter("X-Amz-Security-Token").value_or(""));
  return result;
}

/// Runs of inner spaces count as one, as SigV4 trims header values.
void append_trimmed(std::string& out, std::string_view value) {
  value = trim_spaces(value);
  bool was_space = false;
  for (const char c : value) {
    if (c == ' ') {
      if (!was_space) out += c;
      was_space = true;
    } else {
      out += c;
      was_space = false;
    }
  }
}

void append_canonical_query(std::string& out, const RequestHead& head) {
  std::vector<std::pair<std::string, std::string>> encoded;
  encoded.reserve(head.query.size());
  for (const auto& [name, value] : head.query) {
    if (name == "X-Amz-Signature") continue;
    encoded.emplace_back(encode_uri(name, false), encode_uri(value, false));
  }
  std::ranges::sort(encoded);
  bool first = true;
  for (const auto& [name, value] : encoded) {
    if (!first) out += '&';
    first = false;
    out += name;
    out += '=';
    out += value;
  }
}

void append_canonical_headers(std::string& out, const RequestHead& head, const Authentication& authentication) {
  for (const std::string& name : authentication.signed_headers) {
    out += name;
    out += ':';
    bool first = true;
    for (const auto& [header, value] : head.headers) {
      if (header != name) continue;
      if (!first) out += ',';
      first = false;
      append_trimmed(out, value);
    }
    out += '\n';
  }
}

/// A signature guards only what it names. Whoever holds a presigned link could otherwise add `x-amz-copy-source` to it
/// and read what the signer may. Date and payload hash stand in the signed text themselves.
void check_all_signed(const RequestHead& head, const Authentication& authentication) {
  std::string left_out;
  for (const auto& [name, value] : head.headers) {
    if (!name.starts_with("x-amz-") || name == "x-amz-date" || name == "x-amz-content-sha256") continue;
    if (std::ranges::binary_search(authentication.signed_headers, name)) continue;
    left_out += (left_out.empty() ? "" : ", ") + name;
  }
  if (!left_out.empty()) throw Error(conditions::kHeadersNotSigned, {{"HeadersNotSigned", left_out}});
}

}  // namespace

bool is_chunked(PayloadKind kind) {
  return kind == PayloadKind::SignedChunks || kind == PayloadKind::SignedChunksWithTrailer ||
         kind == PayloadKind::ChunksWithTrailer;
}

std::string CredentialScope::text() const { return date + "/" + region + "/" + service + "/aws4_request"; }

std::string hmac_sha256(std::string_view key, std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  const auto* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &length);
  LAB_CHECK(made != nullptr && length == 32);
  return {reinterpret_cast<const char*>(digest), length};
}

std::string sha256_hex(std::string_view bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  return to_hex({reinterpret_cast<const char*>(digest), sizeof digest});
}

std::optional<Authentication> parse_authentication(const RequestHead& head) {
  const auto header = head.header("authorization");
  const bool presigned = head.has_parameter("X-Amz-Signature") || head.has_parameter("X-Amz-Algorithm") ||
                         head.has_parameter("X-Amz-Credential");
  if (header && presigned) {
    throw invalid_argument("Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query "
                           "string parameter or the Authorization header should be specified",
                           "Authorization", "");
  }
  if (header) return parse_header(head, *header);
  if (presigned) return parse_presigned(head);
  return std::nullopt;
}

void check_time(const Authentication& authentication, std::chrono::sys_seconds now) {
  if (authentication.is_presigned) {
    if (authentication.time > now + kMaxSkew) {
      throw Error(conditions::kExpiredPresignRequest, {{"reason", "not yet valid"}});
    }
    if (now >= authentication.time + authentication.expires) {
      throw Error(conditions::kExpiredPresignRequest, {{"X-Amz-Expires", std::to_string(authentication.expires.count())},
                                                       {"ServerTime", print_iso_time(now)}});
    }
    return;
  }
  const auto distance = authentication.time > now ? authentication.time - now : now - authentication.time;
  if (distance > kMaxSkew) {
    throw Error(conditions::kRequestTimeTooSkewed, {{"RequestTime", authentication.timestamp},
                                                    {"ServerTime", print_iso_time(now)},
                                                    {"MaxAllowedSkewMilliseconds", "900000"}});
  }
}

std::string derive_signing_key(std::string_view secret_key, const CredentialScope& scope) {
  std::string key = hmac_sha256("AWS4" + std::string(secret_key), scope.date);
  key = hmac_sha256(key, scope.region);
  key = hmac_sha256(key, scope.service);
  return hmac_sha256(key, "aws4_request");
}

std::string write_canonical_request(const RequestHead& head, const Authentication& authentication,
                                    std::string_view encoded_path) {
  std::string text;
  text.reserve(512);
  text += head.method;
  text += '\n';
  text += encoded_path;
  text += '\n';
  append_canonical_query(text, head);
  text += '\n';
  append_canonical_headers(text, head, authentication);
  text += '\n';
  for (std::size_t i = 0; i < authentication.signed_headers.size(); ++i) {
    if (i != 0) text += ';';
    text += authentication.signed_headers[i];
  }
  text += '\n';
  text += authentication.payload_hash;
  return text;
}

std::string write_string_to_sign(const Authentication& authentication, std::string_view canonical_request) {
  std::string text(kAlgorithm);
  text += '\n';
  text += authentication.timestamp;
  text += '\n';
  text += authentication.scope.text();
  text += '\n';
  text += sha256_hex(canonical_request);
  return text;
}

void verify_signature(const RequestHead& head, const Authentication& authentication, std::string_view signing_key) {
  if (authentication.timestamp.compare(0, 8, authentication.scope.date) != 0) {
    throw Error(conditions::kSignatureDoesNotMatch);
  }
  check_all_signed(head, authentication);
  std::string canonical;
  std::string to_sign;
  const auto matches = [&](std::string_view encoded_path) {
    canonical = write_canonical_request(head, authentication, encoded_path);
    to_sign = write_string_to_sign(authentication, canonical);
    return equal_in_constant_time(to_hex(hmac_sha256(signing_key, to_sign)), authentication.signature);
  };
  // Clients differ in which bytes they leave as they are; they signed either what they sent or the strict form.
  if (matches(encode_uri(head.path, true))) return;
  if (matches(head.raw_path)) return;
  throw Error(conditions::kSignatureDoesNotMatch, {{"AWSAccessKeyId", authentication.scope.access_key},
                                                   {"SignatureProvided", authentication.signature},
                                                   {"StringToSign", to_sign},
                                                   {"CanonicalRequest", canonical}});
}

std::string presign(const RequestHead& head, const CredentialScope& scope, std::string_view secret_key,
                    std::string_view timestamp, std::chrono::seconds expires) {
  RequestHead signing = head;
  signing.query.emplace_back("X-Amz-Algorithm", std::string(kAlgorithm));
  signing.query.emplace_back("X-Amz-Credential", scope.access_key + "/" + scope.text());
  signing.query.emplace_back("X-Amz-Date", std::string(timestamp));
  signing.query.emplace_back("X-Amz-Expires", std::to_string(expires.count()));
  signing.query.emplace_back("X-Amz-SignedHeaders", "host");
  Authentication authentication;
  authentication.scope = scope;
  authentication.timestamp = std::string(timestamp);
  authentication.signed_headers = {"host"};
  authentication.payload_hash = "UNSIGNED-PAYLOAD";
  const std::string path = encode_uri(head.path, true);
  const std::string canonical = write_canonical_request(signing, authentication, path);
  const std::string to_sign = write_string_to_sign(authentication, canonical);
  const std::string signature = to_hex(hmac_sha256(derive_signing_key(secret_key, scope), to_sign));
  std::string url = path + "?";
  append_canonical_query(url, signing);
  return url + "&X-Amz-Signature=" + signature;
}

}  // namespace lab::s3
