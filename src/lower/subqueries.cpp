#include "base/error.h"
#include "lower/lowering.h"

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
  const std::string left = values.size() == 1 ? values[0] : "(" + comma_list(values) + ")";
  return "(" + left + " IN (" + subquery(*node.plan) + "))";
}

}  // namespace lab::lower
