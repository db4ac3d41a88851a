#include <algorithm>

#include "analyze/conditions.h"
#include "analyze/fold.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/common_type.h"
#include "plan/bound_build.h"
#include "types/type_text.h"

// DataFrame.transpose(): rows become columns. Their names are data, so the rows are read while the query is analyzed.
namespace lab::analyze {
namespace {

constexpr std::int64_t kMostTransposedRows = 500;  ///< spark.sql.transposeMaxValues

bool is_atomic(const DataType& type) {
  return !type.is(TypeKind::Array) && !type.is(TypeKind::Map) && !type.is(TypeKind::Struct) && !type.is(TypeKind::Variant) && !type.is(TypeKind::Null) &&
         !type.is(TypeKind::CalendarInterval);
}

}  // namespace

Resolved Resolver::resolve_node(const plan::Transpose& node, const plan::Relation& relation) {
  Resolved input = resolve(node.input);
  const auto context = plan::query_context(relation.origin);
  const auto invalid = [&](std::string reason) { return Error(conditions::kTransposeIndex, {{"reason", std::move(reason)}}).at(context); };
  if (input.scope.empty()) return input;
  if (node.index.size() > 1) throw invalid("Single index column expected");
  Names names = names_over(input);
  const ExpressionPtr index = node.index.empty() ? bound::make_reference(input.scope[0].column) : expression(node.index[0], names).expression;
  if (!is_atomic(index->type)) throw invalid("Index column must be of atomic type, but found: " + types::sql_string(index->type));
  const auto* index_column = std::get_if<bound::ColumnRef>(&index->node);
  std::vector<bound::Column> columns;
  for (const auto& column : input.scope)
    if (!index_column || column.column.id != index_column->column) columns.push_back(column.column);
  std::optional<DataType> common;
  for (const auto& column : columns) {
    const auto wider = common ? functions::wider_without_strings(*common, column.type, policy_) : column.type;
    if (!wider) throw Error(conditions::kTransposeTypes, {{"dt1", types::quoted_sql(*common)}, {"dt2", types::quoted_sql(column.type)}}).at(context);
    common = wider;
  }

  // The rows in the order of the index: its text, then the cells.
  bound::Query query;
  bound::Outputs outputs{{fresh(), index}};
  for (const auto& column : columns) outputs.push_back({fresh(), cast_expression(bound::make_reference(column), *common)});
  bound::Columns given(outputs.size());
  auto rows_of = bound::make_project(input.relation, outputs, given);
  auto known = make_call("isnotnull", {bound::make_reference(rows_of->columns[0])}, TypeKind::Boolean, false, relation.origin);
  auto filtered = bound::make_relation(bound::Filter{rows_of, std::move(known)}, rows_of->columns);
  auto sorted = bound::make_sort(std::move(filtered), {{bound::make_reference(rows_of->columns[0]), false, true}});
  bound::Outputs texts{{fresh(), cast_expression(bound::make_reference(rows_of->columns[0]), TypeKind::String)}};
  for (std::size_t i = 1; i < rows_of->columns.size(); ++i) texts.push_back({fresh(), bound::make_reference(rows_of->columns[i])});
  query.root = bound::make_project(bound::make_limit(std::move(sorted), kMostTransposedRows + 1, 0), std::move(texts), bound::Columns(outputs.size()));
  query.policy = policy_;
  query.next_id = next_id_;
  const auto rows = context_.evaluate(query);
  if (rows.size() > kMostTransposedRows)
    throw Error(conditions::kTransposeRows, {{"maxValues", std::to_string(kMostTransposedRows)}, {"config", "spark.sql.transposeMaxValues"}}).at(context);

  bound::Values values;
  bound::Columns result{{fresh(), "key", TypeKind::String, false, {}}};
  for (const auto& row : rows) result.push_back({fresh(), row.at(0).text(), *common, true, {}});
  for (std::size_t c = 0; c < columns.size(); ++c) {
    auto& line = values.rows.emplace_back();
    line.push_back(bound::make_literal(types::Literal::string(columns[c].name)));
    for (const auto& row : rows) line.push_back(bound::make_literal(types::Literal{*common, row.at(c + 1)}));
  }
  if (values.rows.empty()) return from_relation(bound::make_relation(bound::LocalData{nullptr}, std::move(result)));
  return from_relation(bound::make_relation(std::move(values), std::move(result)));
}

}  // namespace lab::analyze
