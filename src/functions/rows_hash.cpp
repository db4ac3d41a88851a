#include <algorithm>

#include "functions/conditions.h"
#include "functions/misfit.h"
#include "functions/rows.h"

namespace lab::functions {

using types::TypeKind;

namespace {

bool has_map(const DataType& type) {
  if (type.is(TypeKind::Map)) return true;
  if (type.is(TypeKind::Array)) return has_map(type.element());
  return type.is(TypeKind::Struct) &&
         std::ranges::any_of(type.fields(), [](const types::Field& field) { return has_map(field.type); });
}

template <TypeKind Result>
CallTypes hash_types(const CallShape& shape) {
  CallTypes types{{}, Result, false};
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (has_map(shape.type(i))) throw Misfit::named(conditions::kHashMapType);
    types.arguments.push_back(shape.type(i));
  }
  return types;
}

/// Each value's hash is the seed of the next; NULL passes the seed on.
std::string chained(std::string_view kernel, const LowerCall& call, std::string seed) {
  for (std::size_t i = 0; i < call.size(); ++i) {
    if (!call.type(i).is(TypeKind::Null)) seed = std::string(kernel) + "(" + call.sql[i] + ", " + seed + ")";
  }
  return seed;
}
std::string lower_hash(const LowerCall& call) { return chained("lab_murmur3", call, "42::INTEGER"); }
std::string lower_xxhash64(const LowerCall& call) { return chained("lab_xxhash64", call, "42::BIGINT"); }

constexpr FunctionRow kHashTable[] = {
    {.name = "crc32", .signature = "(value: binary) -> bigint", .native = "lab_crc32", .doc = "CRC-32."},
    {.name = "hash",
     .signature = "(values: any...) -> int",
     .lower = &lower_hash,
     .types = &hash_types<TypeKind::Int>,
     .doc = "Murmur3 of the values."},
    {.name = "md5", .signature = "(value: binary) -> string", .native = "lab_md5", .doc = "MD5 in hexadecimal."},
    {.name = "sha", .signature = "(value: binary) -> string", .native = "lab_sha1", .doc = "SHA-1 in hexadecimal."},
    {.name = "sha1", .alias_of = "sha"},
    {.name = "sha2",
     .signature = "(value: binary, bits: int) -> string",
     .native = "lab_sha2",
     .nullability = Nullability::Always,
     .doc = "SHA-2 of 224, 256, 384 or 512 bits in hexadecimal."},
    {.name = "xxhash64",
     .signature = "(values: any...) -> bigint",
     .lower = &lower_xxhash64,
     .types = &hash_types<TypeKind::Long>,
     .doc = "xxHash of the values."},
};
static_assert(are_rows_in_order(kHashTable));

}  // namespace

constinit const Rows kHashRows = kHashTable;

}  // namespace lab::functions
