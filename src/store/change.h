#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/commit.h"
#include "store/journal/transaction.h"
#include "store/objects/multipart.h"
#include "store/objects/object.h"

namespace lab::store {

/// Everything that one request changes, as one unit: all of it becomes visible and durable at one commit number, or
/// nothing does. Steps run in the order in which they were added, on the writer thread; each sees what the ones before
/// it wrote. Hand it to Store::apply(). Movable; used once.
///
///     Change change({.actor = "ann", .protocol = "s3", .request = id});
///     change.put_object({.bucket = "b", .key = "k", .content = ObjectContent::of(std::move(blob)), .etag = etag});
///     store.apply(std::move(change));
class Change {
 public:
  using Step = std::move_only_function<void(Transaction&)>;

  explicit Change(Origin origin) : origin_(std::move(origin)) {}

  /// A step of the caller's own: reads, throws its own Error when a precondition fails, writes rows. What it captures
  /// by reference must outlive apply(). When the writer goes down before COMMIT, a step may have run for nothing: what
  /// it hands out counts only once apply() has returned.
  Change& step(Step step);

  Change& put_row(std::string table, Row row, Branch branch = kMainBranch);
  Change& add_row(std::string table, Row row, Branch branch = kMainBranch);
  Change& erase_row(std::string table, Key key, Branch branch = kMainBranch);

  /// Throws BUCKET_ALREADY_EXISTS {bucket} from apply().
  Change& create_bucket(std::string name, std::string owner, std::string region = "us-east-1");
  /// Throws NO_SUCH_BUCKET, BUCKET_NOT_EMPTY (objects; open uploads are aborted with it).
  Change& delete_bucket(std::string name);

  /// Throws NO_SUCH_BUCKET, and INVALID_VERSIONING for a way back to Off.
  Change& set_versioning(std::string bucket, Versioning versioning);

  /// Throws NO_SUCH_BUCKET or what the expectation says. `result`, if given, is filled before apply() returns.
  Change& put_object(PutObject put, ObjectInfo* result = nullptr);
  /// Many puts at once: a table's commit file with its data files. The first expectation that fails ends the change.
  Change& put_objects(std::vector<PutObject> puts);
  /// Deleting an absent key or version is no error; the result tells. Throws OBJECT_LOCKED for a locked version.
  Change& delete_object(DeleteObject erase, DeleteResult* result = nullptr);
  /// Throws NO_SUCH_KEY, NO_SUCH_VERSION, IS_DELETE_MARKER, and what the update throws.
  Change& update_object(UpdateObject update, ObjectInfo* result = nullptr);

  Change& create_upload(CreateUpload create, std::string* upload_id);
  Change& put_part(PutPart put);
  /// Computes S3's ETag (MD5 of MD5s and part count) and the object's checksum. Throws NO_SUCH_UPLOAD, INVALID_PART,
  /// INVALID_PART_ORDER, PART_TOO_SMALL or what the expectation says.
  Change& complete_upload(CompleteUpload complete, ObjectInfo* result);
  /// Throws NO_SUCH_UPLOAD.
  Change& abort_upload(std::string bucket, std::string key, std::string upload);

  /// The bytes of a packed blob lie where those of `copy` do from now on, unless it was collected meanwhile. For the
  /// store's compaction.
  Change& move_blob(const KeptBlob& blob, const StagedBlob& copy);

  const Origin& origin() const { return origin_; }

 private:
  friend class RealStore;
  friend class Writer;
  Origin origin_;
  std::vector<Step> steps_;
  /// Bytes that must be durable before the first step runs; released to the rows that name them by COMMIT.
  std::vector<StagedBlob> staged_;
};

}  // namespace lab::store
