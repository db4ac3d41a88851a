#include <cstdlib>
#include <regex>

#include <gtest/gtest.h>

#include "base/disk_faulty.h"
#include "store/crash/contents.h"
#include "store/crash/workload.h"
#include "store/test_folder.h"

namespace lab::store::crash {
namespace {

using Moments = std::vector<Contents>;

/// Ids of uploads, and the second half of a version's, are drawn anew in every run.
Contents without_drawn_ids(const Contents& contents) {
  static const std::regex version("([0-9a-f]{16})[0-9a-f]{16}");
  Contents same;
  for (const auto& [subject, fact] : contents)
    if (!subject.starts_with("upload ")) same[std::regex_replace(subject, version, "$1")] = std::regex_replace(fact, version, "$1");
  return same;
}

/// One round of the workload over a disk that may fail.
class FaultyRun {
 public:
  explicit FaultyRun(Disk& disk) : disk_(disk) {
    scene_.reopen = [this] { open(disk_); };
    scene_.reopen();
  }

  /// Ends at the step that fails, or behind the last; answers how many were acknowledged.
  std::size_t go(const std::function<void()>& after_step = [] {}) {
    std::size_t acknowledged = 0;
    for (const auto& step : make_round(0)) {
      try {
        step.run(scene_);
      } catch (const Error&) {
        return acknowledged;
      }
      scene_.clock.advance(std::chrono::seconds(1));
      ++acknowledged;
      after_step();
    }
    return acknowledged;
  }

  Contents contents() { return without_drawn_ids(read_contents(*scene_.store)); }
  /// As the next process finds it.
  Contents contents_after_restart() {
    RealDisk real;
    open(real);
    auto found = contents();
    scene_.store.reset();
    return found;
  }

 private:
  void open(Disk& disk) {
    scene_.store.reset();
    StoreOptions options;
    options.schemas = {workload_schema()};
    options.collect_every = options.scrub_every = std::chrono::seconds(0);
    scene_.store = Store::open(folder_.path() / "data", std::move(options), disk, scene_.clock);
  }

  TestFolder folder_;
  Disk& disk_;
  Scene scene_;
};

/// Whichever call of a day's work fails (multipart, versions, compaction, tables), each acknowledged step is whole and the one that
/// failed is there whole or not at all.
TEST(CrashFaults, keep_what_was_acknowledged_whichever_call_fails) {
  RealDisk real;
  Moments moments;
  std::uint64_t num_calls = 0;
  {
    FaultyDisk disk(real);
    FaultyRun run(disk);
    disk.heal();
    moments.push_back(run.contents());
    run.go([&] { moments.push_back(run.contents()); });
    num_calls = disk.num_calls();
  }
  ASSERT_EQ(moments.size(), make_round(0).size() + 1);
  ASSERT_GT(num_calls, 60u);
  const std::uint64_t stride = std::getenv("LAB_TEST_LONG") != nullptr ? 1 : 3;
  for (std::uint64_t nth = 1; nth <= num_calls; nth += stride) {
    FaultyDisk disk(real);
    FaultyRun run(disk);
    disk.fail_at(nth, nth % 2 == 0 ? FaultyDisk::Fault::Full : FaultyDisk::Fault::Failure, nth % 3 == 0);
    const auto acknowledged = run.go();
    disk.heal();
    const auto found = run.contents_after_restart();
    const bool is_whole = found == moments[acknowledged] || (acknowledged + 1 < moments.size() && found == moments[acknowledged + 1]);
    EXPECT_TRUE(is_whole) << "call " << nth << ", step " << acknowledged << "\n" << print_difference(moments[acknowledged], found);
  }
}

}  // namespace
}  // namespace lab::store::crash
