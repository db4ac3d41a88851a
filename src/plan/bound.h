#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "plan/origin.h"
#include "types/value.h"

namespace lab::functions {
struct FunctionRow;
}
namespace lab::scan {
class TableSource;
}

/// The bound tree: every name is an id, every node has a type, every implicit cast is written. What differs between Spark
/// versions or ANSI modes has become a different tree; nothing below analysis reads the version.
namespace lab::plan::bound {

/// Identity of one column of one relation instance; unique within a Query. In SQL text it is `c<id>`.
enum class ColumnId : std::uint32_t {};

struct Column {
  ColumnId id{};
  std::string name;  ///< as the user sees it; may repeat
  types::DataType type;
  bool nullable = true;
  std::string metadata;  ///< JSON text, empty = {}
};
using Columns = std::vector<Column>;

struct Expression;
struct Relation;
using ExpressionPtr = std::shared_ptr<const Expression>;
using RelationPtr = std::shared_ptr<const Relation>;
using Expressions = std::vector<ExpressionPtr>;

struct LiteralNode {
  types::Value value;
};
/// A column of the input, or (is_outer) of a relation around the subquery this stands in.
struct ColumnRef {
  ColumnId column{};
  bool is_outer = false;
};
/// A scalar function with its arguments already cast to what the row wants. `ansi` chooses raising or NULL where the row
/// says that it matters.
struct Call {
  const functions::FunctionRow* function = nullptr;
  Expressions arguments;
  bool ansi = false;
};
enum class CastMode : std::uint8_t { Legacy, Ansi, Try };
struct Cast {
  ExpressionPtr child;
  CastMode mode = CastMode::Legacy;
};
struct Case {
  std::vector<std::pair<ExpressionPtr, ExpressionPtr>> branches;
  ExpressionPtr otherwise;  ///< null: NULL
};
struct FieldAccess {  ///< struct field by position
  ExpressionPtr child;
  int index = 0;
};
/// Argument of a higher-order function; parameters have ids of their own, referred to by LambdaRef.
struct Lambda {
  std::vector<ColumnId> parameters;
  std::vector<types::DataType> parameter_types;
  ExpressionPtr body;
};
struct LambdaRef {
  ColumnId parameter{};
};
struct SortKey {
  ExpressionPtr expression;
  bool descending = false;
  bool nulls_first = true;
};
/// Only as (part of) an Aggregate's output.
struct AggregateCall {
  const functions::FunctionRow* function = nullptr;
  Expressions arguments;
  bool is_distinct = false;
  bool ignore_nulls = false;
  bool ansi = false;
  ExpressionPtr filter;
  std::vector<SortKey> within_group;
};
struct FrameBound {
  enum class Kind : std::uint8_t { UnboundedPreceding, Preceding, CurrentRow, Following, UnboundedFollowing };
  Kind kind = Kind::CurrentRow;
  ExpressionPtr offset;
};
struct WindowFrame {
  bool is_rows = false;
  FrameBound lower, upper;
};
/// Only as (part of) a Window relation's output.
struct WindowCall {
  AggregateCall call;
  Expressions partition_by;
  std::vector<SortKey> order_by;
  std::optional<WindowFrame> frame;  ///< always set for aggregates over an order
};
struct ScalarSubquery {
  RelationPtr plan;  ///< one column; more than one row raises
};
struct Exists {
  RelationPtr plan;
};
struct InSubquery {
  Expressions values;
  RelationPtr plan;
};

struct Expression {
  std::variant<LiteralNode, ColumnRef, Call, Cast, Case, FieldAccess, Lambda, LambdaRef, AggregateCall, WindowCall, ScalarSubquery, Exists,
               InSubquery>
      node;
  types::DataType type;
  bool nullable = true;
  Origin origin;
};

template <typename Node>
ExpressionPtr make_expression(Node node, types::DataType type, bool nullable, Origin origin = {}) {
  return std::make_shared<const Expression>(Expression{std::move(node), std::move(type), nullable, std::move(origin)});
}

/// An expression that becomes column `column` of the relation it stands in.
struct Output {
  ColumnId column{};
  ExpressionPtr expression;
};
using Outputs = std::vector<Output>;

struct OneRow {};
/// Source columns that every Parquet scan can give besides its schema.
inline constexpr int kFileIndexColumn = -1;  ///< int: index into FileScan::files
inline constexpr int kRowNumberColumn = -2;  ///< bigint: physical row number in the file, from 0
inline constexpr int kMetadataColumn = -3;   ///< struct: `_metadata` of the source's files

/// Reads a table; column i of the relation is `source`'s column `source_columns[i]` (or one of those above).
struct Scan {
  std::shared_ptr<const scan::TableSource> source;
  std::vector<int> source_columns;
};
/// Rows that came with the plan, as an Arrow IPC stream; columns by position.
struct LocalData {
  std::shared_ptr<const std::string> arrow_stream;  ///< null: no rows
};
struct Values {
  std::vector<Expressions> rows;
};
struct Range {
  std::int64_t start = 0, end = 0, step = 1;
};
/// Only the outputs are seen above; a column passes by an Output whose expression is a ColumnRef (same id).
struct Project {
  RelationPtr input;
  Outputs outputs;
};
struct Filter {
  RelationPtr input;
  ExpressionPtr condition;
};
enum class JoinType : std::uint8_t { Inner, Cross, LeftOuter, RightOuter, FullOuter, LeftSemi, LeftAnti };
struct Join {
  RelationPtr left, right;
  JoinType type = JoinType::Inner;
  ExpressionPtr condition;  ///< null: none
  bool is_lateral = false;
};
/// Groups by `groups`; `outputs` are columns made of AggregateCalls over the input and of ColumnRefs to group columns.
/// No groups: one row over all. With `grouping_sets` (indices into groups) rows of all sets follow each other, group
/// columns are nullable, and `grouping_id` (when set) is a further column: Spark's grouping_id() bigint.
struct Aggregate {
  RelationPtr input;
  Outputs groups;
  Outputs outputs;
  std::optional<std::vector<std::vector<int>>> grouping_sets;
  std::optional<ColumnId> grouping_id;
};
/// All columns of the input and, behind them, the window outputs.
struct Window {
  RelationPtr input;
  Outputs outputs;
};
struct Sort {
  RelationPtr input;
  std::vector<SortKey> keys;
};
struct Limit {
  RelationPtr input;
  std::optional<std::int64_t> count;
  std::int64_t offset = 0;
};
struct Tail {
  RelationPtr input;
  std::int64_t count = 0;
};
enum class SetOperator : std::uint8_t { Union, Intersect, Except };
/// Columns of the inputs correspond by position and have the relation's types already.
struct SetOperation {
  std::vector<RelationPtr> inputs;
  SetOperator op = SetOperator::Union;
  bool all = true;
};
/// Keeps one row for each value of `keys`; all input columns stay.
struct Deduplicate {
  RelationPtr input;
  std::vector<ColumnId> keys;
};
/// All columns of the input followed by the generator's; `is_outer` keeps rows that generate nothing.
struct Generate {
  RelationPtr input;
  Call generator;
  bool is_outer = false;
  std::vector<ColumnId> generated;
};
struct Sample {
  RelationPtr input;
  double lower = 0, upper = 1;
  bool with_replacement = false;
  std::int64_t seed = 0;
};
/// Gives each row an explicit number (bigint from 0), for functions that need one.
struct RowNumber {
  RelationPtr input;
  ColumnId number{};
};
/// What a recursive query gives: the anchor's rows, then the step's over the rows of the round before, until a round gives none. Columns of
/// both correspond by position and have the relation's types. Reading more rounds or rows than allowed raises.
struct Recursion {
  std::uint32_t id = 0;  ///< which its references name
  RelationPtr anchor, step;
};
/// Inside a step: the rows of the round before.
struct RecursionRef {
  std::uint32_t id = 0;
  std::optional<std::int64_t> most_rounds, most_rows;
};
/// A relation used in several places and evaluated once.
struct Shared {
  std::shared_ptr<const Relation> definition;  ///< the same pointer in every use
};

struct Relation {
  std::variant<OneRow, Scan, LocalData, Values, Range, Project, Filter, Join, Aggregate, Window, Sort, Limit, Tail, SetOperation, Deduplicate,
               Generate, Sample, RowNumber, Recursion, RecursionRef, Shared>
      node;
  Columns columns;  ///< what it gives, in order
};

template <typename Node>
RelationPtr make_relation(Node node, Columns columns) {
  return std::make_shared<const Relation>(Relation{std::move(node), std::move(columns)});
}

/// What the client's version and settings decide, bound once.
struct Policy {
  bool ansi = false;
  std::string time_zone = "UTC";
  bool is_spark4 = false;
  /// One instant for current_timestamp() and its kin in the whole query (microseconds since 1970).
  std::int64_t now_micros = 0;
  bool case_sensitive = false;
  /// spark.sql.legacy.timeParserPolicy: EXCEPTION, CORRECTED or LEGACY.
  std::string time_parser = "CORRECTED";
  /// spark.sql.decimalOperations.allowPrecisionLoss
  bool allow_precision_loss = true;
  /// spark.sql.mapKeyDedupPolicy is LAST_WIN: a map's later key replaces the earlier one.
  bool last_map_key_wins = false;
};

struct Query {
  RelationPtr root;
  Policy policy;
  std::uint32_t next_id = 0;  ///< first ColumnId that is still free

  types::Schema schema() const;
};

}  // namespace lab::plan::bound
