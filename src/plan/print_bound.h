#pragma once

#include <functional>
#include <string>

#include "plan/bound.h"

namespace lab::plan::bound {

/// How functions and sources are named; both live above this module.
struct BoundNames {
  std::function<std::string(const functions::FunctionRow&)> function;
  std::function<std::string(const scan::TableSource&)> source;
};

/// The tree as indented text, one relation a line with its columns (`c3 total: bigint`), for golden tests and EXPLAIN EXTENDED.
std::string print_bound(const RelationPtr& relation, const BoundNames& names);
std::string print_bound(const ExpressionPtr& expression, const BoundNames& names);

}  // namespace lab::plan::bound
