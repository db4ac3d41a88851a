#include <set>

#include "functions/conditions.h"
#include "functions/duckdb_type.h"
#include "functions/misfit.h"
#include "functions/nested_order.h"
#include "functions/rows.h"
#include "plan/bound_tree.h"
#include "types/type_text.h"

namespace lab::functions {

using types::TypeKind;

namespace {

/// `body` with `name` standing for `value`, which is computed once.
std::string bind_lambda(const std::string& name, const std::string& value, const std::string& body) {
  return "list_transform([" + value + "], lambda " + name + ": " + body + ")[1]";
}

/// DuckDB counts elements from 1, Spark from 0.
std::string indexed(std::string_view function, const LowerCall& call, const std::string& list, std::size_t lambda) {
  if (call.num_lambda_parameters(lambda) == 1)
    return std::string(function) + "(" + list + ", " + call.lambda(lambda) + ")";
  return std::string(function) + "(" + list + ", lambda " + call.lambda_parameter(lambda, 0) + ", item_number: " +
         bind_lambda(call.lambda_parameter(lambda, 1), "CAST(item_number - 1 AS INTEGER)", call.sql[lambda]) + ")";
}

/// The lambda over the entries of a map: two parameters for key and value.
std::string over_entry(const LowerCall& call, std::size_t lambda) {
  return bind_lambda(call.lambda_parameter(lambda, 0), "struct_extract(item, 'key')",
                     bind_lambda(call.lambda_parameter(lambda, 1), "struct_extract(item, 'value')", call.sql[lambda]));
}

std::string lower_transform(const LowerCall& call) { return indexed("list_transform", call, call.sql[0], 1); }
std::string lower_filter(const LowerCall& call) { return indexed("list_filter", call, call.sql[0], 1); }
std::string lower_exists(const LowerCall& call) {
  return "lab_list_or(list_transform(" + call.sql[0] + ", " + call.lambda(1) + "))";
}
std::string lower_forall(const LowerCall& call) {
  return "lab_list_and(list_transform(" + call.sql[0] + ", " + call.lambda(1) + "))";
}

/// The same type but for the names of fields, as `(acc.sum + x, acc.n + 1)` beside `(0 AS sum, 0 AS n)`.
bool same_but_for_names(const DataType& left, const DataType& right) {
  if (left.kind() != right.kind()) return false;
  if (left.is(TypeKind::Array)) return same_but_for_names(left.element(), right.element());
  if (left.is(TypeKind::Map)) return same_but_for_names(left.key(), right.key()) && same_but_for_names(left.value(), right.value());
  if (!left.is(TypeKind::Struct)) return same_shape(left, right);
  const auto &fields = left.fields(), &others = right.fields();
  if (fields.size() != others.size()) return false;
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (!same_but_for_names(fields[i].type, others[i].type)) return false;
  return true;
}

CallTypes aggregate_types(const CallShape& shape) {
  if (!shape.type(0).is(TypeKind::Array)) throw Misfit{Misfit::Why::Input, 0, "\"ARRAY\""};
  const DataType& accumulator = shape.type(2);
  // What the merge gives is what it takes again.
  if (!same_but_for_names(shape.type(1), accumulator)) throw Misfit{Misfit::Why::Input, 2, types::quoted_sql(shape.type(1))};
  // The names are those of the start.
  CallTypes types{{shape.type(0), shape.type(1), accumulator}, same_shape(shape.type(1), accumulator) ? accumulator : shape.type(1), true};
  if (shape.size() > 3) {
    types.arguments.push_back(shape.type(3));
    types.result = shape.type(3);
  }
  return types;
}

/// What the body of the lambda at `argument` reads from around it, as it is spelled: columns `c<id>`, parameters `p<id>` of outer lambdas.
/// An aggregate inside is computed where it stands.
std::set<std::string> captures(const LowerCall& call, std::size_t argument) {
  namespace bound = plan::bound;
  std::set<std::string> result;
  std::set<plan::bound::ColumnId> own;
  const auto spelled = [](char kind, plan::bound::ColumnId id) { return kind + std::to_string(static_cast<std::uint32_t>(id)); };
  bound::walk(call.arguments[argument], [&](const bound::ExpressionPtr& part) {
    if (const auto* lambda = std::get_if<bound::Lambda>(&part->node)) own.insert(lambda->parameters.begin(), lambda->parameters.end());
    if (const auto* column = std::get_if<bound::ColumnRef>(&part->node)) result.insert(spelled('c', column->column));
    if (const auto* variable = std::get_if<bound::LambdaRef>(&part->node); variable && !own.contains(variable->parameter))
      result.insert(spelled('p', variable->parameter));
    return !bound::is_aggregate(*part) && !bound::is_window(*part);
  });
  return result;
}

/// DuckDB folds into the type of the elements; another accumulator travels beside them in a struct. So does what the merge reads from
/// around it: once a list of the rows together is at its end, list_reduce takes such values from the wrong rows.
std::string lower_aggregate(const LowerCall& call) {
  const std::string type = duckdb_type(call.type(2)), item_type = duckdb_type(call.type(0).element());
  const std::string accumulator = call.lambda_parameter(2, 0), item = call.lambda_parameter(2, 1);
  const auto typed = [&](const std::string& sql) { return "CAST(" + sql + " AS " + type + ")"; };
  const std::set<std::string> around = captures(call, 2);
  std::string text;
  if (type == item_type && around.empty()) {
    text = "list_reduce(" + call.sql[0] + ", lambda " + accumulator + ", " + item + ": " + typed(call.sql[2]) + ", " +
           typed(call.sql[1]) + ")";
  } else {
    std::string carried, carried_on;
    std::string body = bind_lambda(accumulator, "struct_extract(fold_state, 'a')",
                                   bind_lambda(item, "struct_extract(fold_step, 'x')", call.sql[2]));
    for (const std::string& name : around) {
      const std::string taken = "struct_extract(fold_step, '" + name + "')";
      carried += ", '" + name + "': " + name;
      carried_on += ", '" + name + "': " + taken;
      body = bind_lambda(name, taken, body);
    }
    const std::string steps =
        "list_transform(" + call.sql[0] + ", lambda entry: {'a': " + typed("NULL") + ", 'x': entry" + carried + "})";
    text = "struct_extract(list_reduce(" + steps + ", lambda fold_state, fold_step: {'a': " + typed(body) +
           ", 'x': struct_extract(fold_step, 'x')" + carried_on + "}, {'a': " + typed(call.sql[1]) + ", 'x': CAST(NULL AS " + item_type +
           ")" + carried + "}), 'a')";
  }
  if (call.size() < 4) return text;
  return "(CASE WHEN " + call.sql[0] + " IS NULL THEN NULL ELSE " +
         bind_lambda(call.lambda_parameter(3, 0), text, call.sql[3]) + " END)";
}

CallTypes zip_with_types(const CallShape& shape) {
  return {
      {shape.type(0), shape.type(1), shape.type(2)}, DataType::array(shape.type(2), shape.arguments[2]->nullable), {}};
}

std::string lower_zip_with(const LowerCall& call) {
  const std::string body =
      bind_lambda(call.lambda_parameter(2, 0), "struct_extract_at(item, 1)",
                  bind_lambda(call.lambda_parameter(2, 1), "struct_extract_at(item, 2)", call.sql[2]));
  return "(CASE WHEN " + call.sql[0] + " IS NULL OR " + call.sql[1] +
         " IS NULL THEN NULL ELSE list_transform(list_zip(" + call.sql[0] + ", " + call.sql[1] +
         "), lambda item: " + body + ") END)";
}

/// With a comparator an element's place is the number of elements before it: quadratic, and stable.
std::string lower_array_sort(const LowerCall& call) {
  if (call.size() == 1) return sorted_list(call.sql[0], call.type(0).element(), ListOrder::UpNullsLast);
  const std::string left = call.lambda_parameter(1, 0), right = call.lambda_parameter(1, 1);
  const std::string before = "list_filter(items, lambda " + right + ", right_number: 2 * sign(" + call.sql[1] +
                             ") + CASE WHEN right_number < left_number THEN 1 ELSE 0 END > 0)";
  const std::string ranked =
      "list_transform(items, lambda " + left + ", left_number: {'r': len(" + before + "), 'v': " + left + "})";
  return bind_lambda("items", call.sql[0],
                     "list_transform(list_sort(" + ranked + "), lambda item: struct_extract(item, 'v'))");
}

CallTypes transform_types(const CallShape& shape) {
  return {{shape.type(0), shape.type(1)}, DataType::array(shape.type(1), shape.arguments[1]->nullable), {}};
}
CallTypes filter_types(const CallShape& shape) {
  if (!shape.type(1).is(TypeKind::Boolean) && !shape.type(1).is(TypeKind::Null))
    throw Misfit{Misfit::Why::Input, 1, "\"BOOLEAN\""};
  return {{shape.type(0), shape.type(1)}, shape.type(0), {}};
}
CallTypes quantifier_types(const CallShape& shape) {
  CallTypes types = filter_types(shape);
  types.result = TypeKind::Boolean;
  types.nullable = shape.arguments[0]->nullable || shape.arguments[1]->nullable;
  return types;
}
CallTypes array_sort_types(const CallShape& shape) {
  if (!shape.type(0).is(TypeKind::Array)) {
    Misfit misfit{Misfit::Why::Input, 0, "\"ARRAY\""};
    // The comparator that it has when none is written, before it is bound.
    if (shape.size() == 1)
      misfit.shown = "array_sort(" + shape.display(0) +
                     ", lambdafunction((IF(((left IS NULL) AND (right IS NULL)), 0, (IF((left IS NULL), 1, (IF((right IS NULL), -1, "
                     "(IF((left < right), -1, (IF((left > right), 1, 0)))))))))), left, right))";
    throw misfit;
  }
  CallTypes types{{shape.type(0)}, shape.type(0), {}};
  if (shape.size() > 1) {
    if (!shape.type(1).is(TypeKind::Int)) {
      throw Misfit::named(conditions::kUnexpectedReturnType, {{"functionName", "`lambdafunction`"},
                                                              {"expectedType", "\"INT\""},
                                                              {"actualType", types::quoted_sql(shape.type(1))}});
    }
    types.arguments.push_back(shape.type(1));
  }
  return types;
}

CallTypes keys_transform_types(const CallShape& shape) {
  return {{shape.type(0), shape.type(1)},
          DataType::map(shape.type(1), shape.type(0).value(), shape.type(0).contains_null()),
          {}};
}
CallTypes values_transform_types(const CallShape& shape) {
  return {{shape.type(0), shape.type(1)},
          DataType::map(shape.type(0).key(), shape.type(1), shape.arguments[1]->nullable),
          {}};
}
std::string lower_transform_keys(const LowerCall& call) {
  return map_of_lists(call, "list_transform(map_entries(" + call.sql[0] + "), lambda item: " + over_entry(call, 1) + ")",
                      "map_values(" + call.sql[0] + ")");
}
std::string lower_transform_values(const LowerCall& call) {
  return "lab_map_from_lists(map_keys(" + call.sql[0] + "), list_transform(map_entries(" + call.sql[0] +
         "), lambda item: " + over_entry(call, 1) + "))";
}
std::string lower_map_filter(const LowerCall& call) {
  return "map_from_entries(list_filter(map_entries(" + call.sql[0] + "), lambda item: " + over_entry(call, 1) + "))";
}

CallTypes map_zip_with_types(const CallShape& shape) {
  return {{shape.type(0), shape.type(1), shape.type(2)},
          DataType::map(shape.type(0).key(), shape.type(2), shape.arguments[2]->nullable),
          {}};
}
std::string lower_map_zip_with(const LowerCall& call) {
  const std::string keys = "(map_keys(" + call.sql[0] + ") || map_keys(" + call.sql[1] + "))";
  const std::string key = call.lambda_parameter(2, 0);
  const std::string body = bind_lambda(
      call.lambda_parameter(2, 1), "map_extract_value(" + call.sql[0] + ", " + key + ")",
      bind_lambda(call.lambda_parameter(2, 2), "map_extract_value(" + call.sql[1] + ", " + key + ")", call.sql[2]));
  return "(" +
         bind_lambda("keys", "list_select(" + keys + ", lab_distinct_indices(" + keys + "))",
                     "lab_map_from_lists(keys, list_transform(keys, lambda " + key + ": " + body + "))") +
         ")";
}

constexpr FunctionRow kLambdaTable[] = {
    {.name = "aggregate",
     .signature = "(array: array<T>, start: S, merge: lambda(S,T)->R, finish?: lambda(S)->F) -> any",
     .lower = &lower_aggregate,
     .types = &aggregate_types,
     .may_raise = true,
     .doc = "Folds an array."},
    {.name = "array_sort",
     .signature = "(array: array<T>, comparator?: lambda(T,T)->R) -> array<T>",
     .lower = &lower_array_sort,
     .types = &array_sort_types,
     .may_raise = true,
     .doc = "In order, NULLs last, or by a comparator."},
    {.name = "exists",
     .signature = "(array: array<T>, predicate: lambda(T)->R) -> boolean",
     .lower = &lower_exists,
     .types = &quantifier_types,
     .may_raise = true,
     .doc = "The predicate holds for an element."},
    {.name = "filter",
     .signature = "(array: array<T>, predicate: lambda(T[,int])->R) -> array<T>",
     .lower = &lower_filter,
     .types = &filter_types,
     .may_raise = true,
     .doc = "Elements for which the predicate holds."},
    {.name = "forall",
     .signature = "(array: array<T>, predicate: lambda(T)->R) -> boolean",
     .lower = &lower_forall,
     .types = &quantifier_types,
     .may_raise = true,
     .doc = "The predicate holds for all elements."},
    {.name = "map_filter",
     .signature = "(map: map<K,V>, predicate: lambda(K,V)->R) -> map<K,V>",
     .lower = &lower_map_filter,
     .types = &filter_types,
     .may_raise = true,
     .doc = "Entries for which the predicate holds."},
    {.name = "map_zip_with",
     .signature = "(a: map<K,V>, b: map<K,W>, function: lambda(K,V,W)->R) -> map<K,R>",
     .lower = &lower_map_zip_with,
     .types = &map_zip_with_types,
     .may_raise = true,
     .doc = "Two maps merged by a function of key and both values."},
    {.name = "reduce", .alias_of = "aggregate"},
    {.name = "transform",
     .signature = "(array: array<T>, function: lambda(T[,int])->R) -> array<R>",
     .lower = &lower_transform,
     .types = &transform_types,
     .may_raise = true,
     .doc = "The function of each element."},
    {.name = "transform_keys",
     .signature = "(map: map<K,V>, function: lambda(K,V)->R) -> map<R,V>",
     .lower = &lower_transform_keys,
     .types = &keys_transform_types,
     .may_raise = true,
     .doc = "Keys replaced by a function of key and value."},
    {.name = "transform_values",
     .signature = "(map: map<K,V>, function: lambda(K,V)->R) -> map<K,R>",
     .lower = &lower_transform_values,
     .types = &values_transform_types,
     .may_raise = true,
     .doc = "Values replaced by a function of key and value."},
    {.name = "zip_with",
     .signature = "(a: array<T>, b: array<U>, function: lambda(T,U)->R) -> array<R>",
     .lower = &lower_zip_with,
     .types = &zip_with_types,
     .may_raise = true,
     .doc = "Two arrays merged by a function."},
};
static_assert(are_rows_in_order(kLambdaTable));

}  // namespace

constinit const Rows kLambdaRows = kLambdaTable;

}  // namespace lab::functions
