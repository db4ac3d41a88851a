#include <algorithm>
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
      put_text(store, "b", key, text, {}, i % 2 == 1);
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
  const auto first = put_text(*store, "b", "k", "old", {}, true).commit;
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
  put_text(*store, "b", "cut", "0123456789", {}, true);
  put_text(*store, "b", "gone", "0123456789", {}, true);
  disk.open_to_write(store->objects().open("b", "cut").parts()[0].path())->truncate(5);
  disk.remove(store->objects().open("b", "gone").parts()[0].path());
  for (const auto* key : {"cut", "gone"})
    EXPECT_EQ(condition_of([&] { store->objects().open("b", key).read_all(); }), &conditions::kDataCorruption) << key;
  EXPECT_EQ(store->objects().list("b", {}).objects.size(), 2u);
  EXPECT_EQ(store->status().damages.size(), 2u);
}

/// Flips one bit of stored bytes, as a disk does that forgets.
void flip_bit(const PinnedFile& bytes, std::uint64_t at) {
  RealDisk disk;
  const auto file = disk.open_to_write(bytes.path());
  char byte = 0;
  file->read(bytes.offset() + at, std::span(&byte, 1));
  byte ^= 4;
  file->write(bytes.offset() + at, std::string_view(&byte, 1));
}

TEST(StoreFault, finds_a_flipped_bit_when_it_is_read_and_keeps_it_apart) {
  RealDisk disk;
  SystemClock clock;
  for (const std::size_t size : {200u, 40'000u, 200'000u}) {
    TestFolder folder;
    const auto store = Store::open(folder.path(), fault_options(), disk, clock);
    make_bucket(*store, "b");
    for (const auto* key : {"a", "damaged", "z"}) put_text(*store, "b", key, std::string(size, key[0]));
    flip_bit(store->objects().open("b", "damaged").parts()[0], size / 2);
    EXPECT_EQ(condition_of([&] { store->objects().open("b", "damaged").read_all(); }), &conditions::kDataCorruption);
    // Not a part of it either.
    char few[4];
    EXPECT_EQ(condition_of([&] { store->objects().open("b", "damaged").read(0, few); }), &conditions::kDataCorruption);
    EXPECT_EQ(store->objects().list("b", {}).objects.size(), 3u);
    for (const auto* key : {"a", "z"}) EXPECT_EQ(store->objects().open("b", key).read_all(), std::string(size, key[0]));
    const auto damages = store->status().damages;
    ASSERT_EQ(damages.size(), 1u);
    EXPECT_EQ(damages[0].objects, std::vector<std::string>{"b/damaged"});
    // Written anew it is well again; the damaged bytes belong to the past.
    put_text(*store, "b", "damaged", "new");
    EXPECT_EQ(store->objects().open("b", "damaged").read_all(), "new");
    EXPECT_EQ(store->scrub().damages.at(0).objects, std::vector<std::string>{"b/damaged (overwritten or deleted, kept for the past)"});
  }
}

TEST(StoreFault, scrubs_every_byte_of_every_file) {
  RealDisk disk;
  SystemClock clock;
  TestFolder folder;
  const auto store = Store::open(folder.path(), fault_options(), disk, clock);
  make_bucket(*store, "b");
  const std::vector<std::size_t> sizes{1, 5000, 100'000};
  for (const auto size : sizes) put_text(*store, "b", std::to_string(size), std::string(size, 'x'));
  EXPECT_TRUE(store->scrub().damages.empty());
  for (const auto size : sizes) {
    const auto bytes = store->objects().open("b", std::to_string(size)).parts()[0];
    for (const auto at : {std::size_t{0}, size / 2, size - 1}) {
      flip_bit(bytes, at);
      const auto found = store->scrub();
      EXPECT_EQ(found.blobs, 3u);
      EXPECT_EQ(found.bytes, 105'001u);
      ASSERT_EQ(found.damages.size(), 1u) << size << " " << at;
      EXPECT_EQ(found.damages[0].objects, std::vector<std::string>{"b/" + std::to_string(size)});
      EXPECT_EQ(condition_of([&] { store->objects().open("b", std::to_string(size)).read_all(); }), &conditions::kDataCorruption);
      flip_bit(bytes, at);
      EXPECT_TRUE(store->scrub().damages.empty());
    }
  }
}

TEST(StoreFault, keeps_its_order_when_the_clock_jumps) {
  RealDisk disk;
  ManualClock clock;
  TestFolder folder;
  auto store = Store::open(folder.path(), fault_options(), disk, clock);
  make_bucket(*store, "b");
  const auto start = clock.now();
  std::vector<CommitNumber> commits;
  for (const auto jump : {std::chrono::hours(0), std::chrono::hours(-24 * 400), std::chrono::hours(24 * 400), std::chrono::hours(1)}) {
    clock.set_wall(start + jump);
    commits.push_back(put_text(*store, "b", "k", "after " + std::to_string(jump.count())).commit);
  }
  // Commit numbers order, not times; the newest is what was written last.
  EXPECT_TRUE(std::ranges::is_sorted(commits));
  EXPECT_EQ(store->objects().open("b", "k").read_all(), "after 1");
  EXPECT_EQ(store->objects().open("b", "k", commits[1]).read_all(), "after -9600");
  // Behind a commit of the future nothing counts as old until its time has come.
  clock.set_wall(start + std::chrono::hours(24 * 9));
  store->collect();
  EXPECT_EQ(store->objects().open("b", "k", commits[2]).read_all(), "after 9600");
  const auto last = store->last_commit();
  store = nullptr;
  clock.set_wall(start - std::chrono::hours(24 * 365));
  store = Store::open(folder.path(), fault_options(), disk, clock);
  EXPECT_EQ(store->objects().open("b", "k").read_all(), "after 1");
  EXPECT_EQ(put_text(*store, "b", "l", "x").commit.value, last.value + 1);
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
