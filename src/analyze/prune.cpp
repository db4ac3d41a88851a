#include "analyze/prune.h"

#include <algorithm>
#include <map>
#include <ranges>
#include <set>

#include "plan/bound_build.h"

namespace lab::analyze {
namespace {

namespace bound = plan::bound;
using bound::ColumnId;
using bound::ExpressionPtr;
using bound::RelationPtr;
using Needed = std::set<ColumnId>;

void collect_relation(const RelationPtr& relation, Needed& needed);

// Every column a tree of expressions names. Subqueries count with what they take from outside; ids are unique in a query, so taking
// all of theirs costs nothing.
void collect(const ExpressionPtr& expression, Needed& needed) {
  bound::walk(expression, [&](const ExpressionPtr& node) {
    if (const auto* reference = std::get_if<bound::ColumnRef>(&node->node)) needed.insert(reference->column);
    if (const auto* scalar = std::get_if<bound::ScalarSubquery>(&node->node)) collect_relation(scalar->plan, needed);
    if (const auto* exists = std::get_if<bound::Exists>(&node->node)) collect_relation(exists->plan, needed);
    if (const auto* in = std::get_if<bound::InSubquery>(&node->node)) collect_relation(in->plan, needed);
    return true;
  });
}

void for_each_expression(const bound::Relation& relation, const std::function<void(const ExpressionPtr&)>& visit) {
  const auto outputs = [&](const bound::Outputs& list) {
    for (const auto& output : list) visit(output.expression);
  };
  if (const auto* project = std::get_if<bound::Project>(&relation.node)) outputs(project->outputs);
  if (const auto* filter = std::get_if<bound::Filter>(&relation.node)) visit(filter->condition);
  if (const auto* join = std::get_if<bound::Join>(&relation.node); join && join->condition) visit(join->condition);
  if (const auto* aggregate = std::get_if<bound::Aggregate>(&relation.node)) {
    outputs(aggregate->groups);
    outputs(aggregate->outputs);
  }
  if (const auto* window = std::get_if<bound::Window>(&relation.node)) outputs(window->outputs);
  if (const auto* sort = std::get_if<bound::Sort>(&relation.node))
    for (const auto& key : sort->keys) visit(key.expression);
  if (const auto* values = std::get_if<bound::Values>(&relation.node))
    for (const auto& row : values->rows)
      for (const auto& value : row) visit(value);
  if (const auto* generate = std::get_if<bound::Generate>(&relation.node))
    for (const auto& argument : generate->generator.arguments) visit(argument);
}

void collect_relation(const RelationPtr& relation, Needed& needed) {
  // What is shared takes nothing from outside.
  if (std::holds_alternative<bound::Shared>(relation->node)) return;
  for_each_expression(*relation, [&](const ExpressionPtr& expression) { collect(expression, needed); });
  for (const auto& input : bound::inputs_of(*relation)) collect_relation(input, needed);
}

bool is_needed(const Needed& needed, ColumnId id) { return needed.contains(id); }

/// Shared relations and how often they are used, in an order where each stands behind those it uses.
class Uses {
 public:
  explicit Uses(const RelationPtr& root) { relation(root); }

  const std::vector<RelationPtr>& definitions() const { return definitions_; }
  std::size_t count(const RelationPtr& definition) const { return counts_.at(definition.get()); }

 private:
  void relation(const RelationPtr& node) {
    if (const auto* shared = std::get_if<bound::Shared>(&node->node)) {
      if (counts_[shared->definition.get()]++ > 0) return;
      relation(shared->definition);
      definitions_.push_back(shared->definition);
      return;
    }
    for_each_expression(*node, [&](const ExpressionPtr& expression) { plans_of(expression); });
    for (const auto& input : bound::inputs_of(*node)) relation(input);
  }
  void plans_of(const ExpressionPtr& expression) {
    bound::walk(expression, [&](const ExpressionPtr& node) {
      if (const auto* scalar = std::get_if<bound::ScalarSubquery>(&node->node)) relation(scalar->plan);
      if (const auto* exists = std::get_if<bound::Exists>(&node->node)) relation(exists->plan);
      if (const auto* in = std::get_if<bound::InSubquery>(&node->node)) relation(in->plan);
      return true;
    });
  }

  std::map<const bound::Relation*, std::size_t> counts_;
  std::vector<RelationPtr> definitions_;
};

/// Prunes one query. A shared relation that is used once stands in its place; one that is used more often gives what all its uses need,
/// which takes a first round over the query to find out.
class Pruner {
 public:
  explicit Pruner(const Uses& uses) : uses_(uses) {}

  RelationPtr run(const RelationPtr& root) {
    if (std::ranges::none_of(uses_.definitions(), [&](const auto& definition) { return uses_.count(definition) > 1; })) return prune_whole(root);
    prune_whole(root);
    for (const auto& definition : uses_.definitions() | std::views::reverse)
      if (uses_.count(definition) > 1) prune_to(definition, needs_[definition.get()]);
    for (const auto& definition : uses_.definitions())
      if (uses_.count(definition) > 1) pruned_[definition.get()] = prune_to(definition, needs_[definition.get()]);
    return prune_whole(root);
  }

 private:
  RelationPtr prune_whole(const RelationPtr& root) {
    Needed needed;
    for (const auto& column : root->columns) needed.insert(column.id);
    return bound::select_columns(prune_to(root, std::move(needed)), root->columns);
  }
  RelationPtr prune_to(const RelationPtr& relation, Needed needed);
  RelationPtr prune_use(const bound::Shared& use, const bound::Relation& relation, const Needed& needed);
  ExpressionPtr prune_expression(const ExpressionPtr& expression);

  const Uses& uses_;
  std::map<const bound::Relation*, Needed> needs_;
  std::map<const bound::Relation*, RelationPtr> pruned_;  ///< filled by the second round
};

RelationPtr Pruner::prune_use(const bound::Shared& use, const bound::Relation& relation, const Needed& needed) {
  const RelationPtr& definition = use.definition;
  if (uses_.count(definition) == 1) {
    bound::Outputs outputs;
    for (std::size_t i = 0; i < relation.columns.size(); ++i)
      outputs.push_back({relation.columns[i].id, bound::make_reference(definition->columns[i])});
    return prune_to(bound::make_relation(bound::Project{definition, std::move(outputs)}, relation.columns), needed);
  }
  Needed& needs = needs_[definition.get()];
  for (std::size_t i = 0; i < relation.columns.size(); ++i)
    if (is_needed(needed, relation.columns[i].id)) needs.insert(definition->columns[i].id);
  const auto found = pruned_.find(definition.get());
  if (found == pruned_.end()) return bound::make_relation(use, relation.columns);
  bound::Columns columns;
  for (std::size_t i = 0; i < relation.columns.size(); ++i)
    if (bound::find_column(found->second->columns, definition->columns[i].id)) columns.push_back(relation.columns[i]);
  return bound::make_relation(bound::Shared{found->second}, std::move(columns));
}

// Subquery plans inside expressions are pruned on their own: they give what they give.
ExpressionPtr Pruner::prune_expression(const ExpressionPtr& expression) {
  if (!expression) return expression;
  const auto rebuilt = [&](auto node) { return bound::make_expression(std::move(node), expression->type, expression->nullable, expression->origin); };
  if (const auto* scalar = std::get_if<bound::ScalarSubquery>(&expression->node)) return rebuilt(bound::ScalarSubquery{prune_whole(scalar->plan)});
  if (const auto* exists = std::get_if<bound::Exists>(&expression->node)) return rebuilt(bound::Exists{prune_to(exists->plan, {})});
  if (const auto* in = std::get_if<bound::InSubquery>(&expression->node)) {
    bound::InSubquery next{in->values, prune_whole(in->plan)};
    for (auto& value : next.values) value = prune_expression(value);
    return rebuilt(std::move(next));
  }
  return bound::map_children(expression, [this](const ExpressionPtr& child) { return prune_expression(child); });
}

RelationPtr Pruner::prune_to(const RelationPtr& relation, Needed needed) {
  return std::visit(
      [&](const auto& node) -> RelationPtr {
        using Node = std::decay_t<decltype(node)>;
        if constexpr (std::is_same_v<Node, bound::Scan> || std::is_same_v<Node, bound::LocalData> || std::is_same_v<Node, bound::Values> || std::is_same_v<Node, bound::Range> ||
                      std::is_same_v<Node, bound::OneRow> || std::is_same_v<Node, bound::RecursionRef>) {
          if constexpr (std::is_same_v<Node, bound::Scan>) {
            bound::Scan next{node.source, {}};
            bound::Columns columns;
            for (std::size_t i = 0; i < relation->columns.size(); ++i)
              if (is_needed(needed, relation->columns[i].id)) {
                next.source_columns.push_back(node.source_columns[i]);
                columns.push_back(relation->columns[i]);
              }
            if (columns.size() == relation->columns.size()) return relation;
            return bound::make_relation(std::move(next), std::move(columns));
          }
          return relation;
        } else if constexpr (std::is_same_v<Node, bound::Shared>) {
          return prune_use(node, *relation, needed);
        } else if constexpr (std::is_same_v<Node, bound::Recursion>) {
          return bound::make_relation(bound::Recursion{node.id, prune_whole(node.anchor), prune_whole(node.step)}, relation->columns);
        } else if constexpr (std::is_same_v<Node, bound::Project>) {
          bound::Outputs outputs;
          bound::Columns columns;
          Needed below;
          for (std::size_t i = 0; i < node.outputs.size(); ++i) {
            if (!is_needed(needed, node.outputs[i].column)) continue;
            collect(node.outputs[i].expression, below);
            outputs.push_back({node.outputs[i].column, prune_expression(node.outputs[i].expression)});
            columns.push_back(relation->columns[i]);
          }
          return bound::make_relation(bound::Project{prune_to(node.input, std::move(below)), std::move(outputs)}, std::move(columns));
        } else if constexpr (std::is_same_v<Node, bound::Aggregate>) {
          bound::Aggregate next = node;
          next.outputs.clear();
          bound::Columns columns;
          Needed below;
          for (const auto& output : node.outputs) {
            if (!is_needed(needed, output.column)) continue;
            collect(output.expression, below);
            next.outputs.push_back({output.column, prune_expression(output.expression)});
            columns.push_back(*bound::find_column(relation->columns, output.column));
          }
          if (next.grouping_id && !is_needed(needed, *next.grouping_id)) next.grouping_id.reset();
          if (next.grouping_id) columns.push_back(*bound::find_column(relation->columns, *next.grouping_id));
          for (auto& group : next.groups) {
            collect(group.expression, below);
            group.expression = prune_expression(group.expression);
          }
          next.input = prune_to(node.input, std::move(below));
          return bound::make_relation(std::move(next), std::move(columns));
        } else if constexpr (std::is_same_v<Node, bound::Window>) {
          bound::Outputs outputs;
          bound::Columns columns;
          for (const auto& output : node.outputs) {
            if (!is_needed(needed, output.column)) continue;
            collect(output.expression, needed);
            outputs.push_back({output.column, prune_expression(output.expression)});
            columns.push_back(*bound::find_column(relation->columns, output.column));
          }
          auto input = prune_to(node.input, std::move(needed));
          if (outputs.empty()) return input;
          return bound::make_window(std::move(input), std::move(outputs), columns);
        } else if constexpr (std::is_same_v<Node, bound::SetOperation>) {
          // By position: UNION ALL may lose columns everywhere at once, the others compare whole rows.
          const bool may_narrow = node.op == bound::SetOperator::Union && node.all;
          bound::SetOperation next{{}, node.op, node.all};
          bound::Columns columns;
          std::vector<std::size_t> kept;
          for (std::size_t i = 0; i < relation->columns.size(); ++i)
            if (!may_narrow || is_needed(needed, relation->columns[i].id)) kept.push_back(i);
          if (kept.empty()) kept.push_back(0);
          for (const auto i : kept) columns.push_back(relation->columns[i]);
          for (const auto& input : node.inputs) {
            Needed below;
            bound::Columns wanted;
            for (const auto i : kept) {
              below.insert(input->columns[i].id);
              wanted.push_back(input->columns[i]);
            }
            next.inputs.push_back(bound::select_columns(prune_to(input, std::move(below)), wanted));
          }
          return bound::make_relation(std::move(next), std::move(columns));
        } else {
          for_each_expression(*relation, [&](const ExpressionPtr& expression) { collect(expression, needed); });
          if constexpr (std::is_same_v<Node, bound::Deduplicate>)
            for (const auto id : node.keys) needed.insert(id);
          if constexpr (std::is_same_v<Node, bound::Join>) {
            // A lateral right side takes columns of the left.
            if (node.is_lateral) collect_relation(node.right, needed);
            auto left = prune_to(node.left, needed);
            auto right = prune_to(node.right, needed);
            return bound::make_join(std::move(left), std::move(right), node.type, node.condition ? prune_expression(node.condition) : nullptr, node.is_lateral);
          } else {
            auto next = bound::with_inputs(relation, {prune_to(node.input, std::move(needed))});
            if constexpr (std::is_same_v<Node, bound::Filter>) {
              const auto& filter = std::get<bound::Filter>(next->node);
              return bound::make_filter(filter.input, prune_expression(filter.condition));
            }
            return next;
          }
        }
      },
      relation->node);
}

}  // namespace

std::vector<ColumnId> columns_in_subqueries(const ExpressionPtr& expression) {
  Needed needed;
  bound::walk(expression, [&](const ExpressionPtr& node) {
    if (const auto* scalar = std::get_if<bound::ScalarSubquery>(&node->node)) collect_relation(scalar->plan, needed);
    if (const auto* exists = std::get_if<bound::Exists>(&node->node)) collect_relation(exists->plan, needed);
    if (const auto* in = std::get_if<bound::InSubquery>(&node->node)) collect_relation(in->plan, needed);
    return true;
  });
  return {needed.begin(), needed.end()};
}

RelationPtr prune(const RelationPtr& root) {
  const Uses uses(root);
  return Pruner(uses).run(root);
}

}  // namespace lab::analyze
