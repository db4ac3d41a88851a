#include <charconv>

#include "sql/conditions.h"
#include "sql/grammar.h"
#include "sql/number_text.h"

namespace lab::sql {

using plan::RelationPtr;

namespace {
constexpr std::string_view kGeneratedAlias = "__auto_generated_subquery_name";
}

RelationPtr Grammar::from_clause() {
  const Part part(*this);
  const Index first = position_;
  expect("FROM");
  auto result = relation();
  while (accept(",")) {
    const Level level(*this);
    plan::Join join;
    join.is_lateral = at("LATERAL") && !at("VIEW", 1);
    if (join.is_lateral) advance();
    join.right = relation_primary();
    join.left = std::move(result);
    deepen();
    // Joins behind a comma see everything in front of it: `a, b JOIN c ON a.x = c.x` is (a, b) JOIN c.
    result = relation_extensions(relation_node(std::move(join), first), first);
  }
  const bool has_lateral_view = at_all({"LATERAL", "VIEW"});
  while (at_all({"LATERAL", "VIEW"})) result = lateral_view(std::move(result));
  if (at_all({"PIVOT", "("})) {
    if (has_lateral_view) raise(conditions::kLateralWithPivot, {}, first);
    result = pivot(std::move(result));
  }
  if (at("UNPIVOT")) {
    if (has_lateral_view) raise(conditions::kLateralWithUnpivot, {}, first);
    result = unpivot(std::move(result));
  }
  return result;
}

RelationPtr Grammar::relation() {
  const Level level(*this);
  const Index first = position_;
  if (at("LATERAL") && !at("VIEW", 1)) advance();
  return relation_extensions(relation_primary(), first);
}

RelationPtr Grammar::relation_primary() {
  const Index first = position_;
  if (at("(")) {
    if (at_query(1)) {
      advance();
      auto inner = query();
      if (at_end()) expect_or_miss(")");
      expect(")");
      return aliased(sampled(std::move(inner)), first, kGeneratedAlias);
    }
    advance();
    auto inner = relation();
    expect(")");
    return aliased(sampled(std::move(inner)), first);
  }
  if (at("VALUES") && can_start_expression(1)) return inline_table();
  return table_reference();
}

RelationPtr Grammar::table_reference() {
  const Index first = position_;
  plan::NamedTable table;
  table.name = identifier_reference();
  if (at("(")) return table_function(std::move(table.name), first);
  if (token().kind == TokenKind::Invalid && word_text(token()) == "@" && token(1).kind == TokenKind::Word) {
    // Delta's short forms: `t@v3` and `t@20240131000000000`.
    const std::string travel(word_text(token(1)));
    const bool is_version = travel.size() > 1 && (travel[0] == 'v' || travel[0] == 'V');
    if (!is_version || travel.find_first_not_of("0123456789", 1) != std::string::npos) fail();
    position_ += 2;
    table.version_as_of = travel.substr(1);
    return aliased(sampled(relation_node(std::move(table), first)), first);
  }
  if (at("-")) fail_at(position_ + 1);  // `test-table` was dealt with; nothing else goes on behind a minus
  if (at("WITH") && at("(", 1)) {
    advance();
    table.options = property_list(true);
  }
  return aliased(sampled(time_travel(std::move(table), first)), first);
}

RelationPtr Grammar::time_travel(plan::NamedTable table, Index first) {
  const Index start = at("FOR") ? 1 : 0;
  const bool by_version = at_any({"VERSION", "SYSTEM_VERSION"}, start);
  const bool by_time = at_any({"TIMESTAMP", "SYSTEM_TIME"}, start);
  if ((by_version || by_time) && at("AS", start + 1) && at("OF", start + 2)) {
    position_ += start + 3;
    if (by_time) {
      table.timestamp_as_of = value_expression();
    } else if (at_string() || token().kind == TokenKind::Integer) {
      table.version_as_of = token().text;
      advance();
    } else {
      fail();
    }
  }
  return relation_node(std::move(table), first);
}

RelationPtr Grammar::table_function(plan::NameParts name, Index first) {
  const Level level(*this);
  plan::TableFunction function;
  function.name = std::move(name);
  expect("(");
  if (!at(")")) {
    do {
      const Index named = at_identifier() && at("=>", 1) ? 2 : 0;
      if (at("TABLE", named) && (at("(", named + 1) || at_identifier(named + 1)))
        raise_over(conditions::kUnsupportedFeature, {{"feature", "TABLE arguments of table-valued functions"}, {"hint", ""}}, position_, position_ + named + 1);
      function.arguments.push_back(call_argument(false));
    } while (accept(","));
  }
  expect(")");
  if (at_all({"TABLESAMPLE", "("})) fail_at(position_ + 2);  // functions have no samples; Spark takes the word for an alias
  return aliased(relation_node(std::move(function), first), first);
}

RelationPtr Grammar::aliased(RelationPtr input, Index first, std::string_view fallback) {
  plan::SubqueryAlias node;
  const bool said_as = at("AS") && at_strict_identifier(1);
  if (said_as || (at_strict_identifier() && !at_clause() && !at_nearest())) {
    if (said_as) advance();
    node.alias = {strict_identifier()};
    if (at("(")) node.columns = identifier_list();
  } else if (!fallback.empty()) {
    node.alias = {std::string(fallback)};
  } else {
    return input;
  }
  node.input = std::move(input);
  return relation_node(std::move(node), first);
}

RelationPtr Grammar::sampled(RelationPtr input) {
  const Index first = position_;
  if (!at_all({"TABLESAMPLE", "("})) return input;
  const Index close = matching_parenthesis(position_ + 1);
  position_ += 2;
  plan::Sample sample;
  const auto raise_sample = [&](const Condition& condition, std::string message) {
    raise_over(condition, message.empty() ? Error::Parameters{} : Error::Parameters{{"msg", std::move(message)}}, first, std::min(close + 1, tokens_.size() - 1));
  };
  const auto set_fraction = [&](double fraction) {
    if (fraction < 0 || fraction > 1) {
      std::string shown(32, '\0');
      shown.resize(static_cast<std::size_t>(std::to_chars(shown.data(), shown.data() + shown.size(), fraction).ptr - shown.data()));
      if (shown.find('.') == std::string::npos && shown.find('e') == std::string::npos) shown += ".0";
      raise_sample(conditions::kSamplingFraction, "Sampling fraction (" + shown + ") must be on interval [0, 1]");
    }
    sample.upper = fraction;
  };
  if (at(")")) raise_sample(conditions::kTableSampleEmpty, {});
  const Index number = at("-") ? 1 : 0;
  if (token(number).is_number() && at("PERCENT", number + 1)) {
    const double percent = nearest_double(token(number).text);
    position_ += number + 2;
    set_fraction((number == 1 ? -percent : percent) / 100);
  } else if (at("BUCKET") && token(1).kind == TokenKind::Integer) {
    const double numerator = nearest_double(token(1).text);
    position_ += 2;
    expect_all({"OUT", "OF"});
    if (token().kind != TokenKind::Integer) fail();
    const double denominator = nearest_double(token().text);
    advance();
    if (at("ON")) raise_sample(conditions::kTableSampleUnsupported, at("(", 2) ? "BUCKET x OUT OF y ON function" : "BUCKET x OUT OF y ON colname");
    set_fraction(numerator / denominator);
  } else {
    auto count = expression();
    if (!accept("ROWS")) {
      if (!at(")")) fail();
      raise_sample(conditions::kTableSampleUnsupported, "byteLengthLiteral");
    }
    const auto* constant = std::get_if<plan::LiteralExpression>(&count->node);
    if (!constant || !constant->literal.type.is_integral()) {
      const Index here = position_;
      raise_over(conditions::kInvalidStatementOrClause, {{"operation", "TABLESAMPLE(x ROWS)"}}, first, here);
    }
    sample.num_rows = constant->literal.value.integer();
  }
  expect(")");
  if (at_all({"REPEATABLE", "("})) {
    position_ += 2;
    std::int64_t seed = 0;
    const auto& digits = token().text;
    if (token().kind != TokenKind::Integer || std::from_chars(digits.data(), digits.data() + digits.size(), seed).ec != std::errc{}) fail();
    advance();
    expect(")");
    sample.seed = seed;
  }
  sample.input = std::move(input);
  return relation_node(std::move(sample), first);
}

RelationPtr Grammar::lateral_view(RelationPtr input) {
  const Index first = position_;
  deepen();
  expect_all({"LATERAL", "VIEW"});
  plan::LateralView node;
  if (at("OUTER") && at_identifier(1)) {
    advance();
    node.is_outer = true;
  }
  const Index function_at = position_;
  plan::NameParts name = multipart_identifier();
  node.generator = call(std::move(name), function_at);
  node.table_alias = identifier();
  const bool said_as = accept("AS");
  if (said_as || (at_identifier() && !at_clause() && !at_any({"LATERAL", "JOIN", "LEFT", "RIGHT", "FULL", "INNER", "CROSS"}))) {
    do {
      node.column_aliases.push_back(identifier());
    } while (accept(","));
  }
  node.input = std::move(input);
  return relation_node(std::move(node), first);
}

}  // namespace lab::sql
