#include <algorithm>
#include <array>

#include "analyze/conditions.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/common_type.h"
#include "plan/bound_build.h"
#include "types/type_text.h"

// UNION, INTERSECT, EXCEPT: by position or by name, types widened column by column.
namespace lab::analyze {
namespace {

const char* operator_name(plan::SetOperator op, bool all) {
  switch (op) {
    case plan::SetOperator::Union: return "UNION";
    case plan::SetOperator::Intersect: return all ? "INTERSECT ALL" : "INTERSECT";
    case plan::SetOperator::Except: return all ? "EXCEPT ALL" : "EXCEPT";
  }
  return "UNION";
}

std::string ordinal(std::size_t n) {
  static constexpr std::array kNames = {"zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"};
  return n < kNames.size() ? kNames[n] : std::to_string(n) + "th";
}

bool has_map(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Map: return true;
    case TypeKind::Array: return has_map(type.element());
    case TypeKind::Struct: return std::ranges::any_of(type.fields(), [](const types::Field& field) { return has_map(field.type); });
    default: return false;
  }
}

// A long chain of unions is one operation with many inputs, not a deep tree.
void flatten(const plan::RelationPtr& relation, const plan::SetOperation& like, std::vector<plan::RelationPtr>& inputs) {
  const auto* node = std::get_if<plan::SetOperation>(&relation->node);
  if (node && node->op == plan::SetOperator::Union && like.op == plan::SetOperator::Union && node->all && like.all && !node->by_name && !like.by_name) {
    flatten(node->left, like, inputs);
    flatten(node->right, like, inputs);
    return;
  }
  inputs.push_back(relation);
}

}  // namespace

// Casts the visible columns to `targets`, by position; columns that fit pass.
bound::RelationPtr Resolver::widen(const Resolved& input, const std::vector<DataType>& targets) {
  auto relation = trimmed(input);
  bool changed = false;
  bound::Outputs outputs;
  bound::Columns columns;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto& column = input.scope[i].column;
    auto value = bound::make_reference(column);
    if (types::same_shape(column.type, targets[i])) {
      outputs.push_back({column.id, std::move(value)});
      columns.push_back(column);
      continue;
    }
    changed = true;
    outputs.push_back({fresh(), cast_expression(std::move(value), targets[i])});
    columns.push_back({{}, column.name, {}, true, column.metadata});
  }
  return changed ? bound::make_project(std::move(relation), std::move(outputs), std::move(columns)) : relation;
}

Resolved Resolver::resolve_node(const plan::SetOperation& node, const plan::Relation& relation) {
  std::vector<plan::RelationPtr> parts;
  flatten(node.left, node, parts);
  flatten(node.right, node, parts);
  std::vector<Resolved> inputs;
  for (const auto& part : parts) inputs.push_back(resolve(part));
  const std::string name = operator_name(node.op, node.all);
  const auto context = plan::query_context(relation.origin);
  if (node.by_name) match_by_name(inputs[0], inputs[1], node, relation);
  const std::size_t width = inputs[0].scope.size();
  for (std::size_t i = 1; i < inputs.size(); ++i)
    if (inputs[i].scope.size() != width)
      throw Error(conditions::kNumColumnsMismatch, {{"operator", name}, {"firstNumColumns", std::to_string(width)}, {"invalidOrdinalNum", ordinal(i + 1)}, {"invalidNumColumns", std::to_string(inputs[i].scope.size())}}).at(context);
  std::vector<DataType> targets;
  for (std::size_t c = 0; c < width; ++c) {
    std::vector<DataType> types;
    for (const auto& input : inputs) types.push_back(input.scope[c].column.type);
    if (std::ranges::all_of(types, [&](const DataType& type) { return types::same_shape(type, types[0]); })) {
      targets.push_back(types[0]);
    } else if (const auto common = functions::wider_common_type(types, policy_)) {
      targets.push_back(*common);
    } else {
      for (std::size_t i = 1; i < inputs.size(); ++i) {
        const DataType pair[] = {types[0], types[i]};
        if (functions::wider_common_type(pair, policy_)) continue;
        throw Error(conditions::kIncompatibleColumnType, {{"operator", name}, {"columnOrdinalNumber", ordinal(c + 1)}, {"tableOrdinalNumber", ordinal(i + 1)}, {"dataType1", types::quoted_sql(types[i])},
                                                          {"dataType2", types::quoted_sql(types[0])}, {"hint", ""}}).at(context);
      }
      targets.push_back(types[0]);
    }
    if ((node.op != plan::SetOperator::Union || !node.all) && has_map(targets.back()))
      throw Error(conditions::kSetOperationOnMapType, {{"colName", types::quote_identifier(inputs[0].scope[c].column.name)}, {"dataType", types::quoted_sql(targets.back())}}).at(context);
  }
  bound::SetOperation operation;
  operation.op = node.op == plan::SetOperator::Union ? bound::SetOperator::Union : node.op == plan::SetOperator::Intersect ? bound::SetOperator::Intersect : bound::SetOperator::Except;
  operation.all = node.all;
  Resolved result;
  auto instance = std::make_shared<Instance>();
  bound::Columns columns;
  for (std::size_t c = 0; c < width; ++c) {
    const auto& first = inputs[0].scope[c].column;
    bool nullable = first.nullable;
    if (node.op == plan::SetOperator::Union)
      for (const auto& input : inputs) nullable = nullable || input.scope[c].column.nullable;
    if (node.op == plan::SetOperator::Intersect)
      for (const auto& input : inputs) nullable = nullable && input.scope[c].column.nullable;
    columns.push_back({fresh(), first.name, targets[c], nullable, first.metadata});
  }
  for (const auto& input : inputs) {
    operation.inputs.push_back(widen(input, targets));
    instance->inputs.push_back(input.instance);
  }
  for (std::size_t c = 0; c < width; ++c) result.scope.push_back({columns[c], {}, columns[c].id});
  // `df.union(other)` keeps the first frame's attributes: df["x"] still means its column.
  const Scope first = inputs[0].scope;
  result.relation = bound::make_relation(std::move(operation), std::move(columns));
  result.instance = renamed_instance(inputs[0].instance, first, result.scope);
  return result;
}

// The instance tree of a set operation's first input, its columns standing for the operation's own.
std::shared_ptr<const Instance> Resolver::renamed_instance(const std::shared_ptr<const Instance>& instance, const Scope& from, const Scope& to) {
  if (!instance) return nullptr;
  auto copy = std::make_shared<Instance>();
  copy->plan_id = instance->plan_id;
  for (const auto& column : instance->scope)
    for (std::size_t i = 0; i < from.size(); ++i)
      if (from[i].column.id == column.column.id) {
        ScopeColumn next = to[i];
        next.column.name = column.column.name;
        copy->scope.push_back(std::move(next));
      }
  for (const auto& input : instance->inputs) copy->inputs.push_back(renamed_instance(input, from, to));
  return copy;
}

// unionByName: the right side in the left's order; with missing columns allowed each side gets NULLs for what only the other has.
void Resolver::match_by_name(Resolved& left, Resolved& right, const plan::SetOperation& node, const plan::Relation& relation) {
  const auto context = plan::query_context(relation.origin);
  const auto find = [&](const Resolved& side, const std::string& name) -> const ScopeColumn* {
    for (const auto& column : side.scope)
      if (same_name(column.column.name, name, policy_.case_sensitive)) return &column;
    return nullptr;
  };
  const auto check_duplicates = [&](const Resolved& side) {
    for (std::size_t i = 0; i < side.scope.size(); ++i)
      for (std::size_t j = i + 1; j < side.scope.size(); ++j)
        if (same_name(side.scope[i].column.name, side.scope[j].column.name, policy_.case_sensitive))
          throw Error(conditions::kColumnNotDefined, {{"columnName", types::quote_identifier(side.scope[i].column.name)}}).at(context);
  };
  check_duplicates(left);
  check_duplicates(right);
  const auto null_column = [&](const ScopeColumn& like) {
    Item item;
    item.typed.expression = bound::make_literal(types::Literal::null(like.column.type));
    item.id = item.identity = fresh();
    item.name = like.column.name;
    return item;
  };
  const auto pass = [&](const ScopeColumn& column) {
    Item item;
    item.typed.expression = bound::make_reference(column.column);
    item.typed.metadata = column.column.metadata;
    item.id = column.column.id;
    item.identity = column.identity;
    item.qualifier = column.qualifier;
    item.name = column.column.name;
    item.is_pass = true;
    return item;
  };
  Items left_items, right_items;
  for (const auto& column : left.scope) {
    left_items.push_back(pass(column));
    if (const auto* other = find(right, column.column.name)) {
      right_items.push_back(pass(*other));
    } else if (node.allow_missing_columns) {
      right_items.push_back(null_column(column));
    } else {
      std::string fields;
      for (const auto& field : right.scope) fields += (fields.empty() ? "" : ", ") + field.column.name;
      const auto& condition = policy_.is_spark4 ? conditions::kColumnNotAmongFields : conditions::kColumnNotAmongFields3;
      throw Error(condition, {{"colName", column.column.name}, {"fieldNames", std::move(fields)}}).at(context);
    }
  }
  for (const auto& column : right.scope) {
    if (find(left, column.column.name)) continue;
    if (!node.allow_missing_columns)
      throw Error(conditions::kNumColumnsMismatch, {{"operator", "UNION"}, {"firstNumColumns", std::to_string(left.scope.size())}, {"invalidOrdinalNum", "second"}, {"invalidNumColumns", std::to_string(right.scope.size())}}).at(context);
    left_items.push_back(null_column(column));
    right_items.push_back(pass(column));
  }
  left = finish_projection(std::move(left), std::move(left_items));
  right = finish_projection(std::move(right), std::move(right_items));
}

}  // namespace lab::analyze
