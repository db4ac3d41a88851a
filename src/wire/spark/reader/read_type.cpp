#include <spark/connect/types.pb.h>

#include "types/type_text.h"
#include "wire/spark/conditions.h"
#include "wire/spark/reader/plan_reader.h"

namespace lab::wire::spark {

using types::DataType;
using types::TypeKind;

namespace {

DataType read_decimal(const proto::DataType_Decimal& message) {
  const int precision = message.has_precision() ? message.precision() : 10;
  const int scale = message.has_scale() ? message.scale() : 0;
  if (precision < 1 || precision > DataType::kMaxDecimalPrecision || scale < 0 || scale > precision)
    throw Error(conditions::kInvalidPlanInput, {{"message", "decimal(" + std::to_string(precision) + "," + std::to_string(scale) + ")"}});
  return DataType::decimal(precision, scale);
}

std::vector<types::Field> read_fields(const proto::DataType_Struct& message, int depth) {
  std::vector<types::Field> fields;
  for (const auto& field : message.fields())
    fields.push_back({field.name(), read_type(field.data_type(), depth), field.nullable(), field.has_metadata() && field.metadata() != "{}" ? field.metadata() : ""});
  return fields;
}

}  // namespace

void check_value_depth(int depth) {
  if (depth > kMaxValueDepth) throw Error(conditions::kPlanTooDeep, {{"limit", std::to_string(kMaxValueDepth)}});
}

DataType read_type(const proto::DataType& message, int depth) {
  check_value_depth(depth);
  switch (message.kind_case()) {
    case proto::DataType::kNull: return TypeKind::Null;
    case proto::DataType::kBinary: return TypeKind::Binary;
    case proto::DataType::kBoolean: return TypeKind::Boolean;
    case proto::DataType::kByte: return TypeKind::Byte;
    case proto::DataType::kShort: return TypeKind::Short;
    case proto::DataType::kInteger: return TypeKind::Int;
    case proto::DataType::kLong: return TypeKind::Long;
    case proto::DataType::kFloat: return TypeKind::Float;
    case proto::DataType::kDouble: return TypeKind::Double;
    case proto::DataType::kDecimal: return read_decimal(message.decimal());
    case proto::DataType::kString: {
      const std::string& collation = message.string().collation();
      return DataType::string(collation == "UTF8_BINARY" ? "" : collation);
    }
    case proto::DataType::kChar: return DataType::character(message.char_().length());
    case proto::DataType::kVarChar: return DataType::varchar(message.var_char().length());
    case proto::DataType::kDate: return TypeKind::Date;
    case proto::DataType::kTimestamp: return TypeKind::Timestamp;
    case proto::DataType::kTimestampNtz: return TypeKind::TimestampNtz;
    case proto::DataType::kCalendarInterval: return TypeKind::CalendarInterval;
    case proto::DataType::kYearMonthInterval: {
      const auto& interval = message.year_month_interval();
      const int from = interval.has_start_field() ? interval.start_field() : 0;
      const int to = interval.has_end_field() ? interval.end_field() : (interval.has_start_field() ? from : 1);
      if (from < 0 || to > 1 || from > to) throw Error(conditions::kInvalidPlanInput, {{"message", "year-month interval fields"}});
      return DataType::year_month(static_cast<types::YearMonthField>(from), static_cast<types::YearMonthField>(to));
    }
    case proto::DataType::kDayTimeInterval: {
      const auto& interval = message.day_time_interval();
      const int from = interval.has_start_field() ? interval.start_field() : 0;
      const int to = interval.has_end_field() ? interval.end_field() : (interval.has_start_field() ? from : 3);
      if (from < 0 || to > 3 || from > to) throw Error(conditions::kInvalidPlanInput, {{"message", "day-time interval fields"}});
      return DataType::day_time(static_cast<types::DayTimeField>(from), static_cast<types::DayTimeField>(to));
    }
    case proto::DataType::kArray: return DataType::array(read_type(message.array().element_type(), depth + 1), message.array().contains_null());
    case proto::DataType::kMap:
      return DataType::map(read_type(message.map().key_type(), depth + 1), read_type(message.map().value_type(), depth + 1), message.map().value_contains_null());
    case proto::DataType::kStruct: return DataType::structure(read_fields(message.struct_(), depth + 1));
    case proto::DataType::kVariant: return TypeKind::Variant;
    case proto::DataType::kUnparsed: return types::parse_type(message.unparsed().data_type_string());
    case proto::DataType::kUdt:
      if (message.udt().has_sql_type()) return read_type(message.udt().sql_type(), depth + 1);
      throw Error(conditions::kUnsupportedFeature, {{"feature", "user-defined types without a SQL type"}, {"hint", ""}});
    default:
      throw Error(conditions::kUnsupportedFeature, {{"feature", "data type " + message.ShortDebugString()}, {"hint", ""}});
  }
}

void write_schema(const types::Schema& schema, proto::DataType& message) {
  auto* structure = message.mutable_struct_();
  for (const types::Field& field : schema) {
    auto* out = structure->add_fields();
    out->set_name(field.name);
    write_type(field.type, *out->mutable_data_type());
    out->set_nullable(field.nullable);
    if (!field.metadata.empty()) out->set_metadata(field.metadata);
  }
}

void write_type(const DataType& type, proto::DataType& message) {
  switch (type.kind()) {
    case TypeKind::Null: message.mutable_null(); return;
    case TypeKind::Boolean: message.mutable_boolean(); return;
    case TypeKind::Byte: message.mutable_byte(); return;
    case TypeKind::Short: message.mutable_short_(); return;
    case TypeKind::Int: message.mutable_integer(); return;
    case TypeKind::Long: message.mutable_long_(); return;
    case TypeKind::Float: message.mutable_float_(); return;
    case TypeKind::Double: message.mutable_double_(); return;
    case TypeKind::Decimal:
      message.mutable_decimal()->set_precision(type.precision());
      message.mutable_decimal()->set_scale(type.scale());
      return;
    case TypeKind::String: message.mutable_string()->set_collation(type.collation().empty() ? "UTF8_BINARY" : type.collation()); return;
    case TypeKind::Char: message.mutable_char_()->set_length(type.length()); return;
    case TypeKind::Varchar: message.mutable_var_char()->set_length(type.length()); return;
    case TypeKind::Binary: message.mutable_binary(); return;
    case TypeKind::Date: message.mutable_date(); return;
    case TypeKind::Timestamp: message.mutable_timestamp(); return;
    case TypeKind::TimestampNtz: message.mutable_timestamp_ntz(); return;
    case TypeKind::DayTimeInterval:
      message.mutable_day_time_interval()->set_start_field(static_cast<int>(type.day_time_from()));
      message.mutable_day_time_interval()->set_end_field(static_cast<int>(type.day_time_to()));
      return;
    case TypeKind::YearMonthInterval:
      message.mutable_year_month_interval()->set_start_field(static_cast<int>(type.year_month_from()));
      message.mutable_year_month_interval()->set_end_field(static_cast<int>(type.year_month_to()));
      return;
    case TypeKind::CalendarInterval: message.mutable_calendar_interval(); return;
    case TypeKind::Array:
      write_type(type.element(), *message.mutable_array()->mutable_element_type());
      message.mutable_array()->set_contains_null(type.contains_null());
      return;
    case TypeKind::Map:
      write_type(type.key(), *message.mutable_map()->mutable_key_type());
      write_type(type.value(), *message.mutable_map()->mutable_value_type());
      message.mutable_map()->set_value_contains_null(type.contains_null());
      return;
    case TypeKind::Struct: message.mutable_struct_(); write_schema(type.fields(), message); return;
    case TypeKind::Variant: message.mutable_variant(); return;
  }
}

}  // namespace lab::wire::spark
