#include "types/data_type.h"

#include <utility>

namespace lab::types {

struct DataType::Nested {
  std::string collation;
  std::vector<DataType> members;
  std::vector<Field> fields;

  friend bool operator==(const Nested&, const Nested&) = default;
};

DataType DataType::decimal(int precision, int scale) {
  DataType type(TypeKind::Decimal);
  type.a_ = precision;
  type.b_ = scale;
  return type;
}

DataType DataType::character(int length) {
  DataType type(TypeKind::Char);
  type.a_ = length;
  return type;
}

DataType DataType::varchar(int length) {
  DataType type(TypeKind::Varchar);
  type.a_ = length;
  return type;
}

DataType DataType::string(std::string collation) {
  DataType type(TypeKind::String);
  if (!collation.empty()) {
    auto nested = std::make_shared<Nested>();
    nested->collation = std::move(collation);
    type.nested_ = std::move(nested);
  }
  return type;
}

DataType DataType::day_time(DayTimeField from, DayTimeField to) {
  DataType type(TypeKind::DayTimeInterval);
  type.a_ = static_cast<int>(from);
  type.b_ = static_cast<int>(to);
  return type;
}

DataType DataType::year_month(YearMonthField from, YearMonthField to) {
  DataType type(TypeKind::YearMonthInterval);
  type.a_ = static_cast<int>(from);
  type.b_ = static_cast<int>(to);
  return type;
}

DataType DataType::array(DataType element, bool contains_null) {
  DataType type(TypeKind::Array);
  type.a_ = contains_null;
  auto nested = std::make_shared<Nested>();
  nested->members.push_back(std::move(element));
  type.nested_ = std::move(nested);
  return type;
}

DataType DataType::map(DataType key, DataType value, bool value_contains_null) {
  DataType type(TypeKind::Map);
  type.a_ = value_contains_null;
  auto nested = std::make_shared<Nested>();
  nested->members.push_back(std::move(key));
  nested->members.push_back(std::move(value));
  type.nested_ = std::move(nested);
  return type;
}

DataType DataType::structure(std::vector<Field> fields) {
  DataType type(TypeKind::Struct);
  auto nested = std::make_shared<Nested>();
  nested->fields = std::move(fields);
  type.nested_ = std::move(nested);
  return type;
}

const std::string& DataType::collation() const {
  static const std::string kDefault;
  return nested_ ? nested_->collation : kDefault;
}

const DataType& DataType::element() const { return nested_->members[0]; }
const DataType& DataType::key() const { return nested_->members[0]; }
const DataType& DataType::value() const { return nested_->members[1]; }

const std::vector<Field>& DataType::fields() const {
  static const std::vector<Field> kNone;
  return nested_ ? nested_->fields : kNone;
}

bool operator==(const DataType& left, const DataType& right) {
  if (left.kind_ != right.kind_ || left.a_ != right.a_ || left.b_ != right.b_) return false;
  if (left.nested_ == right.nested_) return true;
  if (!left.nested_ || !right.nested_) {
    // A struct without fields may or may not carry a member list.
    const auto& present = left.nested_ ? left.nested_ : right.nested_;
    return *present == DataType::Nested{};
  }
  return *left.nested_ == *right.nested_;
}

bool same_shape(const DataType& left, const DataType& right) {
  if (left.kind() != right.kind()) return false;
  switch (left.kind()) {
    case TypeKind::Array: return same_shape(left.element(), right.element());
    case TypeKind::Map: return same_shape(left.key(), right.key()) && same_shape(left.value(), right.value());
    case TypeKind::Struct: {
      const auto& l = left.fields();
      const auto& r = right.fields();
      if (l.size() != r.size()) return false;
      for (std::size_t i = 0; i < l.size(); ++i)
        if (l[i].name != r[i].name || !same_shape(l[i].type, r[i].type)) return false;
      return true;
    }
    default: return left == right;
  }
}

DataType as_nullable(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Array: return DataType::array(as_nullable(type.element()), true);
    case TypeKind::Map: return DataType::map(as_nullable(type.key()), as_nullable(type.value()), true);
    case TypeKind::Struct: {
      auto fields = type.fields();
      for (auto& field : fields) {
        field.type = as_nullable(field.type);
        field.nullable = true;
      }
      return DataType::structure(std::move(fields));
    }
    default: return type;
  }
}

}  // namespace lab::types
