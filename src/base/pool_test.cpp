#include "base/pool.h"

#include <atomic>
#include <latch>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/feed.h"
#include "base/gate.h"
#include "base/ids.h"

namespace lab {
namespace {

TEST(ThreadPool, runs_every_job_before_it_stops) {
  std::atomic<int> done = 0;
  ThreadPool pool("test", 3, 1000);
  for (int i = 0; i < 500; ++i) pool.post([&done, own = std::make_unique<int>(1)] { done += *own; });
  pool.stop();
  pool.stop();
  EXPECT_EQ(done, 500);
  EXPECT_THROW(pool.post([] {}), Error);
}

TEST(ThreadPool, refuses_beyond_its_bound_and_survives_exceptions) {
  std::latch hold(1), started(1);
  ThreadPool pool("test", 1, 2);
  pool.post([&] {
    started.count_down();
    hold.wait();
    throw 1;
  });
  started.wait();
  std::atomic<bool> on_pool = false;
  pool.post([&] { on_pool = pool.is_current(); });
  pool.post([] { throw std::runtime_error("expected by a test"); });
  try {
    pool.post([] {});
    FAIL() << "the queue took more than its bound";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Kind::ResourceExhausted);
  }
  ThreadPool::Job job = [] {};
  EXPECT_FALSE(pool.try_post(job));
  EXPECT_TRUE(static_cast<bool>(job));
  hold.count_down();
  pool.stop();
  EXPECT_TRUE(on_pool);
  EXPECT_FALSE(pool.is_current());
}

TEST(Gate, waits_for_those_inside_and_refuses_newcomers) {
  Gate gate;
  auto pass = gate.enter();
  auto moved = std::move(pass);
  EXPECT_FALSE(static_cast<bool>(pass));
  gate.close();
  EXPECT_FALSE(static_cast<bool>(gate.try_enter()));
  EXPECT_THROW(gate.enter(), Error);
  EXPECT_EQ(gate.num_inside(), 1u);
  std::thread leaver([own = std::move(moved)]() mutable { own = Gate::Pass(); });
  gate.wait();
  EXPECT_EQ(gate.num_inside(), 0u);
  leaver.join();
}

TEST(Announcer, calls_listeners_until_they_cancel) {
  Announcer<int> announcer;
  int sum = 0;
  {
    auto subscription = announcer.subscribe([&](const int& value) { sum += value; });
    announcer.announce(2);
    announcer.announce(3);
  }
  announcer.announce(100);
  EXPECT_EQ(sum, 5);
}

TEST(ManualClock, moves_only_when_told) {
  ManualClock clock;
  const auto wall = clock.now();
  const auto steady = clock.steady();
  clock.advance(std::chrono::seconds(5));
  EXPECT_EQ(clock.now() - wall, std::chrono::seconds(5));
  clock.set_wall(wall - std::chrono::hours(1));
  EXPECT_LT(clock.now(), wall);
  EXPECT_EQ(clock.steady() - steady, std::chrono::seconds(5));
}

TEST(Ids, are_well_formed_and_different) {
  EXPECT_NE(random_uuid(), random_uuid());
  EXPECT_TRUE(is_uuid(random_uuid()));
  EXPECT_EQ(random_uuid()[14], '4');
  EXPECT_FALSE(is_uuid("not-a-uuid"));
  EXPECT_EQ(random_hex(5).size(), 10u);
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abcd"));
}

}  // namespace
}  // namespace lab
