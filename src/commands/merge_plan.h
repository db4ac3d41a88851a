#pragma once

#include "commands/change_feed.h"
#include "commands/delta_rows.h"
#include "commands/row_choice.h"

namespace lab::commands {

/// A MERGE being planned: the schema it ends with, and the relations that it reads. Actions of rows are numbers: the clause's from 1, 0 for
/// a target row that stays, -1 for a source row that goes nowhere.
class MergePlan {
 public:
  /// `source` are the rows of the command's source as they can be read several times. Throws what Delta says of clauses that mean nothing.
  MergePlan(const plan::Merge& command, plan::RelationPtr source, const DmlTarget& target, std::shared_ptr<const lake::delta::Snapshot> snapshot,
            Statement& context);

  const types::Schema& schema() const { return schema_; }
  bool is_schema_changed() const { return !(schema_ == snapshot_->schema()); }
  bool has_by_source() const { return has_by_source_; }
  bool has_inserts() const { return has_inserts_; }
  /// Only inserts: target rows are looked at for matches and never changed.
  bool only_inserts() const { return has_inserts_ && !has_matched_ && !has_by_source_; }
  bool is_delete(std::int64_t action) const { return action > 0 && clause(static_cast<std::size_t>(action - 1)).action == plan::MergeClause::Action::Delete; }

  /// Per touched file and action: number of target rows, and the most source rows that met one of them.
  plan::RelationPtr touched_rows(const std::vector<std::size_t>& files) const;
  /// The rows that the touched files and the inserts become; nothing when there are none.
  std::optional<plan::bound::Query> new_rows(const std::vector<std::size_t>& files) const;
  /// Of those, the rows that change in this way: as they were, or as they become; nothing when no clause makes any.
  std::optional<plan::bound::Query> changed_rows(const std::vector<std::size_t>& files, ChangeKind kind) const;
  std::vector<std::size_t> all_files() const;
  /// The target as the statement's expressions see it.
  plan::RelationPtr visible_target() const;

 private:
  using When = plan::MergeClause::When;
  using Act = plan::MergeClause::Action;

  const plan::MergeClause& clause(std::size_t i) const { return command_.clauses[i]; }
  void evolve_schema();
  std::optional<std::size_t> find_source_column(const std::string& name) const;
  bool is_new_column(std::size_t column) const { return column >= snapshot_->schema().size(); }
  plan::ExpressionPtr old_value(std::size_t column) const;
  plan::ExpressionPtr star_value(std::size_t column, const plan::MergeClause& clause) const;
  /// New values of the clause by column, over the joined rows.
  std::vector<plan::ExpressionPtr> new_values(std::size_t clause) const;
  std::vector<plan::ExpressionPtr> assigned(const plan::MergeClause& clause) const;
  std::vector<plan::ExpressionPtr> inserted(const plan::MergeClause& clause) const;
  plan::RelationPtr marked_source() const;
  plan::RelationPtr marked_target(const std::vector<std::size_t>& files) const;
  plan::RelationPtr join(const std::vector<std::size_t>& files, plan::JoinType type, bool only_unmatched = false) const;
  plan::ExpressionPtr first_clause(When when, std::int64_t otherwise) const;
  plan::ExpressionPtr action() const;
  plan::RelationPtr with_action(plan::RelationPtr joined) const;
  plan::ExpressionPtr must_be_alone() const;
  RowChoice choice_over(plan::RelationPtr rows) const;
  void check_expressions() const;
  /// DELTA_MERGE_UNRESOLVED_EXPRESSION for the expression that cannot be resolved; returns when all can.
  void explain_unresolved() const;

  const plan::Merge& command_;
  const plan::RelationPtr source_;
  const DmlTarget& target_;
  std::shared_ptr<const lake::delta::Snapshot> snapshot_;
  Statement& context_;
  types::Schema source_schema_, schema_;
  bool evolves_ = false, has_matched_ = false, has_inserts_ = false, has_by_source_ = false;
};

}  // namespace lab::commands
