#pragma once

#include <string>
#include <vector>

#include "analyze/resolved.h"

/// How Spark prints expressions in automatic column names and in error parameters (toPrettySQL).
namespace lab::analyze {

/// `1`, `abc`, `NULL`, `DATE '2020-01-01'`, `X'1F'`.
std::string literal_sql(const types::Literal& literal, const std::string& time_zone, bool is_nested = false);
/// As SQL that gives the very value: text in quotes, `5.0D`, `CAST(NULL AS INT)`.
std::string exact_literal_sql(const types::Literal& literal, const std::string& time_zone);
/// A call by its function's own name: `(a + 1)`, `(NOT a)`, `a LIKE b`, `substring(a, 1, 2)`.
std::string call_sql(const std::string& name, const std::vector<std::string>& arguments);
/// The same for a function's call, under the name and with the arguments that Spark's expression has. `is_operator`: written as one.
std::string function_sql(const std::string& name, std::vector<std::string> arguments, bool is_operator = false);
std::string shown_name(const std::string& name);
/// `CAST(a AS STRING)`, `TRY_CAST(…)`.
std::string cast_sql(const std::string& child, const DataType& type, bool is_try);
std::string case_sql(const std::vector<std::pair<std::string, std::string>>& branches, const std::string* otherwise);
std::string sort_sql(const std::string& child, bool descending, bool nulls_first);
std::string join_sql(const std::vector<std::string>& parts, const char* separator = ", ");
/// Spark's class of a function, which errors name: `array_max` is `org.apache.spark.sql.catalyst.expressions.ArrayMax`.
std::string expression_class(const std::string& name, bool is_aggregate = false);
/// `"…"`, as parameters of conditions carry expressions.
std::string quoted_expression(const std::string& sql);
std::vector<std::string> sql_of(const TypedList& list);

}  // namespace lab::analyze
