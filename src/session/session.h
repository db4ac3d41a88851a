#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "commands/statement.h"
#include "engine/engine.h"
#include "plan/bound.h"
#include "plan/command.h"
#include "sql/parser.h"

namespace lab::session {

/// Spark's line of versions that a client belongs to; chooses defaults (ANSI) and behaviour.
enum class ClientVersion { Spark3, Spark4 };

/// What a statement gave back.
struct Rows {  ///< a query's rows, still to be read
  std::unique_ptr<engine::ResultStream> stream;
  types::Schema schema;
};
struct LocalResult {  ///< a command's own small table (SHOW TABLES, DESCRIBE, MERGE's counts); empty schema: nothing to show
  types::Schema schema;
  std::shared_ptr<const std::string> arrow_stream;
};
using Result = std::variant<Rows, LocalResult>;

/// How a running statement talks to its client.
struct Running {
  std::stop_token stop;
  std::function<void(const engine::Progress&)> progress;
};

/// What a SQL text refers to besides tables: parameters, and DataFrames by name.
struct SqlArguments {
  std::vector<std::pair<std::string, plan::ExpressionPtr>> named;
  std::vector<plan::ExpressionPtr> positional;
  std::vector<std::pair<std::string, plan::RelationPtr>> frames;
};

using commands::StorageLevel;

/// State of one client session: settings, temp views, current database, cached relations. It hands work on to `commands` and
/// `exec`. Thread-safe; statements of one session may run side by side.
class Session {
 public:
  virtual ~Session() = default;

  virtual const std::string& id() const = 0;
  virtual const std::string& user() const = 0;
  virtual ClientVersion version() const = 0;
  virtual std::string spark_version() const = 0;  ///< "3.5.5", "4.2.0"

  /// Runs anything: a query, DDL, a write. Blocks until a command is done, or until a query's first rows can be read.
  virtual Result execute(const plan::Statement& statement, const Running& running) = 0;
  /// Parses and runs SQL. A query is not run: it comes back as its relation, as Spark's sql_command does.
  virtual std::variant<plan::RelationPtr, LocalResult> execute_sql(const std::string& text, SqlArguments arguments, const Running& running) = 0;
  /// Only looks: the schema a relation would have.
  virtual types::Schema analyze(const plan::RelationPtr& relation) = 0;
  /// Runs a small query to its end.
  virtual std::pair<types::Schema, std::vector<types::Values>> collect(const plan::RelationPtr& relation, const Running& running) = 0;
  /// Parses an expression or statement as this session reads texts (time zone, timestamp type, variables that IDENTIFIER(…) names). Not
  /// to be used once the session is gone.
  virtual sql::ParserOptions parser_options() = 0;
  virtual std::string explain(const plan::RelationPtr& relation, const std::string& mode) = 0;
  /// `df.sameSemantics(other)`.
  virtual bool same_semantics(const plan::RelationPtr& left, const plan::RelationPtr& right) = 0;
  virtual std::vector<std::string> input_files(const plan::RelationPtr& relation) = 0;

  /// Settings (`spark.conf`). get: value or default; nullopt when the key is unknown and unset. set throws CANNOT_MODIFY_CONFIG
  /// only where Spark's clients expect it; static keys are taken without a warning.
  virtual std::optional<std::string> setting(const std::string& key) const = 0;
  /// Only what was set.
  virtual std::optional<std::string> explicit_setting(const std::string& key) const = 0;
  virtual void set_setting(const std::string& key, const std::string& value) = 0;
  virtual void unset_setting(const std::string& key) = 0;
  virtual std::vector<std::pair<std::string, std::string>> settings(const std::optional<std::string>& prefix) const = 0;
  virtual bool is_setting_modifiable(const std::string& key) const = 0;

  /// Settings, temporary views and current database go to another session (CloneSession).
  virtual void copy_to(Session& other) const = 0;

  /// Cached artifacts (`cache/<sha256>`): large local relations. Throws ARTIFACTS_TOO_LARGE when a session keeps more bytes of them than
  /// its engine may use.
  virtual void put_artifact(const std::string& name, std::shared_ptr<const std::string> bytes) = 0;
  virtual std::shared_ptr<const std::string> find_artifact(const std::string& name) const = 0;

  /// `df.checkpoint()`: keeps the rows under an id until they are forgotten or the session ends. `eager`: they are read now, else at first use.
  virtual std::string keep(const plan::RelationPtr& relation, bool eager, const Running& running) = 0;
  /// The kept rows as a relation. Throws CONNECT_INVALID_PLAN.DATAFRAME_NOT_FOUND.
  virtual plan::RelationPtr find_kept(const std::string& id) = 0;
  virtual void forget_kept(const std::string& id) = 0;

  /// `df.cache()` and `persist`: the rows are kept by plan (commands::CachedPlans), and read when a query first needs them.
  virtual void persist(const plan::RelationPtr& relation, const StorageLevel& level) = 0;
  virtual void unpersist(const plan::RelationPtr& relation) = 0;
  /// Nothing when the relation is not persisted.
  virtual std::optional<StorageLevel> storage_level(const plan::RelationPtr& relation) = 0;
};

/// One line of the page on port 4040.
struct StatementRecord {
  std::string session_id, user, operation_id, text, state;
  std::int64_t started_micros = 0, finished_micros = 0;
  std::string error;
};

/// Keeps the sessions of the Spark role; times idle ones out. Thread-safe.
class SessionManager {
 public:
  virtual ~SessionManager() = default;
  /// The session of (user, id), made at first use. Throws INVALID_HANDLE.SESSION_CLOSED for one that was released.
  virtual std::shared_ptr<Session> open(const std::string& user, const std::string& session_id, ClientVersion version) = 0;
  virtual void release(const std::string& user, const std::string& session_id, bool may_return = false) = 0;
  /// True for one that was released for good, or timed out.
  virtual bool was_closed(const std::string& user, const std::string& session_id) const = 0;
  virtual std::vector<std::shared_ptr<Session>> sessions() const = 0;
  virtual std::vector<StatementRecord> statements() const = 0;
  virtual void record(StatementRecord record) = 0;
  /// Ends sessions that nobody used for `idle`, and gives memory back that statements left; called by one timer.
  virtual void expire(std::chrono::seconds idle) = 0;

  /// `world` and `ledger` must outlive it. `options` are those of one session's engine; its memory is what the ledger gives it.
  static std::unique_ptr<SessionManager> create(commands::World& world, engine::InstanceOptions options, exec::MemoryLedger& ledger);
};

}  // namespace lab::session
