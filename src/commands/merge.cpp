#include "commands/conditions.h"
#include "commands/delta_reads.h"
#include "commands/execute.h"
#include "commands/merge_plan.h"
#include "commands/row_rules.h"
#include "commands/settled_rows.h"
#include "types/type_text.h"

/// MERGE INTO a Delta table, in two passes over one snapshot and one reading of the source: which rows of which files does the source
/// touch, and then those files joined with the source and written anew, inserts along with them.
namespace lab::commands {

namespace delta = lake::delta;

namespace {

using When = plan::MergeClause::When;
using Act = plan::MergeClause::Action;

struct Counts {
  std::int64_t updated = 0, deleted = 0, inserted = 0, copied = 0;
  std::int64_t by_source_updated = 0, by_source_deleted = 0;  ///< of those
};

const char* action_name(Act action) {
  switch (action) {
    case Act::Delete: return "delete";
    case Act::Insert:
    case Act::InsertAll: return "insert";
    case Act::Update:
    case Act::UpdateAll: return "update";
  }
  return "";
}

/// `[{"predicate":"…","actionType":"update"}]` of one kind of clauses, as DESCRIBE HISTORY shows it.
std::string clause_parameter(const plan::Merge& command, When when, const plan::RelationPtr& rows, Statement& context) {
  std::string list;
  for (const plan::MergeClause& clause : command.clauses) {
    if (clause.when != when) continue;
    list += list.empty() ? "[{" : ",{";
    if (clause.condition) list += "\"predicate\":" + json_text(condition_sql(rows, clause.condition, context)) + ",";
    list += std::string("\"actionType\":\"") + action_name(clause.action) + "\"}";
  }
  return json_text(list.empty() ? "[]" : list + "]");
}

LocalTable result_of(const Counts& counts) {
  using types::TypeKind;
  return make_table({{"num_affected_rows", TypeKind::Long, true, {}},
                     {"num_updated_rows", TypeKind::Long, true, {}},
                     {"num_deleted_rows", TypeKind::Long, true, {}},
                     {"num_inserted_rows", TypeKind::Long, true, {}}},
                    {{{counts.updated + counts.deleted + counts.inserted}, {counts.updated}, {counts.deleted}, {counts.inserted}}});
}

plan::RelationPtr both_sides(const plan::RelationPtr& target, const plan::RelationPtr& source) {
  plan::Join both;
  both.left = target;
  both.right = source;
  both.type = plan::JoinType::Cross;
  return plan::make_relation(std::move(both));
}

/// What Delta takes in no condition of a MERGE.
void check_merge_condition(const plan::RelationPtr& rows, const plan::ExpressionPtr& condition, const std::string& operation, Statement& context) {
  if (!condition) return;
  refuse_subqueries(rows, condition, operation, context);
  try {
    check_row_expressions(rows, {condition}, context);
  } catch (const Error& failure) {
    const std::string shown = "(condition = " + condition_sql(rows, condition, context) + ").";
    if (&failure.condition() == &conditions::kNonDeterministic) throw Error(conditions::kMergeNonDeterministic, {{"operation", operation}, {"expression", shown}});
    if (&failure.condition() == &conditions::kUnsupportedExpressions) throw Error(conditions::kMergeAggregate, {{"operation", operation}, {"predicate", shown}});
    throw;
  }
}

void check_merge_conditions(const plan::Merge& command, const plan::RelationPtr& source, const plan::RelationPtr& target, Statement& context) {
  const plan::RelationPtr joined = both_sides(target, source);
  check_merge_condition(joined, command.condition, "search condition of MERGE operation", context);
  for (const plan::MergeClause& clause : command.clauses) {
    const plan::RelationPtr rows = clause.when == When::Matched ? joined : clause.when == When::NotMatched ? source : target;
    const std::string kind = clause.action == Act::Delete ? "DELETE" : clause.action == Act::Insert || clause.action == Act::InsertAll ? "INSERT" : "UPDATE";
    check_merge_condition(rows, clause.condition, kind + " condition of MERGE operation", context);
  }
}

void check_merge_values(const plan::Merge& command, const plan::RelationPtr& source, const plan::RelationPtr& target, Statement& context) {
  const plan::RelationPtr joined = both_sides(target, source);
  for (const plan::MergeClause& clause : command.clauses)
    for (const plan::MergeAssignment& assignment : clause.assignments)
      check_row_expressions(clause.when == When::Matched ? joined : clause.when == When::NotMatched ? source : target, {assignment.value}, context);
}

}  // namespace

LocalTable merge(const plan::Merge& command, Statement& context) {
  if (command.clauses.empty()) throw Error(conditions::kMergeMissingWhen);
  const DmlTarget target = open_dml_target(command.target, context, "MERGE");
  delta::Table& table = *target.delta.table;
  const auto snapshot = table.snapshot();
  delta::check_writable(snapshot->protocol(), snapshot->metadata());
  const std::int64_t started = now_millis(context);
  context.pin_sources();
  // Checked over the source as it was asked for, then read once.
  const plan::RelationPtr visible = plan::make_relation(plan::SourceScan{snapshot->source_of({}), target.qualifier, false});
  try {
    MergePlan(command, command.source, target, snapshot, context);
  } catch (const Error& failure) {
    // Aggregates have names of their own here.
    if (failure.condition().name == "UNSUPPORTED_EXPR_FOR_OPERATOR" || failure.condition().name == "MISSING_GROUP_BY") {
      check_merge_conditions(command, command.source, visible, context);
      check_merge_values(command, command.source, visible, context);
    }
    throw;
  }
  check_merge_conditions(command, command.source, visible, context);
  const plan::RelationPtr source = settle_rows(command.source, target.delta.table, context);
  const MergePlan merge_plan(command, source, target, snapshot, context);

  const plan::RelationPtr joined = both_sides(merge_plan.visible_target(), source);

  // First pass: which files, which actions on their rows, and is it ambiguous.
  Counts counts;
  std::vector<std::size_t> touched;
  std::int64_t num_target_rows = 0;
  const auto all_files = merge_plan.all_files();
  if (!all_files.empty() && !merge_plan.only_inserts()) {
    std::map<std::size_t, bool> is_touched;
    for (const auto& row : context.collect(context.analyze(merge_plan.touched_rows(all_files)))) {
      const std::int64_t action = row[1].integer(), num_rows = row[2].integer();
      if (row[3].integer() > 1)
        throw Error(conditions::kMultipleSourceRows, {{"usageReference", "https://docs.delta.io/latest/delta-update.html#upsert-into-a-table-using-merge"}});
      if (action > 0) (merge_plan.is_delete(action) ? counts.deleted : counts.updated) += num_rows;
      if (action > 0 && command.clauses[static_cast<std::size_t>(action - 1)].when == When::NotMatchedBySource)
        (merge_plan.is_delete(action) ? counts.by_source_deleted : counts.by_source_updated) += num_rows;
      // Where there are inserts, a file with any match must take part, so that its matches do not count as new rows.
      if (action > 0 || (merge_plan.has_inserts() && row[4].integer() > 0)) is_touched[static_cast<std::size_t>(row[0].integer())] = true;
    }
    for (const auto& [file, yes] : is_touched) touched.push_back(file);
    for (const auto& [file, num_rows] : count_rows(*snapshot, touched, context)) num_target_rows += num_rows;
  }

  // Second pass: the rows that those files become.
  delta::Metadata metadata = snapshot->metadata();
  delta::CommitRequest request;
  if (merge_plan.is_schema_changed()) {
    metadata.schema = merge_plan.schema();
    delta::prepare_replaced_schema(metadata, snapshot->metadata());
    const delta::Protocol needed = delta::upgraded_protocol(snapshot->protocol(), metadata);
    if (!(needed == snapshot->protocol())) request.actions.emplace_back(needed);
    request.actions.emplace_back(metadata);
  }
  WrittenData data;
  if (const auto rows = merge_plan.new_rows(touched)) {
    data = write_data_files(table, metadata, *rows, context);
    check_written_rows(metadata, data, context);
  }
  ChangeWriter changes(table, metadata, context);
  // Where no file is written anew, those that are added say what was inserted.
  if (changes.is_on() && !touched.empty())
    for (const ChangeKind kind : {ChangeKind::UpdatePreimage, ChangeKind::UpdatePostimage, ChangeKind::Delete, ChangeKind::Insert})
      if (const auto rows = merge_plan.changed_rows(touched, kind)) changes.write(*rows, kind);
  counts.inserted = data.num_rows - (num_target_rows - counts.deleted);
  counts.copied = num_target_rows - counts.deleted - counts.updated;
  if (touched.empty() && data.files.empty() && request.actions.empty()) return result_of(counts);

  std::int64_t removed_bytes = 0;
  const std::string elapsed = std::to_string(now_millis(context) - started);
  for (const std::size_t file : touched) {
    request.actions.emplace_back(remove_of(snapshot->files()[file], now_millis(context)));
    request.reads.files.push_back(snapshot->files()[file].path);
    removed_bytes += snapshot->files()[file].num_bytes;
  }
  add_reads(request.reads, merge_plan.visible_target(), merge_plan.has_by_source() ? nullptr : command.condition, context);
  const std::size_t num_added = data.files.size();
  request.actions.insert(request.actions.end(), std::make_move_iterator(data.actions.begin()), std::make_move_iterator(data.actions.end()));
  request.files = std::move(data.files);
  request.info = commit_info(context, "MERGE",
                             {{"predicate", json_list({condition_sql(joined, command.condition, context)})},
                              {"matchedPredicates", clause_parameter(command, When::Matched, joined, context)},
                              {"notMatchedPredicates", clause_parameter(command, When::NotMatched, source, context)},
                              {"notMatchedBySourcePredicates", clause_parameter(command, When::NotMatchedBySource, merge_plan.visible_target(), context)}});
  request.info.metrics = {{"numTargetRowsInserted", std::to_string(counts.inserted)},
                          {"numTargetRowsUpdated", std::to_string(counts.updated)},
                          {"numTargetRowsDeleted", std::to_string(counts.deleted)},
                          {"numTargetRowsCopied", std::to_string(counts.copied)},
                          {"numOutputRows", std::to_string(data.num_rows)},
                          {"numTargetFilesAdded", std::to_string(num_added)},
                          {"numTargetFilesRemoved", std::to_string(touched.size())},
                          {"numTargetBytesAdded", std::to_string(data.num_bytes)},
                          {"numTargetBytesRemoved", std::to_string(removed_bytes)},
                          {"numTargetChangeFilesAdded", std::to_string(changes.num_files())},
                          {"numTargetDeletionVectorsAdded", "0"},
                          {"numTargetDeletionVectorsRemoved", "0"},
                          {"numTargetDeletionVectorsUpdated", "0"},
                          {"numTargetRowsMatchedUpdated", std::to_string(counts.updated - counts.by_source_updated)},
                          {"numTargetRowsMatchedDeleted", std::to_string(counts.deleted - counts.by_source_deleted)},
                          {"numTargetRowsNotMatchedBySourceUpdated", std::to_string(counts.by_source_updated)},
                          {"numTargetRowsNotMatchedBySourceDeleted", std::to_string(counts.by_source_deleted)},
                          {"executionTimeMs", elapsed},
                          {"scanTimeMs", "0"},
                          {"rewriteTimeMs", elapsed},
                          {"materializeSourceTimeMs", "0"}};
  if (data.staged) data.staged->hand_over();
  changes.hand_over(request);
  table.commit(snapshot, std::move(request));
  return result_of(counts);
}

}  // namespace lab::commands
