#include "commands/assignments.h"

#include "base/letter_case.h"

#include <algorithm>

#include "commands/column_values.h"
#include "commands/conditions.h"
#include "types/type_text.h"

namespace lab::commands {

namespace {

/// Where the column's own name begins in `a`, `t.a` or `spark_catalog.default.t.a`: behind the longest tail of the qualifier.
std::size_t skip_qualifier(const plan::NameParts& name, const plan::NameParts& qualifier) {
  for (std::size_t length = std::min(qualifier.size(), name.size() - 1); length > 0; --length)
    if (std::equal(qualifier.end() - static_cast<std::ptrdiff_t>(length), qualifier.end(), name.begin(), equal_ignoring_case)) return length;
  return 0;
}

/// Fields of structs only, and only those that are there.
void check_nested(const types::DataType& type, const plan::NameParts& column, std::size_t at) {
  if (at == column.size()) return;
  if (!type.is(types::TypeKind::Struct)) throw Error(conditions::kNestedUpdate, {{"optionalPrefixMessage", ""}});
  std::string fields;
  for (const types::Field& field : type.fields()) {
    if (equal_ignoring_case(field.name, column[at])) return check_nested(field.type, column, at + 1);
    fields += (fields.empty() ? "" : ", ") + types::quote_identifier(field.name);
  }
  throw Error(conditions::kNoSuchField, {{"fieldName", types::quote_identifier(column[at])}, {"fields", fields}});
}

/// The struct with one field, named by the parts from `at` on, exchanged. Made anew, so that a NULL struct gets the field, too.
plan::ExpressionPtr with_field(const plan::ExpressionPtr& base, const types::DataType& type, const plan::NameParts& column, std::size_t at,
                               const plan::ExpressionPtr& value) {
  plan::Expressions parts;
  for (const types::Field& field : type.fields()) {
    const plan::ExpressionPtr name = plan::make_literal(types::Literal::string(field.name));
    plan::ExpressionPtr part = plan::make_expression(plan::ExtractValue{base, name});
    if (equal_ignoring_case(field.name, column[at])) part = at + 1 == column.size() ? value : with_field(part, field.type, column, at + 1, value);
    parts.push_back(name);
    parts.push_back(std::move(part));
  }
  return plan::make_call("named_struct", std::move(parts));
}

std::string dotted(const plan::NameParts& column, std::size_t start) {
  std::string name;
  for (std::size_t i = start; i < column.size(); ++i) name += (name.empty() ? "" : ".") + column[i];
  return types::quote_identifier(name);
}

plan::NameParts qualified(plan::NameParts qualifier, const std::string& name) {
  qualifier.push_back(name);
  return qualifier;
}

/// The same field, or one inside the other.
bool same_path(const plan::NameParts& earlier, const plan::NameParts& column, std::size_t start) {
  const std::size_t length = std::min(earlier.size(), column.size() - start);
  return std::equal(earlier.begin(), earlier.begin() + static_cast<std::ptrdiff_t>(length), column.begin() + static_cast<std::ptrdiff_t>(start), equal_ignoring_case);
}

Error unresolved(const plan::NameParts& name, const types::Schema& schema) {
  std::string columns;
  for (const types::Field& field : schema) columns += (columns.empty() ? "" : ", ") + types::quote_identifier(field.name);
  return Error(conditions::kUnresolvedColumnWithSuggestion, {{"objectName", types::quote_parts(name)}, {"proposal", columns}});
}

}  // namespace

std::vector<plan::ExpressionPtr> updated_columns(const types::Schema& schema, const std::vector<plan::MergeAssignment>& assignments,
                                                 const plan::NameParts& qualifier, const Statement&) {
  std::vector<plan::ExpressionPtr> values(schema.size());
  std::vector<std::pair<std::size_t, plan::NameParts>> parts;  // what was assigned so far
  for (const plan::MergeAssignment& assignment : assignments) {
    const auto find = [&](const std::string& name) {
      return std::find_if(schema.begin(), schema.end(), [&](const types::Field& field) { return equal_ignoring_case(field.name, name); });
    };
    // A column that is called as the table wins only when the qualified reading finds nothing.
    std::size_t start = skip_qualifier(assignment.column, qualifier);
    auto field = find(assignment.column[start]);
    if (field == schema.end() && start > 0) field = find(assignment.column[start = 0]);
    if (field == schema.end()) throw unresolved(assignment.column, schema);
    const auto index = static_cast<std::size_t>(field - schema.begin());
    const bool assigns_whole = start + 1 == assignment.column.size();
    const auto earlier = std::find_if(parts.begin(), parts.end(), [&](const auto& other) {
      return other.first == index && (assigns_whole || other.second.size() == 1 || same_path(other.second, assignment.column, start));
    });
    if (earlier != parts.end())
      throw Error(conditions::kConflictingAssignments, {{"columnList", "[" + dotted(earlier->second, 0) + ", " + dotted(assignment.column, start) + "]"}});
    parts.emplace_back(index, plan::NameParts(assignment.column.begin() + static_cast<std::ptrdiff_t>(start), assignment.column.end()));
    if (assigns_whole) {
      values[index] = is_default_keyword(assignment.value) ? default_value(*field) : assignment.value;
      continue;
    }
    check_nested(field->type, assignment.column, start + 1);
    const plan::ExpressionPtr base = values[index] ? values[index] : plan::make_attribute(qualified(qualifier, field->name));
    values[index] = with_field(base, field->type, assignment.column, start + 1, assignment.value);
  }
  return values;
}

}  // namespace lab::commands
