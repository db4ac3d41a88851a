#pragma once

#include "plan/bound.h"

namespace lab::analyze {

/// The same relation with columns that nobody needs left out of scans, projections, aggregates and windows below it. The root's own
/// columns stay.
plan::bound::RelationPtr prune(const plan::bound::RelationPtr& root);

}  // namespace lab::analyze
