#include <algorithm>

#include "analyze/conditions.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/common_type.h"
#include "plan/bound_build.h"
#include "types/type_text.h"

namespace lab::analyze {

// `outer_sql`: the columns around that it names, as Spark prints them: those of its upper operators first.
Resolved Resolver::resolve_subquery(const plan::RelationPtr& plan, Names& names, std::string& outer_sql) {
  std::vector<OuterUse> uses;
  Names around = names;
  around.lateral = nullptr;
  around.used_outer = &uses;
  // What a subquery in ORDER BY is around sees the rows that are sorted, not what was left out of them.
  if (names.clause == "ORDER BY") {
    around.may_expose = false;
    around.aggregate = nullptr;
  }
  const auto* outer = std::exchange(outer_, &around);
  const auto* windows = std::exchange(named_windows_, nullptr);
  Resolved result = resolve(plan);
  outer_ = outer;
  named_windows_ = windows;
  for (std::size_t i = 0; i < uses.size(); ++i) uses[i].order = i;
  std::ranges::sort(uses, {}, [](const OuterUse& use) { return std::pair(use.depth, use.order); });
  std::vector<ColumnId> seen;
  for (const auto& use : uses) {
    if (std::ranges::find(seen, use.column) != seen.end()) continue;
    seen.push_back(use.column);
    outer_sql += (outer_sql.empty() ? "" : ", ") + use.name;
  }
  return result;
}

bool Resolver::is_written_subquery(const bound::Expression& expression) const {
  if (const auto* scalar = std::get_if<bound::ScalarSubquery>(&expression.node)) return !function_bodies_.contains(scalar->plan);
  return std::holds_alternative<bound::Exists>(expression.node) || std::holds_alternative<bound::InSubquery>(expression.node);
}

Typed Resolver::resolve_expression(const plan::ScalarSubquery& node, const plan::Expression& expr, Names& names) {
  std::string outer_sql;
  Resolved body = resolve_subquery(node.plan, names, outer_sql);
  if (body.scope.size() != 1)
    throw Error(conditions::kScalarSubqueryColumns, {{"number", std::to_string(body.scope.size())}}).at(plan::query_context(expr.origin));
  Typed result;
  result.sql = "scalarsubquery(" + outer_sql + ")";
  const DataType type = body.scope[0].column.type;
  result.expression = bound::make_expression(bound::ScalarSubquery{trimmed(body)}, type, true, expr.origin);
  return result;
}

Typed Resolver::resolve_expression(const plan::Exists& node, const plan::Expression& expr, Names& names) {
  std::string outer_sql;
  Resolved body = resolve_subquery(node.plan, names, outer_sql);
  Typed result;
  result.sql = "exists(" + outer_sql + ")";
  result.expression = bound::make_expression(bound::Exists{trimmed(body)}, TypeKind::Boolean, false, expr.origin);
  return result;
}

Typed Resolver::resolve_expression(const plan::InSubquery& node, const plan::Expression& expr, Names& names) {
  TypedList values = expressions(node.values, names);
  std::string outer_sql;
  Resolved body = resolve_subquery(node.plan, names, outer_sql);
  const auto context = plan::query_context(expr.origin);
  std::string left = join_sql(sql_of(values)), shown_left = left;
  if (values.size() > 1) {
    std::vector<std::string> parts, shown;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string name = values[i].name.value_or("col" + std::to_string(i + 1));
      parts.insert(parts.end(), {name, values[i].sql});
      shown.insert(shown.end(), {"'" + name + "'", values[i].sql});
    }
    left = "named_struct(" + join_sql(parts) + ")";
    shown_left = "named_struct(" + join_sql(shown) + ")";
  }
  const std::string right = " IN (listquery(" + outer_sql + ")))";
  Typed result;
  result.sql = "(" + left + right;
  // Errors show the names of the pair's fields as constants.
  const std::string sql_expr = quoted_expression("(" + shown_left + right);
  // `(a, b)` may arrive as one struct.
  if (values.size() == 1 && body.scope.size() > 1 && values[0].type().is(TypeKind::Struct) && values[0].type().fields().size() == body.scope.size()) {
    TypedList fields;
    for (const auto& field : values[0].type().fields()) fields.push_back(field_of(values[0], field.name, expr.origin));
    values = std::move(fields);
  }
  if (values.size() != body.scope.size()) {
    std::vector<std::string> lefts, rights;
    for (const auto& value : values) lefts.push_back(quoted_expression(value.sql));
    for (const auto& column : body.scope) rights.push_back(quoted_expression(column.column.name));
    throw Error(conditions::kInSubqueryLengthMismatch, {{"sqlExpr", sql_expr}, {"leftLength", std::to_string(lefts.size())}, {"leftColumns", join_sql(lefts)},
                                                        {"rightLength", std::to_string(rights.size())}, {"rightColumns", join_sql(rights)}}).at(context);
  }
  bound::InSubquery in;
  std::vector<DataType> targets;
  bool nullable = false, is_mismatch = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const DataType a = values[i].type(), b = body.scope[i].column.type;
    std::optional<DataType> common = types::same_shape(a, b) ? std::optional(a) : functions::comparison_type(a, b, policy_);
    if (!common) common = functions::wider_type(a, b, policy_);
    is_mismatch = is_mismatch || !common;
    if (!common) continue;
    targets.push_back(*common);
    in.values.push_back(cast_expression(values[i].expression, *common));
    nullable = nullable || in.values.back()->nullable || body.scope[i].column.nullable;
  }
  if (is_mismatch) {
    std::vector<std::string> mismatched, left_types, right_types;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const ScopeColumn& column = body.scope[i];
      left_types.push_back(types::quoted_sql(values[i].type()));
      right_types.push_back(types::quoted_sql(column.column.type));
      if (types::same_shape(values[i].type(), column.column.type)) continue;
      std::string right_sql;
      for (const auto& part : column.qualifier) right_sql += types::quote_if_needed(part) + ".";
      right_sql += types::quote_if_needed(column.column.name);
      const std::string left_sql = node.values.size() == values.size() ? source_sql(node.values[i], names) : values[i].sql;
      mismatched.push_back("(" + left_sql + ":" + types::catalog_string(values[i].type()) + ", " + right_sql + ":" + types::catalog_string(column.column.type) + ")");
    }
    throw Error(conditions::kInSubqueryTypeMismatch, {{"sqlExpr", sql_expr}, {"mismatchedColumns", join_sql(mismatched)}, {"leftType", join_sql(left_types)}, {"rightType", join_sql(right_types)}}).at(context);
  }
  in.plan = widen(body, targets);
  result.expression = bound::make_expression(std::move(in), TypeKind::Boolean, nullable, expr.origin);
  return result;
}

}  // namespace lab::analyze
