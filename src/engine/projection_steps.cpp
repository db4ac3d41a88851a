#include "engine/projection_steps.h"

#include <ranges>
#include <utility>
#include <vector>

#include "duckdb.hpp"
#include "duckdb/execution/column_binding_resolver.hpp"
#include "duckdb/execution/expression_executor.hpp"
#include "duckdb/execution/physical_plan_generator.hpp"
#include "duckdb/main/config.hpp"
#include "duckdb/optimizer/optimizer_extension.hpp"
#include "duckdb/planner/column_binding_map.hpp"
#include "duckdb/planner/expression/bound_columnref_expression.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"
#include "duckdb/planner/expression_iterator.hpp"
#include "duckdb/planner/operator/logical_extension_operator.hpp"
#include "duckdb/planner/operator/logical_projection.hpp"

namespace lab::engine {
namespace {

using duckdb::Expression;
using duckdb::ExpressionClass;
using duckdb::idx_t;
using duckdb::LogicalOperator;
using duckdb::LogicalOperatorType;
using duckdb::LogicalProjection;
using duckdb::unique_ptr;
using Types = duckdb::vector<duckdb::LogicalType>;

/// Shorter stacks are left to DuckDB: their buffers are few.
constexpr std::size_t kShortStack = 8;

/// What a stack of projections computes. Slots are the input's columns and, behind them, a column for each expression that is more
/// than a reference; an expression refers to slots before its own.
struct Steps {
  duckdb::vector<unique_ptr<Expression>> expressions;
  std::vector<idx_t> outputs;  ///< slots that the topmost projection gives
};

class StepsState : public duckdb::OperatorState {
 public:
  StepsState(duckdb::ClientContext& context, const Steps& steps, const Types& input) : executor(context, steps.expressions) {
    Types computed_types, slot_types = input;
    for (const auto& expression : steps.expressions) computed_types.push_back(expression->return_type);
    slot_types.insert(slot_types.end(), computed_types.begin(), computed_types.end());
    if (!computed_types.empty()) computed.Initialize(context, computed_types);
    slots.InitializeEmpty(slot_types);
  }

  duckdb::ExpressionExecutor executor;
  duckdb::DataChunk computed, slots;
};

class PhysicalSteps : public duckdb::PhysicalOperator {
 public:
  PhysicalSteps(duckdb::PhysicalPlan& plan, Types types, Steps steps, PhysicalOperator& input, idx_t estimated_cardinality)
      : PhysicalOperator(plan, duckdb::PhysicalOperatorType::EXTENSION, std::move(types), estimated_cardinality), steps_(std::move(steps)) {
    children.push_back(input);
  }

  duckdb::string GetName() const override { return "PROJECTION_STEPS"; }
  bool ParallelOperator() const override { return true; }

  unique_ptr<duckdb::OperatorState> GetOperatorState(duckdb::ExecutionContext& context) const override {
    return duckdb::make_uniq<StepsState>(context.client, steps_, children[0].get().GetTypes());
  }

  duckdb::OperatorResultType Execute(duckdb::ExecutionContext&, duckdb::DataChunk& input, duckdb::DataChunk& chunk, duckdb::GlobalOperatorState&,
                                     duckdb::OperatorState& state) const override {
    auto& [executor, computed, slots] = state.Cast<StepsState>();
    if (!steps_.expressions.empty()) computed.Reset();
    for (idx_t i = 0; i < input.ColumnCount(); ++i) slots.data[i].Reference(input.data[i]);
    slots.SetCardinality(input);
    executor.SetChunk(slots);
    for (idx_t i = 0; i < steps_.expressions.size(); ++i) {
      executor.ExecuteExpression(i, computed.data[i]);
      slots.data[input.ColumnCount() + i].Reference(computed.data[i]);
    }
    for (idx_t i = 0; i < steps_.outputs.size(); ++i) chunk.data[i].Reference(slots.data[steps_.outputs[i]]);
    chunk.SetCardinality(input);
    return duckdb::OperatorResultType::NEED_MORE_INPUT;
  }

 private:
  Steps steps_;
};

/// Stands in the place of the topmost projection, with its columns.
class LogicalSteps : public duckdb::LogicalExtensionOperator {
 public:
  LogicalSteps(idx_t table_index, Types types, Steps steps, unique_ptr<LogicalOperator> input)
      : table_index_(table_index), output_types_(std::move(types)), steps_(std::move(steps)) {
    children.push_back(std::move(input));
  }

  duckdb::vector<duckdb::ColumnBinding> GetColumnBindings() override { return GenerateColumnBindings(table_index_, output_types_.size()); }
  duckdb::vector<idx_t> GetTableIndex() const override { return {table_index_}; }
  bool SupportSerialization() const override { return false; }

  // The expressions refer to slots already.
  void ResolveColumnBindings(duckdb::ColumnBindingResolver& resolver, duckdb::vector<duckdb::ColumnBinding>& bindings) override {
    resolver.VisitOperator(*children[0]);
    bindings = GetColumnBindings();
  }

  duckdb::PhysicalOperator& CreatePlan(duckdb::ClientContext&, duckdb::PhysicalPlanGenerator& planner) override {
    auto& input = planner.CreatePlan(*children[0]);
    return planner.Make<PhysicalSteps>(types, std::move(steps_), input, estimated_cardinality);
  }

 protected:
  void ResolveTypes() override { types = output_types_; }

 private:
  idx_t table_index_;
  Types output_types_;
  Steps steps_;
};

unique_ptr<LogicalOperator> in_steps(unique_ptr<LogicalOperator> plan) {
  std::vector<unique_ptr<LogicalOperator>> stack;  // the topmost first
  while (plan->type == LogicalOperatorType::LOGICAL_PROJECTION) {
    auto below = std::move(plan->children[0]);
    stack.push_back(std::move(plan));
    plan = std::move(below);
  }
  const LogicalOperator& top = *stack.front();
  Types types;
  for (const auto& output : top.expressions) types.push_back(output->return_type);

  duckdb::column_binding_map_t<idx_t> slots;
  idx_t num_slots = 0;
  for (const auto& binding : plan->GetColumnBindings()) slots[binding] = num_slots++;
  const auto slot_of = [&](const Expression& column) { return slots.at(column.Cast<duckdb::BoundColumnRefExpression>().binding); };

  Steps steps;
  std::vector<idx_t> outputs;
  for (const auto& projection : stack | std::views::reverse) {
    outputs.clear();
    for (auto& expression : projection->expressions) {
      if (expression->GetExpressionClass() == ExpressionClass::BOUND_COLUMN_REF) {
        outputs.push_back(slot_of(*expression));
        continue;
      }
      duckdb::ExpressionIterator::VisitExpressionClassMutable(expression, ExpressionClass::BOUND_COLUMN_REF, [&](unique_ptr<Expression>& column) {
        column = duckdb::make_uniq<duckdb::BoundReferenceExpression>(column->GetAlias(), column->return_type, slot_of(*column));
      });
      outputs.push_back(num_slots++);
      steps.expressions.push_back(std::move(expression));
    }
    const idx_t table = projection->Cast<LogicalProjection>().table_index;
    for (idx_t i = 0; i < outputs.size(); ++i) slots[duckdb::ColumnBinding(table, i)] = outputs[i];
  }
  steps.outputs = std::move(outputs);

  auto result = duckdb::make_uniq<LogicalSteps>(top.Cast<LogicalProjection>().table_index, std::move(types), std::move(steps), std::move(plan));
  if (top.has_estimated_cardinality) result->SetEstimatedCardinality(top.estimated_cardinality);
  return result;
}

void stack_projections(unique_ptr<LogicalOperator>& plan) {
  std::size_t height = 0;
  for (const LogicalOperator* level = plan.get(); level->type == LogicalOperatorType::LOGICAL_PROJECTION; level = level->children[0].get()) ++height;
  if (height > kShortStack) plan = in_steps(std::move(plan));
  for (auto& child : plan->children) stack_projections(child);
}

}  // namespace

void register_projection_steps(duckdb::DuckDB& database) {
  duckdb::OptimizerExtension extension;
  extension.optimize_function = [](duckdb::OptimizerExtensionInput&, unique_ptr<LogicalOperator>& plan) { stack_projections(plan); };
  duckdb::OptimizerExtension::Register(duckdb::DBConfig::GetConfig(*database.instance), std::move(extension));
}

}  // namespace lab::engine
