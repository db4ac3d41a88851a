#include "commands/conditions.h"
#include "commands/execute.h"
#include "commands/listing.h"

namespace lab::commands {
namespace {

const types::Schema& pair_schema() {
  static const types::Schema schema{text_column("key"), text_column("value")};
  return schema;
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
  context.session().set_setting(key, zone);
  return make_table(pair_schema(), {{text_value(key), text_value(zone)}});
}

}  // namespace lab::commands
