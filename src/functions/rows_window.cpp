#include "functions/common_type.h"
#include "functions/misfit.h"
#include "functions/rows.h"

namespace lab::functions {

using types::TypeKind;

namespace {

/// lag and lead: the default is brought to the type of the value.
CallTypes offset_types(const CallShape& shape) {
  CallTypes types{{shape.type(0)}, shape.type(0), true};
  if (shape.size() > 1) types.arguments.push_back(TypeKind::Int);
  if (shape.size() > 2) {
    const auto common = wider_type(shape.type(0), shape.type(2), shape.policy);
    if (!common) throw Misfit{Misfit::Why::DifferentTypes};
    types.arguments[0] = types.result = *common;
    types.arguments.push_back(*common);
    types.nullable = shape.arguments[0]->nullable || shape.arguments[2]->nullable;
  }
  return types;
}

std::string lower_offset(std::string_view name, const LowerCall& call) {
  std::string text = std::string(name) + "(" + call.sql[0];
  if (call.size() > 1) text += ", " + call.sql[1];
  if (call.size() > 2) text += ", " + call.sql[2];
  return text + (call.ignore_nulls ? " IGNORE NULLS)" : ")") + call.suffix();
}
std::string lower_lag(const LowerCall& call) { return lower_offset("lag", call); }
std::string lower_lead(const LowerCall& call) { return lower_offset("lead", call); }

CallTypes nth_types(const CallShape& shape) {
  CallTypes types{{shape.type(0), TypeKind::Int}, shape.type(0), true};
  if (shape.size() > 2) types.arguments.push_back(TypeKind::Boolean);
  return types;
}

std::string lower_nth_value(const LowerCall& call) {
  const types::Value* flag = call.constant(2);
  const bool ignore = call.ignore_nulls || (flag != nullptr && !flag->is_null() && flag->boolean());
  return "nth_value(" + call.sql[0] + ", " + call.sql[1] + (ignore ? " IGNORE NULLS)" : ")") + call.suffix();
}

std::string lower_ntile(const LowerCall& call) {
  return "CAST(ntile(" + (call.size() > 0 ? call.sql[0] : std::string("1")) + ")" + call.suffix() + " AS INTEGER)";
}

/// ntile's number of buckets is a constant from 1 on.
void check_buckets(const CallShape& shape) {
  if (shape.size() == 0) return;
  if (!shape.is_foldable(0)) throw Misfit::not_foldable(shape, 0, "buckets");
  const auto count = shape.number(0);
  if (count && *count <= 0)
    throw Misfit::out_of_range("buckets", "(0, 2147483647]", std::to_string(static_cast<std::int64_t>(*count)));
}

constexpr FunctionRow kWindowTable[] = {
    {.name = "cume_dist",
     .signature = "() -> double",
     .kind = FunctionKind::Window,
     .sql = "cume_dist()$f",
     .nullability = Nullability::Never,
     .doc = "Part of the rows at or before this one."},
    {.name = "dense_rank",
     .signature = "(order: any...?) -> int",
     .kind = FunctionKind::Window,
     .sql = "CAST(dense_rank()$f AS INTEGER)",
     .nullability = Nullability::Never,
     .doc = "Rank without gaps."},
    {.name = "lag",
     .signature = "(value: any, offset?: int, otherwise?: any) -> any",
     .kind = FunctionKind::Window,
     .lower = &lower_lag,
     .types = &offset_types,
     .doc = "Value of a row before."},
    {.name = "lead",
     .signature = "(value: any, offset?: int, otherwise?: any) -> any",
     .kind = FunctionKind::Window,
     .lower = &lower_lead,
     .types = &offset_types,
     .doc = "Value of a row behind."},
    {.name = "nth_value",
     .signature = "(value: any, n: int, ignore_nulls?: boolean) -> any",
     .kind = FunctionKind::Window,
     .lower = &lower_nth_value,
     .types = &nth_types,
     .doc = "Value of the n-th row of the frame."},
    {.name = "ntile",
     .signature = "(n?: int) -> int",
     .kind = FunctionKind::Window,
     .lower = &lower_ntile,
     .check = &check_buckets,
     .nullability = Nullability::Never,
     .doc = "Number of the row's bucket of n."},
    {.name = "percent_rank",
     .signature = "(order: any...?) -> double",
     .kind = FunctionKind::Window,
     .sql = "percent_rank()$f",
     .nullability = Nullability::Never,
     .doc = "Rank as a part of the rows."},
    {.name = "rank",
     .signature = "(order: any...?) -> int",
     .kind = FunctionKind::Window,
     .sql = "CAST(rank()$f AS INTEGER)",
     .nullability = Nullability::Never,
     .doc = "Rank with gaps."},
    {.name = "row_number",
     .signature = "() -> int",
     .kind = FunctionKind::Window,
     .sql = "CAST(row_number()$f AS INTEGER)",
     .nullability = Nullability::Never,
     .doc = "Number of the row, from 1."},
};
static_assert(are_rows_in_order(kWindowTable));

}  // namespace

constinit const Rows kWindowRows = kWindowTable;

}  // namespace lab::functions
