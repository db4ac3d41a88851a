#include <algorithm>
#include <cctype>

#include "sql/conditions.h"
#include "sql/grammar.h"

namespace lab::sql {

/// `(key = 'value', a.b 1, 'x' = true)`.
plan::Options Grammar::property_list(bool lower_keys) {
  const Index first = position_;
  plan::Options options;
  std::string duplicate;
  expect("(");
  do {
    std::string key = property_key();
    if (lower_keys) std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    accept("=");
    std::string value;
    if (!at(",") && !at(")")) value = property_value();
    if (!options.emplace(key, std::move(value)).second && duplicate.empty()) duplicate = "`" + key + "`";
  } while (accept(","));
  expect(")");
  if (!duplicate.empty()) raise(conditions::kDuplicateKey, {{"keyColumn", duplicate}}, first);
  return options;
}

std::string Grammar::property_key() {
  if (at_string()) return string_literal();
  std::string key;
  do {
    if (!key.empty()) key += '.';
    key += identifier();
  } while (accept("."));
  return key;
}

std::string Grammar::property_value() {
  if (at_string()) return string_literal();
  if (at_any({"TRUE", "FALSE"})) {
    const bool truth = at("TRUE");
    advance();
    return truth ? "true" : "false";
  }
  const Index start = position_;
  if (at("-")) advance();
  if (!token().is_number()) fail();
  advance();
  return std::string(source(start, position_));
}

}  // namespace lab::sql
