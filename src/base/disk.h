#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace lab {

namespace conditions {
inline constexpr Condition kDiskFailure{"DISK_FAILURE", "58030", Kind::Unavailable,
                                        "The disk failed at <operation> of <path>: <reason>."};
inline constexpr Condition kDiskFull{"DISK_FULL", "53100", Kind::ResourceExhausted,
                                     "The disk is full at <operation> of <path>."};
inline constexpr Condition kFileNotFound{"FILE_NOT_FOUND", "58P01", Kind::NotFound, "The file <path> does not exist."};
inline constexpr Condition kFileAlreadyExists{"FILE_ALREADY_EXISTS", "58P02", Kind::AlreadyExists,
                                              "The file <path> exists already."};
}  // namespace conditions

/// An open file. Positions are explicit, so reads may run from many threads at once; one thread writes.
/// Closing (the destructor) never makes anything durable; sync() does.
class File {
 public:
  virtual ~File() = default;
  /// Reads up to `into.size()` bytes at `offset`; fewer only at the end of the file.
  virtual std::size_t read(std::uint64_t offset, std::span<char> into) = 0;
  /// Writes all of `bytes` at `offset`.
  virtual void write(std::uint64_t offset, std::string_view bytes) = 0;
  /// Writes all of `bytes` behind the last byte.
  virtual void append(std::string_view bytes) = 0;
  virtual void truncate(std::uint64_t size) = 0;
  /// Contents and size are on stable storage when this returns. After it threw, what is on disk is unknown and
  /// asking again proves nothing: the caller must stop acknowledging.
  virtual void sync() = 0;
  virtual std::uint64_t size() = 0;
  /// The descriptor for sendfile() and mmap(); valid while this object lives.
  virtual int descriptor() const = 0;
};

struct FileStatus {
  std::uint64_t size = 0;
  bool is_folder = false;
};

struct DiskSpace {
  std::uint64_t total = 0;
  std::uint64_t available = 0;  ///< to this user
};

/// The file system as the lab uses it: everything that must be durable goes past this interface, so that tests can
/// fail any call, record all of them and rebuild any legal state after a crash.
///
/// Failures throw DISK_FAILURE, DISK_FULL, FILE_NOT_FOUND or FILE_ALREADY_EXISTS. Thread-safe.
class Disk {
 public:
  using Path = std::filesystem::path;

  virtual ~Disk() = default;
  virtual std::unique_ptr<File> open_to_read(const Path& path) = 0;
  /// Opens an existing file for reading and writing.
  virtual std::unique_ptr<File> open_to_write(const Path& path) = 0;
  /// Makes a file that must not exist, mode 0600. Its name is durable after sync_folder() of its folder.
  virtual std::unique_ptr<File> create(const Path& path) = 0;
  /// Makes a folder, mode 0700; an existing one is no error. Not recursive.
  virtual void make_folder(const Path& path) = 0;
  virtual void rename(const Path& from, const Path& to) = 0;
  virtual void link(const Path& from, const Path& to) = 0;
  /// Removes a file; an absent one is no error.
  virtual void remove(const Path& path) = 0;
  /// Removes an empty folder; an absent one is no error.
  virtual void remove_folder(const Path& path) = 0;
  /// Names in a folder, unsorted, without `.` and `..`.
  virtual std::vector<std::string> list(const Path& folder) = 0;
  virtual std::optional<FileStatus> find_status(const Path& path) = 0;
  /// Entries made, renamed or removed in `folder` are on stable storage when this returns.
  virtual void sync_folder(const Path& folder) = 0;
  virtual DiskSpace space(const Path& path) = 0;
};

/// The machine's file system.
class RealDisk final : public Disk {
 public:
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
};

/// Makes `folder` and what is missing above it, and makes their names durable.
void make_folders(Disk& disk, const Disk::Path& folder);
/// The whole file as a string.
std::string read_file(Disk& disk, const Disk::Path& path);
/// Replaces or makes a small file so that after a crash it holds the old bytes or the new ones, whole.
void write_file_atomically(Disk& disk, const Disk::Path& path, std::string_view bytes);

}  // namespace lab
