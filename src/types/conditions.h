#pragma once

#include "base/conditions.h"

/// Conditions about types and their texts, named as Spark names them.
namespace lab::conditions {

inline constexpr Condition kInvalidJsonDataType{"INVALID_JSON_DATA_TYPE", "2203G", Kind::Parse, "Failed to convert the JSON string '<invalidType>' to a data type. Please enter a valid data type."};
inline constexpr Condition kUnsupportedDataType{"UNSUPPORTED_DATATYPE", "0A000", Kind::Parse, "Unsupported data type <typeName>."};
inline constexpr Condition kDataTypeMissingSize{"DATATYPE_MISSING_SIZE", "42K01", Kind::Parse, "DataType <type> requires a length parameter, for example <type>(10). Please specify the length."};
inline constexpr Condition kIncompleteArray{"INCOMPLETE_TYPE_DEFINITION.ARRAY", "42K01", Kind::Parse, "Incomplete complex type: The definition of \"ARRAY\" type is incomplete. You must provide an element type. For example: \"ARRAY<elementType>\"."};
inline constexpr Condition kIncompleteMap{"INCOMPLETE_TYPE_DEFINITION.MAP", "42K01", Kind::Parse, "Incomplete complex type: The definition of \"MAP\" type is incomplete. You must provide a key type and a value type. For example: \"MAP<TIMESTAMP, INT>\"."};
inline constexpr Condition kIncompleteStruct{"INCOMPLETE_TYPE_DEFINITION.STRUCT", "42K01", Kind::Parse, "Incomplete complex type: The definition of \"STRUCT\" type is incomplete. You must provide at least one field type. For example: \"STRUCT<name STRING, phone DECIMAL(10, 0)>\"."};
inline constexpr Condition kDecimalPrecisionExceedsMax{"DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "22003", Kind::Arithmetic, "Decimal precision <precision> exceeds max precision <maxPrecision>."};
inline constexpr Condition kDecimalScaleExceedsPrecision{"DECIMAL_SCALE_EXCEEDS_PRECISION", "22003", Kind::Parse, "Decimal scale <scale> cannot be greater than precision <precision>."};
inline constexpr Condition kFromToIntervalUnsupported{"UNSUPPORTED_FROM_TO_INTERVAL", "0A000", Kind::Parse, "Intervals FROM <from> TO <to> are not supported."};
inline constexpr Condition kUnsupportedArrowType{"UNSUPPORTED_ARROWTYPE", "0A000", Kind::Unsupported, "Unsupported arrow type <typeName>."};
inline constexpr Condition kTypeTooDeep{"DATATYPE_TOO_DEEP", "54001", Kind::Parse, "The type nests deeper than <limit> levels."};

}  // namespace lab::conditions
