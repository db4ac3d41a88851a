#include "access/entry.h"

#include <gtest/gtest.h>

#include "access/access.h"
#include "access/conditions.h"
#include "base/disk.h"
#include "base/ids.h"

namespace lab::access {
namespace {

class EntryTest : public testing::Test {
 protected:
  EntryTest() : folder_(std::filesystem::temp_directory_path() / ("lab-entry-" + random_hex(8))) {
    std::filesystem::create_directories(folder_);
    open();
    rules_.way = "oidc";
    rules_.allowed_groups = {"students"};
  }
  ~EntryTest() override {
    access_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void open() {
    access_.reset();
    store_.reset();
    store::StoreOptions options;
    options.schemas = {access_schema()};
    store_ = store::Store::open(folder_, options, disk_, clock_);
    access_ = Access::open(*store_, Profile::Secure);
  }

  ProvenPerson person(const std::string& name, std::vector<std::string> groups = {"students"}) const { return {name, "id-of-" + name, std::move(groups)}; }

  /// Nothing when the person comes in.
  const Condition* refusal(const ProvenPerson& who) {
    try {
      access_->enter(who, rules_, "127.0.0.1");
    } catch (const Error& error) {
      return &error.condition();
    }
    return nullptr;
  }

  const std::filesystem::path folder_;
  const store::Origin by_{.actor = "admin", .protocol = "test", .request = "test"};
  RealDisk disk_;
  ManualClock clock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Access> access_;
  EntryRules rules_;
};

TEST_F(EntryTest, the_first_time_makes_a_user_who_is_known_after_a_restart) {
  EXPECT_EQ(access_->enter(person("Ann"), rules_, "127.0.0.1").user, "ann");
  open();
  EXPECT_EQ(access_->origin_of("ann").value().subject, "id-of-Ann");
  EXPECT_EQ(access_->enter({"called-otherwise", "id-of-Ann", {"students"}}, rules_, "127.0.0.1").user, "ann");
  EXPECT_FALSE(access_->find_user("called-otherwise"));
  EXPECT_FALSE(access_->has_password("ann"));
}

TEST_F(EntryTest, lists_decide_each_time) {
  EXPECT_EQ(refusal(person("ben", {"strangers"})), &conditions::kNotAllowedIn);
  EXPECT_FALSE(access_->find_user("ben"));
  EXPECT_EQ(refusal(person("ben")), nullptr);
  EXPECT_EQ(refusal(person("ben", {})), &conditions::kNotAllowedIn);
  rules_.allowed_users = {"Ben"};
  EXPECT_EQ(refusal(person("ben", {})), nullptr);
  rules_.allowed_users = {"*"};
  EXPECT_EQ(refusal(person("anybody", {})), nullptr);
}

TEST_F(EntryTest, without_lists_an_administrator_makes_the_users) {
  rules_.allowed_groups.clear();
  EXPECT_EQ(refusal(person("ann")), &conditions::kNotAllowedIn);
  access_->create_user("ann", false, by_);
  EXPECT_EQ(refusal(person("ann")), nullptr);
}

TEST_F(EntryTest, a_name_alone_is_nobody) {
  EXPECT_EQ(refusal(person("admin")), &conditions::kUserNameTaken);
  access_->create_user("mia", false, by_);
  access_->set_password("mia", "correct horse", by_);
  EXPECT_EQ(refusal(person("mia")), &conditions::kUserNameTaken);
  EXPECT_EQ(refusal(person("ann")), nullptr);
  EXPECT_EQ(refusal({"ann", "somebody else", {"students"}}), &conditions::kUserNameTaken);
  rules_.linked_users = {"mia"};
  EXPECT_EQ(refusal(person("mia")), nullptr);
  EXPECT_EQ(access_->origin_of("mia").value().way, "oidc");
  EXPECT_EQ(refusal(person("not a name")), &conditions::kInvalidUserName);
}

TEST_F(EntryTest, administrators_are_as_the_lists_say) {
  access_->enter(person("ann", {"students", "staff"}), rules_, "127.0.0.1");
  EXPECT_FALSE(access_->find_user("ann")->is_admin);
  rules_.admin_groups = {"staff"};
  EXPECT_TRUE(access_->enter(person("ann", {"staff"}), rules_, "127.0.0.1").is_admin);
  EXPECT_TRUE(access_->find_user("ann")->is_admin);
  EXPECT_FALSE(access_->enter(person("ann"), rules_, "127.0.0.1").is_admin);
  EXPECT_FALSE(access_->find_user("ann")->is_admin);
}

TEST_F(EntryTest, groups_follow_their_rules_and_no_others) {
  rules_.groups = {{"students", "learners"}, {"staff", "ml-engineers"}};
  access_->create_user("ann", false, by_);
  access_->add_to_group("jupyterhub", "ann", by_);
  access_->add_to_group("ml-engineers", "ann", by_);
  access_->enter(person("ann"), rules_, "127.0.0.1");
  EXPECT_EQ(access_->groups_of("ann"), (std::vector<std::string>{"jupyterhub", "learners"}));
  rules_.groups = {{"*", "*"}};
  access_->enter(person("ann", {"students", "no name"}), rules_, "127.0.0.1");
  EXPECT_EQ(access_->groups_of("ann"), std::vector<std::string>{"students"});
}

TEST_F(EntryTest, where_somebody_came_from_goes_with_them) {
  access_->enter(person("ann"), rules_, "127.0.0.1");
  access_->rename_user("ann", "annette", by_);
  EXPECT_FALSE(access_->origin_of("ann"));
  EXPECT_EQ(access_->enter(person("ann"), rules_, "127.0.0.1").user, "annette");
  access_->delete_user("annette", by_);
  EXPECT_FALSE(access_->origin_of("annette"));
  open();
  EXPECT_FALSE(access_->origin_of("annette"));
  EXPECT_EQ(access_->enter(person("ann"), rules_, "127.0.0.1").user, "ann");
}

}  // namespace
}  // namespace lab::access
