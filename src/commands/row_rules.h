#pragma once

#include "commands/delta_write.h"

/// Rules that the rows of a table must meet. They are checked on the files that were written, before these are committed: the query
/// that made the rows runs once.
namespace lab::commands {

/// Throws DELTA_NOT_NULL_CONSTRAINT_VIOLATED or DELTA_VIOLATE_CONSTRAINT_WITH_VALUES when a written row breaks a NOT NULL of a nested
/// column, a CHECK constraint, an invariant, or is not what a generated column is made of.
void check_written_rows(const lake::delta::Metadata& metadata, const WrittenData& data, Statement& context);

/// Throws DELTA_REPLACE_WHERE_MISMATCH when a written row does not meet the condition, which people know as `shown`.
void check_replace_condition(const lake::delta::Metadata& metadata, const WrittenData& data, const plan::ExpressionPtr& condition,
                             const std::string& shown, Statement& context);

/// Throws DELTA_UNSUPPORTED_SUBQUERY: Delta takes no subqueries in conditions of what it changes.
void refuse_subqueries(const plan::RelationPtr& rows, const plan::ExpressionPtr& condition, const std::string& operation, Statement& context);

}  // namespace lab::commands
