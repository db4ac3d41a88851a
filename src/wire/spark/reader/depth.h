#pragma once

#include "wire/spark/conditions.h"
#include "wire/spark/reader/plan_reader.h"

namespace lab::wire::spark {

/// Counts nesting while a message is read, and refuses what would overflow the stack.
struct PlanReader::Depth {
  explicit Depth(PlanReader& reader) : depth(reader.depth_) {
    // Subqueries name plans, which name plans: few bytes can stand for more nodes than there is memory.
    if (++reader.num_nodes_ > kMaxNodes) throw Error(conditions::kPlanTooLarge, {{"limit", std::to_string(kMaxNodes)}});
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
