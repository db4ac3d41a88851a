#include <algorithm>
#include <map>
#include <set>

#include "analyze/conditions.h"
#include "analyze/fold.h"
#include "analyze/named_arguments.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/element_types.h"
#include "plan/bound_tree.h"
#include "types/type_text.h"

// Calls of functions and operators.
namespace lab::analyze {
namespace {

using functions::FunctionKind;

// Operators under the names that SQL and DataFrame code use for them.
const std::map<std::string, std::string>& operator_names() {
  static const std::map<std::string, std::string> names = {{"=", "=="}, {"!", "not"}, {"!==", "!="}};
  return names;
}

}  // namespace

ExpressionPtr Resolver::make_call(std::string_view name, bound::Expressions arguments, DataType type, bool nullable, const plan::Origin& origin) const {
  return bound::make_expression(bound::Call{&row(name), std::move(arguments), policy_.ansi}, std::move(type), nullable, origin);
}

Typed Resolver::call_row(const functions::FunctionRow& row, TypedList arguments, const plan::Origin& origin, std::string sql) {
  if (sql.empty()) sql = call_sql(std::string(row.name), sql_of(arguments));
  bound::Expressions bound_arguments;
  std::vector<std::string> displays;
  for (auto& argument : arguments) {
    bound_arguments.push_back(argument.expression);
    displays.push_back(argument.sql);
  }
  functions::CallTypes types;
  // What its error shows is the function that Spark makes of it.
  const bool is_outer = row.kind == FunctionKind::Generator && row.name.ends_with("_outer");
  const std::string shown = row.name == "try_element_at" ? call_sql("element_at", displays) : is_outer ? call_sql(std::string(row.name.substr(0, row.name.size() - 6)), displays) : sql;
  try {
    types = functions::bind_types(row, {bound_arguments, policy_, displays}, shown);
  } catch (Error& error) {
    if (!error.contexts().empty()) throw;
    throw Error(error).at(plan::query_context(origin));
  }
  if (row.status == functions::Status::NotYet)
    throw Error(lab::conditions::kUnsupportedFeature, {{"feature", "the function `" + std::string(row.name) + "`"}, {"hint", "It is not built yet."}}).at(plan::query_context(origin));
  bool any_nullable = false;
  for (std::size_t i = 0; i < bound_arguments.size(); ++i) {
    // A cast that nobody wrote stands where the call does.
    if (i < types.arguments.size() && !std::holds_alternative<bound::Lambda>(bound_arguments[i]->node)) bound_arguments[i] = cast_expression(bound_arguments[i], types.arguments[i], origin);
    any_nullable = any_nullable || bound_arguments[i]->nullable;
  }
  bool nullable = any_nullable;
  if (row.nullability == functions::Nullability::Always) nullable = true;
  if (row.nullability == functions::Nullability::Never) nullable = false;
  if (types.nullable) nullable = *types.nullable;
  Typed result;
  result.sql = std::move(sql);
  result.expression = bound::make_expression(bound::Call{&row, std::move(bound_arguments), policy_.ansi}, std::move(types.result), nullable, origin);
  return result;
}

// AND and OR take booleans; under ANSI rules text becomes one.
void Resolver::check_logical(const std::string& name, const TypedList& arguments, const plan::Origin& origin) const {
  const DataType &left = arguments[0].type(), &right = arguments[1].type();
  const auto fits = [](const DataType& type) { return type.is(TypeKind::Boolean) || type.is(TypeKind::Null); };
  if (fits(left) && fits(right)) return;
  // What text beside another type makes of both.
  std::optional<DataType> promoted;
  if (policy_.ansi && left.is_text() != right.is_text()) {
    const DataType& other = left.is_text() ? right : left;
    if (other.is_integral()) promoted = TypeKind::Long;
    else if (other.is_numeric()) promoted = TypeKind::Double;
    else if (other.is(TypeKind::Null)) promoted = TypeKind::String;
    else if (!other.is_nested() && !other.is_interval()) promoted = other;
  }
  if (promoted && promoted->is(TypeKind::Boolean)) return;
  const std::string sql = quoted_expression(call_sql(name, sql_of(arguments)));
  const auto context = plan::query_context(origin);
  if (promoted || left == right)
    throw Error(conditions::kBinaryOpWrongType, {{"sqlExpr", sql}, {"inputType", "\"BOOLEAN\""}, {"actualDataType", types::quoted_sql(promoted.value_or(left))}}).at(context);
  throw Error(conditions::kBinaryOpDiffTypes, {{"sqlExpr", sql}, {"left", types::quoted_sql(left)}, {"right", types::quoted_sql(right)}}).at(context);
}

Typed Resolver::operator_call(const std::string& name, TypedList arguments, const plan::Origin& origin) {
  if ((name == "and" || name == "or") && arguments.size() == 2) check_logical(name, arguments, origin);
  if (auto known = boolean_comparison(name, arguments, origin)) return *known;
  if (arguments.size() == 2) compare_as_whole(name, arguments);
  const bool is_datetime = (name == "+" || name == "-" || name == "*") && std::ranges::any_of(arguments, [](const Typed& a) { return a.type().is_datetime() || a.type().is_interval(); });
  std::string sql = is_datetime && arguments.size() == 2 ? datetime_sql(name, arguments[0], arguments[1]) : std::string();
  return call_row(row(name), std::move(arguments), origin, std::move(sql));
}

// A decimal constant beside a whole number is compared as the whole number next to it, and prints so: `id > 1.5` is `(id > 1)`.
void Resolver::compare_as_whole(const std::string& name, TypedList& arguments) const {
  if (name != "<" && name != "<=" && name != ">" && name != ">=") return;
  const std::size_t at = arguments[0].type().is(TypeKind::Decimal) ? 0 : 1;
  const auto* literal = std::get_if<bound::LiteralNode>(&arguments[at].expression->node);
  if (!literal || literal->value.is_null() || !arguments[at].type().is(TypeKind::Decimal) || !arguments[1 - at].type().is_integral()) return;
  const auto& decimal = std::get<types::Decimal>(literal->value.data);
  types::Int128 unit = 1;
  for (int i = 0; i < decimal.scale; ++i) unit *= 10;
  types::Int128 whole = decimal.unscaled / unit;
  const types::Int128 rest = decimal.unscaled % unit;
  // `x > 1.5` and `1.5 >= x` keep their meaning with the number below, the others with the one above.
  const bool below = (name == ">" || name == "<=") == (at == 1);
  if (rest != 0 && below && decimal.unscaled < 0) --whole;
  if (rest != 0 && !below && decimal.unscaled > 0) ++whole;
  if (whole > INT64_MAX || whole < INT64_MIN) return;
  const auto value = static_cast<std::int64_t>(whole);
  arguments[at].expression = bound::make_literal(types::Literal::bigint(value), arguments[at].expression->origin);
  arguments[at].sql = std::to_string(value);
  arguments[at].name.reset();
}

// Arithmetic with dates and intervals prints as the expression that Spark makes of it.
std::string Resolver::datetime_sql(const std::string& name, const Typed& left, const Typed& right) const {
  const bool l = left.type().is_interval(), r = right.type().is_interval();
  if (name == "*") return l || !r ? std::string() : "(" + right.sql + " * " + left.sql + ")";
  const auto is_moment = [](const DataType& type) { return type.is_datetime() || type.is_text() || type.is(TypeKind::Null); };
  if (name == "+" && l && is_moment(right.type())) return datetime_sql(name, right, left);
  if (name == "+" && left.type().is(TypeKind::Null) && right.type().is_datetime()) return datetime_sql(name, right, left);
  const DataType &from = left.type(), &by = right.type();
  if (from.is(TypeKind::Date) && (by.is_integral() && !by.is(TypeKind::Long))) return (name == "+" ? "date_add(" : "date_sub(") + left.sql + ", " + right.sql + ")";
  if (by.is(TypeKind::Date) && name == "+" && from.is_integral() && !from.is(TypeKind::Long)) return "date_add(" + right.sql + ", " + left.sql + ")";
  if (from.is(TypeKind::Date) && by.is(TypeKind::DayTimeInterval) && by.day_time_to() == types::DayTimeField::Day)
    return "date_add(" + left.sql + ", " + (name == "+" ? "extractansiintervaldays(" + right.sql + "))" : "(- extractansiintervaldays(" + right.sql + ")))");
  if (r && (from.is_datetime() || (is_moment(from) && !by.is(TypeKind::YearMonthInterval)))) return left.sql + " " + name + " " + right.sql;
  if (name == "+" && from.is_datetime() && by.is(TypeKind::Null)) return left.sql + " + " + right.sql;
  return {};
}

// Legacy mode reads a boolean beside 1 or 0 as the boolean or its negation.
std::optional<Typed> Resolver::boolean_comparison(const std::string& name, TypedList& arguments, const plan::Origin& origin) {
  if (policy_.ansi || arguments.size() != 2 || (name != "==" && name != "<=>")) return std::nullopt;
  const bool first = arguments[0].type().is(TypeKind::Boolean);
  const Typed& flag = arguments[first ? 0 : 1];
  const Typed& number = arguments[first ? 1 : 0];
  const auto* literal = std::get_if<bound::LiteralNode>(&number.expression->node);
  if (!flag.type().is(TypeKind::Boolean) || !number.type().is_integral() || !literal || literal->value.is_null()) return std::nullopt;
  const auto value = literal->value.integer();
  if (value != 0 && value != 1) return std::nullopt;
  Typed meaning = value == 1 ? flag : negation(flag, origin);
  meaning.name.reset();
  meaning.is_attribute = false;
  if (name == "==") return meaning;
  TypedList one{flag};
  Typed present = call_row(row("isnotnull"), std::move(one), origin);
  TypedList both{std::move(present), std::move(meaning)};
  return call_row(row("and"), std::move(both), origin);
}

Typed Resolver::negation(Typed child, const plan::Origin& origin) {
  TypedList arguments;
  arguments.push_back(std::move(child));
  return operator_call("not", std::move(arguments), origin);
}

Typed Resolver::between(TypedList arguments, const plan::Origin& origin) {
  Typed value = arguments[0];
  std::string sql = "between(" + join_sql(sql_of(arguments)) + ")";
  if (policy_.is_spark4) value.sql = "commonexpressionref()";  // 4.x computes it once, and its errors tell.
  Typed result = operator_call("and", {operator_call(">=", {value, arguments[1]}, origin), operator_call("<=", {value, arguments[2]}, origin)}, origin);
  if (policy_.is_spark4) result.sql = std::move(sql);
  return result;
}

Typed Resolver::if_else(TypedList arguments, const plan::Origin& origin) {
  std::string sql = "(IF(" + join_sql(sql_of(arguments)) + "))";
  return choice(std::move(arguments), origin, "if", std::move(sql));
}

TypedList Resolver::call_arguments(const plan::UnresolvedFunction& function, Names& names) {
  TypedList result;
  for (const auto& argument : function.arguments) {
    if (const auto* star = std::get_if<plan::UnresolvedStar>(&argument->node)) {
      for (auto& column : star_columns(*star, names, argument->origin)) result.push_back(std::move(column));
      continue;
    }
    result.push_back(expression(argument, names));
  }
  return result;
}

/// The same call with its arguments in the function's order.
Typed Resolver::named_call(const std::string& name, const plan::UnresolvedFunction& function, const plan::Expression& expr, Names& names) {
  const auto* parameters = named_parameters(name);
  if (!parameters) throw Error(conditions::kNamedParametersNotSupported, {{"functionName", types::quote_identifier(name)}}).at(plan::query_context(expr.origin));
  plan::UnresolvedFunction arranged = function;
  arranged.arguments = arrange_arguments(types::quote_identifier(name), *parameters, function.arguments, expr.origin);
  return resolve_expression(arranged, expr, names);
}

namespace {

// What stands for a lambda without being one is its body, whatever the parameters: `transform(xs, 0)`.
plan::Lambda constant_lambda(plan::ExpressionPtr body, std::size_t arity) {
  plan::Lambda lambda;
  for (std::size_t i = 0; i < arity; ++i) lambda.parameters.push_back("col" + std::to_string(i));
  lambda.body = std::move(body);
  return lambda;
}

// A word of the grammar arrives as a text constant.
bool begins_with_word(const plan::UnresolvedFunction& function) {
  const auto* first = function.arguments.empty() ? nullptr : std::get_if<plan::LiteralExpression>(&function.arguments[0]->node);
  return first && std::holds_alternative<std::string>(first->literal.value.data);
}

}  // namespace

Typed Resolver::resolve_expression(const plan::UnresolvedFunction& function, const plan::Expression& expr, Names& names) {
  std::string name = lower_case(function.name.empty() ? "" : function.name.back());
  if (const auto found = operator_names().find(name); found != operator_names().end()) name = found->second;
  // `system.builtin.abs` and `builtin.abs` are the only qualified names of what is built in.
  const bool qualified = function.name.size() > 1 && lower_case(function.name[function.name.size() - 2]) != "builtin";
  if (!qualified && has_named_arguments(function.arguments) && (functions::find_function(name, policy_.is_spark4) || name == "struct")) return named_call(name, function, expr, names);
  if (!qualified)
    if (auto special = special_call(name, function, expr, names)) return *special;

  const auto* found = functions::find_function(name, policy_.is_spark4);
  if (found && found->is_form && !begins_with_word(function)) found = nullptr;
  if (!found || qualified)
    if (const auto defined = context_.find_sql_function(function.name)) return sql_function(*defined, function, expr, names);
  if (!found && !qualified)
    if (auto member = membership_call(name, function, expr, names)) return *member;
  if (found && found->kind == FunctionKind::Table && policy_.is_spark4)
    throw Error(conditions::kNotAScalarFunction, {{"functionName", types::quote_identifier(name)}}).at(plan::query_context(expr.origin));
  if (!found || qualified || found->kind == FunctionKind::Table) {
    std::vector<std::string> quoted;
    for (const auto& part : function.name) quoted.push_back(types::quote_identifier(part));
    const std::string path = "[`system`.`builtin`, `system`.`session`, " + types::quote_identifier(context_.current_catalog()) + "." + types::quote_identifier(context_.current_database()) + "]";
    throw Error(lab::conditions::kUnresolvedRoutine, {{"routineName", join_sql(quoted, ".")}, {"searchPath", path}}).at(plan::query_context(expr.origin));
  }
  if (found->kind == FunctionKind::Aggregate) return aggregate_call(*found, function, expr, names);
  if (found->kind == FunctionKind::Window) throw Error(conditions::kWindowFunctionWithoutOver, {{"funcName", "\"" + window_function_sql(name, function, names) + "\""}}).at(plan::query_context(expr.origin));
  const auto is_lambda = [](const auto& argument) { return std::holds_alternative<plan::Lambda>(argument->node); };
  bool takes_lambda = false;
  for (std::size_t i = 0; i < function.arguments.size() && !takes_lambda; ++i) takes_lambda = functions::lambda_arity(*found, i).has_value();
  if (takes_lambda) return higher_order(*found, function, expr, names);
  if (std::ranges::any_of(function.arguments, is_lambda))
    throw Error(conditions::kNonHigherOrderFunction, {{"class", expression_class(name)}}).at(plan::query_context(expr.origin));
  if (function.is_distinct || function.filter) {
    throw Error(conditions::kNotUnresolvedFunctionDistinct, {{"prettyName", types::quote_identifier(name)}, {"syntax", function.is_distinct ? "DISTINCT" : policy_.is_spark4 ? "FILTER CLAUSE" : "FILTER clause"}})
        .at(plan::query_context(expr.origin));
  }
  const bool is_generator = found->kind == FunctionKind::Generator;
  Names inner = names;
  if (is_generator) {
    inner.generators = false;
    inner.clause = "nested";
    if (!names.generators && !names.shows_nested) {
      if (names.clause == "nested")
        throw Error(conditions::kUnsupportedGeneratorNested, {{"expression", quoted_expression(name + "()")}}).at(plan::query_context(expr.origin));
      throw Error(conditions::kUnsupportedGeneratorOutside, {{"plan", names.clause}}).at(plan::query_context(expr.origin));
    }
  } else if (names.generators) {
    inner.generators = false;
    inner.clause = "nested";
  }
  TypedList arguments = call_arguments(function, inner);
  static const std::set<std::string> kOperators = {"+", "-", "*", "==", "<=>", "<", "<=", ">", ">=", "and", "or"};
  if (arguments.size() == 2 && kOperators.contains(name)) return operator_call(name, std::move(arguments), expr.origin);
  if (name == "assert_true" && arguments.size() == 1) {
    Typed message;
    message.sql = "'" + arguments[0].sql + "' is not true!";
    message.expression = bound::make_literal(types::Literal::string(message.sql), expr.origin);
    arguments.push_back(std::move(message));
  }
  std::vector<std::string> texts = sql_of(arguments);
  // What fills up follows from what is filled.
  const bool fills = (name == "lpad" || name == "rpad") && texts.size() == 2;
  if (fills) texts.emplace_back(arguments[0].type().is(TypeKind::Binary) ? "X'00'" : " ");
  std::string sql = function_sql(std::string(found->name), std::move(texts), function.is_operator);
  if (name == "like" && arguments.size() == 3 && policy_.is_spark4) sql += " ESCAPE '" + arguments[2].sql + "'";
  if ((name == "from_json" || name == "from_csv") && arguments.size() > 1) return parse_by_schema(*found, std::move(arguments), expr.origin, std::move(sql));
  if (auto known = context_call(name, arguments, expr.origin)) return *known;
  if ((name == "to_char" || name == "to_varchar") && arguments.size() == 2 && policy_.is_spark4) sql = char_sql(arguments, std::move(sql));
  Typed result = call_row(*found, std::move(arguments), expr.origin, std::move(sql));
  if (is_generator && names.shows_nested && result.type().is(TypeKind::Struct) && !result.type().fields().empty())
    result.expression = bound::make_literal(types::Literal::null(result.type().fields()[0].type), expr.origin);
  return result;
}

// to_char of what is no number prints as the function that it stands for.
std::string Resolver::char_sql(const TypedList& arguments, std::string sql) const {
  const DataType& type = arguments[0].type();
  if (type.is_datetime()) return call_sql("date_format", sql_of(arguments));
  const auto* format = std::get_if<bound::LiteralNode>(&arguments[1].expression->node);
  if (!type.is(TypeKind::Binary) || !format || !std::holds_alternative<std::string>(format->value.data)) return sql;
  const std::string kind = lower_case(format->value.text());
  if (kind == "utf-8") return call_sql("decode", sql_of(arguments));
  return kind == "base64" || kind == "hex" ? call_sql(kind, {arguments[0].sql}) : sql;
}

// The schema may be a constant expression; a map's column has a name of its own.
Typed Resolver::parse_by_schema(const functions::FunctionRow& row, TypedList arguments, const plan::Origin& origin, std::string sql) {
  if (auto schema = fold_constant(arguments[1].expression, policy_); schema && arguments[1].type().is_text())
    arguments[1].expression = bound::make_literal({TypeKind::String, std::move(*schema)}, arguments[1].expression->origin);
  Typed result = call_row(row, std::move(arguments), origin, std::move(sql));
  if (result.type().is(TypeKind::Map)) result.sql = "entries";
  return result;
}

// A window function as it prints alone, with the arguments that it has by itself.
std::string Resolver::window_function_sql(const std::string& name, const plan::UnresolvedFunction& function, Names& names) {
  std::vector<std::string> arguments = sql_of(call_arguments(function, names));
  if (name == "rank" || name == "dense_rank" || name == "percent_rank") return upper_case(name) + "()";
  if (name == "lag" || name == "lead") {
    if (arguments.size() == 1) arguments.emplace_back("1");
    if (arguments.size() == 2) arguments.emplace_back("NULL");
  }
  return call_sql(name, arguments);
}

std::string Resolver::unbound_lambda_sql(const plan::Lambda& lambda, Names& names) {
  LambdaFrame frame;
  frame.is_unbound = true;
  for (const auto& parameter : lambda.parameters) frame.parameters.push_back({fresh(), parameter, TypeKind::Null, true, {}});
  names.lambdas.push_back(std::move(frame));
  std::vector<std::string> parts;
  try {
    parts.push_back(expression(lambda.body, names).sql);
  } catch (const Error&) {
    // A body that NULLs do not fit has no text; the error is about the argument in front.
  }
  names.lambdas.pop_back();
  parts.insert(parts.end(), lambda.parameters.begin(), lambda.parameters.end());
  return "lambdafunction(" + join_sql(parts) + ")";
}

std::vector<DataType> Resolver::types_of_parameters(const functions::FunctionRow& row, const plan::UnresolvedFunction& function, const TypedList& arguments, std::size_t at,
                                                    const plan::Lambda& lambda, const plan::Expression& expr, Names& names) {
  bound::Expressions bound_arguments;
  for (const auto& argument : arguments) bound_arguments.push_back(argument.expression);
  std::vector<std::string> displays = sql_of(arguments);
  const auto find = [&] {
    return functions::lambda_parameter_types(row, {bound_arguments, policy_, displays}, at, lambda.parameters.size(), function_sql(std::string(row.name), displays));
  };
  try {
    return find();
  } catch (const Error&) {
    // Once more, for the error's text: only what fails pays for the lambdas' own.
  }
  for (std::size_t i = 0; i < displays.size(); ++i)
    if (const auto* written = std::get_if<plan::Lambda>(&function.arguments[i]->node)) displays[i] = unbound_lambda_sql(*written, names);
  // The last step that a fold has when none is written.
  if ((row.name == "aggregate" || row.name == "reduce") && displays.size() == 3) displays.emplace_back("lambdafunction(id, id)");
  try {
    return find();
  } catch (Error& error) {
    if (!error.contexts().empty()) throw;
    throw Error(error).at(plan::query_context(expr.origin));
  }
}

Typed Resolver::higher_order(const functions::FunctionRow& row, const plan::UnresolvedFunction& function, const plan::Expression& expr, Names& names) {
  // Plain arguments first: they decide what the lambdas get.
  TypedList arguments(function.arguments.size());
  for (std::size_t i = 0; i < arguments.size(); ++i)
    if (!std::holds_alternative<plan::Lambda>(function.arguments[i]->node) && !functions::lambda_arity(row, i)) arguments[i] = expression(function.arguments[i], names);
  const std::string name(row.name);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto* lambda = std::get_if<plan::Lambda>(&function.arguments[i]->node);
    const auto arity = functions::lambda_arity(row, i);
    if (!lambda && !arity) continue;
    plan::Lambda constant;
    if (!lambda) {
      constant = constant_lambda(function.arguments[i], *arity);
      lambda = &constant;
    }
    const std::vector<DataType> parameter_types = types_of_parameters(row, function, arguments, i, *lambda, expr, names);
    LambdaFrame frame;
    bound::Lambda node;
    for (std::size_t p = 0; p < lambda->parameters.size(); ++p) {
      frame.parameters.push_back({fresh(), lambda->parameters[p], parameter_types[p], true, {}});
      node.parameters.push_back(frame.parameters.back().id);
      node.parameter_types.push_back(parameter_types[p]);
    }
    names.lambdas.push_back(std::move(frame));
    Typed body = expression(lambda->body, names);
    names.lambdas.pop_back();
    arguments[i].name.reset();
    std::vector<std::string> parameter_sql(lambda->parameters.size() + 1, "namedlambdavariable()");
    parameter_sql[0] = body.sql;
    node.body = body.expression;
    arguments[i].sql = "lambdafunction(" + join_sql(parameter_sql) + ")";
    arguments[i].expression = bound::make_expression(std::move(node), body.type(), body.expression->nullable, function.arguments[i]->origin);
  }
  std::string sql = function_sql(name, sql_of(arguments));
  return call_row(row, std::move(arguments), expr.origin, std::move(sql));
}

Typed Resolver::resolve_expression(const plan::Lambda&, const plan::Expression& expr, Names&) {
  throw Error(conditions::kNonHigherOrderFunction, {{"class", "org.apache.spark.sql.catalyst.expressions.Expression"}}).at(plan::query_context(expr.origin));
}

// count(t.*) would count rows where no column is NULL, which nobody means.
void Resolver::refuse_table_star(const plan::Expression& argument) const {
  const auto* star = std::get_if<plan::UnresolvedStar>(&argument.node);
  if (!star || star->target.empty()) return;
  if (policy_.is_spark4) throw Error(conditions::kCountOfTableStar, {{"tableName", types::quote_parts(star->target)}}).at(plan::query_context(argument.origin));
  throw Error(conditions::kCountOfTableStar3, {{"targetString", join_sql(star->target, ".")}}).at(plan::query_context(argument.origin));
}

// The keys of WITHIN GROUP as they print. One that is the aggregate's value becomes its first argument.
std::vector<std::string> Resolver::within_group_keys(const functions::FunctionRow& row, const plan::UnresolvedFunction& function, Names& names, bound::AggregateCall& call,
                                                     TypedList& arguments, const plan::Expression& expr) {
  using functions::WithinGroup;
  const std::string name(row.name);
  const auto invalid = [&](const Condition& condition, Error::Parameters parameters) {
    parameters.emplace("funcName", types::quote_identifier(name));
    return Error(condition, std::move(parameters)).at(plan::query_context(expr.origin));
  };
  if (row.within_group == WithinGroup::Value && function.is_distinct && policy_.is_spark4) throw invalid(conditions::kWithinGroupDistinct, {});
  if (function.within_group.empty()) {
    const bool is_missing = row.within_group == WithinGroup::Value && name != "mode";
    if (is_missing) throw invalid(conditions::kWithinGroupMissing, {});
    return {};
  }
  if (row.within_group == WithinGroup::Refused)
    throw Error(conditions::kNotUnresolvedFunctionDistinct, {{"prettyName", types::quote_identifier(name)}, {"syntax", "WITHIN GROUP (ORDER BY ...)"}}).at(plan::query_context(expr.origin));
  std::vector<std::string> keys;
  if (row.within_group == WithinGroup::Order) {
    for (const auto& order : function.within_group) {
      std::string key;
      call.within_group.push_back(sort_key(order, names, &key));
      keys.push_back(std::move(key));
    }
    return keys;
  }
  const std::size_t count = function.within_group.size();
  if (count != 1) throw invalid(conditions::kWithinGroupCount, {{"expectedNum", "1"}, {"actualNum", std::to_string(count)}});
  call.within_group.push_back(sort_key(function.within_group[0], names, nullptr));
  const auto* order = std::get_if<plan::SortOrder>(&function.within_group[0]->node);
  Typed value = expression(order ? order->child : function.within_group[0], names);
  // mode() names the order in which the value would come last.
  const bool shows_falling = call.within_group[0].descending != (name == "mode");
  keys.push_back(value.sql + (shows_falling ? " DESC" : ""));
  arguments.insert(arguments.begin(), std::move(value));
  return keys;
}

bound::AggregateCall Resolver::bind_aggregate(const functions::FunctionRow& row, const plan::UnresolvedFunction& function, const plan::Expression& expr, Names& names,
                                              std::string& sql, DataType& type, bool& nullable, bool may_nest) {
  Names inner = names;
  // A nested aggregate is found below, so that the error says so; a window function may hold aggregates of the query's groups.
  inner.aggregates = !may_nest || names.aggregates;
  inner.inside_aggregate = !may_nest;
  inner.generators = false;
  inner.lateral = nullptr;
  const auto context = plan::query_context(expr.origin);
  const std::string name(row.name);
  TypedList arguments;
  const bool counts_star = name == "count" && function.arguments.size() == 1 && std::holds_alternative<plan::UnresolvedStar>(function.arguments[0]->node) &&
                           std::get<plan::UnresolvedStar>(function.arguments[0]->node).target.empty() && !function.is_distinct;
  if (counts_star) {
    Typed one;
    one.expression = bound::make_literal(types::Literal::integer(1), expr.origin);
    one.sql = "1";
    arguments.push_back(std::move(one));
  } else {
    if (name == "count" && function.arguments.empty())
      throw Error(conditions::kWrongNumArgsWithSuggestion, {{"functionName", "`count`"}, {"expectedNum", " >= 1"}, {"actualNum", "0"}, {"legacyNum", "0"},
                                                            {"legacyConfKey", "\"spark.sql.legacy.allowParameterlessCount\""}, {"legacyConfValue", "\"true\""}}).at(context);
    if (name == "count" && function.arguments.size() == 1) refuse_table_star(*function.arguments[0]);
    inner.lateral = names.lateral;
    arguments = call_arguments(function, inner);
  }
  bound::AggregateCall call;
  call.function = &row;
  call.is_distinct = function.is_distinct;
  call.ignore_nulls = function.ignore_nulls.value_or(false);
  call.ansi = policy_.ansi;
  bound::Expressions bound_arguments;
  std::vector<std::string> keys = within_group_keys(row, function, inner, call, arguments, expr);
  std::vector<std::string> displays = sql_of(arguments);
  for (const auto& argument : arguments) {
    if (!may_nest && bound::contains(argument.expression, &bound::is_aggregate)) throw Error(conditions::kNestedAggregateFunction, {}).at(context);
    bound_arguments.push_back(argument.expression);
  }
  std::vector<std::string> shown = displays;
  if (function.is_distinct && !shown.empty()) shown[0] = "DISTINCT " + shown[0];
  const bool is_value = row.within_group == functions::WithinGroup::Value && !keys.empty();
  if (is_value) shown.erase(shown.begin());
  sql = may_nest && row.kind == FunctionKind::Window ? call_sql(name, shown) : function_sql(keys.empty() || name != "string_agg" ? name : "listagg", shown);
  if (name == "mode" && keys.empty() && arguments.size() == 2) {
    // The least of the most frequent values is what falls last in the order that this prints.
    const auto* least = std::get_if<bound::LiteralNode>(&arguments[1].expression->node);
    if (const bool* is_least = least ? std::get_if<bool>(&least->value.data) : nullptr) {
      sql = call_sql(name, *is_least ? std::vector<std::string>{} : std::vector<std::string>{displays[0]});
      if (*is_least) keys.push_back(displays[0] + " DESC");
    }
  }
  if (!keys.empty()) sql += " WITHIN GROUP (ORDER BY " + join_sql(keys) + ")";
  functions::CallTypes types;
  try {
    // Its error shows the call with the value in front, not with WITHIN GROUP.
    types = functions::bind_types(row, {bound_arguments, policy_, displays}, is_value && name != "mode" ? call_sql(name, displays) : sql);
  } catch (Error& error) {
    if (!error.contexts().empty()) throw;
    throw Error(error).at(context);
  }
  if (row.status == functions::Status::NotYet)
    throw Error(lab::conditions::kUnsupportedFeature, {{"feature", "the function `" + name + "`"}, {"hint", "It is not built yet."}}).at(context);
  for (std::size_t i = 0; i < bound_arguments.size(); ++i)
    if (i < types.arguments.size()) bound_arguments[i] = cast_expression(bound_arguments[i], types.arguments[i]);
  call.arguments = std::move(bound_arguments);
  if (function.filter) {
    const Typed filter = aggregate_filter(function.filter, inner);
    sql += " FILTER (WHERE " + filter.sql + ")";
    call.filter = cast_expression(filter.expression, TypeKind::Boolean);
  }
  type = types.result;
  nullable = types.nullable.value_or(row.nullability != functions::Nullability::Never);
  return call;
}

Typed Resolver::aggregate_filter(const plan::ExpressionPtr& filter, Names names) {
  std::vector<std::string> aggregates, windows;
  names.aggregates = names.windows = true;
  names.aggregate_calls = &aggregates;
  names.window_calls = &windows;
  names.invalid = nullptr;
  Typed condition = expression(filter, names);
  const auto refuse = [&](const Condition& why, Error::Parameters parameters) {
    parameters.emplace("filterExpr", quoted_expression(condition.sql));
    throw Error(why, std::move(parameters)).at(plan::query_context(filter->origin));
  };
  const bool is_volatile = bound::contains(condition.expression, [](const bound::Expression& part) {
    const auto* call = std::get_if<bound::Call>(&part.node);
    return call && call->function->is_volatile;
  });
  if (is_volatile) refuse(conditions::kFilterNotDeterministic, {});
  if (!condition.type().is(TypeKind::Boolean) && !condition.type().is(TypeKind::Null)) refuse(conditions::kAggregateFilterNotBoolean, {});
  if (!aggregates.empty()) refuse(conditions::kFilterWithAggregate, {{"aggExpr", quoted_expression(aggregates[0])}});
  if (!windows.empty()) refuse(conditions::kFilterWithWindow, {{"windowExpr", quoted_expression(windows[0])}});
  return condition;
}

/// `HAVING EXISTS (SELECT … WHERE x > max(t.a))`: an aggregate that takes all it needs from the query around is that query's.
std::optional<Typed> Resolver::aggregate_around(const functions::FunctionRow& row, const plan::UnresolvedFunction& function, const plan::Expression& expr, const Names& names) {
  if (!names.outer || !names.outer->aggregated) return std::nullopt;
  Names here = names;
  here.aggregates = false;
  here.invalid = nullptr;
  bool takes_from_here = false, takes_from_around = false;
  for (const auto& argument : function.arguments) {
    if (std::holds_alternative<plan::UnresolvedStar>(argument->node)) return std::nullopt;
    bound::walk(expression(argument, here).expression, [&](const ExpressionPtr& part) {
      if (const auto* reference = std::get_if<bound::ColumnRef>(&part->node)) (reference->is_outer ? takes_from_around : takes_from_here) = true;
      return true;
    });
  }
  if (takes_from_here || !takes_from_around) return std::nullopt;
  Names around = *names.outer;
  around.aggregates = true;
  Typed result = aggregate_call(row, function, expr, around);
  const ExpressionPtr column = names.outer->aggregated(result.expression);
  if (const auto* reference = std::get_if<bound::ColumnRef>(&column->node))
    result.expression = bound::make_expression(bound::ColumnRef{reference->column, true}, column->type, column->nullable, expr.origin);
  return result;
}

Typed Resolver::aggregate_call(const functions::FunctionRow& row, const plan::UnresolvedFunction& function, const plan::Expression& expr, Names& names) {
  if (auto around = aggregate_around(row, function, expr, names)) return *around;
  if (!names.aggregates) {
    // What it names must be there all the same.
    const bool groups = names.clause == "GROUP BY";
    Names inner = names;
    inner.aggregates = true;
    inner.shows_source = names.shows_source || groups;
    std::string sql;
    DataType type;
    bool nullable = true;
    bind_aggregate(row, function, expr, inner, sql, type, nullable);
    const auto context = plan::query_context(expr.origin);
    if (groups) throw Error(conditions::kGroupByAggregate, {{"sqlExpr", sql}}).at(context);
    throw Error(conditions::kUnsupportedExprForOperator, {{"invalidExprSqls", quoted_expression(sql)}}).at(context);
  }
  Typed result;
  DataType type;
  bool nullable = true;
  auto call = bind_aggregate(row, function, expr, names, result.sql, type, nullable);
  if (names.aggregate_calls) names.aggregate_calls->push_back(result.sql);
  if (names.invalid && names.aggregates_are_invalid) {
    // Once more, for the error's text.
    Names shown = names;
    shown.invalid = nullptr;
    shown.shows_source = true;
    names.invalid->push_back(aggregate_call(row, function, expr, shown).sql);
  }
  result.expression = bound::make_expression(std::move(call), std::move(type), nullable, expr.origin);
  return result;
}

bound::SortKey Resolver::sort_key(const plan::ExpressionPtr& expr, Names& names, std::string* sql) {
  bound::SortKey key;
  Typed typed;
  if (const auto* order = std::get_if<plan::SortOrder>(&expr->node)) {
    typed = expression(order->child, names);
    key.descending = order->direction == plan::Direction::Descending;
    key.nulls_first = order->nulls == plan::NullOrder::Default ? !key.descending : order->nulls == plan::NullOrder::First;
  } else {
    typed = expression(expr, names);
  }
  if (sql) *sql = sort_sql(typed.sql, key.descending, key.nulls_first);
  const DataType& type = typed.type();
  if (!functions::is_orderable(type))
    throw Error(conditions::kInvalidOrderingType, {{"sqlExpr", quoted_expression(sort_sql(typed.sql, key.descending, key.nulls_first))}, {"functionName", "`sortorder`"}, {"dataType", types::quoted_sql(type)}})
        .at(plan::query_context(expr->origin));
  key.expression = typed.expression;
  return key;
}

}  // namespace lab::analyze
