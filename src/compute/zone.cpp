#include "compute/zone.h"

#include <unicode/basictz.h>
#include <unicode/locid.h>
#include <unicode/timezone.h>
#include <unicode/tztrans.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <shared_mutex>

#include "base/error.h"
#include "compute/calendar.h"
#include "compute/conditions.h"

namespace lab::compute {

namespace {

constexpr std::int64_t kLastSecond = 4102444800 * 2;  // 2230: later instants take the last rule's offsets of their season away, no calendar reaches there

/// `+1`, `+01`, `+01:30`, `+0130`, `+01:30:15`, up to 18 hours.
std::optional<std::int32_t> parse_offset(std::string_view text) {
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return {};
  std::array<int, 3> parts{0, 0, 0};
  std::size_t i = 1, part = 0;
  while (i < text.size()) {
    if (part == 3) return {};
    std::size_t begin = i;
    int value = 0;
    while (i < text.size() && i - begin < 2 && text[i] >= '0' && text[i] <= '9') value = value * 10 + (text[i++] - '0');
    if (i == begin || (part > 0 && i - begin != 2)) return {};
    parts[part++] = value;
    if (i < text.size() && text[i] == ':') {
      if (++i == text.size()) return {};
    }
  }
  const std::int32_t seconds = parts[0] * 3600 + parts[1] * 60 + parts[2];
  if (parts[1] > 59 || parts[2] > 59 || seconds > 18 * 3600) return {};
  return text[0] == '-' ? -seconds : seconds;
}

std::string_view long_id(std::string_view id) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 28> kShort{
      {{"ACT", "Australia/Darwin"},  {"AET", "Australia/Sydney"},   {"AGT", "America/Argentina/Buenos_Aires"}, {"ART", "Africa/Cairo"},
       {"AST", "America/Anchorage"}, {"BET", "America/Sao_Paulo"},  {"BST", "Asia/Dhaka"},                     {"CAT", "Africa/Harare"},
       {"CNT", "America/St_Johns"},  {"CST", "America/Chicago"},    {"CTT", "Asia/Shanghai"},                  {"EAT", "Africa/Addis_Ababa"},
       {"ECT", "Europe/Paris"},      {"IET", "America/Indiana/Indianapolis"}, {"IST", "Asia/Kolkata"},         {"JST", "Asia/Tokyo"},
       {"MIT", "Pacific/Apia"},      {"NET", "Asia/Yerevan"},       {"NST", "Pacific/Auckland"},               {"PLT", "Asia/Karachi"},
       {"PNT", "America/Phoenix"},   {"PRT", "America/Puerto_Rico"}, {"PST", "America/Los_Angeles"},           {"SST", "Pacific/Guadalcanal"},
       {"VST", "Asia/Ho_Chi_Minh"},  {"EST", "-05:00"},             {"MST", "-07:00"},                         {"HST", "-10:00"}}};
  for (const auto& [name, full] : kShort) {
    if (name == id) return full;
  }
  return id;
}

std::unique_ptr<Zone> open_zone(std::string_view given) {
  const std::string_view id = long_id(given);
  if (id == "Z" || id == "UTC" || id == "GMT" || id == "UT") return std::make_unique<Zone>(std::string(given), 0);
  std::string_view offset = id;
  for (const std::string_view prefix : {"UTC", "GMT", "UT"}) {
    if (id.starts_with(prefix)) {
      offset = id.substr(prefix.size());
      break;
    }
  }
  if (const auto seconds = parse_offset(offset)) return std::make_unique<Zone>(std::string(given), *seconds);
  const std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(icu::StringPiece(id.data(), static_cast<std::int32_t>(id.size())))));
  icu::UnicodeString name;
  zone->getID(name);
  std::string found;
  name.toUTF8String(found);
  auto* basic = dynamic_cast<icu::BasicTimeZone*>(zone.get());
  if (*zone == icu::TimeZone::getUnknown() || found != id || basic == nullptr) return nullptr;
  std::vector<std::int64_t> starts;
  std::vector<std::int32_t> offsets;
  UErrorCode status = U_ZERO_ERROR;
  std::int32_t raw = 0, saving = 0;
  basic->getOffset(-1e14, false, raw, saving, status);
  const std::int32_t first = (raw + saving) / 1000;
  icu::TimeZoneTransition change;
  double at = -1e14;
  while (basic->getNextTransition(at, false, change) && change.getTime() / 1000 < static_cast<double>(kLastSecond)) {
    at = change.getTime();
    basic->getOffset(at, false, raw, saving, status);
    const std::int32_t now = (raw + saving) / 1000;
    if (now == (offsets.empty() ? first : offsets.back())) continue;
    starts.push_back(static_cast<std::int64_t>(at / 1000));
    offsets.push_back(now);
  }
  return std::make_unique<Zone>(std::string(given), first, std::move(starts), std::move(offsets));
}

}  // namespace

const Zone* Zone::try_find(std::string_view id) {
  // Kernels ask for the same zone row after row.
  thread_local std::string last_id;
  thread_local const Zone* last = nullptr;
  if (last != nullptr && last_id == id) return last;
  static std::shared_mutex mutex;
  static std::map<std::string, std::unique_ptr<Zone>, std::less<>> zones;
  const Zone* result = nullptr;
  {
    const std::shared_lock lock(mutex);
    if (const auto found = zones.find(id); found != zones.end()) result = found->second.get();
  }
  if (result == nullptr) {
    auto opened = open_zone(id);
    if (opened == nullptr) return nullptr;
    const std::unique_lock lock(mutex);
    result = zones.emplace(std::string(id), std::move(opened)).first->second.get();
  }
  last_id = id;
  last = result;
  return result;
}

const Zone& Zone::find(std::string_view id) {
  const Zone* zone = try_find(id);
  if (zone == nullptr) throw Error(conditions::kInvalidTimezone, {{"timeZone", std::string(id)}});
  return *zone;
}

std::int32_t Zone::offset_at(std::int64_t utc_seconds) const {
  if (starts_.empty() || utc_seconds < starts_.front()) return first_;
  const auto next = std::ranges::upper_bound(starts_, utc_seconds);
  return offsets_[static_cast<std::size_t>(next - starts_.begin()) - 1];
}

std::int64_t Zone::local_of_utc(std::int64_t utc_micros) const {
  return utc_micros + static_cast<std::int64_t>(offset_at(floor_divide(utc_micros, kMicrosPerSecond))) * kMicrosPerSecond;
}

std::int64_t Zone::utc_of_local(std::int64_t local_micros) const {
  if (starts_.empty()) return local_micros - static_cast<std::int64_t>(first_) * kMicrosPerSecond;
  const std::int64_t local = floor_divide(local_micros, kMicrosPerSecond);
  // The offset before any change near this clock; a valid answer with it is the earlier one.
  const std::int32_t before = offset_at(local - 86'400), after = offset_at(local + 86'400);
  if (before == after && offset_at(local - before) == before) return local_micros - static_cast<std::int64_t>(before) * kMicrosPerSecond;
  for (const std::int32_t offset : {before, after, offset_at(local - before), offset_at(local - after)}) {
    if (offset_at(local - offset) == offset) return local_micros - static_cast<std::int64_t>(offset) * kMicrosPerSecond;
  }
  // A gap: Java keeps the offset before it, which moves the clock on by the gap.
  return local_micros - static_cast<std::int64_t>(before) * kMicrosPerSecond;
}

std::string zone_name(const Zone& zone, Instant instant, bool full) {
  const std::unique_ptr<icu::TimeZone> named(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(zone.id())));
  UErrorCode status = U_ZERO_ERROR;
  std::int32_t raw = 0, saving = 0;
  named->getOffset(static_cast<double>(instant.micros) / 1000, false, raw, saving, status);
  icu::UnicodeString name;
  named->getDisplayName(saving != 0, full ? icu::TimeZone::LONG : icu::TimeZone::SHORT, icu::Locale::getUS(), name);
  std::string text;
  name.toUTF8String(text);
  return text;
}

}  // namespace lab::compute
