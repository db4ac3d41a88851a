#include "base/error.h"
#include "functions/conditions.h"
#include "functions/duckdb_type.h"
#include "functions/misfit.h"
#include "functions/rows.h"
#include "types/type_text.h"

/// Semi-structured values (Spark 4).
namespace lab::functions {

using types::TypeKind;

namespace {

DataType need_variant(const CallShape& shape, std::size_t i) {
  if (!shape.type(i).is(TypeKind::Variant) && !shape.type(i).is(TypeKind::Null)) throw Misfit{Misfit::Why::Input, i, "\"VARIANT\""};
  return TypeKind::Variant;
}

/// variant_get(variant, path[, type]): the type is a constant text.
CallTypes variant_get_types(const CallShape& shape) {
  CallTypes types{{need_variant(shape, 0), TypeKind::String}, TypeKind::Variant, true};
  if (shape.size() < 3) return types;
  types.arguments.push_back(TypeKind::String);
  const types::Value* text = shape.constant(2);
  if (text == nullptr || text->is_null() || !shape.type(2).is_text())
    throw Error(conditions::kSchemaNotLiteral, {{"inputSchema", "\"" + shape.display(2) + "\""}});
  types.result = types::parse_type(text->text());
  return types;
}

CallTypes parse_json_types(const CallShape& shape) {
  if (!shape.type(0).is_text() && !shape.type(0).is(TypeKind::Null)) throw Misfit{Misfit::Why::Input, 0, "\"STRING\""};
  return {{TypeKind::String}, TypeKind::Variant, {}};
}

std::string type_literal(const DataType& type) { return text_literal(types::to_json(type)); }

std::string get_sql(const LowerCall& call, bool raises) {
  return "lab_variant_get(" + call.sql[0] + ", " + call.sql[1] + ", " + type_literal(call.result) + ", " + call.zone() +
         (raises ? ", true)" : ", false)");
}
std::string lower_variant_get(const LowerCall& call) { return get_sql(call, true); }
std::string lower_try_variant_get(const LowerCall& call) { return get_sql(call, false); }

CallTypes is_variant_null_types(const CallShape& shape) { return {{need_variant(shape, 0)}, TypeKind::Boolean, false}; }
CallTypes is_valid_variant_types(const CallShape& shape) { return {{need_variant(shape, 0)}, TypeKind::Boolean, {}}; }
CallTypes schema_types(const CallShape& shape) { return {{need_variant(shape, 0)}, TypeKind::String, {}}; }
CallTypes schema_agg_types(const CallShape& shape) { return {{need_variant(shape, 0)}, TypeKind::String, false}; }

std::string lower_schema_agg(const LowerCall& call) {
  return "lab_merge_variant_schemas(list(DISTINCT lab_variant_schema_json(" + call.sql[0] + "))" + call.suffix() + ")";
}

bool may_be_variant(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Null:
    case TypeKind::CalendarInterval:
    case TypeKind::YearMonthInterval:
    case TypeKind::DayTimeInterval: return false;
    case TypeKind::Array: return may_be_variant(type.element());
    case TypeKind::Map: return type.key().is_text() && may_be_variant(type.value());
    case TypeKind::Struct:
      for (const auto& field : type.fields())
        if (!may_be_variant(field.type)) return false;
      return true;
    default: return true;
  }
}

CallTypes to_variant_object_types(const CallShape& shape) {
  if (!shape.type(0).is_nested() || !may_be_variant(shape.type(0))) throw Misfit{Misfit::Why::Cast, 0, "\"VARIANT\""};
  return {{shape.type(0)}, TypeKind::Variant, {}};
}
std::string lower_to_variant_object(const LowerCall& call) { return "lab_to_variant(" + call.sql[0] + ", " + type_literal(call.type(0)) + ")"; }

CallTypes variant_explode_types(const CallShape& shape) {
  return {{need_variant(shape, 0)},
          DataType::structure({{"pos", TypeKind::Int, false, {}}, {"key", TypeKind::String, true, {}}, {"value", TypeKind::Variant, false, {}}}),
          false};
}

constexpr FunctionRow kVariantTable[] = {
    {.name = "is_valid_variant",
     .signature = "(variant: any) -> boolean",
     .native = "lab_is_valid_variant",
     .types = &is_valid_variant_types,
     .since_version = Since::Spark4Only,
     .doc = "Whether the bytes make a variant."},
    {.name = "is_variant_null",
     .signature = "(variant: any) -> boolean",
     .sql = "coalesce(lab_is_variant_null($1), false)",
     .types = &is_variant_null_types,
     .nullability = Nullability::Never,
     .may_raise = true,
     .since_version = Since::Spark4Only,
     .doc = "Whether it is JSON's null; a NULL is not."},
    {.name = "parse_json",
     .signature = "(json: any) -> variant",
     .native = "lab_parse_variant",
     .types = &parse_json_types,
     .may_raise = true,
     .since_version = Since::Spark4Only,
     .doc = "JSON text as a variant."},
    {.name = "schema_of_variant",
     .signature = "(variant: any) -> string",
     .native = "lab_variant_schema",
     .types = &schema_types,
     .may_raise = true,
     .since_version = Since::Spark4Only,
     .doc = "The type that would hold a variant, as SQL."},
    {.name = "schema_of_variant_agg",
     .signature = "(variant: any) -> string",
     .kind = FunctionKind::Aggregate,
     .lower = &lower_schema_agg,
     .types = &schema_agg_types,
     .nullability = Nullability::Never,
     .since_version = Since::Spark4Only,
     .doc = "The type that would hold all variants."},
    {.name = "to_variant_object",
     .signature = "(value: any) -> any",
     .lower = &lower_to_variant_object,
     .types = &to_variant_object_types,
     .may_raise = true,
     .since_version = Since::Spark4Only,
     .doc = "A struct, map or array as a variant; structs and maps become objects."},
    {.name = "try_parse_json",
     .signature = "(json: any) -> variant",
     .native = "lab_parse_variant_try",
     .types = &parse_json_types,
     .nullability = Nullability::Always,
     .since_version = Since::Spark4Only,
     .doc = "JSON text as a variant, NULL when it is none."},
    {.name = "try_variant_get",
     .signature = "(variant: any, path: string, type?: string) -> any",
     .lower = &lower_try_variant_get,
     .types = &variant_get_types,
     .nullability = Nullability::Always,
     .may_raise = true,
     .since_version = Since::Spark4Only,
     .doc = "What the path leads to, NULL where it does not fit the type."},
    {.name = "variant_explode",
     .signature = "(variant: any) -> any",
     .kind = FunctionKind::Generator,
     .native = "lab_variant_entries",
     .types = &variant_explode_types,
     .since_version = Since::Spark4Only,
     .doc = "A row for each member of an object or element of an array."},
    {.name = "variant_explode_outer", .since_version = Since::Spark4Only, .alias_of = "variant_explode"},
    {.name = "variant_get",
     .signature = "(variant: any, path: string, type?: string) -> any",
     .lower = &lower_variant_get,
     .types = &variant_get_types,
     .nullability = Nullability::Always,
     .may_raise = true,
     .since_version = Since::Spark4Only,
     .doc = "What the path leads to, as a type."},
};
static_assert(are_rows_in_order(kVariantTable));

}  // namespace

constinit const Rows kVariantRows = kVariantTable;

}  // namespace lab::functions
