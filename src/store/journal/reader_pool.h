#pragma once

#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "store/commit.h"
#include "store/journal/sqlite.h"

namespace lab::store::journal {

/// Query-only connections, and which moments are being read. Thread-safe.
class ReaderPool {
 public:
  ReaderPool(std::filesystem::path file, std::size_t max_open);

  /// A connection inside a read transaction that has begun: it sees one moment.
  class Loan {
   public:
    Loan(ReaderPool& pool, std::unique_ptr<Connection> connection);
    ~Loan();
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    Connection& connection() { return *connection_; }
    CommitNumber last_commit() const { return last_; }

   private:
    ReaderPool& pool_;
    std::unique_ptr<Connection> connection_;
    CommitNumber last_;
    std::multiset<CommitNumber>::iterator place_;
  };

  /// Waits up to ten seconds for one to come free; throws STORE_BUSY then.
  std::unique_ptr<Loan> lend();
  /// Waits until nobody reads a moment before `moment`; false when `timeout` passes first.
  bool wait_until_unread(CommitNumber moment, std::chrono::milliseconds timeout);

 private:
  const std::filesystem::path file_;
  const std::size_t max_open_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t num_lent_ = 0;
  std::multiset<CommitNumber> moments_;
};

}  // namespace lab::store::journal
