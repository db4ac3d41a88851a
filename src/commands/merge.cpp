#include <numeric>

#include "commands/assignments.h"

#include "base/letter_case.h"
#include "commands/conditions.h"
#include "commands/delta_rows.h"
#include "commands/execute.h"
#include "types/type_text.h"

/// MERGE INTO a Delta table, in two passes over one snapshot: which rows of which files does the source touch, and then those files
/// joined with the source and written anew, inserts along with them.
namespace lab::commands {

namespace delta = lake::delta;

namespace {

using When = plan::MergeClause::When;
using Act = plan::MergeClause::Action;

constexpr const char* kSourceMark = "__dflab_source";
constexpr const char* kAction = "__dflab_action";
/// Actions besides the numbers of clauses (from 1).
constexpr std::int64_t kCopy = 0, kSkip = -1;

plan::ExpressionPtr integer(std::int64_t value) { return plan::make_literal(types::Literal::integer(static_cast<std::int32_t>(value))); }
plan::ExpressionPtr attribute(std::string name) { return plan::make_attribute({std::move(name)}); }
plan::ExpressionPtr named(plan::ExpressionPtr child, std::string name) {
  return plan::make_expression(plan::Alias{std::move(child), {std::move(name)}, {}});
}
plan::ExpressionPtr is_null(std::string name) { return plan::make_operator("isnull", {attribute(std::move(name))}); }
plan::ExpressionPtr is_not_null(std::string name) { return plan::make_operator("isnotnull", {attribute(std::move(name))}); }

std::string target_copy(std::size_t column) { return "__dflab_t" + std::to_string(column); }
std::string source_copy(std::size_t column) { return "__dflab_s" + std::to_string(column); }
std::string insert_value(std::size_t clause, std::size_t column) { return "__dflab_i" + std::to_string(clause) + "_" + std::to_string(column); }
std::string insert_condition(std::size_t clause) { return "__dflab_ic" + std::to_string(clause); }
std::string by_source_value(std::size_t clause, std::size_t column) { return "__dflab_b" + std::to_string(clause) + "_" + std::to_string(column); }
std::string by_source_condition(std::size_t clause) { return "__dflab_bc" + std::to_string(clause); }

/// A MERGE being planned: the schema it ends with, and the new value of each column by clause.
class MergePlan {
 public:
  MergePlan(const plan::Merge& command, const DmlTarget& target, std::shared_ptr<const delta::Snapshot> snapshot, Statement& context)
      : command_(command), target_(target), snapshot_(std::move(snapshot)), context_(context) {
    source_schema_ = context.analyze(command.source).schema();
    evolve_schema();
    for (std::size_t i = 0; i < command.clauses.size(); ++i) {
      has_matched_ |= clause(i).when == When::Matched;
      has_inserts_ |= clause(i).when == When::NotMatched;
      has_by_source_ |= clause(i).when == When::NotMatchedBySource;
    }
  }

  const types::Schema& schema() const { return schema_; }
  bool is_schema_changed() const { return !(schema_ == snapshot_->schema()); }
  bool has_by_source() const { return has_by_source_; }
  bool has_inserts() const { return has_inserts_; }
  bool is_delete(std::int64_t action) const { return action > 0 && clause(static_cast<std::size_t>(action - 1)).action == Act::Delete; }
  bool is_insert(std::int64_t action) const { return action > 0 && clause(static_cast<std::size_t>(action - 1)).when == When::NotMatched; }

  /// Per touched file and action: number of target rows, and the most source rows that met one of them.
  plan::RelationPtr touched_rows(const std::vector<std::size_t>& files) const {
    plan::RelationPtr joined = with_action(join(files, has_by_source_ ? plan::JoinType::LeftOuter : plan::JoinType::Inner));
    plan::Aggregate by_row;
    by_row.input = joined;
    by_row.grouping = {attribute(plan::kFileIndexName), attribute(plan::kRowNumberName)};
    by_row.aggregates = {attribute(plan::kFileIndexName), named(plan::make_call("max", {attribute(kAction)}), kAction),
                         named(plan::make_call("count", {plan::make_operator("when", {modifies(), integer(1)})}), "hits"),
                         named(plan::make_call("count", {attribute(kSourceMark)}), "matches")};
    by_row.output_includes_grouping = true;
    plan::Aggregate by_file;
    by_file.input = plan::make_relation(std::move(by_row));
    by_file.grouping = {attribute(plan::kFileIndexName), attribute(kAction)};
    by_file.aggregates = {attribute(plan::kFileIndexName), attribute(kAction), named(plan::make_call("count", {integer(1)}), "n"),
                          named(plan::make_call("max", {attribute("hits")}), "most"), named(plan::make_call("max", {attribute("matches")}), "matched")};
    by_file.output_includes_grouping = true;
    return plan::make_relation(std::move(by_file));
  }

  /// The rows that the touched files and the inserts become.
  plan::RelationPtr new_rows(const std::vector<std::size_t>& files) const {
    plan::RelationPtr joined;
    if (files.empty()) {
      // Nothing of the target changes: all that is left are source rows without a match in any file.
      joined = has_inserts_ ? with_action(join(all_files(), plan::JoinType::RightOuter, true)) : nullptr;
    } else {
      joined = with_action(join(files, has_inserts_ ? plan::JoinType::FullOuter : plan::JoinType::LeftOuter));
    }
    if (!joined) return nullptr;
    plan::Expressions gone{attribute(kAction), integer(kSkip)};
    for (std::size_t i = 0; i < command_.clauses.size(); ++i)
      if (clause(i).action == Act::Delete) gone.push_back(integer(static_cast<std::int64_t>(i) + 1));
    joined = plan::make_relation(plan::Filter{joined, plan::make_operator("not", {plan::make_operator("in", std::move(gone))})});
    plan::Expressions columns;
    for (std::size_t column = 0; column < schema_.size(); ++column) columns.push_back(named(new_value(column), schema_[column].name));
    return plan::make_relation(plan::Project{joined, std::move(columns)});
  }

  std::vector<std::size_t> all_files() const {
    std::vector<std::size_t> files(snapshot_->files().size());
    std::iota(files.begin(), files.end(), std::size_t{0});
    return files;
  }

 private:
  const plan::MergeClause& clause(std::size_t i) const { return command_.clauses[i]; }

  void evolve_schema() {
    schema_ = snapshot_->schema();
    const bool evolves = command_.with_schema_evolution || context_.setting("spark.databricks.delta.schema.autoMerge.enabled").value_or("false") == "true";
    bool has_all = false;
    for (const plan::MergeClause& c : command_.clauses) has_all |= c.action == Act::UpdateAll || c.action == Act::InsertAll;
    if (evolves && has_all) schema_ = delta::merge_schema(schema_, source_schema_, true);
  }

  std::optional<std::size_t> find_source_column(const std::string& name) const {
    for (std::size_t i = 0; i < source_schema_.size(); ++i)
      if (equal_ignoring_case(source_schema_[i].name, name)) return i;
    return std::nullopt;
  }

  plan::ExpressionPtr cast(plan::ExpressionPtr value, std::size_t column) const {
    return plan::make_expression(plan::Cast{std::move(value), schema_[column].type, plan::CastMode::Session});
  }
  plan::ExpressionPtr null_of(std::size_t column) const { return cast(plan::make_literal(types::Literal::null()), column); }
  bool is_new_column(std::size_t column) const { return column >= snapshot_->schema().size(); }
  plan::ExpressionPtr old_value(std::size_t column) const { return is_new_column(column) ? null_of(column) : attribute(target_copy(column)); }

  /// Value of a column by UPDATE * or INSERT *.
  plan::ExpressionPtr star_value(std::size_t column, const plan::MergeClause& c) const {
    if (const auto found = find_source_column(schema_[column].name)) return cast(attribute(source_copy(*found)), column);
    // Columns the source lacks keep their value under schema evolution; otherwise the star cannot be resolved.
    if (is_schema_changed() || command_.with_schema_evolution) return c.action == Act::UpdateAll ? old_value(column) : null_of(column);
    std::string columns;
    for (const types::Field& field : source_schema_) columns += (columns.empty() ? "" : ", ") + types::quote_identifier(field.name);
    throw Error(conditions::kUnresolvedColumnWithSuggestion, {{"objectName", types::quote_identifier(schema_[column].name)}, {"proposal", columns}});
  }

  std::vector<plan::ExpressionPtr> assigned(const plan::MergeClause& c) const { return updated_columns(schema_, c.assignments, target_.qualifier, context_); }

  /// The source with what its rows would insert; evaluated in the source's own scope, as Spark does.
  plan::RelationPtr marked_source() const {
    plan::WithColumns marked;
    marked.input = command_.source;
    // Copies first, under names of ours, so that equal names on both sides do not matter.
    for (std::size_t i = 0; i < source_schema_.size(); ++i) marked.aliases.push_back(named(source_attribute(i), source_copy(i)));
    marked.aliases.push_back(named(plan::make_literal(types::Literal::boolean(true)), kSourceMark));
    for (std::size_t i = 0; i < command_.clauses.size(); ++i) {
      const plan::MergeClause& c = clause(i);
      if (c.when != When::NotMatched) continue;
      if (c.condition) marked.aliases.push_back(named(c.condition, insert_condition(i)));
      if (c.action != Act::Insert) continue;
      const auto values = assigned(c);
      for (std::size_t column = 0; column < schema_.size(); ++column)
        marked.aliases.push_back(named(values[column] ? cast(values[column], column) : null_of(column), insert_value(i, column)));
    }
    return plan::make_relation(std::move(marked));
  }
  plan::ExpressionPtr source_attribute(std::size_t column) const { return attribute(source_schema_[column].name); }

  plan::RelationPtr marked_target(const std::vector<std::size_t>& files) const {
    plan::WithColumns marked;
    marked.input = plan::make_relation(plan::SourceScan{snapshot_->source_of(files), target_.qualifier, true});
    for (std::size_t i = 0; i < snapshot_->schema().size(); ++i) marked.aliases.push_back(named(attribute(snapshot_->schema()[i].name), target_copy(i)));
    for (std::size_t i = 0; i < command_.clauses.size(); ++i) {
      const plan::MergeClause& c = clause(i);
      if (c.when != When::NotMatchedBySource) continue;
      if (c.condition) marked.aliases.push_back(named(c.condition, by_source_condition(i)));
      if (c.action != Act::Update) continue;
      const auto values = assigned(c);
      for (std::size_t column = 0; column < schema_.size(); ++column)
        if (values[column]) marked.aliases.push_back(named(cast(values[column], column), by_source_value(i, column)));
    }
    return plan::make_relation(std::move(marked));
  }

  plan::RelationPtr join(const std::vector<std::size_t>& files, plan::JoinType type, bool only_unmatched = false) const {
    plan::Join node;
    node.left = marked_target(files);
    node.right = marked_source();
    node.type = type;
    node.condition = command_.condition;
    plan::RelationPtr joined = plan::make_relation(std::move(node));
    if (only_unmatched) joined = plan::make_relation(plan::Filter{joined, is_null(plan::kFileIndexName)});
    return joined;
  }

  /// The number of the first clause that applies, by which sides the row has.
  plan::ExpressionPtr first_clause(When when, std::int64_t otherwise) const {
    plan::Expressions branches;
    for (std::size_t i = 0; i < command_.clauses.size(); ++i) {
      const plan::MergeClause& c = clause(i);
      if (c.when != when) continue;
      plan::ExpressionPtr condition;
      if (!c.condition) {
        condition = plan::make_literal(types::Literal::boolean(true));
      } else if (when == When::Matched) {
        condition = c.condition;
      } else {
        condition = attribute(when == When::NotMatched ? insert_condition(i) : by_source_condition(i));
      }
      branches.push_back(std::move(condition));
      branches.push_back(integer(static_cast<std::int64_t>(i) + 1));
    }
    if (branches.empty()) return integer(otherwise);
    branches.push_back(integer(otherwise));
    return plan::make_operator("when", std::move(branches));
  }

  plan::RelationPtr with_action(plan::RelationPtr joined) const {
    const plan::ExpressionPtr action = plan::make_operator(
        "when", {is_null(plan::kFileIndexName), first_clause(When::NotMatched, kSkip), is_not_null(kSourceMark), first_clause(When::Matched, kCopy),
                 first_clause(When::NotMatchedBySource, kCopy)});
    return plan::make_relation(plan::WithColumns{std::move(joined), {named(action, kAction)}});
  }

  /// Whether the row's action changes a matched target row; several source rows may then not meet it. A lone unconditional DELETE
  /// may be met often: the outcome is the same.
  plan::ExpressionPtr modifies() const {
    std::size_t num_matched = 0;
    bool only_delete = false;
    for (const plan::MergeClause& c : command_.clauses)
      if (c.when == When::Matched) {
        ++num_matched;
        only_delete = c.action == Act::Delete && !c.condition;
      }
    if (num_matched == 1 && only_delete) return plan::make_literal(types::Literal::boolean(false));
    return plan::make_operator("and", {is_not_null(kSourceMark), plan::make_operator(">", {attribute(kAction), integer(0)})});
  }

  plan::ExpressionPtr new_value(std::size_t column) const {
    plan::Expressions branches;
    const auto add = [&](std::size_t i, plan::ExpressionPtr value) {
      branches.push_back(plan::make_operator("==", {attribute(kAction), integer(static_cast<std::int64_t>(i) + 1)}));
      branches.push_back(std::move(value));
    };
    for (std::size_t i = 0; i < command_.clauses.size(); ++i) {
      const plan::MergeClause& c = clause(i);
      switch (c.action) {
        case Act::Delete: break;
        case Act::UpdateAll:
        case Act::InsertAll: add(i, star_value(column, c)); break;
        case Act::Insert: add(i, attribute(insert_value(i, column))); break;
        case Act::Update: {
          const auto values = assigned(c);
          if (!values[column]) break;
          add(i, c.when == When::NotMatchedBySource ? attribute(by_source_value(i, column)) : cast(values[column], column));
          break;
        }
      }
    }
    if (branches.empty()) return old_value(column);
    branches.push_back(old_value(column));
    return plan::make_operator("when", std::move(branches));
  }

  const plan::Merge& command_;
  const DmlTarget& target_;
  std::shared_ptr<const delta::Snapshot> snapshot_;
  Statement& context_;
  types::Schema source_schema_, schema_;
  bool has_matched_ = false, has_inserts_ = false, has_by_source_ = false;
};

struct Counts {
  std::int64_t updated = 0, deleted = 0, inserted = 0, copied = 0;
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
std::string clause_parameter(const plan::Merge& command, When when) {
  std::string list;
  for (const plan::MergeClause& clause : command.clauses) {
    if (clause.when != when) continue;
    list += list.empty() ? "[{" : ",{";
    if (clause.condition) list += "\"predicate\":" + json_text(plan::query_context(clause.condition->origin).fragment) + ",";
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

}  // namespace

LocalTable merge(const plan::Merge& command, Statement& context) {
  const DmlTarget target = open_dml_target(command.target, context, "MERGE");
  delta::Table& table = *target.delta.table;
  const auto snapshot = table.snapshot();
  delta::check_writable(snapshot->protocol(), snapshot->metadata());
  const MergePlan merge_plan(command, target, snapshot, context);

  // First pass: which files, which actions on their rows, and is it ambiguous.
  Counts counts;
  std::vector<std::size_t> touched;
  std::int64_t num_target_rows = 0;
  const auto all_files = merge_plan.all_files();
  if (!all_files.empty()) {
    std::map<std::size_t, bool> is_touched;
    for (const auto& row : context.collect(context.analyze(merge_plan.touched_rows(all_files)))) {
      const std::int64_t action = row[1].integer(), num_rows = row[2].integer();
      if (row[3].integer() > 1) throw Error(conditions::kMultipleSourceRows, {});
      if (action > 0) (merge_plan.is_delete(action) ? counts.deleted : counts.updated) += num_rows;
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
  if (const plan::RelationPtr new_rows = merge_plan.new_rows(touched)) {
    plan::bound::Query rows = align_rows(context.analyze(new_rows), metadata.schema, MatchColumns::ByPosition, target.delta.name);
    check_constraints(rows, metadata, context);
    data = write_data_files(table, metadata, rows, context);
  }
  counts.inserted = data.num_rows - (num_target_rows - counts.deleted);
  counts.copied = num_target_rows - counts.deleted - counts.updated;
  if (touched.empty() && data.files.empty() && request.actions.empty()) return result_of(counts);

  for (const std::size_t file : touched) {
    request.actions.emplace_back(remove_of(snapshot->files()[file], now_millis(context)));
    request.reads.files.push_back(snapshot->files()[file].path);
  }
  request.reads.whole_table = true;
  const std::size_t num_added = data.files.size();
  request.actions.insert(request.actions.end(), std::make_move_iterator(data.actions.begin()), std::make_move_iterator(data.actions.end()));
  request.files = std::move(data.files);
  request.info = commit_info(context, "MERGE",
                             {{"predicate", json_list({plan::query_context(command.condition->origin).fragment})},
                              {"matchedPredicates", clause_parameter(command, When::Matched)},
                              {"notMatchedPredicates", clause_parameter(command, When::NotMatched)},
                              {"notMatchedBySourcePredicates", clause_parameter(command, When::NotMatchedBySource)}});
  request.info.metrics = {{"numTargetRowsInserted", std::to_string(counts.inserted)},
                          {"numTargetRowsUpdated", std::to_string(counts.updated)},
                          {"numTargetRowsDeleted", std::to_string(counts.deleted)},
                          {"numTargetRowsCopied", std::to_string(counts.copied)},
                          {"numOutputRows", std::to_string(data.num_rows)},
                          {"numTargetFilesAdded", std::to_string(num_added)},
                          {"numTargetFilesRemoved", std::to_string(touched.size())}};
  table.commit(snapshot, std::move(request));
  return result_of(counts);
}

}  // namespace lab::commands
