#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "store/change.h"
#include "store/commit.h"
#include "store/conditions.h"
#include "store/feed.h"
#include "store/journal/table.h"
#include "store/objects/blob.h"
#include "store/objects/blob_checks.h"
#include "store/objects/keyring.h"
#include "store/objects/objects.h"

namespace lab::store {

struct StoreOptions {
  /// Tables of the modules above; those of the store itself are always there.
  std::vector<SchemaSpec> schemas = {};
  /// How long closed rows and the bytes they name are kept (`history.keep`).
  std::chrono::seconds keep_history = std::chrono::hours(24 * 7);
  /// Writes are refused with DISK_LOW below this much free space, and history is given up to make room.
  std::uint64_t disk_reserve = 256ull << 20;
  /// Collection of what fell out of retention runs this often; zero: only by collect().
  std::chrono::seconds collect_every = std::chrono::minutes(10);
  /// Called once, from any thread, when a write failed and the store refuses from now on. The process should restart.
  std::function<void(const std::string& reason)> on_failure = {};
  std::size_t max_readers = 32;
  /// The write-ahead log is moved into the database when it has this many pages of 4 KiB.
  int checkpoint_pages = 2000;
  /// All bytes are read and held against their hashes this often, slowly; zero: only by scrub().
  std::chrono::seconds scrub_every = std::chrono::hours(24);
  /// For tests: the file system under the journal's writer (journal/observed_vfs.h); empty for SQLite's own.
  std::string journal_vfs = {};
};

/// A moment of the committed lab, for reading. Hold it for seconds at most: it keeps the write-ahead log from being
/// taken back. One thread at a time.
class Snapshot : public Rows {
 public:
  struct State;
  explicit Snapshot(std::unique_ptr<State> state);
  Snapshot(Snapshot&&) noexcept;
  ~Snapshot() override;

 private:
  std::unique_ptr<State> state_;
};

struct StoreStatus {
  CommitNumber last_commit;
  bool failed = false;
  std::string failure;
  std::uint64_t journal_bytes = 0;
  std::uint64_t object_bytes = 0;   ///< of open rows
  std::uint64_t history_bytes = 0;  ///< kept only for the past
  DiskSpace disk;
  std::vector<Damage> damages;  ///< found by readers or scrubs since the start
};

/// How far long work over all stored bytes has come, for another thread to look at; and how to end it early.
struct StoreProgress {
  std::atomic<std::uint64_t> blobs{0}, all_blobs{0}, bytes{0};
  std::atomic<bool> is_cancelled{false};  ///< the work throws STORE_STOPPED at its next blob
};

/// What was read, and what of it is damaged.
struct ScrubResult {
  std::uint64_t blobs = 0;
  std::uint64_t bytes = 0;
  std::vector<Damage> damages;
};

struct CollectResult {
  std::uint64_t rows = 0;
  std::uint64_t blobs = 0;
  std::uint64_t bytes = 0;
};

/// All that is durable in the lab, in one folder that one process has open.
///
///     lab.db         rows (SQLite, WAL); every commit of the lab
///     blobs/F/B      bytes of blob B in rolling folder F; written once
///     packs/P.pack   bytes of blobs below 64 KiB, one behind the other; written once, moved when most of them are gone
///     stage/         files being written by engines; emptied at start
///     root.key       what the keys of sealed objects are sealed with (Keyring); made at first need
///     lock           held while open
///
/// Thread-safe. apply() and the readers block for disk: call them on the storage pool.
class Store {
 public:
  /// Opens or makes the store in `directory`. Throws STORE_IN_USE, DATA_TOO_NEW, DATA_CORRUPTION or the disk's errors.
  /// `disk` and `clock` must outlive it.
  static std::unique_ptr<Store> open(const std::filesystem::path& directory, StoreOptions options, Disk& disk,
                                     const Clock& clock);
  virtual ~Store() = default;

  /// Runs the change and returns once it is durable. Throws what a step threw (nothing of the change happened);
  /// STORE_FAILED when the outcome of the change is not known or the store had failed before.
  virtual CommitNumber apply(Change change) = 0;

  /// What is committed now; throws STORE_BUSY when max_readers snapshots are open for too long.
  virtual Snapshot snapshot() = 0;
  virtual Objects& objects() = 0;
  /// The keys of sealed objects.
  virtual Keyring& keyring() = 0;
  virtual Feed& feed() = 0;
  virtual CommitNumber last_commit() const = 0;
  /// The last commit that was made at or before `time`, by the times that commits carry; 0 when there is none.
  virtual CommitNumber find_commit_at(Timestamp time) = 0;

  /// Keeps everything that was open right after commit `at` or later from collection, for `time` or until the lease is
  /// released, also across a restart. Answers the lease's id. For backups and readers of the past that take long.
  virtual std::string lease_history(CommitNumber at, std::chrono::seconds time) = 0;
  /// Another `time` from now; false when the lease has ended.
  virtual bool renew_lease(const std::string& id, std::chrono::seconds time) = 0;
  virtual void release_lease(const std::string& id) = 0;

  /// Takes new bytes; see BlobWriter. Throws DISK_LOW.
  virtual BlobWriter create_blob(BlobOptions options) = 0;
  /// create_blob(), write, finish.
  StagedBlob write_blob(std::string_view bytes, BlobOptions options = {});
  /// Lends bytes that a row of this moment names; Objects::open() does. Throws DATA_CORRUPTION when no row does.
  virtual PinnedFile pin(const Rows& moment, const BlobRange& range) = 0;
  /// A path in `stage/` that nobody else was given, ending in `suffix`: an engine writes a file there (or makes a
  /// folder of files) to be adopted. What is not adopted is removed at the next start, or by discard_stage().
  virtual std::filesystem::path stage_path(std::string_view suffix) = 0;
  /// Takes over a file under stage/, whole and closed: syncs it and moves it. A plain file.
  virtual StagedBlob adopt(const std::filesystem::path& path, BlobOptions options = {}) = 0;
  /// Removes what is left at a path from stage_path(), a file or a folder of files; an absent one is no error.
  virtual void discard_stage(const std::filesystem::path& path) = 0;

  /// Deletes closed rows older than keep_history and then bytes that nothing names any more, throttled. Runs by
  /// itself every collect_every.
  virtual CollectResult collect() = 0;
  /// Reads all bytes that rows name and holds them against their hashes, as fast as it can. A background thread does
  /// the same every scrub_every, slowly. What is damaged is also in status(), and refuses to be read.
  virtual ScrubResult scrub(StoreProgress* progress = nullptr) = 0;
  /// While the lock lives nothing is collected or moved: every file that a row of now names stays.
  virtual std::unique_lock<std::mutex> pause_collection() = 0;
  virtual StoreStatus status() = 0;

  /// Refuses new work, lets the writer finish what it has, ends the threads. May be called twice. Correctness does not
  /// depend on it.
  virtual void stop() = 0;

  virtual const std::filesystem::path& directory() const = 0;
  virtual Disk& disk() = 0;
  virtual const Clock& clock() const = 0;
};

}  // namespace lab::store
