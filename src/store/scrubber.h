#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "store/objects/blob_store.h"
#include "store/store.h"

namespace lab::store {

/// Reads all stored bytes again and again and holds them against their hashes, so that a disk that forgets is found
/// while there is still another copy. One scrub at a time.
class Scrubber {
 public:
  Scrubber(Store& store, BlobStore& blobs, std::chrono::seconds every);
  ~Scrubber();

  ScrubResult scrub(StoreProgress* progress = nullptr) { return scrub(0, progress); }
  /// What is known to be damaged, with the objects that have it.
  std::vector<Damage> damages();
  /// Ends the thread; a scrub under way stops at its next batch.
  void stop();

 private:
  void run(const std::stop_token& stop);
  /// At most so many bytes a second; 0: as fast as it can.
  ScrubResult scrub(std::uint64_t bytes_per_second, StoreProgress* progress);
  void check(const KeptBlob& blob);

  Store& store_;
  BlobStore& blobs_;
  const std::chrono::seconds every_;
  std::mutex scrubbing_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace lab::store
