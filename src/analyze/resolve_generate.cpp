#include <fmt/chrono.h>

#include <algorithm>
#include <chrono>

#include "analyze/conditions.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/sql_keywords.h"
#include "plan/bound_build.h"
#include "types/type_text.h"

// Generators: rows out of a value. A generator call's type is the struct of the columns it gives.
namespace lab::analyze {
namespace {

std::string utc_text(std::int64_t micros) {
  const auto second = std::chrono::floor<std::chrono::seconds>(std::chrono::microseconds(micros));
  return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:06}Z", fmt::gmtime(static_cast<std::time_t>(second.count())), (std::chrono::microseconds(micros) - second).count());
}

/// `table_changes(name, start[, end])` as a read of that table with the options of a change feed.
plan::NamedTable changes_of(const plan::TableFunction& node, bool by_path, const bound::Policy& policy, const QueryContext& context) {
  if (node.arguments.size() < 2 || node.arguments.size() > 3)
    throw Error(conditions::kWrongNumArgsWithoutSuggestion,
                {{"functionName", types::quote_parts(node.name)}, {"expectedNum", "[2, 3]"}, {"actualNum", std::to_string(node.arguments.size())}, {"docroot", "https://spark.apache.org/docs/latest"}}).at(context);
  plan::NamedTable table;
  table.options = {{"__dflab_changes", by_path ? "path" : "name"}, {"readchangefeed", "true"}};
  for (std::size_t i = 0; i < node.arguments.size(); ++i) {
    const types::Literal value = evaluate_constant(node.arguments[i], policy);
    if (value.value.is_null()) throw Error(conditions::kNullFeedBound).at(context);
    const bool is_version = i > 0 && value.type.is_integral(), is_instant = i > 0 && value.type.is(TypeKind::Timestamp);
    if (!is_version && !is_instant && !value.type.is_text())
      throw Error(conditions::kFeedArgumentType, {{"expType", types::sql_string(value.type)}, {"causedBy", i == 0 ? "table name" : "CDC option"}, {"supportedTypes", "IntegerType,LongType,StringType,TimestampType"}}).at(context);
    const std::string text = is_version ? std::to_string(value.value.integer()) : is_instant ? utc_text(value.value.integer()) : value.value.text();
    if (i == 0) {
      table.name = {text};
    } else {
      table.options.emplace(std::string(i == 1 ? "starting" : "ending") + (is_version ? "version" : "timestamp"), text);
    }
  }
  return table;
}

}  // namespace

bool is_generator(const bound::Expression& expression) {
  const auto* call = std::get_if<bound::Call>(&expression.node);
  return call && call->function->kind == functions::FunctionKind::Generator;
}

bound::Expressions generator_inputs(const bound::Expression& generator) {
  bound::Expressions inputs;
  for (const auto& argument : std::get<bound::Call>(generator.node).arguments)
    if (bound::contains(argument, [](const bound::Expression& part) { return std::holds_alternative<bound::ColumnRef>(part.node) || bound::is_aggregate(part); })) inputs.push_back(argument);
  return inputs;
}

bound::Columns Resolver::generator_columns(const Typed& generator, bool is_outer, const std::vector<std::string>& names) {
  const auto* call = std::get_if<bound::Call>(&generator.expression->node);
  const auto context = plan::query_context(generator.expression->origin);
  if (!call || call->function->kind != functions::FunctionKind::Generator)
    throw Error(conditions::kUnsupportedGeneratorNot, {{"functionName", "`" + generator.sql.substr(0, generator.sql.find('(')) + "`"}, {"classCanonicalName", "org.apache.spark.sql.catalyst.expressions.Expression"}}).at(context);
  // explode, posexplode and the like give a struct; a lone column may come as its own type.
  std::vector<types::Field> fields;
  if (generator.type().is(TypeKind::Struct)) fields = generator.type().fields();
  else fields = {{"col", generator.type(), true, {}}};
  const bool outer = is_outer || call->function->name.ends_with("_outer");
  if (!names.empty() && names.size() != fields.size()) {
    throw Error(conditions::kUdtfAliasNumberMismatch, {{"aliasesSize", std::to_string(fields.size())}, {"aliasesNames", join_sql(names, ",")}}).at(context);
  }
  bound::Columns columns;
  for (std::size_t i = 0; i < fields.size(); ++i)
    columns.push_back({fresh(), names.empty() ? fields[i].name : names[i], fields[i].type, fields[i].nullable || outer, fields[i].metadata});
  return columns;
}

Resolved Resolver::generate(Resolved input, const Typed& generator, bool is_outer, const bound::Columns& given, const std::vector<std::string>& qualifier) {
  const auto& call = std::get<bound::Call>(generator.expression->node);
  bound::Generate node{input.relation, call, is_outer || call.function->name.ends_with("_outer"), {}};
  bound::Columns columns = input.relation->columns;
  for (const auto& column : given) {
    node.generated.push_back(column.id);
    columns.push_back(column);
    input.scope.push_back({column, qualifier, column.id});
  }
  input.relation = bound::make_relation(std::move(node), std::move(columns));
  return input;
}

Resolved Resolver::resolve_node(const plan::LateralView& node, const plan::Relation&) {
  Resolved input = resolve(node.input);
  if (const auto* call = std::get_if<plan::UnresolvedFunction>(&node.generator->node); call && call->name.size() == 1) {
    const std::string name = lower_case(call->name[0]);
    const auto* row = functions::find_function(name, policy_.is_spark4);
    if (row && row->kind != functions::FunctionKind::Generator)
      throw Error(conditions::kUnsupportedGeneratorNot, {{"functionName", types::quote_identifier(name)}, {"classCanonicalName", expression_class(name, row->kind == functions::FunctionKind::Aggregate)}})
          .at(plan::query_context(node.generator->origin));
  }
  Names names = names_over(input);
  names.generators = true;
  names.clause = {};
  names.refuses_sql_functions = "Generate";
  Typed generator = expression(node.generator, names);
  Resolved result = generate(input, generator, node.is_outer, generator_columns(generator, node.is_outer, node.column_aliases), {node.table_alias});
  result.below = std::make_shared<const Resolved>(std::move(input));
  result.aggregate = nullptr;
  return result;
}

Resolved Resolver::resolve_node(const plan::TableFunction& node, const plan::Relation& relation) {
  const auto context = plan::query_context(relation.origin);
  const std::string name = lower_case(node.name.back());
  const bool is_built_in = node.name.size() == 1 || lower_case(node.name[node.name.size() - 2]) == "builtin";
  if (!is_built_in || !functions::find_function(name, policy_.is_spark4))
    if (const auto defined = context_.find_sql_function(node.name)) return sql_table_function(*defined, node, relation);
  Resolved row = from_relation(bound::make_relation(bound::OneRow{}, {}));
  Names names = names_over(row);
  if (name == "range") {
    std::vector<std::int64_t> values;
    for (const auto& argument : node.arguments) values.push_back(range_argument(argument, node.arguments.size()));
    if (values.empty() || values.size() > 4)
      throw Error(conditions::kWrongNumArgsWithoutSuggestion, {{"functionName", "`range`"}, {"expectedNum", "[1, 2, 3, 4]"}, {"actualNum", std::to_string(values.size())}, {"docroot", "https://spark.apache.org/docs/latest"}}).at(context);
    bound::Range range;
    if (values.size() == 1) range.end = values[0];
    else {
      range.start = values[0];
      range.end = values[1];
      if (values.size() > 2) range.step = values[2];
    }
    if (range.step == 0) throw Error(conditions::kFailedFunctionCall, {{"funcName", "`range`"}}).at(context);
    return from_relation(bound::make_relation(range, {{fresh(), "id", TypeKind::Long, false, {}}}));
  }
  if (name == "table_changes" || name == "table_changes_by_path") return resolve(plan::make_relation(changes_of(node, name == "table_changes_by_path", policy_, context), {}, relation.origin));
  if (name == "sql_keywords") {
    if (!node.arguments.empty())
      throw Error(conditions::kWrongNumArgsWithoutSuggestion, {{"functionName", "`sql_keywords`"}, {"expectedNum", "0"}, {"actualNum", std::to_string(node.arguments.size())}, {"docroot", "https://spark.apache.org/docs/latest"}}).at(context);
    bound::Values values;
    for (const auto& keyword : functions::sql_keywords(policy_.is_spark4))
      values.rows.push_back({bound::make_literal(types::Literal::string(keyword)), bound::make_literal(types::Literal::boolean(false))});
    return from_relation(bound::make_relation(std::move(values), {{fresh(), "keyword", TypeKind::String, false, {}}, {fresh(), "reserved", TypeKind::Boolean, false, {}}}));
  }
  const auto* found = functions::find_function(name, policy_.is_spark4);
  if (!found || found->kind != functions::FunctionKind::Generator) {
    // What is wrong with an argument comes first.
    for (const auto& argument : node.arguments) expression(argument, names);
    throw Error(conditions::kUnresolvedTableValuedFunction, {{"name", types::quote_parts(node.name)}}).at(context);
  }
  names.generators = true;
  plan::UnresolvedFunction call;
  call.name = node.name;
  call.arguments = node.arguments;
  Typed generator = resolve_expression(call, plan::Expression{call, relation.origin}, names);
  return generate(std::move(row), generator, false, generator_columns(generator, false, {}), {});
}

}  // namespace lab::analyze
