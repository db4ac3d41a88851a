#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/remote_objects.h"

namespace lab::lake::delta {

/// Where the files of one table lie. Paths are relative to the table's root, `/` between parts, not URL-encoded.
/// Implementations: a prefix of a bucket of the lab's store or of another S3, and a local folder. Thread-safe; blocks for disk.
class TableStorage {
 public:
  struct Entry {
    std::string path;
    std::int64_t num_bytes = 0;
    std::int64_t modified_millis = 0;
  };
  /// A data file as a local file that stays readable while `lease` lives; or, when `remote` is set, one that is read from elsewhere
  /// and has `path` for a name only.
  struct LocalFile {
    std::filesystem::path path;
    std::int64_t num_bytes = 0;
    std::shared_ptr<const void> lease;
    std::shared_ptr<const RemoteFile> remote = nullptr;
  };
  /// A file that an engine wrote under stage_directory(), to become `path` of the table.
  struct NewFile {
    std::string path;
    std::filesystem::path staged;
  };

  virtual ~TableStorage() = default;

  /// `s3://bucket/prefix` or `file:/…`: how the table is named to people and in absolute paths of the log.
  virtual const std::string& uri() const = 0;
  /// Entries directly or deeper under `folder` whose path sorts behind `start_after` and before `end_before` (empty: no bound), by path.
  virtual std::vector<Entry> list(std::string_view folder, std::string_view start_after = {}, std::string_view end_before = {}) const = 0;
  virtual std::optional<std::string> read(std::string_view path) const = 0;
  /// Opens data files, absent ones empty. `path` may be absolute (`s3://…`, `file:/…`) for shallow clones.
  virtual std::vector<std::optional<LocalFile>> open(const std::vector<std::string>& paths) const = 0;

  /// A folder of this request's own in which an engine may write files.
  virtual std::filesystem::path stage_directory() = 0;
  /// Makes all `files` and then `log_path` with `log_bytes` durable and visible, as one change: false, and nothing happened, when
  /// `log_path` exists already. On a local folder the files become visible before the log entry does, as in any Delta table.
  /// After false the same files may be given again.
  virtual bool commit(const std::vector<NewFile>& files, std::string_view log_path, std::string_view log_bytes) = 0;
  /// Gives up staged files that will not be committed.
  virtual void discard(const std::vector<NewFile>& files) = 0;
  /// Writes `path` whatever was there (checkpoints, _last_checkpoint, checksums). Durable on return.
  virtual void write(std::string_view path, std::string_view bytes) = 0;
  /// As write() with a file from stage_directory().
  virtual void adopt(std::string_view path, const std::filesystem::path& staged) = 0;
};

}  // namespace lab::lake::delta
