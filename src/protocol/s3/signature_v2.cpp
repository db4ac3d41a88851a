#include "protocol/s3/signature_v2.h"

#include <algorithm>
#include <map>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/ids.h"
#include "protocol/s3/errors.h"
#include "protocol/s3/http_date.h"

namespace lab::s3 {
namespace {

constexpr std::chrono::seconds kMaxSkewV2 = std::chrono::minutes(15);

/// The parameters that are part of the resource, sorted.
constexpr std::string_view kSignedParameters[] = {
    "accelerate", "acl", "analytics", "cors", "defaultObjectAcl", "delete", "inventory", "lifecycle", "location", "logging",
    "metrics", "notification", "partNumber", "policy", "replication", "requestPayment", "response-cache-control",
    "response-content-disposition", "response-content-encoding", "response-content-language", "response-content-type",
    "response-expires", "restore", "select", "select-type", "tagging", "torrent", "uploadId", "uploads", "versionId",
    "versioning", "versions", "website"};

std::string hmac_sha1_base64(std::string_view key, std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  const auto* made = HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &length);
  LAB_CHECK(made != nullptr);
  return encode_base64({reinterpret_cast<const char*>(digest), length});
}

}  // namespace

std::optional<AuthenticationV2> parse_authentication_v2(const RequestHead& head) {
  AuthenticationV2 result;
  if (const auto header = head.header("authorization"); header && header->starts_with("AWS ")) {
    const std::string_view text = header->substr(4);
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
      throw invalid_argument("AWS authorization header is invalid. Expected AwsAccessKeyId:signature", "Authorization",
                             std::string(*header));
    }
    result.access_key = std::string(text.substr(0, colon));
    result.signature = std::string(text.substr(colon + 1));
    const auto date = head.header("x-amz-date") ? head.header("x-amz-date") : head.header("date");
    if (date) result.time = parse_http_date(*date);
    // S3 knows no time before 1970.
    if (!result.time || result.time->time_since_epoch().count() < 0) throw Error(conditions::kAccessDenied);
    return result;
  }
  const auto key = head.parameter("AWSAccessKeyId");
  const auto signature = head.parameter("Signature");
  if (!key || !signature) return std::nullopt;
  const auto expires = parse_number(head.parameter("Expires").value_or(""));
  if (!expires || *expires > 1ULL << 40) throw Error(conditions::kAccessDenied);
  result.access_key = std::string(*key);
  result.signature = std::string(*signature);
  result.expires = std::chrono::sys_seconds(std::chrono::seconds(*expires));
  return result;
}

void check_time_v2(const AuthenticationV2& authentication, std::chrono::sys_seconds now) {
  if (authentication.expires) {
    if (now >= *authentication.expires) {
      throw Error(conditions::kExpiredPresignRequest, {{"Expires", print_iso_time(*authentication.expires)},
                                                       {"ServerTime", print_iso_time(now)}});
    }
    return;
  }
  const auto distance = *authentication.time > now ? *authentication.time - now : now - *authentication.time;
  if (distance > kMaxSkewV2) {
    throw Error(conditions::kRequestTimeTooSkewed, {{"ServerTime", print_iso_time(now)},
                                                    {"MaxAllowedSkewMilliseconds", "900000"}});
  }
}

namespace {

/// `resource`: the path, after the bucket that the host names.
std::string string_to_sign(const RequestHead& head, const AuthenticationV2& authentication, std::string_view resource) {
  std::string text = head.method + "\n";
  text += std::string(head.header("content-md5").value_or("")) + "\n";
  text += std::string(head.header("content-type").value_or("")) + "\n";
  if (authentication.expires) {
    text += std::to_string(authentication.expires->time_since_epoch().count());
  } else if (!head.header("x-amz-date")) {
    text += head.header("date").value_or("");
  }
  text += '\n';
  std::map<std::string, std::string> amz_headers;
  for (const auto& [name, value] : head.headers) {
    if (!name.starts_with("x-amz-")) continue;
    auto& joined = amz_headers[name];
    if (!joined.empty()) joined += ',';
    joined += trim_spaces(value);
  }
  for (const auto& [name, value] : amz_headers) text += name + ":" + value + "\n";
  text += resource;
  char separator = '?';
  for (const std::string_view name : kSignedParameters) {
    const auto value = head.parameter(name);
    if (!value) continue;
    text += separator;
    separator = '&';
    text += name;
    if (!value->empty()) text += "=" + std::string(*value);
  }
  return text;
}

std::string resource_of(const RequestHead& head, std::string_view bucket) {
  return (bucket.empty() ? std::string() : "/" + std::string(bucket)) + std::string(head.raw_path);
}

}  // namespace

std::string write_string_to_sign_v2(const RequestHead& head, const AuthenticationV2& authentication,
                                    std::string_view bucket) {
  return string_to_sign(head, authentication, resource_of(head, bucket));
}

std::string sign_text_v2(std::string_view secret_key, std::string_view text) { return hmac_sha1_base64(secret_key, text); }

void verify_signature_v2(const RequestHead& head, const AuthenticationV2& authentication, std::string_view bucket,
                         std::string_view secret_key) {
  const std::string resource = resource_of(head, bucket), text = string_to_sign(head, authentication, resource);
  if (equal_in_constant_time(hmac_sha1_base64(secret_key, text), authentication.signature)) return;
  // Newer clients ask for `/bucket` and sign `/bucket/`.
  const bool is_bucket = resource.size() > 1 && resource.find('/', 1) == std::string::npos;
  if (is_bucket && equal_in_constant_time(hmac_sha1_base64(secret_key, string_to_sign(head, authentication, resource + "/")), authentication.signature)) return;
  throw Error(conditions::kSignatureDoesNotMatch, {{"AWSAccessKeyId", authentication.access_key},
                                                   {"SignatureProvided", authentication.signature},
                                                   {"StringToSign", text}});
}

}  // namespace lab::s3
