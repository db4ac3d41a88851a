#pragma once

#include <vector>

#include "commands/statement.h"

namespace lab::commands {

/// New value of each column of the schema, null where an UPDATE's assignments leave it. Assignments to struct fields (`a.b = 1`) become
/// updates of that struct. Throws UNRESOLVED_COLUMN and DELTA_DUPLICATE_COLUMNS_ON_UPDATE-like errors.
std::vector<plan::ExpressionPtr> updated_columns(const types::Schema& schema, const std::vector<plan::MergeAssignment>& assignments,
                                                 const plan::NameParts& qualifier, const Statement& context);

}  // namespace lab::commands
