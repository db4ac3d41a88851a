#include "commands/merge_plan.h"

#include <algorithm>
#include <numeric>

#include "base/letter_case.h"
#include "commands/assignments.h"
#include "commands/column_values.h"
#include "commands/conditions.h"
#include "lake/delta/column_rules.h"
#include "types/type_text.h"

/// MERGE as joins of the target's files with the source: which rows of which files does it touch, and what these become.
namespace lab::commands {

namespace delta = lake::delta;
namespace bound = plan::bound;

namespace {

constexpr const char* kSourceMark = "__dflab_source";
constexpr const char* kAction = "__dflab_action";
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

/// The new struct with those fields of the old one that it lacks: where a schema may evolve a star changes field by field.
plan::ExpressionPtr over_old_struct(const plan::ExpressionPtr& value, const types::DataType& type, const plan::ExpressionPtr& old_value, const types::DataType& old_type) {
  if (!type.is(types::TypeKind::Struct) || !old_type.is(types::TypeKind::Struct)) return value;
  const auto field_of = [](const plan::ExpressionPtr& from, const std::string& name) {
    return plan::make_expression(plan::ExtractValue{from, plan::make_literal(types::Literal::string(name))});
  };
  plan::Expressions parts;
  bool lacks_any = false;
  const auto add = [&](const std::string& name, plan::ExpressionPtr part) {
    parts.push_back(plan::make_literal(types::Literal::string(name)));
    parts.push_back(std::move(part));
  };
  for (const types::Field& old_field : old_type.fields()) {
    const auto found = std::find_if(type.fields().begin(), type.fields().end(), [&](const types::Field& field) { return equal_ignoring_case(field.name, old_field.name); });
    const plan::ExpressionPtr old_part = field_of(old_value, old_field.name);
    if (found == type.fields().end()) {
      lacks_any = true;
      add(old_field.name, old_part);
      continue;
    }
    const plan::ExpressionPtr given = field_of(value, found->name), part = over_old_struct(given, found->type, old_part, old_field.type);
    lacks_any = lacks_any || part != given;
    add(old_field.name, part);
  }
  if (!lacks_any) return value;
  for (const types::Field& field : type.fields())
    if (std::none_of(old_type.fields().begin(), old_type.fields().end(), [&](const types::Field& other) { return equal_ignoring_case(field.name, other.name); }))
      add(field.name, field_of(value, field.name));
  return plan::make_call("named_struct", std::move(parts));
}

/// A value that is worked out only where its clause's condition holds.
plan::ExpressionPtr guarded(const plan::ExpressionPtr& condition, plan::ExpressionPtr value) {
  return condition ? plan::make_operator("when", {condition, std::move(value)}) : value;
}

}  // namespace

MergePlan::MergePlan(const plan::Merge& command, plan::RelationPtr source, const DmlTarget& target, std::shared_ptr<const delta::Snapshot> snapshot,
                     Statement& context)
    : command_(command), source_(std::move(source)), target_(target), snapshot_(std::move(snapshot)), context_(context) {
  source_schema_ = context.analyze(source_).schema();
  for (const plan::MergeClause& each : command.clauses) {
    has_matched_ |= each.when == When::Matched;
    has_inserts_ |= each.when == When::NotMatched;
    has_by_source_ |= each.when == When::NotMatchedBySource;
  }
  evolve_schema();
  check_expressions();
}

std::vector<std::size_t> MergePlan::all_files() const {
  std::vector<std::size_t> files(snapshot_->files().size());
  std::iota(files.begin(), files.end(), std::size_t{0});
  return files;
}

plan::RelationPtr MergePlan::visible_target() const { return plan::make_relation(plan::SourceScan{snapshot_->source_of({}), target_.qualifier, false}); }

void MergePlan::evolve_schema() {
  schema_ = snapshot_->schema();
  evolves_ = command_.with_schema_evolution || context_.setting("spark.databricks.delta.schema.autoMerge.enabled").value_or("false") == "true";
  if (!evolves_) return;
  // A star brings every column of the source along, an assignment the one that it names.
  types::Schema wanted;
  for (const types::Field& field : source_schema_) {
    const bool is_named = std::any_of(command_.clauses.begin(), command_.clauses.end(), [&](const plan::MergeClause& each) {
      if (each.when == When::NotMatchedBySource) return false;
      if (each.action == Act::UpdateAll || each.action == Act::InsertAll) return true;
      return std::any_of(each.assignments.begin(), each.assignments.end(), [&](const plan::MergeAssignment& assignment) {
        const plan::NameParts& name = assignment.column;
        const bool is_qualified = name.size() == 2 && !target_.qualifier.empty() && equal_ignoring_case(name[0], target_.qualifier.back());
        return (name.size() == 1 || is_qualified) && equal_ignoring_case(name.back(), field.name);
      });
    });
    if (is_named) wanted.push_back({field.name, types::as_nullable(field.type), true, field.metadata});
  }
  // Where both have the column its type stays but for what a struct gains: values are cast as they are stored.
  for (types::Field& field : wanted) {
    const auto known = std::find_if(schema_.begin(), schema_.end(), [&](const types::Field& other) { return equal_ignoring_case(other.name, field.name); });
    if (known != schema_.end() && !(known->type.is_nested() && field.type.is_nested())) field.type = known->type;
  }
  schema_ = delta::merge_schema(schema_, wanted, true);
}

std::optional<std::size_t> MergePlan::find_source_column(const std::string& name) const {
  for (std::size_t i = 0; i < source_schema_.size(); ++i)
    if (equal_ignoring_case(source_schema_[i].name, name)) return i;
  return std::nullopt;
}

plan::ExpressionPtr MergePlan::old_value(std::size_t column) const {
  if (!is_new_column(column)) return attribute(target_copy(column));
  return plan::make_expression(plan::Cast{plan::make_literal(types::Literal::null()), schema_[column].type, plan::CastMode::Session});
}

plan::ExpressionPtr MergePlan::star_value(std::size_t column, const plan::MergeClause& c) const {
  const bool is_update = c.action == Act::UpdateAll;
  if (const auto found = find_source_column(schema_[column].name)) {
    const plan::ExpressionPtr value = attribute(source_copy(*found));
    if (!is_update || !evolves_ || is_new_column(column)) return value;
    return over_old_struct(value, source_schema_[*found].type, attribute(target_copy(column)), snapshot_->schema()[column].type);
  }
  // What the source lacks keeps its value where the schema may evolve; otherwise the star cannot be resolved.
  if (evolves_) return is_update || delta::generation_expression(schema_[column]) ? nullptr : default_value(schema_[column]);
  std::string columns;
  const auto* alias = std::get_if<plan::SubqueryAlias>(&source_->node);
  for (const types::Field& field : source_schema_)
    columns += (columns.empty() ? "columns " : ", ") + std::string(alias && !alias->alias.empty() ? alias->alias.back() + "." : "") + field.name;
  throw Error(conditions::kMergeUnresolved, {{"sqlExpr", schema_[column].name}, {"clause", is_update ? "UPDATE clause" : "INSERT clause"}, {"cols", columns}});
}

std::vector<plan::ExpressionPtr> MergePlan::assigned(const plan::MergeClause& c) const {
  return updated_columns(schema_, c.assignments, target_.qualifier, context_);
}

std::vector<plan::ExpressionPtr> MergePlan::inserted(const plan::MergeClause& c) const {
  try {
    return assigned(c);
  } catch (const Error& failure) {
    if (&failure.condition() != &conditions::kConflictingAssignments) throw;
    throw Error(conditions::kDuplicateOnInsert);
  }
}

std::vector<plan::ExpressionPtr> MergePlan::new_values(std::size_t i) const {
  const plan::MergeClause& c = clause(i);
  std::vector<plan::ExpressionPtr> values(schema_.size());
  switch (c.action) {
    case Act::Delete: break;
    case Act::UpdateAll:
    case Act::InsertAll:
      for (std::size_t column = 0; column < schema_.size(); ++column) values[column] = star_value(column, c);
      break;
    case Act::Insert: {
      const auto given = inserted(c);
      for (std::size_t column = 0; column < schema_.size(); ++column) {
        if (given[column]) values[column] = attribute(insert_value(i, column));
        else if (delta::identity_of(schema_[column]))
          throw Error(conditions::kUnsupportedFeature, {{"feature", "MERGE that inserts rows without their identity column"}, {"hint", "Insert them by INSERT."}});
        else if (!delta::generation_expression(schema_[column])) values[column] = default_value(schema_[column]);
      }
      break;
    }
    case Act::Update:
      values = assigned(c);
      for (std::size_t column = 0; column < schema_.size(); ++column)
        if (values[column] && delta::identity_of(schema_[column])) throw Error(conditions::kIdentityUpdate, {{"colName", schema_[column].name}});
      for (std::size_t column = 0; column < schema_.size(); ++column)
        if (values[column] && c.when == When::NotMatchedBySource) values[column] = attribute(by_source_value(i, column));
      break;
  }
  return values;
}

plan::RelationPtr MergePlan::marked_source() const {
  plan::WithColumns marked;
  marked.input = source_;
  // Copies first, under names of ours, so that equal names on both sides do not matter.
  for (std::size_t i = 0; i < source_schema_.size(); ++i) marked.aliases.push_back(named(attribute(source_schema_[i].name), source_copy(i)));
  marked.aliases.push_back(named(plan::make_literal(types::Literal::boolean(true)), kSourceMark));
  // What rows would insert is worked out in the source's own scope, as Spark does.
  for (std::size_t i = 0; i < command_.clauses.size(); ++i) {
    const plan::MergeClause& c = clause(i);
    if (c.when != When::NotMatched) continue;
    if (c.condition) marked.aliases.push_back(named(c.condition, insert_condition(i)));
    if (c.action != Act::Insert) continue;
    const auto values = inserted(c);
    for (std::size_t column = 0; column < schema_.size(); ++column)
      if (values[column]) marked.aliases.push_back(named(guarded(c.condition, values[column]), insert_value(i, column)));
  }
  return plan::make_relation(std::move(marked));
}

plan::RelationPtr MergePlan::marked_target(const std::vector<std::size_t>& files) const {
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
      if (values[column]) marked.aliases.push_back(named(guarded(c.condition, values[column]), by_source_value(i, column)));
  }
  return plan::make_relation(std::move(marked));
}

plan::RelationPtr MergePlan::join(const std::vector<std::size_t>& files, plan::JoinType type, bool only_unmatched) const {
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
plan::ExpressionPtr MergePlan::first_clause(When when, std::int64_t otherwise) const {
  plan::Expressions branches;
  for (std::size_t i = 0; i < command_.clauses.size(); ++i) {
    const plan::MergeClause& c = clause(i);
    if (c.when != when) continue;
    plan::ExpressionPtr condition = c.condition;
    if (!condition) {
      condition = plan::make_literal(types::Literal::boolean(true));
    } else if (when != When::Matched) {
      condition = attribute(when == When::NotMatched ? insert_condition(i) : by_source_condition(i));
    }
    branches.push_back(std::move(condition));
    branches.push_back(integer(static_cast<std::int64_t>(i) + 1));
  }
  if (branches.empty()) return integer(otherwise);
  branches.push_back(integer(otherwise));
  return plan::make_operator("when", std::move(branches));
}

plan::ExpressionPtr MergePlan::action() const {
  return plan::make_operator("when", {is_null(plan::kFileIndexName), first_clause(When::NotMatched, kSkip), is_not_null(kSourceMark),
                                      first_clause(When::Matched, kCopy), first_clause(When::NotMatchedBySource, kCopy)});
}

plan::RelationPtr MergePlan::with_action(plan::RelationPtr joined) const {
  return plan::make_relation(plan::WithColumns{std::move(joined), {named(action(), kAction)}});
}

/// Rows of which each target row may meet one only, where matches change anything. A lone unconditional DELETE may be met often: the
/// outcome is the same.
plan::ExpressionPtr MergePlan::must_be_alone() const {
  std::size_t num_matched = 0;
  bool only_delete = false;
  for (const plan::MergeClause& c : command_.clauses)
    if (c.when == When::Matched) {
      ++num_matched;
      only_delete = c.action == Act::Delete && !c.condition;
    }
  if (num_matched == 0 || (num_matched == 1 && only_delete)) return plan::make_literal(types::Literal::boolean(false));
  return is_not_null(kSourceMark);
}

plan::RelationPtr MergePlan::touched_rows(const std::vector<std::size_t>& files) const {
  plan::RelationPtr joined = with_action(join(files, has_by_source_ ? plan::JoinType::LeftOuter : plan::JoinType::Inner));
  plan::Aggregate by_row;
  by_row.input = joined;
  by_row.grouping = {attribute(plan::kFileIndexName), attribute(plan::kRowNumberName)};
  by_row.aggregates = {attribute(plan::kFileIndexName), named(plan::make_call("max", {attribute(kAction)}), kAction),
                       named(plan::make_call("count", {plan::make_operator("when", {must_be_alone(), integer(1)})}), "hits"),
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

std::optional<bound::Query> MergePlan::new_rows(const std::vector<std::size_t>& files) const {
  if (files.empty() && !has_inserts_) return std::nullopt;
  // Where nothing of the target changes, all that is left are source rows without a match in any file.
  RowChoice choice = choice_over(files.empty() || only_inserts() ? join(all_files(), plan::JoinType::RightOuter, true)
                                                                 : join(files, has_inserts_ ? plan::JoinType::FullOuter : plan::JoinType::LeftOuter));
  choice.dropped = {static_cast<int>(kSkip)};
  for (std::size_t i = 0; i < command_.clauses.size(); ++i) {
    const int number = static_cast<int>(i) + 1;
    if (clause(i).action == Act::Delete) {
      choice.dropped.push_back(number);
    } else {
      choice.alternatives.push_back({number, new_values(i)});
    }
  }
  return choose_rows(choice, schema_, target_.delta.name, context_);
}

std::optional<bound::Query> MergePlan::changed_rows(const std::vector<std::size_t>& files, ChangeKind kind) const {
  const auto makes = [&](Act act) {
    switch (kind) {
      case ChangeKind::Insert: return act == Act::Insert || act == Act::InsertAll;
      case ChangeKind::Delete: return act == Act::Delete;
      case ChangeKind::UpdatePreimage:
      case ChangeKind::UpdatePostimage: return act == Act::Update || act == Act::UpdateAll;
    }
    return false;
  };
  if (std::none_of(command_.clauses.begin(), command_.clauses.end(), [&](const plan::MergeClause& each) { return makes(each.action); })) return std::nullopt;
  plan::RelationPtr rows = join(files, kind == ChangeKind::Insert ? plan::JoinType::FullOuter : plan::JoinType::LeftOuter);
  // A row that is deleted for several rows of the source is deleted once.
  if (kind == ChangeKind::Delete) rows = plan::make_relation(plan::Deduplicate{with_action(std::move(rows)), {plan::kFileIndexName, plan::kRowNumberName}});
  RowChoice choice = choice_over(std::move(rows));
  choice.dropped = {static_cast<int>(kSkip), static_cast<int>(kCopy)};
  const bool takes_new_values = kind == ChangeKind::Insert || kind == ChangeKind::UpdatePostimage;
  for (std::size_t i = 0; i < command_.clauses.size(); ++i) {
    const int number = static_cast<int>(i) + 1;
    if (!makes(clause(i).action)) {
      choice.dropped.push_back(number);
    } else if (takes_new_values) {
      choice.alternatives.push_back({number, new_values(i)});
    }
  }
  return choose_rows(choice, schema_, target_.delta.name, context_);
}

RowChoice MergePlan::choice_over(plan::RelationPtr rows) const {
  RowChoice choice;
  choice.rows = std::move(rows);
  choice.chosen = action();
  choice.fills_structs = evolves_;
  for (std::size_t column = 0; column < schema_.size(); ++column) choice.old_values.push_back(old_value(column));
  return choice;
}

void MergePlan::check_expressions() const {
  try {
    // A plan over no rows says whether everything can be resolved and stored.
    RowChoice choice = choice_over(join({}, plan::JoinType::FullOuter));
    for (std::size_t i = 0; i < command_.clauses.size(); ++i)
      if (clause(i).action != Act::Delete) choice.alternatives.push_back({static_cast<int>(i) + 1, new_values(i)});
    choose_rows(choice, schema_, target_.delta.name, context_);
  } catch (const Error& failure) {
    if (failure.condition().name.starts_with("UNRESOLVED_COLUMN")) explain_unresolved();
    throw;
  }
}

}  // namespace lab::commands
