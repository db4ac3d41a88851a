#pragma once

#include "commands/statement.h"
#include "lake/delta/actions.h"

/// Columns that a Delta table fills by itself: DEFAULT values, generated columns, identity numbers.
namespace lab::commands {

/// What stands in a column that nobody gave: its DEFAULT, else NULL. Of the column's type, over no columns.
plan::ExpressionPtr default_value(const types::Field& field);
/// The word DEFAULT where a value is expected.
bool is_default_keyword(const plan::ExpressionPtr& expression);
/// The value of a generated column over the other columns of the table, of its type; null for other columns.
plan::ExpressionPtr generated_value(const types::Field& field);
bool has_generated_columns(const types::Schema& schema);

/// `rows` have the columns of `schema`, in order; those that were not `given` become what the table fills them with, and CHAR(n) is filled
/// up. Throws
/// DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED.
plan::bound::Query fill_columns(plan::bound::Query rows, const types::Schema& schema, const std::vector<bool>& given, Statement& context);
/// Whether fill_columns() numbers rows; then the marks of the metadata move on by `num_rows` once they are written.
bool numbers_rows(const types::Schema& schema, const std::vector<bool>& given);
void advance_identity(lake::delta::Metadata& metadata, const std::vector<bool>& given, std::int64_t num_rows);

/// Checks generation expressions and defaults of a new table's columns. Throws DELTA_INVALID_GENERATED_COLUMN_REFERENCES and its kin.
void check_generated_columns(const types::Schema& schema, Statement& context);

}  // namespace lab::commands
