#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/remote_objects.h"

namespace lab::catalog {

/// Where the lab's own S3 listens, so that settings which name it mean local files.
struct OwnEndpoint {
  std::string host = "127.0.0.1";
  std::uint16_t port = 9000;
};

/// A setting's value by its key; nothing when it is not set.
using SettingLookup = std::function<std::optional<std::string>(const std::string& key)>;

/// The other S3 that `fs.s3a.*` settings name for a bucket; nothing when they name none, or the lab itself (also by the names that
/// notebooks have for it, `minio` and `infrastructure-minio`). `fs.s3a.bucket.NAME.x` wins over `fs.s3a.x`; each may have
/// `spark.hadoop.` before it. Throws INVALID_CONF_VALUE for an endpoint that is no URL or host.
std::optional<RemoteStore> find_remote_store(const std::string& bucket, const SettingLookup& setting, const OwnEndpoint& own);

}  // namespace lab::catalog
