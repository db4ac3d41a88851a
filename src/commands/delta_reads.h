#pragma once

#include "commands/statement.h"
#include "lake/delta/table.h"

/// What a statement that changes a Delta table reads of it: what a concurrent commit may not have touched.
namespace lab::commands {

/// Ranges that a row must lie in for the condition to be true; empty when it cannot be told.
lake::delta::Pruning ranges_of(const plan::RelationPtr& rows, const plan::ExpressionPtr& condition, Statement& context);

/// Adds the rows that meet the condition (null: all) to what was read. `condition` may be one over a join of which some part speaks of the
/// table alone.
void add_reads(lake::delta::ReadSet& reads, const plan::RelationPtr& rows, const plan::ExpressionPtr& condition, Statement& context);

/// The condition as Spark prints it, for the history; `true` when there is none.
std::string condition_sql(const plan::RelationPtr& rows, const plan::ExpressionPtr& condition, Statement& context);

/// Checks an expression over rows that are to be changed. Throws UNRESOLVED_COLUMN naming the table's own columns,
/// UNSUPPORTED_EXPR_FOR_OPERATOR for aggregates and windows, INVALID_NON_DETERMINISTIC_EXPRESSIONS.
void check_row_expressions(const plan::RelationPtr& rows, const plan::Expressions& expressions, Statement& context);

}  // namespace lab::commands
