#include "session/lab_session.h"

#include <arrow/record_batch.h>

#include "base/ids.h"
#include "commands/execute.h"
#include "plan/bound_walk.h"
#include "session/conditions.h"

namespace lab::session {

LabSession::LabSession(commands::World& world, std::string user, std::string id, ClientVersion version, std::unique_ptr<exec::Executor> executor,
                       commands::GlobalViews& global_views, std::uint64_t max_artifact_bytes)
    : world_(world), id_(std::move(id)), version_(version), state_(std::move(user), version == ClientVersion::Spark4, std::move(executor), global_views),
      max_artifact_bytes_(max_artifact_bytes) {
  touch();
}

void LabSession::touch() { last_used_ = world_.clock.steady(); }

Result LabSession::execute(const plan::Statement& statement, const Running& running) {
  commands::Statement context(world_, state_, running.stop, running.progress);
  commands::Outcome outcome = context.execute(statement);
  if (auto* table = std::get_if<commands::LocalTable>(&outcome)) return LocalResult{std::move(table->schema), std::move(table->arrow_stream)};
  const auto& query = std::get<plan::bound::Query>(outcome);
  return Rows{context.run(query), query.schema()};
}

sql::ParserOptions LabSession::parser_options() {
  sql::ParserOptions options = commands::parser_options(state_);
  options.evaluate = [this](const plan::ExpressionPtr& expression) {
    commands::Statement constants(world_, state_, {});
    return commands::constant_value(expression, constants);
  };
  return options;
}

std::variant<plan::RelationPtr, LocalResult> LabSession::execute_sql(const std::string& text, SqlArguments arguments, const Running& running) {
  sql::ParserOptions options = parser_options();
  for (auto& [name, value] : arguments.named) options.named_parameters.emplace(std::move(name), std::move(value));
  options.positional_parameters = std::move(arguments.positional);
  options.evaluate = [&](const plan::ExpressionPtr& expression) {
    commands::Statement constants(world_, state_, running.stop, running.progress);
    return commands::constant_value(expression, constants);
  };
  const plan::Statement statement = sql::parse_statement(text, options);
  commands::Statement context(world_, state_, running.stop, running.progress);
  context.name_frames(std::move(arguments.frames));
  if (const auto* relation = std::get_if<plan::RelationPtr>(&statement.node)) {
    // Errors of a query show at `spark.sql(…)` already.
    context.analyze(*relation);
    return *relation;
  }
  commands::Outcome outcome = context.execute(statement);
  // EXECUTE IMMEDIATE of a query runs it now: its text is not the client's.
  if (const auto* query = std::get_if<plan::bound::Query>(&outcome)) {
    const auto stream = context.run(*query);
    return LocalResult{query->schema(), exec::collect_arrow(*stream)};
  }
  auto& table = std::get<commands::LocalTable>(outcome);
  return LocalResult{std::move(table.schema), std::move(table.arrow_stream)};
}

std::pair<types::Schema, std::vector<types::Values>> LabSession::collect(const plan::RelationPtr& relation, const Running& running) {
  commands::Statement context(world_, state_, running.stop, running.progress);
  const plan::bound::Query query = context.analyze(relation);
  return {query.schema(), context.collect(query)};
}

types::Schema LabSession::analyze(const plan::RelationPtr& relation) {
  commands::Statement context(world_, state_, {});
  if (std::holds_alternative<plan::ShowString>(relation->node)) return {{"show_string", types::TypeKind::String, false, {}}};
  if (std::holds_alternative<plan::HtmlString>(relation->node)) return {{"html_string", types::TypeKind::String, false, {}}};
  return context.analyze(relation).schema();
}

std::string LabSession::explain(const plan::RelationPtr& relation, const std::string& mode) {
  commands::Statement context(world_, state_, {});
  return commands::explain_text(relation, mode, context);
}

bool LabSession::same_semantics(const plan::RelationPtr& left, const plan::RelationPtr& right) {
  commands::Statement context(world_, state_, {});
  return commands::CachedPlans::same(context.bind(left), context.bind(right));
}

std::vector<std::string> LabSession::input_files(const plan::RelationPtr& relation) {
  commands::Statement context(world_, state_, {});
  std::vector<std::string> files;
  plan::bound::for_each_scan(context.analyze(relation), [&](const scan::TableSource& source) {
    const std::vector<scan::DataFile>* data = source.file_scan() != nullptr ? &source.file_scan()->files : source.text_scan() != nullptr ? &source.text_scan()->files : nullptr;
    if (data == nullptr) return;
    for (const scan::DataFile& file : *data) files.push_back(file.remote ? file.remote->uri() : "file://" + file.path);
  });
  return files;
}

void LabSession::set_setting(const std::string& key, const std::string& value) { state_.set_setting(key, value); }

std::vector<std::pair<std::string, std::string>> LabSession::settings(const std::optional<std::string>& prefix) const {
  std::vector<std::pair<std::string, std::string>> result;
  for (const auto& [key, value] : state_.settings()) {
    if (!prefix) {
      result.emplace_back(key, value);
    } else if (key.starts_with(*prefix)) {
      result.emplace_back(key.substr(prefix->size()), value);
    }
  }
  return result;
}

bool LabSession::is_setting_modifiable(const std::string& key) const {
  const commands::SettingRow* row = commands::find_setting(key);
  return row != nullptr && row->scope == commands::SettingScope::Session;
}

void LabSession::copy_to(Session& other) const {
  auto& to = dynamic_cast<LabSession&>(other);
  for (const auto& [key, value] : state_.settings()) to.state_.set_setting(key, value);
  for (const std::string& name : state_.temp_view_names())
    if (auto view = state_.find_temp_view(name)) to.state_.put_temp_view(name, *std::move(view), true);
  for (auto& [name, variable] : state_.variables()) to.state_.put_variable(name, variable, true);
  to.state_.set_current_database(state_.current_database());
  const std::lock_guard lock(mutex_);
  for (const auto& [name, bytes] : artifacts_) to.put_artifact(name, bytes);
}

void LabSession::put_artifact(const std::string& name, std::shared_ptr<const std::string> bytes) {
  const std::lock_guard lock(mutex_);
  const auto known = artifacts_.find(name);
  const std::uint64_t others = num_artifact_bytes_ - (known == artifacts_.end() ? 0 : known->second->size());
  if (others + bytes->size() > max_artifact_bytes_)
    throw Error(conditions::kArtifactsTooLarge, {{"artifactName", name}, {"size", std::to_string(bytes->size())}, {"limit", std::to_string(max_artifact_bytes_)}});
  num_artifact_bytes_ = others + bytes->size();
  artifacts_.insert_or_assign(name, std::move(bytes));
}

std::shared_ptr<const std::string> LabSession::find_artifact(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = artifacts_.find(name);
  return found == artifacts_.end() ? nullptr : found->second;
}

plan::RelationPtr LabSession::read_rows(const plan::RelationPtr& relation, const Running& running) {
  commands::Statement context(world_, state_, running.stop, running.progress);
  const plan::bound::Query query = context.analyze(relation);
  if (!query.schema().empty()) return plan::make_relation(plan::SourceScan{state_.executor().keep(query, running.stop, running.progress), {}, false});
  // No column holds the rows: their number is all there is.
  const auto rows = context.run(query);
  std::int64_t num_rows = 0;
  while (const auto batch = rows->next(std::size_t{4} << 20)) num_rows += batch->num_rows();
  return plan::make_relation(plan::Project{plan::make_relation(plan::Range{0, num_rows, 1, {}}), {}});
}

std::string LabSession::keep(const plan::RelationPtr& relation, bool eager, const Running& running) {
  const std::string id = random_uuid();
  if (!eager) analyze(relation);  // what is wrong with it shows now
  auto kept = std::make_shared<Kept>();
  kept->relation = eager ? read_rows(relation, running) : relation;
  kept->is_read = eager;
  const std::lock_guard lock(mutex_);
  kept_.emplace(id, std::move(kept));
  return id;
}

plan::RelationPtr LabSession::find_kept(const std::string& id) {
  std::shared_ptr<Kept> kept;
  {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(id);
    if (found == kept_.end()) throw Error(conditions::kKeptFrameNotFound, {{"dfId", id}, {"sessionId", id_}});
    kept = found->second;
  }
  const std::lock_guard lock(kept->mutex);
  if (!kept->is_read) kept->relation = read_rows(kept->relation, {});
  kept->is_read = true;
  return kept->relation;
}

void LabSession::forget_kept(const std::string& id) {
  const std::lock_guard lock(mutex_);
  kept_.erase(id);
}

void LabSession::persist(const plan::RelationPtr& relation, const StorageLevel& level) {
  // The level NONE keeps nothing.
  if (!level.use_disk && !level.use_memory && !level.use_off_heap) return void(analyze(relation));
  state_.cached_plans().add(commands::Statement(world_, state_, {}).bind(relation), level);
}

void LabSession::unpersist(const plan::RelationPtr& relation) {
  state_.cached_plans().remove(commands::Statement(world_, state_, {}).bind(relation), false);
}

std::optional<StorageLevel> LabSession::storage_level(const plan::RelationPtr& relation) {
  return state_.cached_plans().level_of(commands::Statement(world_, state_, {}).bind(relation));
}

}  // namespace lab::session
