#include "functions/conditions.h"
#include "functions/duckdb_type.h"
#include "functions/misfit.h"
#include "functions/rows.h"

/// Aggregates that summarize: bitmaps, histograms, sketches.
namespace lab::functions {

using types::TypeKind;

namespace {

bool is_positive(const types::Value& value) { return std::get<double>(value.data) > 0; }

/// histogram_numeric(x, bins): what has an order as numbers.
CallTypes histogram_types(const CallShape& shape) {
  const DataType& type = shape.type(0);
  const bool fits = type.is_numeric() || type.is_text() || type.is_datetime() || type.is(TypeKind::YearMonthInterval) || type.is(TypeKind::DayTimeInterval);
  if (!fits && !type.is(TypeKind::Null))
    throw Misfit{Misfit::Why::Input, 0,
                 "(\"NUMERIC\" or \"DATE\" or \"TIMESTAMP\" or \"TIMESTAMP_NTZ\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO SECOND\")"};
  if (shape.constant(1) == nullptr) throw Misfit{Misfit::Why::NotFoldable, 1, shape.policy.is_spark4 ? "`nb`" : "nb"};
  if (shape.constant(1)->is_null()) throw Misfit{Misfit::Why::IsNull, 1, "nb"};
  if (shape.type(1).is_integral() && shape.constant(1)->integer() < 2) throw Misfit{Misfit::Why::Range, 1, "nb|[2, 2147483647]"};
  const DataType x = type.is(TypeKind::Null) || type.is_text() ? DataType(TypeKind::Double) : type;
  return {{x, TypeKind::Int}, DataType::array(DataType::structure({{"x", x, true, {}}, {"y", TypeKind::Double, true, {}}}), true), true};
}

std::string as_number(const std::string& sql, const DataType& type) {
  if (type.is(TypeKind::Date)) return "CAST(" + sql + " - DATE '1970-01-01' AS DOUBLE)";
  if (type.is_datetime()) return "CAST(epoch_us(" + sql + ") AS DOUBLE)";
  return "CAST(" + sql + " AS DOUBLE)";
}

/// Back from a number; whole numbers are cut.
std::string from_number(const std::string& sql, const DataType& type) {
  if (type.is(TypeKind::Date)) return "(DATE '1970-01-01' + CAST(trunc(" + sql + ") AS INTEGER))";
  if (type.is(TypeKind::Timestamp)) return "make_timestamptz(CAST(trunc(" + sql + ") AS BIGINT))";
  if (type.is(TypeKind::TimestampNtz)) return "make_timestamp(CAST(trunc(" + sql + ") AS BIGINT))";
  if (type.is_fractional()) return "CAST(" + sql + " AS " + duckdb_type(type) + ")";
  if (type.is(TypeKind::Decimal))
    return "lab_double_to_decimal(" + sql + ", " + std::to_string(type.precision()) + ", " + std::to_string(type.scale()) + ", false)";
  return "CAST(trunc(" + sql + ") AS " + duckdb_type(type) + ")";
}

std::string lower_histogram(const LowerCall& call) {
  const DataType& type = call.type(0);
  return "list_transform(lab_histogram(list(" + call.distinct + as_number(call.sql[0], type) + ")" + call.suffix() + ", " + call.sql[1] +
         "), lambda bin: {'f0': " + from_number("struct_extract(bin, 'f0')", type) + ", 'f1': struct_extract(bin, 'f1')})";
}

/// count_min_sketch(x, eps, confidence, seed): three constants.
CallTypes count_min_types(const CallShape& shape) {
  const DataType& type = shape.type(0);
  if (!type.is_integral() && !type.is_text() && !type.is(TypeKind::Binary) && !type.is(TypeKind::Null))
    throw Misfit{Misfit::Why::Input, 0, "(\"INTEGRAL\" or \"STRING\" or \"BINARY\")"};
  static constexpr std::string_view kNames[] = {"", "eps", "confidence", "seed"};
  for (std::size_t i = 1; i < 4; ++i)
    if (shape.constant(i) == nullptr) throw Misfit{Misfit::Why::NotFoldable, i, std::string(kNames[i])};
  for (std::size_t i = 1; i < 4; ++i)
    if (shape.constant(i)->is_null()) throw Misfit{Misfit::Why::IsNull, i, std::string(kNames[i])};
  const auto is_real = [&](std::size_t i) { return std::holds_alternative<double>(shape.constant(i)->data); };
  if (is_real(1) && !is_positive(*shape.constant(1))) throw Misfit{Misfit::Why::Range, 1, "eps|(0.0, 1.7976931348623157E308]"};
  if (is_real(2) && (!is_positive(*shape.constant(2)) || shape.constant(2)->real() > 1)) throw Misfit{Misfit::Why::Range, 2, "confidence|(0.0, 1.0]"};
  const DataType item = type.is_text() || type.is(TypeKind::Binary) ? DataType(TypeKind::Binary) : DataType(TypeKind::Long);
  return {{item, TypeKind::Double, TypeKind::Double, TypeKind::Int}, TypeKind::Binary, false};
}

std::string lower_count_min(const LowerCall& call) {
  return "lab_count_min_sketch(list(" + call.distinct + call.sql[0] + ")" + call.suffix() + ", " + call.sql[1] + ", " + call.sql[2] + ", " + call.sql[3] + ")";
}

/// These functions cast nothing: an argument has the type, or it is NULL.
void expect_type(const CallShape& shape, std::size_t i, TypeKind kind, std::string_view name) {
  if (i < shape.size() && !shape.type(i).is(kind) && !shape.type(i).is(TypeKind::Null)) throw Misfit{Misfit::Why::Input, i, std::string(name)};
}

/// hll_sketch_agg(value[, lg_k]); texts count by their bytes.
CallTypes hll_sketch_types(const CallShape& shape) {
  const DataType& type = shape.type(0);
  const bool is_number = type.is(TypeKind::Int) || type.is(TypeKind::Long) || type.is(TypeKind::Null);
  if (!is_number && !type.is_text() && !type.is(TypeKind::Binary))
    throw Misfit{Misfit::Why::Input, 0, "(\"INT\" or \"BIGINT\" or \"STRING\" or \"BINARY\")"};
  expect_type(shape, 1, TypeKind::Int, "\"INT\"");
  if (shape.size() > 1 && !shape.is_foldable(1)) throw Error(conditions::kHllConstant, {{"function", "`hll_sketch_agg`"}});
  CallTypes types{{is_number ? DataType(TypeKind::Long) : DataType(TypeKind::Binary)}, TypeKind::Binary, false};
  if (shape.size() > 1) types.arguments.push_back(TypeKind::Int);
  return types;
}

/// A sketch of nothing is one, too.
std::string lower_hll_sketch(const LowerCall& call) {
  const std::string lg_k = call.size() > 1 ? "coalesce(" + call.sql[1] + ", 0)" : "12";
  return "coalesce(lab_hll_of_values(" + call.distinct + call.sql[0] + ", " + lg_k + ")" + call.suffix() + ", lab_hll_empty(" + lg_k + "))";
}

/// hll_union_agg(sketch[, allow_different_lg_k])
CallTypes hll_union_agg_types(const CallShape& shape) {
  expect_type(shape, 0, TypeKind::Binary, "\"BINARY\"");
  expect_type(shape, 1, TypeKind::Boolean, "\"BOOLEAN\"");
  CallTypes types{{TypeKind::Binary}, TypeKind::Binary, false};
  if (shape.size() > 1) types.arguments.push_back(TypeKind::Boolean);
  return types;
}

std::string lower_hll_union_agg(const LowerCall& call) {
  const std::string may_differ = call.size() > 1 ? "coalesce(" + call.sql[1] + ", false)" : "false";
  return "coalesce(lab_hll_of_sketches(" + call.distinct + call.sql[0] + ", " + may_differ + ")" + call.suffix() + ", lab_hll_empty(12))";
}

CallTypes hll_union_types(const CallShape& shape) {
  for (std::size_t i = 0; i < 2; ++i) expect_type(shape, i, TypeKind::Binary, "\"BINARY\"");
  expect_type(shape, 2, TypeKind::Boolean, "\"BOOLEAN\"");
  CallTypes types{{TypeKind::Binary, TypeKind::Binary}, TypeKind::Binary, {}};
  if (shape.size() > 2) types.arguments.push_back(TypeKind::Boolean);
  return types;
}

std::string lower_hll_union(const LowerCall& call) {
  return "lab_hll_union(" + call.sql[0] + ", " + call.sql[1] + ", " + (call.size() > 2 ? call.sql[2] : "false") + ")";
}

CallTypes hll_estimate_types(const CallShape& shape) {
  expect_type(shape, 0, TypeKind::Binary, "\"BINARY\"");
  return {{TypeKind::Binary}, TypeKind::Long, {}};
}

constexpr FunctionRow kSketchTable[] = {
    {.name = "bitmap_and_agg",
     .signature = "(bitmap: binary) -> binary",
     .kind = FunctionKind::Aggregate,
     .sql = "coalesce(lab_bitmap_and($1)$f, repeat('\\xFF'::BLOB, 4096))",
     .nullability = Nullability::Never,
     .since_version = Since::Spark4Only,
     .doc = "Bits that all bitmaps have."},
    {.name = "bitmap_construct_agg",
     .signature = "(position: bigint) -> binary",
     .kind = FunctionKind::Aggregate,
     .sql = "coalesce(lab_bitmap_construct($1)$f, repeat('\\x00'::BLOB, 4096))",
     .nullability = Nullability::Never,
     .doc = "A bitmap with the bits at all positions."},
    {.name = "bitmap_or_agg",
     .signature = "(bitmap: binary) -> binary",
     .kind = FunctionKind::Aggregate,
     .sql = "coalesce(lab_bitmap_or($1)$f, repeat('\\x00'::BLOB, 4096))",
     .nullability = Nullability::Never,
     .doc = "Bits that some bitmap has."},
    {.name = "count_min_sketch",
     .signature = "(value: any, eps: any, confidence: any, seed: any) -> binary",
     .kind = FunctionKind::Aggregate,
     .lower = &lower_count_min,
     .types = &count_min_types,
     .nullability = Nullability::Never,
     .doc = "A sketch that estimates how often a value occurs."},
    {.name = "histogram_numeric",
     .signature = "(value: any, bins: any) -> any",
     .kind = FunctionKind::Aggregate,
     .lower = &lower_histogram,
     .types = &histogram_types,
     .nullability = Nullability::Always,
     .doc = "At most so many bins with their centers and heights."},
    {.name = "hll_sketch_agg",
     .signature = "(value: any, lg_k?: any) -> binary",
     .kind = FunctionKind::Aggregate,
     .lower = &lower_hll_sketch,
     .types = &hll_sketch_types,
     .nullability = Nullability::Never,
     .doc = "A HyperLogLog sketch of the values, as Apache DataSketches stores it."},
    {.name = "hll_sketch_estimate",
     .signature = "(sketch: any) -> bigint",
     .native = "lab_hll_estimate",
     .types = &hll_estimate_types,
     .may_raise = true,
     .doc = "About how many distinct values a HyperLogLog sketch saw."},
    {.name = "hll_union",
     .signature = "(first: any, second: any, allow_different_lg_k?: any) -> binary",
     .lower = &lower_hll_union,
     .types = &hll_union_types,
     .may_raise = true,
     .doc = "The sketch of what two HyperLogLog sketches saw."},
    {.name = "hll_union_agg",
     .signature = "(sketch: any, allow_different_lg_k?: any) -> binary",
     .kind = FunctionKind::Aggregate,
     .lower = &lower_hll_union_agg,
     .types = &hll_union_agg_types,
     .nullability = Nullability::Never,
     .doc = "The sketch of what all HyperLogLog sketches saw."},
};
static_assert(are_rows_in_order(kSketchTable));

}  // namespace

constinit const Rows kSketchRows = kSketchTable;

}  // namespace lab::functions
