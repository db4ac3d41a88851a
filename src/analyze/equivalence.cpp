#include "analyze/equivalence.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "functions/function_row.h"
#include "plan/bound_tree.h"

namespace lab::analyze {
namespace {

bool commutes(std::string_view name) {
  constexpr std::array<std::string_view, 9> kNames{"+", "*", "and", "or", "==", "<=>", "&", "|", "^"};
  return std::ranges::find(kNames, name) != kNames.end();
}

}  // namespace

bool same_value(const plan::bound::ExpressionPtr& left, const plan::bound::ExpressionPtr& right) {
  using plan::bound::Call;
  if (plan::bound::same(left, right)) return true;
  const auto *a = std::get_if<Call>(&left->node), *b = std::get_if<Call>(&right->node);
  if (!a || !b || a->function != b->function || a->ansi != b->ansi || a->arguments.size() != b->arguments.size()) return false;
  const auto all_same = [](const auto& x, const auto& y) { return std::ranges::equal(x, y, [](const auto& p, const auto& q) { return same_value(p, q); }); };
  if (all_same(a->arguments, b->arguments)) return true;
  return a->arguments.size() == 2 && commutes(a->function->name) && same_value(a->arguments[0], b->arguments[1]) && same_value(a->arguments[1], b->arguments[0]);
}

}  // namespace lab::analyze
