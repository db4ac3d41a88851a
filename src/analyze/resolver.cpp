#include "analyze/resolver.h"

#include "analyze/conditions.h"
#include "analyze/pretty.h"
#include "base/error.h"
#include "plan/bound_build.h"

namespace lab::analyze {
namespace {

// Deeper plans would risk the stack; Spark overflows its own around there.
constexpr int kMostNestedRelations = 3000;

struct DepthGuard {
  int& depth;
  explicit DepthGuard(int& d) : depth(d) { ++depth; }
  ~DepthGuard() { --depth; }
};

}  // namespace

bool is_aggregate(const bound::Expression& expression) {
  return std::holds_alternative<bound::AggregateCall>(expression.node);
}

Resolver::Resolver(const Context& context, const bound::Policy& policy) : context_(context), policy_(policy) {}

Resolved Resolver::resolve(const plan::RelationPtr& relation) {
  const DepthGuard guard(depth_);
  if (depth_ > kMostNestedRelations)
    throw Error(lab::conditions::kUnsupportedFeature, {{"feature", "plans nested this deeply"}, {"hint", "Write an intermediate table."}});
  Resolved resolved = std::visit([&](const auto& node) { return resolve_node(node, *relation); }, relation->node);
  if (relation->plan_id) {
    auto instance = std::make_shared<Instance>();
    instance->plan_id = relation->plan_id;
    instance->scope = resolved.scope;
    instance->hidden = resolved.hidden;
    if (resolved.instance) instance->inputs.push_back(resolved.instance);
    resolved.instance = std::move(instance);
  }
  return resolved;
}

bound::RelationPtr Resolver::trimmed(const Resolved& resolved) const {
  bound::Columns columns;
  for (const auto& column : resolved.scope) columns.push_back(column.column);
  return bound::select_columns(resolved.relation, columns);
}

Resolved Resolver::over(Resolved input, bound::RelationPtr relation) {
  auto below = std::make_shared<const Resolved>(input);
  Resolved result = std::move(input);
  result.relation = std::move(relation);
  result.below = std::move(below);
  return result;
}

Resolved Resolver::from_relation(bound::RelationPtr relation, std::vector<std::string> qualifier) {
  Resolved result;
  for (const auto& column : relation->columns) result.scope.push_back({column, qualifier, column.id});
  result.relation = std::move(relation);
  return result;
}

Names Resolver::names_over(const Resolved& input) {
  Names names;
  names.inputs = {&input};
  names.outer = outer_;
  names.named_windows = named_windows_;
  return names;
}

Typed Resolver::constant(const plan::ExpressionPtr& expr) {
  Names names;
  return expression(expr, names);
}

const functions::FunctionRow& Resolver::row(std::string_view name) const {
  const auto* found = functions::find_function(name, policy_.is_spark4);
  LAB_CHECK(found, std::string(name));
  return *found;
}

Resolved Resolver::unsupported_relation(const std::string& what, const plan::Relation& relation) {
  throw Error(lab::conditions::kUnsupportedFeature, {{"feature", what}, {"hint", "It is not built yet."}}).at(plan::query_context(relation.origin));
}

}  // namespace lab::analyze
