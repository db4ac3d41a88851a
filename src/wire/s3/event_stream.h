#pragma once

#include <cstdint>
#include <string>

#include "net/flow.h"
#include "protocol/s3/notification.h"
#include "wire/s3/service.h"

namespace lab::s3 {

/// What happens to a bucket's objects, told to a client for as long as it listens (MinIO's ListenBucketNotification): a line of JSON
/// for each event that a rule wants, from the moment on at which this was made, out of the journal. A space now and then shows whether
/// the client is still there. Ends with the bucket.
class EventStream final : public net::FlowSource {
 public:
  /// `service` must outlive it.
  EventStream(const S3Service& service, store::BucketInfo bucket, NotificationRule rule)
      : service_(service), bucket_(std::move(bucket)), rule_(std::move(rule)), told_(service.store.last_commit().value) {}

  net::awaitable<std::size_t> read(std::span<char> into) override;

 private:
  /// Fills `pending_` with what was committed since; false when the bucket is gone. Blocks for disk.
  bool take_news();

  const S3Service& service_;
  const store::BucketInfo bucket_;
  const NotificationRule rule_;
  std::int64_t told_;  ///< commit
  std::string pending_;
};

}  // namespace lab::s3
