#pragma once

#include <memory>
#include <string>
#include <vector>

#include "plan/bound.h"

namespace lab::lower {

struct InputTable {
  std::string name;
  std::shared_ptr<const scan::TableSource> source;  ///< null: `arrow_stream`
  std::shared_ptr<const std::string> arrow_stream;
  types::Schema schema;
};

struct Lowered {
  std::string sql;  ///< one SELECT; columns are the root's, in order
  std::vector<InputTable> inputs;
  std::vector<plan::Origin> origins;  ///< of the pieces of `sql` between marks (see locate)
};

/// Where the user wrote what stands at this byte of `lowered.sql`: the innermost marked piece around it; nullptr when there is none.
const plan::Origin* locate(const Lowered& lowered, std::size_t position);

/// Writes a bound query as DuckDB SQL by the rules of docs/style.md §8. Pure; throws only for queries beyond the node or byte budget.
Lowered lower(const plan::bound::Query& query);

}  // namespace lab::lower
