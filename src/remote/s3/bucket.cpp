#include "remote/s3/bucket.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "base/checksum.h"
#include "base/error.h"
#include "base/ids.h"
#include "protocol/s3/http_date.h"
#include "protocol/s3/xml.h"
#include "remote/s3/conditions.h"
#include "base/side_by_side.h"
#include "base/unreadable_file.h"
#include "remote/s3/upload.h"

namespace lab::remote::s3 {

namespace protocol = lab::s3;

namespace {

constexpr std::size_t kSideBySide = 16;
constexpr std::size_t kNumUploadedFiles = 4;
constexpr std::size_t kMaxDeleted = 1000;

std::int64_t millis_of_iso(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%d", &year, &month, &day, &hour, &minute, &second) != 6) return 0;
  const std::chrono::sys_days days = std::chrono::year(year) / month / day;
  return std::chrono::duration_cast<std::chrono::milliseconds>(days.time_since_epoch()).count() + ((hour * 60LL + minute) * 60 + second) * 1000;
}

std::int64_t millis_of_http(std::string_view text) {
  const auto time = protocol::parse_http_date(text);
  return time ? std::chrono::duration_cast<std::chrono::milliseconds>(time->time_since_epoch()).count() : 0;
}

std::string without_quotes(std::string_view etag) {
  if (etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"')) etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

class BucketFile final : public RemoteFile {
 public:
  BucketFile(std::shared_ptr<Client> client, LocalCopies& copies, const std::string& bucket, RemoteObject object, const std::string& identity)
      : client_(std::move(client)), copies_(copies), bucket_(bucket), object_(std::move(object)),
        name_(std::string(kScheme) + to_hex(checksum(ChecksumKind::XxHash64, identity)) + "/" + bucket + "/" + object_.key + "?" + object_.etag),
        uri_("s3a://" + bucket + "/" + object_.key) {}

  const std::string& name() const override { return name_; }
  const RemoteObject& object() const override { return object_; }
  const std::string& uri() const override { return uri_; }

  void read(std::uint64_t offset, std::span<char> into) const override {
    if (into.empty()) return;
    Call call{.method = "GET", .bucket = bucket_, .key = object_.key, .query = {}, .headers = {}, .body = {}, .operation = "reading"};
    call.headers.emplace_back("range", "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + into.size() - 1));
    if (!object_.etag.empty()) call.headers.emplace_back("if-match", "\"" + object_.etag + "\"");
    const Answer answer = client_->send(call);
    std::string_view body = answer.response.body;
    // A store may leave the range aside and send everything.
    if (answer.response.status == 200) body = body.substr(std::min<std::size_t>(offset, body.size())).substr(0, into.size());
    if (answer.response.status / 100 != 2 || body.size() != into.size()) throw Error(lab::conditions::kFileNotExist, {{"path", uri_}});
    std::memcpy(into.data(), body.data(), body.size());
  }

  std::shared_ptr<const LocalCopy> local_copy() const override { return copies_.get(*this); }

 private:
  const std::shared_ptr<Client> client_;
  LocalCopies& copies_;
  const std::string bucket_;
  const RemoteObject object_;
  const std::string name_, uri_;
};

class ClientBucket final : public RemoteBucket {
 public:
  ClientBucket(std::shared_ptr<Client> client, LocalCopies& copies, std::string bucket)
      : client_(std::move(client)), copies_(copies), bucket_(std::move(bucket)), identity_(client_->url() + "\n" + client_->store().access_key) {}

  const std::string& name() const override { return bucket_; }
  const std::string& identity() const override { return identity_; }
  std::shared_ptr<RemoteBucket> sibling(const std::string& bucket) const override { return open_bucket(client_, copies_, bucket); }

  std::vector<RemoteObject> list(const std::string& prefix, const std::string& start_after, std::size_t limit) const override {
    std::vector<RemoteObject> objects;
    std::string token;
    for (;;) {
      Call call{.method = "GET", .bucket = bucket_, .key = {}, .query = {{"list-type", "2"}, {"prefix", prefix}, {"encoding-type", "url"}}, .headers = {}, .body = {}, .operation = "listing"};
      if (!start_after.empty()) call.query.emplace_back("start-after", start_after);
      if (limit > 0) call.query.emplace_back("max-keys", std::to_string(std::min<std::size_t>(limit, 1000)));
      if (!token.empty()) call.query.emplace_back("continuation-token", token);
      const auto response = send(call).response;
      if (response.status == 404) throw Error(conditions::kBucketNotFound, {{"bucket", bucket_}, {"store", client_->url()}});
      const protocol::XmlElement page = protocol::parse_xml(response.body, {.max_bytes = 64 << 20});
      const bool is_encoded = page.text_of("EncodingType") == "url";
      for (const protocol::XmlElement& entry : page.children) {
        if (entry.name != "Contents") continue;
        RemoteObject object;
        object.key = std::string(entry.text_of("Key"));
        if (is_encoded) {
          std::ranges::replace(object.key, '+', ' ');
          if (auto decoded = protocol::decode_uri(object.key)) object.key = std::move(*decoded);
        }
        object.num_bytes = protocol::parse_number(entry.text_of("Size")).value_or(0);
        object.modified_millis = millis_of_iso(std::string(entry.text_of("LastModified")));
        object.etag = without_quotes(entry.text_of("ETag"));
        objects.push_back(std::move(object));
        if (limit > 0 && objects.size() >= limit) return objects;
      }
      token = std::string(page.text_of("NextContinuationToken"));
      if (page.text_of("IsTruncated") != "true" || token.empty()) return objects;
    }
  }

  std::optional<RemoteObject> find(const std::string& key) const override {
    if (key.empty()) return std::nullopt;
    const auto response = send(call_of("HEAD", key, "looking for")).response;
    if (response.status != 200) return std::nullopt;
    return RemoteObject{key, protocol::parse_number(response.header("content-length")).value_or(0), millis_of_http(response.header("last-modified")), without_quotes(response.header("etag"))};
  }

  std::vector<std::optional<RemoteObject>> find_many(const std::vector<std::string>& keys) const override {
    std::vector<std::optional<RemoteObject>> found(keys.size());
    run_side_by_side(keys.size(), kSideBySide, [&](std::size_t i) { found[i] = find(keys[i]); });
    return found;
  }

  std::optional<std::string> read(const std::string& key) const override {
    auto response = send(call_of("GET", key, "reading")).response;
    if (response.status != 200) return std::nullopt;
    return std::move(response.body);
  }

  std::shared_ptr<const RemoteFile> open(RemoteObject object) const override {
    return std::make_shared<const BucketFile>(client_, copies_, bucket_, std::move(object), identity_);
  }

  void put(const std::string& key, std::string_view bytes) override {
    Call call = call_of("PUT", key, "writing");
    call.body = bytes;
    check_bucket(send(call));
  }

  bool put_if_absent(const std::string& key, std::string_view bytes) override {
    Call call = call_of("PUT", key, "writing");
    call.body = bytes;
    call.headers.emplace_back("if-none-match", "*");
    const Answer answer = send(call);
    if (answer.response.status == 412) return answer.was_repeated && read(key) == bytes;
    check_bucket(answer);
    return true;
  }

  void put_files(const std::vector<std::pair<std::string, std::filesystem::path>>& files) override {
    run_side_by_side(files.size(), kNumUploadedFiles, [&](std::size_t i) { upload_file(*client_, bucket_, files[i].first, files[i].second); });
  }

  void remove(const std::vector<std::string>& keys) override {
    for (std::size_t begin = 0; begin < keys.size(); begin += kMaxDeleted) {
      protocol::XmlWriter xml;
      xml.open_root("Delete");
      xml.flag("Quiet", true);
      for (std::size_t i = begin; i < std::min(keys.size(), begin + kMaxDeleted); ++i) {
        xml.open("Object");
        xml.element("Key", keys[i]);
        xml.close();
      }
      xml.close();
      const std::string body = std::move(xml).finish();
      Call call{.method = "POST", .bucket = bucket_, .key = {}, .query = {{"delete", ""}}, .headers = {{"content-type", "application/xml"}}, .body = body, .operation = "removing"};
      call.headers.emplace_back("content-md5", protocol::encode_base64(checksum(ChecksumKind::Md5, body)));
      const Answer answer = send(call);
      check_bucket(answer);
      const protocol::XmlElement said = protocol::parse_xml(answer.response.body);
      if (const protocol::XmlElement* error = said.find("Error"))
        throw Error(error->text_of("Code") == "AccessDenied" ? conditions::kAccessDenied : conditions::kRefused,
                    {{"store", client_->url()}, {"operation", "removing"}, {"path", "s3a://" + bucket_ + "/" + std::string(error->text_of("Key"))}, {"status", "200"},
                     {"code", std::string(error->text_of("Code"))}, {"reason", std::string(error->text_of("Message"))}});
    }
  }

 private:
  Call call_of(std::string method, const std::string& key, std::string operation) const {
    return {.method = std::move(method), .bucket = bucket_, .key = key, .query = {}, .headers = {}, .body = {}, .operation = std::move(operation)};
  }
  Answer send(const Call& call) const { return client_->send(call); }
  void check_bucket(const Answer& answer) const {
    if (answer.response.status == 404) throw Error(conditions::kBucketNotFound, {{"bucket", bucket_}, {"store", client_->url()}});
  }

  const std::shared_ptr<Client> client_;
  LocalCopies& copies_;
  const std::string bucket_, identity_;
};

}  // namespace

std::shared_ptr<RemoteBucket> open_bucket(std::shared_ptr<Client> client, LocalCopies& copies, std::string bucket) {
  return std::make_shared<ClientBucket>(std::move(client), copies, std::move(bucket));
}

}  // namespace lab::remote::s3
