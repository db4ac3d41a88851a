#include <nlohmann/json.hpp>

#include "base/letter_case.h"
#include "commands/conditions.h"
#include "commands/delta_write.h"
#include "commands/execute.h"
#include "types/type_text.h"

/// ALTER TABLE … SET|UNSET TBLPROPERTIES.
namespace lab::commands {

namespace delta = lake::delta;

namespace {

using Properties = std::map<std::string, std::string>;

void erase_key(Properties& properties, const std::string& key) {
  std::erase_if(properties, [&](const auto& entry) { return equal_ignoring_case(entry.first, key); });
}

bool has_key(const Properties& properties, const std::string& key) {
  return std::any_of(properties.begin(), properties.end(), [&](const auto& entry) { return equal_ignoring_case(entry.first, key); });
}

void change(Properties& properties, const plan::SetTableProperties& command) {
  for (const auto& [key, value] : command.properties) {
    erase_key(properties, key);
    properties.emplace(key, value);
  }
  for (const std::string& key : command.unset) erase_key(properties, key);
}

void change_delta(const DeltaTarget& target, const plan::SetTableProperties& command, Statement& context) {
  const auto snapshot = target.table->snapshot();
  delta::check_writable(snapshot->protocol(), snapshot->metadata());
  for (const std::string& key : command.unset)
    if (!command.if_exists && !has_key(snapshot->metadata().configuration, key))
      throw Error(conditions::kUnsetMissingProperty, {{"property", key}, {"tableName", target.shown_name()}});
  delta::Metadata metadata = snapshot->metadata();
  change(metadata.configuration, command);
  delta::prepare_replaced_schema(metadata, snapshot->metadata());
  const delta::Protocol needed = delta::upgraded_protocol(snapshot->protocol(), metadata);
  delta::CommitRequest request;
  if (!(needed == snapshot->protocol())) request.actions.emplace_back(needed);
  request.actions.emplace_back(std::move(metadata));
  request.reads.metadata_only = true;
  if (command.unset.empty()) {
    request.info = commit_info(context, "SET TBLPROPERTIES", {{"properties", json_text(nlohmann::json(command.properties).dump())}});
  } else {
    request.info = commit_info(context, "UNSET TBLPROPERTIES", {{"properties", json_list(command.unset)}, {"ifExists", command.if_exists ? "true" : "false"}});
  }
  target.table->commit(snapshot, std::move(request));
}

}  // namespace

LocalTable set_table_properties(const plan::SetTableProperties& command, Statement& context) {
  const TableRef ref = resolve_name(command.table, context);
  auto entry = ref.is_path() ? std::nullopt : context.world().catalog.find_table(ref.database, ref.table);
  if (ref.is_path() || !entry || entry->is_view() || entry->provider == "delta") {
    const DeltaTarget target = open_delta_target(ref, context, "ALTER TABLE");
    require_delta_table(target, ref, context);
    change_delta(target, command, context);
  }
  if (entry) {
    change(entry->properties, command);
    context.world().catalog.put_table(std::move(*entry), context.origin("ALTER TABLE"));
  }
  return no_rows();
}

}  // namespace lab::commands
