#include <algorithm>
#include <set>

#include "analyze/names.h"
#include "base/letter_case.h"
#include "commands/conditions.h"
#include "commands/execute.h"
#include "functions/function_row.h"
#include "plan/bound_tree.h"
#include "sql/conditions.h"
#include "sql/lexer.h"
#include "sql/parser.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

constexpr const char* kPath = "[`system`.`session`]";

/// The last part of a variable's name, when what stands before it is `session` or `system.session`.
std::optional<std::string> variable_name(const plan::NameParts& name) {
  if (name.size() > 3 || (name.size() > 1 && lower_case(name[name.size() - 2]) != "session") || (name.size() == 3 && lower_case(name[0]) != "system")) return std::nullopt;
  return name.back();
}

std::string full_name(const std::string& name) { return types::quote_parts({"system", "session", lower_case(name)}); }

std::string declared_name(const plan::NameParts& name) {
  const auto last = variable_name(name);
  if (!last) throw Error(conditions::kUnresolvedVariable, {{"variableName", types::quote_parts(name)}, {"searchPath", kPath}});
  return *last;
}

/// The names of variables that are there; none twice.
std::vector<std::string> existing_names(const std::vector<plan::NameParts>& names, const Statement& context) {
  std::vector<std::string> result;
  std::set<std::string> seen;
  for (const plan::NameParts& name : names) {
    const auto last = variable_name(name);
    if (!last || !context.session().find_variable(*last))
      throw Error(conditions::kUnresolvedVariable,
                  {{"variableName", types::quote_parts(name)},
                   {"searchPath", "[`system`.`builtin`, `system`.`session`, " + types::quote_parts({catalog::kCatalogName, context.session().current_database()}) + "]"}});
    result.push_back(*last);
  }
  for (const std::string& name : result)
    if (!seen.insert(lower_case(name)).second) throw Error(conditions::kDuplicateAssignments, {{"nameList", types::quote_identifier(lower_case(name))}});
  return result;
}

bool is_subquery(const plan::ExpressionPtr& expression) {
  return std::holds_alternative<plan::ScalarSubquery>(expression->node) || std::holds_alternative<plan::Exists>(expression->node) ||
         std::holds_alternative<plan::InSubquery>(expression->node);
}

bool is_default_name(const plan::ExpressionPtr& expression) {
  const auto* name = std::get_if<plan::UnresolvedAttribute>(&expression->node);
  return name != nullptr && name->parts.size() == 1 && lower_case(name->parts[0]) == "default";
}

/// The values of expressions over nothing, each cast to its type where one is given.
std::vector<types::Literal> evaluate_row(const plan::Expressions& expressions, const std::vector<std::optional<types::DataType>>& targets, Statement& context) {
  plan::Expressions items;
  for (std::size_t i = 0; i < expressions.size(); ++i)
    items.push_back(targets[i] ? plan::make_expression(plan::Cast{expressions[i], *targets[i], plan::CastMode::Session}, expressions[i]->origin) : expressions[i]);
  const plan::bound::Query query = context.analyze(plan::make_relation(plan::Project{plan::make_relation(plan::OneRow{}), std::move(items)}));
  const types::Schema schema = query.schema();
  auto rows = context.collect(query);
  std::vector<types::Literal> values;
  for (std::size_t i = 0; i < schema.size(); ++i) values.push_back({schema[i].type, rows.at(0).at(i)});
  return values;
}

types::Literal evaluate_one(const plan::ExpressionPtr& expression, const std::optional<types::DataType>& target, Statement& context) {
  return evaluate_row({expression}, {target}, context).at(0);
}

/// No subquery and nothing like rand().
bool is_same_each_time(const plan::bound::Query& query) {
  namespace bound = plan::bound;
  const auto* project = std::get_if<bound::Project>(&query.root->node);
  return project && std::ranges::none_of(project->outputs, [](const bound::Output& output) {
    return bound::contains(output.expression, [](const bound::Expression& part) {
      const auto* call = std::get_if<bound::Call>(&part.node);
      return (call && call->function->is_volatile) || std::holds_alternative<bound::ScalarSubquery>(part.node);
    });
  });
}

types::Literal variable_default(const SessionVariable& variable, Statement& context) {
  return variable.default_value ? evaluate_one(variable.default_value, variable.value.type, context) : types::Literal::null(variable.value.type);
}

void assign(const std::string& name, types::Literal value, Statement& context) {
  SessionVariable variable = *context.session().find_variable(name);
  variable.value = std::move(value);
  context.session().put_variable(name, std::move(variable), true);
}

/// The row that a query gives to variables: NULLs when it gives none.
void assign_row(const plan::RelationPtr& query, const std::vector<std::string>& names, Statement& context) {
  const types::Schema given = context.analyze(query).schema();
  if (given.size() != names.size())
    throw Error(conditions::kAssignmentArity, {{"numTarget", std::to_string(names.size())}, {"numExpr", std::to_string(given.size())}});
  std::vector<std::string> positions;
  plan::Expressions items;
  for (std::size_t i = 0; i < names.size(); ++i) {
    positions.push_back("p" + std::to_string(i));
    items.push_back(plan::make_expression(plan::Cast{plan::make_attribute({positions.back()}), context.session().find_variable(names[i])->value.type, plan::CastMode::Session}));
  }
  auto renamed = plan::make_relation(plan::ToDf{query, positions});
  auto limited = plan::make_relation(plan::Limit{std::move(renamed), plan::make_literal(types::Literal::integer(2))});
  const plan::bound::Query rows_query = context.analyze(plan::make_relation(plan::Project{std::move(limited), std::move(items)}));
  const types::Schema schema = rows_query.schema();
  const auto rows = context.collect(rows_query);
  if (rows.size() > 1) throw Error(conditions::kRowSubqueryTooManyRows);
  for (std::size_t i = 0; i < names.size(); ++i) assign(names[i], {schema[i].type, rows.empty() ? types::Value{} : rows[0][i]}, context);
}

}  // namespace

std::optional<types::Literal> Statement::find_variable(const std::vector<std::string>& name) const {
  const auto last = variable_name(name);
  if (!last || !sees_temporary_) return std::nullopt;
  auto found = session_.find_variable(*last);
  if (!found) return std::nullopt;
  temporaries_.push_back({"VARIABLE", name});
  return std::move(found->value);
}

LocalTable declare_variable(const plan::DeclareVariable& command, Statement& context) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (const plan::NameParts& name : command.names) {
    names.push_back(declared_name(name));
    if (!seen.insert(lower_case(names.back())).second) throw Error(conditions::kDuplicateVariable, {{"variableName", full_name(names.back())}});
  }
  if (command.default_value && is_subquery(command.default_value))
    throw Error(conditions::kDefaultWithSubquery, {{"statement", "DECLARE VARIABLE"}, {"colName", full_name(names[0])}, {"defaultValue", command.default_sql}});
  SessionVariable variable;
  variable.default_value = command.default_value;
  variable.value = command.default_value ? evaluate_one(command.default_value, command.type, context) : types::Literal::null(*command.type);
  if (!command.or_replace)
    for (const std::string& name : names)
      if (context.session().find_variable(name)) throw Error(conditions::kVariableAlreadyExists, {{"variableName", full_name(name)}});
  for (const std::string& name : names) context.session().put_variable(name, variable, true);
  return no_rows();
}

LocalTable drop_variable(const plan::DropVariable& command, Statement& context) {
  const std::string name = declared_name(command.name);
  if (!context.session().drop_variable(name) && !command.if_exists) throw Error(conditions::kVariableNotFound, {{"variableName", full_name(name)}});
  return no_rows();
}

LocalTable set_variable(const plan::SetVariable& command, Statement& context) {
  const std::vector<std::string> names = existing_names(command.names, context);
  if (command.query) {
    assign_row(command.query, names, context);
    return no_rows();
  }
  // All values first: `SET VAR a = b, b = a` swaps.
  std::vector<types::Literal> values;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const SessionVariable variable = *context.session().find_variable(names[i]);
    values.push_back(command.values[i] && !is_default_name(command.values[i]) ? evaluate_one(command.values[i], variable.value.type, context) : variable_default(variable, context));
  }
  for (std::size_t i = 0; i < names.size(); ++i) assign(names[i], std::move(values[i]), context);
  return no_rows();
}

std::optional<types::Literal> constant_value(const plan::ExpressionPtr& expression, Statement& context) {
  if (is_subquery(expression)) return std::nullopt;
  plan::bound::Query query;
  try {
    query = context.analyze(plan::make_relation(plan::Project{plan::make_relation(plan::OneRow{}), {expression}}));
  } catch (const Error& failure) {
    if (std::string_view(failure.condition().name).starts_with("UNRESOLVED_COLUMN")) return std::nullopt;
    throw;
  }
  if (!is_same_each_time(query)) return std::nullopt;
  const types::Schema schema = query.schema();
  const auto rows = context.collect(query);
  if (rows.size() != 1) return std::nullopt;
  return types::Literal{schema.at(0).type, rows[0].at(0)};
}

namespace {

/// The value of an argument or of the statement's text: of variables and constants, not of rows.
types::Literal parameter_value(const plan::ExpressionPtr& expression, Statement& context) {
  const auto unsupported = [&](const std::string& sql) {
    return Error(conditions::kUnsupportedParameter, {{"invalidExprSql", '"' + sql + '"'}}).at(plan::query_context(expression->origin));
  };
  if (is_subquery(expression)) throw unsupported(std::holds_alternative<plan::Exists>(expression->node) ? "exists()" : "scalarsubquery()");
  const plan::bound::Query query = context.analyze(plan::make_relation(plan::Project{plan::make_relation(plan::OneRow{}), {expression}}));
  const types::Schema schema = query.schema();
  if (!is_same_each_time(query)) throw unsupported(schema.at(0).name);
  const auto rows = context.collect(query);
  if (rows.size() != 1) throw unsupported(schema.at(0).name);  // A generator gives any number.
  return {schema.at(0).type, rows[0].at(0)};
}

std::string written_text(const plan::ExpressionPtr& expression) {
  const plan::Origin& origin = expression->origin;
  if (!origin.sql_text || origin.start < 0) return "NULL";
  return types::quote_identifier(origin.sql_text->substr(static_cast<std::size_t>(origin.start), static_cast<std::size_t>(origin.stop - origin.start + 1)));
}

struct UsedParameters {
  bool positional = false, named = false;
};

UsedParameters used_parameters(const std::string& sql) {
  UsedParameters used;
  const auto tokens = sql::tokenize(sql).list;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    used.positional = used.positional || tokens[i].is("?");
    // Elsewhere a colon stands behind a value: `v:field`.
    const bool begins = i == 0 || !(tokens[i - 1].is_identifier() || tokens[i - 1].is(")") || tokens[i - 1].is("]")) || tokens[i - 1].end < tokens[i].start;
    used.named = used.named || (begins && tokens[i].is(":") && tokens[i + 1].is_identifier());
  }
  return used;
}

/// Arguments under their names or by place, as the statement uses them.
void bind_arguments(const plan::Expressions& arguments, const std::string& sql, sql::ParserOptions& options, Statement& context) {
  const UsedParameters used = used_parameters(sql);
  if (used.positional && used.named) throw Error(conditions::kMixedParameters);
  std::vector<std::string> unnamed;
  for (const plan::ExpressionPtr& argument : arguments) {
    const auto* alias = std::get_if<plan::Alias>(&argument->node);
    const plan::ExpressionPtr& value = alias ? alias->child : argument;
    auto literal = plan::make_literal(parameter_value(value, context));
    // A bare variable is a parameter of its own name, too.
    const auto* variable = std::get_if<plan::UnresolvedAttribute>(&value->node);
    if (alias) {
      options.named_parameters.emplace(alias->names[0], literal);
    } else if (variable) {
      options.named_parameters.emplace(variable->parts.back(), literal);
    } else if (used.named) {
      unnamed.push_back('"' + context.analyze(plan::make_relation(plan::Project{plan::make_relation(plan::OneRow{}), {value}})).schema().at(0).name + '"');
    }
    options.positional_parameters.push_back(std::move(literal));
  }
  std::string missing;
  for (const std::string& name : unnamed) missing += (missing.empty() ? "" : ", ") + name;
  if (!unnamed.empty()) throw Error(conditions::kParametersNotNamed, {{"exprs", missing}});
}

/// The variables of INTO, which Spark looks up as it does columns.
std::vector<std::string> target_names(const std::vector<plan::NameParts>& into, const Statement& context) {
  for (const plan::NameParts& name : into) {
    const auto last = variable_name(name);
    if (!last || !context.session().find_variable(*last)) throw Error(lab::conditions::kUnresolvedColumnWithoutSuggestion, {{"objectName", types::quote_parts(name)}});
  }
  return existing_names(into, context);
}

/// A variable may hold a statement that runs the variable.
constexpr int kMostNested = 64;

Outcome execute_at(int depth, const plan::ExecuteImmediate& command, Statement& context) {
  if (depth > kMostNested) throw Error(conditions::kFailedToParseTooComplex);
  const std::vector<std::string> into = target_names(command.into, context);
  const types::Literal text = parameter_value(command.text, context);
  if (!text.type.is_text()) throw Error(conditions::kInvalidExecuteType, {{"exprType", types::quoted_sql(text.type)}});
  if (text.value.is_null()) throw Error(conditions::kNullQueryString, {{"varName", written_text(command.text)}});
  const std::string sql = text.value.text();
  sql::ParserOptions options = parser_options(context.session());
  options.evaluate = [&](const plan::ExpressionPtr& expression) { return constant_value(expression, context); };
  bind_arguments(command.arguments, sql, options, context);
  const plan::Statement statement = sql::parse_statement(sql, options);
  const auto* nested = std::get_if<plan::ExecuteImmediate>(&statement.node);
  if (into.empty()) return nested ? execute_at(depth + 1, *nested, context) : context.execute(statement);
  if (!statement.is_query()) throw Error(conditions::kInvalidStatementForInto, {{"sqlString", analyze::upper_case(sql)}});
  assign_row(std::get<plan::RelationPtr>(statement.node), into, context);
  return no_rows();
}

}  // namespace

Outcome execute_immediate(const plan::ExecuteImmediate& command, Statement& context) { return execute_at(0, command, context); }

}  // namespace lab::commands
