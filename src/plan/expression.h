#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "plan/origin.h"
#include "types/value.h"

/// The unresolved expressions: what was asked, before names and types mean anything. Immutable shared trees.
namespace lab::plan {

struct Expression;
struct Relation;
using ExpressionPtr = std::shared_ptr<const Expression>;
using RelationPtr = std::shared_ptr<const Relation>;
using Expressions = std::vector<ExpressionPtr>;

struct LiteralExpression {
  types::Literal literal;
};
/// `a.b.c`; which parts are qualifier, column and field is the resolver's question. `plan_id` names the DataFrame it
/// was taken from (`df["x"]`).
struct UnresolvedAttribute {
  std::vector<std::string> parts;
  std::optional<std::int64_t> plan_id;
  bool is_metadata_column = false;
};
/// `*`, `t.*`, with the 4.x `EXCEPT (…)` list.
struct UnresolvedStar {
  std::vector<std::string> target;
  std::optional<std::int64_t> plan_id;
  std::vector<std::vector<std::string>> except;
};
/// ``df.colRegex("`a.*`")``.
struct UnresolvedRegex {
  std::string pattern;
  std::optional<std::int64_t> plan_id;
};
/// Any call, operators too, under Spark's own function names (`+`, `==`, `<=>`, `and`, `not`, `isnull`, `like`, `in`, `between`,
/// `when` for CASE, …). Names are as written; look-ups ignore case.
struct UnresolvedFunction {
  std::vector<std::string> name;
  Expressions arguments;
  bool is_distinct = false;
  ExpressionPtr filter;                    ///< FILTER (WHERE …); null when absent
  std::optional<bool> ignore_nulls;        ///< IGNORE/RESPECT NULLS when written
  Expressions within_group;                ///< SortOrder expressions of WITHIN GROUP (ORDER BY …)
  bool is_operator = false;                ///< written as an operator or keyword: prints as one in automatic names
};
/// `name => value`.
struct NamedArgument {
  std::string name;
  ExpressionPtr value;
};
/// One name, or several for a generator (`explode(m) AS (k, v)`). `metadata` is JSON text when given.
struct Alias {
  ExpressionPtr child;
  std::vector<std::string> names;
  std::optional<std::string> metadata;
};
enum class CastMode : std::uint8_t {
  Session,  ///< ANSI or legacy, as the session says
  Try,      ///< try_cast
  Ansi,     ///< raises whatever the session says
};
struct Cast {
  ExpressionPtr child;
  types::DataType type;
  CastMode mode = CastMode::Session;
};
enum class Direction : std::uint8_t { Ascending, Descending };
enum class NullOrder : std::uint8_t { Default, First, Last };  ///< Default: first when ascending, last when descending
struct SortOrder {
  ExpressionPtr child;
  Direction direction = Direction::Ascending;
  NullOrder nulls = NullOrder::Default;
};
/// `(x, i) -> body`; variables occur in the body as UnresolvedAttribute (SQL) or LambdaVariable (Connect).
struct Lambda {
  ExpressionPtr body;
  std::vector<std::string> parameters;
};
struct LambdaVariable {
  std::string name;
};
struct FrameBound {
  enum class Kind : std::uint8_t { UnboundedPreceding, Preceding, CurrentRow, Following, UnboundedFollowing };
  Kind kind = Kind::CurrentRow;
  ExpressionPtr offset;  ///< Preceding, Following; from Connect a bare value may be negative
};
struct WindowFrame {
  enum class Unit : std::uint8_t { Rows, Range };
  Unit unit = Unit::Range;
  FrameBound lower, upper;
};
struct WindowSpec {
  Expressions partition_by;
  Expressions order_by;  ///< SortOrder expressions
  std::optional<WindowFrame> frame;
};
/// `function OVER (spec)` or `OVER name` (then `spec` is empty and the name is looked up in the SELECT's WINDOW clause).
struct Window {
  ExpressionPtr function;
  WindowSpec spec;
  std::optional<std::string> name;
};
/// `a[b]`, and `a.b` on what is not a name.
struct ExtractValue {
  ExpressionPtr child, extraction;
};
/// `withField` / `dropFields`; a null `value` drops the field.
struct UpdateField {
  ExpressionPtr structure;
  std::string field;
  ExpressionPtr value;
};
struct ScalarSubquery {
  RelationPtr plan;
};
struct Exists {
  RelationPtr plan;
};
/// `(a, b) IN (SELECT …)`; NOT IN is `not` around it.
struct InSubquery {
  Expressions values;
  RelationPtr plan;
};
struct NamedParameter {
  std::string name;
};
struct PositionalParameter {
  int position = 0;
};
/// SQL `CURRENT_DATE`, `CURRENT_TIMESTAMP`, `CURRENT_USER`… without parentheses: a column of that name wins.
/// Expressed as UnresolvedAttribute; the resolver falls back to the function.

/// `SELECT`'s grouping analytics inside GROUP BY (`CUBE`, `ROLLUP`, `GROUPING SETS`), one of several items.
struct GroupingAnalytics {
  enum class Kind : std::uint8_t { Rollup, Cube, GroupingSets };
  Kind kind = Kind::Rollup;
  std::vector<Expressions> sets;  ///< of Rollup and Cube: one entry an element, `(a, b)` counting as one
  Expressions given;              ///< `GROUP BY a, b GROUPING SETS (…)`: the list in front, which orders grouping_id's bits
};
/// A Python or Scala function that Connect sent along: kept so that the error can name it.
struct UserDefinedFunction {
  std::string name;
  std::string kind;
  Expressions arguments;
};

struct Expression {
  std::variant<LiteralExpression, UnresolvedAttribute, UnresolvedStar, UnresolvedRegex, UnresolvedFunction, NamedArgument, Alias, Cast,
               SortOrder, Lambda, LambdaVariable, Window, ExtractValue, UpdateField, ScalarSubquery, Exists, InSubquery, NamedParameter,
               PositionalParameter, GroupingAnalytics, UserDefinedFunction>
      node;
  Origin origin;
};

template <typename Node>
ExpressionPtr make_expression(Node node, Origin origin = {}) {
  return std::make_shared<const Expression>(Expression{std::move(node), std::move(origin)});
}

/// Shorthands for what parsers and the Connect reader build most.
ExpressionPtr make_literal(types::Literal literal, Origin origin = {});
ExpressionPtr make_attribute(std::vector<std::string> parts, Origin origin = {});
ExpressionPtr make_call(std::string name, Expressions arguments, Origin origin = {});
ExpressionPtr make_operator(std::string name, Expressions arguments, Origin origin = {});

}  // namespace lab::plan
