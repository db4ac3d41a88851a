#include "lower/raising.h"

#include <algorithm>

#include "functions/cast_rules.h"
#include "functions/decimal_types.h"
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

namespace {

const types::Value* constant(const ExpressionPtr& expression) {
  const auto* literal = std::get_if<LiteralNode>(&expression->node);
  return literal ? &literal->value : nullptr;
}

bool is_zero(const types::Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value.data)) return *integer == 0;
  if (const auto* real = std::get_if<double>(&value.data)) return *real == 0;
  if (const auto* decimal = std::get_if<types::Decimal>(&value.data)) return decimal->unscaled == 0;
  return true;
}

// A LIKE pattern is wrong when its escape stands before anything but a wildcard or itself.
bool is_like_pattern(std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '\\') continue;
    if (++i == pattern.size() || (pattern[i] != '_' && pattern[i] != '%' && pattern[i] != '\\')) return false;
  }
  return true;
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

// What the row says of the function, less what this call's types and constants rule out.
bool call_may_raise(const Call& call, const types::DataType& result) {
  if (!call.function->may_raise) return false;
  const std::string_view name = call.function->name;
  const auto is_number = [](const ExpressionPtr& argument) { return argument->type.is_numeric(); };
  const bool numbers = std::ranges::all_of(call.arguments, is_number);
  if (is_one_of(name, {"+", "-", "*", "negative"}) && numbers) {
    const bool is_exact = call.arguments.size() == 2 && functions::is_exact_decimal(name[0], call.arguments[0]->type, call.arguments[1]->type, result);
    return call.ansi && !result.is_fractional() && !is_exact;
  }
  if (is_one_of(name, {"/", "%", "div", "mod", "pmod"}) && numbers) {
    const types::Value* divisor = constant(call.arguments.back());
    return call.ansi && !(divisor && !is_zero(*divisor) && result.is_fractional());
  }
  if (is_one_of(name, {"like", "ilike"}) && call.arguments.size() == 2) {
    const types::Value* pattern = constant(call.arguments[1]);
    return !(pattern && (pattern->is_null() || is_like_pattern(pattern->text())));
  }
  // A wrong pattern raises whatever the rows are.
  if (is_one_of(name, {"rlike", "regexp", "regexp_like"})) return !constant(call.arguments[1]);
  return true;
}

// Nothing in it depends on a row: DuckDB folds it, and it raises for the statement or not at all.
bool is_constant(const Expression& expression) {
  if (std::holds_alternative<LiteralNode>(expression.node)) return true;
  const auto* call = std::get_if<Call>(&expression.node);
  if (!(call && !call->function->is_volatile) && !std::holds_alternative<Cast>(expression.node)) return false;
  bool constant = true;
  for_each_child(expression, [&](const Expression& child) { constant = constant && is_constant(child); });
  return constant;
}

}  // namespace

bool holds_subquery(const Expression& expression) {
  if (std::holds_alternative<ScalarSubquery>(expression.node) || std::holds_alternative<Exists>(expression.node) ||
      std::holds_alternative<InSubquery>(expression.node)) {
    return true;
  }
  bool found = false;
  for_each_child(expression, [&](const Expression& child) { found = found || holds_subquery(child); });
  return found;
}

bool may_raise(const Expression& expression) {
  if (is_constant(expression)) return false;
  if (const auto* call = std::get_if<Call>(&expression.node); call && call_may_raise(*call, expression.type)) return true;
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
