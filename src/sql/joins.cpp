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

}  // namespace lab::sql
