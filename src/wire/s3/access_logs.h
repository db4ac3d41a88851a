#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <tuple>

#include "protocol/s3/bucket_logging.h"
#include "store/store.h"

namespace lab::s3 {

struct S3Service;

/// Lines of access logs that wait for their delivery, and which buckets have a log. As with S3, a log is no ledger: lines that
/// wait are lost when the lab is killed. Thread-safe.
class AccessLogs {
 public:
  /// Reads anew which buckets are logged. Blocks.
  void reload(store::Store& store);
  /// Whether any bucket is; costs nothing.
  bool is_used() const { return is_used_.load(std::memory_order_relaxed); }
  /// Who owns a bucket that is logged; absent for one that is not.
  std::optional<std::string> owner_of_logged(const std::string& bucket) const;
  /// Takes one line, without its end, about a request to `bucket`; dropped when that bucket is not logged.
  void record(const std::string& bucket, Timestamp now, const std::string& line);
  /// Writes the log objects whose first line came at `until` or earlier. Blocks. Answers how many were written.
  std::size_t deliver(const S3Service& service, Timestamp until);

 private:
  struct Source {
    LoggingConfig config;
    std::string owner;  ///< of the bucket
    std::string region;
  };
  struct Batch {
    Timestamp first;
    std::string lines;
    bool is_full = false;  ///< goes with the next round
    /// One of the buckets that the lines are about: whether the target may be written is asked for it.
    std::string source;
  };
  /// Lines of one kind go into one object: by target, prefix and grants, and what their partition asks for.
  using BatchKey = std::tuple<std::string, std::string, std::string>;

  void write_batch(const S3Service& service, const Source& source, const Batch& batch) const;

  std::atomic<bool> is_used_ = false;
  std::mutex reloading_;  ///< held from looking to telling: an older look never replaces a newer one
  mutable std::mutex mutex_;
  std::map<std::string, Source> sources_;
  std::map<BatchKey, std::pair<Source, Batch>> batches_;
};

/// Whether the log of `source`, which `owner` owns, may be written: S3's log delivery must be let by the target's policy or list.
bool may_deliver_log(const S3Service& service, const LoggingConfig& config, const std::string& source, const std::string& owner);

/// Delivers on a thread of its own, and what is left when it stops.
class AccessLogRunner {
 public:
  /// `service` must outlive it.
  explicit AccessLogRunner(S3Service& service) : service_(service) {}
  ~AccessLogRunner() { stop(); }

  void start();
  /// May be called twice.
  void stop();

 private:
  S3Service& service_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace lab::s3
