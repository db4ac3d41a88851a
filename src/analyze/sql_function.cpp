#include "analyze/sql_function.h"

#include <algorithm>

#include "analyze/conditions.h"
#include "analyze/named_arguments.h"
#include "analyze/outer_reference.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/cast_rules.h"
#include "plan/bound_build.h"
#include "types/type_text.h"

// Functions whose body is SQL. A scalar body without subqueries takes the place of the call, its parameters replaced by the arguments; with
// subqueries it becomes one itself, over a row of the arguments. A table's body is joined laterally to such a row.
namespace lab::analyze {
namespace {

bool is_subquery(const bound::Expression& expression) {
  return std::holds_alternative<bound::ScalarSubquery>(expression.node) || std::holds_alternative<bound::Exists>(expression.node) || std::holds_alternative<bound::InSubquery>(expression.node);
}

ExpressionPtr with_arguments(const ExpressionPtr& body, const Scope& parameters, const TypedList& arguments) {
  if (const auto* reference = std::get_if<bound::ColumnRef>(&body->node))
    for (std::size_t i = 0; i < parameters.size(); ++i)
      if (parameters[i].column.id == reference->column) return arguments[i].expression;
  return bound::map_children(body, [&](const ExpressionPtr& child) { return with_arguments(child, parameters, arguments); });
}

bool is_volatile_call(const bound::Expression& expression) {
  const auto* call = std::get_if<bound::Call>(&expression.node);
  return call && call->function->is_volatile;
}

/// `SELECT x` over nothing is `x`: the body that a scalar subquery of it would only wrap.
plan::ExpressionPtr lone_expression(const plan::Relation& query) {
  const auto* project = std::get_if<plan::Project>(&query.node);
  if (!project || project->expressions.size() != 1 || !std::holds_alternative<plan::OneRow>(project->input->node)) return nullptr;
  const auto& item = project->expressions[0];
  if (std::holds_alternative<plan::UnresolvedStar>(item->node)) return nullptr;
  if (const auto* alias = std::get_if<plan::Alias>(&item->node)) return alias->names.size() == 1 ? alias->child : nullptr;
  return item;
}

}  // namespace

std::string SqlFunction::shown_name() const {
  std::string text;
  for (const auto& part : qualified_name) text += (text.empty() ? "" : ".") + part;
  return text;
}

/// A resolver for the body, in the world where the function was made. It sees nothing of the query that calls.
Resolver Resolver::inside(const SqlFunction& function) const {
  const std::string name = function.shown_name();
  if (std::ranges::find(function_path_, name) != function_path_.end()) {
    auto path = function_path_;
    path.push_back(name);
    throw Error(conditions::kCyclicFunctionReference, {{"path", join_sql(path, " -> ")}});
  }
  Resolver inner(*function.surroundings.context, function.surroundings.policy);
  inner.continue_from(*this);
  inner.function_path_.push_back(name);
  return inner;
}

void Resolver::continue_from(const Resolver& other) {
  next_id_ = other.next_id_;
  num_recursions_ = other.num_recursions_;
  depth_ = other.depth_;
  function_path_ = other.function_path_;
}

TypedList Resolver::function_inputs(const SqlFunction& function, const plan::Expressions& arguments, Names& names, const plan::Origin& origin, std::vector<std::string>& shown) {
  const std::string routine = types::quote_parts(function.qualified_name);
  std::vector<RoutineParameter> parameters;
  for (const auto& parameter : function.parameters) parameters.push_back({parameter.name, parameter.default_value});
  const plan::Expressions arranged = arrange_arguments(routine, parameters, arguments, origin);
  // Calls by name show every argument, others only what they give.
  const bool shows_defaults = has_named_arguments(arguments);
  TypedList inputs;
  for (std::size_t i = 0; i < arranged.size(); ++i) {
    const bool is_default = arranged[i] == parameters[i].default_value;
    Typed input;
    if (is_default) {
      Resolver inner = inside(function);
      input = inner.constant(arranged[i]);
      next_id_ = inner.next_id_;
    } else {
      input = expression(arranged[i], names);
    }
    if (!is_default || shows_defaults) shown.push_back(input.sql);
    const auto& type = function.parameters[i].type;
    const bound::CastMode mode = policy_.ansi ? bound::CastMode::Ansi : bound::CastMode::Legacy;
    if (!functions::can_cast(input.type(), type, mode)) throw_cast_error(input, type, mode, origin, input.sql);
    if (!types::same_shape(input.type(), type)) {
      const bool nullable = input.expression->nullable || functions::cast_forces_null(input.type(), type, mode);
      input.expression = bound::make_expression(bound::Cast{input.expression, mode}, type, nullable, origin);
    }
    inputs.push_back(std::move(input));
  }
  return inputs;
}

/// One row with the parameters as its columns.
Resolved Resolver::parameter_row(const SqlFunction& function, const TypedList& inputs) {
  bound::Outputs outputs;
  bound::Columns columns;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    outputs.push_back({fresh(), inputs[i].expression});
    columns.push_back({{}, function.parameters[i].name, {}, true, {}});
  }
  return from_relation(bound::make_project(bound::make_relation(bound::OneRow{}, {}), std::move(outputs), std::move(columns)), {function.name()});
}

Typed Resolver::scalar_body(const SqlFunction& function, const Resolved& row) {
  Names names = names_over(row);
  names.clause = "SQL function";
  plan::ExpressionPtr body = function.expression ? function.expression : lone_expression(*function.query);
  if (!body) body = plan::make_expression(plan::ScalarSubquery{function.query}, function.query->origin);
  names.aggregates = names.windows = names.generators = true;
  Typed result = expression(body, names);
  const bool is_complex = bound::contains(result.expression, [](const bound::Expression& part) {
    const auto* call = std::get_if<bound::Call>(&part.node);
    return bound::is_aggregate(part) || bound::is_window(part) || (call && call->function->kind == functions::FunctionKind::Generator);
  });
  if (is_complex) throw Error(conditions::kComplexFunctionBody, {{"queryText", function.body}});
  return result;
}

Typed Resolver::sql_function(const SqlFunction& function, const plan::UnresolvedFunction& call, const plan::Expression& expr, Names& names) {
  if (function.is_table) throw Error(conditions::kNotAScalarFunction, {{"functionName", types::quote_parts(function.qualified_name)}}).at(plan::query_context(expr.origin));
  if (!names.refuses_sql_functions.empty())
    throw Error(conditions::kUnsupportedSqlUdfUsage, {{"functionName", types::quote_parts(function.qualified_name)}, {"nodeName", names.refuses_sql_functions}}).at(plan::query_context(expr.origin));
  std::vector<std::string> shown;
  TypedList inputs = function_inputs(function, call.arguments, names, expr.origin, shown);
  Resolver inner = inside(function);
  const Resolved row = inner.parameter_row(function, inputs);
  Typed body = inner.scalar_body(function, row);
  if (function.returns && !types::same_shape(body.type(), *function.returns)) {
    const bound::CastMode mode = function.surroundings.policy.ansi ? bound::CastMode::Ansi : bound::CastMode::Legacy;
    if (!functions::can_cast(body.type(), *function.returns, mode)) inner.throw_cast_error(body, *function.returns, mode, expr.origin);
    const bool nullable = body.expression->nullable || functions::cast_forces_null(body.type(), *function.returns, mode);
    body.expression = bound::make_expression(bound::Cast{body.expression, mode}, *function.returns, nullable, expr.origin);
  }
  Typed result;
  result.sql = function.shown_name() + "(" + join_sql(shown) + ")";
  if (inputs.empty() || !bound::contains(body.expression, &is_subquery)) {
    result.expression = with_arguments(body.expression, row.scope, inputs);
  } else {
    for (const Typed& input : inputs)
      if (bound::contains(input.expression, &bound::is_aggregate))
        throw Error(lab::conditions::kUnsupportedFeature, {{"feature", "aggregates as arguments of the SQL function " + function.shown_name() + ", whose body has subqueries"}, {"hint", "Aggregate in a subquery."}})
            .at(plan::query_context(expr.origin));
    for (Typed& input : inputs) input.expression = as_outer(input.expression);
    // The row that the body was resolved over, with the values that this place gives it.
    bound::Outputs outputs;
    bound::Columns columns;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      outputs.push_back({row.scope[i].column.id, inputs[i].expression});
      columns.push_back({{}, function.parameters[i].name, {}, true, {}});
    }
    auto values = bound::make_project(bound::make_relation(bound::OneRow{}, {}), std::move(outputs), std::move(columns));
    const DataType type = body.type();
    auto plan = bound::make_project(std::move(values), {{inner.fresh(), body.expression}}, {{{}, function.name(), {}, true, {}}});
    function_bodies_.insert(plan);
    result.expression = bound::make_expression(bound::ScalarSubquery{std::move(plan)}, type, true, expr.origin);
  }
  next_id_ = inner.next_id_;
  num_recursions_ = inner.num_recursions_;
  return result;
}

/// The rows of a table function's body over a row of its parameters, under the names that the function gives them.
Resolved Resolver::table_body(const SqlFunction& function, const Resolved& row) {
  const Names around = names_over(row);
  outer_ = &around;
  Resolved body = resolve(function.query);
  outer_ = nullptr;
  if (!function.return_columns) return body;
  const types::Schema& returns = *function.return_columns;
  if (returns.size() != body.scope.size())
    throw Error(conditions::kReturnColumnCount, {{"outputSize", std::to_string(body.scope.size())}, {"returnParamSize", std::to_string(returns.size())}, {"name", function.shown_name()}});
  const bound::CastMode mode = policy_.ansi ? bound::CastMode::Ansi : bound::CastMode::Legacy;
  bound::Outputs outputs;
  bound::Columns columns;
  for (std::size_t i = 0; i < returns.size(); ++i) {
    Typed value;
    value.expression = bound::make_reference(body.scope[i].column);
    value.sql = body.scope[i].column.name;
    if (!functions::can_cast(value.type(), returns[i].type, mode)) throw_cast_error(value, returns[i].type, mode, function.query->origin);
    outputs.push_back({fresh(), types::same_shape(value.type(), returns[i].type) ? value.expression : bound::make_expression(bound::Cast{value.expression, mode}, returns[i].type, true)});
    columns.push_back({{}, returns[i].name, {}, true, {}});
  }
  return from_relation(bound::make_project(trimmed(body), std::move(outputs), std::move(columns)));
}

Resolved Resolver::sql_table_function(const SqlFunction& function, const plan::TableFunction& call, const plan::Relation& relation) {
  if (!function.is_table) throw Error(conditions::kNotATableFunction, {{"functionName", types::quote_parts(function.qualified_name)}}).at(plan::query_context(relation.origin));
  Resolved nothing = from_relation(bound::make_relation(bound::OneRow{}, {}));
  Names names = names_over(nothing);
  std::vector<std::string> shown;
  const TypedList inputs = function_inputs(function, call.arguments, names, relation.origin, shown);
  Resolver inner = inside(function);
  const Resolved row = inner.parameter_row(function, inputs);
  Resolved body = inner.table_body(function, row);
  next_id_ = inner.next_id_;
  num_recursions_ = inner.num_recursions_;
  const auto rows = trimmed(body);
  if (inputs.empty()) return from_relation(rows, {function.name()});
  auto joined = bound::make_join(row.relation, rows, bound::JoinType::Inner, nullptr, true);
  return from_relation(bound::select_columns(std::move(joined), rows->columns), {function.name()});
}

FunctionResult analyze_function(const SqlFunction& function) {
  Resolver outside(*function.surroundings.context, function.surroundings.policy);
  return outside.function_result(function);
}

FunctionResult Resolver::function_result(const SqlFunction& function) {
  TypedList inputs;
  for (const auto& parameter : function.parameters) {
    Typed input;
    input.sql = parameter.name;
    input.expression = bound::make_literal(types::Literal::null(parameter.type));
    if (parameter.default_value) {
      const Typed value = constant(parameter.default_value);
      const bound::CastMode mode = policy_.ansi ? bound::CastMode::Ansi : bound::CastMode::Legacy;
      if (!functions::can_cast(value.type(), parameter.type, mode)) throw_cast_error(value, parameter.type, mode, parameter.default_value->origin);
    }
    inputs.push_back(std::move(input));
  }
  Resolver inner = inside(function);
  const Resolved row = inner.parameter_row(function, inputs);
  FunctionResult result;
  if (!function.is_table) {
    const Typed body = inner.scalar_body(function, row);
    const bound::CastMode mode = policy_.ansi ? bound::CastMode::Ansi : bound::CastMode::Legacy;
    if (function.returns && !functions::can_cast(body.type(), *function.returns, mode)) inner.throw_cast_error(body, *function.returns, mode, {});
    result.type = function.returns.value_or(body.type());
    result.is_deterministic = !bound::contains(body.expression, &is_volatile_call);
    return result;
  }
  const Resolved body = inner.table_body(function, row);
  for (const auto& column : body.scope) result.columns.push_back({column.column.name, column.column.type, true, {}});
  return result;
}

}  // namespace lab::analyze
