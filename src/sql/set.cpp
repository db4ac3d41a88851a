#include <algorithm>
#include <cstdio>
#include <cctype>

#include "sql/conditions.h"
#include "sql/grammar.h"

namespace lab::sql {

using plan::Statement;

namespace {

std::string_view stripped(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

bool is_key(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '.' || c == ':' || c == '\\'; });
}

}  // namespace

// Keys and values are the text as it stands, not tokens: `SET a.b = c:\x y` is a setting.
Statement Grammar::set_statement(Index first) {
  expect("SET");
  if (at_all({"TIME", "ZONE"})) return set_time_zone(first);
  if (at("CATALOG") && (at_identifier(1) || at_string(1)) && !at("=", 1)) {
    advance();
    plan::UseNamespace node;
    node.name = {at_string() ? string_literal() : identifier()};
    node.is_catalog_only = true;
    return {std::move(node), {}};
  }
  if (at_any({"VARIABLE", "VAR"}) && (at_identifier(1) || at("(", 1)) && options_.is_spark4) return set_variable(first);
  plan::SetConfig node;
  const auto start = tokens_[first].end;
  std::string_view rest = stripped(std::string_view(*text_).substr(start));
  const bool quoted_key = token().kind == TokenKind::Quoted;
  if (quoted_key) {
    node.key = token().text;
    advance();
    if (at("=")) {
      advance();
      if (token().kind == TokenKind::Quoted) {
        node.value = token().text;
        advance();
      } else {
        std::string_view value = std::string_view(*text_).substr(tokens_[position_ - 1].end);
        node.value = std::string(stripped(value.substr(0, value.find(';'))));
        position_ = tokens_.size() - 1;
      }
    }
    return {std::move(node), {}};
  }
  position_ = tokens_.size() - 1;
  if (rest.find(';') != std::string_view::npos && stripped(rest.substr(rest.find(';'))).find_first_not_of("; \t\r\n") == std::string_view::npos)
    rest = stripped(rest.substr(0, rest.find(';')));
  if (rest.empty()) return {std::move(node), {}};
  if (rest == "-v" || rest == "-V") {
    node.verbose = true;
    return {std::move(node), {}};
  }
  const auto equals = rest.find('=');
  const std::string_view key = stripped(rest.substr(0, equals));
  const Index end = tokens_.size() > first + 1 ? tokens_.size() - 1 : first + 1;
  if (!is_key(key)) raise_over(conditions::kInvalidSetSyntax, {}, first, end);
  node.key = std::string(key);
  if (equals != std::string_view::npos) {
    std::string_view value = stripped(rest.substr(equals + 1));
    if (value.size() > 1 && value.front() == '`' && value.back() == '`') {
      value = value.substr(1, value.size() - 2);
    } else if (value.find(';') != std::string_view::npos) {
      raise_over(conditions::kInvalidSetSyntax, {}, first, end);
    }
    node.value = std::string(value);
  }
  return {std::move(node), {}};
}

Statement Grammar::set_time_zone(Index first) {
  position_ += 2;
  plan::SetTimeZone node;
  if (at("LOCAL")) {
    advance();
    node.is_local = true;
    return {std::move(node), {}};
  }
  if (at_string()) {
    node.zone = string_literal();
    return {std::move(node), {}};
  }
  if (at("INTERVAL")) {
    const auto interval = interval_literal();
    const auto* constant = interval ? std::get_if<plan::LiteralExpression>(&interval->node) : nullptr;
    if (!constant || !constant->literal.type.is(types::TypeKind::DayTimeInterval)) raise(conditions::kInvalidTimeZoneValue, {}, first);
    const std::int64_t micros = constant->literal.value.integer();
    const std::int64_t seconds = micros / 1'000'000;
    if (micros % 1'000'000 != 0 || seconds < -18 * 3600 || seconds > 18 * 3600) raise(conditions::kInvalidTimeZoneValue, {}, first);
    const auto part = [](std::int64_t value) { return (value < 10 ? "0" : "") + std::to_string(value); };
    const std::int64_t magnitude = seconds < 0 ? -seconds : seconds;
    node.zone = seconds == 0 ? "Z" : (seconds < 0 ? "-" : "+") + part(magnitude / 3600) + ":" + part(magnitude / 60 % 60);
    if (magnitude % 60 != 0) node.zone += ":" + part(magnitude % 60);
    return {std::move(node), {}};
  }
  while (!at_end() && !at(";")) advance();
  raise(conditions::kInvalidTimeZoneValue, {}, first);
}

Statement Grammar::reset_statement(Index first) {
  expect("RESET");
  plan::ResetConfig node;
  if (token().kind == TokenKind::Quoted) {
    node.key = token().text;
    advance();
    return {std::move(node), {}};
  }
  const auto start = tokens_[first].end;
  std::string_view rest = std::string_view(*text_).substr(start);
  rest = stripped(rest.substr(0, rest.find(';')));
  const Index end = std::max<Index>(tokens_.size() - 1, first + 1);
  position_ = tokens_.size() - 1;
  if (rest.empty()) return {std::move(node), {}};
  if (!is_key(rest)) raise_over(conditions::kInvalidResetSyntax, {}, first, end);
  node.key = std::string(rest);
  return {std::move(node), {}};
}

}  // namespace lab::sql
