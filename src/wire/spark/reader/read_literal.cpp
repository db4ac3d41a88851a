#include <spark/connect/expressions.pb.h>

#include <charconv>

#include "wire/spark/conditions.h"
#include "wire/spark/reader/plan_reader.h"

// 3.5 clients fill fields that the protocol calls deprecated.
#pragma clang diagnostic ignored "-Wdeprecated-declarations"

namespace lab::wire::spark {

using types::DataType;
using types::Literal;
using types::TypeKind;
using types::Value;

namespace {

Error bad_literal(const std::string& what) { return Error(conditions::kInvalidPlanInput, {{"message", "literal: " + what}}); }

Literal read_decimal(const proto::Expression_Literal_Decimal& message) {
  // BigDecimal text: sign, digits, one point, optional exponent.
  const std::string& text = message.value();
  types::Int128 unscaled = 0;
  int scale = 0, num_digits = 0;
  bool negative = false, seen_point = false;
  std::size_t i = 0;
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) negative = text[i++] == '-';
  for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
    if (text[i] == '.' && !seen_point) {
      seen_point = true;
      continue;
    }
    if (text[i] < '0' || text[i] > '9') throw bad_literal("decimal '" + text + "'");
    if (num_digits > 0 || text[i] != '0') ++num_digits;
    if (num_digits > DataType::kMaxDecimalPrecision) throw bad_literal("decimal '" + text + "' has more than 38 digits");
    unscaled = unscaled * 10 + (text[i] - '0');
    if (seen_point) ++scale;
  }
  if (i < text.size()) {
    int exponent = 0;
    const char* first = text.data() + i + 1;
    if (first < text.data() + text.size() && *first == '+') ++first;
    const auto [end, error] = std::from_chars(first, text.data() + text.size(), exponent);
    if (error != std::errc{} || end != text.data() + text.size() || exponent > 38 || exponent < -76) throw bad_literal("decimal '" + text + "'");
    scale -= exponent;
  }
  for (; scale < 0; ++scale) {
    if (++num_digits > DataType::kMaxDecimalPrecision) throw bad_literal("decimal '" + text + "' has more than 38 digits");
    unscaled *= 10;
  }
  const int least = std::max({num_digits, scale, 1});
  const int precision = message.has_precision() ? std::max(message.precision(), least) : least;
  const int wanted_scale = message.has_scale() ? std::max(message.scale(), scale) : scale;
  const bool fits = wanted_scale <= precision && precision <= DataType::kMaxDecimalPrecision && num_digits + (wanted_scale - scale) <= DataType::kMaxDecimalPrecision;
  if (!fits) throw bad_literal("decimal '" + text + "'");
  for (; scale < wanted_scale; ++scale) unscaled *= 10;
  return {DataType::decimal(precision, wanted_scale), {types::Decimal{negative ? -unscaled : unscaled, wanted_scale}}};
}

struct ReadValues {
  std::shared_ptr<const types::Values> values;
  DataType first;  ///< type of the first one, by which a list without a type goes
};

ReadValues read_values(const google::protobuf::RepeatedPtrField<proto::Expression_Literal>& messages, int depth) {
  ReadValues result;
  types::Values values;
  values.reserve(static_cast<std::size_t>(messages.size()));
  for (const auto& message : messages) {
    Literal literal = read_literal(message, depth);
    if (values.empty()) result.first = std::move(literal.type);
    values.push_back(std::move(literal.value));
  }
  result.values = std::make_shared<const types::Values>(std::move(values));
  return result;
}

Literal read_array(const proto::Expression_Literal& message, int depth) {
  const auto& array = message.array();
  ReadValues elements = read_values(array.elements(), depth + 1);
  DataType type;
  if (message.has_data_type() && message.data_type().has_array()) {
    type = read_type(message.data_type(), depth);
  } else {
    type = DataType::array(array.has_element_type() ? read_type(array.element_type(), depth) : std::move(elements.first));
  }
  return {std::move(type), {types::Elements{std::move(elements.values)}}};
}

Literal read_map(const proto::Expression_Literal& message, int depth) {
  const auto& map = message.map();
  if (map.keys_size() != map.values_size()) throw bad_literal("map with unequal numbers of keys and values");
  ReadValues keys = read_values(map.keys(), depth + 1);
  ReadValues values = read_values(map.values(), depth + 1);
  DataType type;
  if (message.has_data_type() && message.data_type().has_map()) {
    type = read_type(message.data_type(), depth);
  } else {
    DataType key = map.has_key_type() ? read_type(map.key_type(), depth) : std::move(keys.first);
    DataType value = map.has_value_type() ? read_type(map.value_type(), depth) : std::move(values.first);
    type = DataType::map(std::move(key), std::move(value));
  }
  return {std::move(type), {types::MapEntries{std::move(keys.values), std::move(values.values)}}};
}

Literal read_struct(const proto::Expression_Literal& message, int depth) {
  const auto& structure = message.struct_();
  DataType type = message.has_data_type() && message.data_type().has_struct_() ? read_type(message.data_type(), depth) : read_type(structure.struct_type(), depth);
  if (!type.is(TypeKind::Struct) || type.fields().size() != static_cast<std::size_t>(structure.elements_size()))
    throw bad_literal("struct whose type does not fit its elements");
  return {std::move(type), {types::Elements{read_values(structure.elements(), depth + 1).values}}};
}

template <typename Numbers, typename Make>
Literal specialized(const Numbers& numbers, TypeKind element, Make make) {
  types::Values values;
  for (const auto& number : numbers) values.push_back(make(number));
  return {DataType::array(element, false), {types::Elements{std::make_shared<const types::Values>(std::move(values))}}};
}

Literal read_specialized_array(const proto::Expression_Literal_SpecializedArray& message) {
  const auto integer = [](auto number) { return Value{std::int64_t{number}}; };
  const auto real = [](auto number) { return Value{double{number}}; };
  switch (message.value_type_case()) {
    case proto::Expression_Literal_SpecializedArray::kBools:
      return specialized(message.bools().values(), TypeKind::Boolean, [](bool b) { return Value{b}; });
    case proto::Expression_Literal_SpecializedArray::kInts: return specialized(message.ints().values(), TypeKind::Int, integer);
    case proto::Expression_Literal_SpecializedArray::kLongs: return specialized(message.longs().values(), TypeKind::Long, integer);
    case proto::Expression_Literal_SpecializedArray::kFloats: return specialized(message.floats().values(), TypeKind::Float, real);
    case proto::Expression_Literal_SpecializedArray::kDoubles: return specialized(message.doubles().values(), TypeKind::Double, real);
    case proto::Expression_Literal_SpecializedArray::kStrings:
      return specialized(message.strings().values(), TypeKind::String, [](const std::string& text) { return Value{text}; });
    default: throw bad_literal("specialized array without values");
  }
}

}  // namespace

Literal read_literal(const proto::Expression_Literal& message, int depth) {
  check_value_depth(depth);
  switch (message.literal_type_case()) {
    case proto::Expression_Literal::kNull: return Literal::null(read_type(message.null()));
    case proto::Expression_Literal::kBinary: return {TypeKind::Binary, {types::Binary{message.binary()}}};
    case proto::Expression_Literal::kBoolean: return Literal::boolean(message.boolean());
    case proto::Expression_Literal::kByte: return {TypeKind::Byte, {std::int64_t{message.byte()}}};
    case proto::Expression_Literal::kShort: return {TypeKind::Short, {std::int64_t{message.short_()}}};
    case proto::Expression_Literal::kInteger: return Literal::integer(message.integer());
    case proto::Expression_Literal::kLong: return Literal::bigint(message.long_());
    case proto::Expression_Literal::kFloat: return {TypeKind::Float, {double{message.float_()}}};
    case proto::Expression_Literal::kDouble: return Literal::real(message.double_());
    case proto::Expression_Literal::kDecimal: return read_decimal(message.decimal());
    case proto::Expression_Literal::kString: return Literal::string(message.string());
    case proto::Expression_Literal::kDate: return {TypeKind::Date, {std::int64_t{message.date()}}};
    case proto::Expression_Literal::kTimestamp: return {TypeKind::Timestamp, {std::int64_t{message.timestamp()}}};
    case proto::Expression_Literal::kTimestampNtz: return {TypeKind::TimestampNtz, {std::int64_t{message.timestamp_ntz()}}};
    case proto::Expression_Literal::kCalendarInterval: {
      const auto& interval = message.calendar_interval();
      return {TypeKind::CalendarInterval, {types::CalendarInterval{interval.months(), interval.days(), interval.microseconds()}}};
    }
    case proto::Expression_Literal::kYearMonthInterval: return {DataType::year_month(), {std::int64_t{message.year_month_interval()}}};
    case proto::Expression_Literal::kDayTimeInterval: return {DataType::day_time(), {std::int64_t{message.day_time_interval()}}};
    case proto::Expression_Literal::kArray: return read_array(message, depth);
    case proto::Expression_Literal::kMap: return read_map(message, depth);
    case proto::Expression_Literal::kStruct: return read_struct(message, depth);
    case proto::Expression_Literal::kSpecializedArray: return read_specialized_array(message.specialized_array());
    case proto::Expression_Literal::kTime: throw Error(conditions::kUnsupportedFeature, {{"feature", "the TIME type"}, {"hint", ""}});
    default: throw bad_literal("no value");
  }
}

}  // namespace lab::wire::spark
