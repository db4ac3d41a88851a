#include "functions/cast_rules.h"
#include "functions/common_type.h"
#include "functions/conditions.h"
#include "functions/element_types.h"
#include "functions/misfit.h"
#include "functions/nested_order.h"
#include "functions/rows.h"
#include "plan/bound_tree.h"

namespace lab::functions {

using types::TypeKind;

namespace {

/// `when(c1, v1, c2, v2, …, otherwise)`, as SQL's CASE arrives from Connect.
CallTypes when_types(const CallShape& shape) {
  std::vector<DataType> values;
  for (std::size_t i = 1; i < shape.size(); i += 2) values.push_back(shape.type(i));
  if (shape.size() % 2 == 1) values.push_back(shape.type(shape.size() - 1));
  const auto common = wider_common_type(values, shape.policy);
  if (!common) throw Misfit{Misfit::Why::DifferentTypes};
  CallTypes types{{}, *common, {}};
  bool nullable = shape.size() % 2 == 0;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool is_condition = i % 2 == 0 && i + 1 < shape.size();
    if (is_condition && !shape.type(i).is(TypeKind::Boolean) && !shape.type(i).is(TypeKind::Null))
      throw Misfit{Misfit::Why::Input, i, "\"BOOLEAN\""};
    if (!is_condition) nullable |= shape.arguments[i]->nullable;
    types.arguments.push_back(is_condition ? DataType(TypeKind::Boolean) : *common);
  }
  types.nullable = nullable;
  return types;
}

std::string lower_when(const LowerCall& call) {
  std::string text = "(CASE";
  for (std::size_t i = 0; i + 1 < call.size(); i += 2) text += " WHEN " + call.sql[i] + " THEN " + call.sql[i + 1];
  if (call.size() % 2 == 1) text += " ELSE " + call.sql[call.size() - 1];
  return text + " END)";
}

CallTypes coalesce_types(const CallShape& shape) {
  std::vector<DataType> values;
  bool nullable = true;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    values.push_back(shape.type(i));
    nullable = nullable && shape.arguments[i]->nullable;
  }
  const auto common = wider_common_type(values, shape.policy);
  if (!common) throw Misfit{Misfit::Why::DifferentTypes};
  return {std::vector<DataType>(shape.size(), *common), *common, nullable};
}

CallTypes nullif_types(const CallShape& shape) {
  const auto common = comparison_type(shape.type(0), shape.type(1), shape.policy);
  if (!common) throw Misfit{Misfit::Why::BinaryTypes};
  return {{shape.type(0), *common}, shape.type(0), true};
}

/// The left side is compared in the common type but comes out in its own.
std::string lower_nullif(const LowerCall& call) {
  return "(CASE WHEN " + call.sql[0] + " = " + call.sql[1] + " THEN NULL ELSE " + call.sql[0] + " END)";
}

/// Oracle's decode(x, a, b, …): NULL equals NULL. With two arguments it is the charset function.
CallTypes decode_types(const CallShape& shape) {
  if (shape.size() == 2) return {{TypeKind::Binary, TypeKind::String}, TypeKind::String, {}};
  std::vector<DataType> keys{shape.type(0)}, values;
  for (std::size_t i = 1; i + 1 < shape.size(); i += 2) {
    keys.push_back(shape.type(i));
    values.push_back(shape.type(i + 1));
  }
  const bool has_default = shape.size() % 2 == 0;
  if (has_default) values.push_back(shape.type(shape.size() - 1));
  const auto key = wider_common_type(keys, shape.policy), value = wider_common_type(values, shape.policy);
  if (!key || !value) throw Misfit{Misfit::Why::DifferentTypes};
  CallTypes types{{*key}, *value, true};
  for (std::size_t i = 1; i < shape.size(); ++i) {
    const bool is_key = i % 2 == 1 && !(has_default && i + 1 == shape.size());
    types.arguments.push_back(is_key ? *key : *value);
  }
  return types;
}

std::string lower_decode(const LowerCall& call) {
  if (call.size() == 2) {
    return "lab_decode(" + call.sql[0] + ", " + call.sql[1] + ", " + (call.policy.is_spark4 ? "true" : "false") + ")";
  }
  std::string text = "(CASE";
  for (std::size_t i = 1; i + 1 < call.size(); i += 2) {
    text += " WHEN " + call.sql[0] + " IS NOT DISTINCT FROM " + call.sql[i] + " THEN " + call.sql[i + 1];
  }
  if (call.size() % 2 == 0) text += " ELSE " + call.sql[call.size() - 1];
  return text + " END)";
}

CallTypes nvl2_types(const CallShape& shape) {
  const auto common = wider_type(shape.type(1), shape.type(2), shape.policy);
  if (!common) throw Misfit{Misfit::Why::DifferentTypes};
  return {{shape.type(0), *common, *common}, *common, shape.arguments[1]->nullable || shape.arguments[2]->nullable};
}

CallTypes if_types(const CallShape& shape) {
  if (!shape.type(0).is(TypeKind::Boolean) && !shape.type(0).is(TypeKind::Null))
    throw Misfit{Misfit::Why::Input, 0, "\"BOOLEAN\""};
  CallTypes types = nvl2_types(shape);
  types.arguments[0] = TypeKind::Boolean;
  return types;
}

CallTypes zero_types(const CallShape& shape) {
  const auto type = wider_common_type(std::vector<DataType>{shape.type(0), TypeKind::Int}, shape.policy);
  if (!type) throw Misfit{Misfit::Why::DifferentTypes};
  return {{*type}, *type, {}};
}
/// NULL for what compares as zero; anything else stays what it is.
CallTypes null_if_zero_types(const CallShape& shape) {
  if (!comparison_type(shape.type(0), TypeKind::Int, shape.policy)) throw Misfit{Misfit::Why::DifferentTypes};
  return {{shape.type(0)}, shape.type(0), true};
}
std::string lower_null_if_zero(const LowerCall& call) {
  if (!call.type(0).is_text()) return "nullif(" + call.sql[0] + ", 0)";
  const std::string number = lower_cast("item", TypeKind::String, call.ansi ? TypeKind::Long : TypeKind::Int,
                                        call.ansi ? CastMode::Ansi : CastMode::Legacy, call.policy.time_zone);
  return "list_transform([" + call.sql[0] + "], lambda item: CASE WHEN " + number + " = 0 THEN NULL ELSE item END)[1]";
}

CallTypes nanvl_types(const CallShape& shape) {
  const bool both_float = shape.type(0).is(TypeKind::Float) && (shape.type(1).is(TypeKind::Float) || shape.type(1).is(TypeKind::Null));
  const DataType type = both_float ? TypeKind::Float : TypeKind::Double;
  return {{type, type}, type, {}};
}

/// The second is looked at only where the first is no number: its NULL or its error else means nothing.
std::string lower_nanvl(const LowerCall& call) {
  const auto chosen = [&](const std::string& value) { return "CASE WHEN isnan(" + value + ") THEN " + call.sql[1] + " ELSE " + value + " END"; };
  // A lambda takes no subquery.
  const bool holds_subquery = plan::bound::contains(call.arguments[1], [](const plan::bound::Expression& part) {
    return std::holds_alternative<plan::bound::ScalarSubquery>(part.node) || std::holds_alternative<plan::bound::Exists>(part.node) ||
           std::holds_alternative<plan::bound::InSubquery>(part.node);
  });
  if (holds_subquery || std::holds_alternative<plan::bound::ColumnRef>(call.arguments[0]->node)) return "(" + chosen(call.sql[0]) + ")";
  return "list_transform([" + call.sql[0] + "], lambda item: " + chosen("item") + ")[1]";
}

/// Aggregates over NULLs: least and greatest skip them, and are NULL only when all are.
CallTypes least_types(const CallShape& shape) {
  std::vector<DataType> values;
  bool nullable = true;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    values.push_back(shape.type(i));
    nullable = nullable && shape.arguments[i]->nullable;
  }
  const auto common = wider_without_strings(values, shape.policy);
  if (!common) throw Misfit{Misfit::Why::DifferentTypes};
  check_orderable(*common);
  return {std::vector<DataType>(shape.size(), *common), *common, nullable};
}

std::string extreme_of(std::string_view name, const LowerCall& call, ListOrder order) {
  std::string list;
  for (std::size_t i = 0; i < call.size(); ++i) list += (i > 0 ? ", " : "") + call.sql[i];
  if (!call.result.is_nested()) return std::string(name) + "(" + list + ")";
  return first_in_order("[" + list + "]", call.result, order);
}
std::string lower_greatest(const LowerCall& call) { return extreme_of("greatest", call, ListOrder::DownNullsLast); }
std::string lower_least(const LowerCall& call) { return extreme_of("least", call, ListOrder::UpNullsLast); }

constexpr FunctionRow kConditionalTable[] = {
    {.name = "coalesce",
     .signature = "(values: any...) -> any",
     .sql = "coalesce($*)",
     .types = &coalesce_types,
     .doc = "First value that is not NULL."},
    {.name = "decode",
     .signature = "(value: any, key: any, rest: any...?) -> any",
     .lower = &lower_decode,
     .types = &decode_types,
     .may_raise = true,
     .doc = "Decodes binary by a charset; with more arguments a CASE by equal keys."},
    {.name = "greatest",
     .signature = "(a: any, b: any, rest: any...?) -> any",
     .lower = &lower_greatest,
     .types = &least_types,
     .doc = "Greatest value, NULLs left out."},
    {.name = "if",
     .signature = "(condition: any, then: any, otherwise: any) -> any",
     .sql = "CASE WHEN $1 THEN $2 ELSE $3 END",
     .types = &if_types,
     .doc = "One of two values."},
    {.name = "ifnull",
     .signature = "(a: any, b: any) -> any",
     .sql = "coalesce($1, $2)",
     .types = &coalesce_types,
     .doc = "b where a is NULL."},
    {.name = "isnan",
     .signature = "(a: double|float) -> boolean",
     .sql = "coalesce(isnan($1), false)",
     .nullability = Nullability::Never,
     .doc = "Is not a number."},
    {.name = "isnotnull",
     .signature = "(a: any) -> boolean",
     .sql = "$1 IS NOT NULL",
     .nullability = Nullability::Never,
     .doc = "Is not NULL."},
    {.name = "isnull",
     .signature = "(a: any) -> boolean",
     .sql = "$1 IS NULL",
     .nullability = Nullability::Never,
     .doc = "Is NULL."},
    {.name = "least",
     .signature = "(a: any, b: any, rest: any...?) -> any",
     .lower = &lower_least,
     .types = &least_types,
     .doc = "Least value, NULLs left out."},
    {.name = "nanvl",
     .signature = "(a: any, b: any) -> any",
     .lower = &lower_nanvl,
     .types = &nanvl_types,
     .doc = "b where a is not a number."},
    {.name = "nullif",
     .signature = "(a: any, b: any) -> any",
     .lower = &lower_nullif,
     .types = &nullif_types,
     .doc = "NULL where both are equal, else a."},
    {.name = "nullifzero",
     .signature = "(a: any) -> any",
     .lower = &lower_null_if_zero,
     .types = &null_if_zero_types,
     .nullability = Nullability::Always,
     .may_raise = true,
     .since_version = Since::Spark4Only,
     .doc = "NULL for zero."},
    {.name = "nvl",
     .signature = "(a: any, b: any) -> any",
     .sql = "coalesce($1, $2)",
     .types = &coalesce_types,
     .doc = "b where a is NULL."},
    {.name = "nvl2",
     .signature = "(a: any, b: any, c: any) -> any",
     .sql = "CASE WHEN $1 IS NOT NULL THEN $2 ELSE $3 END",
     .types = &nvl2_types,
     .doc = "b where a is not NULL, else c."},
    {.name = "when",
     .signature = "(condition: any, value: any, rest: any...?) -> any",
     .lower = &lower_when,
     .types = &when_types,
     .doc = "CASE: the value behind the first condition that holds."},
    {.name = "zeroifnull",
     .signature = "(a: any) -> any",
     .sql = "coalesce($1, CAST(0 AS $r))",
     .types = &zero_types,
     .nullability = Nullability::Never,
     .since_version = Since::Spark4Only,
     .doc = "Zero for NULL."},
};
static_assert(are_rows_in_order(kConditionalTable));

}  // namespace

constinit const Rows kConditionalRows = kConditionalTable;

}  // namespace lab::functions
