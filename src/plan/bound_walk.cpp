#include "plan/bound_walk.h"

#include <set>
#include <utility>

namespace lab::plan::bound {
namespace {

class Walk {
 public:
  Walk(std::function<void(const scan::TableSource&)> visit_scan, std::function<void(const Call&)> visit_call, std::function<void(const ColumnRef&)> visit_reference = nullptr)
      : visit_scan_(std::move(visit_scan)), visit_call_(std::move(visit_call)), visit_reference_(std::move(visit_reference)) {}

  void relation(const RelationPtr& relation) {
    if (!relation) return;
    std::visit([this](const auto& node) { enter(node); }, relation->node);
  }

 private:
  void expression(const ExpressionPtr& expression) {
    if (!expression) return;
    std::visit([this](const auto& node) { look(node); }, expression->node);
  }
  void expressions(const Expressions& all) {
    for (const ExpressionPtr& one : all) expression(one);
  }
  void outputs(const Outputs& all) {
    for (const Output& one : all) expression(one.expression);
  }
  void keys(const std::vector<SortKey>& all) {
    for (const SortKey& one : all) expression(one.expression);
  }

  void enter(const OneRow&) {}
  void enter(const LocalData&) {}
  void enter(const Range&) {}
  void enter(const Scan& node) {
    if (visit_scan_) visit_scan_(*node.source);
  }
  void enter(const Values& node) {
    for (const Expressions& row : node.rows) expressions(row);
  }
  void enter(const Project& node) { outputs(node.outputs), relation(node.input); }
  void enter(const Filter& node) { expression(node.condition), relation(node.input); }
  void enter(const Join& node) { expression(node.condition), relation(node.left), relation(node.right); }
  void enter(const Aggregate& node) { outputs(node.groups), outputs(node.outputs), relation(node.input); }
  void enter(const Window& node) { outputs(node.outputs), relation(node.input); }
  void enter(const Sort& node) { keys(node.keys), relation(node.input); }
  void enter(const Limit& node) { relation(node.input); }
  void enter(const Tail& node) { relation(node.input); }
  void enter(const SetOperation& node) {
    for (const RelationPtr& input : node.inputs) relation(input);
  }
  void enter(const Deduplicate& node) { relation(node.input); }
  void enter(const Generate& node) { look(node.generator), relation(node.input); }
  void enter(const Sample& node) { relation(node.input); }
  void enter(const RowNumber& node) { relation(node.input); }
  void enter(const Recursion& node) { relation(node.anchor), relation(node.step); }
  void enter(const RecursionRef&) {}
  void enter(const Shared& node) {
    if (seen_.insert(node.definition.get()).second) relation(node.definition);
  }

  void look(const LiteralNode&) {}
  void look(const ColumnRef& node) {
    if (visit_reference_) visit_reference_(node);
  }
  void look(const LambdaRef&) {}
  void look(const Call& node) {
    if (visit_call_) visit_call_(node);
    expressions(node.arguments);
  }
  void look(const Cast& node) { expression(node.child); }
  void look(const Case& node) {
    for (const auto& [condition, value] : node.branches) expression(condition), expression(value);
    expression(node.otherwise);
  }
  void look(const FieldAccess& node) { expression(node.child); }
  void look(const Lambda& node) { expression(node.body); }
  void look(const AggregateCall& node) { expressions(node.arguments), expression(node.filter), keys(node.within_group); }
  void look(const WindowCall& node) { look(node.call), expressions(node.partition_by), keys(node.order_by); }
  void look(const ScalarSubquery& node) { relation(node.plan); }
  void look(const Exists& node) { relation(node.plan); }
  void look(const InSubquery& node) { expressions(node.values), relation(node.plan); }

  const std::function<void(const scan::TableSource&)> visit_scan_;
  const std::function<void(const Call&)> visit_call_;
  const std::function<void(const ColumnRef&)> visit_reference_;
  std::set<const Relation*> seen_;
};

}  // namespace

void for_each_scan(const Query& query, const std::function<void(const scan::TableSource&)>& visit) { Walk(visit, nullptr).relation(query.root); }

void for_each_call(const RelationPtr& relation, const std::function<void(const Call&)>& visit) { Walk(nullptr, visit).relation(relation); }

void for_each_reference(const RelationPtr& relation, const std::function<void(const ColumnRef&)>& visit) { Walk(nullptr, nullptr, visit).relation(relation); }

}  // namespace lab::plan::bound
