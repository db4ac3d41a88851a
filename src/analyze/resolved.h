#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plan/bound.h"
#include "plan/relation.h"

/// What resolution passes around: relations with the names they offer, and typed expressions with the way Spark prints them.
namespace lab::analyze {

namespace bound = plan::bound;
using types::DataType;
using types::TypeKind;
using bound::ColumnId;
using bound::ExpressionPtr;

/// A column that an expression may name.
struct ScopeColumn {
  bound::Column column;
  std::vector<std::string> qualifier;  ///< alias, or catalog, database and table
  ColumnId identity{};                 ///< the attribute it is: one attribute selected twice is not ambiguous
};
using Scope = std::vector<ScopeColumn>;

/// What one DataFrame (Spark Connect's plan id) offered where it occurs; `df["x"]` is looked up here.
struct Instance {
  std::optional<std::int64_t> plan_id;
  Scope scope, hidden;
  std::vector<std::shared_ptr<const Instance>> inputs;
};

struct Resolved;

/// A call of window() or session_window() over a relation; its column is one more that expressions may name.
struct TimeWindow {
  bool is_session = false;
  std::string sql;
  ExpressionPtr time;
  std::int64_t duration = 0, slide = 0, start = 0;  ///< microseconds; not of sessions
  ExpressionPtr gap;                                ///< of sessions
  ScopeColumn column;
  ColumnId raw{};  ///< a row's own session, before an aggregate merges them
};

/// The Aggregate under a relation: HAVING and ORDER BY may name its input in aggregates and in grouping expressions.
struct AggregateBelow {
  std::shared_ptr<const Resolved> input;
  bound::Outputs groups;
  std::vector<std::string> group_sql;
  std::optional<ColumnId> grouping_id;
};

/// The hidden column of files (scan::TableSource::metadata_column).
inline constexpr const char* kFileMetadataName = "_metadata";

/// A bound relation and the names it offers. The relation may give more columns than the scope shows.
struct Resolved {
  bound::RelationPtr relation;
  Scope scope;
  Scope hidden;  ///< no part of `*`: the columns that USING merged, by their qualified names, and kFileMetadataName
  std::shared_ptr<const Instance> instance;
  std::shared_ptr<const Resolved> below;  ///< where ORDER BY and WHERE find columns that were not selected; null: a border
  std::shared_ptr<const AggregateBelow> aggregate;
  std::shared_ptr<const TimeWindow> time_window;  ///< found by name where no column of the scope is
};

/// A bound expression, as Spark prints it, and the name it has by itself (an attribute's, an alias's).
struct Typed {
  ExpressionPtr expression;
  std::string sql;
  std::optional<std::string> name;
  std::string metadata;
  bool is_attribute = false;
  std::vector<std::string> names = {};  ///< alias of a generator with several columns

  const DataType& type() const { return expression->type; }
};
using TypedList = std::vector<Typed>;

/// One column of a SELECT list.
struct Item {
  Typed typed;
  ColumnId id{};
  std::string name;
  bool is_pass = false;  ///< a column that keeps its identity
  bool is_outer_generator = false;
  bound::Columns generated = {};       ///< what a generator gives
  std::size_t generated_at = 0;        ///< which generator of the list is applied first
  plan::ExpressionPtr written = {};    ///< as the query has it; null for a column of a star
  std::vector<std::string> qualifier = {};
  ColumnId identity{};
};
using Items = std::vector<Item>;

}  // namespace lab::analyze
