#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "analyze/analyzer.h"
#include "catalog/sql_function.h"
#include "commands/cached_plans.h"
#include "exec/executor.h"
#include "plan/command.h"
#include "sql/parser.h"

namespace lab::commands {

/// A temporary view: its plan and, by SQL, the names its columns got.
struct TempView {
  plan::RelationPtr plan;
  std::vector<std::string> columns;
  std::string comment;
  std::optional<catalog::Definition> definition = {};  ///< of a view made by SQL: where its names were looked up
};

/// A session variable: its value now, and what DEFAULT stands for.
struct SessionVariable {
  types::Literal value;
  plan::ExpressionPtr default_value;  ///< null: NULL
};

/// Temporary views of the whole lab (`global_temp`), shared by all sessions. Thread-safe.
class GlobalViews {
 public:
  std::optional<TempView> find(const std::string& name) const;
  bool put(const std::string& name, TempView view, bool replace);
  bool drop(const std::string& name);
  std::vector<std::string> names() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, TempView> views_;
};

/// What a session remembers between statements. Thread-safe.
class SessionState {
 public:
  SessionState(std::string user, bool is_spark4, std::unique_ptr<exec::Executor> executor, GlobalViews& global_views);

  const std::string& user() const { return user_; }
  bool is_spark4() const { return is_spark4_; }
  std::string spark_version() const { return is_spark4_ ? "4.2.0" : "3.5.5"; }
  exec::Executor& executor() { return *executor_; }

  /// A setting's value: what was set, else the default of this client's Spark; nullopt for unknown keys.
  std::optional<std::string> setting(const std::string& key) const;
  /// Only what was set.
  std::optional<std::string> explicit_setting(const std::string& key) const;
  /// Both throw what check_modifiable() and check_setting_value() say.
  void set_setting(const std::string& key, const std::string& value);
  void unset_setting(const std::string& key);
  /// All defaults and what was set, by key.
  std::map<std::string, std::string> settings() const;

  std::string current_database() const;
  void set_current_database(std::string name);

  std::optional<TempView> find_temp_view(const std::string& name) const;
  /// False when it exists and `replace` is not wanted.
  bool put_temp_view(const std::string& name, TempView view, bool replace);
  bool drop_temp_view(const std::string& name);
  std::vector<std::string> temp_view_names() const;
  GlobalViews& global_views() { return global_views_; }

  /// Variables by their last name, without case.
  std::optional<SessionVariable> find_variable(const std::string& name) const;
  bool put_variable(const std::string& name, SessionVariable variable, bool replace);
  bool drop_variable(const std::string& name);
  std::map<std::string, SessionVariable> variables() const;

  /// Temporary functions by name, without case.
  std::optional<catalog::SqlFunction> find_function(const std::string& name) const;
  /// False when it exists and `replace` is not wanted.
  bool put_function(catalog::SqlFunction function, bool replace);
  bool drop_function(const std::string& name);
  std::map<std::string, catalog::SqlFunction> functions() const;

  /// What CACHE TABLE and `df.persist()` keep.
  CachedPlans& cached_plans() { return cached_plans_; }

 private:
  const std::string user_;
  const bool is_spark4_;
  std::unique_ptr<exec::Executor> executor_;
  CachedPlans cached_plans_{*executor_};  // goes before its executor
  GlobalViews& global_views_;
  mutable std::shared_mutex mutex_;
  std::map<std::string, std::string> settings_;
  std::map<std::string, TempView> temp_views_;
  std::map<std::string, SessionVariable> variables_;
  std::map<std::string, catalog::SqlFunction> functions_;
  std::string database_ = "default";
};

/// How this session's SQL text is read. `setting` is kept: what it refers to outlives the options.
sql::ParserOptions parser_options(const SessionState& state);
sql::ParserOptions parser_options(bool is_spark4, const std::function<std::optional<std::string>(const char* key)>& setting);

/// Who may change a setting: a session at any time; nobody once Spark runs (static SQL settings); nobody by SQL's or the session's
/// words (settings of Spark's core); anybody, without it being one of the session's (application name).
enum class SettingScope : std::uint8_t { Session, Static, Core, Application };

/// A setting that Spark knows: its defaults for both lines and whether `spark.conf.set` may change it.
struct SettingRow {
  std::string_view key;
  std::string_view spark3, spark4;
  SettingScope scope = SettingScope::Session;
};
const SettingRow* find_setting(std::string_view key);
/// Throws CANNOT_MODIFY_STATIC_CONFIG and CANNOT_MODIFY_CONFIG.
void check_modifiable(const std::string& key, bool is_spark4);
/// Throws INVALID_CONF_VALUE.* for a value that is not of the setting's type or none of its choices.
void check_setting_value(const std::string& key, const std::string& value, bool is_spark4);

}  // namespace lab::commands
