#pragma once

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/disk.h"
#include "base/remote_objects.h"

namespace lab::remote::s3 {

/// Where files may lie for a while: a folder that is emptied at every start.
class Stage {
 public:
  virtual ~Stage() = default;
  virtual Disk& disk() = 0;
  /// A path that nobody else was given, ending in `suffix`.
  virtual std::filesystem::path make_path(const std::string& suffix) = 0;
  virtual void discard(const std::filesystem::path& path) = 0;
};

/// Whole files fetched from other S3s. A copy lives as long as its readers; the last ones are kept for the next reader, up to a number
/// of bytes. Thread-safe.
class LocalCopies {
 public:
  LocalCopies(Stage& stage, std::uint64_t max_kept_bytes) : stage_(stage), max_kept_bytes_(max_kept_bytes) {}

  /// The copy of that name (of one version of a file), fetched by one caller while others of the same name wait.
  std::shared_ptr<const LocalCopy> get(const RemoteFile& file);

 private:
  struct Entry {
    std::mutex fetching;
    std::weak_ptr<const LocalCopy> copy;
  };
  std::shared_ptr<const LocalCopy> fetch(const RemoteFile& file);
  void keep(std::shared_ptr<const LocalCopy> copy, std::uint64_t num_bytes);

  Stage& stage_;
  const std::uint64_t max_kept_bytes_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Entry>> entries_;
  std::list<std::pair<std::shared_ptr<const LocalCopy>, std::uint64_t>> kept_;  ///< newest first
  std::uint64_t num_kept_bytes_ = 0;
};

}  // namespace lab::remote::s3
