#include "plan/bound_build.h"

#include <algorithm>
#include <type_traits>

namespace lab::plan::bound {
namespace {

Columns nullable_columns(Columns columns) {
  for (auto& column : columns) column.nullable = true;
  return columns;
}

Columns join_columns(const Columns& left, const Columns& right, JoinType type) {
  Columns columns = type == JoinType::RightOuter || type == JoinType::FullOuter ? nullable_columns(left) : left;
  if (type == JoinType::LeftSemi || type == JoinType::LeftAnti) return columns;
  const Columns other = type == JoinType::LeftOuter || type == JoinType::FullOuter ? nullable_columns(right) : right;
  columns.insert(columns.end(), other.begin(), other.end());
  return columns;
}

Output pass(const Column& column) { return {column.id, make_reference(column)}; }

template <typename Node>
RelationPtr over(const Node& node, RelationPtr input, Columns extra = {}) {
  Node next = node;
  Columns columns = input->columns;
  columns.insert(columns.end(), extra.begin(), extra.end());
  next.input = std::move(input);
  return make_relation(std::move(next), std::move(columns));
}

// What a relation adds behind its input's columns.
Columns added_columns(const Relation& relation, std::size_t num_input_columns) {
  return {relation.columns.begin() + static_cast<std::ptrdiff_t>(num_input_columns), relation.columns.end()};
}

}  // namespace

RelationPtr make_project(RelationPtr input, Outputs outputs, Columns columns) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    columns[i].id = outputs[i].column;
    columns[i].type = outputs[i].expression->type;
    columns[i].nullable = outputs[i].expression->nullable;
  }
  return make_relation(Project{std::move(input), std::move(outputs)}, std::move(columns));
}

RelationPtr make_filter(RelationPtr input, ExpressionPtr condition) {
  Columns columns = input->columns;
  return make_relation(Filter{std::move(input), std::move(condition)}, std::move(columns));
}

RelationPtr make_join(RelationPtr left, RelationPtr right, JoinType type, ExpressionPtr condition, bool is_lateral) {
  Columns columns = join_columns(left->columns, right->columns, type);
  return make_relation(Join{std::move(left), std::move(right), type, std::move(condition), is_lateral}, std::move(columns));
}

RelationPtr make_sort(RelationPtr input, std::vector<SortKey> keys) {
  Columns columns = input->columns;
  return make_relation(Sort{std::move(input), std::move(keys)}, std::move(columns));
}

RelationPtr make_limit(RelationPtr input, std::optional<std::int64_t> count, std::int64_t offset) {
  Columns columns = input->columns;
  return make_relation(Limit{std::move(input), count, offset}, std::move(columns));
}

RelationPtr make_window(RelationPtr input, Outputs outputs, const Columns& columns) {
  Columns all = input->columns;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    Column column = columns[i];
    column.id = outputs[i].column;
    column.type = outputs[i].expression->type;
    column.nullable = outputs[i].expression->nullable;
    all.push_back(std::move(column));
  }
  return make_relation(Window{std::move(input), std::move(outputs)}, std::move(all));
}

RelationPtr with_inputs(const RelationPtr& relation, std::vector<RelationPtr> inputs) {
  return std::visit(
      [&](const auto& node) -> RelationPtr {
        using Node = std::decay_t<decltype(node)>;
        if constexpr (std::is_same_v<Node, Join>) {
          return make_join(std::move(inputs[0]), std::move(inputs[1]), node.type, node.condition, node.is_lateral);
        } else if constexpr (std::is_same_v<Node, SetOperation>) {
          Node next = node;
          next.inputs = std::move(inputs);
          return make_relation(std::move(next), relation->columns);
        } else if constexpr (std::is_same_v<Node, Recursion>) {
          return make_relation(Recursion{node.id, std::move(inputs[0]), std::move(inputs[1])}, relation->columns);
        } else if constexpr (std::is_same_v<Node, Shared>) {
          return make_relation(Shared{std::move(inputs[0])}, relation->columns);
        } else if constexpr (std::is_same_v<Node, Project> || std::is_same_v<Node, Aggregate>) {
          Node next = node;
          next.input = std::move(inputs[0]);
          return make_relation(std::move(next), relation->columns);
        } else if constexpr (requires { node.input; }) {
          return over(node, std::move(inputs[0]), added_columns(*relation, node.input->columns.size()));
        } else {
          return relation;
        }
      },
      relation->node);
}

RelationPtr map_expressions(const RelationPtr& relation, const std::function<ExpressionPtr(const ExpressionPtr&)>& change) {
  bool changed = false;
  const auto one = [&](ExpressionPtr& expression) {
    if (!expression) return;
    ExpressionPtr next = change(expression);
    changed = changed || next != expression;
    expression = std::move(next);
  };
  const auto outputs = [&](Outputs& list) {
    for (Output& output : list) one(output.expression);
  };
  auto node = relation->node;
  std::visit(
      [&](auto& part) {
        using Node = std::decay_t<decltype(part)>;
        if constexpr (std::is_same_v<Node, Project> || std::is_same_v<Node, Window>) {
          outputs(part.outputs);
        } else if constexpr (std::is_same_v<Node, Aggregate>) {
          outputs(part.groups);
          outputs(part.outputs);
        } else if constexpr (std::is_same_v<Node, Filter> || std::is_same_v<Node, Join>) {
          one(part.condition);
        } else if constexpr (std::is_same_v<Node, Sort>) {
          for (SortKey& key : part.keys) one(key.expression);
        } else if constexpr (std::is_same_v<Node, Values>) {
          for (Expressions& row : part.rows)
            for (ExpressionPtr& value : row) one(value);
        } else if constexpr (std::is_same_v<Node, Generate>) {
          for (ExpressionPtr& argument : part.generator.arguments) one(argument);
        }
      },
      node);
  return changed ? make_relation(std::move(node), relation->columns) : relation;
}

RelationPtr expose(const RelationPtr& relation, ColumnId id) {
  if (find_column(relation->columns, id)) return relation;
  return std::visit(
      [&](const auto& node) -> RelationPtr {
        using Node = std::decay_t<decltype(node)>;
        if constexpr (std::is_same_v<Node, Project>) {
          auto input = expose(node.input, id);
          if (!input) return nullptr;
          const Column column = *find_column(input->columns, id);
          Project next{std::move(input), node.outputs};
          next.outputs.push_back(pass(column));
          Columns columns = relation->columns;
          columns.push_back(column);
          return make_relation(std::move(next), std::move(columns));
        } else if constexpr (std::is_same_v<Node, Aggregate>) {
          const auto group = std::ranges::find(node.groups, id, &Output::column);
          if (group == node.groups.end()) return nullptr;
          Aggregate next = node;
          const Column column{id, {}, group->expression->type, group->expression->nullable || node.grouping_sets.has_value(), {}};
          next.outputs.push_back(pass(column));
          Columns columns = relation->columns;
          columns.push_back(column);
          return make_relation(std::move(next), std::move(columns));
        } else if constexpr (std::is_same_v<Node, Join>) {
          if (auto left = expose(node.left, id)) return make_join(std::move(left), node.right, node.type, node.condition, node.is_lateral);
          if (node.type == JoinType::LeftSemi || node.type == JoinType::LeftAnti) return nullptr;
          auto right = expose(node.right, id);
          return right ? make_join(node.left, std::move(right), node.type, node.condition, node.is_lateral) : nullptr;
        } else if constexpr (requires { node.input; }) {
          auto input = expose(node.input, id);
          return input ? over(node, std::move(input), added_columns(*relation, node.input->columns.size())) : nullptr;
        } else {
          return nullptr;
        }
      },
      relation->node);
}

RelationPtr select_columns(RelationPtr input, const Columns& columns) {
  if (std::ranges::equal(input->columns, columns, {}, &Column::id, &Column::id)) {
    if (std::ranges::equal(input->columns, columns, [](const Column& a, const Column& b) { return a.name == b.name && a.metadata == b.metadata; }))
      return input;
  }
  Outputs outputs;
  for (const auto& column : columns) {
    const Column* given = find_column(input->columns, column.id);
    outputs.push_back(pass(given ? *given : column));
  }
  return make_project(std::move(input), std::move(outputs), columns);
}

}  // namespace lab::plan::bound
