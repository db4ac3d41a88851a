#include "types/type_names.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/error.h"
#include "types/conditions.h"

namespace lab::types {
namespace {

std::string upper_word(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return result;
}

struct PlainType {
  std::string_view word;
  TypeKind kind;
};

constexpr PlainType kPlainTypes[] = {
    {"BOOLEAN", TypeKind::Boolean},     {"TINYINT", TypeKind::Byte},       {"BYTE", TypeKind::Byte},
    {"SMALLINT", TypeKind::Short},      {"SHORT", TypeKind::Short},        {"INT", TypeKind::Int},
    {"INTEGER", TypeKind::Int},         {"BIGINT", TypeKind::Long},        {"LONG", TypeKind::Long},
    {"FLOAT", TypeKind::Float},         {"REAL", TypeKind::Float},         {"DOUBLE", TypeKind::Double},
    {"DATE", TypeKind::Date},           {"TIMESTAMP", TypeKind::Timestamp}, {"TIMESTAMP_LTZ", TypeKind::Timestamp},
    {"TIMESTAMP_NTZ", TypeKind::TimestampNtz}, {"STRING", TypeKind::String}, {"BINARY", TypeKind::Binary},
    {"VOID", TypeKind::Null},           {"INTERVAL", TypeKind::CalendarInterval}, {"VARIANT", TypeKind::Variant},
};

std::string type_with_parameters(const std::string& word, std::span<const int> parameters) {
  std::string text = word;
  for (std::size_t i = 0; i < parameters.size(); ++i) text += (i == 0 ? "(" : ",") + std::to_string(parameters[i]);
  if (!parameters.empty()) text += ')';
  return text;
}

DataType checked_decimal(int precision, int scale) {
  if (scale > precision)
    throw Error(conditions::kDecimalScaleExceedsPrecision, {{"scale", std::to_string(scale)}, {"precision", std::to_string(precision)}});
  if (precision > DataType::kMaxDecimalPrecision)
    throw Error(conditions::kDecimalPrecisionExceedsMax,
                {{"precision", std::to_string(precision)}, {"maxPrecision", std::to_string(DataType::kMaxDecimalPrecision)}});
  return DataType::decimal(precision, scale);
}

}  // namespace

DataType named_type(std::string_view name, std::span<const int> parameters, std::string collation) {
  const std::string word = upper_word(name);
  if (word == "DECIMAL" || word == "DEC" || word == "NUMERIC") {
    if (parameters.empty()) return DataType::decimal(10, 0);
    if (parameters.size() == 1) return checked_decimal(parameters[0], 0);
    if (parameters.size() == 2) return checked_decimal(parameters[0], parameters[1]);
  }
  if (word == "CHAR" || word == "CHARACTER" || word == "VARCHAR") {
    if (parameters.empty()) throw Error(conditions::kDataTypeMissingSize, {{"type", '"' + word + '"'}});
    if (parameters.size() == 1) return word == "VARCHAR" ? DataType::varchar(parameters[0]) : DataType::character(parameters[0]);
  }
  if (parameters.empty()) {
    if (word == "STRING") return DataType::string(collation == "UTF8_BINARY" ? std::string() : std::move(collation));
    for (const auto& plain : kPlainTypes)
      if (plain.word == word) return plain.kind;
    if (word == "ARRAY") throw Error(conditions::kIncompleteArray, {{"elementType", "<INT>"}});
    if (word == "MAP") throw Error(conditions::kIncompleteMap);
    if (word == "STRUCT") throw Error(conditions::kIncompleteStruct);
  }
  throw Error(conditions::kUnsupportedDataType, {{"typeName", '"' + type_with_parameters(word, parameters) + '"'}});
}

namespace {

constexpr std::array<std::string_view, 2> kYearMonthWords{"YEAR", "MONTH"};
constexpr std::array<std::string_view, 4> kDayTimeWords{"DAY", "HOUR", "MINUTE", "SECOND"};

template <std::size_t N>
int index_of(const std::array<std::string_view, N>& words, const std::string& word) {
  const auto found = std::find(words.begin(), words.end(), word);
  return found == words.end() ? -1 : static_cast<int>(found - words.begin());
}

}  // namespace

std::optional<DataType> interval_type(std::string_view from, std::string_view to) {
  const std::string first = upper_word(from);
  const std::string last = to.empty() ? first : upper_word(to);
  if (const int a = index_of(kYearMonthWords, first), b = index_of(kYearMonthWords, last); a >= 0 && b >= a) {
    if (!to.empty() && a == b) return std::nullopt;
    return DataType::year_month(static_cast<YearMonthField>(a), static_cast<YearMonthField>(b));
  }
  if (const int a = index_of(kDayTimeWords, first), b = index_of(kDayTimeWords, last); a >= 0 && b >= a) {
    if (!to.empty() && a == b) return std::nullopt;
    return DataType::day_time(static_cast<DayTimeField>(a), static_cast<DayTimeField>(b));
  }
  return std::nullopt;
}

std::string_view field_word(YearMonthField field) { return kYearMonthWords[static_cast<std::size_t>(field)]; }
std::string_view field_word(DayTimeField field) { return kDayTimeWords[static_cast<std::size_t>(field)]; }

}  // namespace lab::types
