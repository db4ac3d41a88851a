#include <algorithm>
#include <limits>

#include "analyze/conditions.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "compute/real_math.h"
#include "plan/bound_build.h"
#include "types/type_text.h"

// df.stat, summary and describe: written as the plans that compute them.
namespace lab::analyze {
namespace {

using plan::make_attribute;


plan::ExpressionPtr asked(std::string name, plan::Expressions arguments) { return plan::make_call(std::move(name), std::move(arguments)); }
plan::ExpressionPtr alias(plan::ExpressionPtr child, std::string name) { return plan::make_expression(plan::Alias{std::move(child), {std::move(name)}, {}}); }
plan::ExpressionPtr cast(plan::ExpressionPtr child, DataType type) { return plan::make_expression(plan::Cast{std::move(child), std::move(type), plan::CastMode::Session}); }
plan::ExpressionPtr text(const std::string& value) { return plan::make_literal(types::Literal::string(value)); }
plan::ExpressionPtr number(double value) { return plan::make_literal(types::Literal::real(value)); }

// A value as crosstab shows it: NULL is a word.
plan::ExpressionPtr as_label(const std::string& column) {
  return asked("when", {asked("isnull", {make_attribute({column})}), text("null"), cast(make_attribute({column}), TypeKind::String)});
}

}  // namespace

Typed Resolver::aggregate_of(const std::string& name, TypedList arguments, const plan::Origin& origin) {
  const auto& found = row(name);
  bound::AggregateCall call;
  call.function = &found;
  call.ansi = policy_.ansi;
  std::vector<std::string> displays = sql_of(arguments);
  for (auto& argument : arguments) call.arguments.push_back(argument.expression);
  Typed result;
  result.sql = call_sql(name, displays);
  auto types = functions::bind_types(found, {call.arguments, policy_, displays}, result.sql);
  for (std::size_t i = 0; i < call.arguments.size() && i < types.arguments.size(); ++i) call.arguments[i] = cast_expression(call.arguments[i], types.arguments[i]);
  result.expression = bound::make_expression(std::move(call), std::move(types.result), types.nullable.value_or(true), origin);
  return result;
}

Resolved Resolver::summary(Resolved input, const std::vector<std::string>& statistics, const plan::Relation& relation) {
  const auto context = plan::query_context(relation.origin);
  std::vector<const ScopeColumn*> columns;
  for (const auto& column : input.scope)
    if (column.column.type.is_numeric() || column.column.type.is_text()) columns.push_back(&column);
  const auto literal = [](types::Literal value, std::string sql) {
    Typed typed;
    typed.expression = bound::make_literal(std::move(value));
    typed.sql = std::move(sql);
    return typed;
  };
  const auto statistic = [&](const std::string& written, const ScopeColumn& column) {
    Typed value;
    value.expression = bound::make_reference(column.column);
    value.sql = column.column.name;
    Typed real = value;
    if (column.column.type.is_text()) real.expression = bound::make_expression(bound::Cast{value.expression, bound::CastMode::Try}, TypeKind::Double, true);
    const std::string name = lower_case(written);
    if (name.ends_with('%')) {
      char* end = nullptr;
      const double percent = std::strtod(name.c_str(), &end);
      if (end == name.c_str() || std::string_view(end) != "%") throw Error(conditions::kBadPercentile, {{"stats", written}}).at(context);
      if (percent < 0 || percent > 100) throw Error(conditions::kPercentileRange, {}).at(context);
      return aggregate_of("approx_percentile", {real, literal({TypeKind::Double, {percent / 100}}, "p"), literal(types::Literal::integer(10000), "10000")}, relation.origin);
    }
    if (name == "count") return aggregate_of("count", {value}, relation.origin);
    if (name == "count_distinct") {
      Typed typed = aggregate_of("count", {value}, relation.origin);
      auto call = std::get<bound::AggregateCall>(typed.expression->node);
      call.is_distinct = true;
      typed.expression = bound::make_expression(std::move(call), typed.expression->type, false);
      return typed;
    }
    if (name == "approx_count_distinct") return aggregate_of("approx_count_distinct", {value}, relation.origin);
    if (name == "mean") return aggregate_of("avg", {real}, relation.origin);
    if (name == "stddev") return aggregate_of("stddev_samp", {real}, relation.origin);
    if (name == "min" || name == "max") return aggregate_of(name, {value}, relation.origin);
    if (policy_.is_spark4) throw Error(conditions::kUnrecognizedStatistic, {{"stats", "'" + written + "'"}}).at(context);
    throw Error(conditions::kStatisticNotRecognized, {{"stats", written}}).at(context);
  };
  Items items;
  for (const auto& name : statistics)
    for (const auto* column : columns) {
      Typed typed = statistic(name, *column);
      typed.expression = bound::make_expression(bound::Cast{typed.expression, bound::CastMode::Legacy}, TypeKind::String, true);
      Item item;
      item.id = item.identity = fresh();
      item.name = typed.sql;
      item.typed = std::move(typed);
      items.push_back(std::move(item));
    }
  std::vector<std::string> names{"summary"};
  for (const auto* column : columns) names.push_back(column->column.name);
  Resolved row_of_all = columns.empty() ? from_relation(bound::make_relation(bound::OneRow{}, {})) : aggregate(std::move(input), {}, std::move(items), std::nullopt, true, relation.origin);
  // One row with everything, spread over a row a statistic.
  TypedList arguments{literal(types::Literal::integer(static_cast<std::int32_t>(statistics.size())), std::to_string(statistics.size()))};
  std::size_t next = 0;
  for (const auto& name : statistics) {
    arguments.push_back(literal(types::Literal::string(name), name));
    for (std::size_t c = 1; c < names.size(); ++c) {
      Typed typed;
      typed.expression = bound::make_reference(row_of_all.scope[next++].column);
      arguments.push_back(std::move(typed));
    }
  }
  const std::size_t before = row_of_all.scope.size();
  Typed stack = call_row(row("stack"), std::move(arguments), relation.origin);
  Resolved spread = generate(std::move(row_of_all), stack, false, generator_columns(stack, false, names), {});
  spread.scope.erase(spread.scope.begin(), spread.scope.begin() + static_cast<std::ptrdiff_t>(before));
  return from_relation(trimmed(spread));
}

Resolved Resolver::resolve_node(const plan::Summary& node, const plan::Relation& relation) {
  auto statistics = node.statistics;
  if (statistics.empty()) statistics = {"count", "mean", "stddev", "min", "25%", "50%", "75%", "max"};
  return summary(resolve(node.input), statistics, relation);
}

Resolved Resolver::resolve_node(const plan::Describe& node, const plan::Relation& relation) {
  Resolved input = resolve(node.input);
  if (!node.columns.empty()) {
    plan::Expressions list;
    for (const auto& name : node.columns) list.push_back(make_attribute({name}));
    input = project(std::move(input), list, relation);
  }
  return summary(std::move(input), {"count", "mean", "stddev", "min", "max"}, relation);
}

Resolved Resolver::resolve_node(const plan::Crosstab& node, const plan::Relation&) {
  const std::string label = node.first + "_" + node.second;
  auto labels = plan::make_relation(plan::Project{node.input, {alias(as_label(node.first), label), alias(asked("regexp_replace", {as_label(node.second), text("`"), text("")}), "__value")}});
  plan::Pivot pivot;
  pivot.input = std::move(labels);
  pivot.grouping = {make_attribute({label})};
  pivot.aggregates = {asked("count", {plan::make_literal(types::Literal::integer(1))})};
  pivot.column = make_attribute({"__value"});
  return resolve(plan::make_relation(plan::FillNa{plan::make_relation(std::move(pivot)), {}, {types::Literal::bigint(0)}}));
}

Resolved Resolver::resolve_node(const plan::Covariance& node, const plan::Relation&) { return pair_statistic(node.input, "covar_samp", node.first, node.second, "cov"); }

Resolved Resolver::resolve_node(const plan::Correlation& node, const plan::Relation& relation) {
  if (!node.method.empty() && lower_case(node.method) != "pearson")
    throw Error(lab::conditions::kUnsupportedFeature, {{"feature", "the correlation method " + node.method}, {"hint", "Use pearson."}}).at(plan::query_context(relation.origin));
  return pair_statistic(node.input, "corr", node.first, node.second, "corr");
}

Resolved Resolver::pair_statistic(const plan::RelationPtr& input, const std::string& function, const std::string& first, const std::string& second, const std::string& name) {
  Resolved rows = resolve(input);
  for (const auto& column : {first, second}) {
    Names names = names_over(rows);
    const Typed typed = expression(make_attribute({column}), names);
    if (!typed.type().is_numeric()) throw Error(conditions::kNotNumericStatistic, {{"name", name == "cov" ? "covariance" : "correlation"}, {"type", types::catalog_string(typed.type())}});
  }
  // A missing value counts as zero.
  const auto value_of = [](const std::string& column) { return asked("coalesce", {cast(make_attribute({column}), TypeKind::Double), number(0.0)}); };
  auto value = asked(function, {value_of(first), value_of(second)});
  // No pairs at all count as zero covariance, and as a correlation that is no number.
  plan::Expressions list{alias(asked("coalesce", {std::move(value), number(name == "cov" ? 0.0 : std::numeric_limits<double>::quiet_NaN())}), name)};
  return project(std::move(rows), list, plan::Relation{});
}

Resolved Resolver::resolve_node(const plan::ApproxQuantile& node, const plan::Relation&) {
  plan::Expressions probabilities;
  for (const double p : node.probabilities) probabilities.push_back(number(p));
  plan::Expressions columns;
  for (const auto& name : node.columns) {
    plan::UnresolvedFunction call;
    call.name = {"approx_percentile"};
    call.arguments = {cast(make_attribute({name}), TypeKind::Double), asked("array", probabilities), plan::make_literal(types::Literal::integer(10000))};
    call.filter = asked("not", {asked("isnan", {cast(make_attribute({name}), TypeKind::Double)})});
    auto value = plan::make_expression(std::move(call));
    columns.push_back(asked("coalesce", {std::move(value), cast(asked("array", {}), DataType::array(TypeKind::Double))}));
  }
  plan::Expressions list{alias(asked("array", std::move(columns)), "approx_quantile")};
  return resolve(plan::make_relation(plan::Project{node.input, std::move(list)}));
}

// Items that make up more than the given part of a column.
Resolved Resolver::resolve_node(const plan::FreqItems& node, const plan::Relation&) {
  if (!(node.support >= 1e-4 && node.support <= 1)) throw Error(conditions::kSupportBounds, {{"support", compute::real_text(node.support)}});
  plan::Expressions list;
  for (const auto& name : node.columns) {
    plan::Aggregate counts;
    counts.input = plan::make_relation(plan::Project{node.input, {alias(make_attribute({name}), "__item")}});
    counts.grouping = {make_attribute({"__item"})};
    counts.aggregates = {make_attribute({"__item"}), alias(asked("count", {plan::make_literal(types::Literal::integer(1))}), "__count")};
    counts.output_includes_grouping = true;
    auto total = plan::make_expression(plan::ScalarSubquery{plan::make_relation(plan::Project{node.input, {asked("count", {plan::make_literal(types::Literal::integer(1))})}})});
    auto frequent = plan::make_relation(plan::Filter{plan::make_relation(std::move(counts)), asked(">=", {make_attribute({"__count"}), asked("*", {std::move(total), number(node.support)})})});
    auto items = plan::make_relation(plan::Project{std::move(frequent), {asked("collect_list", {make_attribute({"__item"})})}});
    list.push_back(alias(plan::make_expression(plan::ScalarSubquery{std::move(items)}), name + "_freqItems"));
  }
  return resolve(plan::make_relation(plan::Project{plan::make_relation(plan::OneRow{}), std::move(list)}));
}

Resolved Resolver::resolve_node(const plan::SampleBy& node, const plan::Relation&) {
  plan::Expressions choice;
  for (const auto& [stratum, fraction] : node.fractions) {
    if (!(fraction >= 0 && fraction <= 1)) throw Error(conditions::kFractionBounds, {{"fraction", compute::real_text(fraction)}});
    choice.push_back(asked("==", {node.column, plan::make_literal(stratum)}));
    choice.push_back(number(fraction));
  }
  choice.push_back(number(0.0));
  auto fraction = choice.size() == 1 ? choice[0] : asked("when", std::move(choice));
  auto random = asked("rand", {plan::make_literal(types::Literal::bigint(node.seed.value_or(policy_.now_micros)))});
  return resolve(plan::make_relation(plan::Filter{node.input, asked("<", {std::move(random), std::move(fraction)})}));
}

}  // namespace lab::analyze
