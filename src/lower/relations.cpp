#include <algorithm>

#include "base/error.h"
#include "functions/duckdb_type.h"
#include "functions/function_row.h"
#include "lower/lowering.h"
#include "lower/raising.h"

namespace lab::lower {

using namespace plan::bound;

Select Lowering::relation(const Relation& relation) {
  const Nested level(*this);
  return std::visit([&](const auto& node) { return lower(node, relation); }, relation.node);
}

std::string Lowering::from_item(const Select& select) {
  if (select.is_plain() && select.where.empty() && select.raising_where.empty() && !select.from.empty()) return select.from;
  return "(" + select.text() + ") AS " + next_alias();
}

Select Lowering::over_block(Select select, const Columns& columns) {
  if (select.is_plain()) return select;
  Select outer;
  outer.from = from_item(select);
  outer.pass(columns);
  return outer;
}

Select Lowering::lower(const OneRow&, const Relation&) { return {}; }

bool Lowering::rename(Select& select, const Project& node) {
  if (select.is_distinct || !select.distinct_on.empty() || !select.set_operation.empty()) return false;
  std::vector<Select::Output> outputs;
  for (const Output& output : node.outputs) {
    const auto* column = std::get_if<ColumnRef>(&output.expression->node);
    if (!column || column->is_outer) return false;
    const auto source = std::ranges::find(select.outputs, column->column, &Select::Output::id);
    if (source == select.outputs.end() || source->sql.empty()) return false;
    outputs.push_back({output.column, std::move(source->sql)});
    // Twice the same column would be computed twice.
    source->sql.clear();
  }
  select.outputs = std::move(outputs);
  return true;
}

Select Lowering::lower(const Project& node, const Relation& relation) {
  if (const auto levels = in_levels(node)) return lower(*levels, relation);
  Select select = this->relation(*node.input);
  if (select.is_computed) {
    Select renamed = select;
    if (rename(renamed, node)) return renamed;
  }
  // A projection may replace the columns under an ORDER BY or LIMIT: their texts speak of columns of FROM, and rows stay rows.
  // Only an expression that can raise must wait until LIMIT has cut.
  bool raises = false;
  for (const Output& output : node.outputs) raises = raises || may_raise(*output.expression);
  const bool replaceable = !(raises && select.has_limit()) && !select.is_computed && !select.is_distinct && select.distinct_on.empty() && !select.is_aggregate && select.set_operation.empty();
  if (!replaceable) select = over_block(std::move(select), node.input->columns);
  select.outputs.clear();
  select.is_computed = false;
  for (const Output& output : node.outputs) {
    select.outputs.push_back({output.column, expression(output.expression)});
    select.is_computed = select.is_computed || select.outputs.back().sql != column_name(output.column);
  }
  return select;
}

void Lowering::add_conjuncts(Select& select, const Expression& condition) {
  for (const Expression* conjunct : conjuncts_of(condition)) {
    std::string text = expression(*conjunct);
    if (may_raise(*conjunct)) {
      select.raising_where.push_back(std::move(text));
    } else {
      if (!holds_subquery(*conjunct)) select.guards.push_back(text);
      select.where.push_back(std::move(text));
    }
  }
}

Select Lowering::lower(const Filter& node, const Relation&) {
  Select select = over_block(relation(*node.input), node.input->columns);
  add_conjuncts(select, *node.condition);
  return select;
}

Select Lowering::lower(const Sort& node, const Relation&) {
  Select select = relation(*node.input);
  const bool joins = !select.is_computed && !select.is_distinct && select.distinct_on.empty() && !select.is_aggregate && !select.has_limit() &&
                     select.set_operation.empty();
  if (!joins) select = over_block(std::move(select), node.input->columns);
  select.order_by.clear();
  for (const SortKey& key : node.keys) select.order_by.push_back(sort_key(key));
  return select;
}

Select Lowering::lower(const Limit& node, const Relation&) {
  Select select = relation(*node.input);
  if (select.has_limit()) select = over_block(std::move(select), node.input->columns);
  select.limit = node.count;
  select.offset = node.offset;
  return select;
}

Select Lowering::lower(const Tail& node, const Relation& relation) {
  Select numbered = over_block(this->relation(*node.input), node.input->columns);
  Select outer;
  outer.from = "(SELECT *, row_number() OVER () AS row_at, count(*) OVER () AS num_rows FROM " + from_item(numbered) + ") AS " + next_alias();
  outer.pass(relation.columns);
  outer.where.push_back("row_at > num_rows - " + std::to_string(node.count));
  outer.order_by.push_back("row_at");
  return outer;
}

Select Lowering::lower(const RowNumber& node, const Relation&) {
  Select select = over_block(relation(*node.input), node.input->columns);
  // Behind a filter of its own block the numbers must still count the rows that are left.
  Select outer;
  outer.from = from_item(select);
  outer.pass(node.input->columns);
  outer.outputs.push_back({node.number, "(row_number() OVER () - 1)"});
  outer.is_computed = true;
  return outer;
}

Select Lowering::lower(const SetOperation& node, const Relation& relation) {
  std::string word = node.op == SetOperator::Union ? " UNION" : node.op == SetOperator::Intersect ? " INTERSECT" : " EXCEPT";
  if (node.all) word += " ALL";
  word += " ";
  std::string text;
  for (const RelationPtr& input : node.inputs) {
    Select select = this->relation(*input);
    // The first branch names the columns; order or limit inside a branch need its own block.
    if (!select.order_by.empty() || select.has_limit() || !select.set_operation.empty()) select = over_block(std::move(select), input->columns);
    for (std::size_t i = 0; i < relation.columns.size(); ++i) select.outputs[i].id = relation.columns[i].id;
    const std::string branch = "(" + select.text() + ")";
    if (text.empty()) {
      text = branch;
    } else {
      // UNION and EXCEPT are evaluated from the left; more than two branches of one kind stay flat, which DuckDB reads alike.
      text += word + branch;
    }
  }
  Select result;
  result.set_operation = std::move(text);
  result.pass(relation.columns);
  return result;
}

Select Lowering::lower(const Deduplicate& node, const Relation& relation) {
  Select select = over_block(this->relation(*node.input), node.input->columns);
  if (node.keys.size() == relation.columns.size()) {
    select.is_distinct = true;
    return select;
  }
  if (node.keys.empty()) {
    select.limit = 1;
    return select;
  }
  std::vector<std::string> keys;
  for (const ColumnId key : node.keys) keys.push_back(column_name(key));
  select.distinct_on = comma_list(keys);
  return select;
}

Select Lowering::lower(const Generate& node, const Relation& relation) {
  Select input = over_block(this->relation(*node.input), node.input->columns);
  std::vector<std::string> arguments;
  for (const auto& argument : node.generator.arguments) arguments.push_back(expression(argument));
  std::vector<types::Field> fields;
  const std::size_t num_input = relation.columns.size() - node.generated.size();
  for (std::size_t i = num_input; i < relation.columns.size(); ++i) {
    fields.push_back({relation.columns[i].name, relation.columns[i].type, relation.columns[i].nullable, {}});
  }
  const types::DataType row = types::DataType::structure(std::move(fields));
  const std::string list = functions::lower_call(
      *node.generator.function,
      {.sql = arguments, .arguments = node.generator.arguments, .result = row, .policy = query_.policy, .ansi = node.generator.ansi});

  std::vector<std::string> passed;
  for (std::size_t i = 0; i < num_input; ++i) passed.push_back(column_name(relation.columns[i].id));
  const std::string columns = passed.empty() ? "" : comma_list(passed) + ", ";
  // The list is computed on a level of its own: OUTER asks for it three times.
  const std::string from = input.from.empty() && input.where.empty() && input.raising_where.empty() ? "" : " FROM " + from_item(input);
  const std::string rows = "SELECT " + columns + list + " AS items" + from;
  const std::string items = node.is_outer ? "CASE WHEN items IS NULL OR len(items) = 0 THEN [NULL] ELSE items END" : "items";
  Select outer;
  outer.from = "(SELECT " + columns + "unnest(" + items + ") AS item FROM (" + rows + ") AS " + next_alias() + ") AS " + next_alias();
  for (std::size_t i = 0; i < num_input; ++i) outer.outputs.push_back({relation.columns[i].id, passed[i]});
  for (std::size_t i = 0; i < node.generated.size(); ++i) {
    outer.outputs.push_back({node.generated[i], "struct_extract(item, 'f" + std::to_string(i) + "')"});
  }
  outer.is_computed = true;
  return outer;
}

Select Lowering::lower(const Sample& node, const Relation& relation) {
  Select input = over_block(this->relation(*node.input), node.input->columns);
  Select numbered;
  numbered.from = from_item(input);
  std::vector<std::string> columns;
  for (const Column& column : relation.columns) columns.push_back(column_name(column.id));
  const std::string passed = columns.empty() ? "" : comma_list(columns) + ", ";
  const std::string seed = "'" + std::to_string(node.seed) + "'::BIGINT";
  const auto real = [](double value) { return functions::literal_sql(types::TypeKind::Double, types::Value{value}); };
  const std::string rows = "(SELECT " + passed + "row_number() OVER () AS row_at FROM " + numbered.from + ") AS " + next_alias();
  Select outer;
  outer.pass(relation.columns);
  if (node.with_replacement) {
    outer.from = "(SELECT " + passed + "unnest(range(lab_sample_count(row_at, " + seed + ", " + real(node.upper - node.lower) + "))) AS copy_at FROM " +
                 rows + ") AS " + next_alias();
  } else {
    outer.from = "(SELECT " + passed + "lab_sample_point(row_at, " + seed + ") AS point FROM " + rows + ") AS " + next_alias();
    outer.where.push_back("point >= " + real(node.lower));
    outer.where.push_back("point < " + real(node.upper));
  }
  return outer;
}

}  // namespace lab::lower
