#include <charconv>

#include "sql/conditions.h"
#include "sql/grammar.h"

namespace lab::sql {

using plan::JoinType;

namespace {

struct JoinWords {
  std::initializer_list<std::string_view> words;
  JoinType type;
};

const JoinWords kJoins[] = {
    {{"JOIN"}, JoinType::Inner},
    {{"INNER", "JOIN"}, JoinType::Inner},
    {{"CROSS", "JOIN"}, JoinType::Cross},
    {{"LEFT", "JOIN"}, JoinType::LeftOuter},
    {{"LEFT", "OUTER", "JOIN"}, JoinType::LeftOuter},
    {{"RIGHT", "JOIN"}, JoinType::RightOuter},
    {{"RIGHT", "OUTER", "JOIN"}, JoinType::RightOuter},
    {{"FULL", "JOIN"}, JoinType::FullOuter},
    {{"FULL", "OUTER", "JOIN"}, JoinType::FullOuter},
    {{"SEMI", "JOIN"}, JoinType::LeftSemi},
    {{"LEFT", "SEMI", "JOIN"}, JoinType::LeftSemi},
    {{"ANTI", "JOIN"}, JoinType::LeftAnti},
    {{"LEFT", "ANTI", "JOIN"}, JoinType::LeftAnti},
};

std::string_view type_words(JoinType type) {
  switch (type) {
    case JoinType::RightOuter: return "RIGHT OUTER";
    case JoinType::FullOuter: return "FULL OUTER";
    case JoinType::LeftSemi: return "LEFT SEMI";
    case JoinType::LeftAnti: return "LEFT ANTI";
    default: return "INNER";
  }
}

}  // namespace

std::optional<plan::Join> Grammar::join_head() {
  plan::Join join;
  const bool natural = at("NATURAL") && at_any({"JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "SEMI", "ANTI"}, 1);
  if (natural) advance();
  for (const auto& candidate : kJoins) {
    if (!accept_all(candidate.words)) continue;
    join.type = candidate.type;
    join.is_natural = natural;
    return join;
  }
  if (natural) fail();
  // A join's first word without JOIN behind it: say so where JOIN should stand.
  if (at_any({"INNER", "CROSS", "LEFT", "RIGHT", "FULL"})) {
    advance();
    if (at_any({"OUTER", "SEMI", "ANTI"})) advance();
    expect("JOIN");
  }
  return std::nullopt;
}

plan::RelationPtr Grammar::relation_extensions(plan::RelationPtr left, Index first) {
  while (true) {
    if (at_all({"PIVOT", "("})) {
      left = pivot(std::move(left));
      continue;
    }
    if (at("UNPIVOT")) {
      left = unpivot(std::move(left));
      continue;
    }
    const Index start = position_;
    auto join = join_head();
    if (!join) return left;
    if (at("LATERAL")) {
      advance();
      join->is_lateral = true;
      if (join->type != JoinType::Inner && join->type != JoinType::Cross && join->type != JoinType::LeftOuter) {
        (void)relation_primary();
        if (accept("ON")) (void)expression();
        raise(conditions::kInvalidLateralJoinType, {{"joinType", std::string(type_words(join->type))}}, start);
      }
    }
    join->right = relation_primary();
    if (at_nearest() && !join->is_natural && !join->is_lateral) {
      join->right = nearest(std::move(join->right), join->type, start);
      join->is_lateral = true;
      join->left = std::move(left);
      deepen();
      left = relation_node(std::move(*join), first);
      continue;
    }
    if (join->is_natural && join->is_lateral) raise(conditions::kIncompatibleJoinTypes, {{"joinType1", "LATERAL"}, {"joinType2", "NATURAL"}}, start);
    if (!join->is_natural) {
      if (accept("ON")) {
        join->condition = expression();
      } else if (at("USING") && at("(", 1)) {
        advance();
        join->using_columns = identifier_list();
        if (join->is_lateral) raise(conditions::kLateralJoinUsing, {}, start);
      }
    }
    join->left = std::move(left);
    deepen();
    left = relation_node(std::move(*join), first);
  }
}

// Each row of the left sees the right with a rank of its own; the first few of those that have one stay.
plan::RelationPtr Grammar::nearest(plan::RelationPtr right, JoinType type, Index start) {
  constexpr std::int64_t kMost = 100'000;
  const std::string name = "__nearest_rank";
  position_ += 2;
  std::string count = "1";
  if (token().kind == TokenKind::Integer) {
    count = token().text;
    advance();
  }
  expect("BY");
  const bool is_similarity = at("SIMILARITY");
  if (!is_similarity && !at("DISTANCE")) fail();
  advance();
  const Index first = position_;
  plan::Alias rank;
  rank.child = expression();
  rank.names = {name};
  if (type != JoinType::Inner && type != JoinType::LeftOuter)
    raise(conditions::kNearestJoinType, {{"joinType", type == JoinType::Cross ? "CROSS" : std::string(type_words(type))}, {"supported", "'INNER', 'LEFT OUTER'"}}, start);
  std::int64_t most = 0;
  const auto read = std::from_chars(count.data(), count.data() + count.size(), most);
  if (read.ec != std::errc() || most < 1 || most > kMost)
    raise(conditions::kNearestCount, {{"numResults", count}, {"min", "1"}, {"max", std::to_string(kMost)}}, start);
  const auto rank_column = [&] { return plan::make_attribute({name}, origin(first)); };
  plan::Expressions columns{plan::make_expression(plan::UnresolvedStar{}, origin(first)), plan::make_expression(std::move(rank), origin(first))};
  auto ranked = relation_node(plan::Project{std::move(right), std::move(columns)}, first);
  ranked = relation_node(plan::Filter{std::move(ranked), plan::make_call("isnotnull", {rank_column()}, origin(first))}, first);
  plan::SortOrder order;
  order.child = rank_column();
  order.direction = is_similarity ? plan::Direction::Descending : plan::Direction::Ascending;
  ranked = relation_node(plan::Sort{std::move(ranked), {plan::make_expression(std::move(order), origin(first))}, true}, first);
  ranked = relation_node(plan::Limit{std::move(ranked), plan::make_literal(types::Literal::integer(static_cast<std::int32_t>(most)), origin(first))}, first);
  plan::Drop drop;
  drop.input = std::move(ranked);
  drop.names = {name};
  return relation_node(std::move(drop), first);
}

}  // namespace lab::sql
