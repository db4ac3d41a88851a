#include <charconv>

#include "sql/grammar.h"
#include "types/conditions.h"
#include "types/field_comment.h"
#include "types/type_names.h"

namespace lab::sql {

types::DataType Grammar::data_type() {
  const Level level(*this);
  const Index first = position_;
  if (!at_identifier()) fail();
  if (at("ARRAY") && at("<", 1)) {
    position_ += 2;
    auto element = data_type();
    expect(">");
    return types::DataType::array(std::move(element));
  }
  if (at("MAP") && at("<", 1)) {
    position_ += 2;
    auto key = data_type();
    expect(",");
    auto value = data_type();
    expect(">");
    return types::DataType::map(std::move(key), std::move(value));
  }
  if (at("STRUCT") && at("<>", 1)) {
    position_ += 2;
    return types::DataType::structure({});
  }
  if (at("STRUCT") && at("<", 1)) return struct_type();
  if (at("INTERVAL") && at_any({"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"}, 1)) {
    advance();
    const std::string from = token().text;
    advance();
    std::string to;
    if (at("TO") && at_any({"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"}, 1)) {
      advance();
      to = token().text;
      advance();
    }
    const auto type = types::interval_type(from, to);
    if (!type) raise(conditions::kFromToIntervalUnsupported, {{"from", from}, {"to", to}}, first);
    return *type;
  }
  const std::string name = name_part(token());
  advance();
  std::string collation;
  // VARIANT and collations came with Spark 4, as doubled quotes did.
  if (!options_.doubled_quotes && tokens_[first].is("VARIANT")) raise(lab::conditions::kUnsupportedDataType, {{"typeName", "\"VARIANT\""}}, first);
  if (options_.doubled_quotes && tokens_[first].is("STRING") && accept("COLLATE")) collation = identifier();
  std::vector<int> parameters;
  if (accept("(")) {
    do {
      int value = 0;
      const auto& digits = token().text;
      if (token().kind != TokenKind::Integer || std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc{}) fail();
      parameters.push_back(value);
      advance();
    } while (accept(","));
    expect(")");
  }
  try {
    return types::named_type(name, parameters, std::move(collation));
  } catch (const Error& error) {
    if (error.kind() == Kind::Arithmetic) throw;  // Spark names no place for it
    raise(error.condition(), error.parameters(), first);
  }
}

types::DataType Grammar::struct_type() {
  position_ += 2;
  std::vector<types::Field> fields;
  if (!accept(">")) {
    do {
      fields.push_back(column_type(true));
    } while (accept(","));
    expect(">");
  }
  return types::DataType::structure(std::move(fields));
}

types::Field Grammar::column_type(bool colon_allowed) {
  types::Field field;
  field.name = identifier();
  if (colon_allowed) accept(":");
  field.type = data_type();
  if (at_any({"NOT", "!"}) && at("NULL", 1)) {
    position_ += 2;
    field.nullable = false;
  }
  if (const auto comment = comment_text()) field.metadata = types::with_metadata_entry({}, "comment", *comment);
  return field;
}

std::optional<std::string> Grammar::comment_text() {
  if (!at("COMMENT") || !at_string(1)) return std::nullopt;
  advance();
  return string_literal();
}

}  // namespace lab::sql
