#include "wire/s3/locks.h"

#include "protocol/s3/http_date.h"
#include "protocol/s3/object_lock.h"
#include "wire/s3/bucket_settings.h"

namespace lab::s3 {
namespace {

constexpr std::string_view kModeHeader = "x-amz-object-lock-mode";
constexpr std::string_view kUntilHeader = "x-amz-object-lock-retain-until-date";
constexpr std::string_view kHoldHeader = "x-amz-object-lock-legal-hold";

store::ObjectLock::Mode stored_mode(LockMode mode) {
  return mode == LockMode::Governance ? store::ObjectLock::Mode::Governance : store::ObjectLock::Mode::Compliance;
}

std::optional<std::string> lock_configuration(const Call& call) {
  const auto snapshot = call.service.store.snapshot();
  const auto bucket = store::find_bucket(snapshot, call.address.bucket);
  if (!bucket) throw Error(conditions::kNoSuchBucket);
  return find_setting(snapshot, *bucket, "object-lock");
}

}  // namespace

store::ObjectLock read_lock(const Call& call, const store::Rows& rows, const store::BucketInfo& bucket) {
  const auto mode = call.head.header(kModeHeader), until = call.head.header(kUntilHeader), hold = call.head.header(kHoldHeader);
  const auto configuration = find_setting(rows, bucket, "object-lock");
  store::ObjectLock lock;
  if (!configuration) {
    if (mode || until || hold) throw invalid_request("Bucket is missing Object Lock Configuration");
    return lock;
  }
  const Timestamp now = call.service.store.clock().now();
  if (hold) {
    if (*hold != "ON" && *hold != "OFF") throw invalid_argument("Legal Hold must be either of 'ON' or 'OFF'", std::string(kHoldHeader), std::string(*hold));
    lock.legal_hold = *hold == "ON";
  }
  if (mode.has_value() != until.has_value())
    throw invalid_argument("x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied", std::string(mode ? kUntilHeader : kModeHeader), "");
  if (mode) {
    const auto known = find_lock_mode(*mode);
    if (!known) throw invalid_argument("Unknown wormMode directive.", std::string(kModeHeader), std::string(*mode));
    const auto time = parse_iso_time(*until);
    if (!time) throw invalid_argument("The retain until date must be provided in ISO 8601 format", std::string(kUntilHeader), std::string(*until));
    if (*time <= now) throw invalid_argument("The retain until date must be in the future!", std::string(kUntilHeader), std::string(*until));
    lock.mode = stored_mode(*known);
    lock.until = *time;
  } else if (const auto retention = parse_lock_configuration(*configuration)) {
    lock.mode = stored_mode(retention->mode);
    lock.until = now + retention->length;
  }
  return lock;
}

void require_lock_configuration(const Call& call) {
  if (!lock_configuration(call)) throw invalid_request("Bucket is missing Object Lock Configuration");
}

void set_lock_headers(net::Response& response, const store::ObjectLock& lock) {
  if (lock.mode != store::ObjectLock::Mode::None) {
    response.set(std::string(kModeHeader), lock.mode == store::ObjectLock::Mode::Governance ? "GOVERNANCE" : "COMPLIANCE");
    response.set(std::string(kUntilHeader), print_iso_time(std::chrono::floor<std::chrono::milliseconds>(lock.until)));
  }
  if (lock.legal_hold) response.set(std::string(kHoldHeader), "ON");
}

}  // namespace lab::s3
