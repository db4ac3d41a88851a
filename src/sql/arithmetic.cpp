#include <array>

#include "sql/grammar.h"

namespace lab::sql {
namespace {

struct BinaryOperator {
  std::string_view symbol;
  int level;              ///< binds tighter the higher
  std::string_view name;  ///< Spark's function
  bool negated = false;
};

constexpr std::array<BinaryOperator, 20> kBinaryOperators{{
    {"=", 1, "=="},    {"==", 1, "=="},  {"<=>", 1, "<=>"}, {"<>", 1, "==", true}, {"!=", 1, "==", true},
    {"<", 1, "<"},     {"<=", 1, "<="},  {">", 1, ">"},     {">=", 1, ">="},       {"!>", 1, "<="},
    {"!<", 1, ">="},   {"|", 2, "|"},    {"^", 3, "^"},     {"&", 4, "&"},         {"<<", 5, "shiftleft"},
    {"+", 6, "+"},     {"-", 6, "-"},    {"||", 6, "concat"}, {"*", 7, "*"},       {"/", 7, "/"},
}};
constexpr BinaryOperator kModulo{"%", 7, "%"};
constexpr BinaryOperator kDiv{"DIV", 7, "div"};
constexpr BinaryOperator kShiftRight{">>", 5, "shiftright"};
constexpr BinaryOperator kShiftRightUnsigned{">>>", 5, "shiftrightunsigned"};

}  // namespace

plan::ExpressionPtr Grammar::value_expression(int level) {
  const Part part(*this);
  const Index first = position_;
  auto left = unary();
  while (true) {
    const BinaryOperator* found = nullptr;
    Index length = 1;
    const Token& here = token();
    if (here.kind == TokenKind::Symbol) {
      // `>>` is two tokens (types nest with them), told from a comparison by standing side by side.
      const auto joined = [&](Index ahead) { return at(">", ahead) && token(ahead).start == token(ahead - 1).end; };
      if (at(">") && joined(1) && joined(2)) {
        found = &kShiftRightUnsigned;
        length = 3;
      } else if (at(">") && joined(1)) {
        found = &kShiftRight;
        length = 2;
      } else if (at("%")) {
        found = &kModulo;
      } else if (!at_pipe()) {
        for (const auto& candidate : kBinaryOperators)
          if (here.text == candidate.symbol) found = &candidate;
      }
    } else if (at("DIV") && can_start_expression(1)) {
      found = &kDiv;
    }
    if (!found || found->level < level) return left;
    position_ += length;
    auto right = value_expression(found->level + 1);
    deepen();
    left = combine(found->name, {std::move(left), std::move(right)}, first);
    if (found->negated) left = negate(std::move(left), first);
  }
}

plan::ExpressionPtr Grammar::unary() {
  const Index first = position_;
  if (at("-") && token(1).is_number()) return primary();
  if (at_any({"-", "+", "~"})) {
    const Level level(*this);
    const std::string_view name = at("-") ? "negative" : at("+") ? "positive" : "~";
    advance();
    auto operand = unary();
    return combine(name, {std::move(operand)}, first);
  }
  return primary();
}

}  // namespace lab::sql
