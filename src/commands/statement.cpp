#include "commands/statement.h"

#include <algorithm>

#include "base/letter_case.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "catalog/system_tables.h"
#include "commands/arrow_rows.h"
#include "commands/conditions.h"
#include "commands/execute.h"
#include "commands/file_source.h"
#include "commands/rights.h"
#include "commands/system_tables.h"
#include "lake/delta/conditions.h"
#include "sql/parser.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

class RowSource final : public scan::TableSource {
 public:
  RowSource(LocalTable table, std::string name) : table_(std::move(table)), name_(std::move(name)) {}
  const types::Schema& schema() const override { return table_.schema; }
  std::string name() const override { return name_; }
  std::shared_ptr<const std::string> arrow_stream() const override { return table_.arrow_stream; }

 private:
  LocalTable table_;
  std::string name_;
};

}  // namespace

LocalTable make_table(types::Schema schema, const std::vector<types::Values>& rows) {
  auto stream = rows_to_stream(schema, rows, "UTC");
  return {std::move(schema), std::move(stream)};
}

LocalTable no_rows() { return make_table({}, {}); }

std::shared_ptr<const scan::TableSource> source_of(LocalTable table, std::string name) {
  return std::make_shared<const RowSource>(std::move(table), std::move(name));
}

Statement::Statement(World& world, SessionState& session, std::stop_token stop, exec::Executor::ProgressSink progress)
    : world_(world), session_(session), stop_(std::move(stop)), progress_(std::move(progress)) {
  policy_ = analyze::policy_of(*this, session.is_spark4(), world.clock.now().time_since_epoch().count());
}

Statement::Statement(World& world, SessionState& session, std::stop_token stop, catalog::Definition definition, bool sees_temporary, exec::Executor::ProgressSink progress)
    : world_(world), session_(session), stop_(std::move(stop)), progress_(std::move(progress)), definition_(std::move(definition)), sees_temporary_(sees_temporary) {
  policy_ = analyze::policy_of(*this, session.is_spark4(), world.clock.now().time_since_epoch().count());
}

namespace {

/// Settings that a definition keeps: those that decide what SQL means, not how it runs.
bool is_of_definition(const std::string& key) {
  constexpr std::string_view kRuns[] = {"spark.sql.optimizer.", "spark.sql.codegen.", "spark.sql.execution.", "spark.sql.shuffle.", "spark.sql.adaptive.", "spark.sql.view.maxNestedViewDepth"};
  return key.starts_with("spark.sql.") && std::ranges::none_of(kRuns, [&](std::string_view prefix) { return key.starts_with(prefix); });
}

}  // namespace

std::optional<std::string> Statement::setting(const std::string& key) const {
  if (!definition_ || !is_of_definition(key)) return session_.setting(key);
  if (const auto found = definition_->settings.find(key); found != definition_->settings.end()) return found->second;
  const SettingRow* row = find_setting(key);
  if (row == nullptr) return std::nullopt;
  return std::string(session_.is_spark4() ? row->spark4 : row->spark3);
}

void Statement::note_use(std::string action, std::string object) const {
  world_.access.audit().count({session_.user(), "", "spark", std::move(action), std::move(object), access::AuditOutcome::Allowed});
}

catalog::Definition Statement::definition_here() const {
  if (definition_) return *definition_;
  catalog::Definition definition{session_.current_database(), {}};
  for (const auto& [key, value] : session_.settings())
    if (is_of_definition(key)) definition.settings.emplace(key, value);
  // Always there, since its default is the machine's.
  definition.settings.emplace("spark.sql.session.timeZone", session_.setting("spark.sql.session.timeZone").value_or("UTC"));
  if (session_.is_spark4()) definition.settings.emplace("spark.sql.ansi.enabled", session_.setting("spark.sql.ansi.enabled").value_or("true"));
  return definition;
}

sql::ParserOptions parser_options(const Statement& statement) {
  return parser_options(statement.session().is_spark4(), [&statement](const char* key) { return statement.setting(key); });
}

plan::bound::Query Statement::analyze(const plan::RelationPtr& relation) { return analyze::analyze(relation, *this, policy_); }

plan::bound::Query Statement::bind(const plan::RelationPtr& relation) const { return analyze::bind(relation, *this, policy_); }

Outcome Statement::execute(const plan::Statement& statement) { return commands::execute(statement, *this); }

namespace {

/// The result of DDL read as a DataFrame: no columns and no rows, which no engine can scan.
class NoRows final : public engine::ResultStream {
 public:
  std::shared_ptr<arrow::Schema> arrow_schema() const override { return arrow::schema(arrow::FieldVector{}); }
  std::shared_ptr<arrow::RecordBatch> next(std::size_t) override { return nullptr; }
};

/// Rows of a query without columns: the engine gives them one, which goes away again.
class RowsWithoutColumns final : public engine::ResultStream {
 public:
  explicit RowsWithoutColumns(std::unique_ptr<engine::ResultStream> rows) : rows_(std::move(rows)) {}
  std::shared_ptr<arrow::Schema> arrow_schema() const override { return arrow::schema(arrow::FieldVector{}); }
  std::shared_ptr<arrow::RecordBatch> next(std::size_t max_bytes) override {
    const auto batch = rows_->next(max_bytes);
    return batch ? arrow::RecordBatch::Make(arrow_schema(), batch->num_rows(), arrow::ArrayVector{}) : nullptr;
  }

 private:
  std::unique_ptr<engine::ResultStream> rows_;
};

plan::bound::Query with_one_column(plan::bound::Query query) {
  namespace bound = plan::bound;
  const auto id = static_cast<bound::ColumnId>(query.next_id++);
  bound::Outputs outputs{{id, bound::make_expression(bound::LiteralNode{types::Value{true}}, types::TypeKind::Boolean, false)}};
  query.root = bound::make_relation(bound::Project{query.root, std::move(outputs)}, {{id, "row", types::TypeKind::Boolean, false, {}}});
  return query;
}

bool is_empty_result(const plan::bound::Relation& relation) {
  if (!relation.columns.empty()) return false;
  if (const auto* project = std::get_if<plan::bound::Project>(&relation.node)) return is_empty_result(*project->input);
  if (const auto* scan = std::get_if<plan::bound::Scan>(&relation.node)) return scan->source->schema().empty() && scan->source->arrow_stream();
  return std::holds_alternative<plan::bound::LocalData>(relation.node);
}

}  // namespace

std::unique_ptr<engine::ResultStream> Statement::run(const plan::bound::Query& query) const {
  if (is_empty_result(*query.root)) return std::make_unique<NoRows>();
  if (query.root->columns.empty()) return std::make_unique<RowsWithoutColumns>(session_.executor().run(with_one_column(query), stop_, progress_));
  return session_.executor().run(query, stop_, progress_);
}

std::vector<types::Values> Statement::collect(const plan::bound::Query& query) const {
  constexpr std::size_t kBatchBytes = 4 << 20;
  const types::Schema schema = query.schema();
  const auto stream = run(query);
  std::vector<types::Values> rows;
  while (const auto batch = stream->next(kBatchBytes)) read_rows(*batch, schema, rows);
  return rows;
}

std::vector<std::vector<types::Value>> Statement::evaluate(const plan::bound::Query& query) const { return collect(query); }

std::shared_ptr<const scan::TableSource> Statement::pinned(const void* node, const std::function<std::shared_ptr<const scan::TableSource>()>& open) const {
  if (!pins_) return open();
  if (const auto found = pins_->sources.find(node); found != pins_->sources.end()) return found->second;
  return pins_->sources.emplace(node, open()).first->second;
}

std::shared_ptr<const scan::TableSource> Statement::run_statement(const plan::Statement& statement) const {
  return pinned(&statement, [&] { return run_inner(statement); });
}

std::shared_ptr<const scan::TableSource> Statement::run_inner(const plan::Statement& statement) const {
  // A statement of its own in the same session: what it changes is seen by what is analyzed after it.
  Statement inner(world_, session_, stop_, progress_);
  inner.name_frames(frames_);
  Outcome outcome = inner.execute(statement);
  if (auto* table = std::get_if<LocalTable>(&outcome)) return source_of(std::move(*table), "result");
  const auto& query = std::get<plan::bound::Query>(outcome);
  const auto stream = inner.run(query);
  return source_of({query.schema(), exec::collect_arrow(*stream)}, "result");
}

catalog::Location Statement::locate(const std::string& path, const plan::Options& options) const {
  // Options of a read or write reach Hadoop's configuration as they are, settings of the session with `spark.hadoop.` or without.
  return world_.places.locate(path, session_.user(), [&](const std::string& key) -> std::optional<std::string> {
    if (const auto option = options.find(key); option != options.end()) return option->second;
    return session_.explicit_setting(key);
  });
}

analyze::ResolvedTable Statement::resolve_temp_view(const TempView& view, plan::NameParts name) const {
  temporaries_.push_back({"VIEW", name});
  std::shared_ptr<const analyze::Surroundings> surroundings;
  if (view.definition) {
    auto inner = std::make_shared<Statement>(world_, session_, stop_, *view.definition, true, progress_);
    surroundings = std::make_shared<analyze::Surroundings>(inner, inner->policy());
  }
  analyze::ResolvedTable table{nullptr, view.plan, view.columns, std::move(name)};
  table.surroundings = std::move(surroundings);
  return table;
}

/// The view's text means what it meant where it was made.
analyze::ResolvedTable Statement::resolve_view(const catalog::Table& entry) const {
  catalog::Definition definition{entry.view_catalog_database.empty() ? entry.database : entry.view_catalog_database, entry.view_settings};
  auto inner = std::make_shared<Statement>(world_, session_, stop_, std::move(definition), false, progress_);
  // Who may read the view reads what its owner may; views of before there were owners are their readers'.
  inner->act_as(entry.owner.empty() ? acting_user() : entry.owner);
  plan::Statement statement = sql::parse_statement(entry.view_text, parser_options(*inner));
  if (!statement.is_query()) throw Error(conditions::kInvalidViewText, {{"viewName", types::quote_parts({entry.database, entry.name})}, {"viewText", entry.view_text}});
  analyze::ResolvedTable table;
  table.view = std::get<plan::RelationPtr>(statement.node);
  table.qualified_name = {catalog::kCatalogName, entry.database, entry.name};
  table.surroundings = std::make_shared<analyze::Surroundings>(inner, inner->policy());
  if (entry.view_query_columns.size() == entry.schema.size()) {
    table.shape = std::make_shared<analyze::ViewShape>(analyze::ViewShape{entry.schema, entry.view_query_columns, entry.view_schema_mode, entry.view_text});
  } else {
    for (const auto& field : entry.schema) table.view_columns.push_back(field.name);
  }
  return table;
}

analyze::ResolvedTable Statement::resolve_table(const plan::NamedTable& table) const {
  if (!pins_) return find_table(table);
  if (const auto found = pins_->tables.find(&table); found != pins_->tables.end()) return found->second;
  return pins_->tables.emplace(&table, find_table(table)).first->second;
}

analyze::ResolvedTable Statement::find_table(const plan::NamedTable& table) const {
  if (const auto changes = table.options.find("__dflab_changes"); changes != table.options.end()) {
    // table_changes() gives the name as one text.
    plan::NamedTable named = table;
    named.options.erase("__dflab_changes");
    named.name = changes->second == "path" ? plan::NameParts{"delta", table.name[0]} : sql::parse_table_name(table.name[0]);
    return find_any_table(named);
  }
  if (!table.options.contains("__dflab_delta")) return find_any_table(table);
  // A DeltaTable of the client: whatever is not there, or is something else, is no Delta table.
  plan::NamedTable plain = table;
  plain.options.erase("__dflab_delta");
  try {
    return find_any_table(plain);
  } catch (const Error& failure) {
    const std::string_view condition = failure.condition().name;
    if (condition != "PATH_NOT_FOUND" && condition != "TABLE_OR_VIEW_NOT_FOUND" && condition != "DELTA_TABLE_NOT_FOUND") throw;
    throw Error(lake::delta::conditions::kMissingDeltaTable, {{"tableName", types::quote_identifier(table.name.back())}});
  }
}

analyze::ResolvedTable Statement::find_any_table(const plan::NamedTable& table) const {
  if (table.name.size() == 1) {
    for (const auto& [name, frame] : frames_)
      if (name == table.name[0]) return {nullptr, frame, {}, table.name};
    if (sees_temporary_)
      if (const auto view = session_.find_temp_view(table.name[0])) return resolve_temp_view(*view, table.name);
  }
  if (table.name.size() == 2 && lower_case(table.name[0]) == "global_temp") {
    if (const auto view = session_.global_views().find(table.name[1])) return resolve_temp_view(*view, table.name);
    throw table_not_found(table.name, *this);
  }
  reads_data_ = true;
  const TableRef ref = resolve_name(table.name, *this);
  if (ref.is_path()) {
    plan::Options options = table.options;
    require_place(*ref.location, ref.format == "delta" ? PlaceUse::ReadTable : PlaceUse::Read, *this);
    note_use("SELECT", ref.location->text);
    if (ref.format == "delta") return governed(open_files(*this, ref.format, {*ref.location}, options, {}, table.version_as_of, table.timestamp_as_of), *ref.location, table.name);
    try {
      return {open_files(*this, ref.format, {*ref.location}, options, {}, table.version_as_of, table.timestamp_as_of), nullptr, {}, table.name};
    } catch (const Error& failure) {
      // What Spark says of files that cannot be read here, whatever is wrong with them.
      if (failure.kind() != Kind::Corruption) throw;
      throw Error(policy().is_spark4 ? conditions::kDirectQueryPlan : conditions::kDirectQueryPlan35, {{"dataSourceType", table.name.front()}});
    }
  }
  const auto entry = world_.catalog.find_table(ref.database, ref.table);
  if (!entry) {
    // `t@v3` and `t@20240101000000000` are time travel when no table has that very name.
    throw table_not_found(table.name, *this);
  }
  const plan::NameParts qualified{catalog::kCatalogName, entry->database, entry->name};
  if (entry->provider == catalog::kSystemProvider) {
    if (table.version_as_of || table.timestamp_as_of) throw Error(conditions::kUnsupportedFeature, {{"feature", "time travel on the lab's own tables"}, {"hint", ""}});
    auto rows = open_system_table(*entry, *this);
    note_use("SELECT", entry->database + "." + entry->name);
    return {std::move(rows), nullptr, {}, qualified};
  }
  require_select(*entry, *this);
  note_use("SELECT", entry->database + "." + entry->name);
  if (entry->is_view()) return resolve_view(*entry);
  plan::Options options = table.options;
  for (const auto& [key, value] : entry->options) options.emplace(lower_case(key), value);
  std::optional<types::Schema> schema;
  if (entry->provider != "delta" && !entry->schema.empty()) schema = entry->schema;
  const catalog::Location location = locate(entry->location, options);
  // A table whose folder nobody has written yet, or somebody took away: no rows.
  if (schema && !world_.places.exists(location)) return {open_no_files(*this, entry->provider, location, options, *schema), nullptr, {}, qualified};
  return governed(open_files(*this, entry->provider, {location}, options, schema, table.version_as_of, table.timestamp_as_of), location, qualified);
}

analyze::ResolvedTable Statement::resolve_source(const plan::DataSource& source) const {
  auto opened = open_source(source);
  // Of other formats and of several places open_source() asks for the bytes.
  const auto location = lone_delta_place(source);
  if (location) return governed(std::move(opened), *location, {});
  return {std::move(opened), nullptr, {}, {}};
}

std::optional<catalog::Location> Statement::lone_delta_place(const plan::DataSource& source) const {
  const std::string format = source.format.empty() ? session_.setting("spark.sql.sources.default").value_or("") : source.format;
  if (lower_case(format) != "delta" || source.paths.size() > 1) return std::nullopt;
  if (source.paths.size() == 1) return locate(source.paths[0], source.options);
  const auto path = source.options.find("path");
  return path == source.options.end() ? std::nullopt : std::optional(locate(path->second, source.options));
}

std::shared_ptr<const scan::TableSource> Statement::open_source(const plan::DataSource& source) const {
  return pinned(&source, [&] { return open_files_of(source); });
}

std::shared_ptr<const scan::TableSource> Statement::open_files_of(const plan::DataSource& source) const {
  if (source.is_streaming) throw Error(conditions::kUnsupportedFeature, {{"feature", "structured streaming"}, {"hint", ""}});
  std::string format = source.format.empty() ? *session_.setting("spark.sql.sources.default") : source.format;
  std::vector<catalog::Location> locations;
  const bool has_path_option = source.options.contains("path") || source.options.contains("paths");
  constexpr const char* kLegacy = "spark.sql.legacy.pathOptionBehavior.enabled";
  if (has_path_option && !source.paths.empty() && session_.setting(kLegacy).value_or("false") != "true") throw Error(conditions::kPathTwice, {{"config", kLegacy}});
  for (const std::string& path : source.paths) locations.push_back(locate(path, source.options));
  if (const auto path = source.options.find("path"); path != source.options.end() && locations.empty()) locations.push_back(locate(path->second, source.options));
  std::optional<types::Schema> schema;
  if (source.schema) schema = source.schema->starts_with('{') ? types::parse_schema_json(*source.schema) : types::parse_schema(*source.schema);
  if (schema) refuse_char(*schema);
  const bool is_lone_table = lone_delta_place(source).has_value();
  for (const catalog::Location& location : locations) {
    require_place(location, is_lone_table ? PlaceUse::ReadTable : PlaceUse::Read, *this);
    note_use("SELECT", location.text);
  }
  return open_files(*this, format, locations, source.options, schema, {}, nullptr);
}

}  // namespace lab::commands
