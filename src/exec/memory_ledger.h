#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace lab::exec {

struct MemoryLimits {
  std::uint64_t total = 0;        ///< of all engines together
  std::uint64_t per_session = 0;  ///< of one session's engine, however much is free
  std::uint64_t least = 64 << 20; ///< what an engine can work with; `total / least` bounds how many statements run at once
};

/// The one account of the engines' memory. Sessions whose statements run share the total: each gets an equal part, at most
/// `per_session` and at least `least`, and is told when its part changes. Thread-safe.
class MemoryLedger {
 public:
  using SetLimit = std::function<void(std::uint64_t bytes)>;

  explicit MemoryLedger(MemoryLimits limits);
  ~MemoryLedger();
  MemoryLedger(const MemoryLedger&) = delete;
  MemoryLedger& operator=(const MemoryLedger&) = delete;

  /// A session's part, while it lives. `set` is called with the part before this returns, and later from a thread of the ledger when it
  /// changes: shrinking may mean to write gigabytes away, for which nobody else's statement waits. What it throws is ignored: an engine
  /// that cannot shrink yet is asked again at the next change. The ledger must outlive the part.
  class Part;
  std::unique_ptr<Part> join(SetLimit set);

  const MemoryLimits& limits() const { return limits_; }
  std::size_t num_parts() const;

 private:
  struct Entry {
    std::mutex mutex;  ///< held while `set` runs
    SetLimit set;      ///< empty once the part is gone
    std::uint64_t bytes = 0;
  };
  std::uint64_t part_of(std::size_t num_parts) const;
  void leave(const std::shared_ptr<Entry>& entry);
  void tell_others(const std::stop_token& stop);
  static void tell(Entry& entry, std::uint64_t bytes);

  const MemoryLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  bool has_changed_ = false;
  std::vector<std::shared_ptr<Entry>> entries_;
  std::jthread teller_;
};

class MemoryLedger::Part {
 public:
  Part(MemoryLedger& ledger, std::shared_ptr<Entry> entry) : ledger_(ledger), entry_(std::move(entry)) {}
  ~Part() { ledger_.leave(entry_); }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

 private:
  MemoryLedger& ledger_;
  const std::shared_ptr<Entry> entry_;
};

}  // namespace lab::exec
