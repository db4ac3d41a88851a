#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "access/access.h"
#include "analyze/analyzer.h"
#include "catalog/catalog.h"
#include "catalog/location.h"
#include "commands/session_state.h"
#include "types/value.h"

namespace lab::commands {

/// What statements act on; one for the whole lab. Everything in it is thread-safe.
struct World {
  store::Store& store;
  catalog::Catalog& catalog;
  catalog::Places& places;
  const Clock& clock;
  const access::Access& access;
};

/// A command's own small result.
struct LocalTable {
  types::Schema schema;
  std::shared_ptr<const std::string> arrow_stream;  ///< never null
};
/// Rows given as values, in an Arrow stream by Spark's types.
LocalTable make_table(types::Schema schema, const std::vector<types::Values>& rows);
/// What DDL returns: no columns, no rows.
LocalTable no_rows();

/// Something of the session that a text names.
struct TemporaryUse {
  std::string kind;  ///< VIEW, FUNCTION, VARIABLE
  plan::NameParts name;
};

/// Either rows that the caller still runs, or a finished result.
using Outcome = std::variant<plan::bound::Query, LocalTable>;

/// One statement of one session while it runs. Not thread-safe; lives as long as the statement.
class Statement final : public analyze::Context {
 public:
  Statement(World& world, SessionState& session, std::stop_token stop, exec::Executor::ProgressSink progress = {});
  /// For a text of the catalog: names and settings are those of its definition. What lasts sees nothing temporary.
  Statement(World& world, SessionState& session, std::stop_token stop, catalog::Definition definition, bool sees_temporary, exec::Executor::ProgressSink progress);

  /// Runs commands to their end; for queries analyzes only.
  Outcome execute(const plan::Statement& statement);
  plan::bound::Query analyze(const plan::RelationPtr& relation);
  /// The query as it is written, for what the session keeps by plan.
  plan::bound::Query bind(const plan::RelationPtr& relation) const;
  /// DataFrames which this statement's text names; they hide tables and views.
  void name_frames(std::vector<std::pair<std::string, plan::RelationPtr>> frames) { frames_ = std::move(frames); }

  World& world() const { return world_; }
  SessionState& session() const { return session_; }
  /// Whose rights decide over what the text of this statement names: the session's user, or the owner of the view whose text it is.
  const std::string& acting_user() const { return acting_user_ ? *acting_user_ : session_.user(); }
  void act_as(std::string user) { acting_user_ = std::move(user); }
  /// The text of a policy: its functions are found whatever the client's version.
  void serve_policy() { serves_policy_ = true; }
  const plan::bound::Policy& policy() const { return policy_; }
  std::stop_token stop() const { return stop_; }
  const exec::Executor::ProgressSink& progress() const { return progress_; }
  store::Origin origin(std::string request) const { return {session_.user(), "spark", std::move(request)}; }
  /// Tells the audit trail that the user got at something: `action` is SELECT, or what is done to it.
  void note_use(std::string action, std::string object) const;

  /// What a text written here and now means later.
  catalog::Definition definition_here() const;
  /// Temporary views, functions and variables that analysis came across so far, and whether it met a table, a view or a function that reads some.
  const std::vector<TemporaryUse>& temporaries() const { return temporaries_; }
  bool reads_data() const { return reads_data_; }
  /// The function of that name whose body is SQL.
  std::optional<catalog::SqlFunction> find_function_entry(const plan::NameParts& name) const;
  /// It with its body read.
  analyze::SqlFunction readable(const catalog::SqlFunction& entry) const;

  /// From here on what a plan's nodes name is opened once: for statements that analyze the same plan several times, between which others
  /// may change tables and files.
  void pin_sources() { pins_ = std::make_unique<Pins>(); }

  std::unique_ptr<engine::ResultStream> run(const plan::bound::Query& query) const;
  /// All rows, for small results.
  std::vector<types::Values> collect(const plan::bound::Query& query) const;

  /// The place that a path names to this session: `fs.s3a.*` settings, or such options of a read or write, may name another S3.
  catalog::Location locate(const std::string& path, const plan::Options& options = {}) const;

  // analyze::Context
  analyze::ResolvedTable resolve_table(const plan::NamedTable& table) const override;
  std::shared_ptr<const scan::TableSource> open_source(const plan::DataSource& source) const override;
  analyze::ResolvedTable resolve_source(const plan::DataSource& source) const override;
  std::shared_ptr<const scan::TableSource> parse_rows(const plan::ParseRows& rows) const override;
  std::shared_ptr<const scan::TableSource> run_catalog_call(const plan::CatalogCall& call) const override;
  std::shared_ptr<const scan::TableSource> run_statement(const plan::Statement& statement) const override;
  std::optional<std::string> setting(const std::string& key) const override;
  std::vector<std::vector<types::Value>> evaluate(const plan::bound::Query& query) const override;
  void use_kept_rows(plan::bound::Query& query) const override { session_.cached_plans().use_in(query); }
  std::optional<types::Literal> find_variable(const std::vector<std::string>& name) const override;
  std::optional<analyze::SqlFunction> find_sql_function(const std::vector<std::string>& name) const override;
  std::string current_user() const override { return session_.user(); }
  bool is_group_member(const std::string& group) const override;
  std::string current_catalog() const override { return catalog::kCatalogName; }
  std::string current_database() const override { return definition_ ? definition_->database : session_.current_database(); }

 private:
  /// By the node that asked. Trees of the statement and of views live as long as the statement, so that an address names a node.
  struct Pins {
    std::map<const void*, analyze::ResolvedTable> tables;
    std::map<const void*, std::shared_ptr<const scan::TableSource>> sources;
  };

  analyze::ResolvedTable find_table(const plan::NamedTable& table) const;
  analyze::ResolvedTable resolve_temp_view(const TempView& view, plan::NameParts name) const;
  analyze::ResolvedTable resolve_view(const catalog::Table& entry) const;
  analyze::ResolvedTable governed(std::shared_ptr<const scan::TableSource> source, const catalog::Location& location, plan::NameParts name) const;
  analyze::ResolvedTable find_any_table(const plan::NamedTable& table) const;
  std::shared_ptr<const scan::TableSource> open_files_of(const plan::DataSource& source) const;
  /// The place of a read of one Delta table by its path.
  std::optional<catalog::Location> lone_delta_place(const plan::DataSource& source) const;
  std::shared_ptr<const scan::TableSource> run_inner(const plan::Statement& statement) const;
  std::shared_ptr<const scan::TableSource> pinned(const void* node, const std::function<std::shared_ptr<const scan::TableSource>()>& open) const;

  World& world_;
  SessionState& session_;
  std::stop_token stop_;
  exec::Executor::ProgressSink progress_;
  plan::bound::Policy policy_;
  std::unique_ptr<Pins> pins_;  ///< null: nothing is pinned
  std::vector<std::pair<std::string, plan::RelationPtr>> frames_;
  std::optional<catalog::Definition> definition_;  ///< absent: the session's own
  bool sees_temporary_ = true;
  std::optional<std::string> acting_user_;  ///< absent: the session's
  bool serves_policy_ = false;
  mutable std::vector<TemporaryUse> temporaries_;
  mutable bool reads_data_ = false;
};

/// A table name in full: database and table of spark_catalog, or a path with its format (delta.`/x`).
struct TableRef {
  std::string database, table;
  plan::NameParts written;                  ///< as the statement says it
  std::string format;                       ///< set for a path
  std::optional<catalog::Location> location;  ///< of a path
  bool is_path() const { return location.has_value(); }
  /// `spark_catalog`.`db`.`t` as messages have it.
  std::string quoted() const;
};
/// Throws REQUIRES_SINGLE_PART_NAMESPACE and CATALOG_NOT_FOUND.
TableRef resolve_name(const plan::NameParts& name, const Statement& statement);
/// As resolve_name for a database: nothing means the current one.
std::string resolve_database(const plan::NameParts& name, const Statement& statement);

/// UNRESOLVED_ROUTINE of a name as it was written.
Error unresolved_routine(const plan::NameParts& name, const Statement& statement);
/// How SQL text is read where the statement's own names and settings hold.
sql::ParserOptions parser_options(const Statement& statement);

/// Where a name was looked for, which a 4.x client is told.
enum class SearchedIn { Everywhere, Session, Database };
/// TABLE_OR_VIEW_NOT_FOUND of a name as it was written; in one database only, of the name in full.
Error table_not_found(const plan::NameParts& name, const Statement& statement, SearchedIn searched = SearchedIn::Everywhere);

/// A Delta table that a statement changes. Throws TABLE_OR_VIEW_NOT_FOUND, or says that the format cannot do it.
struct DeltaTarget {
  std::shared_ptr<lake::delta::Table> table;
  std::optional<catalog::Table> entry;  ///< absent for a path
  std::string name;                     ///< for messages
  /// As Delta's own messages name it: spark_catalog.default.t, delta.`file:/x`.
  std::string shown_name() const;
};
DeltaTarget open_delta_target(const TableRef& ref, const Statement& statement, const char* operation);
/// A local place as Delta's messages name it: without the scheme.
std::string shown_path(const std::string& location);
/// Throws PATH_NOT_FOUND or DELTA_TABLE_NOT_FOUND when there is no Delta table at the place.
void require_delta_table(const DeltaTarget& target, const TableRef& ref, const Statement& statement);
/// The same for the target relation of MERGE, UPDATE, DELETE: a table with an optional alias around it.
struct DmlTarget {
  DeltaTarget delta;
  plan::NameParts qualifier;  ///< how the statement's columns name it
};
DmlTarget open_dml_target(const plan::RelationPtr& target, const Statement& statement, const char* operation);

/// A source over rows that are there already.
std::shared_ptr<const scan::TableSource> source_of(LocalTable table, std::string name);

}  // namespace lab::commands
