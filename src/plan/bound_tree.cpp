#include "plan/bound_tree.h"

#include <algorithm>
#include <type_traits>

namespace lab::plan::bound {
namespace {

template <typename... Cases>
struct Overloads : Cases... {
  using Cases::operator()...;
};

using Visit = std::function<void(const ExpressionPtr&)>;
using Change = std::function<ExpressionPtr(const ExpressionPtr&)>;

void visit_some(const ExpressionPtr& child, const Visit& visit) {
  if (child) visit(child);
}
void visit_all(const Expressions& children, const Visit& visit) {
  for (const auto& child : children) visit_some(child, visit);
}
void visit_keys(const std::vector<SortKey>& keys, const Visit& visit) {
  for (const auto& key : keys) visit_some(key.expression, visit);
}

void change_one(ExpressionPtr& child, const Change& change, bool& changed) {
  if (!child) return;
  auto next = change(child);
  if (next != child) {
    changed = true;
    child = std::move(next);
  }
}
void change_all(Expressions& children, const Change& change, bool& changed) {
  for (auto& child : children) change_one(child, change, changed);
}
void change_keys(std::vector<SortKey>& keys, const Change& change, bool& changed) {
  for (auto& key : keys) change_one(key.expression, change, changed);
}

bool same_all(const Expressions& left, const Expressions& right) {
  return std::ranges::equal(left, right, [](const auto& a, const auto& b) { return same(a, b); });
}
bool same_keys(const std::vector<SortKey>& left, const std::vector<SortKey>& right) {
  return std::ranges::equal(left, right, [](const SortKey& a, const SortKey& b) {
    return a.descending == b.descending && a.nulls_first == b.nulls_first && same(a.expression, b.expression);
  });
}
bool same_call(const AggregateCall& a, const AggregateCall& b) {
  return a.function == b.function && a.is_distinct == b.is_distinct && a.ignore_nulls == b.ignore_nulls && a.ansi == b.ansi &&
         same_all(a.arguments, b.arguments) && same(a.filter, b.filter) && same_keys(a.within_group, b.within_group);
}
bool same_bound(const FrameBound& a, const FrameBound& b) { return a.kind == b.kind && same(a.offset, b.offset); }

bool same_node(const LiteralNode& a, const LiteralNode& b) { return a.value == b.value; }
bool same_node(const ColumnRef& a, const ColumnRef& b) { return a.column == b.column && a.is_outer == b.is_outer; }
bool same_node(const Call& a, const Call& b) { return a.function == b.function && a.ansi == b.ansi && same_all(a.arguments, b.arguments); }
bool same_node(const Cast& a, const Cast& b) { return a.mode == b.mode && same(a.child, b.child); }
bool same_node(const Case& a, const Case& b) {
  return same(a.otherwise, b.otherwise) && std::ranges::equal(a.branches, b.branches, [](const auto& x, const auto& y) {
           return same(x.first, y.first) && same(x.second, y.second);
         });
}
bool same_node(const FieldAccess& a, const FieldAccess& b) { return a.index == b.index && same(a.child, b.child); }
bool same_node(const Lambda& a, const Lambda& b) { return a.parameters == b.parameters && same(a.body, b.body); }
bool same_node(const LambdaRef& a, const LambdaRef& b) { return a.parameter == b.parameter; }
bool same_node(const AggregateCall& a, const AggregateCall& b) { return same_call(a, b); }
bool same_node(const WindowCall& a, const WindowCall& b) {
  if (!same_call(a.call, b.call) || !same_all(a.partition_by, b.partition_by) || !same_keys(a.order_by, b.order_by)) return false;
  if (a.frame.has_value() != b.frame.has_value()) return false;
  return !a.frame || (a.frame->is_rows == b.frame->is_rows && same_bound(a.frame->lower, b.frame->lower) && same_bound(a.frame->upper, b.frame->upper));
}
bool same_node(const ScalarSubquery& a, const ScalarSubquery& b) { return a.plan == b.plan; }
bool same_node(const Exists& a, const Exists& b) { return a.plan == b.plan; }
bool same_node(const InSubquery& a, const InSubquery& b) { return a.plan == b.plan && same_all(a.values, b.values); }

}  // namespace

void for_each_child(const AggregateCall& call, const Visit& visit) {
  visit_all(call.arguments, visit);
  visit_some(call.filter, visit);
  visit_keys(call.within_group, visit);
}

AggregateCall map_children(AggregateCall call, const Change& change, bool& changed) {
  change_all(call.arguments, change, changed);
  change_one(call.filter, change, changed);
  change_keys(call.within_group, change, changed);
  return call;
}

void for_each_child(const Expression& expression, const Visit& visit) {
  std::visit(Overloads{
                 [&](const LiteralNode&) {},
                 [&](const ColumnRef&) {},
                 [&](const LambdaRef&) {},
                 [&](const ScalarSubquery&) {},
                 [&](const Exists&) {},
                 [&](const Call& node) { visit_all(node.arguments, visit); },
                 [&](const Cast& node) { visit_some(node.child, visit); },
                 [&](const Case& node) {
                   for (const auto& [condition, value] : node.branches) {
                     visit_some(condition, visit);
                     visit_some(value, visit);
                   }
                   visit_some(node.otherwise, visit);
                 },
                 [&](const FieldAccess& node) { visit_some(node.child, visit); },
                 [&](const Lambda& node) { visit_some(node.body, visit); },
                 [&](const AggregateCall& node) { for_each_child(node, visit); },
                 [&](const WindowCall& node) {
                   for_each_child(node.call, visit);
                   visit_all(node.partition_by, visit);
                   visit_keys(node.order_by, visit);
                   if (node.frame) {
                     visit_some(node.frame->lower.offset, visit);
                     visit_some(node.frame->upper.offset, visit);
                   }
                 },
                 [&](const InSubquery& node) { visit_all(node.values, visit); },
             },
             expression.node);
}

ExpressionPtr map_children(const ExpressionPtr& expression, const Change& change) {
  bool changed = false;
  auto node = expression->node;
  std::visit(Overloads{
                 [&](LiteralNode&) {},
                 [&](ColumnRef&) {},
                 [&](LambdaRef&) {},
                 [&](ScalarSubquery&) {},
                 [&](Exists&) {},
                 [&](Call& n) { change_all(n.arguments, change, changed); },
                 [&](Cast& n) { change_one(n.child, change, changed); },
                 [&](Case& n) {
                   for (auto& [condition, value] : n.branches) {
                     change_one(condition, change, changed);
                     change_one(value, change, changed);
                   }
                   change_one(n.otherwise, change, changed);
                 },
                 [&](FieldAccess& n) { change_one(n.child, change, changed); },
                 [&](Lambda& n) { change_one(n.body, change, changed); },
                 [&](AggregateCall& n) { n = map_children(std::move(n), change, changed); },
                 [&](WindowCall& n) {
                   n.call = map_children(std::move(n.call), change, changed);
                   change_all(n.partition_by, change, changed);
                   change_keys(n.order_by, change, changed);
                   if (n.frame) {
                     change_one(n.frame->lower.offset, change, changed);
                     change_one(n.frame->upper.offset, change, changed);
                   }
                 },
                 [&](InSubquery& n) { change_all(n.values, change, changed); },
             },
             node);
  if (!changed) return expression;
  return std::make_shared<const Expression>(Expression{std::move(node), expression->type, expression->nullable, expression->origin});
}

void walk(const ExpressionPtr& expression, const std::function<bool(const ExpressionPtr&)>& visit) {
  if (!expression || !visit(expression)) return;
  for_each_child(*expression, [&](const ExpressionPtr& child) { walk(child, visit); });
}

bool contains(const ExpressionPtr& expression, const std::function<bool(const Expression&)>& test) {
  bool found = false;
  walk(expression, [&](const ExpressionPtr& node) {
    found = found || test(*node);
    return !found;
  });
  return found;
}

bool is_aggregate(const Expression& expression) { return std::holds_alternative<AggregateCall>(expression.node); }
bool is_window(const Expression& expression) { return std::holds_alternative<WindowCall>(expression.node); }

bool same(const ExpressionPtr& left, const ExpressionPtr& right) {
  if (left == right) return true;
  if (!left || !right) return false;
  if (left->node.index() != right->node.index() || !(types::same_shape(left->type, right->type))) return false;
  return std::visit(
      [&](const auto& node) {
        using Node = std::decay_t<decltype(node)>;
        return same_node(node, std::get<Node>(right->node));
      },
      left->node);
}

ExpressionPtr make_reference(const Column& column, Origin origin) {
  return make_expression(ColumnRef{column.id, false}, column.type, column.nullable, std::move(origin));
}

ExpressionPtr make_literal(types::Literal literal, Origin origin) {
  const bool nullable = literal.value.is_null();
  return make_expression(LiteralNode{std::move(literal.value)}, std::move(literal.type), nullable, std::move(origin));
}

Column output_column(const Output& output, std::string name, std::string metadata) {
  return {output.column, std::move(name), output.expression->type, output.expression->nullable, std::move(metadata)};
}

const Column* find_column(const Columns& columns, ColumnId id) {
  const auto found = std::ranges::find(columns, id, &Column::id);
  return found == columns.end() ? nullptr : &*found;
}

std::vector<RelationPtr> inputs_of(const Relation& relation) {
  return std::visit(
      [](const auto& node) -> std::vector<RelationPtr> {
        using Node = std::decay_t<decltype(node)>;
        if constexpr (std::is_same_v<Node, Join>)
          return {node.left, node.right};
        else if constexpr (std::is_same_v<Node, SetOperation>)
          return node.inputs;
        else if constexpr (std::is_same_v<Node, Recursion>)
          return {node.anchor, node.step};
        else if constexpr (std::is_same_v<Node, Shared>)
          return {node.definition};
        else if constexpr (requires { node.input; })
          return {node.input};
        else
          return {};
      },
      relation.node);
}

}  // namespace lab::plan::bound
