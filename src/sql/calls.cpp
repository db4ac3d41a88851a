#include <algorithm>
#include <cctype>

#include "sql/grammar.h"

namespace lab::sql {

using plan::ExpressionPtr;

ExpressionPtr Grammar::call_argument(bool named_struct) {
  const Index first = position_;
  if (at_identifier() && at("=>", 1)) {
    plan::NamedArgument argument;
    argument.name = identifier();
    expect("=>");
    argument.value = expression();
    return plan::make_expression(std::move(argument), origin(first));
  }
  return named_struct ? named_expression() : expression();
}

ExpressionPtr Grammar::call(plan::NameParts name, Index first) {
  plan::UnresolvedFunction function;
  const bool is_simple = name.size() == 1;
  std::string lower = is_simple ? name.front() : std::string();
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  function.name = std::move(name);
  expect("(");
  if (!at(")")) {
    // DISTINCT and ALL are names when nothing follows that they could qualify.
    if (at_any({"DISTINCT", "ALL"}) && (can_start_expression(1) && !at_any({"+", "-"}, 1))) {
      function.is_distinct = at("DISTINCT");
      advance();
    }
    const bool may_ignore_nulls = lower == "first" || lower == "last" || lower == "any_value" || lower == "first_value" || lower == "last_value";
    do {
      function.arguments.push_back(call_argument(lower == "struct"));
      if (may_ignore_nulls && at_any({"IGNORE", "RESPECT"}) && at("NULLS", 1)) {
        function.ignore_nulls = at("IGNORE");
        position_ += 2;
      }
    } while (accept(","));
  }
  expect(")");
  if (lower == "count" && function.arguments.size() == 1 && !function.is_distinct) {
    // COUNT(*) counts rows; its name is count(1).
    const auto* star = std::get_if<plan::UnresolvedStar>(&function.arguments.front()->node);
    if (star && star->target.empty() && star->except.empty())
      function.arguments.front() = plan::make_literal(types::Literal::integer(1), function.arguments.front()->origin);
  }
  deepen();
  return call_suffix(std::move(function), first);
}

ExpressionPtr Grammar::call_suffix(plan::UnresolvedFunction function, Index first) {
  if (at_all({"WITHIN", "GROUP", "("})) {
    position_ += 3;
    expect_all({"ORDER", "BY"});
    function.within_group = sort_items();
    expect(")");
  }
  if (at_all({"FILTER", "(", "WHERE"})) {
    position_ += 3;
    function.filter = expression();
    expect(")");
  }
  if (at_any({"IGNORE", "RESPECT"}) && at("NULLS", 1)) {
    function.ignore_nulls = at("IGNORE");
    position_ += 2;
  }
  auto result = plan::make_expression(std::move(function), origin(first));
  if (at("OVER") && (at("(", 1) || (at_identifier(1) && !at_clause(1)))) return over(std::move(result), first);
  return result;
}

Grammar::Index Grammar::find_inside(Index open, std::string_view word) const {
  const Index close = matching_parenthesis(open);
  for (Index i = open + 1; i < close; ++i) {
    if (tokens_[i].is("(")) {
      i = matching_parenthesis(i);
    } else if (tokens_[i].is(word) && !(word == "FROM" && tokens_[i - 1].is("DISTINCT"))) {
      return i;
    }
  }
  return 0;
}

Grammar::Index Grammar::count_inside(Index open, std::string_view word) const {
  const Index close = matching_parenthesis(open);
  Index count = 0;
  for (Index i = open + 1; i < close; ++i) {
    if (tokens_[i].is("(")) {
      i = matching_parenthesis(i);
    } else {
      count += tokens_[i].is(word);
    }
  }
  return count;
}

}  // namespace lab::sql
