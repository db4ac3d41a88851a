#include "analyze/arrival_order.h"

#include <algorithm>

#include "functions/function_row.h"
#include "plan/bound_build.h"

namespace lab::analyze {
namespace {

namespace bound = plan::bound;
using bound::RelationPtr;

constexpr std::size_t kMostLocalBytes = std::size_t{4} << 20;
constexpr std::int64_t kMostRangeRows = 100'000;

/// A relation that gives, besides its columns, those that tell the order.
struct Arrival {
  RelationPtr relation;
  std::vector<bound::SortKey> keys;  ///< references to its columns
  std::size_t bytes = 0;             ///< of the rows below, for Spark's choice of the side to stream
  bool is_shuffled = false;          ///< some operator below does not keep the order by itself
};

bool is_small_leaf(const bound::Relation& relation, std::size_t& bytes) {
  if (const auto* local = std::get_if<bound::LocalData>(&relation.node)) {
    bytes = local->arrow_stream ? local->arrow_stream->size() : 0;
    return local->arrow_stream && bytes <= kMostLocalBytes;
  }
  if (const auto* values = std::get_if<bound::Values>(&relation.node)) {
    bytes = values->rows.size() * (8 + 16 * relation.columns.size());
    return true;
  }
  if (const auto* range = std::get_if<bound::Range>(&relation.node)) {
    const std::int64_t count = range->step == 0 ? 0 : (range->end - range->start) / range->step;
    bytes = static_cast<std::size_t>(std::max<std::int64_t>(count, 0)) * 8;
    return count >= 0 && count <= kMostRangeRows;
  }
  return false;
}

class ArrivalOrder {
 public:
  explicit ArrivalOrder(std::uint32_t& next_id) : next_id_(next_id) {}

  /// Nothing when the order is given already, or cannot be told.
  std::optional<Arrival> find(const RelationPtr& relation) {
    std::size_t bytes = 0;
    if (is_small_leaf(*relation, bytes)) {
      const auto id = fresh();
      bound::Columns columns = relation->columns;
      columns.push_back({id, {}, types::TypeKind::Long, false, {}});
      auto numbered = bound::make_relation(bound::RowNumber{relation, id}, columns);
      return Arrival{std::move(numbered), {{bound::make_reference(columns.back()), false, true}}, bytes, false};
    }
    if (std::holds_alternative<bound::OneRow>(relation->node)) return Arrival{relation, {}, 8, false};
    if (const auto* aggregate = std::get_if<bound::Aggregate>(&relation->node)) return of_aggregate(*aggregate, relation);
    if (const auto* join = std::get_if<bound::Join>(&relation->node)) return of_join(*join, relation);
    if (const auto* window = std::get_if<bound::Window>(&relation->node)) return of_window(*window, relation);
    const bool passes = std::holds_alternative<bound::Project>(relation->node) || std::holds_alternative<bound::Filter>(relation->node) ||
                        std::holds_alternative<bound::Generate>(relation->node);
    const bool deduplicates = std::holds_alternative<bound::Deduplicate>(relation->node);
    if (!passes && !deduplicates) return std::nullopt;
    auto input = find(bound::inputs_of(*relation).at(0));
    if (!input) return std::nullopt;
    return exposed(bound::with_inputs(relation, {input->relation}), std::move(input->keys), input->bytes, input->is_shuffled || deduplicates);
  }

 private:
  bound::ColumnId fresh() { return static_cast<bound::ColumnId>(next_id_++); }

  static std::optional<Arrival> exposed(RelationPtr relation, std::vector<bound::SortKey> keys, std::size_t bytes, bool is_shuffled) {
    for (auto& key : keys) {
      const auto id = std::get<bound::ColumnRef>(key.expression->node).column;
      relation = bound::expose(relation, id);
      if (!relation) return std::nullopt;
      key.expression = bound::make_reference(*bound::find_column(relation->columns, id));
    }
    return Arrival{std::move(relation), std::move(keys), bytes, is_shuffled};
  }

  std::optional<Arrival> of_aggregate(const bound::Aggregate& node, const RelationPtr& relation) {
    if (node.groups.empty()) return Arrival{relation, {}, 8, false};
    if (node.grouping_sets) return std::nullopt;
    auto input = find(node.input);
    if (!input) return std::nullopt;
    bound::Aggregate next = node;
    next.input = input->relation;
    bound::Columns columns = relation->columns;
    std::vector<bound::SortKey> keys;
    for (const auto& key : input->keys) {
      bound::AggregateCall first;
      first.function = functions::find_function("min", true);
      first.arguments = {key.expression};
      const auto id = fresh();
      next.outputs.push_back({id, bound::make_expression(std::move(first), key.expression->type, true)});
      columns.push_back({id, {}, key.expression->type, true, {}});
      keys.push_back({bound::make_reference(columns.back()), key.descending, key.nulls_first});
    }
    return Arrival{bound::make_relation(std::move(next), std::move(columns)), std::move(keys), input->bytes, true};
  }

  std::optional<Arrival> of_join(const bound::Join& node, const RelationPtr& relation) {
    using Type = bound::JoinType;
    if (node.is_lateral || node.type == Type::FullOuter) return std::nullopt;
    auto left = find(node.left), right = find(node.right);
    if (!left || !right) return std::nullopt;
    const bool left_only = node.type == Type::LeftSemi || node.type == Type::LeftAnti;
    const bool streams_left = node.type == Type::LeftOuter || left_only || (node.type != Type::RightOuter && right->bytes <= left->bytes);
    std::vector<bound::SortKey> keys = std::move(streams_left ? left->keys : right->keys);
    auto& others = streams_left ? right->keys : left->keys;
    if (!left_only) keys.insert(keys.end(), others.begin(), others.end());
    return exposed(bound::with_inputs(relation, {left->relation, right->relation}), std::move(keys), left->bytes + right->bytes, true);
  }

  std::optional<Arrival> of_window(const bound::Window& node, const RelationPtr& relation) {
    auto input = find(node.input);
    if (!input || node.outputs.empty()) return std::nullopt;
    const auto* call = std::get_if<bound::WindowCall>(&node.outputs[0].expression->node);
    if (!call) return std::nullopt;
    std::vector<bound::SortKey> wanted;
    for (const auto& partition : call->partition_by) wanted.push_back({partition, false, true});
    wanted.insert(wanted.end(), call->order_by.begin(), call->order_by.end());
    auto result = exposed(bound::with_inputs(relation, {input->relation}), std::move(input->keys), input->bytes, true);
    if (!result) return std::nullopt;
    // What is computed becomes columns, so that it can pass through what stands above.
    bound::Outputs outputs;
    bound::Columns columns = result->relation->columns;
    for (const auto& column : columns) outputs.push_back({column.id, bound::make_reference(column)});
    for (auto& key : wanted) {
      if (std::holds_alternative<bound::ColumnRef>(key.expression->node)) continue;
      const auto id = fresh();
      outputs.push_back({id, key.expression});
      columns.push_back({id, {}, key.expression->type, key.expression->nullable, {}});
      key.expression = bound::make_reference(columns.back());
    }
    if (outputs.size() > result->relation->columns.size()) result->relation = bound::make_project(result->relation, std::move(outputs), std::move(columns));
    result->keys.insert(result->keys.begin(), wanted.begin(), wanted.end());
    return result;
  }

  std::uint32_t& next_id_;
};

RelationPtr ordered(const RelationPtr& relation, std::uint32_t& next_id) {
  const bool may_pass = std::holds_alternative<bound::Limit>(relation->node) || std::holds_alternative<bound::Project>(relation->node);
  if (!std::holds_alternative<bound::Limit>(relation->node)) {
    const auto arrival = ArrivalOrder(next_id).find(relation);
    if (arrival && (!arrival->is_shuffled || arrival->keys.empty())) return relation;
    if (arrival) return bound::select_columns(bound::make_sort(arrival->relation, arrival->keys), relation->columns);
  }
  if (!may_pass) return relation;
  const RelationPtr input = bound::inputs_of(*relation).at(0);
  RelationPtr changed = ordered(input, next_id);
  return changed == input ? relation : bound::with_inputs(relation, {std::move(changed)});
}

}  // namespace

plan::bound::Query in_arrival_order(plan::bound::Query query) {
  query.root = ordered(query.root, query.next_id);
  return query;
}

}  // namespace lab::analyze
