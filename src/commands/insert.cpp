#include <algorithm>

#include "base/letter_case.h"
#include "commands/column_values.h"
#include "commands/conditions.h"
#include "commands/delta_write.h"
#include "commands/execute.h"
#include "commands/file_write.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

/// Rows in the order of the table's columns, and which of these the statement gives; the others are NULL until the table fills them.
struct PlacedRows {
  plan::RelationPtr rows;
  std::vector<bool> given;
};

/// The columns of the table that the rows fill, in their order: a column list, else all that have no static partition value.
std::vector<std::string> target_columns(const plan::Insert& command, const types::Schema& table) {
  if (!command.columns.empty()) return command.columns;
  std::vector<std::string> targets;
  for (const types::Field& field : table) {
    const bool is_static = std::any_of(command.partition.begin(), command.partition.end(),
                                       [&](const auto& part) { return part.second && equal_ignoring_case(part.first, field.name); });
    if (!is_static) targets.push_back(field.name);
  }
  return targets;
}

const types::Field* find_field(const types::Schema& table, const std::string& name) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const types::Field& field) { return equal_ignoring_case(field.name, name); });
  return found == table.end() ? nullptr : &*found;
}

/// DEFAULT among values becomes what it stands for.
plan::Expressions with_defaults(const plan::Expressions& values, const std::vector<std::string>& targets, const types::Schema& table) {
  plan::Expressions result = values;
  for (std::size_t i = 0; i < result.size() && i < targets.size(); ++i)
    if (const types::Field* field = find_field(table, targets[i]); field && is_default_keyword(result[i])) result[i] = default_value(*field);
  return result;
}

plan::RelationPtr with_defaults(const plan::RelationPtr& query, const std::vector<std::string>& targets, const types::Schema& table) {
  auto changed = std::make_shared<plan::Relation>(*query);
  if (auto* values = std::get_if<plan::InlineTable>(&changed->node)) {
    for (plan::Expressions& row : values->rows) row = with_defaults(row, targets, table);
    return changed;
  }
  if (auto* project = std::get_if<plan::Project>(&changed->node)) {
    project->expressions = with_defaults(project->expressions, targets, table);
    return changed;
  }
  return query;
}

std::string name_list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + types::quote_identifier(name);
  return text;
}

PlacedRows place_columns(const plan::Insert& command, const types::Schema& table, Statement& context, const std::string& table_name) {
  const std::vector<std::string> targets = target_columns(command, table);
  for (std::size_t i = 0; i < command.columns.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (equal_ignoring_case(command.columns[i], command.columns[k])) throw Error(conditions::kColumnAlreadyExists, {{"columnName", types::quote_identifier(command.columns[i])}});
  for (const std::string& name : command.columns)
    if (!find_field(table, name)) {
      std::vector<std::string> names;
      for (const types::Field& field : table) names.push_back(field.name);
      throw Error(conditions::kUnresolvedColumnWithSuggestion, {{"objectName", types::quote_identifier(name)}, {"proposal", name_list(names)}});
    }
  const plan::RelationPtr query = with_defaults(command.query, targets, table);
  if (command.columns.empty() && command.partition.empty()) return {query, {}};
  const types::Schema given = context.analyze(query).schema();
  if (targets.size() != given.size()) {
    std::vector<std::string> have;
    for (const types::Field& field : given) have.push_back(field.name);
    throw Error(given.size() > targets.size() ? conditions::kTooManyDataColumns : conditions::kNotEnoughDataColumns,
                {{"tableName", table_name}, {"tableColumns", name_list(targets)}, {"dataColumns", name_list(have)}});
  }
  // Positions become names of ours, then names of the table.
  std::vector<std::string> positions;
  for (std::size_t i = 0; i < given.size(); ++i) positions.push_back("__dflab_p" + std::to_string(i));
  const plan::RelationPtr numbered = plan::make_relation(plan::ToDf{query, positions});
  PlacedRows placed;
  plan::Expressions columns;
  for (const types::Field& field : table) {
    plan::ExpressionPtr value;
    for (std::size_t i = 0; i < targets.size(); ++i)
      if (equal_ignoring_case(targets[i], field.name)) value = plan::make_attribute({positions[i]});
    for (const auto& [name, constant] : command.partition)
      if (constant && equal_ignoring_case(name, field.name)) value = is_default_keyword(constant) ? default_value(field) : plan::make_expression(plan::Cast{constant, field.type, plan::CastMode::Session}, constant->origin);
    placed.given.push_back(value != nullptr);
    if (!value) value = plan::make_expression(plan::Cast{plan::make_literal(types::Literal::null()), field.type, plan::CastMode::Session});
    columns.push_back(plan::make_expression(plan::Alias{std::move(value), {field.name}, {}}));
  }
  placed.rows = plan::make_relation(plan::Project{numbered, std::move(columns)});
  return placed;
}

/// Rows with more columns than the table: the first ones are the table's by position, and the others new ones, which a schema that may
/// grow takes in.
plan::RelationPtr with_new_columns(const plan::RelationPtr& rows, const types::Schema& given, const types::Schema& table) {
  std::vector<std::string> positions;
  plan::Expressions columns;
  for (std::size_t i = 0; i < given.size(); ++i) {
    positions.push_back("__dflab_p" + std::to_string(i));
    plan::ExpressionPtr value = plan::make_attribute({positions[i]});
    if (i < table.size()) value = plan::make_expression(plan::Cast{std::move(value), table[i].type, plan::CastMode::Ansi});
    columns.push_back(plan::make_expression(plan::Alias{std::move(value), {i < table.size() ? table[i].name : given[i].name}, {}}));
  }
  return plan::make_relation(plan::Project{plan::make_relation(plan::ToDf{rows, std::move(positions)}), std::move(columns)});
}

/// Tables of files do not fill their columns by themselves: what nobody gave becomes its DEFAULT here.
plan::RelationPtr with_file_defaults(PlacedRows placed, const types::Schema& table) {
  const auto* project = std::get_if<plan::Project>(&placed.rows->node);
  if (placed.given.empty() || project == nullptr) return placed.rows;
  plan::Project next = *project;
  for (std::size_t i = 0; i < table.size(); ++i)
    if (!placed.given[i]) next.expressions[i] = plan::make_expression(plan::Alias{default_value(table[i]), {table[i].name}, {}});
  return plan::make_relation(std::move(next));
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

/// `k=v/` of the outermost partition columns that have a static value; empty without any.
std::string static_folder(const plan::Insert& command, const catalog::Table& entry, Statement& context) {
  std::vector<std::string> names;
  std::vector<std::optional<std::string>> values;
  for (const std::string& column : entry.partition_columns) {
    const auto part = std::find_if(command.partition.begin(), command.partition.end(), [&](const auto& one) { return equal_ignoring_case(one.first, column); });
    const types::Field* field = find_field(entry.schema, column);
    if (part == command.partition.end() || !part->second || !field) break;
    const auto cast = plan::make_expression(plan::Cast{part->second, field->type, plan::CastMode::Session});
    const auto rows = context.evaluate(context.analyze(plan::make_relation(plan::Project{plan::make_relation(plan::OneRow{}), {cast}})));
    names.push_back(column);
    values.push_back(lake::delta::partition_text(rows.at(0).at(0), field->type));
  }
  const auto num_static = std::count_if(command.partition.begin(), command.partition.end(), [](const auto& part) { return part.second != nullptr; });
  // Values behind a dynamic column name many folders.
  if (names.empty() || static_cast<std::size_t>(num_static) != names.size()) return "";
  return lake::delta::partition_folder(names, values) + "/";
}

}  // namespace

LocalTable insert(const plan::Insert& command, Statement& context) {
  if (command.table.size() == 1 && context.session().find_temp_view(command.table[0]))
    throw Error(conditions::kExpectTableNotView, {{"operation", "INSERT"}, {"viewName", types::quote_parts(command.table)}});
  const TableRef ref = resolve_name(command.table, context);
  if (!ref.is_path()) {
    const auto entry = context.world().catalog.find_table(ref.database, ref.table);
    if (entry && !entry->is_view() && entry->provider != "delta") {
      PlacedRows placed = command.by_name ? PlacedRows{command.query, {}} : place_columns(command, entry->schema, context, ref.quoted());
      plan::RelationPtr rows = with_file_defaults(std::move(placed), entry->schema);
      // Only what lies in the named partitions is overwritten: their folder, when they have one.
      if (const std::string folder = command.overwrite ? static_folder(command, *entry, context) : ""; !folder.empty()) {
        overwrite_file_table(*entry, context.analyze(rows), folder, context);
        return no_rows();
      }
      if (const auto condition = command.overwrite ? static_partitions(command) : nullptr) {
        const auto table = plan::make_relation(plan::NamedTable{command.table, {}, {}, nullptr});
        plan::SetOperation both;
        both.all = true;
        both.left = plan::make_relation(plan::Filter{table, plan::make_operator("not", {condition})});
        both.right = std::move(rows);
        rows = plan::make_relation(std::move(both));
      }
      append_to_file_table(*entry, context.analyze(rows), command.overwrite, context);
      return no_rows();
    }
  }
  DeltaTarget target = open_delta_target(ref, context, "INSERT");
  require_delta_table(target, ref, context);
  const auto snapshot = target.table->snapshot();
  DeltaWrite write;
  const types::Schema& table = snapshot->schema();
  write.options = read_delta_options({}, context);
  write.match = MatchColumns::ByName;
  if (command.by_name) {
    write.rows = context.analyze(command.query);
  } else {
    PlacedRows placed = place_columns(command, table, context, target.name);
    write.rows = context.analyze(placed.rows);
    const types::Schema given = write.rows.schema();
    if (given.size() < table.size())
      throw Error(conditions::kDeltaInsertArity, {{"tableName", target.shown_name()},
                                                  {"columnName", "not enough data columns"},
                                                  {"numColumns", std::to_string(table.size())},
                                                  {"insertColumns", std::to_string(given.size())}});
    if (given.size() > table.size()) {
      write.rows = context.analyze(with_new_columns(placed.rows, given, table));
    } else {
      write.match = MatchColumns::ByPosition;
      write.given = std::move(placed.given);
    }
  }
  write.mode = command.overwrite || command.replace_where ? plan::SaveMode::Overwrite : plan::SaveMode::Append;
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
