#include "lower/raising.h"

#include "functions/cast_rules.h"
#include "functions/function_row.h"

namespace lab::lower {

using namespace plan::bound;

namespace {

using Visit = std::function<void(const Expression&)>;

void all(const Expressions& list, const Visit& visit) {
  for (const auto& item : list) visit(*item);
}

struct Children {
  const Visit& visit;

  void operator()(const LiteralNode&) const {}
  void operator()(const ColumnRef&) const {}
  void operator()(const LambdaRef&) const {}
  void operator()(const Call& node) const { all(node.arguments, visit); }
  void operator()(const Cast& node) const { visit(*node.child); }
  void operator()(const Case& node) const {
    for (const auto& [condition, value] : node.branches) {
      visit(*condition);
      visit(*value);
    }
    if (node.otherwise) visit(*node.otherwise);
  }
  void operator()(const FieldAccess& node) const { visit(*node.child); }
  void operator()(const Lambda& node) const { visit(*node.body); }
  void operator()(const AggregateCall& node) const {
    all(node.arguments, visit);
    if (node.filter) visit(*node.filter);
    for (const auto& key : node.within_group) visit(*key.expression);
  }
  void operator()(const WindowCall& node) const {
    (*this)(node.call);
    all(node.partition_by, visit);
    for (const auto& key : node.order_by) visit(*key.expression);
  }
  void operator()(const ScalarSubquery&) const {}
  void operator()(const Exists&) const {}
  void operator()(const InSubquery& node) const { all(node.values, visit); }
};

}  // namespace

void for_each_child(const Expression& expression, const Visit& visit) { std::visit(Children{visit}, expression.node); }

bool may_raise(const Expression& expression) {
  if (const auto* call = std::get_if<Call>(&expression.node); call && call->function->may_raise) return true;
  if (const auto* cast = std::get_if<Cast>(&expression.node);
      cast && functions::cast_may_raise(cast->child->type, expression.type, cast->mode)) {
    return true;
  }
  bool found = false;
  for_each_child(expression, [&](const Expression& child) { found = found || may_raise(child); });
  return found;
}

std::vector<const Expression*> conjuncts_of(const Expression& condition) {
  std::vector<const Expression*> result;
  // Chains of thousands come from generated code; the stack must not follow them.
  std::vector<const Expression*> pending{&condition};
  while (!pending.empty()) {
    const Expression* next = pending.back();
    pending.pop_back();
    const auto* call = std::get_if<Call>(&next->node);
    if (call && call->function->name == "and") {
      for (auto argument = call->arguments.rbegin(); argument != call->arguments.rend(); ++argument) pending.push_back(argument->get());
    } else {
      result.push_back(next);
    }
  }
  return result;
}

}  // namespace lab::lower
