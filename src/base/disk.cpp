#include "base/disk.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/ids.h"

namespace lab {
namespace {

using Path = Disk::Path;

[[noreturn]] void throw_disk_error(const char* operation, const Path& path, int code) {
  switch (code) {
    case ENOENT:
      throw Error(conditions::kFileNotFound, {{"path", path.string()}});
    case EEXIST:
      throw Error(conditions::kFileAlreadyExists, {{"path", path.string()}});
    case ENOSPC:
    case EDQUOT:
      throw Error(conditions::kDiskFull, {{"operation", operation}, {"path", path.string()}});
    default:
      throw Error(conditions::kDiskFailure,
                  {{"operation", operation}, {"path", path.string()}, {"reason", std::strerror(code)}});
  }
}

template <typename Call>
auto retry_interrupted(Call call) {
  decltype(call()) result;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

int open_or_throw(const char* operation, const Path& path, int flags) {
  const int descriptor = retry_interrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0600); });
  if (descriptor < 0) throw_disk_error(operation, path, errno);
  return descriptor;
}

class RealFile final : public File {
 public:
  RealFile(Path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  ~RealFile() override { ::close(descriptor_); }

  std::size_t read(std::uint64_t offset, std::span<char> into) override {
    std::size_t done = 0;
    while (done < into.size()) {
      const auto got = retry_interrupted([&] {
        return ::pread(descriptor_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
      });
      if (got < 0) throw_disk_error("read", path_, errno);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  void write(std::uint64_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto put = retry_interrupted(
          [&] { return ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
      if (put < 0) throw_disk_error("write", path_, errno);
      bytes.remove_prefix(static_cast<std::size_t>(put));
      offset += static_cast<std::uint64_t>(put);
      start_writeback(offset, static_cast<std::uint64_t>(put));
    }
  }

  void append(std::string_view bytes) override { write(size(), bytes); }

  void truncate(std::uint64_t size) override {
    if (retry_interrupted([&] { return ::ftruncate(descriptor_, static_cast<off_t>(size)); }) < 0)
      throw_disk_error("truncate", path_, errno);
  }

  void sync() override {
    // fdatasync also writes the size when it changed, which is all of the metadata that reading back needs.
    if (retry_interrupted([&] { return ::fdatasync(descriptor_); }) < 0) throw_disk_error("sync", path_, errno);
  }

  std::uint64_t size() override {
    struct stat status;
    if (::fstat(descriptor_, &status) < 0) throw_disk_error("status", path_, errno);
    return static_cast<std::uint64_t>(status.st_size);
  }

  int descriptor() const override { return descriptor_; }

 private:
  // Of a large file the kernel would keep everything dirty until sync(); told early, the disk works while more comes.
  // Only a hint: sync() alone makes anything durable, and reports what went wrong here.
  void start_writeback(std::uint64_t end, std::uint64_t count) {
    unstarted_ += count;
    if (unstarted_ < kWritebackStep) return;
    ::sync_file_range(descriptor_, static_cast<off_t>(end - std::min(end, unstarted_)), static_cast<off_t>(unstarted_),
                      SYNC_FILE_RANGE_WRITE);
    unstarted_ = 0;
  }

  static constexpr std::uint64_t kWritebackStep = 8 << 20;
  std::uint64_t unstarted_ = 0;  ///< bytes written since the last hint
  const Path path_;
  const int descriptor_;
};

}  // namespace

std::unique_ptr<File> RealDisk::open_to_read(const Path& path) {
  return std::make_unique<RealFile>(path, open_or_throw("open", path, O_RDONLY));
}

std::unique_ptr<File> RealDisk::open_to_write(const Path& path) {
  return std::make_unique<RealFile>(path, open_or_throw("open", path, O_RDWR));
}

std::unique_ptr<File> RealDisk::create(const Path& path) {
  return std::make_unique<RealFile>(path, open_or_throw("create", path, O_RDWR | O_CREAT | O_EXCL));
}

void RealDisk::make_folder(const Path& path) {
  if (::mkdir(path.c_str(), 0700) < 0) {
    const int code = errno;
    struct stat status;
    if (code == EEXIST && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return;
    throw_disk_error("make_folder", path, code);
  }
}

void RealDisk::rename(const Path& from, const Path& to) {
  if (::rename(from.c_str(), to.c_str()) < 0) throw_disk_error("rename", from, errno);
}

void RealDisk::link(const Path& from, const Path& to) {
  if (::link(from.c_str(), to.c_str()) < 0) throw_disk_error("link", errno == EEXIST ? to : from, errno);
}

void RealDisk::remove(const Path& path) {
  if (::unlink(path.c_str()) < 0 && errno != ENOENT) throw_disk_error("remove", path, errno);
}

void RealDisk::remove_folder(const Path& path) {
  if (::rmdir(path.c_str()) < 0 && errno != ENOENT) throw_disk_error("remove_folder", path, errno);
}

std::vector<std::string> RealDisk::list(const Path& folder) {
  DIR* stream = ::opendir(folder.c_str());
  if (stream == nullptr) throw_disk_error("list", folder, errno);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
    errno = 0;
  }
  const int code = errno;
  ::closedir(stream);
  if (code != 0) throw_disk_error("list", folder, code);
  return names;
}

std::optional<FileStatus> RealDisk::find_status(const Path& path) {
  struct stat status;
  if (::lstat(path.c_str(), &status) < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throw_disk_error("status", path, errno);
  }
  return FileStatus{static_cast<std::uint64_t>(status.st_size), S_ISDIR(status.st_mode)};
}

void RealDisk::sync_folder(const Path& folder) {
  const RealFile handle(folder, open_or_throw("sync_folder", folder, O_RDONLY | O_DIRECTORY));
  if (retry_interrupted([&] { return ::fsync(handle.descriptor()); }) < 0)
    throw_disk_error("sync_folder", folder, errno);
}

DiskSpace RealDisk::space(const Path& path) {
  struct statvfs status;
  if (retry_interrupted([&] { return ::statvfs(path.c_str(), &status); }) < 0) throw_disk_error("space", path, errno);
  return {static_cast<std::uint64_t>(status.f_blocks) * status.f_frsize,
          static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize};
}

void make_folders(Disk& disk, const Path& folder) {
  std::vector<Path> missing;
  for (Path each = std::filesystem::absolute(folder).lexically_normal(); !disk.find_status(each);) {
    missing.push_back(each);
    if (each == each.parent_path()) break;
    each = each.parent_path();
  }
  for (auto each = missing.rbegin(); each != missing.rend(); ++each) {
    if (!each->has_filename()) continue;  // `a/b/` names `a/b` twice
    disk.make_folder(*each);
    disk.sync_folder(each->parent_path());
  }
}

std::string read_file(Disk& disk, const Path& path) {
  const auto file = disk.open_to_read(path);
  std::string bytes(file->size(), '\0');
  bytes.resize(file->read(0, bytes));
  return bytes;
}

void write_file_atomically(Disk& disk, const Path& path, std::string_view bytes) {
  Path fresh = path;
  fresh += "." + random_hex(6) + ".new";
  try {
    const auto file = disk.create(fresh);
    file->write(0, bytes);
    file->sync();
  } catch (...) {
    try {
      disk.remove(fresh);
    } catch (const Error&) {
      // The first failure is the one to tell.
    }
    throw;
  }
  disk.rename(fresh, path);
  disk.sync_folder(path.parent_path());
}

}  // namespace lab
