#include "store/backup.h"

#include <atomic>
#include <fstream>
#include <map>
#include <thread>

#include <gtest/gtest.h>

#include "base/disk_faulty.h"
#include "store/objects/pack_store.h"
#include "store/test_folder.h"

namespace lab::store {
namespace {

const SideFiles kFiles{"secrets.json"};

class Backup : public testing::Test {
 protected:
  std::unique_ptr<Store> open(const std::filesystem::path& folder, Disk& disk) {
    StoreOptions options;
    options.collect_every = options.scrub_every = std::chrono::seconds(0);
    return Store::open(folder, std::move(options), disk, clock_);
  }

  /// Small ones, which share packs, and ones with a file of their own.
  static void put(Store& store, int first, int count) {
    for (int i = first; i < first + count; ++i) put_text(store, "b", key(i), body(i));
  }
  static std::string key(int number) { return "k" + std::to_string(number); }
  static std::string body(int number) { return std::string(number % 3 == 0 ? PackStore::kFileSize + 1000 : 900, static_cast<char>('a' + number % 26)); }

  static void expect_objects(Store& store, int count) {
    for (int i = 0; i < count; ++i) EXPECT_EQ(store.objects().open("b", key(i)).read_all(), body(i)) << i;
  }

  TestFolder data_, kept_, other_;
  RealDisk disk_;
  SystemClock clock_;
};

TEST_F(Backup, is_a_data_folder_of_its_own) {
  const auto store = open(data_.path(), disk_);
  make_bucket(*store, "b");
  put(*store, 0, 9);
  delete_key(*store, "b", key(8));
  const auto made = back_up(*store, kept_.path(), kFiles);
  EXPECT_EQ(made.commit, store->last_commit());
  EXPECT_TRUE(made.damages.empty());
  EXPECT_EQ(made.copied, made.bytes);
  EXPECT_FALSE(disk_.find_status(kept_.path() / "lab.db-wal"));
  EXPECT_EQ(verify(disk_, kept_.path()).blobs, made.blobs);

  EXPECT_EQ(restore(disk_, kept_.path(), other_.path(), kFiles).commit, made.commit);
  for (const auto& name : disk_.list(other_.path())) EXPECT_TRUE(name == "lab.db" || name == "blobs" || name == "packs") << name;
  const auto again = open(other_.path(), disk_);
  expect_objects(*again, 8);
  EXPECT_FALSE(again->objects().find("b", key(8)));
  // It goes on from there, and gives out no number twice.
  put(*again, 20, 6);
  EXPECT_TRUE(again->scrub().damages.empty());
  expect_objects(*again, 8);
}

TEST_F(Backup, has_what_was_acknowledged_before_it_began_while_others_write) {
  const auto store = open(data_.path(), disk_);
  make_bucket(*store, "b");
  std::atomic<int> acknowledged = 0;
  std::jthread writer([&](const std::stop_token& stop) {
    for (int i = 0; !stop.stop_requested(); ++i) {
      put(*store, i, 1);
      acknowledged = i + 1;
      if (i % 5 == 4) store->collect();
    }
  });
  for (int round = 0; round < 5; ++round) {
    while (acknowledged < 10 * (round + 1)) std::this_thread::yield();
    const int before = acknowledged;
    back_up(*store, kept_.path(), kFiles);
    EXPECT_TRUE(verify(disk_, kept_.path()).damages.empty());
    const TestFolder folder;
    restore(disk_, kept_.path(), folder.path(), kFiles);
    expect_objects(*open(folder.path(), disk_), before);
  }
}

TEST_F(Backup, is_renewed_by_what_is_new) {
  const auto store = open(data_.path(), disk_);
  make_bucket(*store, "b");
  put(*store, 0, 6);
  back_up(*store, kept_.path(), kFiles);
  EXPECT_EQ(back_up(*store, kept_.path(), kFiles).copied, 0u);
  put_text(*store, "b", key(9), body(9));
  EXPECT_EQ(back_up(*store, kept_.path(), kFiles).copied, body(9).size());
}

TEST_F(Backup, leaves_the_earlier_one_whole_wherever_it_is_interrupted) {
  FaultyDisk disk(disk_);
  const auto store = open(data_.path(), disk);
  make_bucket(*store, "b");
  put(*store, 0, 4);
  const auto first = back_up(*store, kept_.path(), kFiles);
  put(*store, 4, 4);
  int num_failing = 0;
  for (std::uint64_t nth = 1;; ++nth) {
    disk.fail_at(nth, FaultyDisk::Fault::Full, true);
    bool has_failed = false;
    try {
      back_up(*store, kept_.path(), kFiles);
    } catch (const Error&) {
      has_failed = true;
    }
    disk.heal();
    const auto found = verify(disk_, kept_.path());
    EXPECT_TRUE(found.damages.empty()) << nth;
    EXPECT_TRUE(found.commit == first.commit || found.commit == store->last_commit());
    if (!has_failed) break;
    ++num_failing;
  }
  // Few: what a try has copied is there for the next.
  EXPECT_GE(num_failing, 6);
  EXPECT_EQ(verify(disk_, kept_.path()).commit, store->last_commit());
}

TEST_F(Backup, restoring_may_be_interrupted_and_begun_again) {
  {
    const auto store = open(data_.path(), disk_);
    make_bucket(*store, "b");
    put(*store, 0, 4);
    back_up(*store, kept_.path(), kFiles);
  }
  FaultyDisk disk(disk_);
  disk.fail_at(20, FaultyDisk::Fault::Failure, true);
  EXPECT_EQ(condition_of([&] { restore(disk, kept_.path(), other_.path(), kFiles); }), &lab::conditions::kDiskFailure);
  // What is there is no empty lab.
  EXPECT_EQ(condition_of([&] { open(other_.path(), disk_); }), &conditions::kRestoreUnfinished);
}

TEST_F(Backup, tells_of_flipped_bits) {
  {
    const auto store = open(data_.path(), disk_);
    make_bucket(*store, "b");
    put(*store, 0, 4);
    back_up(*store, kept_.path(), kFiles);
  }
  std::map<std::string, int> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kept_.path())) {
    if (!entry.is_regular_file() || entry.path().filename() == "lab.db") continue;
    for (std::uint64_t at = 0; at < entry.file_size(); at += 850) {
      const auto flip = [&] {
        std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(static_cast<std::streamoff>(at));
        const auto byte = static_cast<char>(file.get() ^ 4);
        file.seekp(static_cast<std::streamoff>(at));
        file.put(byte);
      };
      flip();
      const auto damages = verify(disk_, kept_.path()).damages;
      ASSERT_EQ(damages.size(), 1u) << entry.path() << " at " << at;
      ++found[damages[0].objects.at(0)];
      flip();
    }
  }
  EXPECT_EQ(found.size(), 4u);
  EXPECT_TRUE(verify(disk_, kept_.path()).damages.empty());
}

TEST_F(Backup, refuses_folders_that_are_something_else) {
  const auto store = open(data_.path(), disk_);
  make_bucket(*store, "b");
  const auto refused = [&](const std::filesystem::path& target) {
    return condition_of([&] { back_up(*store, target, kFiles); }) == &conditions::kBackupRefused;
  };
  EXPECT_TRUE(refused(data_.path()));
  EXPECT_TRUE(refused(data_.path() / "kept"));
  std::ofstream(kept_.path() / "letters.txt") << "mine";
  EXPECT_TRUE(refused(kept_.path()));
  { open(other_.path(), disk_); }
  EXPECT_TRUE(refused(other_.path()));
  EXPECT_EQ(condition_of([&] { restore(disk_, kept_.path(), other_.path(), kFiles); }), &conditions::kBackupRefused);
  EXPECT_EQ(condition_of([&] { verify(disk_, kept_.path()); }), &conditions::kBackupRefused);
  EXPECT_EQ(condition_of([&] { verify(disk_, data_.path()); }), &conditions::kStoreInUse);
}

}  // namespace
}  // namespace lab::store
