#include "analyze/fold.h"

#include <cmath>

#include "compute/csv_text.h"
#include "compute/number_text.h"
#include "functions/function_row.h"
#include "scan/json_schema.h"

namespace lab::analyze {
namespace {

namespace bound = plan::bound;
using types::TypeKind;

bool fits(std::int64_t value, TypeKind kind) {
  switch (kind) {
    case TypeKind::Byte: return value >= INT8_MIN && value <= INT8_MAX;
    case TypeKind::Short: return value >= INT16_MIN && value <= INT16_MAX;
    case TypeKind::Int: return value >= INT32_MIN && value <= INT32_MAX;
    default: return true;
  }
}

std::optional<types::Value> fold_integers(std::string_view name, std::int64_t a, std::int64_t b, TypeKind kind) {
  std::int64_t result = 0;
  bool overflow = true;
  if (name == "+") overflow = __builtin_add_overflow(a, b, &result);
  else if (name == "-") overflow = __builtin_sub_overflow(a, b, &result);
  else if (name == "*") overflow = __builtin_mul_overflow(a, b, &result);
  if (overflow || !fits(result, kind)) return std::nullopt;
  return types::Value{result};
}

// Texts that a schema is made of.
std::optional<types::Value> fold_text(const bound::Call& call, const bound::Policy& policy) {
  const std::string_view name = call.function->name;
  if (name != "schema_of_json" && name != "schema_of_csv" && name != "concat" && name != "||") return std::nullopt;
  std::string joined;
  for (const auto& argument : call.arguments) {
    const auto value = fold_constant(argument, policy);
    if (!value || !std::holds_alternative<std::string>(value->data)) return std::nullopt;
    if (name == "schema_of_csv") return call.arguments.size() == 1 ? std::optional(types::Value{compute::schema_of_csv(value->text(), ",")}) : std::nullopt;
    if (name == "schema_of_json") return call.arguments.size() == 1 ? std::optional(types::Value{scan::schema_of_json(value->text(), {}, policy.time_zone)}) : std::nullopt;
    joined += value->text();
  }
  return types::Value{std::move(joined)};
}

}  // namespace

std::optional<types::Value> fold_constant(const bound::ExpressionPtr& expression, const bound::Policy& policy) {
  if (const auto* literal = std::get_if<bound::LiteralNode>(&expression->node)) return literal->value;
  if (const auto* cast = std::get_if<bound::Cast>(&expression->node)) {
    const auto child = fold_constant(cast->child, policy);
    if (!child) return std::nullopt;
    if (child->is_null() || types::same_shape(cast->child->type, expression->type)) return child;
    if (cast->child->type.is_integral() && expression->type.is_integral() && fits(child->integer(), expression->type.kind())) return child;
    if (cast->child->type.is_integral() && expression->type.is_fractional()) return types::Value{static_cast<double>(child->integer())};
    if (cast->child->type.is_fractional() && expression->type.is_fractional()) return child;
    if (const auto* real = std::get_if<double>(&child->data); real && expression->type.is_integral() && std::abs(*real) < 0x1p53 && fits(static_cast<std::int64_t>(*real), expression->type.kind()))
      return types::Value{static_cast<std::int64_t>(*real)};
    if (cast->child->type.is_text() && expression->type.is_integral()) {
      const auto number = compute::parse_integer<std::int64_t>(child->text(), cast->mode == bound::CastMode::Legacy);
      if (number && fits(*number, expression->type.kind())) return types::Value{*number};
    }
    return std::nullopt;
  }
  if (const auto* call = std::get_if<bound::Call>(&expression->node)) {
    if (expression->type.is_text()) return fold_text(*call, policy);
    if (!expression->type.is_integral() && !expression->type.is_fractional()) return std::nullopt;
    std::vector<types::Value> values;
    for (const auto& argument : call->arguments) {
      auto value = fold_constant(argument, policy);
      if (!value) return std::nullopt;
      if (value->is_null()) return types::Value{};
      values.push_back(std::move(*value));
    }
    const auto kind = expression->type.kind();
    if (values.size() == 1 && call->function->name == "negative") {
      if (std::holds_alternative<double>(values[0].data)) return types::Value{-values[0].real()};
      return std::holds_alternative<std::int64_t>(values[0].data) ? fold_integers("-", 0, values[0].integer(), kind) : std::nullopt;
    }
    if (values.size() == 2 && std::holds_alternative<std::int64_t>(values[0].data) && std::holds_alternative<std::int64_t>(values[1].data))
      return fold_integers(call->function->name, values[0].integer(), values[1].integer(), kind);
  }
  return std::nullopt;
}

}  // namespace lab::analyze
