#include "access/access.h"

#include <gtest/gtest.h>

#include "base/ids.h"

namespace lab::access {
namespace {

class AccessTest : public testing::Test {
 protected:
  AccessTest() : folder_(std::filesystem::temp_directory_path() / ("lab-access-" + random_hex(8))) {
    std::filesystem::create_directories(folder_);
  }
  ~AccessTest() override {
    access_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void open(Profile profile) {
    access_.reset();
    store_.reset();
    store::StoreOptions options;
    options.schemas = {access_schema()};
    store_ = store::Store::open(folder_, options, disk_, clock_);
    access_ = Access::open(*store_, profile);
  }

  const std::filesystem::path folder_;
  RealDisk disk_;
  SystemClock clock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Access> access_;
};

TEST_F(AccessTest, makes_keys_once_and_keeps_them) {
  open(Profile::Secure);
  const auto first = access_->take_first_secrets();
  ASSERT_EQ(first.size(), 4u);
  EXPECT_TRUE(access_->take_first_secrets().empty());
  const auto secret = access_->find_s3_secret(first[1].value);
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret->secret_key, first[2].value);
  EXPECT_EQ(secret->identity.user, "admin");
  EXPECT_TRUE(secret->identity.is_admin);
  open(Profile::Secure);
  EXPECT_TRUE(access_->take_first_secrets().empty());
  EXPECT_EQ(access_->default_s3_secret().access_key, first[1].value);
  EXPECT_EQ(access_->default_s3_secret().secret_key, first[2].value);
  EXPECT_EQ(access_->default_bearer_token(), first[3].value);
  EXPECT_EQ(access_->authenticate_bearer(first[3].value)->user, "admin");
}

TEST_F(AccessTest, keeps_secrets_in_a_file_for_its_owner_alone) {
  open(Profile::Secure);
  const auto permissions = std::filesystem::status(folder_ / "secrets.json").permissions();
  EXPECT_EQ(permissions, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto secret = access_->default_s3_secret().secret_key;
  const auto journal = read_file(disk_, folder_ / "lab.db") + read_file(disk_, folder_ / "lab.db-wal");
  EXPECT_EQ(journal.find(secret), std::string::npos);
  EXPECT_EQ(journal.find(access_->default_bearer_token()), std::string::npos);
}

TEST_F(AccessTest, refuses_the_well_known_keys_unless_in_the_workshop) {
  open(Profile::Secure);
  EXPECT_FALSE(access_->find_s3_secret("admin"));
  EXPECT_FALSE(access_->authenticate_bearer(""));
  EXPECT_FALSE(access_->authenticate_bearer("admin123"));
  open(Profile::Workshop);
  EXPECT_EQ(access_->find_s3_secret("admin")->secret_key, "admin123");
  EXPECT_EQ(access_->find_s3_secret("admin")->identity.user, "admin");
  EXPECT_EQ(access_->authenticate_bearer("")->user, "admin");
  EXPECT_FALSE(access_->authenticate_bearer("wrong"));
}

TEST_F(AccessTest, writes_the_audit_trail) {
  open(Profile::Secure);
  access_->record_audit({"ann", false, "s3:X"}, "s3", "PutObject", "b/k", AuditOutcome::Refused, "AccessDenied");
  const auto rows = store_->snapshot().scan_rows("audit");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(store::as_text(rows[0][1]), "ann");
  EXPECT_EQ(store::as_text(rows[0][6]), "Refused");
  EXPECT_EQ(store::as_text(rows[0][7]), "AccessDenied");
}

}  // namespace
}  // namespace lab::access
