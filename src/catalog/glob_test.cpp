#include "catalog/glob.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace lab::catalog {

TEST(Glob, star_stays_within_a_path_part) {
  EXPECT_TRUE(matches_glob_or_below("a/*.csv", "a/x.csv"));
  EXPECT_FALSE(matches_glob_or_below("a/*.csv", "a/b/x.csv"));
  EXPECT_TRUE(matches_glob_or_below("a/*/x.csv", "a/b/x.csv"));
}

TEST(Glob, a_folder_that_matches_stands_for_its_files) {
  EXPECT_TRUE(matches_glob_or_below("a/year=20*", "a/year=2024/part.parquet"));
  EXPECT_FALSE(matches_glob_or_below("a/year=19*", "a/year=2024/part.parquet"));
}

TEST(Glob, knows_classes_alternatives_and_escapes) {
  EXPECT_TRUE(matches_glob_or_below("f[0-3].csv", "f2.csv"));
  EXPECT_FALSE(matches_glob_or_below("f[^0-3].csv", "f2.csv"));
  EXPECT_TRUE(matches_glob_or_below("{a,b{1,2}}/x", "b2/x"));
  EXPECT_TRUE(matches_glob_or_below("a\\*b", "a*b"));
  EXPECT_FALSE(matches_glob_or_below("a\\*b", "axb"));
}

TEST(Glob, a_backslash_makes_a_glob) {
  EXPECT_TRUE(has_glob("a\\b"));
  EXPECT_TRUE(matches_glob_or_below("/t/\\a.csv", "/t/a.csv"));
}

TEST(Glob, what_is_not_closed_is_refused) {
  for (const char* glob : {"[", "a[b", "{a,b", "a\\", "[a[b]"}) EXPECT_THROW(check_glob(glob), Error) << glob;
  for (const char* glob : {"[ab]", "{a,{b}}", "a]b}", "\\[", "*.csv"}) EXPECT_NO_THROW(check_glob(glob)) << glob;
}

TEST(Glob, many_stars_do_not_take_exponential_time) {
  EXPECT_FALSE(matches_glob_or_below("*a*a*a*a*a*a*a*a*a*a*b", std::string(2000, 'a')));
}

}  // namespace lab::catalog
