#include "exec/memory_ledger.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace lab::exec {
namespace {

/// An engine that remembers its limit.
class FakeEngine {
 public:
  MemoryLedger::SetLimit setter() {
    return [this](std::uint64_t bytes) {
      const std::lock_guard lock(mutex_);
      bytes_ = bytes;
      changed_.notify_all();
    };
  }
  bool comes_to(std::uint64_t bytes) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return bytes_ == bytes; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t bytes_ = 0;
};

TEST(MemoryLedger, one_session_gets_its_own_limit_and_many_share_the_total) {
  MemoryLedger ledger({.total = 1200, .per_session = 700, .least = 100});
  FakeEngine first, second, third;
  auto a = ledger.join(first.setter());
  EXPECT_TRUE(first.comes_to(700));
  auto b = ledger.join(second.setter());
  EXPECT_TRUE(first.comes_to(600));
  EXPECT_TRUE(second.comes_to(600));
  auto c = ledger.join(third.setter());
  for (FakeEngine* engine : {&first, &second, &third}) EXPECT_TRUE(engine->comes_to(400));
  b.reset();
  c.reset();
  EXPECT_TRUE(first.comes_to(700));
  EXPECT_EQ(ledger.num_parts(), 1U);
}

TEST(MemoryLedger, a_part_never_falls_below_what_an_engine_needs) {
  MemoryLedger ledger({.total = 250, .per_session = 200, .least = 100});
  std::vector<FakeEngine> engines(5);
  std::vector<std::unique_ptr<MemoryLedger::Part>> parts;
  for (FakeEngine& engine : engines) parts.push_back(ledger.join(engine.setter()));
  for (FakeEngine& engine : engines) EXPECT_TRUE(engine.comes_to(100));
}

TEST(MemoryLedger, an_engine_that_cannot_shrink_yet_hinders_nobody) {
  MemoryLedger ledger({.total = 1000, .per_session = 1000, .least = 10});
  auto stubborn = ledger.join([](std::uint64_t) { throw std::runtime_error("all of it is in use"); });
  FakeEngine engine;
  auto other = ledger.join(engine.setter());
  EXPECT_TRUE(engine.comes_to(500));
}

}  // namespace
}  // namespace lab::exec
