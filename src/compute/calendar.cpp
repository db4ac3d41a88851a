#include "compute/calendar.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "compute/overflow.h"

namespace lab::compute {

Date days_of(const CivilDate& date) {
  // Days of eras of 400 years that begin in March.
  const std::int64_t y = static_cast<std::int64_t>(date.year) - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = floor_divide(y, 400);
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return {static_cast<std::int32_t>(era * 146097 + day_of_era - 719468)};
}

CivilDate civil_of(Date date) {
  const std::int64_t z = static_cast<std::int64_t>(date.days) + 719468;
  const std::int64_t era = floor_divide(z, 146097);
  const std::int64_t day_of_era = z - era * 146097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<std::int32_t>(day_of_year - (153 * shifted + 2) / 5 + 1);
  const auto month = static_cast<std::int32_t>(shifted < 10 ? shifted + 3 : shifted - 9);
  return {static_cast<std::int32_t>(year_of_era + era * 400 + (month <= 2 ? 1 : 0)), month, day};
}

bool is_leap(std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_in_month(std::int64_t year, int month) {
  static constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

std::optional<Date> make_date(std::int64_t year, std::int64_t month, std::int64_t day) {
  if (month < 1 || month > 12 || day < 1 || year < -999'999 || year > 999'999) return {};
  if (day > days_in_month(year, static_cast<int>(month))) return {};
  return days_of({static_cast<std::int32_t>(year), static_cast<std::int32_t>(month), static_cast<std::int32_t>(day)});
}

int weekday_of(Date date) { return static_cast<int>(floor_remainder(static_cast<std::int64_t>(date.days) + 3, 7)); }

int day_of_year(Date date) {
  const CivilDate civil = civil_of(date);
  return date.days - days_of({civil.year, 1, 1}).days + 1;
}

IsoWeek iso_week_of(Date date) {
  const Date thursday{date.days + 3 - weekday_of(date)};
  return {civil_of(thursday).year, (day_of_year(thursday) - 1) / 7 + 1};
}

Date add_months(Date date, std::int32_t months) {
  const CivilDate civil = civil_of(date);
  const std::int64_t total = static_cast<std::int64_t>(civil.year) * 12 + civil.month - 1 + months;
  const std::int64_t year = floor_divide(total, 12);
  // Dates are days in 32 bits.
  if (year > 5'881'579 || year < -5'877'640) throw_overflow("overflow");
  const int month = static_cast<int>(floor_remainder(total, 12)) + 1;
  return days_of({static_cast<std::int32_t>(year), month, std::min(civil.day, days_in_month(year, month))});
}

namespace {

std::string upper_name(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return result;
}

}  // namespace

std::optional<Unit> truncation_unit(std::string_view name) {
  struct Row {
    std::string_view names;
    Unit unit;
  };
  static constexpr std::array<Row, 13> kRows{{{" MICROSECOND ", Unit::Microsecond},
                                              {" MILLISECOND ", Unit::Millisecond},
                                              {" SECOND ", Unit::Second},
                                              {" MINUTE ", Unit::Minute},
                                              {" HOUR ", Unit::Hour},
                                              {" DAY DD ", Unit::Day},
                                              {" WEEK ", Unit::Week},
                                              {" MON MONTH MM ", Unit::Month},
                                              {" QUARTER ", Unit::Quarter},
                                              {" YEAR YYYY YY ", Unit::Year},
                                              {" DECADE ", Unit::Decade},
                                              {" CENTURY ", Unit::Century},
                                              {" MILLENNIUM ", Unit::Millennium}}};
  const std::string wanted = " " + upper_name(name) + " ";
  for (const Row& row : kRows) {
    if (row.names.find(wanted) != std::string_view::npos) return row.unit;
  }
  return {};
}

Date truncate(Date date, Unit unit) {
  const CivilDate civil = civil_of(date);
  switch (unit) {
    case Unit::Week:
      return {date.days - weekday_of(date)};
    case Unit::Month:
      return {date.days - civil.day + 1};
    case Unit::Quarter:
      return days_of({civil.year, (civil.month - 1) / 3 * 3 + 1, 1});
    case Unit::Year:
      return days_of({civil.year, 1, 1});
    case Unit::Decade:
      return days_of({static_cast<std::int32_t>(floor_divide(civil.year, 10)) * 10, 1, 1});
    case Unit::Century:
      return days_of({static_cast<std::int32_t>(floor_divide(civil.year - 1, 100)) * 100 + 1, 1, 1});
    case Unit::Millennium:
      return days_of({static_cast<std::int32_t>(floor_divide(civil.year - 1, 1000)) * 1000 + 1, 1, 1});
    default:
      return date;
  }
}

std::optional<int> parse_weekday(std::string_view text) {
  static constexpr std::array<std::string_view, 7> kNames{" MO MON MONDAY ",   " TU TUE TUESDAY ", " WE WED WEDNESDAY ",
                                                          " TH THU THURSDAY ", " FR FRI FRIDAY ",  " SA SAT SATURDAY ",
                                                          " SU SUN SUNDAY "};
  const std::string wanted = " " + upper_name(text) + " ";
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (text.size() >= 2 && kNames[i].find(wanted) != std::string_view::npos) return static_cast<int>(i);
  }
  return {};
}

}  // namespace lab::compute
