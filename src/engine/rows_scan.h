#pragma once

#include <memory>
#include <string>

#include "duckdb/common/vector.hpp"
#include "duckdb/parser/parsed_expression.hpp"
#include "engine/engine.h"

namespace lab::engine {

/// Rows of an input as DuckDB's Arrow scan reads them: decoded once, streamed as often as the statement asks.
struct RowsInput;

/// The arguments of `rows_scan` for an input; `input` stays alive as long as the connection (StatementInputs keeps it).
duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>> rows_scan_arguments(const RowsInput& input);

std::shared_ptr<const RowsInput> make_rows_input(const scan::TableSource& source);

}  // namespace lab::engine
