#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "analyze/resolved.h"

/// Looking names up in scopes, by Spark's rules (AttributeSeq.resolve).
namespace lab::analyze {

bool same_name(const std::string& left, const std::string& right, bool case_sensitive);
std::string lower_case(std::string text);
std::string upper_case(std::string text);

/// What a name of several parts means in one scope: a column and the struct fields that remain.
struct NameMatch {
  const ScopeColumn* column = nullptr;
  std::string name;                      ///< the column's name as the user wrote it
  std::vector<std::string> nested;
};

/// Finds the column; nullopt when none fits. Throws AMBIGUOUS_REFERENCE when several different ones do.
std::optional<NameMatch> find_name(const Scope& scope, const std::vector<std::string>& parts, bool case_sensitive);

/// `a`, `t`.`a`: names of a scope ordered by likeness to `parts` (Spark's order), quoted, at most five.
std::string suggest_names(const std::vector<const Scope*>& scopes, const std::vector<std::string>& parts);

/// Candidates ordered by edit distance to `name`, at most five.
std::vector<std::string> order_by_likeness(std::vector<std::string> candidates, const std::string& name);

/// An alias of the same SELECT list that later items may name.
struct LateralAlias {
  std::string name;
  Typed typed;
  bound::Column column;
  int count = 1;  ///< more than one: ambiguous
  bool is_generated = false;  ///< a column that a generator of the list gives: it stands below the list
};

struct LambdaFrame {
  std::vector<bound::Column> parameters;
  bool is_unbound = false;  ///< shown as it was written: parameters print under their own names
};

/// A column of the query around that a subquery names, and how deep in the subquery it does.
struct OuterUse {
  int depth = 0;
  ColumnId column{};
  std::string name;
  std::size_t order = 0;  ///< among those of its depth
};

/// A column under an aggregate, as the query writes it.
struct WrittenName {
  ColumnId column{};
  std::vector<std::string> parts;
  plan::Origin origin;
};

/// What may be named at one place of a query.
struct Names {
  std::vector<const Resolved*> inputs;
  const Names* outer = nullptr;                     ///< the query around a subquery
  std::vector<LateralAlias>* lateral = nullptr;
  std::vector<LambdaFrame> lambdas = {};
  bool aggregates = false;                          ///< aggregate functions may stand here
  bool windows = false;
  bool generators = false;
  std::string clause = {};                          ///< as errors name the place
  bool inside_aggregate = false;
  bool may_expose = false;                          ///< columns below the input may be named
  const AggregateBelow* aggregate = nullptr;        ///< HAVING and ORDER BY over an Aggregate
  bool aggregate_input_first = false;
  bool past_output = false;                         ///< the input's own columns do not count: what is below it is meant
  std::vector<WrittenName>* written = nullptr;      ///< collects the columns under `aggregate` that are named
  bool shows_source = false;                        ///< names print with where they are from, constants as SQL: Expression.sql
  bool shows_nested = false;                        ///< read for its text only: generators may stand anywhere
  std::vector<ColumnId> not_from_aggregate = {};    ///< input columns that turned out not to be grouped: use the output's
  const std::vector<std::pair<std::string, plan::WindowSpec>>* named_windows = nullptr;
  std::vector<OuterUse>* used_outer = nullptr;      ///< collects what a subquery takes from here
  std::vector<std::string>* invalid = nullptr;      ///< collects calls that may not stand here, as they print
  bool aggregates_are_invalid = false;
  std::vector<std::string>* aggregate_calls = nullptr;  ///< collects aggregates as they print
  std::vector<std::string>* window_calls = nullptr;
  /// HAVING: computes an aggregate in the Aggregate below and gives its column, for subqueries whose aggregates are of the query around.
  std::function<ExpressionPtr(const ExpressionPtr&)> aggregated = {};
  std::string refuses_sql_functions = {};           ///< the operator that takes none, as errors name it
};

}  // namespace lab::analyze
