#include <algorithm>
#include <set>

#include "analyze/conditions.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/cast_rules.h"
#include "functions/common_type.h"
#include "functions/type_errors.h"
#include "plan/bound_tree.h"
#include "types/type_text.h"

// Calls whose meaning is not a row: choices, conversions named as functions, structs whose names come from arguments, and what the
// session alone knows.
namespace lab::analyze {
namespace {

// `int(x)`: cast under a type's name.
std::optional<DataType> cast_function(const std::string& name) {
  static const std::map<std::string, DataType> types = {
      {"boolean", TypeKind::Boolean}, {"tinyint", TypeKind::Byte},     {"smallint", TypeKind::Short}, {"int", TypeKind::Int},
      {"bigint", TypeKind::Long},     {"float", TypeKind::Float},      {"double", TypeKind::Double},  {"decimal", DataType::decimal(10, 0)},
      {"date", TypeKind::Date},       {"timestamp", TypeKind::Timestamp}, {"binary", TypeKind::Binary}, {"string", TypeKind::String}};
  const auto found = types.find(name);
  return found == types.end() ? std::nullopt : std::optional(found->second);
}

Error wrong_count(const std::string& name, const std::string& expected, std::size_t actual) {
  return Error(conditions::kWrongNumArgsWithoutSuggestion,
               {{"functionName", types::quote_identifier(name)}, {"expectedNum", expected}, {"actualNum", std::to_string(actual)}, {"docroot", "https://spark.apache.org/docs/latest"}});
}

}  // namespace

Typed Resolver::case_when(TypedList arguments, const plan::Origin& origin) { return choice(std::move(arguments), origin, "casewhen", {}); }

Typed Resolver::choice(TypedList arguments, const plan::Origin& origin, const std::string& function, std::string shown) {
  std::vector<std::pair<std::string, std::string>> branch_sql;
  std::string else_sql;
  const bool has_else = arguments.size() % 2 == 1;
  std::vector<DataType> types;
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
    branch_sql.emplace_back(arguments[i].sql, arguments[i + 1].sql);
    types.push_back(arguments[i + 1].type());
  }
  if (has_else) {
    else_sql = arguments.back().sql;
    types.push_back(arguments.back().type());
  }
  const std::string sql = shown.empty() ? case_sql(branch_sql, has_else ? &else_sql : nullptr) : std::move(shown);
  const auto common = functions::wider_common_type(types, policy_);
  if (!common) {
    std::vector<std::string> names;
    for (const auto& type : types) names.push_back(types::quoted_sql(type));
    throw Error(conditions::kDataDiffTypes, {{"sqlExpr", quoted_expression(sql)}, {"functionName", "`" + function + "`"}, {"dataType", "[" + join_sql(names) + "]"}}).at(plan::query_context(origin));
  }
  bound::Case node;
  bool nullable = !has_else;
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
    // IF takes a NULL for false, CASE does not.
    if (!arguments[i].type().is(TypeKind::Boolean) && !(function == "if" && arguments[i].type().is(TypeKind::Null)))
      throw Error(conditions::kUnexpectedInputType, {{"sqlExpr", quoted_expression(sql)}, {"paramIndex", policy_.is_spark4 ? functions::ordinal(i / 2) : std::to_string(i / 2 + 1)}, {"requiredType", "\"BOOLEAN\""},
                                                     {"inputSql", quoted_expression(arguments[i].sql)}, {"inputType", types::quoted_sql(arguments[i].type())}}).at(plan::query_context(origin));
    auto value = cast_expression(arguments[i + 1].expression, *common);
    nullable = nullable || value->nullable;
    node.branches.emplace_back(cast_expression(arguments[i].expression, TypeKind::Boolean), std::move(value));
  }
  if (has_else) {
    node.otherwise = cast_expression(arguments.back().expression, *common);
    nullable = nullable || node.otherwise->nullable;
  }
  Typed result;
  result.sql = sql;
  result.expression = bound::make_expression(std::move(node), *common, nullable, origin);
  return result;
}

std::optional<Typed> Resolver::special_call(const std::string& name, const plan::UnresolvedFunction& function, const plan::Expression& expr, Names& names) {
  static const std::set<std::string> kSpecial = {"when", "case", "if", "between", "!=", "<>", "struct", "named_struct", "grouping", "grouping_id", "outer", "-", "+", "in", "cast"};
  if (name == ":") {
    // `value:path` of a variant; the last name in the path names the column.
    TypedList arguments = call_arguments(function, names);
    if (!arguments[0].type().is(TypeKind::Variant)) throw Error(conditions::kNotAVariantColumn, {}).at(plan::query_context(expr.origin));
    const auto* path = std::get_if<bound::LiteralNode>(&arguments[1].expression->node);
    std::string last = path ? path->value.text() : std::string();
    while (last.ends_with(']') && last.find_last_of("'\"") != last.size() - 2) last.resize(last.rfind('['));
    if (last.ends_with(']')) {
      last = last.substr(0, last.size() - 2);
      last = last.substr(last.find_last_of("'\"") + 1);
    } else {
      last = last.substr(last.rfind('.') + 1);
    }
    std::erase(last, '`');
    const std::string sql = call_sql("variant_get", sql_of(arguments));
    Typed extracted = call_row(row("variant_get"), std::move(arguments), expr.origin, sql);
    extracted.sql = sql + " AS " + types::quote_if_needed(last);
    extracted.name = last;
    return extracted;
  }
  if (function.arguments.empty() && name.starts_with("input_file_")) return file_call(name, names, expr.origin);
  if (name == "window" || name == "session_window" || name == "window_time") return window_call(name, function, expr, names);
  const auto type = cast_function(name);
  if (!type && !kSpecial.contains(name)) return std::nullopt;
  if (function.is_distinct || function.filter) return std::nullopt;
  Names inner = names;
  if (names.generators && name != "outer") {
    inner.generators = false;
    inner.clause = "nested";
  }
  const auto context = plan::query_context(expr.origin);
  if (name == "grouping" || name == "grouping_id") {
    // Kept as a call over its columns until the Aggregate that gives them their meaning is built.
    if (!names.aggregates) throw Error(conditions::kUnsupportedGrouping, {}).at(context);
    Names below = names;
    below.inside_aggregate = true;
    TypedList arguments = call_arguments(function, below);
    Typed result;
    result.sql = call_sql(name, sql_of(arguments));
    bound::AggregateCall call;
    call.function = &row(name);
    for (auto& argument : arguments) call.arguments.push_back(argument.expression);
    result.expression = bound::make_expression(std::move(call), name == "grouping" ? DataType(TypeKind::Byte) : DataType(TypeKind::Long), false, expr.origin);
    return result;
  }
  TypedList arguments = call_arguments(function, inner);
  if (type) {
    if (arguments.size() != 1) throw wrong_count(name, "1", arguments.size()).at(context);
    // The call and the written cast are one.
    Typed child = arguments[0];
    const auto mode = policy_.ansi ? bound::CastMode::Ansi : bound::CastMode::Legacy;
    // Spark does not show a cast that a function's name stands for.
    Typed result;
    result.sql = child.sql;
    if (!functions::can_cast(child.type(), *type, mode)) throw_cast_error(child, *type, mode, expr.origin, child.sql);
    result.expression = types::same_shape(child.type(), *type) ? bound::make_expression(bound::Cast{child.expression, mode}, *type, child.expression->nullable, expr.origin) : cast_expression(child.expression, *type);
    if (child.name) result.name = child.name;
    return result;
  }
  if (name == "when" || name == "case") {
    if (arguments.size() < 2) throw wrong_count(name, "> 1", arguments.size()).at(context);
    return case_when(std::move(arguments), expr.origin);
  }
  if (name == "if") {
    if (arguments.size() != 3) throw wrong_count(name, "3", arguments.size()).at(context);
    return if_else(std::move(arguments), expr.origin);
  }
  if (name == "between") {
    if (arguments.size() != 3) throw wrong_count(name, "3", arguments.size()).at(context);
    return between(std::move(arguments), expr.origin);
  }
  if (name == "!=" || name == "<>") return negation(operator_call("==", std::move(arguments), expr.origin), expr.origin);
  if ((name == "-" || name == "+") && arguments.size() == 1)
    return call_row(row(name == "-" ? "negative" : "positive"), arguments, expr.origin, call_sql(name, sql_of(arguments)));
  if (name == "in") {
    // An empty list is never true, and needs no value.
    if (arguments.size() == 1) {
      Typed result;
      result.sql = call_sql("in", sql_of(arguments));
      bound::Case choice{{{make_call("isnull", {arguments[0].expression}, TypeKind::Boolean, false, expr.origin), bound::make_literal(types::Literal::null(TypeKind::Boolean))}},
                         bound::make_literal(types::Literal::boolean(false))};
      result.expression = bound::make_expression(std::move(choice), TypeKind::Boolean, true, expr.origin);
      return result;
    }
    return in_list(std::move(arguments), expr.origin);
  }
  if (name == "struct" || name == "named_struct") {
    std::vector<types::Field> fields;
    bound::Expressions parts;
    std::string sql = call_sql(name, sql_of(arguments));
    if (name == "struct" && function.is_operator) {
      // `(a, b)` is a named_struct that shows the names it made up.
      std::vector<std::string> parts;
      for (std::size_t i = 0; i < arguments.size(); ++i) {
        parts.push_back(arguments[i].name.value_or("col" + std::to_string(i + 1)));
        parts.push_back(arguments[i].sql);
      }
      sql = "named_struct(" + join_sql(parts) + ")";
    }
    if (name == "named_struct") {
      if (arguments.size() % 2 != 0 || arguments.empty()) throw wrong_count(name, "2n (n > 0)", arguments.size()).at(context);
      for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
        const auto* literal = std::get_if<bound::LiteralNode>(&arguments[i].expression->node);
        if (!literal || !arguments[i].type().is_text())
          throw Error(conditions::kNamedStructNames, {{"sqlExpr", quoted_expression(sql)}, {"inputExprs", "[" + quoted_expression(arguments[i].sql) + "]"}}).at(context);
        const auto& value = arguments[i + 1];
        fields.push_back({literal->value.text(), value.type(), value.expression->nullable, {}});
        parts.push_back(arguments[i].expression);
        parts.push_back(value.expression);
      }
    } else {
      for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string field = arguments[i].name.value_or("col" + std::to_string(i + 1));
        fields.push_back({field, arguments[i].type(), arguments[i].expression->nullable, arguments[i].metadata});
        parts.push_back(bound::make_literal(types::Literal::string(field), expr.origin));
        parts.push_back(arguments[i].expression);
      }
    }
    Typed result;
    result.sql = std::move(sql);
    result.expression = make_call("named_struct", std::move(parts), DataType::structure(std::move(fields)), false, expr.origin);
    return result;
  }
  if (arguments.size() != 2 && (name == "-" || name == "+")) throw wrong_count(name, "2", arguments.size()).at(context);
  return operator_call(name, std::move(arguments), expr.origin);
}

Typed Resolver::in_list(TypedList arguments, const plan::Origin& origin) {
  const std::string sql = call_sql("in", sql_of(arguments));
  std::vector<DataType> types;
  for (const auto& argument : arguments) types.push_back(argument.type());
  const bool all_same = std::ranges::all_of(types, [&](const DataType& type) { return types::same_shape(type, types[0]); });
  const auto common = all_same ? std::optional(types[0]) : functions::wider_common_type(types, policy_);
  if (!common) {
    std::vector<std::string> names;
    for (const auto& type : types) names.push_back(types::quoted_sql(type));
    throw Error(conditions::kDataDiffTypes, {{"sqlExpr", quoted_expression(sql)}, {"functionName", "`in`"}, {"dataType", "[" + join_sql(names) + "]"}}).at(plan::query_context(origin));
  }
  bound::Expressions values;
  bool nullable = false;
  for (const auto& argument : arguments) {
    values.push_back(cast_expression(argument.expression, *common));
    nullable = nullable || values.back()->nullable;
  }
  Typed result;
  result.sql = sql;
  result.expression = make_call("in", std::move(values), TypeKind::Boolean, nullable, origin);
  return result;
}

std::optional<Typed> Resolver::file_call(const std::string& name, const Names& names, const plan::Origin& origin) {
  const char* field = name == "input_file_name" ? "file_path" : name == "input_file_block_start" ? "file_block_start" : "file_block_length";
  for (const auto* input : names.inputs) {
    for (const ScopeColumn& column : input->hidden) {
      if (column.column.name != kFileMetadataName) continue;
      Typed whole;
      whole.expression = bound::make_reference(column.column, origin);
      whole.sql = kFileMetadataName;
      Typed typed = field_of(std::move(whole), field, origin);
      typed.sql = name + "()";
      typed.name.reset();
      typed.is_attribute = false;
      return typed;
    }
  }
  return std::nullopt;
}

std::optional<Typed> Resolver::context_call(const std::string& name, const TypedList& arguments, const plan::Origin& origin) {
  Typed result;
  result.sql = function_sql(name, sql_of(arguments));
  const auto literal = [&](types::Literal value) {
    result.expression = bound::make_literal(std::move(value), origin);
    return result;
  };
  // One with an aggregate in it makes the query one of groups all the same.
  const bool is_plain = arguments.size() == 1 && !bound::contains(arguments[0].expression, [](const bound::Expression& node) { return bound::is_aggregate(node) || bound::is_window(node); });
  if (name == "typeof" && is_plain) return literal(types::Literal::string(types::catalog_string(arguments[0].type())));
  if (!arguments.empty()) return std::nullopt;
  if (name == "user" && !policy_.is_spark4) result.sql = "current_user()";
  if (name == "current_user" || name == "user" || name == "session_user") return literal(types::Literal::string(context_.current_user()));
  if (name == "current_catalog") return literal(types::Literal::string(context_.current_catalog()));
  if (name == "current_database" || name == "current_schema") {
    if (policy_.is_spark4) result.sql = "current_schema()";
    else result.sql = "current_database()";
    return literal(types::Literal::string(context_.current_database()));
  }
  if (name == "current_timezone") return literal(types::Literal::string(policy_.time_zone));
  if (name == "current_timestamp" || name == "now") return literal({TypeKind::Timestamp, {policy_.now_micros}});
  return std::nullopt;
}

}  // namespace lab::analyze
