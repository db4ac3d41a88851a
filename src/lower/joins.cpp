#include "lower/lowering.h"
#include "plan/bound_tree.h"
#include "plan/bound_walk.h"

namespace lab::lower {

using namespace plan::bound;

namespace {

const char* join_words(JoinType type) {
  switch (type) {
    case JoinType::Inner: return " JOIN ";
    case JoinType::Cross: return " CROSS JOIN ";
    case JoinType::LeftOuter: return " LEFT JOIN ";
    case JoinType::RightOuter: return " RIGHT JOIN ";
    case JoinType::FullOuter: return " FULL JOIN ";
    case JoinType::LeftSemi: return " SEMI JOIN ";
    case JoinType::LeftAnti: return " ANTI JOIN ";
  }
  return " JOIN ";
}

bool says_outer(const RelationPtr& input) {
  bool found = false;
  for_each_reference(input, [&](const ColumnRef& reference) { found = found || reference.is_outer; });
  return found;
}

bool says_outer(const ExpressionPtr& condition) {
  return condition && contains(condition, [](const Expression& part) {
    const auto* reference = std::get_if<ColumnRef>(&part.node);
    return reference && reference->is_outer;
  });
}

}  // namespace

// DuckDB takes correlated subqueries apart only where their joins are inner ones, or lateral with nothing in ON: what else a join says of
// columns around it is said by a filter of the side that may be missing.
std::optional<Select> Lowering::correlated_join(const Join& node, const Relation& relation) {
  const bool is_right = node.type == JoinType::RightOuter, is_outer = node.type == JoinType::LeftOuter || is_right;
  const bool is_semi = node.type == JoinType::LeftSemi, is_half = is_semi || node.type == JoinType::LeftAnti;
  const bool by_condition = says_outer(node.condition);
  if (node.is_lateral || !(is_outer ? by_condition : is_half && (by_condition || says_outer(node.left) || says_outer(node.right)))) return std::nullopt;
  const RelationPtr &kept_input = is_right ? node.right : node.left, &matched_input = is_right ? node.left : node.right;
  const Select kept = this->relation(*kept_input);
  Select matched = over_block(this->relation(*matched_input), matched_input->columns);
  if (node.condition) add_conjuncts(matched, *node.condition);
  Select select;
  select.from = kept.from.empty() && kept.set_operation.empty() ? "(" + kept.text() + ") AS " + next_alias() : from_item(kept);
  if (is_outer) select.from += " LEFT JOIN LATERAL (" + matched.text() + ") AS " + next_alias() + " ON true";
  else select.where.push_back((is_semi ? "EXISTS (" : "NOT EXISTS (") + matched.text() + ")");
  select.pass(relation.columns);
  return select;
}

Select Lowering::lower(const Join& node, const Relation& relation) {
  if (auto correlated = correlated_join(node, relation)) return *std::move(correlated);
  const Select left = this->relation(*node.left);
  const Select right = this->relation(*node.right);
  const auto side = [&](const Select& select) {
    // A FROM-less side has one row; a chain of joins on the right keeps its own parentheses.
    return select.from.empty() && select.set_operation.empty() ? "(" + select.text() + ") AS " + next_alias() : from_item(select);
  };
  JoinType type = node.type;
  if (type == JoinType::Cross && node.condition) type = JoinType::Inner;
  if (type == JoinType::Inner && !node.condition) type = JoinType::Cross;

  Select select;
  std::string right_item = side(right);
  if (right_item.find(" JOIN ") != std::string::npos && right.is_plain() && right.where.empty() && right.raising_where.empty()) {
    Select block = right;
    right_item = "(" + block.text() + ") AS " + next_alias();
  }
  select.from = side(left) + join_words(type) + (node.is_lateral ? "LATERAL " : "") + right_item;
  if (type != JoinType::Cross) select.from += " ON " + (node.condition ? condition(*node.condition) : std::string("true"));
  select.pass(relation.columns);
  return select;
}

}  // namespace lab::lower
