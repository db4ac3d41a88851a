#include "functions/duckdb_type.h"
#include "lower/lowering.h"

namespace lab::lower {

using namespace plan::bound;
using types::TypeKind;

namespace {

/// So many in a query cost DuckDB's optimizer nothing to speak of.
constexpr int kFewWindows = 8;

const types::Value* constant(const Expression& expression) {
  const auto* literal = std::get_if<LiteralNode>(&expression.node);
  return literal && !literal->value.is_null() ? &literal->value : nullptr;
}

// Spans ride in numbers; the distance between two instants in a frame is DuckDB's own INTERVAL.
std::string range_offset(const std::string& sql, const types::DataType& span, const types::DataType& key) {
  if (span.is(TypeKind::YearMonthInterval) && key.is_datetime()) return "to_months(" + sql + ")";
  if (span.is(TypeKind::DayTimeInterval) && key.is_datetime()) return "to_microseconds(" + sql + ")";
  if (span.is(TypeKind::CalendarInterval)) {
    const auto part = [&](int i) { return "struct_extract(" + sql + ", 'f" + std::to_string(i) + "')"; };
    return "(to_months(" + part(0) + ") + to_days(" + part(1) + ") + to_microseconds(" + part(2) + "))";
  }
  if (key.is(TypeKind::Date)) return "to_days(CAST(" + sql + " AS INTEGER))";
  return "CAST(" + sql + " AS " + functions::duckdb_type(key) + ")";
}

}  // namespace

std::string Lowering::over(const WindowCall& call) {
  std::string text;
  const auto add = [&](const std::string& piece) { text += (text.empty() ? "" : " ") + piece; };
  std::vector<std::string> keys;
  for (const auto& key : call.partition_by) keys.push_back(expression(key));
  if (!keys.empty()) add("PARTITION BY " + comma_list(keys));
  keys.clear();
  for (const SortKey& key : call.order_by) keys.push_back(sort_key(key));
  if (!keys.empty()) add("ORDER BY " + comma_list(keys));
  if (!call.frame) return text;

  const auto bound = [&](const FrameBound& frame) -> std::string {
    using Kind = FrameBound::Kind;
    if (frame.kind == Kind::UnboundedPreceding) return "UNBOUNDED PRECEDING";
    if (frame.kind == Kind::UnboundedFollowing) return "UNBOUNDED FOLLOWING";
    if (frame.kind == Kind::CurrentRow) return "CURRENT ROW";
    bool precedes = frame.kind == Kind::Preceding;
    std::string offset;
    const types::Value* value = constant(*frame.offset);
    if (value && std::holds_alternative<std::int64_t>(value->data) && value->integer() < 0) {
      // `-1 FOLLOWING` is the row before.
      precedes = !precedes;
      offset = functions::literal_sql(frame.offset->type, types::Value{-value->integer()});
    } else {
      offset = expression(frame.offset);
    }
    if (!call.frame->is_rows && !call.order_by.empty()) offset = range_offset(offset, frame.offset->type, call.order_by.front().expression->type);
    return offset + (precedes ? " PRECEDING" : " FOLLOWING");
  };
  std::string lower = bound(call.frame->lower), upper = bound(call.frame->upper);
  // A frame that ends before it begins is empty; DuckDB takes it only from a distance of nothing.
  const auto nothing_of = [](const std::string& text) { return "(" + text.substr(0, text.rfind(' ')) + ") * 0" + text.substr(text.rfind(' ')); };
  if (lower == "CURRENT ROW" && call.frame->upper.offset && upper.ends_with(" PRECEDING")) lower = nothing_of(upper);
  if (upper == "CURRENT ROW" && call.frame->lower.offset && lower.ends_with(" FOLLOWING")) upper = nothing_of(lower);
  add(std::string(call.frame->is_rows ? "ROWS" : "RANGE") + " BETWEEN " + lower + " AND " + upper);
  return text;
}

std::string Lowering::write(const WindowCall& node, const Expression& expression) {
  return aggregate_call(node.call, expression.type, over(node));
}

Select Lowering::lower(const Window& node, const Relation& relation) {
  Select input = over_block(this->relation(*node.input), node.input->columns);
  Select select;
  // Rows must be filtered before they are seen by a window: its own block.
  select.from = from_item(input);
  select.pass(node.input->columns);
  for (const Output& output : node.outputs) select.outputs.push_back({output.column, expression(output.expression)});
  select.is_computed = true;
  if (++num_windows_ > kFewWindows) {
    // DuckDB pushes filters into what is below a partitioned window twice, so a stack of n takes 2^n of its time; once, when a window
    // without a partition stands beside it.
    select.outputs.push_back({ColumnId{next_id_++}, "row_number() OVER ()"});
    select = over_block(std::move(select), relation.columns);
  }
  return select;
}

}  // namespace lab::lower
