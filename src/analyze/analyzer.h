#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analyze/sql_function.h"
#include "plan/bound.h"
#include "plan/command.h"
#include "scan/table_source.h"

namespace lab::analyze {

/// What a lasting view promised of its columns when it was made; its text may give others by now.
struct ViewShape {
  types::Schema columns;                   ///< the view's own
  std::vector<std::string> query_columns;  ///< where each stands in what the text gives, by name
  std::string schema_mode;                 ///< as WITH SCHEMA names it; empty and BINDING: the types are bound
  std::string text;                        ///< of the view
};

/// What a table name stands for: rows to scan, or a view's plan (already parsed) to analyze in its own context.
struct ResolvedTable {
  std::shared_ptr<const scan::TableSource> source;
  plan::RelationPtr view;
  std::vector<std::string> view_columns;   ///< names the view gives its columns; empty: as the plan says
  std::vector<std::string> qualified_name; ///< spark_catalog, default, t; a temp view has only its name
  std::shared_ptr<const ViewShape> shape = {};            ///< of a lasting view
  std::shared_ptr<const Surroundings> surroundings = {};  ///< of a view's text; null: those of the query
  bool is_guarded = false;  ///< a view through which nothing of the query around it is moved: what it hides stays hidden
};

/// The world that analysis asks. Implemented by `commands` over catalog, lake and session; by maps in tests. Calls may block on disk.
class Context {
 public:
  virtual ~Context() = default;
  /// Throws TABLE_OR_VIEW_NOT_FOUND, or names the format in an error of its own.
  virtual ResolvedTable resolve_table(const plan::NamedTable& table) const = 0;
  /// `read.format(…)`: throws PATH_NOT_FOUND, UNABLE_TO_INFER_SCHEMA, DATA_SOURCE_NOT_FOUND.
  virtual std::shared_ptr<const scan::TableSource> open_source(const plan::DataSource& source) const = 0;
  /// The same as what it stands for, which may be the view that governs the table there.
  virtual ResolvedTable resolve_source(const plan::DataSource& source) const { return {open_source(source), nullptr, {}, {}}; }
  /// `read.json(rows)`, `read.csv(rows)`: runs the input and keeps its texts. Not everybody can.
  virtual std::shared_ptr<const scan::TableSource> parse_rows(const plan::ParseRows& rows) const;
  /// `spark.catalog.*` lists, as rows.
  virtual std::shared_ptr<const scan::TableSource> run_catalog_call(const plan::CatalogCall& call) const = 0;
  /// Runs a statement whose result is a relation (plan::StatementRelation).
  virtual std::shared_ptr<const scan::TableSource> run_statement(const plan::Statement& statement) const = 0;
  /// A session setting by its key, nullopt when it is neither set nor has a default.
  virtual std::optional<std::string> setting(const std::string& key) const = 0;
  /// Runs a query at once, for what analysis must ask of the data (pivot values); rows of literals.
  virtual std::vector<std::vector<types::Value>> evaluate(const plan::bound::Query& query) const = 0;
  /// Puts rows that the session keeps (df.cache()) in place of the parts of a query that made them.
  virtual void use_kept_rows(plan::bound::Query& query) const { (void)query; }
  /// The value of a session variable under any of its names; nullopt when there is none.
  virtual std::optional<types::Literal> find_variable(const std::vector<std::string>& name) const { return (void)name, std::nullopt; }
  /// The function of that name whose body is SQL.
  virtual std::optional<SqlFunction> find_sql_function(const std::vector<std::string>& name) const { return (void)name, std::nullopt; }
  /// Whether the current user is in a group of the lab.
  virtual bool is_group_member(const std::string& group) const { return (void)group, false; }
  virtual std::string current_user() const = 0;
  virtual std::string current_catalog() const = 0;
  virtual std::string current_database() const = 0;
};

/// Names, types and casts by Spark's rules. Parameters (`:x`, `?`) have been put in place by the parser. Throws Error with Spark's conditions and the origin of the node at fault.
plan::bound::Query analyze(const plan::RelationPtr& relation, const Context& context, const plan::bound::Policy& policy);
/// The same query as it is written: no kept rows are used and no columns are left out. For comparing plans, not for running them.
plan::bound::Query bind(const plan::RelationPtr& relation, const Context& context, const plan::bound::Policy& policy);

/// A lone expression over the columns of a schema (check constraints, replaceWhere, MERGE conditions): the relation is a Project or
/// Filter that the caller builds; this is for constants (options, LIMIT, DEFAULT). Throws when it is not foldable.
types::Literal evaluate_constant(const plan::ExpressionPtr& expression, const plan::bound::Policy& policy);

/// How values are brought to a column's type where it differs: Spark's store assignment, or the freer ways of Delta.
struct StoreRules {
  bool any_cast = false;        ///< whatever an ANSI cast can make of the value
  bool nested_by_name = false;  ///< fields of structs by name, also where columns go by position
  bool fills_missing = false;   ///< fields that a struct lacks are NULL
};

/// Columns of `query` cast for storing into `target` by position or name, by Spark's store assignment rules (ANSI policy by default).
/// Throws INCOMPATIBLE_DATA_FOR_TABLE.* and INSERT_COLUMN_ARITY_MISMATCH.*.
plan::bound::Query cast_for_insert(plan::bound::Query query, const types::Schema& target, bool by_name, const std::string& table_name,
                                   const StoreRules& rules = {});

/// The policy of a session: version, spark.sql.ansi.enabled, session time zone, and the instant of the query.
plan::bound::Policy policy_of(const Context& context, bool is_spark4, std::int64_t now_micros);

}  // namespace lab::analyze
