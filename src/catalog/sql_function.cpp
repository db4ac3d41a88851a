#include "catalog/sql_function.h"

#include <nlohmann/json.hpp>

#include "catalog/catalog.h"
#include "types/type_text.h"

namespace lab::catalog {
namespace {

using Json = nlohmann::json;

Json optional_json(const std::optional<std::string>& text) { return text ? Json(*text) : Json(nullptr); }

std::optional<std::string> optional_text(const Json& json) { return json.is_string() ? std::optional(json.get<std::string>()) : std::nullopt; }

}  // namespace

std::vector<std::string> SqlFunction::qualified_name() const {
  if (database.empty()) return {name};
  return {kCatalogName, database, name};
}

std::string encode_function(const SqlFunction& function) {
  types::Schema parameters;
  Json defaults = Json::array();
  for (const auto& parameter : function.parameters) {
    parameters.push_back(parameter.field);
    defaults.push_back(optional_json(parameter.default_sql));
  }
  const types::Schema returns = function.is_table ? function.return_columns : types::Schema{{"value", function.returns, true, {}}};
  const Json body{{"parameters", types::schema_to_json(parameters)},
                  {"defaults", defaults},
                  {"is_table", function.is_table},
                  {"returns", types::schema_to_json(returns)},
                  {"body", function.body},
                  {"body_is_query", function.body_is_query},
                  {"owner", function.owner},
                  {"comment", optional_json(function.comment)},
                  {"deterministic", function.is_deterministic},
                  {"reads_data", function.reads_data},
                  {"database", function.definition.database},
                  {"settings", function.definition.settings},
                  {"created", function.created_micros}};
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

SqlFunction decode_function(std::string database, std::string name, const std::string& text) {
  const Json body = Json::parse(text);
  SqlFunction function;
  function.database = std::move(database);
  function.name = std::move(name);
  const Json& defaults = body.at("defaults");
  for (types::Field& field : types::parse_schema_json(body.at("parameters").get<std::string>()))
    function.parameters.push_back({std::move(field), optional_text(defaults.at(function.parameters.size()))});
  function.is_table = body.at("is_table");
  types::Schema returns = types::parse_schema_json(body.at("returns").get<std::string>());
  if (function.is_table) {
    function.return_columns = std::move(returns);
  } else {
    function.returns = returns.at(0).type;
  }
  function.body = body.at("body");
  function.body_is_query = body.at("body_is_query");
  function.owner = body.at("owner");
  function.comment = optional_text(body.at("comment"));
  function.is_deterministic = body.at("deterministic");
  function.reads_data = body.at("reads_data");
  function.definition.database = body.at("database");
  function.definition.settings = body.at("settings");
  function.created_micros = body.at("created");
  return function;
}

}  // namespace lab::catalog
