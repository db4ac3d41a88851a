#include "scan/merge_schema.h"

#include <algorithm>

#include "base/letter_case.h"

namespace lab::scan {
namespace {

using types::DataType;
using types::TypeKind;

/// Nothing: the two have no common type.
std::optional<types::Schema> merged_fields(const types::Schema& left, const types::Schema& right, bool is_case_sensitive);

std::optional<DataType> merged_type(const DataType& left, const DataType& right, bool is_case_sensitive) {
  if (left.kind() != right.kind()) return std::nullopt;
  switch (left.kind()) {
    case TypeKind::Array: {
      const auto element = merged_type(left.element(), right.element(), is_case_sensitive);
      if (!element) return std::nullopt;
      return DataType::array(*element, left.contains_null() || right.contains_null());
    }
    case TypeKind::Map: {
      const auto key = merged_type(left.key(), right.key(), is_case_sensitive), value = merged_type(left.value(), right.value(), is_case_sensitive);
      if (!key || !value) return std::nullopt;
      return DataType::map(*key, *value, left.contains_null() || right.contains_null());
    }
    case TypeKind::Struct: {
      auto fields = merged_fields(left.fields(), right.fields(), is_case_sensitive);
      if (!fields) return std::nullopt;
      return DataType::structure(std::move(*fields));
    }
    case TypeKind::Decimal:
      if (left.scale() != right.scale()) return std::nullopt;
      return DataType::decimal(std::max(left.precision(), right.precision()), left.scale());
    default: return left == right ? std::optional(left) : std::nullopt;
  }
}

std::optional<types::Schema> merged_fields(const types::Schema& left, const types::Schema& right, bool is_case_sensitive) {
  const auto is_same = [&](const std::string& a, const std::string& b) { return is_case_sensitive ? a == b : equal_ignoring_case(a, b); };
  types::Schema result = left;
  for (const types::Field& field : right) {
    const auto known = std::ranges::find_if(result, [&](const types::Field& other) { return is_same(other.name, field.name); });
    if (known == result.end()) {
      result.push_back(field);
      continue;
    }
    auto type = merged_type(known->type, field.type, is_case_sensitive);
    if (!type) return std::nullopt;
    known->type = std::move(*type);
    known->nullable = known->nullable || field.nullable;
  }
  return result;
}

}  // namespace

std::optional<types::Schema> merge_schemas(const types::Schema& left, const types::Schema& right, bool is_case_sensitive) {
  return merged_fields(left, right, is_case_sensitive);
}

}  // namespace lab::scan
