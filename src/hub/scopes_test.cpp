#include "hub/scopes.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace lab::hub {
namespace {

TEST(Scopes, people_may_do_with_their_own_things_what_they_like) {
  const auto ann = Scopes::of_user("ann", false);
  EXPECT_TRUE(ann.allows_server("access:servers", "ann", ""));
  EXPECT_TRUE(ann.allows_server("delete:servers", "ann", "second"));
  EXPECT_TRUE(ann.allows("read:tokens", "ann"));
  EXPECT_FALSE(ann.allows("read:tokens", "ben"));
  EXPECT_FALSE(ann.allows_server("access:servers", "ann2", ""));
  EXPECT_FALSE(ann.allows("admin:users"));
  EXPECT_FALSE(ann.allows_some("list:users"));
  EXPECT_TRUE(Scopes::of_user("boss", true).allows("read:users:name", "ann"));
}

TEST(Scopes, a_token_is_never_more_than_its_owner) {
  const auto greedy = Scopes::of_token({"admin:users", "servers", "nonsense"}, "ann", false);
  EXPECT_FALSE(greedy.allows("admin:users"));
  EXPECT_TRUE(greedy.allows("servers", "ann"));
  EXPECT_FALSE(greedy.allows("servers", "ben"));
  EXPECT_EQ(Scopes::of_token({"inherit"}, "ann", false).list(), Scopes::of_user("ann", false).list());
}

TEST(Scopes, a_filter_narrows) {
  const auto one = Scopes::of_token({"access:servers!server=ann/", "read:users!user"}, "ann", true);
  EXPECT_EQ(one.list(), (std::vector<std::string>{"access:servers!server=ann/", "read:users!user=ann", "read:users:activity!user=ann", "read:users:groups!user=ann", "read:users:name!user=ann"}));
  EXPECT_TRUE(one.allows_server("access:servers", "ann", ""));
  EXPECT_FALSE(one.allows_server("access:servers", "ann", "second"));
  EXPECT_FALSE(one.allows("access:servers", "ann"));
  EXPECT_TRUE(one.allows_some("access:servers"));
  EXPECT_TRUE(Scopes::of_token({"servers!server=ben/"}, "ann", false).list().empty());
}

TEST(Scopes, unknown_ones_cannot_be_asked_for) {
  for (const char* good : {"inherit", "self", "servers", "servers!user=ann", "read:users!user"}) EXPECT_NO_THROW(Scopes::check(good)) << good;
  for (const char* bad : {"", "root", "servers!planet=earth", "!user=ann"}) EXPECT_THROW(Scopes::check(bad), Error) << bad;
}

}  // namespace
}  // namespace lab::hub
