#include "types/arrow_schema.h"

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include "base/error.h"
#include "types/conditions.h"
#include "types/type_names.h"

namespace lab::types {
namespace {

std::shared_ptr<arrow::DataType> variant_storage() {
  // Clients know a VARIANT by this mark on its metadata member.
  const auto mark = arrow::key_value_metadata({"variant"}, {"true"});
  return arrow::struct_({arrow::field("value", arrow::binary(), false), arrow::field("metadata", arrow::binary(), false, mark)});
}

bool is_variant_storage(const arrow::DataType& type) {
  if (type.num_fields() != 2 || type.field(0)->name() != "value" || type.field(1)->name() != "metadata") return false;
  const auto& mark = type.field(1)->metadata();
  return mark && mark->Contains("variant");
}

Field read_field(const arrow::Field& field, int depth);

DataType read_arrow(const arrow::DataType& type, int depth) {
  if (depth > kMaxTypeDepth) throw Error(conditions::kTypeTooDeep, {{"limit", std::to_string(kMaxTypeDepth)}});
  switch (type.id()) {
    case arrow::Type::NA: return TypeKind::Null;
    case arrow::Type::BOOL: return TypeKind::Boolean;
    case arrow::Type::INT8: return TypeKind::Byte;
    case arrow::Type::INT16: return TypeKind::Short;
    case arrow::Type::INT32: return TypeKind::Int;
    case arrow::Type::INT64: return TypeKind::Long;
    case arrow::Type::HALF_FLOAT:
    case arrow::Type::FLOAT: return TypeKind::Float;
    case arrow::Type::DOUBLE: return TypeKind::Double;
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64:
    case arrow::Type::DECIMAL128: {
      const auto& decimal = static_cast<const arrow::DecimalType&>(type);
      return DataType::decimal(decimal.precision(), decimal.scale());
    }
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::STRING_VIEW: return TypeKind::String;
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::BINARY_VIEW:
    case arrow::Type::FIXED_SIZE_BINARY: return TypeKind::Binary;
    case arrow::Type::DATE32:
    case arrow::Type::DATE64: return TypeKind::Date;
    case arrow::Type::TIMESTAMP:
      return static_cast<const arrow::TimestampType&>(type).timezone().empty() ? TypeKind::TimestampNtz : TypeKind::Timestamp;
    case arrow::Type::DURATION: return DataType::day_time();
    case arrow::Type::INTERVAL_MONTHS: return DataType::year_month();
    case arrow::Type::INTERVAL_MONTH_DAY_NANO: return TypeKind::CalendarInterval;
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST:
    case arrow::Type::FIXED_SIZE_LIST: {
      const auto& element = *type.field(0);
      return DataType::array(read_arrow(*element.type(), depth + 1), element.nullable());
    }
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(type);
      return DataType::map(read_arrow(*map.key_type(), depth + 1), read_arrow(*map.item_type(), depth + 1), map.item_field()->nullable());
    }
    case arrow::Type::STRUCT: {
      if (is_variant_storage(type)) return TypeKind::Variant;
      std::vector<Field> fields;
      for (const auto& field : type.fields()) fields.push_back(read_field(*field, depth + 1));
      return DataType::structure(std::move(fields));
    }
    case arrow::Type::DICTIONARY: return read_arrow(*static_cast<const arrow::DictionaryType&>(type).value_type(), depth + 1);
    default: throw Error(conditions::kUnsupportedArrowType, {{"typeName", type.ToString()}});
  }
}

Field read_field(const arrow::Field& field, int depth) { return {field.name(), read_arrow(*field.type(), depth), field.nullable(), {}}; }

}  // namespace

std::shared_ptr<arrow::DataType> to_arrow(const DataType& type, const std::string& time_zone) {
  switch (type.kind()) {
    case TypeKind::Null: return arrow::null();
    case TypeKind::Boolean: return arrow::boolean();
    case TypeKind::Byte: return arrow::int8();
    case TypeKind::Short: return arrow::int16();
    case TypeKind::Int: return arrow::int32();
    case TypeKind::Long: return arrow::int64();
    case TypeKind::Float: return arrow::float32();
    case TypeKind::Double: return arrow::float64();
    case TypeKind::Decimal: return arrow::decimal128(type.precision(), type.scale());
    case TypeKind::String:
    case TypeKind::Char:
    case TypeKind::Varchar: return arrow::utf8();
    case TypeKind::Binary: return arrow::binary();
    case TypeKind::Date: return arrow::date32();
    case TypeKind::Timestamp: return arrow::timestamp(arrow::TimeUnit::MICRO, time_zone);
    case TypeKind::TimestampNtz: return arrow::timestamp(arrow::TimeUnit::MICRO);
    case TypeKind::DayTimeInterval: return arrow::duration(arrow::TimeUnit::MICRO);
    case TypeKind::YearMonthInterval: return arrow::month_interval();
    case TypeKind::CalendarInterval: return arrow::month_day_nano_interval();
    case TypeKind::Array: return arrow::list(arrow::field("element", to_arrow(type.element(), time_zone), type.contains_null()));
    case TypeKind::Map:
      return std::make_shared<arrow::MapType>(arrow::field("key", to_arrow(type.key(), time_zone), false),
                                              arrow::field("value", to_arrow(type.value(), time_zone), type.contains_null()));
    case TypeKind::Struct: {
      arrow::FieldVector fields;
      for (const auto& field : type.fields()) fields.push_back(to_arrow(field, time_zone));
      return arrow::struct_(std::move(fields));
    }
    case TypeKind::Variant: return variant_storage();
  }
  LAB_CHECK(false);
  return nullptr;
}

std::shared_ptr<arrow::Field> to_arrow(const Field& field, const std::string& time_zone) {
  return arrow::field(field.name, to_arrow(field.type, time_zone), field.nullable);
}

std::shared_ptr<arrow::Schema> to_arrow(const Schema& schema, const std::string& time_zone) {
  arrow::FieldVector fields;
  fields.reserve(schema.size());
  for (const auto& field : schema) fields.push_back(to_arrow(field, time_zone));
  return arrow::schema(std::move(fields));
}

DataType from_arrow(const arrow::DataType& type) { return read_arrow(type, 0); }

Schema from_arrow(const arrow::Schema& schema) {
  Schema result;
  for (const auto& field : schema.fields()) result.push_back(read_field(*field, 0));
  return result;
}

}  // namespace lab::types
