#include "lower/lowering.h"

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

}  // namespace

Select Lowering::lower(const Join& node, const Relation& relation) {
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
