#include "base/error.h"
#include "functions/cast_rules.h"
#include "functions/duckdb_type.h"
#include "functions/nested_order.h"
#include "functions/function_row.h"
#include "lower/lowering.h"
#include "lower/raising.h"

namespace lab::lower {

using namespace plan::bound;

std::string Lowering::expression(const Expression& expression) {
  const Nested level(*this);
  return std::visit([&](const auto& node) { return write(node, expression); }, expression.node);
}

std::string Lowering::write(const LiteralNode& node, const Expression& expression) {
  return functions::literal_sql(expression.type, node.value);
}

std::string Lowering::write(const ColumnRef& node, const Expression&) { return column_name(node.column); }

std::string Lowering::write(const Call& node, const Expression& expression) {
  const std::string_view name = node.function->name;
  if (name == "and" || name == "or") return junction(node, name == "and");
  std::vector<std::string> arguments;
  for (const auto& argument : node.arguments) arguments.push_back(this->expression(argument));
  std::string text = functions::lower_call(
      *node.function,
      {.sql = arguments, .arguments = node.arguments, .result = expression.type, .policy = query_.policy, .ansi = node.ansi});
  return node.function->may_raise ? marked(std::move(text), expression.origin) : text;
}

// A chain of one connective as one list, however deep the tree is; an operand that may raise sees only rows that those before it
// have not decided.
std::string Lowering::junction(const Call& call, bool is_and) {
  const std::string_view name = is_and ? "and" : "or";
  std::vector<const Expression*> safe, raising, pending;
  for (auto argument = call.arguments.rbegin(); argument != call.arguments.rend(); ++argument) pending.push_back(argument->get());
  while (!pending.empty()) {
    const Expression* next = pending.back();
    pending.pop_back();
    const auto* inner = std::get_if<Call>(&next->node);
    if (inner && inner->function->name == name) {
      for (auto argument = inner->arguments.rbegin(); argument != inner->arguments.rend(); ++argument) pending.push_back(argument->get());
    } else {
      (may_raise(*next) ? raising : safe).push_back(next);
    }
  }
  const std::string word = is_and ? " AND " : " OR ", decided = is_and ? "false" : "true";
  std::vector<std::string> texts;
  std::vector<bool> nullable;
  for (const Expression* operand : safe) {
    if (texts.empty()) {
      texts.push_back(expression(*operand));
      nullable.push_back(operand->nullable);
    } else {
      texts[0] += word + expression(*operand);
      nullable[0] = nullable[0] || operand->nullable;
    }
  }
  for (const Expression* operand : raising) {
    texts.push_back(expression(*operand));
    nullable.push_back(operand->nullable);
  }
  // From the last one on, so that a text that may be NULL stands twice but never again in another one that does.
  std::string text = std::move(texts.back());
  for (std::size_t i = texts.size() - 1; i-- > 0;) {
    if (nullable[i]) {
      text = "CASE WHEN (" + texts[i] + ") IS " + decided + " THEN " + decided + " ELSE ((" + texts[i] + ")" + word + text + ") END";
    } else {
      text = is_and ? "CASE WHEN " + texts[i] + " THEN " + text + " ELSE false END" : "CASE WHEN " + texts[i] + " THEN true ELSE " + text + " END";
    }
  }
  return "(" + text + ")";
}

std::string Lowering::condition(const Expression& expression) {
  Select block;
  add_conjuncts(block, expression);
  return "(" + block.condition() + ")";
}

std::string Lowering::write(const Cast& node, const Expression& expression) {
  std::string text = functions::lower_cast(this->expression(node.child), node.child->type, expression.type, node.mode, query_.policy.time_zone);
  const bool raises = functions::cast_may_raise(node.child->type, expression.type, node.mode);
  return raises ? marked(std::move(text), expression.origin) : text;
}

std::string Lowering::write(const Case& node, const Expression& expression) {
  std::string text = "CASE";
  for (const auto& [condition, value] : node.branches) text += " WHEN " + this->expression(condition) + " THEN " + this->expression(value);
  text += " ELSE " + (node.otherwise ? this->expression(node.otherwise) : functions::literal_sql(expression.type, {}));
  return "(" + text + " END)";
}

std::string Lowering::write(const FieldAccess& node, const Expression&) {
  return "struct_extract(" + expression(node.child) + ", 'f" + std::to_string(node.index) + "')";
}

std::string Lowering::write(const Lambda& node, const Expression&) {
  ++lambda_depth_;
  std::string body = expression(node.body);
  --lambda_depth_;
  return body;
}

std::string Lowering::write(const LambdaRef& node, const Expression&) { return "p" + std::to_string(static_cast<std::uint32_t>(node.parameter)); }

std::string Lowering::sort_key(const SortKey& key) {
  std::string value = expression(key.expression);
  // DuckDB refuses a bare text constant, which a name in the wrong quotes often is.
  if (std::holds_alternative<LiteralNode>(key.expression->node) && key.expression->type.is_text()) value = "CAST(" + value + " AS VARCHAR)";
  return functions::order_key(value, key.expression->type) + (key.descending ? " DESC" : " ASC") + (key.nulls_first ? " NULLS FIRST" : " NULLS LAST");
}

}  // namespace lab::lower
