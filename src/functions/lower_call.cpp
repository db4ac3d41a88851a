#include "base/error.h"
#include "functions/duckdb_type.h"
#include "functions/function_row.h"

namespace lab::functions {

using plan::bound::Lambda;

const types::Value* constant_in(const plan::bound::Expression& expression) {
  const plan::bound::Expression* inner = &expression;
  bool is_cast = false;
  for (; const auto* cast = std::get_if<plan::bound::Cast>(&inner->node); is_cast = true) inner = cast->child.get();
  const auto* literal = std::get_if<plan::bound::LiteralNode>(&inner->node);
  return literal == nullptr || (is_cast && !literal->value.is_null()) ? nullptr : &literal->value;
}

const types::Value* LowerCall::constant(std::size_t i) const { return i < arguments.size() ? constant_in(*arguments[i]) : nullptr; }

std::string LowerCall::zone() const { return text_literal(policy.time_zone); }

std::size_t LowerCall::num_lambda_parameters(std::size_t i) const {
  return std::get<Lambda>(arguments[i]->node).parameters.size();
}

std::string LowerCall::lambda_parameter(std::size_t i, std::size_t n) const {
  return "p" + std::to_string(static_cast<std::uint32_t>(std::get<Lambda>(arguments[i]->node).parameters[n]));
}

std::string LowerCall::lambda(std::size_t i) const {
  std::string text = "lambda ";
  for (std::size_t n = 0; n < num_lambda_parameters(i); ++n) text += (n > 0 ? ", " : "") + lambda_parameter(i, n);
  return text + ": " + sql[i];
}

std::string LowerCall::suffix(const std::string& condition) const {
  std::string text;
  if (filter || !condition.empty()) {
    text = " FILTER (WHERE " + filter.value_or(condition);
    if (filter && !condition.empty()) text += " AND " + condition;
    text += ")";
  }
  if (over) text += " OVER (" + *over + ")";
  return text;
}

namespace {

std::string joined(const LowerCall& call) {
  std::string text;
  for (const std::string& argument : call.sql) text += (text.empty() ? "" : ", ") + argument;
  return text;
}

std::string fill_template(std::string_view sql, const LowerCall& call) {
  std::string text;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql[i] != '$' || i + 1 == sql.size()) {
      text += sql[i];
      continue;
    }
    const char c = sql[++i];
    switch (c) {
      case '*':
        text += joined(call);
        break;
      case 'r':
        text += duckdb_type(call.result);
        break;
      case 'z':
        text += call.zone();
        break;
      case 'a':
        text += call.ansi ? "true" : "false";
        break;
      case 'd':
        text += call.distinct;
        break;
      case 'f':
        text += call.suffix();
        break;
      default: {
        const auto index = static_cast<std::size_t>(c - '1');
        LAB_CHECK(index < call.sql.size(), std::string(sql));
        text += call.sql[index];
      }
    }
  }
  return text;
}

}  // namespace

std::string map_of_lists(const LowerCall& call, const std::string& keys, const std::string& values) {
  return "lab_map_from_lists(" + keys + ", " + values + (call.policy.last_map_key_wins ? ", true)" : ")");
}

std::string lower_call(const FunctionRow& row, const LowerCall& call) {
  if (row.lower != nullptr) return row.lower(call);
  if (!row.sql.empty()) return "(" + fill_template(row.sql, call) + ")";
  LAB_CHECK(!row.native.empty(), std::string(row.name));
  std::string text = std::string(row.native) + "(" + call.distinct + joined(call);
  const auto add = [&](const std::string& argument) { text += (text.back() == '(' ? "" : ", ") + argument; };
  if (row.takes_ansi) add(call.ansi ? "true" : "false");
  if (row.takes_zone) add(call.zone());
  return text + ")" + (row.kind == FunctionKind::Scalar ? std::string() : call.suffix());
}

}  // namespace lab::functions
