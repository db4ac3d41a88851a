#pragma once

#include "plan/bound.h"

namespace lab::analyze {

/// The query with its rows in the order in which Spark hands them out when nobody asked for one: over rows that the client made itself
/// (local data, VALUES, small ranges) a join follows its streamed side, groups come as they were first seen, windows by their
/// partitions. Queries over tables stay as they are: their order means nothing, and a sort costs.
plan::bound::Query in_arrival_order(plan::bound::Query query);

}  // namespace lab::analyze
