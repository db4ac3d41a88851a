#include "compute/hybrid_calendar.h"

#include <gtest/gtest.h>

#include "compute/calendar.h"
#include "compute/zone.h"

namespace lab::compute {
namespace {

// Spark's RebaseDateTime: where the difference of the calendars changes, and what it is from there on.
struct Switch {
  std::int32_t day, difference;
};
constexpr Switch kFromHybrid[] = {{-800'000, 2},  {-719'164, 2},  {-682'945, 1},  {-646'420, 0},  {-609'895, -1}, {-536'845, -2}, {-500'320, -3}, {-463'795, -4},
                                  {-390'745, -5}, {-354'220, -6}, {-317'695, -7}, {-244'645, -8}, {-208'120, -9}, {-171'595, -10}, {-141'427, 0}};

TEST(HybridCalendar, days_differ_as_in_sparks_tables) {
  for (std::size_t i = 0; i < std::size(kFromHybrid); ++i) {
    EXPECT_EQ(from_hybrid(Date{kFromHybrid[i].day}).days, kFromHybrid[i].day + kFromHybrid[i].difference) << i;
    if (i == 0) continue;
    EXPECT_EQ(from_hybrid(Date{kFromHybrid[i].day - 1}).days, kFromHybrid[i].day - 1 + kFromHybrid[i - 1].difference) << i;
  }
}

TEST(HybridCalendar, instants_keep_their_wall_clock) {
  const Zone& utc = Zone::find("UTC");
  const std::int64_t noon = kMicrosPerDay / 2;
  const Instant hybrid{-700'000 * kMicrosPerDay + noon};
  const Instant rebased{from_hybrid(Date{-700'000}).days * kMicrosPerDay + noon};
  EXPECT_EQ(from_hybrid(hybrid, utc), rebased);
  const Instant late{kFirstCommonInstant.micros};
  EXPECT_EQ(from_hybrid(late, utc), late);
}

// Los Angeles was 7:52:58 behind Greenwich until 1883, which java.util does not know.
TEST(HybridCalendar, old_clocks_of_zones_are_those_of_today_in_the_hybrid_calendar) {
  const Zone& zone = Zone::find("America/Los_Angeles");
  const Instant hybrid{(-3'000'000'000LL) * kMicrosPerSecond};
  EXPECT_EQ(from_hybrid(hybrid, zone).micros - hybrid.micros, -422 * kMicrosPerSecond);
}

}  // namespace
}  // namespace lab::compute
