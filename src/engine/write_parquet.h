#pragma once

#include "engine/engine.h"
#include "engine/statement_run.h"

namespace lab::engine {

/// Instance::write_parquet on a connection of its own.
std::vector<WrittenFile> write_parquet(StatementRun& run, const Statement& statement, const WriteSpec& spec);

}  // namespace lab::engine
