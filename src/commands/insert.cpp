#include <algorithm>

#include "commands/conditions.h"

#include "base/letter_case.h"
#include "commands/delta_write.h"
#include "commands/execute.h"
#include "commands/file_write.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

/// The rows in the order of the table's columns: a column list, BY NAME or static partitions put them elsewhere than they came.
plan::RelationPtr place_columns(const plan::Insert& command, const types::Schema& table, Statement& context, const std::string& table_name) {
  if (command.columns.empty() && command.partition.empty()) return command.query;
  const types::Schema given = context.analyze(command.query).schema();
  std::vector<std::string> targets = command.columns;
  if (targets.empty()) {
    // Static partitions have their value in the statement; the rows fill the other columns in order.
    for (const types::Field& field : table) {
      const bool is_static = std::any_of(command.partition.begin(), command.partition.end(),
                                         [&](const auto& part) { return part.second && equal_ignoring_case(part.first, field.name); });
      if (!is_static) targets.push_back(field.name);
    }
  }
  if (targets.size() != given.size()) {
    std::string wanted, have;
    for (const std::string& name : targets) wanted += (wanted.empty() ? "" : ", ") + types::quote_identifier(name);
    for (const types::Field& field : given) have += (have.empty() ? "" : ", ") + types::quote_identifier(field.name);
    throw Error(given.size() > targets.size() ? conditions::kTooManyDataColumns : conditions::kNotEnoughDataColumns,
                {{"tableName", table_name}, {"tableColumns", wanted}, {"dataColumns", have}});
  }
  // Positions become names of ours, then names of the table.
  std::vector<std::string> positions;
  for (std::size_t i = 0; i < given.size(); ++i) positions.push_back("__dflab_p" + std::to_string(i));
  const plan::RelationPtr numbered = plan::make_relation(plan::ToDf{command.query, positions});
  plan::Expressions columns;
  for (const types::Field& field : table) {
    plan::ExpressionPtr value;
    for (std::size_t i = 0; i < targets.size(); ++i)
      if (equal_ignoring_case(targets[i], field.name)) value = plan::make_attribute({positions[i]});
    for (const auto& [name, constant] : command.partition)
      if (constant && equal_ignoring_case(name, field.name)) value = constant;
    if (!value) value = plan::make_expression(plan::Cast{plan::make_literal(types::Literal::null()), field.type, plan::CastMode::Session});
    columns.push_back(plan::make_expression(plan::Alias{std::move(value), {field.name}, {}}));
  }
  return plan::make_relation(plan::Project{numbered, std::move(columns)});
}

/// `PARTITION (a = 1)` as a condition over the table, for INSERT OVERWRITE; null without static values.
plan::ExpressionPtr static_partitions(const plan::Insert& command) {
  plan::ExpressionPtr all;
  for (const auto& [name, constant] : command.partition) {
    if (!constant) continue;
    plan::ExpressionPtr one = plan::make_operator("<=>", {plan::make_attribute({name}), constant});
    all = all ? plan::make_operator("and", {all, one}) : one;
  }
  return all;
}

}  // namespace

LocalTable insert(const plan::Insert& command, Statement& context) {
  const TableRef ref = resolve_name(command.table, context);
  if (!ref.is_path()) {
    const auto entry = context.world().catalog.find_table(ref.database, ref.table);
    if (entry && !entry->is_view() && entry->provider != "delta") {
      const plan::RelationPtr rows = place_columns(command, entry->schema, context, ref.quoted());
      append_to_file_table(*entry, context.analyze(rows), command.overwrite, context);
      return no_rows();
    }
  }
  DeltaTarget target = open_delta_target(ref, context, "INSERT");
  const auto snapshot = target.table->snapshot();
  DeltaWrite write;
  write.rows = context.analyze(command.by_name ? command.query : place_columns(command, snapshot->schema(), context, target.name));
  write.match = command.by_name ? MatchColumns::ByName : MatchColumns::ByPosition;
  write.mode = command.overwrite || command.replace_where ? plan::SaveMode::Overwrite : plan::SaveMode::Append;
  write.options = read_delta_options({}, context);
  write.options.dynamic_partitions = write.options.dynamic_partitions && command.overwrite && command.partition.empty();
  write.replace_condition = command.replace_where ? command.replace_where : command.overwrite ? static_partitions(command) : nullptr;
  const bool has_dynamic = std::any_of(command.partition.begin(), command.partition.end(), [](const auto& part) { return part.second == nullptr; });
  write.dynamic_overwrite = command.overwrite && has_dynamic && !write.replace_condition;
  write.table_name = target.name;
  write.parameters = {{"mode", json_text(command.overwrite ? "Overwrite" : "Append")}, {"partitionBy", json_list({})}};
  write_delta(*target.table, std::move(write), context);
  return no_rows();
}

}  // namespace lab::commands
