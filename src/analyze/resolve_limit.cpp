#include "analyze/conditions.h"
#include "analyze/fold.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "compute/overflow.h"
#include "compute/real_math.h"
#include "functions/element_types.h"
#include "plan/bound_build.h"
#include "types/type_text.h"

// LIMIT, OFFSET, tail, and relations that change nothing in the rows (hints, repartition) or pick some of them (sample).
namespace lab::analyze {
namespace {

// The rows of tables as they are: a limit above then ends a recursion below.
bool is_plain_table(const plan::Relation& relation) {
  if (const auto* project = std::get_if<plan::Project>(&relation.node)) return is_plain_table(*project->input);
  if (const auto* alias = std::get_if<plan::SubqueryAlias>(&relation.node)) return is_plain_table(*alias->input);
  return std::holds_alternative<plan::NamedTable>(relation.node);
}

}  // namespace

std::int64_t Resolver::limit_value(const plan::ExpressionPtr& expr, const std::string& name, const Resolved& input) {
  Names names = names_over(input);
  names.aggregates = true;
  Typed typed = expression(expr, names);
  const auto context = plan::query_context(expr->origin);
  const auto value = fold_constant(typed.expression, policy_);
  if (!value) throw Error(conditions::kInvalidLimitUnfoldable, {{"expr", quoted_expression(typed.sql)}, {"name", name}}).at(context);
  if (!typed.type().is_integral() || typed.type().is(TypeKind::Long))
    if (!typed.type().is(TypeKind::Int) && !typed.type().is(TypeKind::Byte) && !typed.type().is(TypeKind::Short))
      throw Error(conditions::kInvalidLimitData, {{"expr", quoted_expression(typed.sql)}, {"name", name}, {"dataType", types::quoted_sql(typed.type())}}).at(context);
  if (value->is_null()) throw Error(conditions::kInvalidLimitNull, {{"expr", quoted_expression(typed.sql)}, {"name", name}}).at(context);
  if (value->integer() < 0) throw Error(conditions::kInvalidLimitNegative, {{"expr", quoted_expression(typed.sql)}, {"name", name}, {"v", std::to_string(value->integer())}}).at(context);
  return value->integer();
}

std::int64_t Resolver::range_argument(const plan::ExpressionPtr& argument, std::size_t) {
  const Typed given = constant(argument);
  const auto* literal = std::get_if<bound::LiteralNode>(&given.expression->node);
  const auto misfit = [&] {
    return Error(conditions::kUnexpectedArgumentType, {{"paramIndex", policy_.is_spark4 ? "second" : "2"}, {"functionName", "`range`"}, {"requiredType", "\"BIGINT\""},
                                                      {"inputSql", quoted_expression(given.sql)}, {"inputType", types::quoted_sql(given.type())}}).at(plan::query_context(argument->origin));
  };
  if (!given.type().is_numeric() && !given.type().is_text()) throw misfit();
  if (literal && given.type().is(TypeKind::Decimal)) {
    // Digits behind the point are cut.
    auto number = std::get<types::Decimal>(literal->value.data).unscaled;
    for (int i = 0; i < given.type().scale(); ++i) number /= 10;
    return static_cast<std::int64_t>(number);
  }
  Typed typed = cast_to(given, TypeKind::Long);
  const auto value = fold_constant(typed.expression, policy_);
  if (const auto text = fold_constant(given.expression, policy_); !value && text && !text->is_null() && given.type().is_text()) {
    // What legacy casts make NULL of does not fit.
    if (!policy_.ansi) throw misfit();
    compute::throw_cast_invalid(text->text(), "BIGINT");
  }
  if (!value || value->is_null()) throw Error(conditions::kNonFoldableArgument, {{"funcName", "`range`"}, {"paramName", quoted_expression(typed.sql)}, {"paramType", "\"BIGINT\""}}).at(plan::query_context(argument->origin));
  return value->integer();
}

Resolved Resolver::resolve_node(const plan::Limit& node, const plan::Relation&) {
  // LIMIT ALL comes without a count.
  recursion_is_limited_ = is_plain_table(*node.input);
  Resolved input = resolve(node.input);
  recursion_is_limited_ = false;
  if (!node.count) return input;
  const auto count = limit_value(node.count, "limit", input);
  auto relation = input.relation;
  if (const auto* offset = std::get_if<bound::Limit>(&relation->node); offset && !offset->count) relation = bound::make_limit(offset->input, count, offset->offset);
  else relation = bound::make_limit(std::move(relation), count, 0);
  return over(std::move(input), std::move(relation));
}

Resolved Resolver::resolve_node(const plan::Offset& node, const plan::Relation&) {
  Resolved input = resolve(node.input);
  auto relation = bound::make_limit(input.relation, std::nullopt, limit_value(node.count, "offset", input));
  return over(std::move(input), std::move(relation));
}

Resolved Resolver::resolve_node(const plan::Tail& node, const plan::Relation&) {
  Resolved input = resolve(node.input);
  auto rows = trimmed(input);
  bound::Columns columns = rows->columns;
  return over(std::move(input), bound::make_relation(bound::Tail{std::move(rows), node.count}, std::move(columns)));
}

Resolved Resolver::resolve_node(const plan::Sample& node, const plan::Relation& written) {
  Resolved input = resolve(node.input);
  const double fraction = node.upper - node.lower;
  constexpr double kRoundingSlack = 1e-6;
  if (fraction < -kRoundingSlack || (!node.with_replacement && fraction > 1 + kRoundingSlack))
    throw Error(conditions::kSampleBounds, {{"fraction", compute::real_text(fraction)}});
  bound::Columns columns = input.relation->columns;
  if (node.num_rows) {
    if (*node.num_rows < 0)
      throw Error(conditions::kInvalidLimitNegative, {{"expr", quoted_expression(std::to_string(*node.num_rows))}, {"name", "limit"}, {"v", std::to_string(*node.num_rows)}}).at(plan::query_context(written.origin));
    auto limited = bound::make_limit(input.relation, *node.num_rows, 0);
    return over(std::move(input), std::move(limited));
  }
  if (node.is_sorted) {
    std::vector<bound::SortKey> keys;
    for (const auto& column : input.scope)
      if (functions::is_orderable(column.column.type)) keys.push_back({bound::make_reference(column.column), false, true});
    if (!keys.empty()) input.relation = bound::make_sort(input.relation, std::move(keys));
  }
  // Without a seed Spark draws one for the query.
  const std::int64_t seed = node.seed.value_or(policy_.now_micros);
  auto relation = bound::make_relation(bound::Sample{input.relation, node.lower, node.upper, node.with_replacement, seed}, std::move(columns));
  return over(std::move(input), std::move(relation));
}

Resolved Resolver::resolve_node(const plan::Repartition& node, const plan::Relation&) {
  Resolved input = resolve(node.input);
  // The names must still be right.
  Names names = names_over(input);
  names.may_expose = true;
  expressions(node.expressions, names);
  return input;
}

Resolved Resolver::resolve_node(const plan::Hint& node, const plan::Relation&) { return resolve(node.input); }

Resolved Resolver::resolve_node(const plan::WithWindows& node, const plan::Relation&) {
  const auto* saved = named_windows_;
  named_windows_ = &node.windows;
  Resolved result = resolve(node.input);
  named_windows_ = saved;
  return result;
}

}  // namespace lab::analyze
