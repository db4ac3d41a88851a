#include <algorithm>

#include "analyze/conditions.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "plan/bound_tree.h"
#include "types/type_text.h"

// `function OVER (…)`: specification, default frames by function, and the text that Spark gives the column.
namespace lab::analyze {
namespace {

using Kind = bound::FrameBound::Kind;

const char* bound_text(Kind kind) {
  switch (kind) {
    case Kind::UnboundedPreceding: return "UNBOUNDED PRECEDING";
    case Kind::CurrentRow: return "CURRENT ROW";
    case Kind::UnboundedFollowing: return "UNBOUNDED FOLLOWING";
    case Kind::Preceding: return "PRECEDING";
    case Kind::Following: return "FOLLOWING";
  }
  return "";
}

// Neither ordered nor cut: what an exact percentile is taken of.
bool is_whole_partition(const plan::WindowSpec& spec) {
  if (!spec.order_by.empty()) return false;
  return !spec.frame || (spec.frame->unit == plan::WindowFrame::Unit::Rows && spec.frame->lower.kind == plan::FrameBound::Kind::UnboundedPreceding &&
                         spec.frame->upper.kind == plan::FrameBound::Kind::UnboundedFollowing);
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) { return std::ranges::find(names, name) != names.end(); }

}  // namespace

bound::FrameBound Resolver::frame_bound(const plan::FrameBound& given, bool is_rows, bool is_lower, const DataType* order_type, Names& names, std::string& sql) {
  bound::FrameBound result;
  result.kind = static_cast<Kind>(static_cast<int>(given.kind));
  if (result.kind != Kind::Preceding && result.kind != Kind::Following) {
    sql = bound_text(result.kind);
    return result;
  }
  Typed offset = expression(given.offset, names);
  // DataFrames give one signed number: negative is behind, zero the current row.
  if (const auto* literal = std::get_if<bound::LiteralNode>(&offset.expression->node); literal && !literal->value.is_null() && std::holds_alternative<std::int64_t>(literal->value.data)) {
    std::int64_t value = literal->value.integer();
    if (value < 0) {
      result.kind = result.kind == Kind::Preceding ? Kind::Following : Kind::Preceding;
      value = -value;
    }
    if (value == 0) {
      result.kind = Kind::CurrentRow;
      sql = bound_text(result.kind);
      return result;
    }
    offset.expression = bound::make_literal({offset.type(), {value}}, offset.expression->origin);
    offset.sql = std::to_string(value);
  }
  sql = offset.sql + " " + bound_text(result.kind);
  if (is_rows) {
    offset = cast_to(std::move(offset), TypeKind::Int);
  } else if (order_type && (order_type->is_numeric() || order_type->is_text() || order_type->is(TypeKind::Boolean)) && !types::same_shape(*order_type, offset.type()) && !offset.type().is_interval()) {
    // A distance that is cast no longer shows as one behind, but as a negative one ahead.
    if (result.kind == Kind::Preceding) sql = "(- " + offset.sql + ") " + bound_text(Kind::Following);
    offset = cast_to(std::move(offset), *order_type);
  }
  (void)is_lower;
  result.offset = offset.expression;
  return result;
}

Typed Resolver::resolve_expression(const plan::Window& node, const plan::Expression& expr, Names& names) {
  const auto context = plan::query_context(expr.origin);
  plan::WindowSpec spec = node.spec;
  if (node.name) {
    const plan::WindowSpec* found = nullptr;
    if (names.named_windows)
      for (const auto& [name, given] : *names.named_windows)
        if (same_name(name, *node.name, false)) found = &given;
    if (!found && !policy_.is_spark4) throw Error(conditions::kMissingWindowSpecification3, {{"windowName", *node.name}}).at(context);
    if (!found) throw Error(conditions::kMissingWindowSpecification, {{"windowName", *node.name}, {"docroot", "https://spark.apache.org/docs/latest"}}).at(context);
    spec = *found;
  }
  const auto* function = std::get_if<plan::UnresolvedFunction>(&node.function->node);
  const auto unsupported = [&](const std::string& sql) { return Error(conditions::kUnsupportedWindowFunction, {{"sqlExpr", quoted_expression(sql)}}).at(context); };
  if (!function) {
    Names inner = names;
    throw unsupported(expression(node.function, inner).sql);
  }
  const std::string name = lower_case(function->name.back());
  const auto* found = functions::find_function(name, policy_.is_spark4);
  if (!found) {
    resolve_expression(*function, *node.function, names);
  }
  if (found->kind != functions::FunctionKind::Aggregate && found->kind != functions::FunctionKind::Window) {
    Names inner = names;
    throw unsupported(expression(node.function, inner).sql);
  }
  // Aggregates may stand inside: sum(sum(x)) OVER () works over the groups.
  Names inner = names;
  inner.windows = false;
  bound::WindowCall window;
  std::string sql;
  DataType type;
  bool nullable = true;
  window.call = bind_window_function(*found, *function, *node.function, inner, sql, type, nullable);

  std::vector<std::string> partition_sql, order_sql;
  for (const auto& partition : spec.partition_by) {
    Typed typed = expression(partition, inner);
    window.partition_by.push_back(typed.expression);
    partition_sql.push_back(typed.sql);
  }
  for (const auto& order : spec.order_by) {
    std::string text;
    window.order_by.push_back(sort_key(order, inner, &text));
    order_sql.push_back(text);
  }
  const std::string_view row_name = found->name;
  if (is_one_of(row_name, {"median", "percentile_cont", "percentile_disc"}) && !is_whole_partition(spec)) {
    std::vector<std::string> shown;
    for (const auto& key : function->within_group) {
      const auto* order = std::get_if<plan::SortOrder>(&key->node);
      shown.push_back(expression(order ? order->child : key, inner).sql);
    }
    for (const auto& argument : function->arguments) shown.push_back(expression(argument, inner).sql);
    throw Error(policy_.is_spark4 ? conditions::kWindowOfAggregate : conditions::kWindowOfAggregate3, {{"aggFunc", quoted_expression(call_sql(name, shown))}}).at(context);
  }
  // The ranks print in capitals.
  const bool is_rank = is_one_of(row_name, {"rank", "dense_rank", "percent_rank"});
  if (is_rank) sql = upper_case(std::string(row_name)) + "()";
  const bool is_ranking = is_one_of(row_name, {"row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile"});
  const bool is_offset = is_one_of(row_name, {"lag", "lead"});
  if ((is_ranking || is_offset) && spec.order_by.empty())
    throw policy_.is_spark4 ? Error(conditions::kWindowNotOrdered, {{"wf_expr", sql}, {"wf_name", std::string(row_name)}}).at(context)
                            : Error(conditions::kWindowFunctionNeedsOrder, {{"wf", is_rank ? std::string(row_name) + "()" : sql}}).at(context);
  // Ranks are bound with the order's expressions in Spark; the text shows none.
  std::string lower_sql = "UNBOUNDED PRECEDING", upper_sql = "CURRENT ROW";
  bool is_rows = true;
  if (is_offset) {
    is_rows = true;
    const std::string offset = offset_text(window.call, row_name);
    lower_sql = upper_sql = offset;
  } else if (is_ranking) {
    if (spec.frame) {
      const bool fits = spec.frame->unit == plan::WindowFrame::Unit::Rows && spec.frame->lower.kind == plan::FrameBound::Kind::UnboundedPreceding && spec.frame->upper.kind == plan::FrameBound::Kind::CurrentRow;
      if (!fits) throw Error(conditions::kInvalidWindowFrame, {{"frame", "specified frame"}, {"required", "specifiedwindowframe(RowFrame, unboundedpreceding$(), currentrow$())"}}).at(context);
    }
    if (row_name == "cume_dist") is_rows = false;
  } else if (spec.frame) {
    is_rows = spec.frame->unit == plan::WindowFrame::Unit::Rows;
    bound::WindowFrame frame;
    frame.is_rows = is_rows;
    const DataType* order_type = window.order_by.empty() ? nullptr : &window.order_by[0].expression->type;
    frame.lower = frame_bound(spec.frame->lower, is_rows, true, order_type, inner, lower_sql);
    frame.upper = frame_bound(spec.frame->upper, is_rows, false, order_type, inner, upper_sql);
    window.frame = std::move(frame);
  } else if (!spec.order_by.empty()) {
    is_rows = false;
    bound::WindowFrame frame;
    frame.lower.kind = Kind::UnboundedPreceding;
    frame.upper.kind = Kind::CurrentRow;
    window.frame = std::move(frame);
  } else {
    upper_sql = "UNBOUNDED FOLLOWING";
  }
  std::string over;
  if (!partition_sql.empty()) over += "PARTITION BY " + join_sql(partition_sql);
  if (!order_sql.empty()) over += (over.empty() ? "" : " ") + ("ORDER BY " + join_sql(order_sql));
  over += (over.empty() ? "" : " ") + std::string(is_rows ? "ROWS" : "RANGE") + " BETWEEN " + lower_sql + " AND " + upper_sql;
  const std::string frame_sql = std::string(is_rows ? "ROWS" : "RANGE") + " BETWEEN " + lower_sql + " AND " + upper_sql;
  if (window.frame) check_frame(*window.frame, window.order_by, frame_sql, "(" + over + ")", context);
  Typed result;
  result.sql = sql + " OVER (" + over + ")";
  if (window.call.is_distinct) throw Error(conditions::kDistinctWindow, {{"windowExpr", quoted_expression(result.sql)}}).at(context);
  if (window.call.filter && !policy_.is_spark4) throw Error(conditions::kWindowFilter, {}).at(context);
  result.expression = bound::make_expression(std::move(window), std::move(type), nullable, expr.origin);
  if (names.window_calls) names.window_calls->push_back(result.sql);
  if (names.invalid) throw Error(policy_.is_spark4 ? conditions::kWindowInClause : conditions::kWindowInClause3, {{"clauseName", names.clause}}).at(context);
  if (!names.windows) {
    throw Error(conditions::kUnsupportedExprForOperator, {{"invalidExprSqls", quoted_expression(result.sql)}}).at(context);
  }
  return result;
}

// What Spark asks of a frame that was written.
void Resolver::check_frame(const bound::WindowFrame& frame, const std::vector<bound::SortKey>& order, const std::string& frame_sql, const std::string& over_sql, const QueryContext& context) const {
  const auto is_value = [](const bound::FrameBound& bound) { return bound.kind == Kind::Preceding || bound.kind == Kind::Following; };
  const auto place = [](const bound::FrameBound& bound) { return static_cast<int>(bound.kind); };
  // Bounds without a value are not compared: CURRENT ROW AND 1 PRECEDING is an empty frame.
  bool wrong = is_value(frame.lower) && is_value(frame.upper) && place(frame.lower) > place(frame.upper);
  const auto value_of = [](const bound::FrameBound& bound) -> std::optional<std::int64_t> {
    const auto* literal = bound.offset ? std::get_if<bound::LiteralNode>(&bound.offset->node) : nullptr;
    return literal && std::holds_alternative<std::int64_t>(literal->value.data) ? std::optional(literal->value.integer()) : std::nullopt;
  };
  if (is_value(frame.lower) && frame.lower.kind == frame.upper.kind) {
    const auto lower = value_of(frame.lower), upper = value_of(frame.upper);
    if (lower && upper) wrong = frame.lower.kind == Kind::Preceding ? *lower < *upper : *lower > *upper;
  }
  if (frame.lower.kind == Kind::UnboundedFollowing || frame.upper.kind == Kind::UnboundedPreceding) wrong = true;
  if (frame.is_rows || !(is_value(frame.lower) || is_value(frame.upper))) {
    if (wrong) throw Error(conditions::kFrameWrongComparison, {{"sqlExpr", quoted_expression(frame_sql)}, {"comparison", "less than or equal"}}).at(context);
    return;
  }
  if (order.empty()) throw Error(conditions::kRangeWithoutOrder, {{"sqlExpr", quoted_expression(over_sql)}}).at(context);
  if (order.size() > 1) throw Error(conditions::kMultiColumnRange, {{"sqlExpr", quoted_expression(over_sql)}, {"orderSpec", over_sql}}).at(context);
  const DataType& by = order[0].expression->type;
  for (const auto* bound : {&frame.lower, &frame.upper}) {
    if (!is_value(*bound)) continue;
    const DataType& type = bound->offset->type;
    if (by.is_text() || by.is(TypeKind::Boolean))
      throw Error(conditions::kFrameUnacceptedType, {{"sqlExpr", quoted_expression(frame_sql)}, {"location", bound == &frame.lower ? "lower" : "upper"}, {"exprType", types::quoted_sql(by)},
                                                     {"expectedType", "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL\")"}}).at(context);
    const bool days_before_4 = !policy_.is_spark4 && by.is(TypeKind::Date) && type.is(TypeKind::DayTimeInterval);
    if (days_before_4 || (by.is_numeric() && type.is_interval()) || !(by.is_numeric() || by.is_datetime() || by.is_interval()))
      throw Error(conditions::kRangeFrameInvalidType, {{"sqlExpr", quoted_expression(over_sql)}, {"orderSpecType", types::quoted_sql(by)}, {"valueBoundaryType", types::quoted_sql(type)}}).at(context);
  }
  if (wrong) throw Error(conditions::kFrameWrongComparison, {{"sqlExpr", quoted_expression(frame_sql)}, {"comparison", "less than or equal"}}).at(context);
}

bound::AggregateCall Resolver::bind_window_function(const functions::FunctionRow& row, const plan::UnresolvedFunction& function, const plan::Expression& expr, Names& names, std::string& sql, DataType& type,
                                                    bool& nullable) {
  Names arguments_names = names;
  if (row.kind == functions::FunctionKind::Aggregate) return bind_aggregate(row, function, expr, arguments_names, sql, type, nullable, true);
  // lag(x) means lag(x, 1, NULL), and prints so.
  plan::UnresolvedFunction full = function;
  if ((row.name == "lag" || row.name == "lead") && !full.arguments.empty()) {
    if (full.arguments.size() < 2) full.arguments.push_back(plan::make_literal(types::Literal::integer(1)));
    if (full.arguments.size() < 3) full.arguments.push_back(plan::make_literal(types::Literal::null()));
  }
  auto call = bind_aggregate(row, full, expr, arguments_names, sql, type, nullable, true);
  return call;
}

std::string Resolver::offset_text(const bound::AggregateCall& call, std::string_view name) const {
  std::int64_t offset = 1;
  if (call.arguments.size() > 1)
    if (const auto* literal = std::get_if<bound::LiteralNode>(&call.arguments[1]->node); literal && std::holds_alternative<std::int64_t>(literal->value.data)) offset = literal->value.integer();
  if (name == "lag") offset = -offset;
  return std::to_string(offset) + " FOLLOWING";
}

}  // namespace lab::analyze
