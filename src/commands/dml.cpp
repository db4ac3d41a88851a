#include <numeric>

#include "commands/assignments.h"
#include "commands/change_feed.h"
#include "commands/conditions.h"
#include "commands/delta_reads.h"
#include "commands/delta_rows.h"
#include "commands/execute.h"
#include "commands/row_choice.h"
#include "commands/row_rules.h"
#include "lake/delta/column_rules.h"
#include "types/type_text.h"

/// DELETE and UPDATE: find the files with matching rows, rewrite those, commit both as one version.
namespace lab::commands {

namespace delta = lake::delta;

namespace {

void append(std::vector<delta::Action>& to, std::vector<delta::Action> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

/// The rows as the statement's expressions see them: without columns of ours.
plan::RelationPtr visible_rows(const delta::Snapshot& snapshot, const plan::NameParts& qualifier) {
  return plan::make_relation(plan::SourceScan{snapshot.source_of({}), qualifier, false});
}

void check_condition(const plan::RelationPtr& rows, const plan::ExpressionPtr& condition, const char* operation, Statement& context) {
  if (!condition) return;
  refuse_subqueries(rows, condition, operation, context);
  check_row_expressions(rows, {condition}, context);
  context.analyze(plan::make_relation(plan::Filter{rows, condition}));
}

delta::ReadSet reads_of(const delta::Snapshot& snapshot, const plan::RelationPtr& rows, const plan::ExpressionPtr& condition,
                        const std::vector<std::size_t>& touched, Statement& context) {
  delta::ReadSet reads;
  add_reads(reads, rows, condition, context);
  for (const std::size_t file : touched) reads.files.push_back(snapshot.files()[file].path);
  return reads;
}

/// What DESCRIBE HISTORY shows of statements that write files anew.
std::map<std::string, std::string> rewrite_metrics(const delta::Snapshot& snapshot, const std::vector<std::size_t>& touched, std::size_t num_added,
                                                   std::int64_t added_bytes, std::int64_t num_copied, std::size_t num_change_files, std::int64_t started_millis, const Statement& context) {
  std::int64_t removed_bytes = 0;
  for (const std::size_t file : touched) removed_bytes += snapshot.files()[file].num_bytes;
  const std::string elapsed = std::to_string(now_millis(context) - started_millis);
  return {{"numRemovedFiles", std::to_string(touched.size())},
          {"numRemovedBytes", std::to_string(removed_bytes)},
          {"numAddedFiles", std::to_string(num_added)},
          {"numAddedBytes", std::to_string(added_bytes)},
          {"numCopiedRows", std::to_string(num_copied)},
          {"numAddedChangeFiles", std::to_string(num_change_files)},
          {"numDeletionVectorsAdded", "0"},
          {"numDeletionVectorsRemoved", "0"},
          {"numDeletionVectorsUpdated", "0"},
          {"executionTimeMs", elapsed},
          {"scanTimeMs", "0"},
          {"rewriteTimeMs", elapsed}};
}

LocalTable affected(std::int64_t num_rows) {
  return make_table({{"num_affected_rows", types::TypeKind::Long, true, {}}}, {{{num_rows}}});
}

}  // namespace

LocalTable delete_rows(const plan::Delete& command, Statement& context) {
  const DmlTarget target = open_dml_target(command.target, context, "DELETE");
  const auto snapshot = target.delta.table->snapshot();
  delta::check_writable(snapshot->protocol(), snapshot->metadata());
  const plan::RelationPtr visible = visible_rows(*snapshot, target.qualifier);
  check_condition(visible, command.condition, "DELETE", context);
  delta::CommitRequest request;
  std::shared_ptr<StagedFiles> staged;
  const std::int64_t started = now_millis(context);
  std::int64_t num_deleted = 0, num_copied = 0, added_bytes = 0;
  std::vector<std::size_t> touched;
  ChangeWriter changes(*target.delta.table, snapshot->metadata(), context);
  if (command.condition) {
    Rewrite rewrite = rewrite_without(*target.delta.table, snapshot, command.condition, context, target.qualifier);
    touched = std::move(rewrite.touched);
    num_deleted = rewrite.num_matched;
    num_copied = rewrite.num_copied;
    added_bytes = rewrite.data.num_bytes;
    staged = rewrite.data.staged;
    request.files = std::move(rewrite.data.files);
    append(request.actions, std::move(rewrite.data.actions));
    // Files that only go say by themselves what was deleted.
    if (!request.files.empty() && changes.is_on()) changes.write(matching_rows(*snapshot, touched, command.condition, target.qualifier, context), ChangeKind::Delete);
  } else {
    for (const auto& [file, num_rows] : count_matches(snapshot, nullptr, context, target.qualifier)) num_deleted += num_rows;
    touched.resize(snapshot->files().size());
    std::iota(touched.begin(), touched.end(), std::size_t{0});
  }
  if (touched.empty()) return affected(0);
  const std::size_t num_added = request.actions.size();
  for (const std::size_t file : touched) request.actions.emplace_back(remove_of(snapshot->files()[file], now_millis(context)));
  request.reads = reads_of(*snapshot, visible, command.condition, touched, context);
  request.info = commit_info(context, "DELETE", {{"predicate", json_list({condition_sql(visible, command.condition, context)})}});
  request.info.metrics = rewrite_metrics(*snapshot, touched, num_added, added_bytes, num_copied, changes.num_files(), started, context);
  request.info.metrics.emplace("numDeletedRows", std::to_string(num_deleted));
  if (staged) staged->hand_over();
  changes.hand_over(request);
  target.delta.table->commit(snapshot, std::move(request));
  return affected(num_deleted);
}

LocalTable update(const plan::Update& command, Statement& context) {
  const DmlTarget target = open_dml_target(command.target, context, "UPDATE");
  const auto snapshot = target.delta.table->snapshot();
  delta::check_writable(snapshot->protocol(), snapshot->metadata());
  const types::Schema& schema = snapshot->schema();
  const plan::RelationPtr visible = visible_rows(*snapshot, target.qualifier);
  check_condition(visible, command.condition, "UPDATE", context);
  const std::vector<plan::ExpressionPtr> values = updated_columns(schema, command.assignments, target.qualifier, context);
  for (std::size_t i = 0; i < schema.size(); ++i)
    if (values[i] && delta::identity_of(schema[i])) throw Error(conditions::kIdentityUpdate, {{"colName", schema[i].name}});
  plan::Expressions all;
  for (std::size_t i = 0; i < schema.size(); ++i) all.push_back(values[i] ? values[i] : plan::make_attribute({schema[i].name}));
  if (command.condition) all.push_back(command.condition);
  check_row_expressions(visible, all, context);

  const auto choice_over = [&](plan::RelationPtr rows) {
    RowChoice choice;
    choice.rows = std::move(rows);
    const auto zero = plan::make_literal(types::Literal::integer(0)), one = plan::make_literal(types::Literal::integer(1));
    choice.chosen = command.condition ? plan::make_operator("when", {command.condition, one, zero}) : one;
    for (const types::Field& field : schema) choice.old_values.push_back(plan::make_attribute({field.name}));
    choice.alternatives = {{1, values}};
    return choice;
  };
  // Before any row is looked at: what cannot be stored is refused even when no row is touched.
  choose_rows(choice_over(visible), schema, target.delta.name, context);

  const std::int64_t started = now_millis(context);
  std::vector<std::size_t> touched;
  std::int64_t num_updated = 0;
  for (const auto& [file, num_rows] : count_matches(snapshot, command.condition, context, target.qualifier)) {
    touched.push_back(file);
    num_updated += num_rows;
  }
  if (touched.empty()) return affected(0);
  const plan::RelationPtr scan = plan::make_relation(plan::SourceScan{snapshot->source_of(touched), target.qualifier, false});
  WrittenData data = write_data_files(*target.delta.table, snapshot->metadata(), choose_rows(choice_over(scan), schema, target.delta.name, context), context);
  check_written_rows(snapshot->metadata(), data, context);
  ChangeWriter changes(*target.delta.table, snapshot->metadata(), context);
  if (changes.is_on()) {
    changes.write(matching_rows(*snapshot, touched, command.condition, target.qualifier, context), ChangeKind::UpdatePreimage);
    const plan::RelationPtr updated = command.condition ? plan::make_relation(plan::Filter{scan, command.condition}) : scan;
    changes.write(choose_rows(choice_over(updated), schema, target.delta.name, context), ChangeKind::UpdatePostimage);
  }

  delta::CommitRequest request;
  request.reads = reads_of(*snapshot, visible, command.condition, touched, context);
  request.info = commit_info(context, "UPDATE", {{"predicate", json_list({condition_sql(visible, command.condition, context)})}});
  request.info.metrics = rewrite_metrics(*snapshot, touched, data.files.size(), data.num_bytes, data.num_rows - num_updated, changes.num_files(), started, context);
  request.info.metrics.emplace("numUpdatedRows", std::to_string(num_updated));
  for (const std::size_t file : touched) request.actions.emplace_back(remove_of(snapshot->files()[file], now_millis(context)));
  append(request.actions, std::move(data.actions));
  request.files = std::move(data.files);
  data.staged->hand_over();
  changes.hand_over(request);
  target.delta.table->commit(snapshot, std::move(request));
  return affected(num_updated);
}

}  // namespace lab::commands
