#include "remote/s3/upload.h"


#include <algorithm>
#include <vector>

#include "base/disk.h"
#include "base/error.h"
#include "protocol/s3/xml.h"
#include "remote/s3/conditions.h"
#include "base/side_by_side.h"

namespace lab::remote::s3 {

namespace protocol = lab::s3;

namespace {

constexpr std::uint64_t kSmallBytes = 32 << 20;
constexpr std::uint64_t kPartBytes = 16 << 20;
constexpr std::uint64_t kMaxParts = 10'000;
constexpr std::size_t kNumUploads = 4;

class StagedFile {
 public:
  explicit StagedFile(const std::filesystem::path& path) : file_(disk_.open_to_read(path)) {}
  std::uint64_t size() { return file_->size(); }
  std::string read(std::uint64_t begin, std::uint64_t count) {
    std::string bytes(count, '\0');
    bytes.resize(file_->read(begin, bytes));
    return bytes;
  }

 private:
  RealDisk disk_;
  std::unique_ptr<File> file_;
};

void check_found(const Answer& answer, const Call& call, const Client& client) {
  // Only a bucket can be missing here, and stores that do not say so answer a bare 404.
  if (answer.response.status == 404) throw Error(conditions::kBucketNotFound, {{"bucket", call.bucket}, {"store", client.url()}});
}

net::ClientResponse send_checked(Client& client, const Call& call) {
  Answer answer = client.send(call);
  check_found(answer, call, client);
  return std::move(answer.response);
}

class MultipartUpload {
 public:
  MultipartUpload(Client& client, std::string bucket, std::string key) : client_(client), bucket_(std::move(bucket)), key_(std::move(key)) {
    const auto response = send_checked(client_, {.method = "POST", .bucket = bucket_, .key = key_, .query = {{"uploads", ""}}, .headers = {}, .body = {}, .operation = "writing"});
    id_ = std::string(protocol::parse_xml(response.body).text_of("UploadId"));
  }
  ~MultipartUpload() {
    if (is_complete_) return;
    try {
      client_.send({.method = "DELETE", .bucket = bucket_, .key = key_, .query = {{"uploadId", id_}}, .headers = {}, .body = {}, .operation = "giving up"});
    } catch (const std::exception&) {
      // The store's own rule for unfinished uploads takes the parts away.
    }
  }
  MultipartUpload(const MultipartUpload&) = delete;
  MultipartUpload& operator=(const MultipartUpload&) = delete;

  std::string put_part(std::size_t number, std::string_view bytes) {
    const auto response = send_checked(client_, {.method = "PUT", .bucket = bucket_, .key = key_,
                                                 .query = {{"partNumber", std::to_string(number)}, {"uploadId", id_}}, .headers = {}, .body = bytes, .operation = "writing"});
    return std::string(response.header("etag"));
  }

  void complete(const std::vector<std::string>& etags) {
    protocol::XmlWriter xml;
    xml.open_root("CompleteMultipartUpload");
    for (std::size_t i = 0; i < etags.size(); ++i) {
      xml.open("Part");
      xml.element("PartNumber", static_cast<std::uint64_t>(i + 1));
      xml.element("ETag", etags[i]);
      xml.close();
    }
    xml.close();
    const std::string body = std::move(xml).finish();
    const Answer answer = client_.send({.method = "POST", .bucket = bucket_, .key = key_, .query = {{"uploadId", id_}}, .headers = {{"content-type", "application/xml"}}, .body = body, .operation = "writing"});
    // A repeated call finds no such upload when the first one did it.
    const bool is_done = answer.response.status == 404 && answer.was_repeated;
    // Stores may answer 200 and put the error into the body.
    const bool is_error = answer.response.body.find("<Error>") != std::string::npos;
    if (!is_done && (answer.response.status == 404 || is_error))
      throw Error(conditions::kRefused, {{"store", client_.url()}, {"operation", "writing"}, {"path", "s3a://" + bucket_ + "/" + key_},
                                         {"status", std::to_string(answer.response.status)}, {"code", "CompleteMultipartUpload"}, {"reason", answer.response.body.substr(0, 300)}});
    is_complete_ = true;
  }

 private:
  Client& client_;
  const std::string bucket_, key_;
  std::string id_;
  bool is_complete_ = false;
};

}  // namespace

void upload_file(Client& client, const std::string& bucket, const std::string& key, const std::filesystem::path& path) {
  StagedFile file(path);
  const std::uint64_t size = file.size();
  if (size <= kSmallBytes) {
    const std::string bytes = file.read(0, size);
    send_checked(client, {.method = "PUT", .bucket = bucket, .key = key, .query = {}, .headers = {}, .body = bytes, .operation = "writing"});
    return;
  }
  const std::uint64_t part_bytes = std::max(kPartBytes, (size + kMaxParts - 1) / kMaxParts);
  MultipartUpload upload(client, bucket, key);
  std::vector<std::string> etags((size + part_bytes - 1) / part_bytes);
  run_side_by_side(etags.size(), kNumUploads, [&](std::size_t i) { etags[i] = upload.put_part(i + 1, file.read(i * part_bytes, std::min(part_bytes, size - i * part_bytes))); });
  upload.complete(etags);
}

}  // namespace lab::remote::s3
