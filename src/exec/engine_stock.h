#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/engine.h"

namespace lab::exec {

/// Engines opened ahead. To open one, with all its functions, takes longer than a short query: a new session takes one that is ready,
/// and a thread of the stock opens the next once no more sessions come. Thread-safe.
class EngineStock {
 public:
  /// Keeps `num_ready` engines; 0: opens each when it is asked for.
  EngineStock(engine::InstanceOptions options, std::size_t num_ready);
  EngineStock(const EngineStock&) = delete;
  EngineStock& operator=(const EngineStock&) = delete;

  /// One of the stock; when there is none, the one that is being opened, or one opened now. Nobody else has used it. Throws like
  /// engine::Instance::open.
  std::unique_ptr<engine::Instance> take();

 private:
  void fill(const std::stop_token& stop);

  const engine::InstanceOptions options_;
  const std::size_t num_ready_;
  std::mutex mutex_;
  std::condition_variable_any taken_, opened_;
  std::uint64_t num_taken_ = 0;
  bool is_opening_ = false;
  bool is_awaited_ = false;  ///< somebody waits for the one that is being opened: others open their own
  std::vector<std::unique_ptr<engine::Instance>> ready_;
  std::jthread filler_;  // the last member: it ends before what it uses
};

}  // namespace lab::exec
