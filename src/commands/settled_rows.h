#pragma once

#include "commands/statement.h"
#include "lake/delta/table.h"

namespace lab::commands {

/// `relation` as rows that are the same each time they are read: what draws numbers, takes some of many rows or costs work is run once
/// into files beside `table` that go with the last reader. For statements that pinned their sources.
plan::RelationPtr settle_rows(const plan::RelationPtr& relation, const std::shared_ptr<lake::delta::Table>& table, Statement& context);

}  // namespace lab::commands
