#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Objects that lie in another S3 than the lab's own. `remote/s3` speaks to it; whoever reads and writes tables sees only this.
namespace lab {

/// Another S3 and who asks it, as somebody's settings name it.
struct RemoteStore {
  std::string host;
  std::uint16_t port = 443;
  bool has_tls = true;
  bool is_path_style = false;  ///< `/bucket/key`; else the bucket stands before the host
  bool is_anonymous = false;   ///< requests are not signed
  std::string region = "us-east-1";
  std::string access_key, secret_key, session_token;

  friend auto operator<=>(const RemoteStore&, const RemoteStore&) = default;
};

struct RemoteObject {
  std::string key;
  std::uint64_t num_bytes = 0;
  std::int64_t modified_millis = 0;
  std::string etag;
};

/// A local copy of a remote file; removed with its last holder.
class LocalCopy {
 public:
  virtual ~LocalCopy() = default;
  virtual const std::filesystem::path& path() const = 0;
};

/// One version of a file that lies elsewhere. Immutable and thread-safe; reading blocks for the network and throws when the file is
/// no longer that version.
class RemoteFile {
 public:
  /// Names of remote files begin with this, so that an engine tells them from local paths.
  static constexpr std::string_view kScheme = "dflab-remote:";

  virtual ~RemoteFile() = default;
  /// Different for every store, object and version.
  virtual const std::string& name() const = 0;
  virtual const RemoteObject& object() const = 0;
  /// `s3a://bucket/key`, for people.
  virtual const std::string& uri() const = 0;
  /// Fills all of `into` from `offset`.
  virtual void read(std::uint64_t offset, std::span<char> into) const = 0;
  /// The whole file on this machine, fetched when it is not there yet.
  virtual std::shared_ptr<const LocalCopy> local_copy() const = 0;
};

/// One bucket of another S3. Thread-safe; blocks for the network. Throws OBJECT_STORE_* (remote/s3/conditions.h).
class RemoteBucket {
 public:
  virtual ~RemoteBucket() = default;
  virtual const std::string& name() const = 0;
  /// Tells stores, and who asks them, apart; holds no secret.
  virtual const std::string& identity() const = 0;
  /// Another bucket of the same store.
  virtual std::shared_ptr<RemoteBucket> sibling(const std::string& bucket) const = 0;

  /// Objects whose key begins with `prefix` and sorts behind `start_after`, by key; at most `limit` of them when that is not 0.
  virtual std::vector<RemoteObject> list(const std::string& prefix, const std::string& start_after = {}, std::size_t limit = 0) const = 0;
  virtual std::optional<RemoteObject> find(const std::string& key) const = 0;
  /// find() of many, side by side, in their order.
  virtual std::vector<std::optional<RemoteObject>> find_many(const std::vector<std::string>& keys) const = 0;
  virtual std::optional<std::string> read(const std::string& key) const = 0;
  virtual std::shared_ptr<const RemoteFile> open(RemoteObject object) const = 0;

  virtual void put(const std::string& key, std::string_view bytes) = 0;
  /// False, and nothing happened, when the object exists already.
  virtual bool put_if_absent(const std::string& key, std::string_view bytes) = 0;
  /// Local files by the key they get, several at a time; large ones in parts. After a failure some may be there.
  virtual void put_files(const std::vector<std::pair<std::string, std::filesystem::path>>& files) = 0;
  /// Absent ones are no error.
  virtual void remove(const std::vector<std::string>& keys) = 0;
};

/// The other S3s. Thread-safe.
class RemoteStores {
 public:
  virtual ~RemoteStores() = default;
  /// Does not ask the store yet.
  virtual std::shared_ptr<RemoteBucket> open(const RemoteStore& store, const std::string& bucket) = 0;
};

}  // namespace lab
