#include "compute/variant.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/error.h"
#include "compute/conditions.h"
#include "compute/datetime_text.h"
#include "compute/json_text.h"
#include "compute/real_math.h"
#include "compute/text.h"

namespace lab::compute {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kSizeLimit = 128UL * 1024 * 1024;
constexpr int kDeepest = 1000;

enum Basic : std::uint8_t { kPrimitive = 0, kShortText = 1, kObject = 2, kArray = 3 };
enum Primitive : std::uint8_t {
  kNull = 0, kTrue, kFalse, kInt1, kInt2, kInt4, kInt8, kDouble, kDecimal4, kDecimal8, kDecimal16, kDate, kTimestamp, kTimestampNtz,
  kFloat, kBinary, kText, kUuid = 20,
};

/// Bytes behind the header of a primitive; texts say their own length.
constexpr std::uint8_t kWidths[] = {0, 0, 0, 1, 2, 4, 8, 8, 5, 9, 17, 4, 8, 8, 4, 0, 0, 0, 0, 0, 16};

[[noreturn]] void throw_malformed_variant() { throw Error(conditions::kMalformedVariant, {}); }

std::size_t width_for(std::uint64_t number) { return number <= 0xFF ? 1 : number <= 0xFFFF ? 2 : number <= 0xFFFFFF ? 3 : 4; }

std::int64_t sign_extended(std::uint64_t number, std::size_t width) {
  const int shift = static_cast<int>(64 - width * 8);
  return static_cast<std::int64_t>(number << shift) >> shift;
}

/// Java's order of strings: by UTF-16 units, in which a character beyond the first plane comes before U+E000.
bool java_less(std::string_view left, std::string_view right) {
  const auto [a, b] = std::ranges::mismatch(left, right);
  if (b == right.end()) return false;
  if (a == left.end()) return true;
  const auto x = static_cast<unsigned char>(*a), y = static_cast<unsigned char>(*b);
  const bool far_x = x >= 0xF0, far_y = y >= 0xF0;
  if (far_x != far_y && (x >= 0xEE || y >= 0xEE)) return far_x ? y >= 0xEE : x < 0xEE;
  return x < y;
}

std::string offset_text(const Zone& zone, Instant instant) {
  // An instant prints on the zone's clock with its distance from UTC.
  const std::int64_t rest = instant.micros % kMicrosPerSecond;
  const std::int64_t seconds = zone.offset_at((instant.micros - rest) / kMicrosPerSecond - (rest < 0 ? 1 : 0));
  const std::int64_t minutes = std::abs(seconds) / 60;
  char text[16];
  std::snprintf(text, sizeof text, "%c%02d:%02d", seconds < 0 ? '-' : '+', static_cast<int>(minutes / 60), static_cast<int>(minutes % 60));
  return text;
}

}  // namespace

struct VariantView::Members {
  std::size_t count = 0, id_width = 0, offset_width = 0, ids = 0, offsets = 0, data = 0;
};

std::string_view VariantView::bytes(std::size_t at, std::size_t length) const {
  if (at > value_.size() || length > value_.size() - at) throw_malformed_variant();
  return value_.substr(at, length);
}

std::uint64_t VariantView::number(std::size_t at, std::size_t width) const {
  const auto raw = bytes(at, width);
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < width; ++i) number |= static_cast<std::uint64_t>(static_cast<unsigned char>(raw[i])) << (8 * i);
  return number;
}

std::uint8_t VariantView::primitive() const {
  const auto head = static_cast<std::uint8_t>(number(0, 1));
  if ((head & 3) != kPrimitive) throw_malformed_variant();
  return head >> 2;
}

VariantType VariantView::type() const {
  const auto head = static_cast<std::uint8_t>(number(0, 1));
  switch (head & 3) {
    case kShortText: return VariantType::String;
    case kObject: return VariantType::Object;
    case kArray: return VariantType::Array;
    default: break;
  }
  switch (head >> 2) {
    case kNull: return VariantType::Null;
    case kTrue:
    case kFalse: return VariantType::Boolean;
    case kInt1:
    case kInt2:
    case kInt4:
    case kInt8: return VariantType::Long;
    case kDouble: return VariantType::Double;
    case kDecimal4:
    case kDecimal8:
    case kDecimal16: return VariantType::Decimal;
    case kDate: return VariantType::Date;
    case kTimestamp: return VariantType::Timestamp;
    case kTimestampNtz: return VariantType::TimestampNtz;
    case kFloat: return VariantType::Float;
    case kBinary: return VariantType::Binary;
    case kText: return VariantType::String;
    case kUuid: return VariantType::Uuid;
    default: throw_malformed_variant();
  }
}

bool VariantView::boolean() const { return primitive() == kTrue; }

std::int64_t VariantView::integer() const {
  switch (primitive()) {
    case kInt1: return sign_extended(number(1, 1), 1);
    case kInt2: return sign_extended(number(1, 2), 2);
    case kInt4:
    case kDate: return sign_extended(number(1, 4), 4);
    case kInt8:
    case kTimestamp:
    case kTimestampNtz: return static_cast<std::int64_t>(number(1, 8));
    default: throw_malformed_variant();
  }
}

double VariantView::real() const {
  if (primitive() == kDouble) return std::bit_cast<double>(number(1, 8));
  if (primitive() == kFloat) return std::bit_cast<float>(static_cast<std::uint32_t>(number(1, 4)));
  throw_malformed_variant();
}

std::pair<Int128, int> VariantView::decimal() const {
  int scale = static_cast<int>(number(1, 1));
  Int128 unscaled = 0;
  switch (primitive()) {
    case kDecimal4: unscaled = sign_extended(number(2, 4), 4); break;
    case kDecimal8: unscaled = static_cast<std::int64_t>(number(2, 8)); break;
    case kDecimal16: unscaled = static_cast<Int128>(static_cast<UInt128>(number(10, 8)) << 64 | number(2, 8)); break;
    default: throw_malformed_variant();
  }
  while (scale > 0 && unscaled % 10 == 0) {
    unscaled /= 10;
    --scale;
  }
  return {unscaled, scale};
}

std::string_view VariantView::text() const {
  const auto head = static_cast<std::uint8_t>(number(0, 1));
  if ((head & 3) == kShortText) return bytes(1, head >> 2);
  if (primitive() == kUuid) return bytes(1, 16);
  if (primitive() != kText && primitive() != kBinary) throw_malformed_variant();
  return bytes(5, number(1, 4));
}

VariantView::Members VariantView::members() const {
  const auto head = static_cast<std::uint8_t>(number(0, 1));
  const unsigned details = head >> 2;
  const bool is_object = (head & 3) == kObject;
  if (!is_object && (head & 3) != kArray) throw_malformed_variant();
  Members members;
  const bool large = (details >> (is_object ? 4 : 2) & 1) != 0;
  members.offset_width = (details & 3) + 1;
  members.id_width = is_object ? (details >> 2 & 3) + 1 : 0;
  members.count = number(1, large ? 4 : 1);
  if (members.count > value_.size()) throw_malformed_variant();
  members.ids = large ? 5 : 2;
  members.offsets = members.ids + members.count * members.id_width;
  members.data = members.offsets + (members.count + 1) * members.offset_width;
  return members;
}

std::size_t VariantView::byte_size() const {
  switch (type()) {
    case VariantType::Object:
    case VariantType::Array: {
      const Members m = members();
      return m.data + number(m.offsets + m.count * m.offset_width, m.offset_width);
    }
    case VariantType::String:
    case VariantType::Binary:
    case VariantType::Uuid: return static_cast<std::size_t>(text().data() + text().size() - value_.data());
    default: return 1 + std::size_t{kWidths[primitive()]};
  }
}

std::size_t VariantView::size() const { return members().count; }

std::string_view VariantView::key(std::size_t index) const {
  const Members m = members();
  const std::uint64_t id = number(m.ids + index * m.id_width, m.id_width);
  const VariantView dictionary(metadata_, {});
  const auto head = static_cast<std::uint8_t>(dictionary.number(0, 1));
  if ((head & 0x0F) != kVersion) throw_malformed_variant();
  const std::size_t width = (head >> 6) + 1;
  const std::uint64_t count = dictionary.number(1, width);
  if (id >= count) throw_malformed_variant();
  const std::uint64_t from = dictionary.number(1 + (id + 1) * width, width), to = dictionary.number(1 + (id + 2) * width, width);
  if (to < from) throw_malformed_variant();
  return dictionary.bytes(1 + (count + 2) * width + from, to - from);
}

VariantView VariantView::member(std::size_t index) const {
  const Members m = members();
  const std::uint64_t offset = number(m.offsets + index * m.offset_width, m.offset_width);
  if (m.data + offset >= value_.size()) throw_malformed_variant();
  return {value_.substr(m.data + offset), metadata_};
}

std::optional<VariantView> VariantView::find(std::string_view wanted) const {
  std::size_t low = 0, high = members().count;
  // A few are looked through, many are sorted by key.
  if (high < 32) {
    for (std::size_t i = 0; i < high; ++i)
      if (key(i) == wanted) return member(i);
    return {};
  }
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    const auto here = key(middle);
    if (here == wanted) return member(middle);
    if (java_less(here, wanted))
      low = middle + 1;
    else
      high = middle;
  }
  return {};
}

void VariantView::append_json(std::string& out, const Zone& zone, int depth) const {
  if (depth > kDeepest) throw_malformed_variant();
  const auto quoted = [&](const std::string& text) { out += '"' + text + '"'; };
  switch (type()) {
    case VariantType::Object:
      out += '{';
      for (std::size_t i = 0; i < size(); ++i) {
        if (i > 0) out += ',';
        append_json_string(out, key(i));
        out += ':';
        member(i).append_json(out, zone, depth + 1);
      }
      out += '}';
      break;
    case VariantType::Array:
      out += '[';
      for (std::size_t i = 0; i < size(); ++i) {
        if (i > 0) out += ',';
        member(i).append_json(out, zone, depth + 1);
      }
      out += ']';
      break;
    case VariantType::Null: out += "null"; break;
    case VariantType::Boolean: out += boolean() ? "true" : "false"; break;
    case VariantType::Long: out += std::to_string(integer()); break;
    case VariantType::String: append_json_string(out, text()); break;
    // What JSON has no number for is text.
    case VariantType::Double: std::isfinite(real()) ? void(out += real_text(real())) : quoted(real_text(real())); break;
    case VariantType::Float: std::isfinite(real()) ? void(out += real_text(static_cast<float>(real()))) : quoted(real_text(real())); break;
    case VariantType::Decimal: {
      const auto [unscaled, scale] = decimal();
      out += plain_text(unscaled, scale);
      break;
    }
    case VariantType::Date: quoted(date_text({static_cast<std::int32_t>(integer())})); break;
    case VariantType::Timestamp: quoted(timestamp_text({integer()}, zone) + offset_text(zone, {integer()})); break;
    case VariantType::TimestampNtz: quoted(timestamp_text({integer()}, Zone::find("UTC"))); break;
    case VariantType::Binary: quoted(base64(text())); break;
    case VariantType::Uuid: {
      static constexpr char kDigits[] = "0123456789abcdef";
      std::string hex;
      for (const unsigned char c : text()) {
        if (hex.size() == 8 || hex.size() == 13 || hex.size() == 18 || hex.size() == 23) hex += '-';
        hex += kDigits[c >> 4];
        hex += kDigits[c & 15];
      }
      quoted(hex);
      break;
    }
  }
}

std::string VariantView::to_json(const Zone& zone) const {
  std::string out;
  append_json(out, zone, 0);
  return out;
}

void VariantBuilder::bytes(std::uint64_t number, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) value_ += static_cast<char>(number >> (8 * i));
  if (value_.size() > kSizeLimit) throw Error(conditions::kVariantSizeLimit, {{"sizeLimit", "128.0 MiB"}, {"functionName", "`parse_json`"}});
}

std::uint32_t VariantBuilder::add_key(std::string_view key) {
  const auto at = std::ranges::lower_bound(ids_, key, {}, [](const auto& entry) { return std::string_view(entry.first); });
  if (at != ids_.end() && at->first == key) return at->second;
  const auto id = static_cast<std::uint32_t>(keys_.size());
  ids_.insert(at, {std::string(key), id});
  keys_.emplace_back(key);
  return id;
}

void VariantBuilder::append_null() { header(kNull); }
void VariantBuilder::append(bool value) { header(value ? kTrue : kFalse); }

void VariantBuilder::append(std::int64_t value) {
  const std::size_t width = value == static_cast<std::int8_t>(value) ? 1 : value == static_cast<std::int16_t>(value) ? 2 : value == static_cast<std::int32_t>(value) ? 4 : 8;
  header(width == 1 ? kInt1 : width == 2 ? kInt2 : width == 4 ? kInt4 : kInt8);
  bytes(static_cast<std::uint64_t>(value), width);
}

void VariantBuilder::append_double(double value) {
  header(kDouble);
  bytes(std::bit_cast<std::uint64_t>(value), 8);
}
void VariantBuilder::append_float(float value) {
  header(kFloat);
  bytes(std::bit_cast<std::uint32_t>(value), 4);
}

void VariantBuilder::append_decimal(Int128 unscaled, int scale) {
  const UInt128 size = unscaled < 0 ? -static_cast<UInt128>(unscaled) : static_cast<UInt128>(unscaled);
  const int digits = size < power_of_ten(9) && scale <= 9 ? 4 : size < power_of_ten(18) && scale <= 18 ? 8 : 16;
  header(digits == 4 ? kDecimal4 : digits == 8 ? kDecimal8 : kDecimal16);
  bytes(static_cast<std::uint64_t>(scale), 1);
  bytes(static_cast<std::uint64_t>(unscaled), digits == 4 ? 4 : 8);
  if (digits == 16) bytes(static_cast<std::uint64_t>(unscaled >> 64), 8);
}

void VariantBuilder::append(std::string_view text) {
  if (text.size() <= 63) {
    value_ += static_cast<char>(text.size() << 2 | kShortText);
  } else {
    header(kText);
    bytes(text.size(), 4);
  }
  value_ += text;
  bytes(0, 0);
}
void VariantBuilder::append_binary(std::string_view content) {
  header(kBinary);
  bytes(content.size(), 4);
  value_ += content;
}
void VariantBuilder::append_date(std::int32_t days) {
  header(kDate);
  bytes(static_cast<std::uint32_t>(days), 4);
}
void VariantBuilder::append_timestamp(std::int64_t micros, bool has_zone) {
  header(has_zone ? kTimestamp : kTimestampNtz);
  bytes(static_cast<std::uint64_t>(micros), 8);
}

void VariantBuilder::append(const VariantView& other) {
  const std::size_t start = position();
  switch (other.type()) {
    case VariantType::Object: {
      std::vector<Member> members;
      for (std::size_t i = 0; i < other.size(); ++i) {
        const auto key = other.key(i);
        members.push_back({std::string(key), add_key(key), position() - start});
        append(other.member(i));
      }
      finish_object(start, std::move(members));
      break;
    }
    case VariantType::Array: {
      std::vector<std::size_t> offsets;
      for (std::size_t i = 0; i < other.size(); ++i) {
        offsets.push_back(position() - start);
        append(other.member(i));
      }
      finish_array(start, offsets);
      break;
    }
    case VariantType::Null: append_null(); break;
    case VariantType::Boolean: append(other.boolean()); break;
    case VariantType::Double: append_double(other.real()); break;
    case VariantType::Float: append_float(static_cast<float>(other.real())); break;
    case VariantType::String: append(other.text()); break;
    case VariantType::Binary: append_binary(other.text()); break;
    default: {
      // Numbers and moments keep the width that they have.
      const auto primitive = static_cast<std::uint8_t>(other.value()[0]) >> 2;
      const std::size_t length = 1 + std::size_t{kWidths[primitive]};
      if (other.value().size() < length) throw_malformed_variant();
      value_ += other.value().substr(0, length);
    }
  }
}

void VariantBuilder::finish_object(std::size_t start, std::vector<Member> members) {
  std::ranges::sort(members, [](const Member& a, const Member& b) { return java_less(a.key, b.key); });
  const auto twice = std::ranges::adjacent_find(members, {}, &Member::key);
  if (twice != members.end()) throw Error(conditions::kVariantDuplicateKey, {{"key", twice->key}});
  std::uint32_t greatest = 0;
  for (const auto& member : members) greatest = std::max(greatest, member.id);
  const std::string content = value_.substr(start);
  value_.resize(start);
  const bool large = members.size() > 255;
  const std::size_t id_width = width_for(greatest), offset_width = width_for(content.size());
  header(static_cast<std::uint8_t>((large ? 1 : 0) << 4 | (id_width - 1) << 2 | (offset_width - 1)));
  value_.back() = static_cast<char>(value_.back() | kObject);
  bytes(members.size(), large ? 4 : 1);
  for (const auto& member : members) bytes(member.id, id_width);
  for (const auto& member : members) bytes(member.offset, offset_width);
  bytes(content.size(), offset_width);
  value_ += content;
}

void VariantBuilder::finish_array(std::size_t start, const std::vector<std::size_t>& offsets) {
  const std::string content = value_.substr(start);
  value_.resize(start);
  const bool large = offsets.size() > 255;
  const std::size_t offset_width = width_for(content.size());
  header(static_cast<std::uint8_t>((large ? 1 : 0) << 2 | (offset_width - 1)));
  value_.back() = static_cast<char>(value_.back() | kArray);
  bytes(offsets.size(), large ? 4 : 1);
  for (const std::size_t offset : offsets) bytes(offset, offset_width);
  bytes(content.size(), offset_width);
  value_ += content;
}

Variant VariantBuilder::result() const {
  std::size_t total = 0;
  for (const auto& key : keys_) total += key.size();
  const std::size_t width = width_for(std::max(total, keys_.size()));
  VariantBuilder metadata;
  metadata.value_ += static_cast<char>(kVersion | (width - 1) << 6);
  metadata.bytes(keys_.size(), width);
  std::size_t offset = 0;
  for (const auto& key : keys_) {
    metadata.bytes(offset, width);
    offset += key.size();
  }
  metadata.bytes(offset, width);
  for (const auto& key : keys_) metadata.value_ += key;
  return {value_, std::move(metadata.value_)};
}

std::optional<VariantView> follow(VariantView from, const std::vector<VariantStep>& path) {
  std::optional<VariantView> at = from;
  for (const auto& step : path) {
    const VariantType type = at->type();
    if (step.index) {
      if (type != VariantType::Array || *step.index >= at->size()) return {};
      at = at->member(*step.index);
    } else {
      if (type != VariantType::Object) return {};
      at = at->find(step.key);
      if (!at) return {};
    }
  }
  return at;
}

}  // namespace lab::compute
