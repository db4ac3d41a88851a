#pragma once

#include <memory>

#include "commands/statement.h"

namespace lab::commands {

/// The rows of one of the lab's own tables (catalog/system_tables.h), which administrators may read. They are made when somebody first
/// wants them. Throws INSUFFICIENT_PERMISSIONS.
std::shared_ptr<const scan::TableSource> open_system_table(const catalog::Table& entry, const Statement& statement);

}  // namespace lab::commands
