#include "commands/session_state.h"

#include "base/letter_case.h"

namespace lab::commands {
namespace {

template <typename Views>
bool put_view(Views& views, const std::string& name, TempView view, bool replace) {
  const std::string key = lower_case(name);
  if (!replace && views.contains(key)) return false;
  views.insert_or_assign(key, std::move(view));
  return true;
}

template <typename Map>
std::vector<std::string> keys_of(const Map& map) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

}  // namespace

std::optional<TempView> GlobalViews::find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = views_.find(lower_case(name));
  if (found == views_.end()) return std::nullopt;
  return found->second;
}

bool GlobalViews::put(const std::string& name, TempView view, bool replace) {
  const std::lock_guard lock(mutex_);
  return put_view(views_, name, std::move(view), replace);
}

bool GlobalViews::drop(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return views_.erase(lower_case(name)) > 0;
}

std::vector<std::string> GlobalViews::names() const {
  const std::lock_guard lock(mutex_);
  return keys_of(views_);
}

SessionState::SessionState(std::string user, bool is_spark4, std::unique_ptr<exec::Executor> executor, GlobalViews& global_views)
    : user_(std::move(user)), is_spark4_(is_spark4), executor_(std::move(executor)), global_views_(global_views) {}

std::optional<std::string> SessionState::explicit_setting(const std::string& key) const {
  const std::shared_lock lock(mutex_);
  const auto found = settings_.find(key);
  if (found == settings_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> SessionState::setting(const std::string& key) const {
  if (auto value = explicit_setting(key)) return value;
  const SettingRow* row = find_setting(key);
  if (row == nullptr) return std::nullopt;
  return std::string(is_spark4_ ? row->spark4 : row->spark3);
}

void SessionState::set_setting(const std::string& key, const std::string& value) {
  check_modifiable(key, is_spark4_);
  check_setting_value(key, value, is_spark4_);
  const std::unique_lock lock(mutex_);
  settings_.insert_or_assign(key, value);
}

void SessionState::unset_setting(const std::string& key) {
  check_modifiable(key, is_spark4_);
  const std::unique_lock lock(mutex_);
  settings_.erase(key);
}

std::map<std::string, std::string> SessionState::settings() const {
  const std::shared_lock lock(mutex_);
  return settings_;
}

std::string SessionState::current_database() const {
  const std::shared_lock lock(mutex_);
  return database_;
}

void SessionState::set_current_database(std::string name) {
  const std::unique_lock lock(mutex_);
  database_ = lower_case(name);
}

std::optional<TempView> SessionState::find_temp_view(const std::string& name) const {
  const std::shared_lock lock(mutex_);
  const auto found = temp_views_.find(lower_case(name));
  if (found == temp_views_.end()) return std::nullopt;
  return found->second;
}

bool SessionState::put_temp_view(const std::string& name, TempView view, bool replace) {
  const std::unique_lock lock(mutex_);
  return put_view(temp_views_, name, std::move(view), replace);
}

bool SessionState::drop_temp_view(const std::string& name) {
  const std::unique_lock lock(mutex_);
  return temp_views_.erase(lower_case(name)) > 0;
}

std::vector<std::string> SessionState::temp_view_names() const {
  const std::shared_lock lock(mutex_);
  return keys_of(temp_views_);
}

std::optional<SessionVariable> SessionState::find_variable(const std::string& name) const {
  const std::shared_lock lock(mutex_);
  const auto found = variables_.find(lower_case(name));
  if (found == variables_.end()) return std::nullopt;
  return found->second;
}

bool SessionState::put_variable(const std::string& name, SessionVariable variable, bool replace) {
  const std::unique_lock lock(mutex_);
  if (!replace) return variables_.emplace(lower_case(name), std::move(variable)).second;
  variables_.insert_or_assign(lower_case(name), std::move(variable));
  return true;
}

bool SessionState::drop_variable(const std::string& name) {
  const std::unique_lock lock(mutex_);
  return variables_.erase(lower_case(name)) > 0;
}

std::map<std::string, SessionVariable> SessionState::variables() const {
  const std::shared_lock lock(mutex_);
  return variables_;
}

std::optional<catalog::SqlFunction> SessionState::find_function(const std::string& name) const {
  const std::shared_lock lock(mutex_);
  const auto found = functions_.find(lower_case(name));
  if (found == functions_.end()) return std::nullopt;
  return found->second;
}

bool SessionState::put_function(catalog::SqlFunction function, bool replace) {
  const std::unique_lock lock(mutex_);
  const std::string key = lower_case(function.name);
  if (!replace) return functions_.emplace(key, std::move(function)).second;
  functions_.insert_or_assign(key, std::move(function));
  return true;
}

bool SessionState::drop_function(const std::string& name) {
  const std::unique_lock lock(mutex_);
  return functions_.erase(lower_case(name)) > 0;
}

std::map<std::string, catalog::SqlFunction> SessionState::functions() const {
  const std::shared_lock lock(mutex_);
  return functions_;
}

sql::ParserOptions parser_options(const SessionState& state) {
  return parser_options(state.is_spark4(), [&state](const char* key) { return state.setting(key); });
}

sql::ParserOptions parser_options(bool is_spark4, const std::function<std::optional<std::string>(const char* key)>& setting) {
  sql::ParserOptions options;
  options.time_zone = setting("spark.sql.session.timeZone").value_or("UTC");
  options.timestamp_is_ntz = setting("spark.sql.timestampType").value_or("") == "TIMESTAMP_NTZ";
  options.doubled_quotes = is_spark4;
  options.is_spark4 = is_spark4;
  options.bang_is_not = !is_spark4;
  options.single_pipe = is_spark4 && setting("spark.sql.parser.singleCharacterPipeOperator.enabled").value_or("true") != "false";
  if (setting("spark.sql.variable.substitute").value_or("true") != "false") options.setting = setting;
  return options;
}

}  // namespace lab::commands
