#include "base/disk.h"

#include <gtest/gtest.h>

#include "base/disk_faulty.h"
#include "base/disk_recording.h"
#include "base/ids.h"

namespace lab {
namespace {

class DiskTest : public testing::Test {
 protected:
  DiskTest() : folder_(std::filesystem::temp_directory_path() / ("lab-disk-" + random_hex(6))) {
    std::filesystem::create_directories(folder_);
  }
  ~DiskTest() override { std::filesystem::remove_all(folder_); }

  const Condition* condition_of(auto&& call) {
    try {
      call();
    } catch (const Error& error) {
      return &error.condition();
    }
    return nullptr;
  }

  const std::filesystem::path folder_;
  RealDisk real_;
};

TEST_F(DiskTest, writes_and_reads_back) {
  {
    const auto file = real_.create(folder_ / "a");
    file->append("hello ");
    file->append("world");
    file->write(0, "J");
    file->sync();
    EXPECT_EQ(file->size(), 11u);
  }
  EXPECT_EQ(read_file(real_, folder_ / "a"), "Jello world");
  EXPECT_EQ(real_.find_status(folder_ / "a")->size, 11u);
  EXPECT_FALSE(real_.find_status(folder_ / "b"));
  EXPECT_EQ(real_.list(folder_), std::vector<std::string>{"a"});
  EXPECT_GT(real_.space(folder_).total, 0u);
}

TEST_F(DiskTest, names_what_is_missing_or_in_the_way) {
  real_.create(folder_ / "a");
  EXPECT_EQ(condition_of([&] { real_.create(folder_ / "a"); }), &conditions::kFileAlreadyExists);
  EXPECT_EQ(condition_of([&] { real_.open_to_read(folder_ / "b"); }), &conditions::kFileNotFound);
  EXPECT_EQ(condition_of([&] { real_.make_folder(folder_ / "a"); }), &conditions::kFileAlreadyExists);
  EXPECT_NO_THROW(real_.remove(folder_ / "b"));
}

TEST_F(DiskTest, makes_folders_above_and_syncs_each_name) {
  RecordingDisk recording(real_);
  make_folders(recording, folder_ / "x" / "y/");
  const auto operations = recording.operations();
  ASSERT_EQ(operations.size(), 4u);
  EXPECT_EQ(operations[0].kind, DiskOperation::Kind::MakeFolder);
  EXPECT_EQ(operations[1].kind, DiskOperation::Kind::SyncFolder);
  EXPECT_EQ(operations[1].path, folder_);
  EXPECT_EQ(operations[3].path, folder_ / "x");
  make_folders(recording, folder_ / "x" / "y");
  EXPECT_EQ(recording.operations().size(), 4u);
}

TEST_F(DiskTest, replaces_a_file_so_that_either_version_is_whole_at_every_failure) {
  write_file_atomically(real_, folder_ / "f", "old");
  FaultyDisk faulty(real_);
  for (int nth = 1;; ++nth) {
    faulty.fail_at(nth);
    const bool failed = condition_of([&] { write_file_atomically(faulty, folder_ / "f", "new"); }) != nullptr;
    const auto found = read_file(real_, folder_ / "f");
    EXPECT_TRUE(found == "old" || found == "new") << found;
    if (!failed) {
      EXPECT_EQ(found, "new");
      EXPECT_GE(nth, 5);
      break;
    }
    write_file_atomically(real_, folder_ / "f", "old");
  }
}

TEST_F(DiskTest, fails_on_order) {
  FaultyDisk faulty(real_);
  const auto file = faulty.create(folder_ / "a");
  faulty.fail_at(2, FaultyDisk::Fault::Full);
  file->append("1234");
  EXPECT_EQ(condition_of([&] { file->append("5678"); }), &conditions::kDiskFull);
  EXPECT_EQ(read_file(real_, folder_ / "a"), "123456");
  EXPECT_NO_THROW(file->sync());
  faulty.fail_operation("sync");
  EXPECT_EQ(condition_of([&] { file->sync(); }), &conditions::kDiskFailure);
  faulty.heal();
  EXPECT_NO_THROW(file->sync());
}

}  // namespace
}  // namespace lab
