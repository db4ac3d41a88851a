#include "wire/s3/encryption.h"

#include "base/ids.h"
#include "protocol/s3/checksums.h"
#include "protocol/s3/text_forms.h"
#include "protocol/s3/xml.h"

namespace lab::s3 {
namespace {

using Mode = store::ObjectEncryption::Mode;

constexpr std::string_view kAes256 = "AES256";
constexpr std::string_view kKms = "aws:kms";
constexpr std::string_view kDsse = "aws:kms:dsse";
constexpr std::string_view kKeyIdHeader = "x-amz-server-side-encryption-aws-kms-key-id";
constexpr std::string_view kContextHeader = "x-amz-server-side-encryption-context";
constexpr std::string_view kBucketKeyHeader = "x-amz-server-side-encryption-bucket-key-enabled";
constexpr std::size_t kCustomerKeyBytes = 32;
constexpr std::size_t kMaxKeyId = 2048;

/// A key that the client gives with its request.
struct CustomerKey {
  store::DataKey key;
  std::string digest;  ///< MD5 in Base64
};

/// Absent when no header of the three is there. Throws InvalidArgument, InvalidRequest for half a key or a wrong one.
std::optional<CustomerKey> read_customer_key(const RequestHead& head, std::string_view prefix) {
  const auto part = [&](std::string_view name) { return head.header(std::string(prefix) + std::string(name)); };
  const auto algorithm = part("algorithm"), text = part("key"), digest = part("key-md5");
  if (!algorithm && !text && !digest) return std::nullopt;
  if (!algorithm) throw invalid_argument("Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption algorithm.", std::string(prefix) + "algorithm", "");
  if (*algorithm != kAes256) throw Error(conditions::kInvalidEncryptionAlgorithm, {{"ArgumentName", std::string(prefix) + "algorithm"}, {"ArgumentValue", std::string(*algorithm)}});
  if (!text) throw invalid_argument("Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate secret key.", std::string(prefix) + "key", "");
  if (!digest) throw invalid_argument("Requests specifying Server Side Encryption with Customer provided keys must provide the client calculated MD5 of the secret key.", std::string(prefix) + "key-MD5", "");
  auto key = decode_base64(*text);
  if (!key || key->size() != kCustomerKeyBytes) throw invalid_argument("The secret key was invalid for the specified algorithm.", std::string(prefix) + "key", "");
  if (encode_base64(checksum(ChecksumKind::Md5, *key)) != *digest)
    throw invalid_argument("The calculated MD5 hash of the key did not match the hash that was provided.", std::string(prefix) + "key-MD5", std::string(*digest));
  return CustomerKey{{*std::move(key)}, std::string(*digest)};
}

/// What a bucket does with objects whose requests say nothing.
struct BucketDefault {
  std::string algorithm;
  std::string key_id;
  bool has_bucket_key = false;
};

void check_key_id(std::string_view key_id, std::string_view where) {
  if (key_id.empty()) throw invalid_argument("aws:kms needs the id of a key: the lab has no key that stands for none.", std::string(where), "");
  if (key_id.size() > kMaxKeyId) throw invalid_argument("The id of the key is too long.", std::string(where), "");
}

BucketDefault parse_encryption(std::string_view document) {
  const XmlElement root = parse_xml(document);
  if (root.name != "ServerSideEncryptionConfiguration" || root.children.size() != 1) throw Error(conditions::kMalformedXml);
  const XmlElement& rule = root.children.front();
  const XmlElement* apply = rule.find("ApplyServerSideEncryptionByDefault");
  if (rule.name != "Rule" || apply == nullptr) throw Error(conditions::kMalformedXml);
  BucketDefault found{std::string(trim_spaces(apply->text_of("SSEAlgorithm"))), std::string(trim_spaces(apply->text_of("KMSMasterKeyID"))),
                      to_lower_ascii(trim_spaces(rule.text_of("BucketKeyEnabled"))) == "true"};
  if (found.algorithm == kDsse) throw not_implemented("aws:kms:dsse");
  if (found.algorithm != kAes256 && found.algorithm != kKms) throw Error(conditions::kMalformedXml);
  if (found.algorithm == kAes256 && !found.key_id.empty()) throw invalid_argument("a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse", "KMSMasterKeyID", found.key_id);
  if (found.algorithm == kKms) check_key_id(found.key_id, "KMSMasterKeyID");
  return found;
}

void take_kms(const RequestHead& head, const std::optional<BucketDefault>& bucket, store::ObjectEncryption& encryption) {
  encryption.mode = Mode::Named;
  const bool is_bucket_kms = bucket && bucket->algorithm == kKms;
  if (const auto id = head.header(kKeyIdHeader))
    encryption.key_id = *id;
  else if (is_bucket_kms)
    encryption.key_id = bucket->key_id;
  check_key_id(encryption.key_id, kKeyIdHeader);
  const auto bucket_key = head.header(kBucketKeyHeader);
  encryption.has_bucket_key = bucket_key ? to_lower_ascii(*bucket_key) == "true" : is_bucket_kms && bucket->has_bucket_key;
  if (const auto context = head.header(kContextHeader)) {
    if (!decode_base64(*context)) throw invalid_argument("The header '" + std::string(kContextHeader) + "' shall be Base64-encoded JSON.", std::string(kContextHeader), std::string(*context));
    encryption.context = *context;
  }
}

}  // namespace

std::string read_encryption_setting(const Call&, std::string_view document) {
  const BucketDefault given = parse_encryption(document);
  XmlWriter xml;
  xml.open_root("ServerSideEncryptionConfiguration");
  xml.open("Rule");
  xml.open("ApplyServerSideEncryptionByDefault");
  xml.element("SSEAlgorithm", given.algorithm);
  xml.optional_element("KMSMasterKeyID", given.key_id);
  xml.close();
  xml.flag("BucketKeyEnabled", given.has_bucket_key);
  return std::move(xml).finish();
}

bool asks_encryption(const RequestHead& head) {
  return head.header(kEncryptionHeader).has_value() || names_customer_key(head);
}

bool names_customer_key(const RequestHead& head) { return head.header(std::string(kCustomerPrefix) + "algorithm").has_value(); }

std::optional<store::DataKey> begin_encryption(const Call& call, const std::optional<std::string>& bucket_default,
                                               store::ObjectEncryption& encryption) {
  encryption = {};
  const RequestHead& head = call.head;
  const auto algorithm = head.header(kEncryptionHeader);
  const auto customer = read_customer_key(head, kCustomerPrefix);
  if (customer && algorithm) throw invalid_argument("Server Side Encryption with Customer provided key is incompatible with the encryption method specified", std::string(kEncryptionHeader), std::string(*algorithm));
  if (customer) {
    encryption.mode = Mode::Customer;
    encryption.key_digest = customer->digest;
    return store::Keyring::make_key(encryption, customer->key);
  }
  std::optional<BucketDefault> bucket;
  if (bucket_default) bucket = parse_encryption(*bucket_default);
  if (algorithm == kDsse) throw not_implemented(std::string(kDsse));
  if (algorithm && *algorithm != kAes256 && *algorithm != kKms)
    throw Error(conditions::kInvalidEncryptionMethod, {{"ArgumentName", std::string(kEncryptionHeader)}, {"ArgumentValue", std::string(*algorithm)}});
  const bool is_kms = algorithm ? *algorithm == kKms : bucket && bucket->algorithm == kKms;
  if (algorithm != kKms && head.header(kKeyIdHeader))
    throw invalid_argument("Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms", std::string(kKeyIdHeader), "");
  if (is_kms)
    take_kms(head, bucket, encryption);
  else if (algorithm || bucket)
    encryption.mode = Mode::Lab;
  else
    return std::nullopt;
  return call.service.store.keyring().make_key(encryption);
}

std::optional<store::DataKey> open_encryption(const Call& call, const store::ObjectEncryption& encryption, std::string_view prefix) {
  const auto customer = read_customer_key(call.head, prefix);
  if (encryption.mode != Mode::Customer) {
    if (customer) throw invalid_request("The encryption parameters are not applicable to this object.");
    if (encryption.mode == Mode::None) return std::nullopt;
    return call.service.store.keyring().open(encryption);
  }
  if (!customer)
    throw invalid_request("The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.");
  auto key = store::Keyring::open(encryption, customer->key);
  if (!key) throw invalid_request("The provided encryption parameters did not match the ones used originally.");
  return key;
}

void refuse_encryption_on_read(const RequestHead& head) {
  for (const std::string_view name : {kEncryptionHeader, kKeyIdHeader})
    if (const auto value = head.header(name)) throw invalid_argument(std::string(name) + " header is not supported for this operation.", std::string(name), std::string(*value));
}

void set_encryption_headers(net::Response& response, const store::ObjectEncryption& encryption) {
  switch (encryption.mode) {
    case Mode::None: return;
    case Mode::Lab: response.set(std::string(kEncryptionHeader), std::string(kAes256)); return;
    case Mode::Named:
      response.set(std::string(kEncryptionHeader), std::string(kKms));
      response.set(std::string(kKeyIdHeader), encryption.key_id);
      if (encryption.has_bucket_key) response.set(std::string(kBucketKeyHeader), "true");
      return;
    case Mode::Customer:
      response.set(std::string(kCustomerPrefix) + "algorithm", std::string(kAes256));
      response.set(std::string(kCustomerPrefix) + "key-MD5", encryption.key_digest);
      return;
  }
}

std::string etag_of(const std::string& md5, const store::ObjectEncryption& encryption) {
  const bool is_md5 = encryption.mode == Mode::None || encryption.mode == Mode::Lab;
  return to_hex(is_md5 ? md5 : checksum(ChecksumKind::Md5, md5 + encryption.sealed_key));
}

}  // namespace lab::s3
