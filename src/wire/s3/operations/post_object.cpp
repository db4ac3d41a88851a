#include <algorithm>

#include "base/ids.h"
#include "net/offload.h"
#include "protocol/s3/conditionals.h"
#include "protocol/s3/documents.h"
#include "protocol/s3/post_form.h"
#include "protocol/s3/signature_v2.h"
#include "protocol/s3/xml.h"
#include "wire/s3/encryption.h"
#include "wire/s3/new_object.h"
#include "wire/s3/object_headers.h"
#include "wire/s3/operations/operations.h"
#include "wire/s3/versions.h"

namespace lab::s3 {
namespace {

constexpr std::size_t kFormTurn = 512 << 10;
constexpr std::uint64_t kMaxPostSize = 5ULL << 30;

std::string get_field(const NameValues& fields, std::string_view name) {
  const auto value = find_value(fields, name);
  if (!value || value->empty()) throw invalid_argument("Bucket POST must contain a field named '" + std::string(name) + "'. If it is specified, please check the order of the fields.", std::string(name), "");
  return std::string(*value);
}

/// Who signed the form's policy, by either version; nobody when there is no policy.
access::Identity authenticate_form(const Call& call, const NameValues& fields) {
  const auto policy = find_value(fields, "policy");
  const auto key_v2 = find_value(fields, "awsaccesskeyid");
  if (!policy && !key_v2 && !find_value(fields, "x-amz-credential")) return {};
  const std::string signed_text = get_field(fields, "policy");
  const auto find_secret = [&](const std::string& access_key) {
    auto secret = call.service.access.find_s3_secret(access_key);
    if (!secret) throw Error(conditions::kInvalidAccessKeyId, {{"AWSAccessKeyId", access_key}});
    return *std::move(secret);
  };
  if (key_v2) {
    const auto secret = find_secret(std::string(*key_v2));
    if (!equal_in_constant_time(sign_text_v2(secret.secret_key, signed_text), get_field(fields, "signature"))) throw Error(conditions::kSignatureDoesNotMatch);
    return secret.identity;
  }
  if (get_field(fields, "x-amz-algorithm") != "AWS4-HMAC-SHA256") throw invalid_argument("Only AWS4-HMAC-SHA256 is supported", "x-amz-algorithm", "");
  const std::string credential = get_field(fields, "x-amz-credential");
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= credential.size();) {
    const auto slash = std::min(credential.find('/', start), credential.size());
    parts.push_back(credential.substr(start, slash - start));
    start = slash + 1;
  }
  if (parts.size() != 5) throw Error(conditions::kAuthorizationQueryParametersError, {{"reason", "the credential is malformed"}});
  const CredentialScope scope{parts[0], parts[1], parts[2], parts[3]};
  const auto secret = find_secret(scope.access_key);
  if (!equal_in_constant_time(to_hex(hmac_sha256(derive_signing_key(secret.secret_key, scope), signed_text)), to_lower_ascii(get_field(fields, "x-amz-signature"))))
    throw Error(conditions::kSignatureDoesNotMatch);
  return secret.identity;
}

/// What a form says about its object, as the headers of a PUT would.
NameValues headers_of_form(const PostForm& form) {
  NameValues headers;
  for (const auto& [name, value] : form.fields()) {
    if (name == "acl") {
      headers.emplace_back("x-amz-acl", value);
    } else if (name == "tagging") {
      std::string tags;
      for (const auto& [key, text] : parse_tagging(value)) tags += (tags.empty() ? "" : "&") + encode_uri(key, false) + "=" + encode_uri(text, false);
      headers.emplace_back("x-amz-tagging", tags);
    } else if (!name.starts_with("x-amz-") || name.starts_with("x-amz-meta-") || name == kStorageClassHeader || name.starts_with("x-amz-object-lock-") ||
               name.starts_with("x-amz-server-side-encryption") || name.starts_with("x-amz-grant-") || name.starts_with("x-amz-checksum-") || name == "x-amz-website-redirect-location") {
      headers.emplace_back(name, value);
    }
  }
  return headers;
}

/// One upload of a form. feed() and finish() block and run on the storage pool, one at a time.
class FormUpload {
 public:
  explicit FormUpload(Call& call) : call_(call), form_(call.head.header("content-type").value_or("")) {}

  void feed(std::string_view bytes) {
    form_.feed(bytes, [this](std::string_view data) { take(data); });
    if (form_.has_fields()) begin();
  }

  net::Response finish() {
    if (!form_.has_fields()) throw Error(conditions::kPostWithoutFile);
    if (!form_.is_complete()) throw Error(conditions::kIncompleteBody);
    if (policy_) policy_->check_size(size_);
    const auto given = find_given_checksum(call_.head.headers);
    if (writer_) {
      store::StagedBlob blob = writer_->finish();
      put_.etag = etag_of(blob.digest(ChecksumKind::Md5), put_.properties.encryption);
      check(given, [&](ChecksumKind kind) { return blob.digest(kind); });
      put_.content = store::ObjectContent::of(std::move(blob));
    } else {
      put_.etag = etag_of(checksum(ChecksumKind::Md5, {}), put_.properties.encryption);
      check(given, [](ChecksumKind kind) { return checksum(kind, {}); });
    }
    store::ObjectInfo info;
    store::Change change = call_.new_change();
    change.put_object(std::move(put_), &info);
    call_.service.store.apply(std::move(change));
    return answer(info);
  }

  void discard() { writer_.reset(); }

 private:
  template <typename Digest>
  void check(const std::optional<GivenChecksum>& given, Digest digest) {
    const ChecksumKind kind = given ? given->kind : ChecksumKind::Crc64Nvme;
    std::string computed = digest(kind);
    if (given && given->value != computed) throw Error(conditions::kBadDigest, {{"digest", std::string(checksum_name(kind))}});
    put_.properties.checksums = {{kind, std::move(computed), false}};
  }

  void begin() {
    if (has_begun_) return;
    has_begun_ = true;
    const NameValues& fields = form_.fields();
    if (const auto policy = find_value(fields, "policy")) policy_.emplace(*policy);
    call_.identity = authenticate_form(call_, fields);
    if (policy_) policy_->check_fields(fields, call_.address.bucket, to_seconds(call_.service.store.clock().now()).time_since_epoch().count());
    std::string key = get_field(fields, "key");
    if (const auto at = key.find("${filename}"); at != std::string::npos) key.replace(at, 11, form_.file_name());
    if (key.size() > kMaxKeyLength) throw Error(conditions::kKeyTooLong);
    call_.address.key = key;
    call_.head.headers = headers_of_form(form_);
    put_.bucket = call_.address.bucket;
    put_.key = std::move(key);
    put_.properties = read_properties(call_.head);
    if (auto key = prepare_new_object(call_, put_.properties, true).key) options_.seal_with = std::move(key->bytes);
    options_.checksums = {ChecksumKind::Md5, ChecksumKind::Crc64Nvme};
    if (const auto given = find_given_checksum(call_.head.headers); given && std::ranges::find(options_.checksums, given->kind) == options_.checksums.end())
      options_.checksums.push_back(given->kind);
  }

  void take(std::string_view data) {
    begin();
    if (data.empty()) return;
    size_ += data.size();
    if (size_ > kMaxPostSize) throw Error(conditions::kEntityTooLarge);
    if (policy_ && policy_->max_size() && size_ > *policy_->max_size()) policy_->check_size(size_);
    if (!writer_) writer_.emplace(call_.service.store.create_blob(options_));
    writer_->write(data);
  }

  net::Response answer(const store::ObjectInfo& info) {
    const NameValues& fields = form_.fields();
    const std::string location = "http://" + call_.host + "/" + info.bucket + "/" + encode_uri(info.key, true);
    const auto redirect = find_value(fields, "success_action_redirect") ? find_value(fields, "success_action_redirect") : find_value(fields, "redirect");
    net::Response response;
    const auto status = find_value(fields, "success_action_status").value_or("204");
    if (redirect && (redirect->starts_with("http://") || redirect->starts_with("https://"))) {
      response.status = 303;
      const char separator = redirect->find('?') == std::string_view::npos ? '?' : '&';
      response.set("Location", std::string(*redirect) + separator + "bucket=" + encode_uri(info.bucket, false) + "&key=" + encode_uri(info.key, true) + "&etag=" + encode_uri(quote_etag(info.etag), false));
    } else if (status == "201") {
      XmlWriter xml;
      xml.open("PostResponse");
      xml.element("Location", location);
      xml.element("Bucket", info.bucket);
      xml.element("Key", info.key);
      xml.element("ETag", quote_etag(info.etag));
      xml.close();
      response = xml_response(std::move(xml).finish(), 201);
      response.set("Location", location);
    } else {
      response = empty_response(status == "200" ? 200 : 204);
      response.set("Location", location);
    }
    response.set("ETag", quote_etag(info.etag));
    set_new_version_header(response, info);
    set_encryption_headers(response, info.properties.encryption);
    return response;
  }

  Call& call_;
  PostForm form_;
  std::optional<PostPolicy> policy_;
  bool has_begun_ = false;
  store::PutObject put_;
  store::BlobOptions options_;
  std::optional<store::BlobWriter> writer_;
  std::uint64_t size_ = 0;
};

}  // namespace

net::awaitable<net::Response> serve_post_object(Call& call, net::RequestBody& body) {
  ThreadPool& pool = call.service.storage;
  FormUpload upload(call);
  std::exception_ptr failure;
  try {
    std::string buffer(kFormTurn, '\0');
    while (true) {
      const std::size_t count = co_await body.read(buffer);
      auto turn = [&upload, &buffer, count]() -> std::optional<net::Response> {
        upload.feed({buffer.data(), count});
        if (count == buffer.size()) return std::nullopt;
        return upload.finish();
      };
      std::optional<net::Response> response = co_await net::offload(pool, std::move(turn));
      if (response) co_return std::move(*response);
    }
  } catch (...) {
    failure = std::current_exception();
  }
  auto discard = [&upload] { upload.discard(); };
  co_await net::offload(pool, std::move(discard));
  std::rethrow_exception(failure);
}

}  // namespace lab::s3
