#include <algorithm>
#include <set>

#include "base/letter_case.h"
#include "commands/conditions.h"
#include "commands/execute.h"
#include "commands/listing.h"
#include "functions/function_row.h"
#include "sql/parser.h"
#include "types/field_comment.h"
#include "types/type_text.h"

// CREATE, DROP and REFRESH FUNCTION, and what a function's name stands for.
namespace lab::commands {
namespace {

bool is_session_name(const plan::NameParts& name) {
  return (name.size() == 2 && lower_case(name[0]) == "session") || (name.size() == 3 && lower_case(name[0]) == "system" && lower_case(name[1]) == "session");
}

std::string bare_name(const catalog::SqlFunction& function) {
  std::string text;
  for (const std::string& part : function.qualified_name()) text += (text.empty() ? "" : ".") + part;
  return text;
}

/// Names that occur twice, each once.
std::string repeated(const std::vector<std::string>& names) {
  std::set<std::string> seen, twice;
  for (const std::string& name : names)
    if (!seen.insert(lower_case(name)).second) twice.insert(lower_case(name));
  std::string text;
  for (const std::string& name : twice) text += (text.empty() ? "" : ", ") + types::quote_identifier(name);
  return text;
}

bool holds_subquery(const plan::Expression& expression) {
  return std::holds_alternative<plan::ScalarSubquery>(expression.node) || std::holds_alternative<plan::Exists>(expression.node) || std::holds_alternative<plan::InSubquery>(expression.node);
}

bool refuses_char(const types::DataType& type) { return type.is(types::TypeKind::Char) || type.is(types::TypeKind::Varchar); }

void check_definition(const plan::CreateFunction& command) {
  const std::string& name = command.name.back();
  std::vector<std::string> names;
  for (const auto& parameter : command.parameters) {
    names.push_back(parameter.field.name);
    if (refuses_char(parameter.field.type)) throw Error(conditions::kUnsupportedCharAsString);
  }
  if (command.returns && refuses_char(*command.returns)) throw Error(conditions::kUnsupportedCharAsString);
  if (const std::string twice = repeated(names); !twice.empty()) throw Error(conditions::kDuplicateParameterNames, {{"routineName", name}, {"names", twice}});
  for (std::size_t i = 0; i + 1 < command.parameters.size(); ++i)
    if (command.parameters[i].default_sql && !command.parameters[i + 1].default_sql)
      throw Error(conditions::kDefaultParameterPosition, {{"functionName", name}, {"parameterName", names[i]}, {"nextParameterName", names[i + 1]}});
  if (command.is_table && !command.body_is_query) throw Error(conditions::kTableBodyNotQuery, {{"name", name}});
  if (!command.return_columns) return;
  names.clear();
  for (const auto& column : *command.return_columns) names.push_back(column.name);
  if (const std::string twice = repeated(names); !twice.empty()) throw Error(conditions::kDuplicateReturnsColumns, {{"routineName", name}, {"columns", twice}});
}

catalog::SqlFunction entry_of(const plan::CreateFunction& command, const Statement& context) {
  catalog::SqlFunction entry;
  entry.name = lower_case(command.name.back());
  if (!command.is_temporary) entry.database = resolve_name(command.name, context).database;
  for (const auto& parameter : command.parameters) entry.parameters.push_back({parameter.field, parameter.default_sql});
  entry.is_table = command.is_table;
  entry.body_is_query = command.body_is_query;
  entry.body = command.body;
  entry.comment = command.comment;
  entry.owner = context.session().user();
  entry.definition = context.definition_here();
  entry.created_micros = context.world().clock.now().time_since_epoch().count();
  return entry;
}

/// The first temporary thing that a lasting one names.
void refuse_temporaries(const catalog::SqlFunction& entry, const Statement& context) {
  for (const TemporaryUse& use : context.temporaries())
    throw Error(conditions::kInvalidTempReference,
                {{"obj", "FUNCTION"}, {"objName", types::quote_parts({entry.database, entry.name})}, {"tempObj", use.kind}, {"tempObjName", types::quote_parts(use.name)}});
}

}  // namespace

analyze::SqlFunction Statement::readable(const catalog::SqlFunction& entry) const {
  const bool is_temporary = entry.database.empty();
  auto inner = std::make_shared<Statement>(world_, session_, stop_, entry.definition, is_temporary, progress_);
  // A body has the rights of whoever calls it. Within a view or a policy that is its owner, but only where the function is as trusted.
  const bool is_trusted = entry.owner == acting_user() || world_.access.grants().is_admin(entry.owner);
  inner->act_as(is_trusted ? acting_user() : session_.user());
  if (serves_policy_) inner->serve_policy();
  const sql::ParserOptions options = parser_options(*inner);
  analyze::SqlFunction function;
  function.qualified_name = entry.qualified_name();
  for (const auto& parameter : entry.parameters)
    function.parameters.push_back({parameter.field.name, parameter.field.type, parameter.default_sql ? sql::parse_expression(*parameter.default_sql, options) : nullptr});
  function.is_table = entry.is_table;
  if (entry.is_table) {
    function.return_columns = entry.return_columns;
  } else {
    function.returns = entry.returns;
  }
  if (entry.body_is_query) {
    function.query = sql::parse_query(entry.body, options);
  } else {
    function.expression = sql::parse_expression(entry.body, options);
  }
  function.body = entry.body;
  function.surroundings = {inner, inner->policy()};
  return function;
}

std::optional<catalog::SqlFunction> Statement::find_function_entry(const plan::NameParts& name) const {
  if (!session_.is_spark4() && !serves_policy_) return std::nullopt;
  if ((name.size() == 1 || is_session_name(name)) && sees_temporary_)
    if (auto found = session_.find_function(name.back())) {
      temporaries_.push_back({"FUNCTION", {name.back()}});
      return found;
    }
  if (is_session_name(name) || name.size() > 3 || (name.size() == 3 && lower_case(name[0]) != catalog::kCatalogName)) return std::nullopt;
  return world_.catalog.find_function(name.size() > 1 ? name[name.size() - 2] : current_database(), name.back());
}

std::optional<analyze::SqlFunction> Statement::find_sql_function(const std::vector<std::string>& name) const {
  const auto entry = find_function_entry(name);
  if (!entry) return std::nullopt;
  if (entry->reads_data) reads_data_ = true;
  return readable(*entry);
}

LocalTable create_function(const plan::CreateFunction& command, Statement& context) {
  if (command.is_temporary && command.name.size() > 1 && !is_session_name(command.name)) {
    const plan::NameParts qualifier(command.name.begin(), command.name.end() - 1);
    throw Error(conditions::kTempObjectQualifier, {{"objectType", "FUNCTION"}, {"objectName", types::quote_identifier(command.name.back())}, {"qualifier", types::quote_parts(qualifier)}});
  }
  catalog::SqlFunction entry = entry_of(command, context);
  check_definition(command);
  if (!command.is_temporary) {
    context.world().catalog.get_database(entry.database);
    if (command.if_not_exists && context.world().catalog.find_function(entry.database, entry.name)) return no_rows();
  }
  // Read as a caller would read it, but seeing what is temporary, so that the error can name it.
  catalog::SqlFunction probe = entry;
  analyze::SqlFunction function = [&] {
    auto inner = std::make_shared<Statement>(context.world(), context.session(), context.stop(), entry.definition, true, context.progress());
    analyze::SqlFunction read = inner->readable(probe);
    read.surroundings = {inner, inner->policy()};
    return read;
  }();
  function.returns = command.returns;
  function.return_columns = command.return_columns;
  for (const auto& parameter : function.parameters)
    if (parameter.default_value && holds_subquery(*parameter.default_value)) throw Error(conditions::kDefaultParameterSubquery, {{"functionName", command.name.back()}, {"parameterName", parameter.name}});
  const analyze::FunctionResult result = analyze::analyze_function(function);
  const auto& inner = static_cast<const Statement&>(*function.surroundings.context);
  if (!command.is_temporary) refuse_temporaries(entry, inner);
  entry.returns = result.type;
  entry.return_columns = command.return_columns.value_or(result.columns);
  entry.is_deterministic = command.is_deterministic.value_or(result.is_deterministic);
  if (command.reads_data == false && inner.reads_data()) throw Error(conditions::kFunctionDataAccess);
  entry.reads_data = command.reads_data.value_or(inner.reads_data());
  if (!command.is_temporary) {
    context.world().catalog.put_function(std::move(entry), command.or_replace, context.origin("CREATE FUNCTION"));
  } else if (!context.session().put_function(entry, command.or_replace)) {
    throw Error(conditions::kRoutineAlreadyExists, {{"routineName", types::quote_identifier(entry.name)}, {"newRoutineType", "routine"}, {"existingRoutineType", "routine"}});
  }
  return no_rows();
}

LocalTable drop_function(const plan::DropFunction& command, Statement& context) {
  const std::string& name = command.name.back();
  const bool is_built_in = command.name.size() == 1 && functions::find_function(name, context.session().is_spark4()) != nullptr;
  if (command.is_temporary) {
    if (context.session().drop_function(name) || command.if_exists) return no_rows();
    if (is_built_in) throw Error(conditions::kForbiddenOperation, {{"statement", "DROP TEMPORARY"}, {"objectType", "FUNCTION"}, {"objectName", types::quote_identifier(name)}});
    throw Error(conditions::kRoutineNotFound, {{"routineName", types::quote_identifier(name)}});
  }
  if (is_built_in) throw Error(conditions::kForbiddenOperation, {{"statement", "DROP"}, {"objectType", "FUNCTION"}, {"objectName", types::quote_identifier(name)}});
  const TableRef ref = resolve_name(command.name, context);
  if (context.world().catalog.drop_function(ref.database, ref.table, context.origin("DROP FUNCTION")) || command.if_exists) return no_rows();
  throw Error(conditions::kRoutineNotFound, {{"routineName", types::quote_parts({ref.database, ref.table})}});
}

LocalTable refresh_function(const plan::RefreshFunction& command, Statement& context) {
  const std::string& name = command.name.back();
  if (command.name.size() == 1 && functions::find_function(name, context.session().is_spark4()))
    throw Error(conditions::kCannotRefreshBuiltIn, {{"functionName", types::quote_identifier(name)}});
  if (command.name.size() == 1 && context.session().find_function(name)) throw Error(conditions::kCannotRefreshTemporary, {{"functionName", types::quote_identifier(name)}});
  if (!context.find_function_entry(command.name)) throw unresolved_routine(command.name, context);
  return no_rows();
}

Error unresolved_routine(const plan::NameParts& name, const Statement& context) {
  return Error(conditions::kUnresolvedRoutine, {{"routineName", types::quote_parts(name)},
                                                {"searchPath", "[`system`.`builtin`, `system`.`session`, " + types::quote_parts({catalog::kCatalogName, context.current_database()}) + "]"}});
}

/// What DESCRIBE FUNCTION says of a function whose body is SQL.
LocalTable describe_sql_function(const catalog::SqlFunction& function, bool extended) {
  std::vector<types::Values> rows;
  const auto add = [&](const std::string& label, const std::string& value) {
    std::string padded = label.empty() ? std::string() : label + ":";
    padded.resize(extended ? 15 : 10, ' ');  // the longest label decides
    rows.push_back({text_value(padded + value)});
  };
  const auto columns = [&](const std::string& label, const types::Schema& fields, const std::vector<std::optional<std::string>>& defaults) {
    std::size_t name_width = 0, type_width = 0;
    for (const auto& field : fields) {
      name_width = std::max(name_width, field.name.size());
      type_width = std::max(type_width, types::sql_string(field.type).size());
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
      std::string text = fields[i].name, type = types::sql_string(fields[i].type);
      text.resize(name_width, ' ');
      const auto comment = extended ? types::field_comment(fields[i]) : std::nullopt;
      const bool has_default = extended && i < defaults.size() && defaults[i];
      type.resize(type_width, ' ');
      text += " " + type;
      if (has_default) text += " DEFAULT " + *defaults[i];
      if (comment) text += " '" + *comment + "'";
      add(i == 0 ? label : "", text);
    }
  };
  add("Function", bare_name(function));
  add("Type", function.is_table ? "TABLE" : "SCALAR");
  types::Schema parameters;
  std::vector<std::optional<std::string>> defaults;
  for (const auto& parameter : function.parameters) {
    parameters.push_back(parameter.field);
    defaults.push_back(parameter.default_sql);
  }
  if (parameters.empty()) {
    add("Input", "()");
  } else {
    columns("Input", parameters, defaults);
  }
  if (function.is_table) {
    columns("Returns", function.return_columns, {});
  } else {
    add("Returns", types::sql_string(function.returns));
  }
  if (extended) {
    if (function.comment) add("Comment", *function.comment);
    add("Deterministic", function.is_deterministic ? "true" : "false");
    add("Data Access", function.reads_data ? "READS SQL DATA" : "CONTAINS SQL");
    bool is_first = true;
    for (const auto& [key, value] : function.definition.settings) {
      add(is_first ? "Configs" : "", key + "=" + value);
      is_first = false;
    }
    add("Owner", function.owner);
    add("Create Time", time_text(function.created_micros));
    add("Body", function.body);
  }
  return make_table({text_column("function_desc")}, rows);
}

}  // namespace lab::commands
