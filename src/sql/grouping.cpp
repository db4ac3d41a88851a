#include <algorithm>

#include "sql/conditions.h"
#include "sql/grammar.h"

namespace lab::sql {

using plan::GroupingAnalytics;

/// GROUP BY behind its input; `items` is the SELECT list.
plan::RelationPtr Grammar::grouped(plan::RelationPtr input, plan::Expressions items, Index first) {
  expect_all({"GROUP", "BY"});
  plan::Aggregate node;
  node.input = std::move(input);
  node.aggregates = std::move(items);
  node.output_includes_grouping = true;
  const Index clause = position_;
  do {
    node.grouping.push_back(grouping_item());
  } while (accept(","));
  if (at("WITH") && at_any({"ROLLUP", "CUBE"}, 1)) {
    GroupingAnalytics analytics;
    analytics.kind = at("ROLLUP", 1) ? GroupingAnalytics::Kind::Rollup : GroupingAnalytics::Kind::Cube;
    position_ += 2;
    for (auto& item : node.grouping) analytics.sets.push_back({std::move(item)});
    node.grouping = {plan::make_expression(std::move(analytics), origin(clause))};
  } else if (at_all({"GROUPING", "SETS", "("})) {
    GroupingAnalytics analytics;
    analytics.kind = GroupingAnalytics::Kind::GroupingSets;
    analytics.given = std::move(node.grouping);
    position_ += 3;
    do {
      analytics.sets.push_back(grouping_set());
    } while (accept(","));
    expect(")");
    node.grouping = {plan::make_expression(std::move(analytics), origin(clause))};
  } else if (node.grouping.size() == 1) {
    const auto* attribute = std::get_if<plan::UnresolvedAttribute>(&node.grouping.front()->node);
    if (attribute && attribute->parts.size() == 1 && tokens_[clause].is("ALL")) {
      node.type = plan::Aggregate::GroupType::GroupByAll;
      node.grouping.clear();
      node.group_by = origin(clause - 2);
    }
  }
  for (const auto& item : node.grouping) {
    const auto* analytics = std::get_if<GroupingAnalytics>(&item->node);
    if (!analytics || analytics->kind == GroupingAnalytics::Kind::GroupingSets) continue;
    if (std::any_of(analytics->sets.begin(), analytics->sets.end(), [](const auto& set) { return set.empty(); }))
      raise(conditions::kEmptyGroupingSet, {{"element", analytics->kind == GroupingAnalytics::Kind::Rollup ? "ROLLUP" : "CUBE"}}, clause - 2);
  }
  return relation_node(std::move(node), first);
}

plan::ExpressionPtr Grammar::grouping_item() {
  const bool is_analytics = (at_any({"ROLLUP", "CUBE"}) && at("(", 1)) || at_all({"GROUPING", "SETS", "("});
  return is_analytics ? grouping_analytics() : expression();
}

plan::ExpressionPtr Grammar::grouping_analytics() {
  const Level level(*this);
  const Index first = position_;
  GroupingAnalytics node;
  if (accept_all({"GROUPING", "SETS"})) {
    node.kind = GroupingAnalytics::Kind::GroupingSets;
  } else {
    node.kind = at("ROLLUP") ? GroupingAnalytics::Kind::Rollup : GroupingAnalytics::Kind::Cube;
    advance();
  }
  expect("(");
  do {
    const bool nested = (at_any({"ROLLUP", "CUBE"}) && at("(", 1)) || at_all({"GROUPING", "SETS", "("});
    if (nested && node.kind == GroupingAnalytics::Kind::GroupingSets) {
      node.sets.push_back({grouping_analytics()});
    } else {
      node.sets.push_back(grouping_set());
    }
  } while (accept(","));
  expect(")");
  return plan::make_expression(std::move(node), origin(first));
}

plan::Expressions Grammar::grouping_set() {
  // `(a, b)` is one set; `(a) + 1` an expression.
  if (at("(") && !at_query(1)) {
    const Index close = matching_parenthesis(position_);
    const Token& after = tokens_[std::min(close + 1, tokens_.size() - 1)];
    if (after.is(",") || after.is(")")) {
      advance();
      plan::Expressions set;
      if (!at(")")) set = expressions();
      expect(")");
      return set;
    }
  }
  return {expression()};
}

}  // namespace lab::sql
