#pragma once

#include "plan/relation.h"

/// Statements that do something, out of SQL text and Connect commands. A query is a Statement too.
namespace lab::plan {

enum class SaveMode : std::uint8_t { ErrorIfExists, Append, Overwrite, Ignore };

/// GENERATED ALWAYS | BY DEFAULT AS IDENTITY.
struct IdentityDefinition {
  std::int64_t start = 1, step = 1;
  bool allows_explicit = false;
};
struct ColumnDefinition {
  types::Field field;
  std::optional<std::string> comment, default_sql, generated_sql;
  std::optional<IdentityDefinition> identity = {};
};
/// `PARTITIONED BY (a, days(b))` and CLUSTER BY: plain columns are attributes, transforms calls.
/// CLUSTERED BY (…) SORTED BY (…) INTO n BUCKETS.
struct BucketSpec {
  std::vector<std::string> columns, sort_columns;
  std::int64_t count = 0;
};
struct TableDefinition {
  NameParts name;
  std::vector<ColumnDefinition> columns;
  Expressions partitioning;
  std::vector<std::string> clustering;
  std::string provider;               ///< USING; empty = session's default
  Options options, properties;        ///< property keys keep their case
  std::optional<std::string> location, comment;
  bool is_external = false;
  std::optional<BucketSpec> buckets = {};
};

struct CreateNamespace { NameParts name; bool if_not_exists = false; std::optional<std::string> comment, location; Options properties; };
struct DropNamespace { NameParts name; bool if_exists = false, cascade = false; };
struct ShowNamespaces { NameParts in; std::optional<std::string> pattern; };
struct UseNamespace { NameParts name; bool is_catalog_only = false; };
struct DescribeNamespace { NameParts name; bool extended = false; };

struct CreateTable { TableDefinition table; bool if_not_exists = false, or_replace = false, is_replace = false; RelationPtr query; };
struct CreateTableLike { NameParts name, source; bool if_not_exists = false; std::optional<std::string> location; std::string provider; };
struct DropTable { NameParts name; bool if_exists = false, purge = false; };
struct TruncateTable { NameParts name; };
struct ShowTables { NameParts in; std::optional<std::string> pattern; bool extended = false; };
struct ShowViews { NameParts in; std::optional<std::string> pattern; };
struct ShowColumns { NameParts table; };
struct ShowCreateTable { NameParts name; };
struct ShowTableProperties { NameParts name; std::optional<std::string> key; };
struct ShowPartitions { NameParts name; };
struct ShowFunctions { std::optional<std::string> pattern; std::string scope; NameParts in = {}; };
struct ShowCurrentNamespace {};
struct ShowCatalogs { std::optional<std::string> pattern; };
struct DescribeTable { NameParts name; bool extended = false; std::optional<std::string> column; };
struct DescribeQuery { RelationPtr query; };
struct DescribeFunction { NameParts name; bool extended = false; };
struct DescribeHistory { NameParts table; std::optional<std::string> path; std::optional<int> limit; };
struct DescribeDetail { NameParts table; std::optional<std::string> path; };

struct CreateView {
  NameParts name;
  std::vector<types::Field> columns;  ///< names and comments only
  RelationPtr query;
  std::string sql;                    ///< text of the query, when it came as SQL
  bool is_temporary = false, is_global = false, or_replace = false, if_not_exists = false;
  std::optional<std::string> comment;
  Options properties = {};
  std::string schema_mode = {};  ///< WITH SCHEMA: BINDING, COMPENSATION, TYPE EVOLUTION, EVOLUTION; empty: not said
};
struct DropView { NameParts name; bool if_exists = false, is_temporary = false; };

struct FunctionParameter { types::Field field; std::optional<std::string> default_sql; };
/// `CREATE FUNCTION … RETURN …`. The body stays text: it is read anew where the function is called.
struct CreateFunction {
  NameParts name;
  std::vector<FunctionParameter> parameters;
  bool is_table = false;
  std::optional<types::DataType> returns;       ///< of a scalar function; absent: what the body gives
  std::optional<types::Schema> return_columns;  ///< of a table function; absent: what the body gives
  std::string body;                             ///< behind RETURN
  bool body_is_query = false;
  std::optional<std::string> comment;
  std::optional<bool> is_deterministic, reads_data;
  bool is_temporary = false, or_replace = false, if_not_exists = false;
};
struct DropFunction { NameParts name; bool if_exists = false, is_temporary = false; };
struct RefreshFunction { NameParts name; };

struct Insert {
  NameParts table;
  std::vector<std::string> columns;
  std::vector<std::pair<std::string, ExpressionPtr>> partition;  ///< null expression: dynamic
  RelationPtr query;
  bool overwrite = false, by_name = false;
  ExpressionPtr replace_where;
};
/// `FROM … INSERT … INSERT …`: one after another.
struct InsertAll { std::vector<Insert> inserts; };
struct MergeAssignment { NameParts column; ExpressionPtr value; };
struct MergeClause {
  enum class When : std::uint8_t { Matched, NotMatched, NotMatchedBySource };
  enum class Action : std::uint8_t { Update, UpdateAll, Insert, InsertAll, Delete };
  When when = When::Matched;
  Action action = Action::Update;
  ExpressionPtr condition;
  std::vector<MergeAssignment> assignments;
};
struct Merge {
  RelationPtr target, source;  ///< with their aliases
  ExpressionPtr condition;
  std::vector<MergeClause> clauses;
  bool with_schema_evolution = false;
};
struct Update { RelationPtr target; std::vector<MergeAssignment> assignments; ExpressionPtr condition; };
struct Delete { RelationPtr target; ExpressionPtr condition; };
/// `ALTER TABLE … SET|UNSET TBLPROPERTIES`.
struct SetTableProperties { NameParts table; Options properties; std::vector<std::string> unset; bool if_exists = false; };
/// `CREATE TABLE … SHALLOW CLONE …`.
struct CloneTable {
  NameParts source, target;
  std::optional<std::string> version;  ///< of the source, as text
  ExpressionPtr timestamp;
  std::optional<std::string> location;
  Options properties;
  bool or_replace = false, is_replace = false, if_not_exists = false, is_shallow = true;
};
/// `CONVERT TO DELTA parquet.`/path` [NO STATISTICS] [PARTITIONED BY (…)]`.
struct ConvertToDelta { NameParts table; types::Schema partitions; bool returns_name = false; };  ///< returns_name: one row says what the table is called now
struct RestoreTable { RelationPtr target; std::optional<std::int64_t> version; ExpressionPtr timestamp; };

/// What a GRANT is about. `kind` as it is written, in upper case: CATALOG, SCHEMA, DATABASE, TABLE, VIEW; a catalog may have no name.
struct SecurableName { std::string kind; NameParts name; };
struct GrantPrivileges { std::vector<std::string> privileges; SecurableName on; std::string principal; };
struct RevokePrivileges { std::vector<std::string> privileges; SecurableName on; std::string principal; };
struct ShowGrants { SecurableName on; std::optional<std::string> principal; };
/// `ALTER TABLE … SET ROW FILTER f ON (…)`, and `DROP ROW FILTER` without a function.
struct SetRowFilter { NameParts table, function; std::vector<std::string> columns; };
/// `ALTER TABLE … ALTER COLUMN c SET MASK f [USING COLUMNS (…)]`, and `DROP MASK` without a function.
struct SetColumnMask { NameParts table; std::string column; NameParts function; std::vector<std::string> using_columns; };

struct SetConfig { std::optional<std::string> key, value; bool verbose = false; };  ///< no key: list all; no value: show it
struct ResetConfig { std::optional<std::string> key; };
struct SetTimeZone { std::string zone; bool is_local = false; };
/// Session variables. No default: NULL of the type.
struct DeclareVariable { std::vector<NameParts> names; std::optional<types::DataType> type; ExpressionPtr default_value; std::string default_sql; bool or_replace = false; };
struct DropVariable { NameParts name; bool if_exists = false; };
struct SetVariable { std::vector<NameParts> names; Expressions values; RelationPtr query; };  ///< a null value: the default; else one row of `query`
struct ExecuteImmediate { ExpressionPtr text; std::vector<NameParts> into; Expressions arguments; };  ///< aliased arguments are named ones
struct CacheTable { NameParts name; bool is_lazy = false; RelationPtr query; Options options; };
struct UncacheTable { NameParts name; bool if_exists = false; };
struct ClearCache {};
struct RefreshTable { NameParts name; std::optional<std::string> path; };
struct Explain { std::shared_ptr<const struct Statement> statement; std::string mode; };

/// `df.write.format(…).save/saveAsTable/insertInto`.
struct WriteOperation {
  enum class Target : std::uint8_t { Path, SaveAsTable, InsertInto };
  RelationPtr input;
  std::string source;
  SaveMode mode = SaveMode::ErrorIfExists;
  Target target = Target::Path;
  std::string path;   ///< Path; may be empty (noop)
  NameParts table;
  std::vector<std::string> partition_by, sort_by, bucket_by, cluster_by;
  int num_buckets = 0;
  Options options;
};
/// `df.writeTo(…)`.
struct WriteOperationV2 {
  enum class Mode : std::uint8_t { Create, Overwrite, OverwritePartitions, Append, Replace, CreateOrReplace };
  RelationPtr input;
  NameParts table;
  std::string provider;
  Expressions partitioning;
  Options options, properties;
  Mode mode = Mode::Create;
  ExpressionPtr overwrite_condition;
  std::vector<std::string> cluster_by;
};
/// Known to the grammar or the protocol, not done yet: ends in UNSUPPORTED_FEATURE with this name.
struct UnsupportedCommand { std::string what; NameParts table = {}; };  ///< `table` is looked up first

struct Statement {
  std::variant<RelationPtr, CreateNamespace, DropNamespace, ShowNamespaces, UseNamespace, DescribeNamespace, CreateTable, CreateTableLike,
               DropTable, TruncateTable, ShowTables, ShowViews, ShowColumns, ShowCreateTable, ShowTableProperties, ShowPartitions, ShowFunctions,
               ShowCurrentNamespace, ShowCatalogs, DescribeTable, DescribeQuery, DescribeFunction, DescribeHistory, DescribeDetail, CreateView, DropView, CreateFunction, DropFunction, RefreshFunction, Insert, InsertAll, Merge,
               Update, Delete, GrantPrivileges, RevokePrivileges, ShowGrants, SetRowFilter, SetColumnMask, SetTableProperties, CloneTable, ConvertToDelta, RestoreTable, DeclareVariable, DropVariable, SetVariable, ExecuteImmediate, SetConfig, ResetConfig, SetTimeZone, CacheTable, UncacheTable, ClearCache, RefreshTable, Explain,
               WriteOperation, WriteOperationV2, UnsupportedCommand>
      node;
  Origin origin;

  bool is_query() const { return std::holds_alternative<RelationPtr>(node); }
};

}  // namespace lab::plan
