#include <algorithm>
#include <cmath>

#include "analyze/conditions.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "plan/bound_build.h"
#include "types/type_text.h"

// df.na: fill, drop and replace.
namespace lab::analyze {
namespace {

enum class ValueClass { Number, Text, Boolean, Other };

ValueClass class_of(const DataType& type) {
  if (type.is_numeric()) return ValueClass::Number;
  if (type.is_text()) return ValueClass::Text;
  if (type.is(TypeKind::Boolean)) return ValueClass::Boolean;
  return ValueClass::Other;
}

}  // namespace

// The columns that names stand for; dotted names are columns too when written in back quotes.
std::vector<ColumnId> Resolver::named_columns(const Resolved& input, const std::vector<std::string>& wanted, const plan::Origin& origin) {
  std::vector<ColumnId> result;
  for (const auto& name : wanted) {
    std::string plain = name;
    if (plain.size() > 2 && plain.front() == '`' && plain.back() == '`') plain = plain.substr(1, plain.size() - 2);
    const auto match = find_name(input.scope, {plain}, policy_.case_sensitive);
    if (!match) {
      Names names = names_over(input);
      throw_unresolved({plain}, names, origin);
    }
    result.push_back(match->column->column.id);
  }
  return result;
}

Resolved Resolver::resolve_node(const plan::FillNa& node, const plan::Relation& relation) {
  Resolved input = resolve(node.input);
  const auto columns = named_columns(input, node.columns, relation.origin);
  Items items = pass_items(input);
  for (auto& item : items) {
    const types::Literal* value = nullptr;
    if (columns.empty()) value = node.values.empty() ? nullptr : &node.values[0];
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (columns[i] == item.id) value = node.values.size() == 1 ? &node.values[0] : &node.values[std::min(i, node.values.size() - 1)];
    if (!value) continue;
    const DataType type = item.typed.type();
    if (class_of(type) != class_of(value->type) || class_of(type) == ValueClass::Other) continue;
    // NaN counts as missing in floating columns.
    Typed column = without_nan(item.typed, relation.origin);
    Typed filler;
    filler.expression = bound::make_literal(*value);
    filler.sql = literal_sql(*value, policy_.time_zone);
    filler.expression = written_cast(filler.expression, type);
    TypedList arguments(2);
    arguments[0] = std::move(column);
    arguments[1] = std::move(filler);
    item.typed.expression = call_row(row("coalesce"), std::move(arguments), relation.origin).expression;
    item.is_pass = false;
    item.id = item.identity = fresh();
  }
  return finish_projection(std::move(input), std::move(items));
}

Resolved Resolver::resolve_node(const plan::DropNa& node, const plan::Relation& relation) {
  Resolved input = resolve(node.input);
  auto columns = named_columns(input, node.columns, relation.origin);
  if (columns.empty())
    for (const auto& column : input.scope) columns.push_back(column.column.id);
  // How many of the columns hold a value (NaN is none).
  ExpressionPtr count;
  for (const auto id : columns) {
    const auto* column = bound::find_column(input.relation->columns, id);
    Typed value;
    value.expression = bound::make_reference(*column);
    value.sql = column->name;
    value = without_nan(std::move(value), relation.origin);
    auto present = make_call("isnotnull", {value.expression}, TypeKind::Boolean, false, relation.origin);
    bound::Case one{{{std::move(present), bound::make_literal(types::Literal::integer(1))}}, bound::make_literal(types::Literal::integer(0))};
    auto number = bound::make_expression(std::move(one), TypeKind::Int, false);
    count = count ? make_call("+", {std::move(count), std::move(number)}, TypeKind::Int, false, relation.origin) : std::move(number);
  }
  if (!count) return input;
  const int least = node.min_non_nulls.value_or(static_cast<int>(columns.size()));
  auto condition = make_call(">=", {std::move(count), bound::make_literal(types::Literal::integer(least))}, TypeKind::Boolean, false, relation.origin);
  auto filtered_relation = bound::make_filter(input.relation, std::move(condition));
  return over(std::move(input), std::move(filtered_relation));
}

Resolved Resolver::resolve_node(const plan::ReplaceNa& node, const plan::Relation& relation) {
  Resolved input = resolve(node.input);
  const auto columns = named_columns(input, node.columns, relation.origin);
  Items items = pass_items(input);
  if (node.replacements.empty()) return input;
  ValueClass wanted = ValueClass::Other;
  for (const auto& [from, to] : node.replacements)
    if (!from.value.is_null()) wanted = class_of(from.type);
  for (auto& item : items) {
    if (!columns.empty() && std::ranges::find(columns, item.id) == columns.end()) continue;
    const DataType type = item.typed.type();
    if (class_of(type) != wanted) continue;
    bound::Case choice;
    bool nullable = item.typed.expression->nullable;
    for (const auto& [from, to] : node.replacements) {
      ExpressionPtr hit;
      if (from.value.is_null()) {
        hit = make_call("isnull", {item.typed.expression}, TypeKind::Boolean, false, relation.origin);
      } else {
        hit = make_call("==", {item.typed.expression, written_cast(bound::make_literal(from), type)}, TypeKind::Boolean, true, relation.origin);
      }
      auto value = to.value.is_null() ? bound::make_literal(types::Literal::null(type)) : written_cast(bound::make_literal(to), type);
      nullable = nullable || value->nullable;
      choice.branches.emplace_back(std::move(hit), std::move(value));
    }
    choice.otherwise = item.typed.expression;
    item.typed.expression = bound::make_expression(std::move(choice), type, nullable);
    item.is_pass = false;
    item.id = item.identity = fresh();
  }
  return finish_projection(std::move(input), std::move(items));
}

Typed Resolver::without_nan(Typed value, const plan::Origin& origin) {
  const DataType type = value.type();
  if (!type.is_fractional()) return value;
  auto is_nan = make_call("isnan", {value.expression}, TypeKind::Boolean, false, origin);
  bound::Case choice{{{std::move(is_nan), bound::make_literal(types::Literal::null(type))}}, value.expression};
  value.expression = bound::make_expression(std::move(choice), type, true, origin);
  return value;
}

// A cast that the API writes: never raises for what does not fit.
ExpressionPtr Resolver::written_cast(ExpressionPtr expression, const DataType& type) const {
  if (types::same_shape(expression->type, type)) return expression;
  auto widened = cast_expression(expression, type);
  if (std::holds_alternative<bound::LiteralNode>(widened->node)) return widened;
  return bound::make_expression(bound::Cast{std::move(expression), bound::CastMode::Legacy}, type, true);
}

}  // namespace lab::analyze
