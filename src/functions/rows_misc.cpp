#include "functions/common_type.h"
#include "functions/duckdb_type.h"
#include "functions/misfit.h"
#include "functions/rows.h"
#include "plan/bound_tree.h"
#include "types/type_text.h"

namespace lab::functions {

using types::TypeKind;

namespace {

CallTypes typeof_types(const CallShape& shape) { return {{shape.type(0)}, TypeKind::String, false}; }
std::string lower_typeof(const LowerCall& call) { return text_literal(types::catalog_string(call.type(0))); }

std::string lower_version(const LowerCall& call) {
  return call.policy.is_spark4 ? "'4.2.0 0000000000000000000000000000000000000000'"
                               : "'3.5.5 7c29c664cdc9321205a98a14858aaf8daaa19db2'";
}

/// assert_true gives NULL or raises; the check needs the whole row, so it is volatile.
std::string lower_assert_true(const LowerCall& call) {
  return "lab_assert_true(" + call.sql[0] + ", " + (call.size() > 1 ? call.sql[1] : text_literal("")) + ")";
}

/// rand([seed]): a seed means Spark's own numbers.
std::string random_call(std::string_view kernel, const LowerCall& call) {
  if (call.size() > 0) return std::string(kernel) + "(" + call.sql[0] + ")";
  return std::string(kernel) + "_any(random())";
}
std::string lower_rand(const LowerCall& call) { return random_call("lab_rand", call); }
std::string lower_randn(const LowerCall& call) { return random_call("lab_randn", call); }

/// randstr(length[, seed]) and uniform(low, high[, seed]): constants, without a seed another one for each query.
std::string seed_sql(const LowerCall& call, std::size_t i) {
  return i < call.size() ? call.sql[i] : "CAST(random() * 9e15 AS BIGINT)";
}
/// Nothing in it depends on a row.
bool is_foldable(const plan::bound::ExpressionPtr& expression) {
  return !plan::bound::contains(expression, [](const plan::bound::Expression& part) {
    const auto* call = std::get_if<plan::bound::Call>(&part.node);
    return std::holds_alternative<plan::bound::ColumnRef>(part.node) || plan::bound::is_aggregate(part) || (call && call->function->is_volatile);
  });
}
void need_foldable(const CallShape& shape, std::size_t i, std::string named) {
  if (!is_foldable(shape.arguments[i])) throw Misfit{Misfit::Why::NotFoldable, i, std::move(named)};
}

CallTypes randstr_types(const CallShape& shape) {
  const DataType& length = shape.type(0);
  if (!length.is_numeric() && !length.is_text() && !length.is(TypeKind::Null)) throw Misfit{Misfit::Why::Input, 0, "INT or SMALLINT"};
  need_foldable(shape, 0, "`length`|integer");
  CallTypes types{{TypeKind::Int}, TypeKind::String, false};
  if (shape.size() == 1) return types;
  if (!shape.type(1).is_integral() && !shape.type(1).is(TypeKind::Null)) throw Misfit{Misfit::Why::Input, 1, "(\"INT\" or \"BIGINT\")"};
  need_foldable(shape, 1, "`seed`|integer");
  types.arguments.push_back(TypeKind::Long);
  return types;
}
std::string lower_randstr(const LowerCall& call) { return "lab_randstr(" + seed_sql(call, 1) + ", " + call.sql[0] + ")"; }

CallTypes uniform_types(const CallShape& shape) {
  for (std::size_t i = 0; i < 2; ++i)
    if (!shape.type(i).is_numeric() && !shape.type(i).is(TypeKind::Null)) throw Misfit{Misfit::Why::Input, i, "\"NUMERIC\""};
  static constexpr std::string_view kNames[] = {"`min`", "`max`", "`seed`"};
  for (std::size_t i = 0; i < shape.size(); ++i) need_foldable(shape, i, std::string(kNames[i]) + "|integer or floating-point");
  const bool is_null = shape.type(0).is(TypeKind::Null) || shape.type(1).is(TypeKind::Null);
  const std::vector<DataType> both{shape.type(0), shape.type(1)};
  const auto common = is_null ? std::optional(DataType(TypeKind::Double)) : wider_common_type(both, shape.policy);
  if (!common) throw Misfit{Misfit::Why::DifferentTypes};
  CallTypes types{{TypeKind::Double, TypeKind::Double}, *common, shape.arguments[0]->nullable || shape.arguments[1]->nullable};
  if (shape.size() > 2) types.arguments.push_back(TypeKind::Long);
  return types;
}
std::string lower_uniform(const LowerCall& call) {
  const std::string drawn = "(" + call.sql[0] + " + (" + call.sql[1] + " - " + call.sql[0] + ") * lab_rand(" + seed_sql(call, 2) + "))";
  return "CAST(" + (call.result.is_integral() ? "trunc(" + drawn + ")" : drawn) + " AS " + duckdb_type(call.result) + ")";
}

/// Without a number from analysis the rows of the block are counted.
std::string lower_row_number(const LowerCall& call) { return call.size() > 0 ? call.sql[0] : "(row_number() OVER () - 1)"; }

/// A seed is a whole number or NULL, and is never cast to one.
CallTypes seed_types(const CallShape& shape) {
  if (shape.size() == 0) return {{}, TypeKind::Double, false};
  const DataType& type = shape.type(0);
  if (!type.is_integral() && !type.is(TypeKind::Null)) throw Misfit{Misfit::Why::Input, 0, "(\"INT\" or \"BIGINT\")"};
  return {{TypeKind::Long}, TypeKind::Double, false};
}

constexpr FunctionRow kMiscTable[] = {
    {.name = "assert_true",
     .signature = "(condition: boolean, message?: string) -> void",
     .lower = &lower_assert_true,
     .nullability = Nullability::Always,
     .may_raise = true,
     .is_volatile = true,
     .doc = "Raises unless the condition holds."},
    {.name = "bitmap_bit_position",
     .signature = "(value: bigint) -> bigint",
     .native = "lab_bitmap_bit_position",
     .doc = "Position of a value's bit in its bucket."},
    {.name = "bitmap_bucket_number",
     .signature = "(value: bigint) -> bigint",
     .native = "lab_bitmap_bucket_number",
     .doc = "Bucket of a value."},
    {.name = "bitmap_count",
     .signature = "(bitmap: binary) -> bigint",
     .native = "lab_bitmap_count",
     .doc = "Bits set in a bitmap."},
    {.name = "current_catalog",
     .signature = "(value?: string) -> string",
     .sql = "$1",
     .nullability = Nullability::Never,
     .doc = "The current catalog."},
    {.name = "current_database",
     .signature = "(value?: string) -> string",
     .sql = "$1",
     .nullability = Nullability::Never,
     .doc = "The current database."},
    {.name = "current_schema", .alias_of = "current_database"},
    {.name = "current_user",
     .signature = "(value?: string) -> string",
     .sql = "$1",
     .nullability = Nullability::Never,
     .doc = "The user."},
    {.name = "distributed_sequence_id", .alias_of = "monotonically_increasing_id"},
    {.name = "input_file_block_length",
     .signature = "() -> bigint",
     .sql = "-1::BIGINT",
     .nullability = Nullability::Never,
     .doc = "Length of the block being read, -1 when unknown."},
    {.name = "input_file_block_start",
     .signature = "() -> bigint",
     .sql = "-1::BIGINT",
     .nullability = Nullability::Never,
     .doc = "Start of the block being read, -1 when unknown."},
    {.name = "input_file_name",
     .signature = "(value?: string) -> string",
     .sql = "''",
     .nullability = Nullability::Never,
     .doc = "File being read, empty when unknown."},
    {.name = "monotonically_increasing_id",
     .signature = "(row?: bigint) -> bigint",
     .lower = &lower_row_number,
     .nullability = Nullability::Never,
     .is_volatile = true,
     .doc = "A number for each row."},
    {.name = "raise_error",
     .signature = "(message: string) -> void",
     .sql = "lab_raise_error(coalesce($1, 'null'))",
     .nullability = Nullability::Always,
     .may_raise = true,
     .is_volatile = true,
     .doc = "Raises."},
    {.name = "rand",
     .signature = "(seed?: bigint) -> double",
     .lower = &lower_rand,
     .types = &seed_types,
     .nullability = Nullability::Never,
     .is_volatile = true,
     .doc = "Evenly distributed in [0, 1)."},
    {.name = "randn",
     .signature = "(seed?: bigint) -> double",
     .lower = &lower_randn,
     .types = &seed_types,
     .nullability = Nullability::Never,
     .is_volatile = true,
     .doc = "Normally distributed."},
    {.name = "random", .alias_of = "rand"},
    {.name = "randstr",
     .signature = "(length: any, seed?: any) -> string",
     .lower = &lower_randstr,
     .types = &randstr_types,
     .nullability = Nullability::Never,
     .is_volatile = true,
     .since_version = Since::Spark4Only,
     .doc = "Random digits and letters."},
    {.name = "session_user", .since_version = Since::Spark4Only, .alias_of = "current_user"},
    {.name = "spark_partition_id",
     .signature = "() -> int",
     .sql = "0::INTEGER",
     .nullability = Nullability::Never,
     .doc = "Number of the partition."},
    {.name = "typeof",
     .signature = "(value: any) -> string",
     .lower = &lower_typeof,
     .types = &typeof_types,
     .nullability = Nullability::Never,
     .doc = "Name of the type."},
    {.name = "uniform",
     .signature = "(min: any, max: any, seed?: any) -> any",
     .lower = &lower_uniform,
     .types = &uniform_types,
     .is_volatile = true,
     .since_version = Since::Spark4Only,
     .doc = "Evenly distributed between two numbers."},
    {.name = "user", .alias_of = "current_user"},
    {.name = "uuid",
     .signature = "() -> string",
     .sql = "CAST(uuid() AS VARCHAR)",
     .nullability = Nullability::Never,
     .is_volatile = true,
     .doc = "A random UUID."},
    {.name = "version",
     .signature = "() -> string",
     .lower = &lower_version,
     .nullability = Nullability::Never,
     .doc = "Version of Spark."},
};
static_assert(are_rows_in_order(kMiscTable));

}  // namespace

constinit const Rows kMiscRows = kMiscTable;

}  // namespace lab::functions
