#include "sql/conditions.h"
#include "sql/grammar.h"
#include "types/field_comment.h"

// CREATE, DROP and REFRESH FUNCTION. What a function does is SQL; classes of the JVM are no functions here.
namespace lab::sql {

using plan::Statement;

Statement Grammar::create_function(Index first, bool or_replace, bool is_temporary) {
  expect("FUNCTION");
  plan::CreateFunction node;
  node.or_replace = or_replace;
  node.is_temporary = is_temporary;
  node.if_not_exists = accept_if_not_exists();
  node.name = identifier_reference();
  if (at("AS") || !options_.is_spark4) {
    if (!at("AS")) fail();
    while (!at_end() && !at(";")) advance();
    return {plan::UnsupportedCommand{"CREATE FUNCTION … AS class"}, {}};
  }
  node.parameters = function_parameters(first);
  if (accept("RETURNS")) function_result(node, first);
  function_traits(node, first);
  if (at("LANGUAGE") || at("AS")) {
    while (!at_end() && !at(";")) advance();
    return {plan::UnsupportedCommand{"CREATE FUNCTION … LANGUAGE"}, {}};
  }
  expect("RETURN");
  const Index start = position_;
  node.body_is_query = at_body_query();
  if (node.body_is_query) {
    (void)query();
  } else {
    (void)expression();
  }
  node.body = std::string(source(start, position_));
  if (or_replace && node.if_not_exists) raise(conditions::kCreateTempFunctionIfNotExists, {}, first);
  if (is_temporary && node.if_not_exists) raise(conditions::kTemporaryFunctionIfNotExists, {}, first);
  return {std::move(node), {}};
}

/// `(SELECT …)` alone is a query, `(SELECT …) + 1` an expression.
bool Grammar::at_body_query() const {
  if (!at_query()) return false;
  if (!at("(")) return true;
  const Index behind = matching_parenthesis(position_) + 1;
  return behind >= tokens_.size() - 1 || tokens_[behind].kind == TokenKind::End || tokens_[behind].is(";") || tokens_[behind].is("UNION") || tokens_[behind].is("EXCEPT") ||
         tokens_[behind].is("MINUS") || tokens_[behind].is("INTERSECT");
}

std::vector<plan::FunctionParameter> Grammar::function_parameters(Index first) {
  std::vector<plan::FunctionParameter> parameters;
  bool has_not_null = false, has_generated = false, has_constraint = false;
  expect("(");
  const Index start = position_;
  while (!at(")")) {
    plan::FunctionParameter parameter;
    parameter.field.name = identifier();
    parameter.field.type = data_type();
    while (!at(",") && !at(")")) {
      if (at_any({"NOT", "!"}) && at("NULL", 1)) {
        position_ += 2;
        has_not_null = true;
      } else if (accept("DEFAULT")) {
        const Index value = position_;
        (void)expression();
        parameter.default_sql = std::string(source(value, position_));
      } else if (at("GENERATED")) {
        has_generated = true;
        skip_to_next_item();
      } else if (at_any({"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "REFERENCES"})) {
        has_constraint = true;
        skip_to_next_item();
      } else if (const auto comment = comment_text()) {
        parameter.field.metadata = types::with_metadata_entry({}, "comment", *comment);
      } else {
        fail();
      }
    }
    parameters.push_back(std::move(parameter));
    if (!accept(",")) break;
    if (at(")")) fail();
  }
  if (has_not_null) throw Error(conditions::kNotNullOnParameters, {{"input", std::string(source(start, position_))}});
  expect(")");
  if (has_generated || has_constraint) {
    while (!at_end() && !at(";")) advance();
    raise(has_generated ? conditions::kGeneratedParameters : conditions::kConstrainedParameters, {}, first);
  }
  return parameters;
}

/// To the comma or parenthesis that ends this item of a list.
void Grammar::skip_to_next_item() {
  while (!at_end() && !at(",") && !at(")")) position_ = at("(") ? matching_parenthesis(position_) + 1 : position_ + 1;
}

void Grammar::function_result(plan::CreateFunction& node, Index) {
  if (!at("TABLE")) {
    node.returns = data_type();
    return;
  }
  advance();
  node.is_table = true;
  if (!accept("(")) return;
  types::Schema columns;
  bool has_not_null = false;
  const Index start = position_;
  do {
    types::Field field;
    field.name = identifier();
    field.type = data_type();
    if (at_any({"NOT", "!"}) && at("NULL", 1)) {
      position_ += 2;
      has_not_null = true;
    }
    if (const auto comment = comment_text()) field.metadata = types::with_metadata_entry({}, "comment", *comment);
    columns.push_back(std::move(field));
  } while (accept(","));
  if (has_not_null) throw Error(conditions::kNotNullOnParameters, {{"input", std::string(source(start, position_))}});
  expect(")");
  node.return_columns = std::move(columns);
}

void Grammar::function_traits(plan::CreateFunction& node, Index first) {
  const auto once = [&](bool seen, const char* clause) {
    if (seen) raise(conditions::kDuplicateClauses, {{"clauseName", clause}}, first);
  };
  while (true) {
    if (at("COMMENT") && at_string(1)) {
      once(node.comment.has_value(), "COMMENT");
      node.comment = comment_text();
    } else if (at("DETERMINISTIC") || (at("NOT") && at("DETERMINISTIC", 1))) {
      once(node.is_deterministic.has_value(), "DETERMINISTIC");
      node.is_deterministic = !accept("NOT");
      advance();
    } else if (at_all({"CONTAINS", "SQL"}) || at_all({"READS", "SQL", "DATA"})) {
      once(node.reads_data.has_value(), "SQL DATA ACCESS");
      node.reads_data = at("READS");
      position_ += at("READS") ? 3 : 2;
    } else if (at_all({"LANGUAGE", "SQL"})) {
      position_ += 2;
    } else {
      return;
    }
  }
}

Statement Grammar::drop_function(bool is_temporary) {
  expect("FUNCTION");
  plan::DropFunction node;
  node.is_temporary = is_temporary;
  node.if_exists = accept_if_exists();
  node.name = identifier_reference();
  return {std::move(node), {}};
}

}  // namespace lab::sql
