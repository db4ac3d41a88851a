#include "commands/row_choice.h"

#include "commands/bound_rows.h"
#include "commands/column_values.h"
#include "commands/conditions.h"
#include "types/type_text.h"

namespace lab::commands {

namespace bound = plan::bound;

namespace {

constexpr const char* kChosen = "__dflab_chosen";

plan::ExpressionPtr number_literal(int value) { return plan::make_literal(types::Literal::integer(value)); }
plan::ExpressionPtr renamed(plan::ExpressionPtr child, std::string name) { return plan::make_expression(plan::Alias{std::move(child), {std::move(name)}, {}}); }
std::string old_name(std::size_t column) { return "__dflab_o" + std::to_string(column); }
std::string value_name(const RowChoice::Alternative& alternative, std::size_t column) {
  return "__dflab_v" + std::to_string(alternative.number) + "_" + std::to_string(column);
}
plan::ExpressionPtr is_chosen(int number) { return plan::make_operator("==", {plan::make_attribute({kChosen}), number_literal(number)}); }

/// The choice, the old values and every new value side by side, each of the type that the table stores.
bound::Query candidates(const RowChoice& choice, const types::Schema& schema, const std::string& table_name, Statement& context) {
  // The number first, so that it is worked out once a row.
  const plan::RelationPtr numbered = plan::make_relation(plan::WithColumns{choice.rows, {renamed(choice.chosen, kChosen)}});
  plan::Expressions columns{plan::make_attribute({kChosen})};
  std::vector<std::string> names{kChosen};
  types::Schema types{{kChosen, types::TypeKind::Int, true, {}}};
  const auto add = [&](plan::ExpressionPtr value, std::string name, const types::Field& field) {
    columns.push_back(renamed(std::move(value), name));
    names.push_back(std::move(name));
    types.push_back({field.name, field.type, true, {}});
  };
  for (std::size_t column = 0; column < schema.size(); ++column) add(choice.old_values[column], old_name(column), schema[column]);
  for (const RowChoice::Alternative& alternative : choice.alternatives)
    for (std::size_t column = 0; column < schema.size(); ++column)
      if (alternative.values[column])
        add(plan::make_operator("when", {is_chosen(alternative.number), alternative.values[column]}), value_name(alternative, column), schema[column]);
  bound::Query rows = context.analyze(plan::make_relation(plan::Project{numbered, std::move(columns)}));
  const types::Schema given = rows.schema();
  try {
    rows = analyze::cast_for_insert(std::move(rows), types, false, table_name, {.any_cast = true, .nested_by_name = true, .fills_missing = choice.fills_structs});
  } catch (const Error& failure) {
    if (!failure.condition().name.starts_with("INCOMPATIBLE_DATA_FOR_TABLE")) throw;
    for (std::size_t i = 0; i < given.size(); ++i)
      if (given[i].type.is_nested() && !types::same_shape(given[i].type, types[i].type))
        throw Error(conditions::kUpdateSchemaMismatch,
                    {{"fromCatalog", types::catalog_string(given[i].type)}, {"toCatalog", types::catalog_string(types[i].type)}});
    throw;
  }
  auto root = std::make_shared<bound::Relation>(*rows.root);
  for (std::size_t i = 0; i < names.size(); ++i) root->columns[i].name = names[i];
  rows.root = std::move(root);
  return rows;
}

plan::ExpressionPtr chosen_value(const RowChoice& choice, std::size_t column) {
  plan::Expressions branches;
  for (const RowChoice::Alternative& alternative : choice.alternatives) {
    if (!alternative.values[column]) continue;
    branches.push_back(is_chosen(alternative.number));
    branches.push_back(plan::make_attribute({value_name(alternative, column)}));
  }
  const plan::ExpressionPtr old_value = plan::make_attribute({old_name(column)});
  if (branches.empty()) return old_value;
  branches.push_back(old_value);
  return plan::make_operator("when", std::move(branches));
}

/// The generated column where an alternative leaves it, else what it is already.
plan::ExpressionPtr generated_anew(const RowChoice& choice, const types::Field& field, std::size_t column) {
  plan::Expressions anew{plan::make_attribute({kChosen})};
  for (const RowChoice::Alternative& alternative : choice.alternatives)
    if (!alternative.values[column]) anew.push_back(number_literal(alternative.number));
  const plan::ExpressionPtr value = plan::make_attribute({field.name});
  if (anew.size() == 1) return value;
  return plan::make_operator("when", {plan::make_operator("in", std::move(anew)), generated_value(field), value});
}

}  // namespace

bound::Query choose_rows(const RowChoice& choice, const types::Schema& schema, const std::string& table_name, Statement& context) {
  const bound::Query rows = candidates(choice, schema, table_name, context);
  const bool generates = has_generated_columns(schema);
  const auto build = [&](plan::RelationPtr from) {
    if (!choice.dropped.empty()) {
      plan::Expressions gone{plan::make_attribute({kChosen})};
      for (const int number : choice.dropped) gone.push_back(number_literal(number));
      from = plan::make_relation(plan::Filter{from, plan::make_operator("not", {plan::make_operator("in", std::move(gone))})});
    }
    plan::Expressions columns;
    for (std::size_t column = 0; column < schema.size(); ++column) columns.push_back(renamed(chosen_value(choice, column), schema[column].name));
    if (!generates) return plan::make_relation(plan::Project{from, std::move(columns)});
    columns.push_back(plan::make_attribute({kChosen}));
    plan::Expressions complete;
    for (std::size_t column = 0; column < schema.size(); ++column) {
      const bool is_generated = generated_value(schema[column]) != nullptr;
      const plan::ExpressionPtr value = is_generated ? generated_anew(choice, schema[column], column) : plan::make_attribute({schema[column].name});
      complete.push_back(renamed(value, schema[column].name));
    }
    return plan::make_relation(plan::Project{plan::make_relation(plan::Project{from, std::move(columns)}), std::move(complete)});
  };
  return over_rows(rows, build, context);
}

}  // namespace lab::commands
