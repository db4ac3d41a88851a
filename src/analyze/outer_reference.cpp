#include "analyze/outer_reference.h"

#include <cctype>

#include "plan/bound_build.h"

namespace lab::analyze {
namespace {

namespace bound = plan::bound;
using ColumnNames = std::map<bound::ColumnId, bound::ColumnId>;

bound::ExpressionPtr with_outer_names(const bound::ExpressionPtr& expression, const ColumnNames& names) {
  if (const auto* reference = std::get_if<bound::ColumnRef>(&expression->node)) {
    const auto found = names.find(reference->column);
    if (!reference->is_outer || found == names.end()) return expression;
    return bound::make_expression(bound::ColumnRef{found->second, true}, expression->type, expression->nullable, expression->origin);
  }
  const bound::ExpressionPtr inside = with_outer_columns(expression, names);
  return bound::map_children(inside, [&](const bound::ExpressionPtr& child) { return with_outer_names(child, names); });
}

bound::RelationPtr with_outer_names(const bound::RelationPtr& relation, const ColumnNames& names) {
  // Evaluated once, it says nothing of single rows around it.
  if (std::holds_alternative<bound::Shared>(relation->node)) return relation;
  const auto inputs = bound::inputs_of(*relation);
  std::vector<bound::RelationPtr> next;
  for (const auto& input : inputs) next.push_back(with_outer_names(input, names));
  const bound::RelationPtr over = next == inputs ? relation : bound::with_inputs(relation, std::move(next));
  return bound::map_expressions(over, [&](const bound::ExpressionPtr& expression) { return with_outer_names(expression, names); });
}

}  // namespace

bool names_outer_column(const plan::bound::ExpressionPtr& expression) {
  return plan::bound::contains(expression, [](const plan::bound::Expression& part) {
    const auto* reference = std::get_if<plan::bound::ColumnRef>(&part.node);
    return reference && reference->is_outer;
  });
}

std::string without_outer(std::string sql) {
  static const std::string kStart = "outer(";
  for (std::size_t at = sql.find(kStart); at != std::string::npos; at = sql.find(kStart, at)) {
    const bool is_word = at == 0 || (std::isalnum(static_cast<unsigned char>(sql[at - 1])) == 0 && sql[at - 1] != '_');
    const std::size_t inside = at + kStart.size(), end = sql.find(')', inside);
    if (!is_word || end == std::string::npos) {
      at = inside;
      continue;
    }
    const std::string name = sql.substr(inside, end - inside);
    const std::size_t point = name.rfind('.');
    sql.replace(at, end + 1 - at, point == std::string::npos ? name : name.substr(point + 1));
  }
  return sql;
}

plan::bound::ExpressionPtr with_outer_columns(const plan::bound::ExpressionPtr& subquery, const std::map<plan::bound::ColumnId, plan::bound::ColumnId>& names) {
  plan::bound::Expression changed = *subquery;
  if (auto* scalar = std::get_if<plan::bound::ScalarSubquery>(&changed.node)) scalar->plan = with_outer_names(scalar->plan, names);
  else if (auto* exists = std::get_if<plan::bound::Exists>(&changed.node)) exists->plan = with_outer_names(exists->plan, names);
  else if (auto* in = std::get_if<plan::bound::InSubquery>(&changed.node)) in->plan = with_outer_names(in->plan, names);
  else return subquery;
  return std::make_shared<const plan::bound::Expression>(std::move(changed));
}

}  // namespace lab::analyze
