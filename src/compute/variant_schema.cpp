#include <algorithm>

#include "compute/variant.h"
#include "types/type_text.h"

// The type that a variant's value would have.
namespace lab::compute {

using types::DataType;
using types::TypeKind;

namespace {

constexpr int kMostDigits = DataType::kMaxDecimalPrecision;

DataType decimal_with(int whole, int scale) {
  if (whole + scale > kMostDigits) return TypeKind::Double;
  return DataType::decimal(whole + scale, scale);
}

DataType merge_numbers(const DataType& left, const DataType& right) {
  const auto wider = [](const DataType& a) { return a.is(TypeKind::Long) ? DataType::decimal(20, 0) : a; };
  if (left.is_fractional() || right.is_fractional()) {
    const bool is_double = left.is(TypeKind::Double) || right.is(TypeKind::Double) || left.is(TypeKind::Decimal) || right.is(TypeKind::Decimal);
    return is_double ? TypeKind::Double : TypeKind::Float;
  }
  const DataType a = wider(left), b = wider(right);
  return decimal_with(std::max(a.precision() - a.scale(), b.precision() - b.scale()), std::max(a.scale(), b.scale()));
}

DataType merge_objects(const DataType& left, const DataType& right) {
  std::vector<types::Field> fields = left.fields();
  for (const auto& field : right.fields()) {
    const auto known = std::ranges::find(fields, field.name, &types::Field::name);
    if (known == fields.end())
      fields.push_back(field);
    else
      known->type = merge_variant_schemas(known->type, field.type);
  }
  std::ranges::sort(fields, {}, &types::Field::name);
  return DataType::structure(std::move(fields));
}

}  // namespace

DataType variant_schema(const VariantView& value) {
  switch (value.type()) {
    case VariantType::Object: {
      std::vector<types::Field> fields;
      for (std::size_t i = 0; i < value.size(); ++i) fields.push_back({std::string(value.key(i)), variant_schema(value.member(i)), true, {}});
      return DataType::structure(std::move(fields));
    }
    case VariantType::Array: {
      DataType element;
      for (std::size_t i = 0; i < value.size(); ++i) element = merge_variant_schemas(element, variant_schema(value.member(i)));
      return DataType::array(element);
    }
    case VariantType::Null: return TypeKind::Null;
    case VariantType::Boolean: return TypeKind::Boolean;
    case VariantType::Long: return TypeKind::Long;
    case VariantType::String:
    case VariantType::Uuid: return TypeKind::String;
    case VariantType::Double: return TypeKind::Double;
    case VariantType::Float: return TypeKind::Float;
    case VariantType::Date: return TypeKind::Date;
    case VariantType::Timestamp: return TypeKind::Timestamp;
    case VariantType::TimestampNtz: return TypeKind::TimestampNtz;
    case VariantType::Binary: return TypeKind::Binary;
    case VariantType::Decimal: {
      const auto [unscaled, scale] = value.decimal();
      const UInt128 size = unscaled < 0 ? -static_cast<UInt128>(unscaled) : static_cast<UInt128>(unscaled);
      int digits = 1;
      while (digits < kMostDigits && size >= power_of_ten(digits)) ++digits;
      return DataType::decimal(std::max(digits, scale), scale);
    }
  }
  return {};
}

DataType merge_variant_schemas(const DataType& left, const DataType& right) {
  if (left.is(TypeKind::Null)) return right;
  if (right.is(TypeKind::Null) || left == right) return left;
  if (left.is(TypeKind::Struct) && right.is(TypeKind::Struct)) return merge_objects(left, right);
  if (left.is(TypeKind::Array) && right.is(TypeKind::Array)) return DataType::array(merge_variant_schemas(left.element(), right.element()));
  if (left.is_numeric() && right.is_numeric()) return merge_numbers(left, right);
  if (left.is_datetime() && right.is_datetime()) {
    if (left.is(TypeKind::Timestamp) || right.is(TypeKind::Timestamp)) return TypeKind::Timestamp;
    return TypeKind::TimestampNtz;
  }
  return TypeKind::Variant;
}

std::string variant_schema_text(const DataType& type) {
  if (type.is(TypeKind::Array)) return "ARRAY<" + variant_schema_text(type.element()) + ">";
  if (!type.is(TypeKind::Struct)) return types::sql_string(type);
  std::string text = "OBJECT<";
  for (const auto& field : type.fields())
    text += (text.back() == '<' ? "" : ", ") + types::quote_if_needed(field.name) + ": " + variant_schema_text(field.type);
  return text + ">";
}

}  // namespace lab::compute
