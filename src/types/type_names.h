#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "types/data_type.h"

namespace lab::types {

/// Types nested deeper than this are refused by every reader of type texts, so that no recursion over a type can
/// exhaust the stack.
inline constexpr int kMaxTypeDepth = 200;

/// The type that the word `name` (any case) means in SQL, with the numbers that followed in parentheses: `int`,
/// `DECIMAL(10, 2)`, `varchar(5)`. Throws DATATYPE_MISSING_SIZE, INCOMPLETE_TYPE_DEFINITION, decimal range errors and
/// UNSUPPORTED_DATATYPE for a word that names no type. `collation` belongs to STRING.
DataType named_type(std::string_view name, std::span<const int> parameters, std::string collation = {});

/// `INTERVAL from [TO to]` by the words of its fields; nullopt when they name no interval type of Spark's.
std::optional<DataType> interval_type(std::string_view from, std::string_view to);

/// `YEAR`, `DAY` …: the word of a field.
std::string_view field_word(YearMonthField field);
std::string_view field_word(DayTimeField field);

}  // namespace lab::types
