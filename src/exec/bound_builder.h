#pragma once

#include <string>
#include <vector>

#include "functions/function_row.h"
#include "plan/bound.h"

/// Builds bound plans for tests of lowering and execution, as analysis would leave them.
namespace lab::testing {

using namespace plan::bound;
using types::DataType;
using types::TypeKind;

class Builder {
 public:
  Query query{.policy = {.ansi = true}};

  Column column(std::string name, DataType type, bool nullable = true) { return {ColumnId{query.next_id++}, std::move(name), std::move(type), nullable, {}}; }

  static ExpressionPtr literal(std::int64_t value, DataType type = TypeKind::Long) { return make_expression(LiteralNode{{value}}, std::move(type), false); }
  static ExpressionPtr text(std::string value) { return make_expression(LiteralNode{{std::move(value)}}, TypeKind::String, false); }
  static ExpressionPtr null(DataType type) { return make_expression(LiteralNode{}, std::move(type), true); }
  static ExpressionPtr ref(const Column& column) { return make_expression(ColumnRef{column.id}, column.type, column.nullable); }
  static ExpressionPtr outer(const Column& column) { return make_expression(ColumnRef{column.id, true}, column.type, column.nullable); }
  static ExpressionPtr call(std::string_view name, Expressions arguments, DataType type) {
    const auto* row = functions::find_function(name, true);
    if (!row) throw std::logic_error("no function " + std::string(name));
    bool nullable = false;
    for (const auto& argument : arguments) nullable = nullable || argument->nullable;
    return make_expression(Call{row, std::move(arguments), true}, std::move(type), nullable);
  }
  static ExpressionPtr compare(std::string_view name, ExpressionPtr left, ExpressionPtr right) {
    return call(name, {std::move(left), std::move(right)}, TypeKind::Boolean);
  }
  static AggregateCall aggregate(std::string_view name, Expressions arguments) {
    return {.function = functions::find_function(name, true), .arguments = std::move(arguments), .ansi = true};
  }
  static ExpressionPtr aggregate_expression(std::string_view name, Expressions arguments, DataType type) {
    return make_expression(aggregate(name, std::move(arguments)), std::move(type), true);
  }

  /// VALUES of bigint literals; nullopt is NULL.
  RelationPtr numbers(const std::vector<Column>& columns, const std::vector<std::vector<std::optional<std::int64_t>>>& rows) {
    Values values;
    for (const auto& row : rows) {
      Expressions cells;
      for (std::size_t i = 0; i < row.size(); ++i) cells.push_back(row[i] ? literal(*row[i], columns[i].type) : null(columns[i].type));
      values.rows.push_back(std::move(cells));
    }
    return make_relation(std::move(values), columns);
  }
  static RelationPtr filter(RelationPtr input, ExpressionPtr condition) {
    Columns columns = input->columns;
    return make_relation(Filter{std::move(input), std::move(condition)}, std::move(columns));
  }
  RelationPtr project(RelationPtr input, std::vector<std::pair<std::string, ExpressionPtr>> expressions) {
    Project node{std::move(input), {}};
    Columns columns;
    for (auto& [name, expression] : expressions) {
      columns.push_back(column(name, expression->type, expression->nullable));
      node.outputs.push_back({columns.back().id, std::move(expression)});
    }
    return make_relation(std::move(node), std::move(columns));
  }
  static RelationPtr sort(RelationPtr input, std::vector<SortKey> keys) {
    Columns columns = input->columns;
    return make_relation(Sort{std::move(input), std::move(keys)}, std::move(columns));
  }
};

}  // namespace lab::testing
