#include "analyze/conditions.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "analyze/special_moment.h"
#include "base/error.h"
#include "functions/cast_rules.h"
#include "plan/bound_tree.h"
#include "types/type_text.h"

// The plain expressions: literals, aliases, casts, parameters, field and element access.
namespace lab::analyze {
namespace {

// A whole number written where a wider type is wanted becomes a constant of that type.
ExpressionPtr widened_literal(const ExpressionPtr& expression, const DataType& type) {
  const auto* literal = std::get_if<bound::LiteralNode>(&expression->node);
  if (!literal || !expression->type.is_integral()) return nullptr;
  const std::int64_t value = literal->value.integer();
  if (type.is_integral() && type.kind() >= expression->type.kind()) return bound::make_literal({type, {value}}, expression->origin);
  if (type.is(TypeKind::Double)) return bound::make_literal({type, {static_cast<double>(value)}}, expression->origin);
  if (type.is(TypeKind::Decimal)) {
    types::Int128 unscaled = value, limit = 1;
    for (int i = 0; i < type.scale(); ++i) unscaled *= 10;
    for (int i = 0; i < type.precision(); ++i) limit *= 10;
    if (type.scale() <= 18 && unscaled < limit && unscaled > -limit) return bound::make_literal({type, {types::Decimal{unscaled, type.scale()}}}, expression->origin);
  }
  return nullptr;
}

}  // namespace

Typed Resolver::expression(const plan::ExpressionPtr& expr, Names& names) {
  return std::visit([&](const auto& node) { return resolve_expression(node, *expr, names); }, expr->node);
}

TypedList Resolver::expressions(const plan::Expressions& list, Names& names) {
  TypedList result;
  for (const auto& item : list) result.push_back(expression(item, names));
  return result;
}

std::string Resolver::source_sql(const plan::ExpressionPtr& expr, Names names) {
  names.shows_source = names.aggregates = true;
  names.invalid = nullptr;
  const auto* alias = std::get_if<plan::Alias>(&expr->node);
  return expression(alias ? alias->child : expr, names).sql;
}

Typed Resolver::resolve_expression(const plan::LiteralExpression& node, const plan::Expression& expr, Names& names) {
  types::Literal literal = node.literal;
  // CHAR and VARCHAR are properties of stored columns; in expressions there are only strings.
  if (literal.type.is(TypeKind::Char) || literal.type.is(TypeKind::Varchar)) literal.type = TypeKind::String;
  std::string sql = names.shows_source ? exact_literal_sql(literal, policy_.time_zone) : literal_sql(literal, policy_.time_zone);
  return {bound::make_literal(std::move(literal), expr.origin), std::move(sql), {}, {}, false};
}

Typed Resolver::resolve_expression(const plan::Alias& node, const plan::Expression& expr, Names& names) {
  if (std::holds_alternative<plan::UnresolvedStar>(node.child->node)) throw Error(conditions::kInvalidUsageOfStar, {{"elem", "'*'"}, {"prettyName", "expression `alias`"}}).at(plan::query_context(expr.origin));
  Typed typed = expression(node.child, names);
  if (node.names.size() > 1) {
    typed.names = node.names;
    return typed;
  }
  typed.names.clear();
  // An alias keeps the metadata of an attribute under it unless it brings its own.
  typed.is_attribute = false;
  if (node.metadata) typed.metadata = *node.metadata;
  if (!node.names.empty()) {
    typed.name = node.names[0];
    typed.sql += " AS " + types::quote_if_needed(node.names[0]);
  }
  return typed;
}

Typed Resolver::resolve_expression(const plan::NamedArgument& node, const plan::Expression&, Names& names) { return expression(node.value, names); }

Typed Resolver::resolve_expression(const plan::Cast& node, const plan::Expression& expr, Names& names) {
  Typed child = expression(node.child, names);
  DataType type = node.type;
  if (type.is(TypeKind::Char) || type.is(TypeKind::Varchar)) type = TypeKind::String;
  bound::CastMode mode = policy_.ansi ? bound::CastMode::Ansi : bound::CastMode::Legacy;
  if (node.mode == plan::CastMode::Try) mode = bound::CastMode::Try;
  if (node.mode == plan::CastMode::Ansi) mode = bound::CastMode::Ansi;
  const DataType& from = child.type();
  // Casts to nested types do not show.
  std::string sql = type.is_nested() ? child.sql : cast_sql(child.sql, type, mode == bound::CastMode::Try);
  if (!functions::can_cast(from, type, mode)) throw_cast_error(child, type, mode, expr.origin);
  const bool nullable = child.expression->nullable || functions::cast_forces_null(from, type, mode);
  Typed result;
  if (const auto moment = special_moment(child.expression, type, policy_)) {
    result.expression = bound::make_literal({type, {*moment}}, expr.origin);
  } else {
    result.expression = bound::make_expression(bound::Cast{child.expression, mode}, type, nullable, expr.origin);
  }
  result.sql = std::move(sql);
  // A cast attribute keeps the attribute's name as a column. A field of one has a name only where it stands alone, and a cast has none.
  const bool is_field = std::holds_alternative<bound::FieldAccess>(child.expression->node) && !std::holds_alternative<plan::Alias>(node.child->node);
  if (child.name && !is_field && !std::holds_alternative<plan::Cast>(node.child->node)) result.name = child.name;
  return result;
}

void Resolver::throw_cast_error(const Typed& child, const DataType& type, bound::CastMode mode, const plan::Origin& origin, const std::string& shown) const {
  const DataType& from = child.type();
  const auto context = plan::query_context(origin);
  Error::Parameters parameters{{"sqlExpr", quoted_expression(type.is_nested() ? child.sql : shown.empty() ? cast_sql(child.sql, type, mode == bound::CastMode::Try) : shown)}, {"srcType", types::quoted_sql(from)}, {"targetType", types::quoted_sql(type)}};
  if (mode != bound::CastMode::Legacy) {
    // ANSI mode names the function that says what is meant.
    std::string function;
    if (from.is_numeric() && type.is(TypeKind::Date)) function = "`DATE_FROM_UNIX_DATE`";
    if (from.is_numeric() && type.is(TypeKind::Timestamp)) function = "`TIMESTAMP_SECONDS`/`TIMESTAMP_MILLIS`/`TIMESTAMP_MICROS`";
    if (from.is(TypeKind::Date) && type.is_numeric()) function = "`UNIX_DATE`";
    if (from.is(TypeKind::Timestamp) && type.is_numeric()) function = "`UNIX_SECONDS`/`UNIX_MILLIS`/`UNIX_MICROS`";
    if (!function.empty()) {
      parameters["functionNames"] = function;
      throw Error(conditions::kCastWithFuncSuggestion, std::move(parameters)).at(context);
    }
    if (mode == bound::CastMode::Ansi && functions::can_cast(from, type, bound::CastMode::Legacy)) {
      parameters["config"] = "\"spark.sql.ansi.enabled\"";
      parameters["configVal"] = "'false'";
      throw Error(conditions::kCastWithConfSuggestion, std::move(parameters)).at(context);
    }
  }
  throw Error(conditions::kCastWithoutSuggestion, std::move(parameters)).at(context);
}

Typed Resolver::resolve_expression(const plan::SortOrder& node, const plan::Expression&, Names& names) {
  // Only DataFrame code can put a sort order where a value is wanted; Spark takes the value.
  return expression(node.child, names);
}

// The parser has put arguments in place of parameters; one that is left has none.
Typed Resolver::resolve_expression(const plan::NamedParameter& node, const plan::Expression& expr, Names&) {
  throw Error(conditions::kUnboundSqlParameter, {{"name", node.name}}).at(plan::query_context(expr.origin));
}

Typed Resolver::resolve_expression(const plan::PositionalParameter& node, const plan::Expression& expr, Names&) {
  // Spark names it by where it stands in the text.
  throw Error(conditions::kUnboundSqlParameter, {{"name", "_" + std::to_string(expr.origin.start >= 0 ? expr.origin.start : node.position)}}).at(plan::query_context(expr.origin));
}

Typed Resolver::resolve_expression(const plan::UserDefinedFunction& node, const plan::Expression& expr, Names&) {
  throw Error(lab::conditions::kUnsupportedFeature, {{"feature", "the " + node.kind + " function `" + node.name + "`"}, {"hint", "Use built-in functions."}})
      .at(plan::query_context(expr.origin));
}

Typed Resolver::resolve_expression(const plan::GroupingAnalytics&, const plan::Expression& expr, Names&) {
  throw Error(lab::conditions::kUnsupportedFeature, {{"feature", "CUBE, ROLLUP or GROUPING SETS outside GROUP BY"}, {"hint", ""}}).at(plan::query_context(expr.origin));
}

Typed Resolver::resolve_expression(const plan::UnresolvedStar&, const plan::Expression& expr, Names&) {
  throw Error(conditions::kInvalidUsageOfStar, {{"elem", "'*'"}, {"prettyName", "expression"}}).at(plan::query_context(expr.origin));
}

Typed Resolver::resolve_expression(const plan::UnresolvedRegex& node, const plan::Expression& expr, Names&) {
  throw Error(conditions::kInvalidUsageOfStar, {{"elem", "regular expression '" + node.pattern + "'"}, {"prettyName", "expression"}}).at(plan::query_context(expr.origin));
}

ExpressionPtr Resolver::cast_expression(ExpressionPtr expr, const DataType& type) const {
  const plan::Origin origin = expr->origin;
  return cast_expression(std::move(expr), type, origin);
}

ExpressionPtr Resolver::cast_expression(ExpressionPtr expr, const DataType& type, const plan::Origin& origin) const {
  if (types::same_shape(expr->type, type)) return expr;
  const auto mode = policy_.ansi ? bound::CastMode::Ansi : bound::CastMode::Legacy;
  const bool nullable = expr->nullable || functions::cast_forces_null(expr->type, type, mode);
  // NULL literals take the wanted type at once: `coalesce(NULL, 1)`.
  if (const auto* literal = std::get_if<bound::LiteralNode>(&expr->node); literal && literal->value.is_null())
    return bound::make_literal(types::Literal::null(type), expr->origin);
  if (auto widened = widened_literal(expr, type)) return widened;
  return bound::make_expression(bound::Cast{std::move(expr), mode}, type, nullable, origin);
}

Typed Resolver::cast_to(Typed typed, const DataType& type) {
  typed.expression = cast_expression(std::move(typed.expression), type);
  return typed;
}

}  // namespace lab::analyze
