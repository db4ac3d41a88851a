#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "store/journal/reader_pool.h"
#include "store/journal/table_set.h"
#include "store/objects/blob_store.h"
#include "store/store.h"

namespace lab::store {

/// Takes back what fell out of retention: closed rows, commits, and then files whose bytes no row names. Always in this
/// order: delete rows, let that be durable, wait until no reader sees them, unlink. One collection at a time.
class Collector {
 public:
  Collector(Store& store, const TableSet& tables, journal::ReaderPool& readers, BlobStore& blobs,
            std::chrono::seconds keep_history, std::chrono::seconds every);
  ~Collector();

  CollectResult collect() { return collect(keep_history_); }
  /// No collection begins or goes on while the lock lives.
  std::unique_lock<std::mutex> pause() { return std::unique_lock(collecting_); }
  /// The disk is low: has the thread give up history now, whatever its age; leases still hold. Once a minute at most.
  void make_room();
  /// Ends the thread; a collection under way stops at its next batch.
  void stop();

 private:
  void run(const std::stop_token& stop);
  CollectResult collect(std::chrono::seconds keep_history);
  /// Last commit that is older than retention and that no lease holds.
  CommitNumber find_horizon(std::chrono::seconds keep_history);
  void drop_ended_leases();
  std::uint64_t sweep_rows(CommitNumber horizon);
  void remove_unused_blobs(CollectResult& result);
  /// Packs of which little is left are written anew, into the current one, and removed.
  void compact_packs(CollectResult& result);
  /// Writes what rows name in it into the current pack. Answers false when not all of it could be read.
  bool move_out(std::int64_t pack);
  /// Files that a dead process staged and no row names; looked for once.
  void remove_leftovers(CollectResult& result);
  bool is_stopping() const { return thread_.get_stop_token().stop_requested(); }

  Store& store_;
  const TableSet& tables_;
  journal::ReaderPool& readers_;
  BlobStore& blobs_;
  const std::chrono::seconds keep_history_;
  const std::chrono::seconds every_;
  std::mutex collecting_;
  bool leftovers_done_ = false;
  std::mutex mutex_;
  bool is_room_wanted_ = false;
  std::optional<std::chrono::steady_clock::time_point> room_made_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace lab::store
