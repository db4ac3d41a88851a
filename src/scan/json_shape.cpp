#include "scan/json_shape.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "scan/csv_values.h"

namespace lab::scan {

using types::DataType;
using types::TypeKind;

namespace {

constexpr Condition kNegativeScale{"NEGATIVE_SCALE_DISALLOWED", "0A000", Kind::Analysis,
    "Negative scale is not allowed: '<scale>'. Set the config <sqlConf> to \"true\" to allow it."};
constexpr int kLongDigits = 20;  ///< Spark's decimal for a bigint

struct DecimalForm {
  int precision = 1, scale = 0;
};

// Precision and scale of BigDecimal(text); nothing for what is no number.
std::optional<DecimalForm> decimal_form(std::string_view text) {
  std::int64_t digits = 0, fraction = 0;
  bool has_digits = false, has_point = false;
  std::size_t i = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  for (; i < text.size() && ((text[i] >= '0' && text[i] <= '9') || (text[i] == '.' && !has_point)); ++i) {
    if (text[i] == '.') {
      has_point = true;
      continue;
    }
    has_digits = true;
    if (digits > 0 || text[i] != '0') ++digits;
    if (has_point) ++fraction;
  }
  std::int64_t exponent = 0;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && text[i] == '+') ++i;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + text.size(), exponent);
    if (error != std::errc{}) return std::nullopt;
    i = static_cast<std::size_t>(end - text.data());
  }
  if (!has_digits || i != text.size()) return std::nullopt;
  const std::int64_t scale = fraction - exponent;
  return DecimalForm{static_cast<int>(std::clamp<std::int64_t>(digits, 1, 1'000'000)), static_cast<int>(std::clamp<std::int64_t>(scale, -1'000'000, 1'000'000))};
}

bool is_long(std::string_view text) {
  std::int64_t value = 0;
  return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc{};
}

}  // namespace

void JsonShape::widen(Kind kind, int precision, int scale) {
  if (kind_ == Kind::String || kind == Kind::Null) return;
  if (kind_ == Kind::Null) {
    kind_ = kind;
    precision_ = precision;
    scale_ = scale;
    return;
  }
  if (kind_ == kind && kind != Kind::Decimal) return;
  const auto is_number = [](Kind k) { return k == Kind::Long || k == Kind::Decimal || k == Kind::Double; };
  if (is_number(kind_) && is_number(kind)) {
    if (kind_ == Kind::Double || kind == Kind::Double) {
      kind_ = Kind::Double;
      return;
    }
    if (kind_ == Kind::Long) precision_ = kLongDigits, scale_ = 0;
    if (kind == Kind::Long) precision = kLongDigits, scale = 0;
    const int wide_scale = std::max(scale_, scale), whole = std::max(precision_ - scale_, precision - scale);
    kind_ = whole + wide_scale > DataType::kMaxDecimalPrecision ? Kind::Double : Kind::Decimal;
    precision_ = whole + wide_scale;
    scale_ = wide_scale;
    return;
  }
  const auto is_clock = [](Kind k) { return k == Kind::Timestamp || k == Kind::TimestampNtz; };
  if (is_clock(kind_) && is_clock(kind)) {
    kind_ = Kind::Timestamp;
    return;
  }
  kind_ = Kind::String;
  element_.reset();
  members_.clear();
  places_.clear();
}

void JsonShape::see_number(std::string_view text, bool is_whole, const Rules& rules) {
  if (rules.options.primitives_as_string) return widen(Kind::String);
  if (is_whole && is_long(text)) return widen(Kind::Long);
  if (!is_whole && !rules.options.prefers_decimal) return widen(Kind::Double);
  const auto form = decimal_form(text);
  if (!form || std::max(form->precision, form->scale) > DataType::kMaxDecimalPrecision) return widen(Kind::Double);
  if (form->scale < 0)
    throw Error(kNegativeScale, {{"scale", std::to_string(form->scale)}, {"sqlConf", "\"spark.sql.legacy.allowNegativeScaleOfDecimal\""}});
  widen(Kind::Decimal, std::max(form->precision, form->scale), form->scale);
}

void JsonShape::see_text(std::string_view text, const Rules& rules) {
  if (text.empty()) return;
  if (rules.options.prefers_decimal) {
    std::string plain(text);
    std::erase(plain, ',');
    const auto form = decimal_form(plain);
    if (form && form->scale >= 0 && std::max(form->precision, form->scale) <= DataType::kMaxDecimalPrecision)
      return widen(Kind::Decimal, std::max(form->precision, form->scale), form->scale);
  }
  if (rules.options.infers_timestamp && rules.clocks.timestamp(text)) return widen(Kind::Timestamp);
  widen(Kind::String);
}

JsonShape::Member& JsonShape::member(std::string_view name, std::size_t& expected) {
  // Records of one file name their fields in one order, mostly.
  if (expected < members_.size() && members_[expected].name == name) return members_[expected++];
  const auto [place, is_new] = places_.try_emplace(std::string(name), members_.size());
  if (is_new) {
    members_.emplace_back();
    members_.back().name = name;
  }
  expected = place->second + 1;
  return members_[place->second];
}

void JsonShape::see(JsonTokens& tokens, const Rules& rules) {
  switch (tokens.token()) {
    case JsonToken::String:
      if (kind_ != Kind::String) see_text(tokens.text(), rules);
      return;
    case JsonToken::Whole: return see_number(tokens.text(), true, rules);
    case JsonToken::Real:
    case JsonToken::Special: return see_number(tokens.text(), false, rules);
    case JsonToken::True:
    case JsonToken::False: return widen(rules.options.primitives_as_string ? Kind::String : Kind::Boolean);
    case JsonToken::StartArray: {
      widen(Kind::Array);
      if (kind_ != Kind::Array) {
        tokens.skip_children();
        return;
      }
      if (!element_) element_ = std::make_unique<JsonShape>();
      while (tokens.next() != JsonToken::EndArray) element_->see(tokens, rules);
      return;
    }
    case JsonToken::StartObject: {
      widen(Kind::Struct);
      if (kind_ != Kind::Struct) {
        tokens.skip_children();
        return;
      }
      ++objects_;
      std::size_t expected = 0;
      while (tokens.next() != JsonToken::EndObject) {
        Member& field = member(tokens.text(), expected);
        if (field.last_object == objects_) field.repeats = true;
        field.last_object = objects_;
        tokens.next();
        field.shape.see(tokens, rules);
      }
      return;
    }
    default: return;
  }
}

void JsonShape::merge(const JsonShape& other) {
  widen(other.kind_, other.precision_, other.scale_);
  if (kind_ == Kind::Array && other.element_) {
    if (!element_) element_ = std::make_unique<JsonShape>();
    element_->merge(*other.element_);
  }
  if (kind_ != Kind::Struct) return;
  std::size_t expected = 0;
  for (const Member& theirs : other.members_) {
    Member& ours = member(theirs.name, expected);
    ours.shape.merge(theirs.shape);
    ours.repeats = ours.repeats || theirs.repeats;
  }
}

std::optional<DataType> JsonShape::type(bool drops_nulls) const {
  switch (kind_) {
    case Kind::Null: return drops_nulls ? std::nullopt : std::optional(DataType(TypeKind::String));
    case Kind::Boolean: return TypeKind::Boolean;
    case Kind::Long: return TypeKind::Long;
    case Kind::Decimal: return DataType::decimal(precision_, scale_);
    case Kind::Double: return TypeKind::Double;
    case Kind::Timestamp: return TypeKind::Timestamp;
    case Kind::TimestampNtz: return TypeKind::TimestampNtz;
    case Kind::String: return TypeKind::String;
    case Kind::Array: {
      const auto element = element_ ? element_->type(drops_nulls) : JsonShape().type(drops_nulls);
      return element ? std::optional(DataType::array(*element)) : std::nullopt;
    }
    case Kind::Struct: {
      std::vector<types::Field> fields;
      for (const Member& field : members_) {
        const auto type = field.shape.type(drops_nulls);
        if (!type || field.name.empty()) continue;
        fields.push_back({field.name, *type, true, {}});
        if (field.repeats) fields.push_back(fields.back());
      }
      if (fields.empty()) return std::nullopt;
      std::ranges::sort(fields, {}, &types::Field::name);
      return DataType::structure(std::move(fields));
    }
  }
  return std::nullopt;
}

}  // namespace lab::scan
