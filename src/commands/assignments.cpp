#include "commands/assignments.h"

#include "base/letter_case.h"

#include <algorithm>

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

Error unresolved(const plan::NameParts& name, const types::Schema& schema) {
  std::string columns;
  for (const types::Field& field : schema) columns += (columns.empty() ? "" : ", ") + types::quote_identifier(field.name);
  return Error(conditions::kUnresolvedColumnWithSuggestion, {{"objectName", types::quote_parts(name)}, {"proposal", columns}});
}

}  // namespace

std::vector<plan::ExpressionPtr> updated_columns(const types::Schema& schema, const std::vector<plan::MergeAssignment>& assignments,
                                                 const plan::NameParts& qualifier, const Statement&) {
  std::vector<plan::ExpressionPtr> values(schema.size());
  std::vector<bool> is_whole(schema.size(), false);
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
    if (is_whole[index] || (values[index] && assigns_whole))
      throw Error(conditions::kConflictingAssignments, {{"columnName", types::quote_parts(assignment.column)}});
    if (assigns_whole) {
      values[index] = assignment.value;
      is_whole[index] = true;
      continue;
    }
    std::string path;
    for (std::size_t i = start + 1; i < assignment.column.size(); ++i) path += (path.empty() ? "" : ".") + types::quote_if_needed(assignment.column[i]);
    const plan::ExpressionPtr base = values[index] ? values[index] : plan::make_attribute({field->name});
    values[index] = plan::make_expression(plan::UpdateField{base, std::move(path), assignment.value});
  }
  return values;
}

}  // namespace lab::commands
