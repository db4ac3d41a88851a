#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "store/change.h"
#include "store/health.h"
#include "store/journal/sqlite.h"
#include "store/journal/table_set.h"

namespace lab::store {

/// The one thread that writes the journal: takes all waiting changes, runs each in a savepoint, and makes the group
/// durable with one COMMIT.
class Writer {
 public:
  /// `on_commit` hears of each group, in order, on the writer thread, after it is durable and before its callers do.
  Writer(std::unique_ptr<journal::Connection> connection, TableSet& tables, BlobStore& blobs, Health& health,
         const Clock& clock, int checkpoint_pages, std::function<void(std::vector<CommittedChange>)> on_commit);
  ~Writer();

  /// Blocks until the change is durable or refused.
  CommitNumber apply(Change& change);
  CommitNumber last_commit() const { return CommitNumber{last_commit_.load()}; }
  /// Runs what waits, refuses the rest. May be called twice.
  void stop();

 private:
  struct Waiting {
    Change* change = nullptr;
    CommitNumber number;
    std::exception_ptr failure;
    bool is_done = false;
    std::condition_variable done;
  };

  void run();
  void commit_group(const std::vector<Waiting*>& group);
  /// Runs one change in its savepoint and returns what it did.
  CommittedChange run_change(Change& change, LiveWrites& live);
  void finish(const std::vector<Waiting*>& group);

  const std::unique_ptr<journal::Connection> connection_;
  TableSet& tables_;
  BlobStore& blobs_;
  Health& health_;
  const Clock& clock_;
  const int checkpoint_pages_;
  const std::function<void(std::vector<CommittedChange>)> on_commit_;
  std::atomic<std::int64_t> last_commit_{0};
  std::int64_t next_commit_ = 1;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting*> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace lab::store
