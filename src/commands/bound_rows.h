#pragma once

#include <functional>

#include "commands/statement.h"

namespace lab::commands {

/// Further steps over rows that are bound already: `build` makes a plan over a scan that stands in for them, of Filters and Projects
/// that name their columns.
plan::bound::Query over_rows(const plan::bound::Query& rows, const std::function<plan::RelationPtr(plan::RelationPtr)>& build, Statement& context);

}  // namespace lab::commands
