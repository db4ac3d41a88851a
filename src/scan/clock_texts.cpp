#include "scan/clock_texts.h"

#include "base/error.h"
#include "compute/calendar.h"
#include "compute/datetime_pattern.h"
#include "compute/datetime_text.h"
#include "scan/csv_options.h"

namespace lab::scan {

namespace {

bool is_clock_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<int> two_digits(std::string_view text, std::size_t at) {
  if (!is_clock_digit(text[at]) || !is_clock_digit(text[at + 1])) return std::nullopt;
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

// `yyyy-MM-dd`, which nearly every date is.
std::optional<compute::Date> plain_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto century = two_digits(text, 0), year = two_digits(text, 2), month = two_digits(text, 5), day = two_digits(text, 8);
  if (!century || !year || !month || !day) return std::nullopt;
  return compute::make_date(*century * 100 + *year, *month, *day);
}

// `yyyy-MM-dd HH:mm:ss[.fraction]` as microseconds of a wall clock.
std::optional<std::int64_t> plain_clock(std::string_view text) {
  if (text.size() < 19 || text.size() > 26 || (text[10] != ' ' && text[10] != 'T') || text[13] != ':' || text[16] != ':') return std::nullopt;
  const auto date = plain_date(text.substr(0, 10));
  const auto hour = two_digits(text, 11), minute = two_digits(text, 14), second = two_digits(text, 17);
  if (!date || !hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  std::int64_t micros = 0;
  if (text.size() > 19) {
    if (text[19] != '.' || text.size() == 20) return std::nullopt;
    std::int64_t unit = 100'000;
    for (std::size_t i = 20; i < text.size(); ++i, unit /= 10) {
      if (!is_clock_digit(text[i])) return std::nullopt;
      micros += (text[i] - '0') * unit;
    }
  }
  return date->days * compute::kMicrosPerDay + ((*hour * 60LL + *minute) * 60 + *second) * compute::kMicrosPerSecond + micros;
}

}  // namespace

ClockFormats ClockFormats::parse(const std::map<std::string, std::string>& options) {
  const auto text = [&](const char* key) {
    const auto found = options.find(key);
    return found == options.end() ? std::nullopt : std::optional(found->second);
  };
  const auto locale = text("locale");
  if (locale && !locale->starts_with("en") && !locale->starts_with("EN")) {
    // Words of other languages would all be NULL.
    for (const char* key : {"dateformat", "timestampformat", "timestampntzformat"})
      if (const auto pattern = text(key); pattern && (pattern->find("MMM") != std::string::npos || pattern->find_first_of("EaG") != std::string::npos))
        throw Error(conditions::kUnsupportedFeature, {{"feature", "names of months and days in the locale " + *locale}, {"hint", "Use a pattern of numbers, or the locale en-US."}});
  }
  return {text("dateformat"), text("timestampformat"), text("timestampntzformat"), text("timezone"),
          parse_flag(options, "enabledatetimeparsingfallback", false)};
}

ClockTexts::ClockTexts(const ClockFormats& formats, const std::string& time_zone)
    : formats_(formats), zone_(compute::Zone::find(formats.time_zone.value_or(time_zone))) {}

std::optional<std::int32_t> ClockTexts::date(std::string_view text) const {
  std::optional<compute::Date> date;
  if (formats_.date) {
    date = compute::parse_date_by(text, *formats_.date, false);
    if (!date && formats_.falls_back) date = compute::parse_date(text);
  } else {
    date = plain_date(text);
    if (!date) date = compute::parse_date(text);
  }
  return date ? std::optional(date->days) : std::nullopt;
}

std::optional<std::int64_t> ClockTexts::timestamp(std::string_view text) const {
  if (formats_.timestamp) {
    auto instant = compute::parse_instant(text, *formats_.timestamp, zone_, false);
    if (!instant && formats_.falls_back) instant = compute::parse_timestamp(text, zone_);
    return instant ? std::optional(instant->micros) : std::nullopt;
  }
  if (const auto clock = plain_clock(text)) return zone_.is_utc() ? *clock : zone_.utc_of_local(*clock);
  const auto instant = compute::parse_timestamp(text, zone_);
  return instant ? std::optional(instant->micros) : std::nullopt;
}

std::optional<std::int64_t> ClockTexts::timestamp_ntz(std::string_view text) const {
  if (formats_.timestamp_ntz) {
    const auto clock = compute::parse_clock(text, *formats_.timestamp_ntz, false);
    return clock ? std::optional(clock->micros) : std::nullopt;
  }
  if (const auto clock = plain_clock(text)) return clock;
  const auto clock = compute::parse_wall_clock(text);
  return clock ? std::optional(clock->micros) : std::nullopt;
}

bool ClockTexts::is_plain_date(std::string_view text) const {
  return formats_.date ? compute::parse_date_by(text, *formats_.date, false).has_value() : plain_date(text).has_value();
}

}  // namespace lab::scan
