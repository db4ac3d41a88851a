#pragma once

#include "engine/engine.h"
#include "engine/statement_run.h"

namespace lab::engine {

/// Starts the statement; its rows come as Arrow by the statement's Spark schema.
std::unique_ptr<ResultStream> open_arrow_result(std::unique_ptr<StatementRun> run, const Statement& statement);

}  // namespace lab::engine
