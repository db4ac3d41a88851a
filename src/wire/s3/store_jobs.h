#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "store/backup.h"

namespace lab::s3 {

/// Long work over all of the store (scrub, backup), one at a time, on a thread of its own: clients begin it and look how far it
/// has come, for no request waits so long. Thread-safe.
class StoreJobs {
 public:
  enum class State { None, Running, Done, Failed };
  struct Report {
    std::string kind;
    State state = State::None;
    std::uint64_t blobs = 0, all_blobs = 0, bytes = 0;
    store::BackupResult result;  ///< of Done
    std::string failure;         ///< of Failed: for people
  };
  using Work = std::function<store::BackupResult(store::StoreProgress&)>;

  ~StoreJobs() { stop(); }

  /// Throws ValidationError while there is another.
  void start(std::string kind, Work work);
  /// The one that runs, or the last one.
  Report report() const;
  /// Ends the one that runs at its next blob. May be called twice.
  void stop();

 private:
  mutable std::mutex mutex_;
  std::string kind_;
  State state_ = State::None;
  store::BackupResult result_;
  std::string failure_;
  std::unique_ptr<store::StoreProgress> progress_;
  std::jthread thread_;
};

}  // namespace lab::s3
