#include "commands/delta_reads.h"

#include <algorithm>

#include "commands/conditions.h"
#include "functions/function_row.h"
#include "plan/bound_tree.h"
#include "types/type_text.h"

namespace lab::commands {

namespace delta = lake::delta;
namespace bound = plan::bound;

namespace {

/// Collects ranges out of comparisons of columns with literals that are joined by AND.
class Ranges {
 public:
  explicit Ranges(const bound::Relation& scan) : scan_(scan), node_(std::get<bound::Scan>(scan.node)) {}

  void add(const bound::ExpressionPtr& condition) {
    const auto* call = std::get_if<bound::Call>(&condition->node);
    if (!call) return;
    const std::string_view name = call->function->name;
    if (name == "and") {
      for (const auto& part : call->arguments) add(part);
    } else if (call->arguments.size() == 2) {
      compare(name, call->arguments[0], call->arguments[1]);
      compare(mirrored(name), call->arguments[1], call->arguments[0]);
    }
  }
  delta::Pruning take() && { return std::move(ranges_); }

 private:
  static std::string_view mirrored(std::string_view name) {
    if (name == "<") return ">";
    if (name == "<=") return ">=";
    if (name == ">") return "<";
    if (name == ">=") return "<=";
    return name;
  }

  void compare(std::string_view name, const bound::ExpressionPtr& left, const bound::ExpressionPtr& right) {
    const auto* column = std::get_if<bound::ColumnRef>(&left->node);
    const auto* literal = std::get_if<bound::LiteralNode>(&right->node);
    if (!column || !literal || literal->value.is_null()) return;
    const auto position = position_of(column->column);
    if (!position) return;
    scan::ColumnRange range;
    range.column = *position;
    const bool is_equal = name == "=" || name == "==" || name == "<=>";
    if (is_equal || name == ">" || name == ">=") range.at_least = literal->value;
    if (is_equal || name == "<" || name == "<=") range.at_most = literal->value;
    if (range.at_least || range.at_most) ranges_.push_back(std::move(range));
  }

  std::optional<int> position_of(bound::ColumnId id) const {
    for (std::size_t i = 0; i < scan_.columns.size(); ++i)
      if (scan_.columns[i].id == id && node_.source_columns[i] >= 0) return node_.source_columns[i];
    return std::nullopt;
  }

  const bound::Relation& scan_;
  const bound::Scan& node_;
  delta::Pruning ranges_;
};

void split(const plan::ExpressionPtr& condition, plan::Expressions& parts) {
  const auto* call = std::get_if<plan::UnresolvedFunction>(&condition->node);
  if (call && call->name.size() == 1 && call->name[0] == "and" && call->arguments.size() == 2) {
    for (const auto& part : call->arguments) split(part, parts);
  } else {
    parts.push_back(condition);
  }
}

bool is_volatile(const bound::Expression& part) {
  const auto* call = std::get_if<bound::Call>(&part.node);
  return call != nullptr && call->function->is_volatile;
}

}  // namespace

delta::Pruning ranges_of(const plan::RelationPtr& rows, const plan::ExpressionPtr& condition, Statement& context) {
  const bound::Query query = context.analyze(plan::make_relation(plan::Filter{rows, condition}));
  std::vector<bound::ExpressionPtr> conditions;
  const bound::Relation* relation = query.root.get();
  while (true) {
    if (const auto* filter = std::get_if<bound::Filter>(&relation->node)) {
      conditions.push_back(filter->condition);
      relation = filter->input.get();
    } else if (std::holds_alternative<bound::Scan>(relation->node)) {
      Ranges ranges(*relation);
      for (const auto& each : conditions) ranges.add(each);
      return std::move(ranges).take();
    } else {
      return {};
    }
  }
}

void add_reads(delta::ReadSet& reads, const plan::RelationPtr& rows, const plan::ExpressionPtr& condition, Statement& context) {
  plan::Expressions parts;
  if (condition) split(condition, parts);
  delta::Pruning ranges;
  for (const plan::ExpressionPtr& part : parts) {
    try {
      delta::Pruning more = ranges_of(rows, part, context);
      ranges.insert(ranges.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    } catch (const Error&) {
      // It speaks of another table, too: no limit to what was read of this one.
    }
  }
  if (ranges.empty()) {
    reads.whole_table = true;
  } else {
    reads.predicates.push_back(std::move(ranges));
  }
}

std::string condition_sql(const plan::RelationPtr& rows, const plan::ExpressionPtr& condition, Statement& context) {
  if (!condition) return "true";
  return context.analyze(plan::make_relation(plan::Project{rows, {condition}})).root->columns[0].name;
}

void check_row_expressions(const plan::RelationPtr& rows, const plan::Expressions& expressions, Statement& context) {
  std::string all, invalid;
  bool has_volatile = false;
  for (const plan::ExpressionPtr& expression : expressions) {
    const bound::Query query = context.analyze(plan::make_relation(plan::Project{rows, {expression}}));
    const std::string shown = "\"" + query.root->columns[0].name + "\"";
    all += (all.empty() ? "" : ", ") + shown;
    const auto* project = std::get_if<bound::Project>(&query.root->node);
    const bool is_plain = std::holds_alternative<bound::Scan>(query.root->node) || (project && std::holds_alternative<bound::Scan>(project->input->node));
    const bool is_odd = !is_plain && (std::holds_alternative<bound::Aggregate>(query.root->node) || std::holds_alternative<bound::Window>(query.root->node) ||
                                      (project && (std::holds_alternative<bound::Aggregate>(project->input->node) || std::holds_alternative<bound::Window>(project->input->node))));
    if (is_odd) invalid += (invalid.empty() ? "" : ", ") + shown;
    has_volatile = has_volatile || (project && bound::contains(project->outputs[0].expression, is_volatile));
  }
  if (!invalid.empty()) throw Error(conditions::kUnsupportedExpressions, {{"invalidExprSqls", invalid}});
  if (has_volatile) throw Error(conditions::kNonDeterministic, {{"sqlExprs", all}});
}

}  // namespace lab::commands
