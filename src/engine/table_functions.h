#pragma once

namespace duckdb {
class DuckDB;
}

namespace lab::engine {

/// Makes the names of a statement's inputs readable in FROM: each stands for a call of lake_scan, a text scan or an Arrow scan over
/// that input. Called once for each instance.
void register_input_scan(duckdb::DuckDB& database);
/// `lake_scan(name)`: the Parquet files of an input with a FileScan; columns x0…xn of its schema, and file_index, file_row_number.
void register_lake_scan(duckdb::DuckDB& database);
/// `text_scan(name)`: the CSV, text or binary files of an input with a TextScan; columns x0…xn of its schema.
void register_text_scan(duckdb::DuckDB& database);
/// `rows_scan(…)`: Arrow rows; called through register_input_scan only.
void register_rows_scan(duckdb::DuckDB& database);

}  // namespace lab::engine
