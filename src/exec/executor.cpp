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

engine::Statement statement_of(const plan::bound::Query& query) {
  const auto lowered = std::make_shared<const lower::Lowered>(lower::lower(query));
  engine::Statement statement{.sql = lowered->sql, .schema = query.schema(), .time_zone = query.policy.time_zone};
  for (const lower::InputTable& input : lowered->inputs) {
    statement.inputs.push_back({input.name, input.source ? input.source : std::make_shared<PlanRows>(input.schema, input.arrow_stream)});
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
  explicit SessionExecutor(engine::InstanceOptions options) : options_(std::move(options)) {}

  std::unique_ptr<engine::ResultStream> run(const plan::bound::Query& query, std::stop_token stop, ProgressSink progress) override {
    return instance()->run(statement_of(query), std::move(stop), std::move(progress));
  }

  std::vector<engine::WrittenFile> write(const plan::bound::Query& query, const engine::WriteSpec& spec, std::stop_token stop,
                                         ProgressSink progress) override {
    return instance()->write_parquet(statement_of(query), spec, std::move(stop), std::move(progress));
  }

  void close_when_idle() override {
    const std::lock_guard lock(mutex_);
    // Statements that still run share the instance and end it.
    instance_.reset();
  }

 private:
  std::shared_ptr<engine::Instance> instance() {
    const std::lock_guard lock(mutex_);
    if (!instance_) instance_ = engine::Instance::open(options_);
    return instance_;
  }

  const engine::InstanceOptions options_;
  std::mutex mutex_;
  std::shared_ptr<engine::Instance> instance_;
};

void check(const arrow::Status& status) { LAB_CHECK(status.ok(), status.ToString()); }

}  // namespace

std::unique_ptr<Executor> Executor::create(engine::InstanceOptions options) { return std::make_unique<SessionExecutor>(std::move(options)); }

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
