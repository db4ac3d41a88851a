#pragma once

#include "wire/spark/conditions.h"
#include "wire/spark/reader/plan_reader.h"

namespace lab::wire::spark {

/// Counts nesting while a message is read, and refuses what would overflow the stack.
struct PlanReader::Depth {
  explicit Depth(int& depth) : depth(depth) {
    if (++depth > kMaxDepth) {
      --depth;
      throw Error(conditions::kPlanTooDeep, {{"limit", std::to_string(kMaxDepth)}});
    }
  }
  ~Depth() { --depth; }
  Depth(const Depth&) = delete;

  int& depth;
};

}  // namespace lab::wire::spark
