#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/record_batch.h>

#include <atomic>

#include "base/ids.h"
#include "types/type_text.h"
#include "wire/spark/batch_bytes.h"
#include "wire/spark/conditions.h"
#include "wire/spark/errors.h"
#include "wire/spark/reader/plan_reader.h"
#include "wire/spark/rpcs.h"

// 3.5 clients fill fields that the protocol calls deprecated.
#pragma clang diagnostic ignored "-Wdeprecated-declarations"

namespace lab::wire::spark {
namespace {

/// One batch is one message: small enough for any client's limits, large enough that the framing costs nothing.
constexpr std::size_t kBatchBytes = 4 << 20;

void check(const arrow::Status& status) {
  if (!status.ok()) throw Error(conditions::kInternalError, {{"message", status.ToString()}});
}

/// An execution from first to last response. Its turns run on the statements pool; between them it holds no thread.
class Execution : public std::enable_shared_from_this<Execution> {
 public:
  Execution(Hub& hub, Hub::Client client, std::shared_ptr<Operation> operation, proto::Plan plan)
      : hub_(hub), client_(std::move(client)), operation_(std::move(operation)), plan_(std::move(plan)) {
    record_.session_id = client_.session->id();
    record_.user = client_.session->user();
    record_.operation_id = operation_->header().operation_id;
    record_.started_micros = now_micros();
  }

  /// First turn: reads the plan, runs commands, starts queries.
  void begin() {
    record("RUNNING");
    guarded([this] { run(); });
  }

 private:
  static std::int64_t now_micros() {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  }

  void record(std::string state, std::string error = {}) {
    record_.state = std::move(state);
    record_.error = std::move(error);
    if (record_.state != "RUNNING") record_.finished_micros = now_micros();
    hub_.sessions().record(record_);
  }

  template <typename Body>
  void guarded(Body&& body) {
    try {
      body();
    } catch (const Error& error) {
      end_with(operation_->stop().stop_requested() && error.kind() != Kind::Cancelled ? Error(conditions::kOperationCanceled, {}) : error);
    } catch (const std::bad_alloc&) {
      end_with(Error(conditions::kOutOfMemory, {{"message", "The process has no more memory."}}));
    } catch (const std::exception& failure) {
      end_with(Error(conditions::kInternalError, {{"message", failure.what()}}));
    }
  }

  void end_with(const Error& error) {
    stream_.reset();
    record(error.kind() == Kind::Cancelled ? "CANCELED" : "FAILED", error.what());
    operation_->fail(hub_.fail(client_.key(), error));
  }

  void end() {
    stream_.reset();
    send_observed();
    record("FINISHED");
    operation_->finish();
  }

  session::Running running() {
    session::Running running;
    running.stop = operation_->stop().get_token();
    if (client_.hears_progress)
      running.progress = [self = weak_from_this()](const engine::Progress& progress) {
        if (const auto execution = self.lock()) execution->tell(progress);
      };
    return running;
  }

  /// Clients draw bars from these. Where the engine cannot say how far it is, they still see that something runs; no bar goes back.
  void tell(const engine::Progress& progress) {
    constexpr std::int64_t kTasks = 100;
    const std::int64_t now = now_micros();
    std::int64_t last = told_at_.load();
    if (now - last < 200'000 || now - record_.started_micros < 300'000 || !told_at_.compare_exchange_strong(last, now)) return;
    tasks_done_ = std::clamp<std::int64_t>(static_cast<std::int64_t>(progress.fraction * kTasks), tasks_done_.load(), kTasks);
    proto::ExecutePlanResponse response;
    auto* stage = response.mutable_execution_progress()->add_stages();
    stage->set_stage_id(0);
    stage->set_num_tasks(kTasks);
    stage->set_num_completed_tasks(tasks_done_);
    stage->set_input_bytes_read(0);
    response.mutable_execution_progress()->set_num_inflight_tasks(1);
    operation_->add(response);
  }

  void run() {
    // Goes with the first turn: a plan may carry hundreds of megabytes of rows.
    const proto::Plan plan = std::move(plan_);
    PlanReader reader = reader_of(client_.session);
    if (plan.has_command() && plan.command().has_sql_command()) {
      run_sql_command(reader, plan.command().sql_command());
      return;
    }
    if (plan.has_command() && plan.command().has_get_resources_command()) {
      proto::ExecutePlanResponse response;
      response.mutable_get_resources_command_result();
      operation_->add(response);
      end();
      return;
    }
    // What clients of 4.x send when they end, whether they trained anything or not: there is nothing to clean.
    if (plan.has_command() && plan.command().ml_command().has_clean_cache()) {
      record_.text = "clean the models' cache";
      proto::ExecutePlanResponse response;
      response.mutable_ml_command_result()->mutable_param()->set_integer(0);
      operation_->add(response);
      end();
      return;
    }
    if (plan.has_command() && plan.command().has_checkpoint_command()) {
      run_checkpoint(reader, plan.command().checkpoint_command());
      return;
    }
    if (plan.has_command() && plan.command().has_remove_cached_remote_relation_command()) {
      client_.session->forget_kept(plan.command().remove_cached_remote_relation_command().relation().relation_id());
      end();
      return;
    }
    const plan::Statement statement = reader.read_plan(plan);
    observed_ = reader.observed();
    record_.text = statement.is_query() ? "DataFrame" : "command";
    run_statement(statement);
  }

  void run_statement(const plan::Statement& statement) {
    session::Result result = client_.session->execute(statement, running());
    if (auto* rows = std::get_if<session::Rows>(&result)) {
      send_schema(rows->schema);
      stream_ = std::move(rows->stream);
      pump();
      return;
    }
    const auto& local = std::get<session::LocalResult>(result);
    // Commands other than queries answer no rows: only relations that are a statement's own result do.
    if (statement.is_query()) {
      send_schema(local.schema);
      send_stream(*local.arrow_stream);
    }
    end();
  }

  void run_checkpoint(PlanReader& reader, const proto::CheckpointCommand& command) {
    record_.text = "checkpoint";
    const plan::RelationPtr relation = reader.read_relation(command.relation());
    proto::ExecutePlanResponse response;
    response.mutable_checkpoint_command_result()->mutable_relation()->set_relation_id(client_.session->keep(relation, command.eager(), running()));
    operation_->add(response);
    observed_ = reader.observed();
    end();
  }

  /// What observe() asked for. The metrics see the rows that the statement saw: nothing else changed them in between.
  void send_observed() {
    for (const PlanReader::Observed& observed : std::exchange(observed_, {})) {
      const auto [schema, rows] = client_.session->collect(observed.metrics, running());
      proto::ExecutePlanResponse response;
      auto* out = response.add_observed_metrics();
      out->set_name(observed.name);
      out->set_plan_id(observed.plan_id);
      for (std::size_t i = 0; i < schema.size(); ++i) {
        out->add_keys(schema[i].name);
        write_literal({schema[i].type, rows.at(0).at(i)}, *out->add_values());
      }
      operation_->add(response);
    }
  }

  void run_sql_command(PlanReader& reader, const proto::SqlCommand& command) {
    session::SqlArguments arguments;
    const auto take = [&](const auto& message) {
      for (const auto& [name, value] : message.named_arguments()) arguments.named.emplace_back(name, reader.read_expression(value));
      for (const auto& [name, value] : message.args()) arguments.named.emplace_back(name, plan::make_literal(read_literal(value)));
      for (const auto& value : message.pos_arguments()) arguments.positional.push_back(reader.read_expression(value));
      for (const auto& value : message.pos_args()) arguments.positional.push_back(plan::make_literal(read_literal(value)));
    };
    // 4.x: `spark.sql(text, df=…)` wraps the SQL in WithRelations.
    const bool has_frames = command.has_input() && command.input().has_with_relations();
    const proto::Relation& input = has_frames ? command.input().with_relations().root() : command.input();
    if (command.has_input() && !input.has_sql()) throw Error(conditions::kInvalidPlanInput, {{"message", "the SQL command holds no SQL"}});
    if (has_frames) arguments.frames = reader.read_named_frames(command.input().with_relations());
    const std::string& text = command.has_input() ? input.sql().query() : command.sql();
    record_.text = text;
    record("RUNNING");
    proto::ExecutePlanResponse response;
    proto::Relation& relation = *response.mutable_sql_command_result()->mutable_relation();
    if (command.has_input()) {
      take(input.sql());
    } else {
      take(command);
    }
    auto result = client_.session->execute_sql(text, std::move(arguments), running());
    if (std::holds_alternative<plan::RelationPtr>(result)) {
      // A query runs when its DataFrame does: the client gets the same SQL back as a relation.
      if (command.has_input()) {
        relation = command.input();
      } else {
        auto& sql = *relation.mutable_sql();
        sql.set_query(command.sql());
        *sql.mutable_args() = command.args();
        *sql.mutable_pos_args() = command.pos_args();
        *sql.mutable_named_arguments() = command.named_arguments();
        *sql.mutable_pos_arguments() = command.pos_arguments();
      }
    } else {
      const auto& local = std::get<session::LocalResult>(result);
      relation.mutable_local_relation()->set_data(*local.arrow_stream);
      // The types as Spark names them: Arrow alone would lose CHAR, VARCHAR and metadata.
      relation.mutable_local_relation()->set_schema(types::schema_to_json(local.schema));
    }
    operation_->add(response);
    end();
  }

  void send_schema(const types::Schema& schema) {
    proto::ExecutePlanResponse response;
    write_schema(schema, *response.mutable_schema());
    operation_->add(response);
  }

  void send_batch(const std::shared_ptr<arrow::RecordBatch>& batch) {
    operation_->add_batch({.num_rows = batch->num_rows(), .start_offset = num_rows_, .stream = encode_batch(batch)});
    num_rows_ += batch->num_rows();
    sent_batch_ = true;
  }

  void send_stream(const std::string& stream) {
    const auto buffer = std::make_shared<arrow::Buffer>(reinterpret_cast<const std::uint8_t*>(stream.data()), static_cast<std::int64_t>(stream.size()));
    auto reader = arrow::ipc::RecordBatchStreamReader::Open(std::make_shared<arrow::io::BufferReader>(buffer)).ValueOrDie();
    std::shared_ptr<arrow::RecordBatch> batch;
    for (check(reader->ReadNext(&batch)); batch; check(reader->ReadNext(&batch))) send_batch(batch);
    if (!sent_batch_) send_batch(arrow::RecordBatch::MakeEmpty(reader->schema()).ValueOrDie());
  }

  /// A turn: batches until the reader is behind; the next turn is posted when it has caught up.
  void pump() {
    while (!operation_->is_released()) {
      const std::shared_ptr<arrow::RecordBatch> batch = stream_->next(kBatchBytes);
      if (!batch) {
        if (!sent_batch_) send_batch(arrow::RecordBatch::MakeEmpty(stream_->arrow_schema()).ValueOrDie());
        end();
        return;
      }
      send_batch(batch);
      const bool rests = operation_->rest_until_drained([self = shared_from_this()] {
        try {
          self->hub_.admit(self->record_.user, [self] { self->guarded([&] { self->pump(); }); });
        } catch (const Error& error) {
          self->end_with(error);
        }
      });
      if (rests) return;
    }
    end_with(Error(conditions::kOperationCanceled, {}));
  }

  Hub& hub_;
  const Hub::Client client_;
  const std::shared_ptr<Operation> operation_;
  proto::Plan plan_;
  session::StatementRecord record_;
  std::vector<PlanReader::Observed> observed_;
  std::unique_ptr<engine::ResultStream> stream_;
  std::int64_t num_rows_ = 0;
  bool sent_batch_ = false;
  std::atomic<std::int64_t> told_at_{0};
  std::atomic<std::int64_t> tasks_done_{0};
};

}  // namespace

std::shared_ptr<Operation> start_execute(Hub& hub, const access::Identity& identity, const proto::ExecutePlanRequest& request) {
  Hub::Client client = hub.open(identity, request.session_id(), request.client_type(), observed(request));
  Operation::Header header;
  header.user = identity.user;
  header.session_id = request.session_id();
  header.server_session_id = client.server_session_id;
  header.operation_id = request.has_operation_id() ? request.operation_id() : random_uuid();
  if (!is_uuid(header.operation_id)) throw Error(conditions::kInvalidHandleFormat, {{"handle", header.operation_id}});
  header.tags = {request.tags().begin(), request.tags().end()};
  for (const auto& option : request.request_options())
    if (option.has_reattach_options()) header.is_reattachable |= option.reattach_options().reattachable();
  auto operation = hub.start(std::move(header));
  auto execution = std::make_shared<Execution>(hub, std::move(client), operation, request.plan());
  try {
    hub.admit(identity.user, [execution] { execution->begin(); });
  } catch (...) {
    hub.forget(operation);
    throw;
  }
  return operation;
}

std::shared_ptr<Operation> find_reattached(Hub& hub, const access::Identity& identity, const proto::ReattachExecuteRequest& request) {
  const Hub::Client client = hub.find_open(identity, request.session_id(), request.client_type(), observed(request));
  auto operation = hub.get(client.key(), request.operation_id());
  if (!operation->header().is_reattachable) throw Error(conditions::kCursorNotReattachable, {});
  return operation;
}

}  // namespace lab::wire::spark
