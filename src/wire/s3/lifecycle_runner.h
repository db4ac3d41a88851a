#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "wire/s3/service.h"

namespace lab::s3 {

/// Carries out the lifecycle rules of all buckets, on a thread of its own: expires objects and versions, takes delete
/// markers away that hide nothing, aborts forgotten uploads, moves objects and versions to other storage classes. What it does are ordinary changes of the user `system`.
class LifecycleRunner {
 public:
  /// `service` must outlive it.
  explicit LifecycleRunner(S3Service& service) : service_(service) {}
  ~LifecycleRunner() { stop(); }

  void start();
  /// May be called twice.
  void stop();

  /// One round over all buckets, by the store's clock. Answers how many objects, versions, markers and uploads went or moved.
  std::size_t run_once();

 private:
  S3Service& service_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace lab::s3
