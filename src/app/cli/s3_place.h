#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings.h"
#include "protocol/s3/text_forms.h"
#include "protocol/s3/xml.h"
#include "remote/s3/client.h"

/// What the commands for objects, users and keys share: the lab (or another S3) as its clients see it.
namespace lab::app::cli {

/// `s3://bucket/key`, `s3a://…` or, where a command takes nothing else, `bucket/key`.
struct S3Place {
  std::string bucket, key;
  std::string text() const { return "s3://" + bucket + (key.empty() ? "" : "/" + key); }
};
bool is_s3_place(std::string_view text);
S3Place parse_s3_place(std::string_view text);

struct ListedObject {
  std::string key;
  std::uint64_t size = 0;
  std::string modified, etag;
  bool is_prefix = false;
};

/// A client of an S3, with the calls that commands need. Throws OBJECT_STORE_*, with the store's own words.
class S3Session {
 public:
  S3Session(RemoteStore store);

  /// The running lab of this data folder, as its own user; throws NOT_RUNNING.
  static std::unique_ptr<S3Session> of_lab(const Settings& settings);
  /// Another S3 at `http[s]://host[:port]`, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the environment.
  static std::unique_ptr<S3Session> of_endpoint(const std::string& url);

  /// Throws when the answer is 404 or 412, with the reason.
  net::ClientResponse send(const remote::s3::Call& call);
  /// An action of IAM; answers its `…Result` element.
  lab::s3::XmlElement ask_iam(const std::string& action, lab::s3::NameValues parameters);

  std::vector<std::string> list_buckets();
  /// All objects below a prefix, page by page; with a delimiter its common prefixes too.
  void list(const S3Place& place, std::string_view delimiter, const std::function<void(const ListedObject&)>& each);
  /// Fetches by ranges into a file that appears whole.
  void download(const S3Place& from, const std::filesystem::path& to, const std::function<void(std::uint64_t)>& progress);
  void upload(const std::filesystem::path& from, const S3Place& to);
  void copy(const S3Place& from, const S3Place& to);
  void remove(const S3Place& place, const std::string& version);

  remote::s3::Client& client() { return client_; }

 private:
  SystemClock clock_;
  remote::s3::Client client_;
};

}  // namespace lab::app::cli
