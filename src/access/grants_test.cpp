#include "access/grants.h"

#include <gtest/gtest.h>

#include "access/conditions.h"
#include "access/test_access.h"
#include "base/error.h"

namespace lab::access {
namespace {

class GrantsTest : public TestAccess {
 protected:
  GrantsTest() {
    access_->create_user("ann", false, by_);
    access_->create_user("ben", false, by_);
    access_->create_group("readers", by_);
  }

  Grants& grants() { return access_->grants(); }
  Grant grant_of(const std::string& principal, const std::vector<std::string>& names, const Securable& on) { return {principal, parse_privileges(names, on), on}; }

  const Securable orders_{"sales", "orders"};
};

TEST_F(GrantsTest, in_a_secure_lab_people_begin_with_names_and_the_first_database) {
  EXPECT_TRUE(grants().may_use("ann", "sales"));
  EXPECT_TRUE(grants().may("ann", Privilege::CreateSchema, {}));
  EXPECT_FALSE(grants().may("ann", Privilege::Select, orders_));
  EXPECT_TRUE(grants().may("ann", Privilege::CreateTable, {"default", {}}));
  EXPECT_FALSE(grants().may("ann", Privilege::CreateTable, {"sales", {}}));
  EXPECT_TRUE(grants().may("admin", Privilege::Manage, orders_));
  EXPECT_FALSE(grants().may("nobody-known", Privilege::Select, orders_));
  EXPECT_FALSE(grants().may("", Privilege::Select, orders_));
}

TEST_F(GrantsTest, what_is_given_is_there_until_it_is_taken_also_after_a_restart) {
  grants().grant(grant_of("ann", {"SELECT", "MODIFY"}, orders_), by_);
  open(Profile::Secure);
  EXPECT_TRUE(grants().may("ann", Privilege::Select, orders_));
  EXPECT_FALSE(grants().may("ben", Privilege::Select, orders_));
  grants().revoke(grant_of("ann", {"select"}, orders_), by_);
  EXPECT_FALSE(grants().may("ann", Privilege::Select, orders_));
  EXPECT_TRUE(grants().may("ann", Privilege::Modify, orders_));
}

TEST_F(GrantsTest, rights_reach_down_and_come_by_groups) {
  grants().grant(grant_of("readers", {"SELECT"}, {"sales", {}}), by_);
  EXPECT_FALSE(grants().may("ann", Privilege::Select, orders_));
  access_->add_to_group("readers", "ann", by_);
  EXPECT_TRUE(grants().may("ann", Privilege::Select, orders_));
  EXPECT_FALSE(grants().may("ann", Privilege::Select, {"other", "orders"}));
  access_->rename_group("readers", "people", by_);
  EXPECT_TRUE(grants().may("ann", Privilege::Select, orders_));
  access_->delete_group("people", by_);
  access_->create_group("people", by_);
  access_->add_to_group("people", "ann", by_);
  EXPECT_FALSE(grants().may("ann", Privilege::Select, orders_));
}

TEST_F(GrantsTest, they_follow_a_renamed_user_and_go_with_a_deleted_one) {
  grants().grant(grant_of("ann", {"SELECT"}, orders_), by_);
  access_->rename_user("ann", "anna", by_);
  EXPECT_TRUE(grants().may("anna", Privilege::Select, orders_));
  access_->delete_user("anna", by_);
  access_->create_user("anna", false, by_);
  EXPECT_FALSE(grants().may("anna", Privilege::Select, orders_));
}

TEST_F(GrantsTest, what_everybody_had_first_can_be_taken_for_good) {
  grants().revoke(grant_of(kEverybody, {"USE CATALOG", "USE SCHEMA"}, {}), by_);
  open(Profile::Secure);
  EXPECT_FALSE(grants().may_use("ann", "sales"));
  EXPECT_TRUE(grants().may_use("admin", "sales"));
}

TEST_F(GrantsTest, privileges_fit_what_they_are_for) {
  EXPECT_EQ(store::condition_of([&] { parse_privileges({"CREATE SCHEMA"}, orders_); }), &conditions::kInvalidPrivilege);
  EXPECT_EQ(store::condition_of([&] { parse_privileges({"FLY"}, {}); }), &conditions::kInvalidPrivilege);
  EXPECT_EQ(privilege_names(parse_privileges({"ALL PRIVILEGES"}, orders_)), (std::vector<std::string>{"SELECT", "MODIFY"}));
  EXPECT_EQ(store::condition_of([&] { grants().grant(grant_of("somebody", {"SELECT"}, orders_), by_); }), &conditions::kNoSuchPrincipal);
  EXPECT_EQ(parse_securable("table", "spark_catalog.Sales.Orders"), orders_);
  EXPECT_EQ(parse_securable("DATABASE", "sales"), (Securable{"sales", {}}));
  EXPECT_EQ(store::condition_of([&] { parse_securable("BUCKET", "b"); }), &conditions::kInvalidSecurable);
}

TEST_F(GrantsTest, files_of_a_governed_table_are_its_own_to_give) {
  grants().grant(grant_of("ann", {"ALL PRIVILEGES", "MANAGE", "READ FILES"}, {}), by_);
  const auto set_filter = [](TablePolicy& policy) { policy.row_filter = RowFilter{{"sales", "mine"}, {"region"}}; };
  grants().edit_policy(orders_, "admin", "warehouse/sales.db/orders", set_filter, "SetRowFilter", by_);
  open(Profile::Secure);
  const auto policy = grants().find_policy("warehouse/sales.db/orders");
  ASSERT_TRUE(policy && policy->row_filter);
  EXPECT_EQ(policy->row_filter->columns, std::vector<std::string>{"region"});
  EXPECT_TRUE(grants().may("ann", Privilege::Select, orders_));
  EXPECT_FALSE(grants().may("ann", Privilege::Manage, orders_));
  EXPECT_FALSE(grants().may_have_files("ann", *policy, false));
  EXPECT_TRUE(grants().may_have_files("admin", *policy, false));
  grants().grant(grant_of("ann", {"READ FILES"}, orders_), by_);
  EXPECT_TRUE(grants().may_have_files("ann", *policy, false));
  EXPECT_FALSE(grants().may_have_files("ann", *policy, true));
  grants().forget(orders_, by_);
  EXPECT_FALSE(grants().find_policy("warehouse/sales.db/orders"));
  EXPECT_TRUE(grants().list(orders_).size() >= 1);  // of the catalog
}

TEST(Nearness, tells_how_places_lie) {
  EXPECT_EQ(nearness("b/t", "b/t"), Nearness::Root);
  EXPECT_EQ(nearness("b/t/", "b/t"), Nearness::Root);
  EXPECT_EQ(nearness("b/t/part-0/", "b/t"), Nearness::Inside);
  EXPECT_EQ(nearness("b/table/", "b/t"), Nearness::Apart);
  EXPECT_EQ(nearness("b/", "b/t"), Nearness::Around);
  EXPECT_EQ(nearness("b/ta", "b/table"), Nearness::Around);
  EXPECT_EQ(nearness("b/ta/", "b/table"), Nearness::Apart);
}

}  // namespace
}  // namespace lab::access
