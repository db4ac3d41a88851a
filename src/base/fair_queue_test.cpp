#include "base/fair_queue.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <vector>

#include "base/error.h"

namespace lab {
namespace {

/// Holds jobs until it is opened.
class Barrier {
 public:
  void wait() {
    std::unique_lock lock(mutex_);
    ++num_waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return is_open_; });
  }
  void await_waiting(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return num_waiting_ >= count; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int num_waiting_ = 0;
  bool is_open_ = false;
};

TEST(FairQueue, whoever_runs_least_is_next) {
  ThreadPool pool("test", 2, 16);
  FairQueue queue(pool, {.max_running = 1, .max_per_owner = 1});
  Barrier barrier;
  std::mutex mutex;
  std::string order;
  const auto note = [&](char who) {
    return [&, who] {
      const std::lock_guard lock(mutex);
      order += who;
    };
  };
  queue.post("greedy", [&] { barrier.wait(); });
  barrier.await_waiting(1);
  for (int i = 0; i < 3; ++i) queue.post("greedy", note('g'));
  queue.post("modest", note('m'));
  barrier.open();
  while (queue.num_running() + queue.num_waiting() > 0) std::this_thread::yield();
  pool.stop();
  EXPECT_EQ(order, "mggg");
}

TEST(FairQueue, one_owner_leaves_room_for_the_next) {
  ThreadPool pool("test", 4, 16);
  FairQueue queue(pool, {.max_running = 3, .max_per_owner = 2});
  Barrier greedy, modest;
  for (int i = 0; i < 4; ++i) queue.post("greedy", [&] { greedy.wait(); });
  greedy.await_waiting(2);
  EXPECT_EQ(queue.num_running(), 2U);
  queue.post("modest", [&] { modest.wait(); });
  modest.await_waiting(1);
  EXPECT_EQ(queue.num_waiting(), 2U);
  modest.open();
  greedy.open();
  while (queue.num_running() + queue.num_waiting() > 0) std::this_thread::yield();
}

TEST(FairQueue, too_many_jobs_of_one_owner_are_refused) {
  ThreadPool pool("test", 1, 16);
  FairQueue queue(pool, {.max_running = 1, .max_per_owner = 1, .max_waiting = 2});
  Barrier barrier;
  queue.post("a", [&] { barrier.wait(); });
  barrier.await_waiting(1);
  queue.post("a", [] {});
  queue.post("a", [] {});
  EXPECT_THROW(queue.post("a", [] {}), Error);
  queue.post("b", [] {});
  barrier.open();
  while (queue.num_running() + queue.num_waiting() > 0) std::this_thread::yield();
}

}  // namespace
}  // namespace lab
