#include "functions/common_type.h"
#include "functions/duckdb_type.h"
#include "functions/misfit.h"
#include "functions/rows.h"
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

/// rand([seed[, row]]): analysis adds the row number, so that values do not depend on threads.
std::string random_call(std::string_view kernel, const LowerCall& call) {
  if (call.size() == 2) return std::string(kernel) + "(" + call.sql[0] + ", " + call.sql[1] + ")";
  return std::string(kernel) + "_any(random())";
}
std::string lower_rand(const LowerCall& call) { return random_call("lab_rand", call); }
std::string lower_randn(const LowerCall& call) { return random_call("lab_randn", call); }

/// Without a number from analysis the rows of the block are counted.
std::string lower_row_number(const LowerCall& call) { return call.size() > 0 ? call.sql[0] : "(row_number() OVER () - 1)"; }

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
     .native = "lab_raise_error",
     .nullability = Nullability::Always,
     .may_raise = true,
     .is_volatile = true,
     .doc = "Raises."},
    {.name = "rand",
     .signature = "(seed?: bigint, row?: bigint) -> double",
     .lower = &lower_rand,
     .nullability = Nullability::Never,
     .is_volatile = true,
     .doc = "Evenly distributed in [0, 1)."},
    {.name = "randn",
     .signature = "(seed?: bigint, row?: bigint) -> double",
     .lower = &lower_randn,
     .nullability = Nullability::Never,
     .is_volatile = true,
     .doc = "Normally distributed."},
    {.name = "random", .alias_of = "rand"},
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
