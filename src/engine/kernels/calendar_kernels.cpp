#include <cmath>
#include <string>
#include <vector>

#include "compute/calendar.h"
#include "compute/clock_math.h"
#include "compute/datetime_pattern.h"
#include "compute/datetime_text.h"
#include "compute/overflow.h"
#include "compute/real_math.h"
#include "engine/kernels/adapt.h"
#include "engine/kernels/families.h"

/// Dates, instants and clocks. A zone comes as text in the last argument; it is found once and kept (see Zone::find).
namespace lab::engine {

namespace {

using compute::Date;
using compute::Instant;
using compute::Interval;
using compute::kMicrosPerDay;
using compute::kMicrosPerSecond;
using compute::WallClock;
using compute::Zone;
using std::string_view;

compute::TimeParser parser_of(string_view policy) {
  if (policy == "LEGACY") return compute::TimeParser::Legacy;
  return policy == "EXCEPTION" ? compute::TimeParser::Exception : compute::TimeParser::Corrected;
}

/// By a pattern. Columns of days have few values: what was made lately is made once.
std::string formatted(std::int64_t micros, string_view pattern, string_view zone, compute::TimeParser parser) {
  struct Slot {
    std::int64_t micros = 0;
    std::string text;
    bool is_set = false;
  };
  thread_local std::string known_pattern, known_zone;
  thread_local compute::TimeParser known_parser = compute::TimeParser::Corrected;
  thread_local std::vector<Slot> slots(1024);
  if (pattern != known_pattern || zone != known_zone || parser != known_parser) {
    known_pattern = pattern;
    known_zone = zone;
    known_parser = parser;
    slots.assign(slots.size(), {});
  }
  const auto hash = static_cast<std::uint64_t>(micros) * 0x9E3779B97F4A7C15U;
  Slot& slot = slots[hash >> 54];
  if (!slot.is_set || slot.micros != micros) {
    slot = {micros, compute::format_instant(Instant{micros}, pattern, Zone::find(zone), parser), true};
  }
  return slot.text;
}

/// The same kernel for TIMESTAMP and TIMESTAMP_NTZ, which lowering calls with 'UTC'.
template <typename Moment>
void register_moment(KernelRegistry& registry) {
  registry.add(adapt("lab_hour", [](Moment t, string_view zone) {
    return static_cast<std::int32_t>(compute::floor_remainder(Zone::find(zone).local_of_utc(t.micros), kMicrosPerDay) /
                                     (3600 * kMicrosPerSecond));
  }));
  registry.add(adapt("lab_minute", [](Moment t, string_view zone) {
    return static_cast<std::int32_t>(compute::floor_remainder(Zone::find(zone).local_of_utc(t.micros), kMicrosPerDay) /
                                     (60 * kMicrosPerSecond) % 60);
  }));
  registry.add(adapt("lab_second", [](Moment t, string_view zone) {
    return static_cast<std::int32_t>(compute::floor_remainder(Zone::find(zone).local_of_utc(t.micros), kMicrosPerDay) /
                                     kMicrosPerSecond % 60);
  }));
  registry.add(adapt("lab_second_micros", [](Moment t, string_view zone) {
    return compute::floor_remainder(Zone::find(zone).local_of_utc(t.micros), 60 * kMicrosPerSecond);
  }));
  registry.add(adapt("lab_timestamp_to_date",
                     [](Moment t, string_view zone) { return compute::date_of(Instant{t.micros}, Zone::find(zone)); }));
  registry.add(adapt("lab_date_trunc", [](string_view unit, Moment t, string_view zone) -> std::optional<Moment> {
    const auto level = compute::truncation_unit(unit);
    if (!level) return {};
    return Moment{compute::truncate(Instant{t.micros}, *level, Zone::find(zone)).micros};
  }));
  registry.add(adapt("lab_timestamp_add_months",
                     [](Moment t, std::int32_t months, string_view zone) {
                       return Moment{compute::add_months(Instant{t.micros}, months, Zone::find(zone)).micros};
                     }),
               kRaises);
  registry.add(adapt("lab_timestamp_add_day_time",
                     [](Moment t, std::int64_t micros, string_view zone) {
                       return Moment{compute::add_day_time(Instant{t.micros}, micros, Zone::find(zone)).micros};
                     }),
               kRaises);
  registry.add(adapt("lab_timestamp_add_unit",
                     [](string_view unit, std::int64_t count, Moment t, string_view zone) {
                       return Moment{compute::add_units(unit, count, Instant{t.micros}, Zone::find(zone)).micros};
                     }),
               kRaises);
  registry.add(adapt("lab_timestamp_diff_unit",
                     [](string_view unit, Moment a, Moment b, string_view zone) {
                       return compute::units_between(unit, Instant{a.micros}, Instant{b.micros}, Zone::find(zone));
                     }),
               kRaises);
  registry.add(adapt("lab_timestamp_difference",
                     [](Moment a, Moment b, string_view zone) {
                       // Between wall clocks: a day that the clock is put forward has 24 hours, too.
                       const Zone& place = Zone::find(zone);
                       std::int64_t micros;
                       if (__builtin_sub_overflow(place.local_of_utc(a.micros), place.local_of_utc(b.micros), &micros))
                         compute::throw_overflow("long overflow");
                       return micros;
                     }),
               kRaises);
  registry.add(adapt("lab_date_format",
                     [](Moment t, string_view pattern, string_view zone, string_view parser) {
                       return formatted(t.micros, pattern, zone, parser_of(parser));
                     }),
               kRaises);
  registry.add(adapt("lab_timestamp_text", [](Moment t, string_view zone) {
    return compute::timestamp_text(Instant{t.micros}, Zone::find(zone));
  }));
  registry.add(adapt("lab_unix_seconds", [](Moment t) { return compute::floor_divide(t.micros, kMicrosPerSecond); }));
}

std::int64_t cut_seconds(Instant t) { return t.micros / kMicrosPerSecond; }
std::int64_t checked_seconds(std::int64_t seconds) { return compute::checked_multiply(seconds, kMicrosPerSecond); }

void register_conversions(KernelRegistry& registry) {
  registry.add(adapt<&cut_seconds>("lab_unix_seconds_cut"));
  registry.add(adapt("lab_unix_seconds_cut", [](WallClock t) { return t.micros / kMicrosPerSecond; }));
  registry.add(adapt("lab_date_to_timestamp",
                     [](Date date, string_view zone) { return compute::start_of(date, Zone::find(zone)); }));
  registry.add(adapt("lab_to_ntz",
                     [](Instant t, string_view zone) { return WallClock{Zone::find(zone).local_of_utc(t.micros)}; }));
  registry.add(adapt("lab_from_ntz",
                     [](WallClock t, string_view zone) { return Instant{Zone::find(zone).utc_of_local(t.micros)}; }));
  registry.add(adapt("lab_timestamp_to_double", [](Instant t) { return static_cast<double>(t.micros) / 1e6; }));
  registry.add(adapt("lab_timestamp_seconds", [](std::int64_t seconds) { return Instant{checked_seconds(seconds)}; }),
               kRaises);
  registry.add(adapt("lab_timestamp_seconds", [](double seconds) -> std::optional<Instant> {
    if (!std::isfinite(seconds)) return {};
    return Instant{compute::saturated_long(seconds * 1e6)};
  }));
  // Casts saturate: Spark multiplies in long (SECONDS.toMicros).
  registry.add(adapt("lab_timestamp_seconds_wrap", [](std::int64_t seconds) {
    std::int64_t micros;
    if (__builtin_mul_overflow(seconds, kMicrosPerSecond, &micros)) micros = seconds < 0 ? INT64_MIN : INT64_MAX;
    return Instant{micros};
  }));
  registry.add(adapt("lab_timestamp_seconds_wrap", [](double seconds) -> std::optional<Instant> {
    if (!std::isfinite(seconds)) return {};
    return Instant{compute::saturated_long(seconds * 1e6)};
  }));
  registry.add(adapt("lab_timestamp_millis",
                     [](std::int64_t millis) { return Instant{compute::checked_multiply(millis, 1000)}; }),
               kRaises);
  registry.add(adapt("lab_unix_millis", [](Instant t) { return compute::floor_divide(t.micros, 1000); }));
  registry.add(adapt("lab_unix_micros", [](Instant t) { return t.micros; }));
  registry.add(adapt("lab_from_utc_timestamp",
                     [](Instant t, string_view zone) { return Instant{Zone::find(zone).local_of_utc(t.micros)}; }),
               kRaises);
  registry.add(adapt("lab_to_utc_timestamp",
                     [](Instant t, string_view zone) { return Instant{Zone::find(zone).utc_of_local(t.micros)}; }),
               kRaises);
  registry.add(adapt("lab_convert_timezone",
                     [](string_view from, string_view to, WallClock t) {
                       return WallClock{Zone::find(to).local_of_utc(Zone::find(from).utc_of_local(t.micros))};
                     }),
               kRaises);
}

void register_dates(KernelRegistry& registry) {
  registry.add(adapt("lab_date_add", [](Date date, std::int32_t days) {
    return Date{static_cast<std::int32_t>(static_cast<std::uint32_t>(date.days) + static_cast<std::uint32_t>(days))};
  }));
  registry.add(adapt("lab_date_sub", [](Date date, std::int32_t days) {
    return Date{static_cast<std::int32_t>(static_cast<std::uint32_t>(date.days) - static_cast<std::uint32_t>(days))};
  }));
  registry.add(adapt("lab_date_difference",
                     [](Date a, Date b) { return (static_cast<std::int64_t>(a.days) - b.days) * kMicrosPerDay; }));
  registry.add(
      adapt("lab_date_add_months", [](Date date, std::int32_t months) { return compute::add_months(date, months); }),
      kRaises);
  registry.add(adapt("lab_date_text", [](Date date) { return compute::date_text(date); }));
  registry.add(adapt("lab_trunc_date", [](Date date, string_view unit) -> std::optional<Date> {
    const auto level = compute::truncation_unit(unit);
    if (!level || *level < compute::Unit::Week) return {};
    return compute::truncate(date, *level);
  }));
  registry.add(adapt<&compute::next_day>("lab_next_day"), kRaises);
  registry.add(adapt<&compute::make_date_checked>("lab_make_date"), kRaises);
  registry.add(adapt("lab_months_between", [](Instant a, Instant b, bool rounds, string_view zone) {
    return compute::months_between(a, b, rounds, Zone::find(zone));
  }));
}

Date date_or_raise(string_view text) {
  const auto date = compute::parse_date(text);
  if (!date) compute::throw_cast_invalid(text, "DATE");
  return *date;
}
Instant timestamp_or_raise(string_view text, string_view zone) {
  const auto instant = compute::parse_timestamp(text, Zone::find(zone));
  if (!instant) compute::throw_cast_invalid(text, "TIMESTAMP");
  return *instant;
}
WallClock clock_or_raise(string_view text) {
  const auto clock = compute::parse_wall_clock(text);
  if (!clock) compute::throw_cast_invalid(text, "TIMESTAMP_NTZ");
  return *clock;
}

}  // namespace

void register_calendar_kernels(KernelRegistry& registry) {
  register_moment<Instant>(registry);
  register_moment<WallClock>(registry);
  register_conversions(registry);
  register_dates(registry);
}

void register_datetime_text_kernels(KernelRegistry& registry) {
  registry.add(adapt<&date_or_raise>("lab_cast_date"), kRaises);
  registry.add(adapt<&compute::parse_date>("lab_cast_date_try"));
  registry.add(adapt<&timestamp_or_raise>("lab_cast_timestamp"), kRaises);
  registry.add(adapt("lab_cast_timestamp_try", [](string_view text, string_view zone) {
    return compute::parse_timestamp(text, Zone::find(zone));
  }));
  registry.add(adapt<&clock_or_raise>("lab_cast_timestamp_ntz"), kRaises);
  registry.add(adapt<&compute::parse_wall_clock>("lab_cast_timestamp_ntz_try"));
  registry.add(adapt("lab_parse_timestamp",
                     [](string_view text, string_view pattern, string_view zone, bool raises, string_view parser) {
                       return compute::parse_instant(text, pattern, Zone::find(zone), raises, parser_of(parser));
                     }),
               kRaises);
  registry.add(
      adapt("lab_parse_timestamp_ntz", [](string_view text, string_view pattern, string_view,
                                          bool raises, string_view parser) {
              return compute::parse_clock(text, pattern, raises, parser_of(parser));
            }),
      kRaises);
  registry.add(adapt("lab_parse_date",
                     [](string_view text, string_view pattern, bool raises, string_view parser) {
                       return compute::parse_date_by(text, pattern, raises, parser_of(parser));
                     }),
               kRaises);
  registry.add(adapt("lab_make_timestamp",
                     [](std::int32_t year, std::int32_t month, std::int32_t day, std::int32_t hour, std::int32_t minute,
                        std::int64_t micros, string_view zone, bool raises) -> std::optional<Instant> {
                       const auto clock = compute::make_clock(year, month, day, hour, minute, micros, raises);
                       if (!clock) return {};
                       return Instant{Zone::find(zone).utc_of_local(clock->micros)};
                     }),
               kRaises);
  registry.add(adapt<&compute::make_clock>("lab_make_timestamp_ntz"), kRaises);
}

}  // namespace lab::engine
