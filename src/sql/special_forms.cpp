#include "sql/conditions.h"
#include "sql/grammar.h"

namespace lab::sql {
namespace {

constexpr std::initializer_list<std::string_view> kDateTimeUnits{"YEAR", "QUARTER", "MONTH", "WEEK",   "DAY",         "DAYOFYEAR",
                                                                 "HOUR", "MINUTE",  "SECOND", "MILLISECOND", "MICROSECOND"};
}

// Calls with words between their arguments. Each is one only when its own word stands inside, so that `trim(a)` or a user's
// `position(a, b)` stay calls.
plan::ExpressionPtr Grammar::special_form() {
  const Index first = position_;
  const Index open = position_ + 1;
  if (at_any({"CAST", "TRY_CAST"}) && find_inside(open, "AS")) return cast_expression();
  if (at("EXTRACT") && find_inside(open, "FROM")) {
    position_ += 2;
    const Index field_at = position_;
    std::string field = at_string() ? string_literal() : identifier();
    auto unit = literal(types::TypeKind::String, {std::move(field)}, field_at);
    expect("FROM");
    auto value = value_expression();
    expect(")");
    return plan::make_call("extract", {std::move(unit), std::move(value)}, origin(first));
  }
  if (at("TRIM") && find_inside(open, "FROM")) {
    std::string name = "trim";
    position_ += 2;
    if (at("LEADING")) name = "ltrim";
    if (at("TRAILING")) name = "rtrim";
    if (at_any({"BOTH", "LEADING", "TRAILING"})) advance();
    plan::Expressions arguments;
    if (!at("FROM")) arguments.push_back(value_expression());
    expect("FROM");
    arguments.push_back(value_expression());
    expect(")");
    return plan::make_call(std::move(name), std::move(arguments), origin(first));
  }
  if (at_any({"SUBSTR", "SUBSTRING"}) && find_inside(open, "FROM")) {
    position_ += 2;
    plan::Expressions arguments{value_expression()};
    expect("FROM");
    arguments.push_back(value_expression());
    if (accept("FOR")) arguments.push_back(value_expression());
    expect(")");
    return plan::make_call("substring", std::move(arguments), origin(first));
  }
  if (at("POSITION") && find_inside(open, "IN") && !find_inside(open, ",")) {
    position_ += 2;
    auto part = value_expression();
    expect("IN");
    auto text = value_expression();
    expect(")");
    auto start = literal(types::TypeKind::Int, {std::int64_t{1}}, first);
    return plan::make_call("locate", {std::move(part), std::move(text), std::move(start)}, origin(first));
  }
  if (at("OVERLAY") && find_inside(open, "PLACING")) {
    position_ += 2;
    plan::Expressions arguments{value_expression()};
    expect("PLACING");
    arguments.push_back(value_expression());
    expect("FROM");
    arguments.push_back(value_expression());
    arguments.push_back(accept("FOR") ? value_expression() : literal(types::TypeKind::Int, {std::int64_t{-1}}, first));
    expect(")");
    return plan::make_call("overlay", std::move(arguments), origin(first));
  }
  const bool adds = at_any({"TIMESTAMPADD", "DATEADD", "DATE_ADD"});
  const bool subtracts = at_any({"TIMESTAMPDIFF", "DATEDIFF", "DATE_DIFF"}) || (options_.doubled_quotes && at("TIMEDIFF"));
  if ((adds || subtracts) && at(",", 3) && count_inside(open, ",") == 2 && (at_any(kDateTimeUnits, 2) || at_string(2))) {
    const std::string function(word_text(token()));
    position_ += 2;
    if (at_string()) {
      const std::string unit = string_literal();
      raise_over(conditions::kInvalidDateTimeUnit, {{"functionName", "`" + function + "`"}, {"parameter", "`unit`"}, {"invalidValue", "'" + unit + "'"}}, first,
                 std::min(matching_parenthesis(open) + 1, tokens_.size() - 1));
    }
    const Index unit_at = position_;
    std::string unit(word_text(token()));
    advance();
    auto unit_literal = literal(types::TypeKind::String, {std::move(unit)}, unit_at);
    expect(",");
    auto second = value_expression();
    expect(",");
    auto third = value_expression();
    expect(")");
    return plan::make_call(adds ? "timestampadd" : "timestampdiff", {std::move(unit_literal), std::move(second), std::move(third)}, origin(first));
  }
  if (at("IDENTIFIER")) {
    auto parts = identifier_reference();
    if (at("(")) return call(std::move(parts), first);
    return plan::make_attribute(std::move(parts), origin(first));
  }
  return nullptr;
}

}  // namespace lab::sql
