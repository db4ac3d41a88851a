#include "exec/executor.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/writer.h>

#include <mutex>

#include "base/error.h"
#include "lower/lower.h"

namespace lab::exec {
namespace {

/// Rows that came with the plan, as the engine reads them.
class PlanRows : public scan::TableSource {
 public:
  PlanRows(types::Schema schema, std::shared_ptr<const std::string> stream) : schema_(std::move(schema)), stream_(std::move(stream)) {}

  const types::Schema& schema() const override { return schema_; }
  std::string name() const override { return "LocalRelation"; }
  std::shared_ptr<const std::string> arrow_stream() const override { return stream_; }

 private:
  types::Schema schema_;
  std::shared_ptr<const std::string> stream_;
};

/// Rows in a table of the session's engine.
class KeptSource : public scan::TableSource {
 public:
  /// `use` keeps the engine, and its part of the memory, while the rows are there.
  KeptSource(types::Schema schema, std::shared_ptr<const void> use, std::unique_ptr<const engine::KeptRows> rows)
      : schema_(std::move(schema)), use_(std::move(use)), rows_(std::move(rows)) {}

  const types::Schema& schema() const override { return schema_; }
  std::string name() const override { return "kept rows"; }
  const std::string* kept_table() const override { return &rows_->table(); }

 private:
  const types::Schema schema_;
  const std::shared_ptr<const void> use_;
  const std::unique_ptr<const engine::KeptRows> rows_;
};

engine::Statement statement_of(const plan::bound::Query& query, const std::stop_token& stop, const Executor::ProgressSink& progress) {
  const auto lowered = std::make_shared<const lower::Lowered>(lower::lower(query));
  engine::Statement statement{.sql = lowered->sql, .schema = query.schema(), .time_zone = query.policy.time_zone, .is_spark4 = query.policy.is_spark4};
  for (const lower::InputTable& input : lowered->inputs) {
    auto source = input.source ? input.source : std::make_shared<PlanRows>(input.schema, input.arrow_stream);
    if (const auto* rows = dynamic_cast<const RowsOnDemand*>(source.get())) source = rows->made(stop, progress);
    statement.inputs.push_back({input.name, std::move(source)});
  }
  if (!lowered->origins.empty()) {
    statement.locate = [lowered](std::size_t position) -> std::optional<QueryContext> {
      const plan::Origin* origin = lower::locate(*lowered, position);
      return origin ? std::optional(plan::query_context(*origin)) : std::nullopt;
    };
  }
  return statement;
}

class SessionExecutor : public Executor {
 public:
  SessionExecutor(std::shared_ptr<EngineStock> stock, MemoryLedger* ledger) : stock_(std::move(stock)), ledger_(ledger) {}

  std::unique_ptr<engine::ResultStream> run(const plan::bound::Query& query, std::stop_token stop, ProgressSink progress) override {
    auto use = use_instance();
    const engine::Statement statement = statement_of(query, stop, progress);
    auto rows = use->instance->run(statement, std::move(stop), std::move(progress));
    return std::make_unique<AccountedRows>(std::move(rows), std::move(use));
  }

  std::vector<engine::WrittenFile> write(const plan::bound::Query& query, const engine::WriteSpec& spec, std::stop_token stop,
                                         ProgressSink progress) override {
    const auto use = use_instance();
    const engine::Statement statement = statement_of(query, stop, progress);
    return use->instance->write_parquet(statement, spec, std::move(stop), std::move(progress));
  }

  std::shared_ptr<const scan::TableSource> keep(const plan::bound::Query& query, std::stop_token stop, ProgressSink progress) override {
    auto use = use_instance();
    const engine::Statement statement = statement_of(query, stop, progress);
    auto rows = use->instance->keep(statement, std::move(stop), std::move(progress));
    return std::make_shared<const KeptSource>(query.schema(), std::move(use), std::move(rows));
  }

  void close_when_idle() override {
    const std::lock_guard lock(mutex_);
    // Whoever still runs a statement or keeps rows needs this very instance.
    if (use_.expired()) instance_.reset();
  }

 private:
  /// The engine with its part of the memory, as long as any statement runs or rows are kept.
  struct Use {
    std::shared_ptr<engine::Instance> instance;
    std::unique_ptr<MemoryLedger::Part> part;  // goes before the instance
  };

  /// Rows that keep the session's part until they are read.
  class AccountedRows : public engine::ResultStream {
   public:
    AccountedRows(std::unique_ptr<engine::ResultStream> rows, std::shared_ptr<const Use> use) : use_(std::move(use)), rows_(std::move(rows)) {}
    std::shared_ptr<arrow::Schema> arrow_schema() const override { return rows_->arrow_schema(); }
    std::shared_ptr<arrow::RecordBatch> next(std::size_t max_bytes) override { return rows_->next(max_bytes); }

   private:
    const std::shared_ptr<const Use> use_;
    const std::unique_ptr<engine::ResultStream> rows_;
  };

  std::shared_ptr<const Use> use_instance() {
    const std::lock_guard lock(mutex_);
    if (!instance_) instance_ = stock_->take();
    auto use = use_.lock();
    if (!use || use->instance != instance_) {
      auto fresh = std::make_shared<Use>();
      fresh->instance = instance_;
      // The instance outlives its part, which the ledger calls no more once it has left.
      if (ledger_ != nullptr) fresh->part = ledger_->join([engine = instance_.get()](std::uint64_t bytes) { engine->set_memory_limit(bytes); });
      use = fresh;
      use_ = use;
    }
    return use;
  }

  const std::shared_ptr<EngineStock> stock_;
  std::mutex mutex_;
  MemoryLedger* const ledger_;
  std::shared_ptr<engine::Instance> instance_;
  std::weak_ptr<const Use> use_;
};

void check(const arrow::Status& status) { LAB_CHECK(status.ok(), status.ToString()); }

}  // namespace

std::unique_ptr<Executor> Executor::create(std::shared_ptr<EngineStock> stock, MemoryLedger* ledger) {
  return std::make_unique<SessionExecutor>(std::move(stock), ledger);
}

std::shared_ptr<const std::string> collect_arrow(engine::ResultStream& rows) {
  auto sink = arrow::io::BufferOutputStream::Create();
  check(sink.status());
  auto writer = arrow::ipc::MakeStreamWriter(*sink, rows.arrow_schema());
  check(writer.status());
  constexpr std::size_t kBatchBytes = 4 << 20;
  while (const auto batch = rows.next(kBatchBytes)) check((*writer)->WriteRecordBatch(*batch));
  check((*writer)->Close());
  auto buffer = (*sink)->Finish();
  check(buffer.status());
  return std::make_shared<const std::string>((*buffer)->ToString());
}

}  // namespace lab::exec
