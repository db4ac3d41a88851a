#pragma once

namespace duckdb {
class DuckDB;
}

namespace lab::engine {

/// Makes the database run a long stack of projections as one operator that computes column after column into one chunk. DuckDB's own
/// projections have a buffer for each column that passes each of them: 500 columns that each need the one before would take 2 GiB
/// a thread. Called once for each instance.
void register_projection_steps(duckdb::DuckDB& database);

}  // namespace lab::engine
