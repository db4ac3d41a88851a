#pragma once

#include "base/conditions.h"
#include "base/out_of_memory.h"
#include "base/unreadable_file.h"

/// What DuckDB itself can complain about. Errors with a meaning in Spark are raised by kernels under Spark's own names.
namespace lab::conditions {

inline constexpr Condition kInvalidArrowRows{"CONNECT_INVALID_PLAN.LOCAL_RELATION", "56K00", Kind::InvalidArgument,
    "The rows that came with the plan are no valid Arrow stream: <message>."};
inline constexpr Condition kArithmeticOverflow{"ARITHMETIC_OVERFLOW", "22003", Kind::Arithmetic,
    "<message>.<alternative> If necessary set <config> to \"false\" to bypass this error."};
inline constexpr Condition kParquetTypeMismatch{"FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH", "KD001", Kind::Corruption,
    "Encountered error while reading file <path>. Data type mismatches when reading Parquet column <column>. Expected Spark type <expectedType>, actual Parquet type <actualType>."};
inline constexpr Condition kOnlyCorruptColumn{"UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN", "0A000", Kind::Analysis,
    "The feature is not supported: Queries from raw JSON/CSV/XML files are disallowed when the referenced columns only include the internal corrupt record column (named `_corrupt_record` by default)."};
inline constexpr Condition kOnlyCorruptColumn35{"_LEGACY_ERROR_TEMP_1285", "", Kind::Analysis,
    "Since Spark 2.3, the queries from raw JSON/CSV files are disallowed when the referenced columns only include the internal corrupt record column (named _corrupt_record by default)."};
inline constexpr Condition kEngineConversion{"CAST_INVALID_INPUT", "22018", Kind::Cast, "<message>"};
inline constexpr Condition kScalarSubqueryTooManyRows{"SCALAR_SUBQUERY_TOO_MANY_ROWS", "21000", Kind::Runtime,
    "More than one row returned by a subquery used as an expression."};
inline constexpr Condition kRecursionLevelLimit{"RECURSION_LEVEL_LIMIT_EXCEEDED", "42836", Kind::Runtime,
    "Recursion level limit <levelLimit> reached but query has not exhausted, try increasing it like 'WITH RECURSIVE t(col) MAX RECURSION LEVEL 200'."};
inline constexpr Condition kRecursionRowLimit{"RECURSION_ROW_LIMIT_EXCEEDED", "42836", Kind::Runtime,
    "Recursion row limit <rowLimit> reached but query has not exhausted, try setting a larger LIMIT value when querying the CTE relation."};

}  // namespace lab::conditions
