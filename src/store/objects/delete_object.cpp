#include "base/error.h"
#include "store/conditions.h"
#include "store/objects/objects.h"
#include "store/objects/tables.h"

namespace lab::store {
namespace {

void check_lock(const Transaction& transaction, const ObjectInfo& info, bool bypasses_governance) {
  const ObjectLock& lock = info.properties.lock;
  const bool is_kept = lock.mode != ObjectLock::Mode::None && lock.until > transaction.time();
  const bool may_bypass = lock.mode == ObjectLock::Mode::Governance && bypasses_governance;
  if (!lock.legal_hold && (!is_kept || may_bypass)) return;
  throw Error(conditions::kObjectLocked, {{"bucket", info.bucket}, {"key", info.key}, {"version", info.version}});
}

bool is_conditional(const DeleteObject& erase) {
  return erase.expect.of != Expectation::Of::Nothing || erase.expected_size || erase.expected_modified;
}

void check_expected(const ObjectInfo& info, const DeleteObject& erase) {
  const Expectation& expect = erase.expect;
  const bool is_etag_right = (expect.of != Expectation::Of::ETag || info.etag == expect.etag) &&
                             (expect.of != Expectation::Of::NotETag || info.etag != expect.etag) && expect.of != Expectation::Of::Absent;
  const bool is_size_right = !erase.expected_size || *erase.expected_size == info.size;
  const bool is_time_right = !erase.expected_modified || *erase.expected_modified == std::chrono::floor<std::chrono::seconds>(info.modified);
  if (is_etag_right && is_size_right && is_time_right) return;
  throw Error(conditions::kPreconditionFailed, {{"condition", "If-Match"}, {"bucket", info.bucket}, {"key", info.key}, {"what", info.bucket + "/" + info.key}});
}

DeleteResult remove_version(Transaction& transaction, const BucketInfo& bucket, const DeleteObject& erase) {
  DeleteResult result{.version = erase.version};
  const auto row = find_version_row(transaction, bucket, erase.key, erase.version);
  if (!row) return result;
  check_expected(row->info, erase);
  check_lock(transaction, row->info, erase.bypasses_governance);
  result.existed = true;
  result.is_marker = row->place == Place::Marker;
  close_row(transaction, row->info.id);
  // The version behind a removed latest one becomes the object again.
  if (row->info.is_latest) {
    auto next = find_version_row(transaction, bucket, erase.key, std::nullopt);
    if (next && next->place == Place::Noncurrent) {
      next->place = Place::Current;
      reopen_row(transaction, bucket, *next);
      transaction.announce({"objects", FeedAction::Put, bucket.name + "/" + erase.key});
      return result;
    }
  }
  transaction.announce({"objects", FeedAction::Erase, bucket.name + "/" + erase.key});
  return result;
}

}  // namespace

DeleteResult delete_object(Transaction& transaction, const DeleteObject& erase) {
  const auto bucket = get_bucket(transaction, erase.bucket);
  if (erase.version) return remove_version(transaction, bucket, erase);
  DeleteResult result;
  const auto latest = find_version_row(transaction, bucket, erase.key, std::nullopt);
  if (latest)
    check_expected(latest->info, erase);
  else if (is_conditional(erase))
    return result;
  result.existed = latest && latest->place == Place::Current;
  if (!result.existed && bucket.versioning == Versioning::Off) return result;
  make_way(transaction, bucket, erase.key);
  if (bucket.versioning != Versioning::Off) {
    VersionRow marker;
    marker.place = Place::Marker;
    marker.birth = next_row_id(transaction);
    marker.info = {.bucket = bucket.name, .key = erase.key, .modified = transaction.time(), .owner = transaction.origin().actor};
    if (bucket.versioning == Versioning::Enabled) marker.info.version = make_version_id(marker.birth);
    open_row(transaction, bucket, marker);
    result.is_marker = true;
    result.version = marker.info.version;
  }
  transaction.announce({"objects", FeedAction::Erase, bucket.name + "/" + erase.key});
  return result;
}

}  // namespace lab::store
