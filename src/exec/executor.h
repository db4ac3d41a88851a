#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include "engine/engine.h"
#include "exec/engine_stock.h"
#include "exec/memory_ledger.h"
#include "plan/bound.h"
#include "scan/table_source.h"

namespace lab::exec {

/// Runs bound queries of one session: lowers, runs on the session's engine instance, rebuilds errors, reports progress. Thread-safe.
class Executor {
 public:
  virtual ~Executor() = default;
  /// Its engine is one of `stock`, taken at the first statement. `ledger`, when given, gives and takes memory while statements run, and
  /// must outlive it and its results.
  static std::unique_ptr<Executor> create(std::shared_ptr<EngineStock> stock, MemoryLedger* ledger = nullptr);

  using ProgressSink = std::function<void(const engine::Progress&)>;

  /// Rows by the query's Spark schema.
  virtual std::unique_ptr<engine::ResultStream> run(const plan::bound::Query& query, std::stop_token stop, ProgressSink progress = {}) = 0;
  /// Writes the rows as Parquet files. The caller makes them durable and visible.
  virtual std::vector<engine::WrittenFile> write(const plan::bound::Query& query, const engine::WriteSpec& spec, std::stop_token stop,
                                                 ProgressSink progress = {}) = 0;
  /// Runs the query to its end and keeps its rows in the session's engine, as part of its memory and spilled with it. The source reads
  /// them in this session only; they go with its last owner. The query has a column at least.
  virtual std::shared_ptr<const scan::TableSource> keep(const plan::bound::Query& query, std::stop_token stop, ProgressSink progress = {}) = 0;
  /// Frees what an idle session need not hold: nothing while rows are kept.
  virtual void close_when_idle() = 0;
};

/// A table whose rows are made when a query first reads them: the executor asks before it runs one.
class RowsOnDemand : public scan::TableSource {
 public:
  /// The source that has the rows, of the same schema. Blocks while they are made.
  virtual std::shared_ptr<const scan::TableSource> made(const std::stop_token& stop, const Executor::ProgressSink& progress) const = 0;
};

/// The whole result as one Arrow IPC stream; for small results that become local relations.
std::shared_ptr<const std::string> collect_arrow(engine::ResultStream& rows);

}  // namespace lab::exec
