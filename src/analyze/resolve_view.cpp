#include <algorithm>

#include "analyze/conditions.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/cast_rules.h"
#include "plan/bound_build.h"
#include "types/type_text.h"

// Views whose tables may have changed since: columns are found by the names they had, and brought to the types they had.
namespace lab::analyze {
namespace {

/// The column that `shape` wants at `place`: of several with one name, the one that was there as many before it.
const ScopeColumn* wanted_column(const ViewShape& shape, std::size_t place, const Scope& scope, bool case_sensitive) {
  const std::string& name = shape.query_columns[place];
  const auto is_same = [&](const std::string& other) { return same_name(other, name, case_sensitive); };
  auto skip = std::count_if(shape.query_columns.begin(), shape.query_columns.begin() + static_cast<std::ptrdiff_t>(place), is_same);
  for (const ScopeColumn& column : scope)
    if (is_same(column.column.name) && skip-- == 0) return &column;
  return nullptr;
}

}  // namespace

Resolved Resolver::shaped_view(const ViewShape& shape, Resolved body, const std::vector<std::string>& name) {
  bound::Outputs outputs;
  bound::Columns columns;
  std::string quoted;
  for (const auto& part : name) quoted += (quoted.empty() ? "" : ".") + part;
  for (std::size_t i = 0; i < shape.columns.size(); ++i) {
    const types::Field& field = shape.columns[i];
    const ScopeColumn* found = wanted_column(shape, i, body.scope, policy_.case_sensitive);
    if (!found) {
      std::vector<std::string> there;
      for (const ScopeColumn& column : body.scope)
        if (same_name(column.column.name, shape.query_columns[i], policy_.case_sensitive)) there.push_back(column.column.name);
      const auto expected = std::ranges::count_if(shape.query_columns, [&](const std::string& other) { return same_name(other, shape.query_columns[i], policy_.case_sensitive); });
      throw Error(conditions::kIncompatibleView, {{"viewName", types::quote_parts(name)}, {"colName", shape.query_columns[i]}, {"expectedNum", std::to_string(expected)},
                                                  {"actualCols", "[" + join_sql(there, ",") + "]"}, {"suggestion", "CREATE OR REPLACE VIEW " + quoted + " AS " + shape.text}});
    }
    ExpressionPtr value = bound::make_reference(found->column);
    const bool keeps_type = shape.schema_mode == "TYPE EVOLUTION" || types::same_shape(found->column.type, field.type);
    if (!keeps_type) {
      const bool compensates = shape.schema_mode == "COMPENSATION";
      if (compensates ? !functions::can_cast(found->column.type, field.type, bound::CastMode::Ansi) : !functions::can_up_cast(found->column.type, field.type)) {
        auto path = found->qualifier;
        path.push_back(found->column.name);
        throw Error(conditions::kCannotUpCast, {{"expression", join_sql(path, ".")}, {"sourceType", types::quoted_sql(found->column.type)}, {"targetType", types::quoted_sql(field.type)},
                                                {"details", "The type path of the target object is:\n\nYou can either add an explicit cast to the input data or choose a higher precision type of the field in the target object"}});
      }
      value = bound::make_expression(bound::Cast{value, compensates ? bound::CastMode::Ansi : bound::CastMode::Legacy}, field.type, true);
    }
    outputs.push_back({fresh(), std::move(value)});
    columns.push_back({{}, field.name, {}, true, field.metadata.empty() ? found->column.metadata : field.metadata});
  }
  return from_relation(bound::make_project(trimmed(body), std::move(outputs), std::move(columns)), name);
}

}  // namespace lab::analyze
