#include "commands/assignments.h"
#include "commands/conditions.h"
#include "commands/merge_plan.h"
#include "types/type_text.h"

/// What is wrong with a MERGE that cannot be resolved, in Delta's words.
namespace lab::commands {

namespace {

/// The name out of an UNRESOLVED_COLUMN error: `s`.`nope` is s.nope.
std::string plain_name(std::string quoted) {
  std::erase(quoted, '`');
  return quoted;
}

std::string columns_of(const std::vector<std::pair<plan::NameParts, types::Schema>>& sides) {
  std::string text;
  for (const auto& [qualifier, schema] : sides)
    for (const types::Field& field : schema) {
      text += text.empty() ? "columns " : ", ";
      for (const std::string& part : qualifier) text += types::quote_if_needed(part) + ".";
      text += types::quote_if_needed(field.name);
    }
  return text;
}

plan::NameParts qualifier_of(const plan::RelationPtr& source) {
  if (const auto* alias = std::get_if<plan::SubqueryAlias>(&source->node)) return alias->alias;
  if (const auto* scan = std::get_if<plan::SourceScan>(&source->node)) return scan->name;
  if (const auto* named = std::get_if<plan::NamedTable>(&source->node)) return named->name;
  return {};
}

const char* condition_name(plan::MergeClause::Action action) {
  switch (action) {
    case plan::MergeClause::Action::Delete: return "DELETE condition";
    case plan::MergeClause::Action::Insert:
    case plan::MergeClause::Action::InsertAll: return "INSERT condition";
    case plan::MergeClause::Action::Update:
    case plan::MergeClause::Action::UpdateAll: return "UPDATE condition";
  }
  return "";
}

}  // namespace

void MergePlan::explain_unresolved() const {
  const std::pair<plan::NameParts, types::Schema> target{target_.qualifier, snapshot_->schema()}, source{qualifier_of(source_), source_schema_};
  plan::Join both;
  both.left = visible_target();
  both.right = source_;
  both.type = plan::JoinType::Cross;
  const plan::RelationPtr joined = plan::make_relation(std::move(both));
  const auto check = [&](const plan::RelationPtr& rows, const std::vector<std::pair<plan::NameParts, types::Schema>>& sides, const plan::ExpressionPtr& expression,
                         const std::string& clause_name) {
    if (!expression) return;
    try {
      context_.analyze(plan::make_relation(plan::Project{rows, {expression}}));
    } catch (const Error& failure) {
      const auto name = failure.parameters().find("objectName");
      if (!failure.condition().name.starts_with("UNRESOLVED_COLUMN") || name == failure.parameters().end()) return;
      throw Error(conditions::kMergeUnresolved, {{"sqlExpr", plain_name(name->second)}, {"clause", clause_name}, {"cols", columns_of(sides)}});
    }
  };
  check(joined, {target, source}, command_.condition, "search condition");
  for (const plan::MergeClause& c : command_.clauses) {
    const bool sees_target = c.when != When::NotMatched, sees_source = c.when != When::NotMatchedBySource;
    const plan::RelationPtr rows = sees_target && sees_source ? joined : sees_target ? visible_target() : source_;
    std::vector<std::pair<plan::NameParts, types::Schema>> sides;
    if (sees_target) sides.push_back(target);
    if (sees_source) sides.push_back(source);
    check(rows, sides, c.condition, condition_name(c.action));
    const std::string clause_name = c.when == When::NotMatched ? "INSERT clause" : "UPDATE clause";
    for (const plan::MergeAssignment& assignment : c.assignments) {
      try {
        updated_columns(schema_, {assignment}, target_.qualifier, context_);
      } catch (const Error& failure) {
        const auto name = failure.parameters().find("objectName");
        if (name == failure.parameters().end()) continue;
        throw Error(conditions::kMergeUnresolved, {{"sqlExpr", plain_name(name->second)}, {"clause", clause_name}, {"cols", columns_of({target})}});
      }
      check(rows, sides, assignment.value, clause_name);
    }
  }
}

}  // namespace lab::commands
