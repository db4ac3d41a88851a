#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "duckdb.hpp"
#include "engine/engine.h"
#include "engine/engine_error.h"
#include "engine/inputs.h"

namespace lab::engine {

/// One statement on a connection of its own: cancellation, progress and errors around DuckDB's pending query. Not thread-safe; only
/// the stop token may act from elsewhere.
class StatementRun {
 public:
  /// `database` stays alive as long as this.
  StatementRun(duckdb::shared_ptr<duckdb::DuckDB> database, const Statement& statement, std::stop_token stop,
               std::function<void(const Progress&)> progress);
  ~StatementRun();

  /// Runs `sql` until its first rows (or all, when it gives none) are there. The statement's own text begins at `text_offset` in it.
  duckdb::unique_ptr<duckdb::QueryResult> start(const std::string& sql, std::size_t text_offset = 0);
  /// The next chunk of what start() gave; nullptr at the end.
  duckdb::unique_ptr<duckdb::DataChunk> fetch(duckdb::QueryResult& result);

  duckdb::ClientContext& context() { return *connection_->context; }

 private:
  struct Interrupt {
    duckdb::Connection* connection;
    void operator()() const { connection->Interrupt(); }
  };

  void await_chunk(duckdb::StreamQueryResult& stream);
  void report();
  void throw_if_stopped() const;

  duckdb::shared_ptr<duckdb::DuckDB> database_;
  duckdb::unique_ptr<duckdb::Connection> connection_;
  std::stop_token stop_;
  std::function<void(const Progress&)> progress_;
  Locate locate_;
  std::chrono::steady_clock::time_point last_report_{};
  std::optional<std::stop_callback<Interrupt>> interrupt_;
};

}  // namespace lab::engine
