#pragma once

#include "duckdb.hpp"

namespace lab::engine {

/// Lets DuckDB's readers open the remote files of a statement's inputs (StatementInputs::remote_files) by their names.
void register_remote_files(duckdb::DuckDB& database);

}  // namespace lab::engine
