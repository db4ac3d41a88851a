#include <spark/connect/expressions.pb.h>

#include "wire/spark/conditions.h"
#include "wire/spark/reader/plan_reader.h"

// 3.5 clients read fields that the protocol calls deprecated.
#pragma clang diagnostic ignored "-Wdeprecated-declarations"

namespace lab::wire::spark {

using types::DataType;
using types::TypeKind;
using types::Value;

namespace {

void write_array(const DataType& type, const Value& value, proto::Expression_Literal& message) {
  auto* array = message.mutable_array();
  write_type(type.element(), *array->mutable_element_type());
  for (const Value& item : *std::get<types::Elements>(value.data).items) write_literal({type.element(), item}, *array->add_elements());
}

void write_map(const DataType& type, const Value& value, proto::Expression_Literal& message) {
  const auto& entries = std::get<types::MapEntries>(value.data);
  auto* map = message.mutable_map();
  write_type(type.key(), *map->mutable_key_type());
  write_type(type.value(), *map->mutable_value_type());
  for (const Value& key : *entries.keys) write_literal({type.key(), key}, *map->add_keys());
  for (const Value& item : *entries.values) write_literal({type.value(), item}, *map->add_values());
}

void write_struct(const DataType& type, const Value& value, proto::Expression_Literal& message) {
  auto* structure = message.mutable_struct_();
  write_type(type, *structure->mutable_struct_type());
  const auto& items = *std::get<types::Elements>(value.data).items;
  for (std::size_t i = 0; i < items.size(); ++i) write_literal({type.fields()[i].type, items[i]}, *structure->add_elements());
}

}  // namespace

void write_literal(const types::Literal& literal, proto::Expression_Literal& message) {
  const auto& [type, value] = literal;
  if (value.is_null()) {
    write_type(type, *message.mutable_null());
    return;
  }
  switch (type.kind()) {
    case TypeKind::Null: message.mutable_null()->mutable_null(); return;
    case TypeKind::Boolean: message.set_boolean(value.boolean()); return;
    case TypeKind::Byte: message.set_byte(static_cast<std::int32_t>(value.integer())); return;
    case TypeKind::Short: message.set_short_(static_cast<std::int32_t>(value.integer())); return;
    case TypeKind::Int: message.set_integer(static_cast<std::int32_t>(value.integer())); return;
    case TypeKind::Long: message.set_long_(value.integer()); return;
    case TypeKind::Float: message.set_float_(static_cast<float>(value.real())); return;
    case TypeKind::Double: message.set_double_(value.real()); return;
    case TypeKind::Decimal: {
      const auto& decimal = std::get<types::Decimal>(value.data);
      message.mutable_decimal()->set_value(types::decimal_text(decimal.unscaled, decimal.scale));
      message.mutable_decimal()->set_precision(type.precision());
      message.mutable_decimal()->set_scale(type.scale());
      return;
    }
    case TypeKind::String:
    case TypeKind::Char:
    case TypeKind::Varchar: message.set_string(value.text()); return;
    case TypeKind::Binary: message.set_binary(std::get<types::Binary>(value.data).bytes); return;
    case TypeKind::Date: message.set_date(static_cast<std::int32_t>(value.integer())); return;
    case TypeKind::Timestamp: message.set_timestamp(value.integer()); return;
    case TypeKind::TimestampNtz: message.set_timestamp_ntz(value.integer()); return;
    case TypeKind::DayTimeInterval: message.set_day_time_interval(value.integer()); return;
    case TypeKind::YearMonthInterval: message.set_year_month_interval(static_cast<std::int32_t>(value.integer())); return;
    case TypeKind::CalendarInterval: {
      const auto& interval = std::get<types::CalendarInterval>(value.data);
      message.mutable_calendar_interval()->set_months(interval.months);
      message.mutable_calendar_interval()->set_days(interval.days);
      message.mutable_calendar_interval()->set_microseconds(interval.microseconds);
      return;
    }
    case TypeKind::Array: write_array(type, value, message); return;
    case TypeKind::Map: write_map(type, value, message); return;
    case TypeKind::Struct: write_struct(type, value, message); return;
    case TypeKind::Variant: throw Error(conditions::kUnsupportedFeature, {{"feature", "observed metrics of the VARIANT type"}, {"hint", ""}});
  }
}

}  // namespace lab::wire::spark
