#include "engine/statement_run.h"

#include <algorithm>
#include <thread>

#include "base/log.h"
#include "duckdb/main/pending_query_result.hpp"
#include "duckdb/main/stream_query_result.hpp"
#include "engine/duck_type.h"
#include "engine/engine_error.h"

namespace lab::engine {

namespace {

constexpr auto kReportEvery = std::chrono::milliseconds(100);

/// How far threads may run ahead of the reader; with little of it they stop and go all the time. DuckDB counts what a row takes in its
/// vectors, which is 16 bytes for a text of any length: where such columns are, the rest is room for the texts.
std::size_t buffer_size(const types::Schema& schema) {
  constexpr std::size_t kFixedWidth = 16 << 20, kAnyWidth = 256 << 10;
  const bool is_fixed = std::ranges::all_of(schema, [](const types::Field& field) { return duckdb::TypeIsConstantSize(to_duck(field.type).InternalType()); });
  return is_fixed ? kFixedWidth : kAnyWidth;
}

/// Waits of a thread that finds no task while others work: DuckDB has no event for that, and asking all the time costs a core.
class Patience {
 public:
  void wait() {
    std::this_thread::sleep_for(pause_);
    pause_ = std::min(pause_ * 2, kLongest);
  }
  void reset() { pause_ = kShortest; }

 private:
  static constexpr std::chrono::microseconds kShortest{20}, kLongest{200};
  std::chrono::microseconds pause_ = kShortest;
};

}  // namespace

StatementRun::StatementRun(duckdb::shared_ptr<duckdb::DuckDB> database, const Statement& statement, std::stop_token stop,
                           std::function<void(const Progress&)> progress)
    : database_(std::move(database)), stop_(std::move(stop)), progress_(std::move(progress)), locate_(statement.locate) {
  connection_ = duckdb::make_uniq<duckdb::Connection>(*database_);
  auto& config = duckdb::ClientConfig::GetConfig(*connection_->context);
  // DuckDB counts after each task when this is on.
  config.enable_progress_bar = progress_ != nullptr;
  config.print_progress_bar = false;
  config.wait_time = 0;
  config.streaming_buffer_size = buffer_size(statement.schema);
  const auto known = connection_->context->registered_state->GetOrCreate<StatementInputs>(StatementInputs::kKey);
  known->time_zone = statement.time_zone;
  known->is_spark4 = statement.is_spark4;
  for (const Input& input : statement.inputs) {
    known->sources.emplace(input.name, input.source);
    if (const scan::FileScan* files = input.source->file_scan(); files != nullptr)
      for (const scan::DataFile& file : files->files)
        if (file.remote) known->remote_files.emplace(file.path, file.remote);
  }
}

StatementRun::~StatementRun() {
  // The callback must be gone before the connection it interrupts.
  interrupt_.reset();
  // A client context that dies while an exception unwinds leaves its tasks running; ended here, it never does.
  connection_->Interrupt();
  try {
    connection_->context->Destroy();
  } catch (const std::exception& exception) {
    log::warning("engine", "a statement did not end cleanly: {}", exception.what());
  }
}

void StatementRun::throw_if_stopped() const {
  if (stop_.stop_requested()) throw Error(conditions::kOperationCanceled);
}

void StatementRun::report() {
  if (!progress_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_report_ < kReportEvery) return;
  last_report_ = now;
  auto progress = connection_->context->GetQueryProgress();
  const double percentage = progress.GetPercentage();
  progress_({.fraction = percentage < 0 ? -1 : percentage / 100, .num_rows_read = static_cast<std::int64_t>(progress.GetRowsProcesseed())});
}

duckdb::unique_ptr<duckdb::QueryResult> StatementRun::start(const std::string& sql, std::size_t text_offset) {
  throw_if_stopped();
  if (locate_ && text_offset > 0) {
    locate_ = [inner = std::move(locate_), text_offset](std::size_t position) {
      return position < text_offset ? std::nullopt : inner(position - text_offset);
    };
  }
  try {
    auto pending = connection_->PendingQuery(sql, duckdb::QueryParameters(duckdb::QueryResultOutputType::ALLOW_STREAMING));
    if (pending->HasError()) throw rebuild(pending->GetErrorObject(), locate_);
    // From here on an interruption is not forgotten: starting the query was what cleared the flag.
    interrupt_.emplace(stop_, Interrupt{connection_.get()});
    last_report_ = std::chrono::steady_clock::now();
    Patience patience;
    while (true) {
      const auto state = pending->ExecuteTask();
      if (duckdb::PendingQueryResult::IsResultReady(state) || state == duckdb::PendingExecutionResult::EXECUTION_ERROR) break;
      if (state == duckdb::PendingExecutionResult::NO_TASKS_AVAILABLE) {
        patience.wait();
      } else {
        patience.reset();
        if (state == duckdb::PendingExecutionResult::BLOCKED) pending->WaitForTask();
      }
      throw_if_stopped();
      report();
    }
    if (pending->HasError()) throw rebuild(pending->GetErrorObject(), locate_);
    auto result = pending->Execute();
    if (result->HasError()) throw rebuild(result->GetErrorObject(), locate_);
    return result;
  } catch (const std::exception& exception) {
    if (dynamic_cast<const Error*>(&exception)) throw;
    throw rebuild(duckdb::ErrorData(exception), locate_);
  }
}

// Fetch() alone would ask for tasks all the time while other threads fill the buffer.
void StatementRun::await_chunk(duckdb::StreamQueryResult& stream) {
  constexpr auto kNothingDone = std::chrono::microseconds(20);
  Patience patience;
  while (stream.IsOpen()) {
    const auto begin = std::chrono::steady_clock::now();
    const auto state = stream.ExecuteTask();
    if (duckdb::StreamQueryResult::IsChunkReady(state) || stream.HasError()) return;
    if (state == duckdb::StreamExecutionResult::BLOCKED) {
      stream.WaitForTask();
    } else if (std::chrono::steady_clock::now() - begin < kNothingDone) {
      patience.wait();
    } else {
      patience.reset();
    }
    throw_if_stopped();
    report();
  }
}

duckdb::unique_ptr<duckdb::DataChunk> StatementRun::fetch(duckdb::QueryResult& result) {
  throw_if_stopped();
  try {
    if (result.type == duckdb::QueryResultType::STREAM_RESULT) await_chunk(result.Cast<duckdb::StreamQueryResult>());
    auto chunk = result.Fetch();
    if (result.HasError()) throw rebuild(result.GetErrorObject(), locate_);
    report();
    if (!chunk || chunk->size() == 0) return nullptr;
    return chunk;
  } catch (const std::exception& exception) {
    if (dynamic_cast<const Error*>(&exception)) throw;
    throw rebuild(duckdb::ErrorData(exception), locate_);
  }
}

}  // namespace lab::engine
