#include "engine/remote_file_system.h"

#include "duckdb/common/file_open_flags.hpp"
#include "duckdb/common/file_opener.hpp"
#include "duckdb/common/file_system.hpp"
#include "engine/inputs.h"
#include "engine/kernels/raise.h"

namespace lab::engine {
namespace {

class RemoteHandle final : public duckdb::FileHandle {
 public:
  RemoteHandle(duckdb::FileSystem& system, const std::string& name, duckdb::FileOpenFlags flags, std::shared_ptr<const RemoteFile> opened)
      : FileHandle(system, name, flags), file(std::move(opened)) {}
  void Close() override {}

  const std::shared_ptr<const RemoteFile> file;
  duckdb::idx_t position = 0;
};

class RemoteFileSystem final : public duckdb::FileSystem {
 public:
  std::string GetName() const override { return "lab.remote"; }
  bool CanHandleFile(const std::string& path) override { return path.starts_with(RemoteFile::kScheme); }
  bool CanSeek() override { return true; }
  bool OnDiskFile(duckdb::FileHandle&) override { return false; }
  bool FileExists(const std::string&, duckdb::optional_ptr<duckdb::FileOpener>) override { return true; }

  duckdb::unique_ptr<duckdb::FileHandle> OpenFile(const std::string& path, duckdb::FileOpenFlags flags, duckdb::optional_ptr<duckdb::FileOpener> opener) override {
    const auto context = duckdb::FileOpener::TryGetClientContext(opener);
    const auto inputs = context ? context->registered_state->Get<StatementInputs>(StatementInputs::kKey) : nullptr;
    if (!inputs || flags.OpenForWriting()) throw duckdb::InternalException("remote file '%s' outside of a scan", path);
    const auto found = inputs->remote_files.find(path);
    if (found == inputs->remote_files.end()) throw duckdb::InternalException("statement has no remote file '%s'", path);
    return duckdb::make_uniq<RemoteHandle>(*this, path, flags, found->second);
  }

  void Read(duckdb::FileHandle& handle, void* buffer, std::int64_t count, duckdb::idx_t location) override {
    try {
      handle.Cast<RemoteHandle>().file->read(location, {static_cast<char*>(buffer), static_cast<std::size_t>(count)});
    } catch (const Error& error) {
      raise(error);
    }
  }
  std::int64_t Read(duckdb::FileHandle& handle, void* buffer, std::int64_t count) override {
    auto& remote = handle.Cast<RemoteHandle>();
    const auto rest = static_cast<std::int64_t>(remote.file->object().num_bytes) - static_cast<std::int64_t>(remote.position);
    count = std::max<std::int64_t>(0, std::min(count, rest));
    Read(handle, buffer, count, remote.position);
    remote.position += static_cast<duckdb::idx_t>(count);
    return count;
  }
  void Seek(duckdb::FileHandle& handle, duckdb::idx_t location) override { handle.Cast<RemoteHandle>().position = location; }
  duckdb::idx_t SeekPosition(duckdb::FileHandle& handle) override { return handle.Cast<RemoteHandle>().position; }
  void Reset(duckdb::FileHandle& handle) override { handle.Cast<RemoteHandle>().position = 0; }

  std::int64_t GetFileSize(duckdb::FileHandle& handle) override { return static_cast<std::int64_t>(handle.Cast<RemoteHandle>().file->object().num_bytes); }
  duckdb::timestamp_t GetLastModifiedTime(duckdb::FileHandle& handle) override { return duckdb::timestamp_t(handle.Cast<RemoteHandle>().file->object().modified_millis * 1000); }
  std::string GetVersionTag(duckdb::FileHandle& handle) override { return handle.Cast<RemoteHandle>().file->object().etag; }
  duckdb::FileType GetFileType(duckdb::FileHandle&) override { return duckdb::FileType::FILE_TYPE_REGULAR; }
};

}  // namespace

void register_remote_files(duckdb::DuckDB& database) { database.GetFileSystem().RegisterSubSystem(duckdb::make_uniq<RemoteFileSystem>()); }

}  // namespace lab::engine
