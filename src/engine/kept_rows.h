#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include "duckdb.hpp"
#include "engine/engine.h"

namespace lab::engine {

/// Instance::keep().
std::unique_ptr<const KeptRows> keep_rows(duckdb::shared_ptr<duckdb::DuckDB> database, const Statement& statement, std::stop_token stop,
                                          std::function<void(const Progress&)> progress);

}  // namespace lab::engine
