#pragma once

#include "engine/engine.h"

namespace duckdb {
class DataChunk;
}

namespace lab::engine {

/// One row of what COPY … RETURN_STATS answers.
WrittenFile read_written_file(duckdb::DataChunk& chunk, std::size_t row, const Statement& statement, const WriteSpec& spec);

}  // namespace lab::engine
