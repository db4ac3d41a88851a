#include "exec/engine_stock.h"

#include <chrono>
#include <utility>

#include "base/log.h"

namespace lab::exec {
namespace {

/// How long nobody must have taken an engine before the next is opened. Sessions come in bursts (a notebook's cells, a test's cases): an
/// engine opened in their midst would take the processor from those who wait for theirs.
constexpr std::chrono::milliseconds kCalm{100};

}  // namespace

EngineStock::EngineStock(engine::InstanceOptions options, std::size_t num_ready) : options_(std::move(options)), num_ready_(num_ready) {
  if (num_ready_ > 0) filler_ = std::jthread([this](const std::stop_token& stop) { fill(stop); });
}

std::unique_ptr<engine::Instance> EngineStock::take() {
  {
    std::unique_lock lock(mutex_);
    if (ready_.empty() && is_opening_ && !is_awaited_) {
      is_awaited_ = true;
      opened_.wait(lock, [this] { return !ready_.empty() || !is_opening_; });
      is_awaited_ = false;
    }
    ++num_taken_;
    if (!ready_.empty()) {
      auto engine = std::move(ready_.back());
      ready_.pop_back();
      taken_.notify_one();
      return engine;
    }
    taken_.notify_one();
  }
  return engine::Instance::open(options_);
}

void EngineStock::fill(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (taken_.wait(lock, stop, [this] { return ready_.size() < num_ready_; })) {
    if (const std::uint64_t seen = num_taken_; seen > 0) {
      taken_.wait_for(lock, stop, kCalm, [&] { return num_taken_ != seen; });
      if (num_taken_ != seen) continue;
    }
    if (stop.stop_requested()) return;
    is_opening_ = true;
    lock.unlock();
    std::unique_ptr<engine::Instance> engine;
    try {
      engine = engine::Instance::open(options_);
    } catch (const std::exception& failure) {
      // Whoever needs an engine opens it and hears why it cannot be.
      log::warning("engine", "no engine could be opened ahead: {}", failure.what());
    }
    lock.lock();
    is_opening_ = false;
    opened_.notify_all();
    if (!engine) return;
    ready_.push_back(std::move(engine));
  }
}

}  // namespace lab::exec
