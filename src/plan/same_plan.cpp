#include "plan/same_plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <type_traits>

#include "types/data_type.h"

namespace lab::plan::bound {
namespace {

/// Below projections that pass all columns in their order.
const RelationPtr& without_mere_passing(const RelationPtr& relation) {
  const auto* project = std::get_if<Project>(&relation->node);
  if (project == nullptr || project->outputs.size() != project->input->columns.size()) return relation;
  for (std::size_t i = 0; i < project->outputs.size(); ++i) {
    const auto* reference = std::get_if<ColumnRef>(&project->outputs[i].expression->node);
    if (reference == nullptr || reference->is_outer || reference->column != project->outputs[i].column || reference->column != project->input->columns[i].id) return relation;
  }
  return without_mere_passing(project->input);
}

/// Walks two trees side by side. Ids become pairs where a column is made and are compared where it is used.
class Comparison {
 public:
  Comparison(std::int64_t left_now, std::int64_t right_now, const SameSource& same_source, bool is_one_query)
      : left_now_(left_now), right_now_(right_now), same_source_(same_source), is_one_query_(is_one_query) {}

  bool same(const RelationPtr& one, const RelationPtr& other) {
    const RelationPtr &left = without_mere_passing(one), &right = without_mere_passing(other);
    if (left->node.index() != right->node.index() || left->columns.size() != right->columns.size()) return false;
    const bool is_same = std::visit(
        [&](const auto& node) {
          using Node = std::decay_t<decltype(node)>;
          return same_node(node, std::get<Node>(right->node));
        },
        left->node);
    if (!is_same) return false;
    for (std::size_t i = 0; i < left->columns.size(); ++i)
      if (!(left->columns[i].type == right->columns[i].type) || !pair(left->columns[i].id, right->columns[i].id)) return false;
    return true;
  }

  bool same(const ExpressionPtr& left, const ExpressionPtr& right) {
    if (!left || !right) return !left && !right;
    if (left->node.index() != right->node.index() || !(left->type == right->type)) return false;
    return std::visit(
        [&](const auto& node) {
          using Node = std::decay_t<decltype(node)>;
          if constexpr (std::is_same_v<Node, LiteralNode>) {
            return same_literal(node.value, std::get<Node>(right->node).value, left->type);
          } else {
            return same_node(node, std::get<Node>(right->node));
          }
        },
        left->node);
  }

 private:
  /// Notes that two columns are one, unless either is known as another's twin.
  bool pair(ColumnId left, ColumnId right) {
    const auto [there, is_new] = twins_.emplace(left, right);
    if (!is_new) return there->second == right;
    return taken_.insert(right).second;
  }
  bool are_twins(ColumnId left, ColumnId right) const {
    const auto found = twins_.find(left);
    if (found != twins_.end()) return found->second == right;
    return is_one_query_ && left == right && !taken_.contains(right);
  }

  /// Numbers that analysis took from the clock differ as the clocks do.
  bool same_number(std::int64_t left, std::int64_t right) const { return left == right || left - left_now_ == right - right_now_; }

  bool same_literal(const types::Value& left, const types::Value& right, const types::DataType& type) const {
    if (left == right) return true;
    if (!type.is(types::TypeKind::Timestamp) && !type.is(types::TypeKind::TimestampNtz)) return false;
    return !left.is_null() && !right.is_null() && same_number(left.integer(), right.integer());
  }

  template <typename Item, typename Same>
  static bool same_lists(const std::vector<Item>& left, const std::vector<Item>& right, const Same& same_item) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), same_item);
  }
  bool same(const Expressions& left, const Expressions& right) {
    return same_lists(left, right, [this](const ExpressionPtr& a, const ExpressionPtr& b) { return same(a, b); });
  }
  bool same(const std::vector<SortKey>& left, const std::vector<SortKey>& right) {
    return same_lists(left, right, [this](const SortKey& a, const SortKey& b) {
      return a.descending == b.descending && a.nulls_first == b.nulls_first && same(a.expression, b.expression);
    });
  }
  bool same(const Outputs& left, const Outputs& right) {
    return same_lists(left, right, [this](const Output& a, const Output& b) { return same(a.expression, b.expression) && pair(a.column, b.column); });
  }
  bool same_ids(const std::vector<ColumnId>& left, const std::vector<ColumnId>& right) {
    return same_lists(left, right, [this](ColumnId a, ColumnId b) { return pair(a, b); });
  }

  // Expressions.
  bool same_node(const ColumnRef& a, const ColumnRef& b) { return a.is_outer == b.is_outer && are_twins(a.column, b.column); }
  bool same_node(const Call& a, const Call& b) { return a.function == b.function && a.ansi == b.ansi && same(a.arguments, b.arguments); }
  bool same_node(const Cast& a, const Cast& b) { return a.mode == b.mode && same(a.child, b.child); }
  bool same_node(const Case& a, const Case& b) {
    return same_lists(a.branches, b.branches, [this](const auto& x, const auto& y) { return same(x.first, y.first) && same(x.second, y.second); }) && same(a.otherwise, b.otherwise);
  }
  bool same_node(const FieldAccess& a, const FieldAccess& b) { return a.index == b.index && same(a.child, b.child); }
  bool same_node(const Lambda& a, const Lambda& b) {
    return same_ids(a.parameters, b.parameters) && a.parameter_types == b.parameter_types && same(a.body, b.body);
  }
  bool same_node(const LambdaRef& a, const LambdaRef& b) { return are_twins(a.parameter, b.parameter); }
  bool same_node(const AggregateCall& a, const AggregateCall& b) {
    return a.function == b.function && a.is_distinct == b.is_distinct && a.ignore_nulls == b.ignore_nulls && a.ansi == b.ansi && same(a.arguments, b.arguments) &&
           same(a.filter, b.filter) && same(a.within_group, b.within_group);
  }
  bool same_bound(const FrameBound& a, const FrameBound& b) { return a.kind == b.kind && same(a.offset, b.offset); }
  bool same_node(const WindowCall& a, const WindowCall& b) {
    if (!same_node(a.call, b.call) || !same(a.partition_by, b.partition_by) || !same(a.order_by, b.order_by)) return false;
    if (a.frame.has_value() != b.frame.has_value()) return false;
    return !a.frame || (a.frame->is_rows == b.frame->is_rows && same_bound(a.frame->lower, b.frame->lower) && same_bound(a.frame->upper, b.frame->upper));
  }
  bool same_node(const ScalarSubquery& a, const ScalarSubquery& b) { return same(a.plan, b.plan); }
  bool same_node(const Exists& a, const Exists& b) { return same(a.plan, b.plan); }
  bool same_node(const InSubquery& a, const InSubquery& b) { return same(a.values, b.values) && same(a.plan, b.plan); }

  // Relations: inputs first, they make the columns that the rest names.
  bool same_node(const OneRow&, const OneRow&) { return true; }
  bool same_node(const Scan& a, const Scan& b) { return a.source_columns == b.source_columns && (a.source == b.source || same_source_(*a.source, *b.source)); }
  bool same_node(const LocalData& a, const LocalData& b) {
    return a.arrow_stream == b.arrow_stream || (a.arrow_stream && b.arrow_stream && *a.arrow_stream == *b.arrow_stream);
  }
  bool same_node(const Values& a, const Values& b) {
    return same_lists(a.rows, b.rows, [this](const Expressions& x, const Expressions& y) { return same(x, y); });
  }
  bool same_node(const Range& a, const Range& b) { return a.start == b.start && a.end == b.end && a.step == b.step; }
  bool same_node(const Project& a, const Project& b) { return same(a.input, b.input) && same(a.outputs, b.outputs); }
  bool same_node(const Filter& a, const Filter& b) { return same(a.input, b.input) && same(a.condition, b.condition); }
  bool same_node(const Join& a, const Join& b) {
    return a.type == b.type && a.is_lateral == b.is_lateral && same(a.left, b.left) && same(a.right, b.right) && same(a.condition, b.condition);
  }
  bool same_node(const Aggregate& a, const Aggregate& b) {
    if (a.grouping_sets != b.grouping_sets || a.grouping_id.has_value() != b.grouping_id.has_value()) return false;
    if (!same(a.input, b.input) || !same(a.groups, b.groups)) return false;
    return (!a.grouping_id || pair(*a.grouping_id, *b.grouping_id)) && same(a.outputs, b.outputs);
  }
  bool same_node(const Window& a, const Window& b) { return same(a.input, b.input) && same(a.outputs, b.outputs); }
  bool same_node(const Sort& a, const Sort& b) { return same(a.input, b.input) && same(a.keys, b.keys); }
  bool same_node(const Limit& a, const Limit& b) { return a.count == b.count && a.offset == b.offset && same(a.input, b.input); }
  bool same_node(const Tail& a, const Tail& b) { return a.count == b.count && same(a.input, b.input); }
  bool same_node(const SetOperation& a, const SetOperation& b) {
    return a.op == b.op && a.all == b.all && same_lists(a.inputs, b.inputs, [this](const RelationPtr& x, const RelationPtr& y) { return same(x, y); });
  }
  bool same_node(const Deduplicate& a, const Deduplicate& b) { return same(a.input, b.input) && same_ids(a.keys, b.keys); }
  bool same_node(const Generate& a, const Generate& b) {
    return a.is_outer == b.is_outer && same(a.input, b.input) && same_node(a.generator, b.generator) && same_ids(a.generated, b.generated);
  }
  bool same_node(const Sample& a, const Sample& b) {
    return a.lower == b.lower && a.upper == b.upper && a.with_replacement == b.with_replacement && same_number(a.seed, b.seed) && same(a.input, b.input);
  }
  bool same_node(const RowNumber& a, const RowNumber& b) { return same(a.input, b.input) && pair(a.number, b.number); }
  bool same_node(const Recursion& a, const Recursion& b) {
    recursions_[a.id] = b.id;
    return same(a.anchor, b.anchor) && same(a.step, b.step);
  }
  bool same_node(const RecursionRef& a, const RecursionRef& b) {
    const auto found = recursions_.find(a.id);
    return found != recursions_.end() && found->second == b.id && a.most_rounds == b.most_rounds && a.most_rows == b.most_rows;
  }
  bool same_node(const Shared& a, const Shared& b) {
    const auto known = shared_.find(a.definition.get());
    if (known != shared_.end()) return known->second == b.definition.get();
    shared_[a.definition.get()] = b.definition.get();
    return same(a.definition, b.definition);
  }

  const std::int64_t left_now_, right_now_;
  const SameSource& same_source_;
  const bool is_one_query_;  ///< ids that no part of the two makes are the query's own
  std::map<ColumnId, ColumnId> twins_;
  std::set<ColumnId> taken_;  ///< ids on the right that have a twin
  std::map<std::uint32_t, std::uint32_t> recursions_;
  std::map<const Relation*, const Relation*> shared_;
};

}  // namespace

bool same_plan(const PlanOf& left, const PlanOf& right, const SameSource& same_source) {
  if (left.relation == right.relation) return true;
  return Comparison(left.now_micros, right.now_micros, same_source, false).same(left.relation, right.relation);
}

bool same_in_query(const ExpressionPtr& left, const ExpressionPtr& right, const SameSource& same_source) { return Comparison(0, 0, same_source, true).same(left, right); }

}  // namespace lab::plan::bound
