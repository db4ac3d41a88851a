#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/s3/acl.h"

namespace lab::s3 {

/// How the keys of log objects are made.
enum class LogKeyFormat {
  Unsaid,        ///< as Simple
  Simple,        ///< prefix, time, unique text
  EventTime,     ///< by account, region, bucket and the day of the requests
  DeliveryTime,  ///< by account, region, bucket and the day of the delivery
};

/// Where the access log of a bucket goes (`<LoggingEnabled>`).
struct LoggingConfig {
  std::string bucket;
  std::string prefix;
  std::vector<Grant> grants;  ///< on the log objects, beside their owner's
  LogKeyFormat format = LogKeyFormat::Unsaid;
  friend bool operator==(const LoggingConfig&, const LoggingConfig&) = default;
};

/// Reads `<BucketLoggingStatus>`; absent when it turns logging off. Throws MalformedXML.
std::optional<LoggingConfig> parse_logging(std::string_view xml);
std::string write_logging(const LoggingConfig& config);

}  // namespace lab::s3
