#include <algorithm>

#include "analyze/conditions.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "compute/interval_text.h"
#include "plan/bound_build.h"
#include "plan/bound_tree.h"
#include "types/type_text.h"

// window(), session_window() and window_time(). A window call is a column that its relation's input gives: the input is widened by it
// before the expressions are read, sliding windows multiply the rows, rows without a time drop out. Sessions grow together
// where an aggregate groups by them.
namespace lab::analyze {
namespace {

constexpr const char* kTimeWindowMark = "spark.timeWindow";
constexpr const char* kSessionWindowMark = "spark.sessionWindow";

using Found = std::vector<const plan::Expression*>;

bool is_window_name(const std::string& name) { return name == "window" || name == "session_window"; }

void find_calls(const plan::ExpressionPtr& expression, Found& found);
void find_calls(const plan::Expressions& list, Found& found) {
  for (const auto& expression : list) find_calls(expression, found);
}

void find_calls(const plan::ExpressionPtr& expression, Found& found) {
  if (!expression) return;
  std::visit(
      [&](const auto& node) {
        using Node = std::decay_t<decltype(node)>;
        if constexpr (std::is_same_v<Node, plan::UnresolvedFunction>) {
          if (node.name.size() == 1 && is_window_name(lower_case(node.name[0]))) found.push_back(expression.get());
          find_calls(node.arguments, found);
          find_calls(node.filter, found);
          find_calls(node.within_group, found);
        } else if constexpr (std::is_same_v<Node, plan::Alias> || std::is_same_v<Node, plan::Cast> || std::is_same_v<Node, plan::SortOrder>) {
          find_calls(node.child, found);
        } else if constexpr (std::is_same_v<Node, plan::NamedArgument>) {
          find_calls(node.value, found);
        } else if constexpr (std::is_same_v<Node, plan::ExtractValue>) {
          find_calls(node.child, found);
          find_calls(node.extraction, found);
        } else if constexpr (std::is_same_v<Node, plan::UpdateField>) {
          find_calls(node.structure, found);
          find_calls(node.value, found);
        } else if constexpr (std::is_same_v<Node, plan::Window>) {
          find_calls(node.function, found);
          find_calls(node.spec.partition_by, found);
          find_calls(node.spec.order_by, found);
        } else if constexpr (std::is_same_v<Node, plan::GroupingAnalytics>) {
          for (const auto& set : node.sets) find_calls(set, found);
        }
      },
      expression->node);
}

DataType window_type(const DataType& time) { return DataType::structure({{"start", time, true, {}}, {"end", time, true, {}}}); }

ExpressionPtr bigint(std::int64_t value) { return bound::make_literal(types::Literal::bigint(value)); }

// Everything below and one column more.
bound::RelationPtr with_column(const bound::RelationPtr& input, const bound::Column& column, const ExpressionPtr& value) {
  bound::Outputs outputs;
  bound::Columns columns = input->columns;
  for (const auto& known : columns) outputs.push_back({known.id, bound::make_reference(known)});
  outputs.push_back({column.id, value});
  columns.push_back(column);
  return bound::make_project(input, std::move(outputs), std::move(columns));
}

// Moments inside a window call print bare.
std::string bare(const std::string& sql) {
  const auto quote = sql.find('\'');
  return (sql.starts_with("TIMESTAMP") || sql.starts_with("DATE")) && quote != std::string::npos && sql.ends_with('\'') ? sql.substr(quote + 1, sql.size() - quote - 2) : sql;
}

constexpr const char* kTimes = "(\"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)\" or \"STRUCT<start: TIMESTAMP, end: TIMESTAMP>\" or \"STRUCT<start: TIMESTAMP_NTZ, end: TIMESTAMP_NTZ>\")";

bool same_window(const TimeWindow& left, const TimeWindow& right) {
  return left.is_session == right.is_session && bound::same(left.time, right.time) && left.duration == right.duration && left.slide == right.slide && left.start == right.start &&
         (!left.is_session || bound::same(left.gap, right.gap));
}

}  // namespace

// Durations are constants: text of an interval, or microseconds.
std::int64_t Resolver::window_duration(const Typed& argument, const plan::Origin& origin) const {
  const auto* literal = std::get_if<bound::LiteralNode>(&argument.expression->node);
  const DataType& type = argument.type();
  if (literal && !literal->value.is_null()) {
    if (type.is(TypeKind::Int) || type.is(TypeKind::Long)) return literal->value.integer();
    if (type.is_text()) {
      const auto interval = compute::parse_interval(literal->value.text());
      if (!interval) throw Error(conditions::kCannotParseInterval, {{"intervalString", "'" + literal->value.text() + "'"}}).at(plan::query_context(origin));
      if (interval->months != 0) throw Error(conditions::kFailedFunctionCall, {{"funcName", "`window`"}}).at(plan::query_context(origin));
      return interval->days * compute::kMicrosPerDay + interval->micros;
    }
  }
  throw Error(conditions::kWindowNotLiteral, {}).at(plan::query_context(origin));
}

TimeWindow Resolver::bind_time_window(const plan::Expression& expr, Names& names) {
  const auto& function = std::get<plan::UnresolvedFunction>(expr.node);
  TimeWindow window;
  window.is_session = lower_case(function.name[0]) == "session_window";
  const auto& row = this->row(window.is_session ? "session_window" : "window");
  Names inner = names;
  inner.aggregates = inner.windows = inner.generators = false;
  TypedList arguments = call_arguments(function, inner);
  window.sql = call_sql(std::string(row.name), sql_of(arguments));
  const std::size_t most = window.is_session ? 2 : 4;
  if (arguments.size() < 2 || arguments.size() > most)
    throw Error(conditions::kWrongNumArgsWithoutSuggestion, {{"functionName", types::quote_identifier(std::string(row.name))},
                                                             {"expectedNum", window.is_session ? "2" : "[2, 3, 4]"},
                                                             {"actualNum", std::to_string(arguments.size())},
                                                             {"docroot", "https://spark.apache.org/docs/latest"}})
        .at(plan::query_context(expr.origin));
  Typed time = arguments[0];
  if (window.is_session) {
    window.sql = call_sql("sessionwindow", {bare(time.sql), arguments[1].sql});
  } else {
    window.duration = window_duration(arguments[1], expr.origin);
    window.slide = arguments.size() > 2 ? window_duration(arguments[2], expr.origin) : window.duration;
    window.start = arguments.size() > 3 ? window_duration(arguments[3], expr.origin) : 0;
    window.sql = call_sql("window", {bare(time.sql), std::to_string(window.duration), std::to_string(window.slide), std::to_string(window.start)});
  }
  if (time.type().is(TypeKind::Struct)) time = window_time(std::move(time), expr.origin);
  if (!time.type().is_datetime() && !time.type().is_text() && !time.type().is(TypeKind::Null))
    throw Error(conditions::kUnexpectedInputType, {{"sqlExpr", quoted_expression(window.sql)},
                                                   {"paramIndex", policy_.is_spark4 ? "first" : "1"},
                                                   {"requiredType", kTimes},
                                                   {"inputSql", quoted_expression(time.sql)},
                                                   {"inputType", types::quoted_sql(time.type())}})
        .at(plan::query_context(expr.origin));
  if (!time.type().is(TypeKind::TimestampNtz)) time.expression = cast_expression(time.expression, TypeKind::Timestamp);
  window.time = time.expression;
  if (window.is_session) {
    const Typed& gap = arguments[1];
    // Spark takes no interval of days and seconds here, only text and the old kind of interval.
    if (!gap.type().is_text() && !gap.type().is(TypeKind::CalendarInterval) && !gap.type().is(TypeKind::Null))
      throw Error(conditions::kSessionGapType, {{"dt", types::quoted_sql(gap.type())}}).at(plan::query_context(expr.origin));
    window.gap = gap.expression;
    return window;
  }
  const auto context = plan::query_context(expr.origin);
  const auto out_of_range = [&](const char* name, std::int64_t value) {
    throw Error(conditions::kWindowOutOfRange, {{"sqlExpr", quoted_expression(window.sql)}, {"exprName", name}, {"valueRange", "(0, 9223372036854775807]"}, {"currentValue", std::to_string(value) + "L"}}).at(context);
  };
  const auto broken = [&](const char* left, std::int64_t a, const char* constraint, const char* right, std::int64_t b) {
    throw Error(conditions::kWindowConstraint, {{"sqlExpr", quoted_expression(window.sql)},
                                                {"leftExprName", left}, {"leftExprValue", std::to_string(a) + "L"},
                                                {"constraint", constraint},
                                                {"rightExprName", right}, {"rightExprValue", std::to_string(b) + "L"}}).at(context);
  };
  if (window.duration <= 0) out_of_range("`window_duration`", window.duration);
  if (window.slide <= 0) out_of_range("`slide_duration`", window.slide);
  if (window.slide > window.duration) broken("`slide_duration`", window.slide, "<=", "`window_duration`", window.duration);
  if (std::abs(window.start) >= window.slide) broken("`abs(start_time)`", std::abs(window.start), "<", "`slide_duration`", window.slide);
  return window;
}

Resolved Resolver::with_time_window(Resolved input, std::initializer_list<const plan::Expressions*> lists, bool merges_sessions) {
  Found calls;
  for (const auto* list : lists) find_calls(*list, calls);
  if (calls.empty()) return input;
  Names names = names_over(input);
  std::vector<TimeWindow> windows;
  for (const auto* call : calls) {
    TimeWindow window = bind_time_window(*call, names);
    if (std::ranges::none_of(windows, [&](const TimeWindow& known) { return same_window(known, window); })) windows.push_back(std::move(window));
  }
  const auto context = plan::query_context(calls[0]->origin);
  if (windows.size() > 1) throw Error(conditions::kMultipleTimeWindows, {}).at(context);
  TimeWindow& window = windows[0];
  const auto& origin = calls[0]->origin;
  bound::RelationPtr relation = bound::make_filter(input.relation, make_call("isnotnull", {window.time}, TypeKind::Boolean, false, origin));
  const DataType type = window_type(window.time->type);
  window.column.column = {fresh(), window.is_session ? "session_window" : "window", type, !window.is_session, std::string("{\"") + (window.is_session ? kSessionWindowMark : kTimeWindowMark) + "\":true}"};
  window.column.identity = window.column.column.id;
  bound::Column given = window.column.column;
  if (window.is_session) {
    Typed time, gap;
    time.expression = window.time;
    gap.expression = window.gap;
    if (!gap.type().is_interval() || gap.type().is(TypeKind::Null)) gap.expression = cast_expression(gap.expression, TypeKind::CalendarInterval);
    Typed end = operator_call("+", {time, gap}, origin);
    relation = bound::make_filter(relation, operator_call(">", {end, time}, origin).expression);
    // An aggregate gives the column itself, after it has merged what touches.
    if (merges_sessions) given.id = window.raw = fresh();
    const auto name = [](const char* text) { return bound::make_literal(types::Literal::string(text)); };
    relation = with_column(relation, given, make_call("named_struct", {name("start"), window.time, name("end"), end.expression}, type, false, origin));
  } else {
    const std::int64_t overlap = (window.duration + window.slide - 1) / window.slide;
    ExpressionPtr index = bigint(0);
    if (overlap > 1) {
      const bound::Column number{fresh(), "window_index", TypeKind::Long, false, {}};
      index = bound::make_reference(number);
      relation = bound::make_join(relation, bound::make_relation(bound::Range{0, overlap, 1}, {number}), bound::JoinType::Cross, nullptr);
    }
    relation = with_column(relation, given, make_call("window", {window.time, bigint(window.duration), bigint(window.slide), bigint(window.start), index}, type, overlap > 1, origin));
    if (window.duration % window.slide != 0) {
      // The earliest of the windows may end before the row's time.
      Typed time, end;
      time.expression = window.time;
      end.expression = bound::make_expression(bound::FieldAccess{bound::make_reference(given), 1}, window.time->type, true);
      relation = bound::make_filter(relation, operator_call("<", {time, end}, origin).expression);
    }
  }
  window.column.column.nullable = relation->columns.back().nullable;
  input.relation = std::move(relation);
  input.time_window = std::make_shared<const TimeWindow>(std::move(window));
  return input;
}

// Rows of the same other keys whose sessions touch get the session around them all.
void Resolver::merge_sessions(Resolved& input, const bound::Outputs& groups) {
  const auto& window = *input.time_window;
  const bound::Column* raw = bound::find_column(input.relation->columns, window.raw);
  const DataType& time = window.time->type;
  const auto part = [&](int index) { return bound::make_expression(bound::FieldAccess{bound::make_reference(*raw), index}, time, true); };
  const auto is_session = [&](const bound::Output& group) {
    const auto* reference = std::get_if<bound::ColumnRef>(&group.expression->node);
    return reference && reference->column == window.column.column.id;
  };
  if (std::ranges::none_of(groups, is_session)) {
    input.relation = with_column(input.relation, window.column.column, bound::make_reference(*raw));
    return;
  }
  bound::Expressions keys;
  for (const auto& group : groups)
    if (!is_session(group)) keys.push_back(group.expression);
  const bound::SortKey by_start{part(0), false, true};
  const auto add = [&](const char* function, const ExpressionPtr& argument, const DataType& type, const bound::Expressions& partition, std::optional<bound::WindowFrame> frame) {
    bound::WindowCall call;
    call.call.function = &row(function);
    call.call.arguments = {argument};
    call.call.ansi = policy_.ansi;
    call.partition_by = partition;
    if (frame) call.order_by = {by_start};
    call.frame = std::move(frame);
    const bound::Column column{fresh(), "session", type, true, {}};
    input.relation = bound::make_window(input.relation, {{column.id, bound::make_expression(std::move(call), type, true)}}, {column});
    return bound::make_reference(column);
  };
  using Kind = bound::FrameBound::Kind;
  const auto one = bound::make_literal(types::Literal::integer(1));
  Typed start, reached;
  start.expression = part(0);
  reached.expression = add("max", part(1), time, keys, bound::WindowFrame{true, {Kind::UnboundedPreceding, nullptr}, {Kind::Preceding, one}});
  bound::Case begins{{{operator_call("<=", {start, reached}, {}).expression, bigint(0)}}, bigint(1)};
  const bound::Column flag{fresh(), "session", TypeKind::Long, false, {}};
  input.relation = with_column(input.relation, flag, bound::make_expression(std::move(begins), TypeKind::Long, false));
  bound::Expressions in_session = keys;
  in_session.push_back(add("sum", bound::make_reference(flag), TypeKind::Long, keys, bound::WindowFrame{false, {Kind::UnboundedPreceding, nullptr}, {Kind::CurrentRow, nullptr}}));
  const auto first = add("min", part(0), time, in_session, std::nullopt);
  const auto last = add("max", part(1), time, in_session, std::nullopt);
  const auto name = [](const char* text) { return bound::make_literal(types::Literal::string(text)); };
  input.relation = with_column(input.relation, window.column.column, make_call("named_struct", {name("start"), first, name("end"), last}, window.column.column.type, false, {}));
}

std::optional<Typed> Resolver::window_call(const std::string& name, const plan::UnresolvedFunction& function, const plan::Expression& expr, Names& names) {
  if (function.is_distinct || function.filter) return std::nullopt;
  if (name == "window_time") {
    TypedList arguments = call_arguments(function, names);
    if (arguments.size() != 1)
      throw Error(conditions::kWrongNumArgsWithoutSuggestion, {{"functionName", "`window_time`"}, {"expectedNum", "1"}, {"actualNum", std::to_string(arguments.size())}, {"docroot", "https://spark.apache.org/docs/latest"}})
          .at(plan::query_context(expr.origin));
    return window_time(std::move(arguments[0]), expr.origin);
  }
  const auto find = [&](const Resolved* input) -> const TimeWindow* { return input->time_window ? input->time_window.get() : nullptr; };
  const TimeWindow* window = nullptr;
  for (const auto* input : names.inputs)
    if (!window) window = find(input);
  if (!window && names.aggregate) window = find(names.aggregate->input.get());
  if (!window) {
    bind_time_window(expr, names);  // what is wrong with the call comes first
    throw Error(lab::conditions::kUnsupportedFeature, {{"feature", "`" + name + "` in this place"}, {"hint", "Select it or group by it."}}).at(plan::query_context(expr.origin));
  }
  NameMatch match;
  match.column = &window->column;
  match.name = window->column.column.name;
  return from_match(match, expr.origin);
}

Typed Resolver::window_time(Typed window, const plan::Origin& origin) {
  const std::string sql = call_sql("window_time", {window.sql});
  const auto& type = window.type();
  const auto is_time = [](const types::Field& field) { return field.type.is(TypeKind::Timestamp) || field.type.is(TypeKind::TimestampNtz); };
  if (!type.is(TypeKind::Struct) || type.fields().size() != 2 || !std::ranges::all_of(type.fields(), is_time))
    throw Error(conditions::kUnexpectedInputType, {{"sqlExpr", quoted_expression(sql)}, {"paramIndex", policy_.is_spark4 ? "first" : "1"}, {"requiredType", "\"STRUCT\""},
                                                   {"inputSql", quoted_expression(window.sql)}, {"inputType", types::quoted_sql(type)}}).at(plan::query_context(origin));
  if (window.metadata.find(kTimeWindowMark) == std::string::npos && window.metadata.find(kSessionWindowMark) == std::string::npos)
    throw Error(conditions::kNotAWindowColumn, {{"windowTime", quoted_expression(sql)}}).at(plan::query_context(origin));
  Typed end;
  end.expression = bound::make_expression(bound::FieldAccess{window.expression, 1}, type.fields()[1].type, true, origin);
  Typed microsecond;
  microsecond.expression = bound::make_literal({DataType::day_time(), {std::int64_t{1}}}, origin);
  Typed result;
  result.expression = operator_call("-", {end, microsecond}, origin).expression;
  result.sql = result.name.emplace(sql);
  return result;
}

}  // namespace lab::analyze
