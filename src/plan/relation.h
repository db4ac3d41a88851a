#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "plan/expression.h"

namespace lab::scan {
class TableSource;
}

/// The unresolved relations, out of SQL text and Spark Connect messages alike. Immutable shared trees.
namespace lab::plan {

using Options = std::map<std::string, std::string>;  ///< keys in lower case
using NameParts = std::vector<std::string>;

struct OneRow {};  ///< FROM-less SELECT: one row without columns

struct NamedTable {
  NameParts name;
  Options options;
  std::optional<std::string> version_as_of;      ///< literal text
  ExpressionPtr timestamp_as_of;
};
struct DataSource {
  std::string format;  ///< lower case; empty = session's default source
  std::optional<std::string> schema;  ///< DDL or JSON text
  Options options;
  std::vector<std::string> paths;
  bool is_streaming = false;
};
/// Rows that came with the plan: an Arrow IPC stream, or SQL VALUES rows.
struct LocalRelation {
  std::shared_ptr<const std::string> arrow_stream;  ///< null: no rows
  std::optional<std::string> schema;                ///< DDL or JSON text that renames and retypes the stream
};
struct InlineTable {  ///< VALUES (…), (…); columns are col1, col2 …
  std::vector<Expressions> rows;
};
struct Range {
  std::int64_t start = 0, end = 0, step = 1;
  std::optional<int> num_partitions;
};
struct TableFunction {  ///< `range(10)`, `explode(…)` and so on in FROM
  NameParts name;
  Expressions arguments;
};
/// Lists and facts of the catalog as a relation (`spark.catalog.*`); method names as in the Connect protocol, lower snake.
struct CatalogCall {
  std::string method;
  std::vector<std::optional<std::string>> arguments;
  Options options;
  std::optional<std::string> schema;
};

struct Project {
  RelationPtr input;
  Expressions expressions;
  std::string pipe_clause = {};  ///< EXTEND of a pipe, which takes no aggregates
};
struct Filter {
  RelationPtr input;
  ExpressionPtr condition;
};
/// `HAVING`: like Filter, but may use aggregates over the Aggregate below it.
struct Having {
  RelationPtr input;
  ExpressionPtr condition;
};
enum class JoinType : std::uint8_t { Inner, FullOuter, LeftOuter, RightOuter, LeftAnti, LeftSemi, Cross };
struct Join {
  RelationPtr left, right;
  JoinType type = JoinType::Inner;
  ExpressionPtr condition;
  std::vector<std::string> using_columns;
  bool is_natural = false;
  bool is_lateral = false;  ///< right side may refer to columns of the left
};
/// `joinAsOf` of the pandas API.
struct AsOfJoin {
  RelationPtr left, right;
};
enum class SetOperator : std::uint8_t { Union, Intersect, Except };
struct SetOperation {
  RelationPtr left, right;
  SetOperator op = SetOperator::Union;
  bool all = false, by_name = false, allow_missing_columns = false;
};
struct Sort {
  RelationPtr input;
  Expressions orders;  ///< SortOrder expressions
  bool is_global = true;
};
struct Limit {
  RelationPtr input;
  ExpressionPtr count;  ///< null: ALL
};
struct Offset {
  RelationPtr input;
  ExpressionPtr count;
};
struct Tail {
  RelationPtr input;
  std::int64_t count = 0;
};
struct Aggregate {
  enum class GroupType : std::uint8_t { GroupBy, Rollup, Cube, GroupingSets, GroupByAll };
  RelationPtr input;
  GroupType type = GroupType::GroupBy;
  Expressions grouping;                    ///< SQL: may hold GroupingAnalytics and ordinals
  std::vector<Expressions> grouping_sets;  ///< GroupingSets of Connect
  Expressions aggregates;                  ///< the output. Connect: grouping columns are put in front of it
  bool output_includes_grouping = false;   ///< SQL's SELECT list: nothing is put in front
  Origin group_by = {};                    ///< the words `GROUP BY ALL`
  bool ordinals_name_input = false;        ///< `|> AGGREGATE`: numbers in GROUP BY are columns of the input
};
/// PIVOT of SQL and of Connect. `values` null-sized means: ask the data (Connect only).
struct Pivot {
  RelationPtr input;
  Expressions grouping;      ///< Connect; SQL groups by all that is not mentioned
  bool implicit_grouping = false;
  Expressions aggregates;
  ExpressionPtr column;      ///< several pivot columns ride as a `struct` call
  Expressions values;        ///< each may be an Alias
};
struct Unpivot {
  RelationPtr input;
  Expressions ids;
  std::optional<std::vector<Expressions>> values;  ///< nullopt: all but ids
  std::vector<std::optional<std::string>> value_aliases;
  std::string variable_column;
  std::vector<std::string> value_columns;
  bool include_nulls = true;
  bool ids_implicit = false;  ///< SQL: ids are all columns not mentioned in values
};
/// `LATERAL VIEW [OUTER] explode(…) alias AS c1, c2`.
struct LateralView {
  RelationPtr input;
  ExpressionPtr generator;
  bool is_outer = false;
  std::string table_alias;
  std::vector<std::string> column_aliases;
};
struct SubqueryAlias {
  RelationPtr input;
  NameParts alias;  ///< empty: a border only, through which nothing below is seen (steps of a pipe)
  std::vector<std::string> columns;
};
struct CommonTable {
  std::string name;
  std::vector<std::string> columns;
  RelationPtr plan;
  std::optional<std::int64_t> most_rounds = {};  ///< MAX RECURSION LEVEL
};
struct With {
  std::vector<CommonTable> tables;
  bool is_recursive = false;
  RelationPtr body;
};
struct WithWindows {  ///< the WINDOW clause of a SELECT
  RelationPtr input;
  std::vector<std::pair<std::string, WindowSpec>> windows;
};
struct Sample {
  RelationPtr input;
  double lower = 0, upper = 1;
  bool with_replacement = false;
  std::optional<std::int64_t> seed;
  std::optional<std::int64_t> num_rows;  ///< TABLESAMPLE (n ROWS)
  bool is_sorted = false;                ///< by all columns first, so that splits of the same rows fit together
};
struct Repartition {  ///< a hint to us: the rows are the same
  RelationPtr input;
  std::optional<int> num_partitions;
  Expressions expressions;
  bool shuffle = true;
};
struct Hint {
  RelationPtr input;
  std::string name;
  Expressions parameters;
};
struct ToDf {
  RelationPtr input;
  std::vector<std::string> names;
};
struct WithColumns {
  RelationPtr input;
  Expressions aliases;
  bool must_exist = false;  ///< `|> SET`: replaces columns only
};
struct WithColumnsRenamed {
  RelationPtr input;
  std::vector<std::pair<std::string, std::string>> renames;
};
struct Drop {
  RelationPtr input;
  Expressions columns;
  std::vector<std::string> names;
  bool must_exist = false;  ///< `|> DROP`: what is not there is an error
};
struct ToSchema {
  RelationPtr input;
  types::Schema schema;
};
struct Deduplicate {
  RelationPtr input;
  std::vector<std::string> columns;
  bool all_columns = false;
  bool within_watermark = false;
};
struct ShowString {
  RelationPtr input;
  int num_rows = 20, truncate = 20;
  bool vertical = false;
};
struct HtmlString {
  RelationPtr input;
  int num_rows = 20, truncate = 20;
};
struct FillNa {
  RelationPtr input;
  std::vector<std::string> columns;   ///< empty: all that fit
  std::vector<types::Literal> values; ///< one for all, or one a column
};
struct DropNa {
  RelationPtr input;
  std::vector<std::string> columns;
  std::optional<int> min_non_nulls;
};
struct ReplaceNa {
  RelationPtr input;
  std::vector<std::string> columns;
  std::vector<std::pair<types::Literal, types::Literal>> replacements;
};
struct Summary {
  RelationPtr input;
  std::vector<std::string> statistics;
};
struct Describe {
  RelationPtr input;
  std::vector<std::string> columns;
};
struct Crosstab {
  RelationPtr input;
  std::string first, second;
};
struct Covariance {
  RelationPtr input;
  std::string first, second;
};
struct Correlation {
  RelationPtr input;
  std::string first, second, method;
};
struct ApproxQuantile {
  RelationPtr input;
  std::vector<std::string> columns;
  std::vector<double> probabilities;
  double relative_error = 0;
};
struct FreqItems {
  RelationPtr input;
  std::vector<std::string> columns;
  double support = 0.01;
};
struct SampleBy {
  RelationPtr input;
  ExpressionPtr column;
  std::vector<std::pair<types::Literal, double>> fractions;
  std::optional<std::int64_t> seed;
};
struct ParseRows {  ///< `spark.read.csv(rdd-like DataFrame)`: one text column in
  RelationPtr input;
  std::string format;
  std::optional<std::string> schema;
  Options options;
};
struct CollectMetrics {
  RelationPtr input;
  std::string name;
  Expressions metrics;
};
struct Transpose {
  RelationPtr input;
  Expressions index;
};
/// A table that the caller has opened already (DML over one snapshot). With `with_row_ids` two more columns follow those of the
/// schema: kFileIndexName (int, index into the scan's files) and kRowNumberName (bigint, physical row in that file).
struct SourceScan {
  std::shared_ptr<const scan::TableSource> source;
  NameParts name;  ///< qualifier of its columns
  bool with_row_ids = false;
};
inline constexpr const char* kFileIndexName = "__dflab_file";
inline constexpr const char* kRowNumberName = "__dflab_row";
/// A statement whose own small result is the relation (Delta Connect's history, detail, merge …). It runs when it is analyzed, as on a
/// real server.
struct StatementRelation {
  std::shared_ptr<const struct Statement> statement;
};
struct UnsupportedRelation {
  std::string what;  ///< as errors name it: `mapInPandas`, `watermark`
  RelationPtr input;
};

struct Relation {
  std::variant<OneRow, NamedTable, DataSource, LocalRelation, InlineTable, Range, TableFunction, CatalogCall, Project, Filter, Having, Join,
               AsOfJoin, SetOperation, Sort, Limit, Offset, Tail, Aggregate, Pivot, Unpivot, LateralView, SubqueryAlias, With, WithWindows,
               Sample, Repartition, Hint, ToDf, WithColumns, WithColumnsRenamed, Drop, ToSchema, Deduplicate, ShowString, HtmlString, FillNa,
               DropNa, ReplaceNa, Summary, Describe, Crosstab, Covariance, Correlation, ApproxQuantile, FreqItems, SampleBy, ParseRows,
               CollectMetrics, Transpose, StatementRelation, SourceScan, UnsupportedRelation>
      node;
  std::optional<std::int64_t> plan_id;  ///< Spark Connect's id of the DataFrame
  Origin origin;
};

template <typename Node>
RelationPtr make_relation(Node node, std::optional<std::int64_t> plan_id = {}, Origin origin = {}) {
  return std::make_shared<const Relation>(Relation{std::move(node), plan_id, std::move(origin)});
}

}  // namespace lab::plan
