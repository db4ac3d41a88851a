#include "catalog/local_fence.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "base/error.h"

namespace lab::catalog {
namespace {

namespace fs = std::filesystem;

class LocalFenceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "fence-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = fs::path(name);
    for (const char* folder : {"data/homes/ann", "data/homes/annabel", "data/shared", "elsewhere"}) fs::create_directories(root_ / folder);
    fence_ = std::make_unique<LocalFence>(std::vector{root_ / "data"}, std::vector{root_ / "data/homes/ann", root_ / "data/shared"});
  }
  void TearDown() override { fs::remove_all(root_); }

  fs::path root_;
  std::unique_ptr<LocalFence> fence_;
};

TEST_F(LocalFenceTest, own_and_shared_folders_are_open_and_the_rest_of_the_data_is_not) {
  for (const char* open : {"data/homes/ann", "data/homes/ann/new/file", "data/shared/datasets", "elsewhere/file", "database"}) EXPECT_FALSE(fence_->is_closed(root_ / open)) << open;
  for (const char* closed : {"data", "data/lab.db", "data/homes", "data/homes/annabel/file"}) EXPECT_TRUE(fence_->is_closed(root_ / closed)) << closed;
  EXPECT_THROW(fence_->check(root_ / "data" / "lab.db"), Error);
  EXPECT_THROW(fence_->check_contents(root_), Error);
  EXPECT_NO_THROW(fence_->check_contents(root_ / "elsewhere"));
  EXPECT_NO_THROW(fence_->check_contents(root_ / "data/homes/ann"));
}

TEST_F(LocalFenceTest, neither_links_nor_dots_lead_past_it) {
  fs::create_directory_symlink(root_ / "data", root_ / "data/homes/ann/link");
  EXPECT_TRUE(fence_->is_closed(root_ / "data/homes/ann/link/lab.db"));
  EXPECT_TRUE(fence_->is_closed(root_ / "data/homes/ann/../annabel/file"));
  EXPECT_TRUE(fence_->is_closed(root_ / "elsewhere/../data/lab.db"));
}

}  // namespace
}  // namespace lab::catalog
