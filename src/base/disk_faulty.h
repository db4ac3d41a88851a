#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/disk.h"

namespace lab {

/// A disk for tests that fails on order: the n-th call that changes or syncs something throws, and optionally all
/// calls after it too. A failed write has written a part of its bytes, a failed sync has synced nothing.
/// Thread-safe.
class FaultyDisk final : public Disk {
 public:
  enum class Fault { Failure, Full };

  explicit FaultyDisk(Disk& below) : below_(below) {}

  /// From now the `nth` counted call (1 = the next) fails; `and_all_later` keeps it so.
  void fail_at(std::uint64_t nth, Fault fault = Fault::Failure, bool and_all_later = false);
  /// Fails every call of this operation ("sync", "sync_folder", "write", …) from now on; empty for none.
  void fail_operation(std::string operation, Fault fault = Fault::Failure);
  void heal();
  /// Counted calls since the last fail_at() or heal().
  std::uint64_t num_calls() const { return calls_; }
  /// Answers space() from now on.
  void set_space(std::optional<DiskSpace> space);

  std::unique_ptr<File> open_to_read(const Path& path) override;
  std::unique_ptr<File> open_to_write(const Path& path) override;
  std::unique_ptr<File> create(const Path& path) override;
  void make_folder(const Path& path) override;
  void rename(const Path& from, const Path& to) override;
  void link(const Path& from, const Path& to) override;
  void remove(const Path& path) override;
  void remove_folder(const Path& path) override;
  std::vector<std::string> list(const Path& folder) override;
  std::optional<FileStatus> find_status(const Path& path) override;
  void sync_folder(const Path& folder) override;
  DiskSpace space(const Path& path) override;

 private:
  friend class FaultyFile;
  void count(const char* operation, const Path& path);

  Disk& below_;
  mutable std::mutex mutex_;
  std::atomic<std::uint64_t> calls_{0};
  std::uint64_t fail_at_ = 0;
  bool later_too_ = false;
  std::string operation_;
  Fault fault_ = Fault::Failure;
  std::optional<DiskSpace> space_;
};

}  // namespace lab
