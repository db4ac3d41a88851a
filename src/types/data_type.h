#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lab::types {

/// Spark's types, in the order in which Spark prefers to name them. `Null` is Spark's `void`.
enum class TypeKind : std::uint8_t {
  Null, Boolean, Byte, Short, Int, Long, Float, Double, Decimal, String, Char, Varchar, Binary, Date, Timestamp,
  TimestampNtz, DayTimeInterval, YearMonthInterval, CalendarInterval, Array, Map, Struct, Variant,
};

/// Fields of the ANSI intervals, as Spark numbers them: year-month 0..1, day-time 0..3.
enum class YearMonthField : std::uint8_t { Year = 0, Month = 1 };
enum class DayTimeField : std::uint8_t { Day = 0, Hour = 1, Minute = 2, Second = 3 };

class DataType;

/// A named member of a struct or a column of a schema. `metadata` is a JSON object text; empty means `{}`.
struct Field;

/// A Spark type: an immutable value, cheap to copy, compared by structure (nullability of nested members and
/// metadata included; see same_shape for the comparison without them).
class DataType {
 public:
  static constexpr int kMaxDecimalPrecision = 38;

  DataType() = default;  ///< Null (`void`)
  DataType(TypeKind kind) : kind_(kind) {}  // NOLINT: a kind without parameters is a type

  static DataType decimal(int precision, int scale);
  static DataType character(int length);
  static DataType varchar(int length);
  static DataType string(std::string collation = {});
  static DataType day_time(DayTimeField from = DayTimeField::Day, DayTimeField to = DayTimeField::Second);
  static DataType year_month(YearMonthField from = YearMonthField::Year, YearMonthField to = YearMonthField::Month);
  static DataType array(DataType element, bool contains_null = true);
  static DataType map(DataType key, DataType value, bool value_contains_null = true);
  static DataType structure(std::vector<Field> fields);

  TypeKind kind() const { return kind_; }
  bool is(TypeKind kind) const { return kind_ == kind; }
  int precision() const { return a_; }  ///< Decimal
  int scale() const { return b_; }      ///< Decimal
  int length() const { return a_; }     ///< Char, Varchar
  DayTimeField day_time_from() const { return static_cast<DayTimeField>(a_); }
  DayTimeField day_time_to() const { return static_cast<DayTimeField>(b_); }
  YearMonthField year_month_from() const { return static_cast<YearMonthField>(a_); }
  YearMonthField year_month_to() const { return static_cast<YearMonthField>(b_); }
  const std::string& collation() const;        ///< String; empty = UTF8_BINARY
  const DataType& element() const;             ///< Array
  const DataType& key() const;                 ///< Map
  const DataType& value() const;               ///< Map
  bool contains_null() const { return a_; }    ///< Array: elements, Map: values
  const std::vector<Field>& fields() const;    ///< Struct

  bool is_integral() const { return kind_ >= TypeKind::Byte && kind_ <= TypeKind::Long; }
  bool is_fractional() const { return kind_ == TypeKind::Float || kind_ == TypeKind::Double; }
  bool is_numeric() const { return kind_ >= TypeKind::Byte && kind_ <= TypeKind::Decimal; }
  /// String, Char or Varchar.
  bool is_text() const { return kind_ >= TypeKind::String && kind_ <= TypeKind::Varchar; }
  bool is_datetime() const { return kind_ >= TypeKind::Date && kind_ <= TypeKind::TimestampNtz; }
  bool is_interval() const { return kind_ >= TypeKind::DayTimeInterval && kind_ <= TypeKind::CalendarInterval; }
  bool is_nested() const { return kind_ >= TypeKind::Array && kind_ <= TypeKind::Struct; }
  bool is_atomic() const { return !is_nested() && kind_ != TypeKind::Null; }

  friend bool operator==(const DataType&, const DataType&);

 private:
  struct Nested;
  TypeKind kind_ = TypeKind::Null;
  std::int32_t a_ = 0;
  std::int32_t b_ = 0;
  std::shared_ptr<const Nested> nested_;
};

struct Field {
  std::string name;
  DataType type;
  bool nullable = true;
  std::string metadata;

  friend bool operator==(const Field&, const Field&) = default;
};

/// The columns of a table or result, in order. Names may repeat.
using Schema = std::vector<Field>;

/// Equal but for nullability and metadata inside (Spark's `sameType`). Struct field names count, by case.
bool same_shape(const DataType& left, const DataType& right);
/// `type` with everything nested in it made nullable (Spark's `asNullable`).
DataType as_nullable(const DataType& type);

}  // namespace lab::types
