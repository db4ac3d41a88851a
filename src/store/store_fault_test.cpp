#include <atomic>
#include <map>
#include <thread>

#include <gtest/gtest.h>

#include "base/disk_faulty.h"
#include "store/journal/observed_vfs.h"
#include "store/store.h"
#include "store/test_folder.h"

namespace lab::store {
namespace {

StoreOptions fault_options() {
  StoreOptions options;
  options.collect_every = std::chrono::seconds(0);
  return options;
}

/// What a client was told: the text of each key whose put was acknowledged.
using Acknowledged = std::map<std::string, std::string>;

/// Every acknowledged object is there whole, and every visible one is whole.
void expect_whole(Store& store, const Acknowledged& acknowledged, const std::map<std::string, std::string>& tried) {
  std::map<std::string, std::string> found;
  for (const auto& object : store.objects().list("b", {}).objects)
    found[object.key] = store.objects().open("b", object.key).read_all();
  for (const auto& [key, text] : acknowledged) EXPECT_EQ(found[key], text) << key;
  for (const auto& [key, text] : found) EXPECT_EQ(tried.at(key), text) << key;
}

void put_all(Store& store, Acknowledged& acknowledged, std::map<std::string, std::string>& tried) {
  for (int i = 0; i < 4; ++i) {
    const auto key = "k" + std::to_string(i);
    const auto text = std::string(2000, static_cast<char>('a' + i));
    tried[key] = text;
    try {
      put_text(store, "b", key, text);
      acknowledged[key] = text;
    } catch (const Error&) {
      // Not acknowledged: may be there or not, but never half.
    }
  }
}

TEST(StoreFault, keeps_what_it_acknowledged_whichever_call_fails) {
  SystemClock clock;
  RealDisk real;
  int num_failing = 0;
  for (const auto fault : {FaultyDisk::Fault::Failure, FaultyDisk::Fault::Full}) {
    for (const bool later_too : {false, true}) {
      for (std::uint64_t nth = 1;; ++nth) {
        TestFolder folder;
        FaultyDisk disk(real);
        Acknowledged acknowledged;
        std::map<std::string, std::string> tried;
        bool has_failed = false;
        {
          auto options = fault_options();
          options.on_failure = [&](const std::string&) { has_failed = true; };
          const auto store = Store::open(folder.path(), std::move(options), disk, clock);
          make_bucket(*store, "b");
          disk.fail_at(nth, fault, later_too);
          put_all(*store, acknowledged, tried);
          const auto num_calls = disk.num_calls();
          disk.heal();
          if (has_failed) {
            EXPECT_EQ(condition_of([&] { put_text(*store, "b", "late", "x"); }), &conditions::kStoreFailed);
            EXPECT_TRUE(store->status().failed);
          }
          if (num_calls < nth) {
            EXPECT_EQ(acknowledged.size(), 4u);
            break;
          }
          ++num_failing;
        }
        const auto store = Store::open(folder.path(), fault_options(), disk, clock);
        expect_whole(*store, acknowledged, tried);
        put_text(*store, "b", "after", "fine");
        store->collect();
        expect_whole(
            *store, acknowledged,
            {{"after", "fine"}, {"k0", tried["k0"]}, {"k1", tried["k1"]}, {"k2", tried["k2"]}, {"k3", tried["k3"]}});
      }
    }
  }
  EXPECT_GE(num_failing, 40);
}

TEST(StoreFault, acknowledges_nothing_after_a_failed_sync) {
  SystemClock clock;
  RealDisk real;
  for (const auto* operation : {"sync", "sync_folder"}) {
    TestFolder folder;
    FaultyDisk disk(real);
    int num_told = 0;
    auto options = fault_options();
    options.on_failure = [&](const std::string&) { ++num_told; };
    const auto store = Store::open(folder.path(), std::move(options), disk, clock);
    make_bucket(*store, "b");
    disk.fail_operation(operation);
    EXPECT_EQ(condition_of([&] { put_text(*store, "b", "k", "x"); }), &lab::conditions::kDiskFailure);
    disk.heal();
    // The disk is well again, but what it holds is not known.
    EXPECT_EQ(condition_of([&] { put_text(*store, "b", "k", "x"); }), &conditions::kStoreFailed);
    EXPECT_EQ(condition_of([&] { make_bucket(*store, "c"); }), &conditions::kStoreFailed);
    EXPECT_EQ(num_told, 1);
    EXPECT_FALSE(store->objects().find("b", "k"));
  }
}

TEST(StoreFault, survives_every_failing_call_of_the_journal) {
  SystemClock clock;
  RealDisk disk;
  for (std::uint64_t nth = 1;; ++nth) {
    TestFolder folder;
    std::atomic<std::uint64_t> calls = 0;
    std::atomic<bool> is_armed = false;
    journal::ObservedVfs vfs("failing",
                             [&](const journal::ObservedVfs::Operation&) { return !is_armed || ++calls != nth; });
    Acknowledged acknowledged;
    std::map<std::string, std::string> tried;
    {
      auto options = fault_options();
      options.journal_vfs = vfs.name();
      const auto store = Store::open(folder.path(), std::move(options), disk, clock);
      make_bucket(*store, "b");
      is_armed = true;
      put_all(*store, acknowledged, tried);
      is_armed = false;
      if (calls < nth) {
        EXPECT_EQ(acknowledged.size(), 4u);
        EXPECT_GE(nth, 8u);
        break;
      }
      // A COMMIT failed: nothing after it may be promised, even though the disk is well again.
      EXPECT_TRUE(store->status().failed);
      EXPECT_EQ(condition_of([&] { put_text(*store, "b", "late", "x"); }), &conditions::kStoreFailed);
    }
    const auto store = Store::open(folder.path(), fault_options(), disk, clock);
    expect_whole(*store, acknowledged, tried);
    store->collect();
    expect_whole(*store, acknowledged, tried);
  }
}

TEST(StoreFault, refuses_writes_when_the_disk_is_low_and_serves_reads) {
  RealDisk real;
  ManualClock clock;
  TestFolder folder;
  FaultyDisk disk(real);
  const auto store = Store::open(folder.path(), fault_options(), disk, clock);
  make_bucket(*store, "b");
  put_text(*store, "b", "k", "x");
  disk.set_space(DiskSpace{1ull << 40, 200ull << 20});
  clock.advance(std::chrono::seconds(2));
  EXPECT_EQ(condition_of([&] { put_text(*store, "b", "l", "x"); }), &conditions::kDiskLow);
  EXPECT_EQ(store->objects().open("b", "k").read_all(), "x");
  // Deleting needs little, and makes room.
  EXPECT_TRUE(delete_key(*store, "b", "k"));
  disk.set_space(std::nullopt);
  clock.advance(std::chrono::seconds(2));
  put_text(*store, "b", "l", "x");
}

TEST(StoreFault, gives_history_up_when_the_disk_is_low) {
  RealDisk real;
  ManualClock clock;
  TestFolder folder;
  FaultyDisk disk(real);
  const auto store = Store::open(folder.path(), fault_options(), disk, clock);
  make_bucket(*store, "b");
  const auto first = put_text(*store, "b", "k", "old").commit;
  put_text(*store, "b", "k", "new");
  const auto path = store->objects().open("b", "k", first).parts()[0].path();
  disk.set_space(DiskSpace{1ull << 40, 200ull << 20});
  clock.advance(std::chrono::seconds(2));
  EXPECT_EQ(condition_of([&] { put_text(*store, "b", "l", "x"); }), &conditions::kDiskLow);
  // On the store's own thread; the client is not kept waiting.
  for (int i = 0; i < 500 && disk.find_status(path); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_FALSE(disk.find_status(path));
  EXPECT_EQ(store->objects().open("b", "k").read_all(), "new");
}

TEST(StoreFault, tells_of_bytes_that_are_gone_or_cut_off) {
  RealDisk disk;
  SystemClock clock;
  TestFolder folder;
  const auto store = Store::open(folder.path(), fault_options(), disk, clock);
  make_bucket(*store, "b");
  put_text(*store, "b", "cut", "0123456789");
  put_text(*store, "b", "gone", "0123456789");
  disk.open_to_write(store->objects().open("b", "cut").parts()[0].path())->truncate(5);
  disk.remove(store->objects().open("b", "gone").parts()[0].path());
  for (const auto* key : {"cut", "gone"})
    EXPECT_EQ(condition_of([&] { store->objects().open("b", key).read_all(); }), &conditions::kDataCorruption) << key;
  EXPECT_EQ(store->objects().list("b", {}).objects.size(), 2u);
}

TEST(StoreFault, opens_again_whichever_call_of_opening_fails) {
  SystemClock clock;
  RealDisk real;
  for (std::uint64_t nth = 1;; ++nth) {
    TestFolder folder;
    FaultyDisk disk(real);
    disk.fail_at(nth);
    const auto* condition = condition_of([&] { Store::open(folder.path() / "data", fault_options(), disk, clock); });
    const auto num_calls = disk.num_calls();
    disk.heal();
    const auto store = Store::open(folder.path() / "data", fault_options(), disk, clock);
    make_bucket(*store, "b");
    if (num_calls < nth) break;
    EXPECT_NE(condition, nullptr) << nth;
  }
}

}  // namespace
}  // namespace lab::store
