#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/remote_objects.h"
#include "net/http_client.h"
#include "protocol/s3/text_forms.h"

namespace lab::remote::s3 {

/// One request about a bucket or an object of it.
struct Call {
  std::string method;
  std::string bucket, key;  ///< key empty: the bucket
  lab::s3::NameValues query, headers;
  std::string_view body;
  /// How errors name it (`reading`, `writing` …).
  std::string operation;
};

struct Answer {
  net::ClientResponse response;
  /// An earlier try may have been carried out though no answer came.
  bool was_repeated = false;
};

/// Sends signed requests to one other S3. What may succeed later (no answer, 5xx, SlowDown) is tried again with growing pauses, for
/// seconds and not for minutes. Thread-safe.
class Client {
 public:
  Client(RemoteStore store, const Clock& clock);

  /// Answers with status 2xx, 304, 404 and 412; others throw OBJECT_STORE_*, and so does 404 for a bucket that is not there.
  Answer send(const Call& call);

  /// `http://host:port`
  const std::string& url() const { return url_; }
  const RemoteStore& store() const { return store_; }

 private:
  net::ClientResponse send_once(const Call& call);
  std::string region() const;
  bool learn_region(const net::ClientResponse& response, const std::string& told);

  const RemoteStore store_;
  const Clock& clock_;
  std::string url_;
  std::unique_ptr<net::HttpClient> http_;
  std::mutex bucket_hosts_mutex_;
  std::map<std::string, std::unique_ptr<net::HttpClient>> bucket_hosts_;  ///< virtual-host style: a server name for each bucket
  mutable std::mutex region_mutex_;
  std::string region_;
};

}  // namespace lab::remote::s3
