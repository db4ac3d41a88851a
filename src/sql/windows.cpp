#include <algorithm>

#include "sql/conditions.h"
#include "sql/grammar.h"

namespace lab::sql {

plan::ExpressionPtr Grammar::over(plan::ExpressionPtr function, Index first) {
  expect("OVER");
  plan::Window window;
  window.function = std::move(function);
  if (at("(") && at_identifier(1) && at(")", 2)) {
    advance();
    window.name = identifier();
    advance();
  } else if (at("(")) {
    window.spec = window_definition();
  } else {
    window.name = identifier();
  }
  deepen();
  return plan::make_expression(std::move(window), origin(first));
}

plan::WindowSpec Grammar::window_definition() {
  const Level level(*this);
  plan::WindowSpec spec;
  // No form of a window begins like that, so Spark points at its start.
  if (at_any({"PARTITION", "DISTRIBUTE", "ORDER", "SORT", "CLUSTER"}, 1) && !at("BY", 2)) fail();
  expect("(");
  if (accept_all({"CLUSTER", "BY"})) {
    spec.partition_by = expressions();
  } else {
    if (at_any({"PARTITION", "DISTRIBUTE"}) && at("BY", 1)) {
      position_ += 2;
      spec.partition_by = expressions();
    }
    if (at_any({"ORDER", "SORT"}) && at("BY", 1)) {
      position_ += 2;
      spec.order_by = sort_items();
    }
  }
  if (at_any({"RANGE", "ROWS"})) spec.frame = window_frame();
  expect(")");
  return spec;
}

plan::WindowFrame Grammar::window_frame() {
  plan::WindowFrame frame;
  frame.unit = at("ROWS") ? plan::WindowFrame::Unit::Rows : plan::WindowFrame::Unit::Range;
  advance();
  if (accept("BETWEEN")) {
    frame.lower = frame_bound();
    expect("AND");
    frame.upper = frame_bound();
  } else {
    frame.lower = frame_bound();
    frame.upper.kind = plan::FrameBound::Kind::CurrentRow;
  }
  return frame;
}

plan::FrameBound Grammar::frame_bound() {
  using Kind = plan::FrameBound::Kind;
  if (accept_all({"UNBOUNDED", "PRECEDING"})) return {Kind::UnboundedPreceding, nullptr};
  if (accept_all({"UNBOUNDED", "FOLLOWING"})) return {Kind::UnboundedFollowing, nullptr};
  if (accept_all({"CURRENT", "ROW"})) return {Kind::CurrentRow, nullptr};
  plan::FrameBound bound;
  bound.offset = expression();
  if (accept("PRECEDING")) {
    bound.kind = Kind::Preceding;
  } else {
    expect("FOLLOWING");
    bound.kind = Kind::Following;
  }
  return bound;
}

plan::ExpressionPtr Grammar::sort_item() {
  const Index first = position_;
  plan::SortOrder order;
  order.child = expression();
  if (accept("DESC")) {
    order.direction = plan::Direction::Descending;
  } else {
    accept("ASC");
  }
  if (accept("NULLS")) {
    order.nulls = at("FIRST") ? plan::NullOrder::First : plan::NullOrder::Last;
    if (!accept("FIRST")) expect("LAST");
  }
  return plan::make_expression(std::move(order), origin(first));
}

plan::Expressions Grammar::sort_items() {
  plan::Expressions items;
  do {
    items.push_back(sort_item());
  } while (accept(","));
  return items;
}

plan::RelationPtr Grammar::window_clause(plan::RelationPtr input, Index first) {
  expect("WINDOW");
  const Index clause = position_ - 1;
  plan::WithWindows node;
  std::vector<std::pair<std::string, std::string>> references;
  const auto is_named = [&](const std::string& name) {
    return std::any_of(node.windows.begin(), node.windows.end(), [&](const auto& window) { return window.first == name; });
  };
  do {
    std::string name = identifier();
    expect("AS");
    const bool is_known = is_named(name) || std::any_of(references.begin(), references.end(), [&](const auto& r) { return r.first == name; });
    const bool in_parentheses = at("(") && at_identifier(1) && at(")", 2);
    if (in_parentheses || at_identifier()) {
      if (in_parentheses) advance();
      references.emplace_back(name, identifier());
      if (in_parentheses) advance();
    } else {
      node.windows.emplace_back(name, window_definition());
    }
    if (is_known) {
      while (accept(",")) {
        (void)identifier();
        expect("AS");
        if (at("(")) {
          (void)window_definition();
        } else {
          (void)identifier();
        }
      }
      raise(conditions::kRepetitiveWindow, {{"windowName", "`" + name + "`"}}, clause);
    }
  } while (accept(","));
  for (const auto& [name, target] : references) {
    const auto found = std::find_if(node.windows.begin(), node.windows.end(), [&](const auto& window) { return window.first == target; });
    if (found == node.windows.end()) raise(conditions::kUnresolvedWindowReference, {{"windowName", "`" + target + "`"}}, clause);
    auto spec = found->second;
    node.windows.emplace_back(name, std::move(spec));
  }
  node.input = std::move(input);
  return relation_node(std::move(node), first);
}

}  // namespace lab::sql
