#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/remote_objects.h"
#include "catalog/local_fence.h"
#include "catalog/remote_settings.h"
#include "lake/delta/table.h"
#include "scan/table_source.h"
#include "store/store.h"

namespace lab::catalog {

/// A place that a query names: `s3a://bucket/key`, `s3://…`, `file:/…` or a bare local path.
struct Location {
  enum class Kind { Bucket, Folder };
  Kind kind = Kind::Folder;
  std::string bucket, key;        ///< Bucket: key without leading or trailing slash
  std::filesystem::path folder;   ///< Folder: absolute
  std::string text;               ///< as errors and DESCRIBE name it
  std::shared_ptr<RemoteBucket> remote;  ///< Bucket: set when it lies in another S3 than the lab's own
  std::shared_ptr<const LocalFence> fence;  ///< Folder: holds for every file below it

  /// A place below this one.
  Location child(const std::string& name) const;
};

/// Takes buckets for the lab's own; Places::locate() knows of others. Throws UNSUPPORTED_FEATURE for schemes that are not there (hdfs, abfss, gs …).
Location parse_location(const std::string& text);

/// A file found at a location.
struct FoundFile {
  std::string path;  ///< relative to the location; empty when the location itself is the file
  std::int64_t num_bytes = 0;
  std::int64_t modified_millis = 0;
};

/// Opens what lies at locations. Thread-safe; blocks for disk.
class Places {
 public:
  /// Without `remotes` every bucket is the lab's own.
  Places(store::Store& store, Disk& disk, const Clock& clock, RemoteStores* remotes = nullptr, OwnEndpoint own = {}, FenceOf fence_of = {});

  /// The place that `text` names to a user with these settings (`fs.s3a.*` may name another S3). Throws PATH_NOT_ALLOWED for a
  /// local one that is closed to the user; open() does for files that a pattern or a link finds.
  Location locate(const std::string& text, const std::string& user, const SettingLookup& setting) const;

  std::shared_ptr<lake::delta::TableStorage> delta_storage(const Location& location, const store::Origin& origin) const;
  /// Tables are kept so that their snapshots are read incrementally. (One per location and origin's user.)
  std::shared_ptr<lake::delta::Table> delta_table(const Location& location, const store::Origin& origin) const;

  bool exists(const Location& location) const;
  /// There, and no file.
  bool is_folder(const Location& location) const;
  /// Files under the location, by path; names that begin with `_` or `.` are left out, as Hadoop's readers do. Glob characters
  /// (`*?[]{}`) in the location are expanded. Throws PATH_NOT_FOUND when there is nothing at all.
  std::vector<FoundFile> list(const Location& location) const;
  /// The files in the order given, with leases: local ones, or such of another S3.
  std::vector<scan::DataFile> open(const Location& location, const std::vector<FoundFile>& files) const;

  /// Makes remote files local ones, for readers that want all of their bytes anyway.
  static void fetch(std::vector<scan::DataFile>& files);

  /// Writes files that an engine staged (relative name, staged path) under the location, all visible at once in a bucket of the lab; what
  /// was there before and `is_replaced` by its relative path is removed in the same change, elsewhere after the new files are there.
  std::filesystem::path stage_directory(const Location& location) const;
  void adopt(const Location& location, const std::vector<lake::delta::TableStorage::NewFile>& files,
             const std::function<bool(const std::string&)>& is_replaced, const store::Origin& origin) const;
  void remove(const Location& location, const store::Origin& origin) const;

  const Clock& clock() const { return clock_; }

 private:
  store::Store& store_;
  Disk& disk_;
  const Clock& clock_;
  RemoteStores* const remotes_;
  const OwnEndpoint own_;
  const FenceOf fence_of_;
  struct Cache;
  std::shared_ptr<Cache> cache_;
};

}  // namespace lab::catalog
