#include "commands/conditions.h"
#include "commands/execute.h"
#include "commands/listing.h"
#include "compute/zone.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

const types::Schema& pair_schema() {
  static const types::Schema schema{text_column("key"), text_column("value")};
  return schema;
}

plan::NameParts split_key(const std::string& key) {
  plan::NameParts parts{""};
  for (const char c : key) {
    if (c == '.') parts.emplace_back();
    else parts.back() += c;
  }
  return parts;
}

Error cannot_modify_static(const std::string& key, const Statement& context) {
  if (!context.policy().is_spark4) return Error(conditions::kCannotModifyStatic3, {{"key", key}});
  return Error(conditions::kCannotModifyStatic, {{"key", "\"" + key + "\""}});
}

}  // namespace

LocalTable set_config(const plan::SetConfig& command, Statement& context) {
  SessionState& session = context.session();
  if (!command.key) {
    std::vector<types::Values> rows;
    for (const auto& [key, value] : session.settings()) rows.push_back({text_value(key), text_value(value)});
    return make_table(pair_schema(), rows);
  }
  if (command.value) {
    const plan::NameParts parts = split_key(*command.key);
    if (context.find_variable(parts)) throw Error(conditions::kSetVariableUsingSet, {{"variableName", types::quote_parts(parts)}});
    if (const SettingRow* row = find_setting(*command.key); row != nullptr && row->scope == SettingScope::Static)
      throw cannot_modify_static(*command.key, context);
    session.set_setting(*command.key, *command.value);
    return make_table(pair_schema(), {{text_value(*command.key), text_value(*command.value)}});
  }
  return make_table(pair_schema(), {{text_value(*command.key), text_value(session.setting(*command.key).value_or("<undefined>"))}});
}

LocalTable reset_config(const plan::ResetConfig& command, Statement& context) {
  if (command.key) {
    context.session().unset_setting(*command.key);
  } else {
    for (const auto& [key, value] : context.session().settings()) context.session().unset_setting(key);
  }
  return no_rows();
}

LocalTable set_time_zone(const plan::SetTimeZone& command, Statement& context) {
  const std::string key = "spark.sql.session.timeZone";
  const std::string zone = command.is_local ? "UTC" : command.zone;
  if (compute::Zone::try_find(zone) == nullptr) {
    if (!context.policy().is_spark4)
      throw Error(conditions::kInvalidTimeZone3, {{"zone", zone}});
    throw Error(conditions::kInvalidTimeZoneConf, {{"confValue", zone}, {"confName", key}});
  }
  context.session().set_setting(key, zone);
  return make_table(pair_schema(), {{text_value(key), text_value(zone)}});
}

}  // namespace lab::commands
