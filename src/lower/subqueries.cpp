#include "base/error.h"
#include "lower/lowering.h"
#include "plan/bound_walk.h"

namespace lab::lower {

using namespace plan::bound;

namespace {

// True when the plan cannot give a second row.
bool has_at_most_one_row(const Relation& plan) {
  if (std::holds_alternative<OneRow>(plan.node)) return true;
  if (const auto* aggregate = std::get_if<Aggregate>(&plan.node)) return aggregate->groups.empty() && !aggregate->grouping_sets;
  if (const auto* limit = std::get_if<Limit>(&plan.node)) return (limit->count && *limit->count <= 1) || has_at_most_one_row(*limit->input);
  if (const auto* project = std::get_if<Project>(&plan.node)) return has_at_most_one_row(*project->input);
  if (const auto* filter = std::get_if<Filter>(&plan.node)) return has_at_most_one_row(*filter->input);
  if (const auto* sort = std::get_if<Sort>(&plan.node)) return has_at_most_one_row(*sort->input);
  return false;
}

bool names_columns_around(const RelationPtr& plan) {
  bool found = false;
  for_each_reference(plan, [&](const ColumnRef& reference) { found = found || reference.is_outer; });
  return found;
}

}  // namespace

std::string Lowering::subquery(const Relation& plan) {
  if (lambda_depth_ > 0) {
    throw Error(conditions::kUnsupportedFeature, {{"feature", "a subquery inside a lambda function"}, {"hint", "Join with the table instead."}});
  }
  return relation(plan).text();
}

std::string Lowering::write(const ScalarSubquery& node, const Expression& expression) {
  const std::string text = subquery(*node.plan);
  if (has_at_most_one_row(*node.plan)) return "(" + text + ")";
  const std::string column = column_name(node.plan->columns.at(0).id);
  return "(SELECT CASE WHEN " + marked("lab_at_most_one_row(count(*))", expression.origin) + " THEN first(" + column + ") END FROM (" + text + ") AS " + next_alias() + ")";
}

std::string Lowering::write(const Exists& node, const Expression&) { return "EXISTS (" + subquery(*node.plan) + ")"; }

std::string Lowering::write(const InSubquery& node, const Expression&) {
  std::vector<std::string> values;
  for (const auto& value : node.values) values.push_back(expression(value));
  if (values.size() > 1 && names_columns_around(node.plan)) return in_by_rows(node, values);
  const std::string left = values.size() == 1 ? values[0] : "(" + comma_list(values) + ")";
  return "(" + left + " IN (" + subquery(*node.plan) + "))";
}

// DuckDB has no IN of several columns for a subquery that names columns around it. A row that is equal makes it true; one that might
// be, where a NULL hides a value, makes it unknown.
std::string Lowering::in_by_rows(const InSubquery& node, const std::vector<std::string>& values) {
  std::string equal, possible;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string column = column_name(node.plan->columns.at(i).id), same = column + " = " + values[i];
    equal += (i > 0 ? " AND " : "") + same;
    possible += (i > 0 ? " AND (" : "(") + same + " OR " + column + " IS NULL OR " + values[i] + " IS NULL)";
  }
  const auto has_row = [&](const std::string& condition) { return "EXISTS (SELECT 1 FROM (" + subquery(*node.plan) + ") AS " + next_alias() + " WHERE " + condition + ")"; };
  const std::string is_in = has_row(equal), may_be_in = has_row(possible);
  return "(CASE WHEN " + is_in + " THEN true WHEN " + may_be_in + " THEN NULL ELSE false END)";
}

}  // namespace lab::lower
