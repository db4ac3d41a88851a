#pragma once

#include <string>

#include "plan/bound.h"

namespace lab::analyze {

/// The bound tree as indented text, functions and sources by their names (EXPLAIN, golden tests).
std::string print_query(const plan::bound::Query& query);

}  // namespace lab::analyze
