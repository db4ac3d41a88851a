#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/command.h"
#include "sql/variable_text.h"

namespace lab::sql {

/// What of the session the meaning of a text depends on.
struct ParserOptions {
  std::string time_zone = "UTC";      ///< of TIMESTAMP literals without a zone
  bool timestamp_is_ntz = false;      ///< spark.sql.timestampType = TIMESTAMP_NTZ
  bool doubled_quotes = true;         ///< Spark 4: `''` in a literal is a quote; 3.5 joins the two literals
  bool is_spark4 = true;              ///< the statements that only Spark 4 has
  bool bang_is_not = false;           ///< Spark 3.5: `a ! IN (1)` is NOT IN; 4 refuses it
  bool single_pipe = true;            ///< spark.sql.parser.singleCharacterPipeOperator.enabled: `t | WHERE a` is `t |> WHERE a`
  /// Values of `:name` and `?`, put where the markers stand. A marker without a value stays a parameter node, which analysis refuses.
  std::map<std::string, plan::ExpressionPtr> named_parameters = {};
  std::vector<plan::ExpressionPtr> positional_parameters = {};
  /// A setting's value, for `${name}` in the text (sql/variable_text.h). Absent: such text is parsed as it stands.
  SettingOf setting = {};
  /// The value of an expression over no rows, the session's variables in it; nullopt when it has none. Absent: only literals have one.
  std::function<std::optional<types::Literal>(const plan::ExpressionPtr&)> evaluate = {};
};

/// Parses one statement (a trailing `;` is fine). Throws Error with Spark's ParseException conditions; every context
/// carries the text (`sql_text`), line and column, and errors about a clause its range too.
plan::Statement parse_statement(std::string_view text, const ParserOptions& options = {});

/// Parses one expression, with an optional alias (`a + 1 AS b`): Spark Connect's ExpressionString.
plan::ExpressionPtr parse_expression(std::string_view text, const ParserOptions& options = {});

/// Parses a query's text alone, as a view's body has it.
plan::RelationPtr parse_query(std::string_view text, const ParserOptions& options = {});

/// The parts of `` a.b.`c d` ``, as Spark reads an attribute's name from the DataFrame API: split at dots outside of back
/// quotes, anything else allowed (`count(1)` is a name). Throws INVALID_ATTRIBUTE_NAME_SYNTAX.
std::vector<std::string> parse_identifier_parts(std::string_view text);

/// The parts of a multi-part identifier as SQL reads it (`spark.table("db.t")`). Throws PARSE_SYNTAX_ERROR.
std::vector<std::string> parse_table_name(std::string_view text);

/// Limits that keep a parsed tree safe to walk recursively. Beyond them: FAILED_TO_PARSE_TOO_COMPLEX.
inline constexpr int kMaxTreeDepth = 2500;
inline constexpr int kMaxNesting = 400;

}  // namespace lab::sql
