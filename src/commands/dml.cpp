#include <numeric>

#include "commands/assignments.h"
#include "commands/delta_rows.h"
#include "commands/execute.h"
#include "types/type_text.h"

/// DELETE and UPDATE: find the files with matching rows, rewrite those, commit both as one version.
namespace lab::commands {

namespace delta = lake::delta;

namespace {

void append(std::vector<delta::Action>& to, std::vector<delta::Action> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

/// The text of a condition as DESCRIBE HISTORY shows it.
std::string predicate_text(const plan::ExpressionPtr& condition) {
  if (!condition) return json_list({});
  const QueryContext where = plan::query_context(condition->origin);
  return json_list({where.fragment});
}

delta::ReadSet reads_of(const delta::Snapshot& snapshot, const std::vector<std::size_t>& touched) {
  delta::ReadSet reads;
  reads.whole_table = true;
  for (const std::size_t file : touched) reads.files.push_back(snapshot.files()[file].path);
  return reads;
}

LocalTable affected(std::int64_t num_rows) {
  return make_table({{"num_affected_rows", types::TypeKind::Long, true, {}}}, {{{num_rows}}});
}

}  // namespace

LocalTable delete_rows(const plan::Delete& command, Statement& context) {
  const DmlTarget target = open_dml_target(command.target, context, "DELETE");
  const auto snapshot = target.delta.table->snapshot();
  delta::check_writable(snapshot->protocol(), snapshot->metadata());
  delta::CommitRequest request;
  std::int64_t num_deleted = 0, num_copied = 0;
  std::vector<std::size_t> touched;
  if (command.condition) {
    Rewrite rewrite = rewrite_without(*target.delta.table, snapshot, command.condition, context, target.qualifier);
    touched = std::move(rewrite.touched);
    num_deleted = rewrite.num_matched;
    num_copied = rewrite.num_copied;
    request.files = std::move(rewrite.data.files);
    append(request.actions, std::move(rewrite.data.actions));
  } else {
    for (const auto& [file, num_rows] : count_matches(snapshot, nullptr, context, target.qualifier)) num_deleted += num_rows;
    touched.resize(snapshot->files().size());
    std::iota(touched.begin(), touched.end(), std::size_t{0});
  }
  if (touched.empty()) return affected(0);
  const std::size_t num_added = request.actions.size();
  for (const std::size_t file : touched) request.actions.emplace_back(remove_of(snapshot->files()[file], now_millis(context)));
  request.reads = reads_of(*snapshot, touched);
  request.info = commit_info(context, "DELETE", {{"predicate", predicate_text(command.condition)}});
  request.info.metrics = {{"numRemovedFiles", std::to_string(touched.size())},
                          {"numAddedFiles", std::to_string(num_added)},
                          {"numDeletedRows", std::to_string(num_deleted)},
                          {"numCopiedRows", std::to_string(num_copied)}};
  target.delta.table->commit(snapshot, std::move(request));
  return affected(num_deleted);
}

LocalTable update(const plan::Update& command, Statement& context) {
  const DmlTarget target = open_dml_target(command.target, context, "UPDATE");
  const auto snapshot = target.delta.table->snapshot();
  delta::check_writable(snapshot->protocol(), snapshot->metadata());
  std::vector<std::size_t> touched;
  std::int64_t num_updated = 0;
  for (const auto& [file, num_rows] : count_matches(snapshot, command.condition, context, target.qualifier)) {
    touched.push_back(file);
    num_updated += num_rows;
  }
  if (touched.empty()) return affected(0);

  const plan::RelationPtr scan = plan::make_relation(plan::SourceScan{snapshot->source_of(touched), target.qualifier, true});
  const std::vector<plan::ExpressionPtr> values = updated_columns(snapshot->schema(), command.assignments, target.qualifier, context);
  plan::Expressions columns;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const types::Field& field = snapshot->schema()[i];
    const auto old = plan::make_attribute({field.name});
    plan::ExpressionPtr value = old;
    if (values[i]) {
      value = plan::make_expression(plan::Cast{values[i], field.type, plan::CastMode::Session});
      if (command.condition) value = plan::make_operator("when", {command.condition, value, old});
    }
    columns.push_back(plan::make_expression(plan::Alias{std::move(value), {field.name}, {}}));
  }
  plan::bound::Query rows = context.analyze(plan::make_relation(plan::Project{scan, std::move(columns)}));
  rows = align_rows(std::move(rows), snapshot->schema(), MatchColumns::ByPosition, target.delta.name);
  check_constraints(rows, snapshot->metadata(), context);
  WrittenData data = write_data_files(*target.delta.table, snapshot->metadata(), rows, context);

  delta::CommitRequest request;
  request.reads = reads_of(*snapshot, touched);
  request.info = commit_info(context, "UPDATE", {{"predicate", predicate_text(command.condition)}});
  request.info.metrics = {{"numRemovedFiles", std::to_string(touched.size())},
                          {"numAddedFiles", std::to_string(data.files.size())},
                          {"numUpdatedRows", std::to_string(num_updated)},
                          {"numCopiedRows", std::to_string(data.num_rows - num_updated)}};
  for (const std::size_t file : touched) request.actions.emplace_back(remove_of(snapshot->files()[file], now_millis(context)));
  append(request.actions, std::move(data.actions));
  request.files = std::move(data.files);
  target.delta.table->commit(snapshot, std::move(request));
  return affected(num_updated);
}

}  // namespace lab::commands
