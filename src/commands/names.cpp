#include "commands/conditions.h"

#include "base/letter_case.h"
#include "commands/file_source.h"
#include "commands/statement.h"
#include "lake/delta/conditions.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

/// Formats that name a path in SQL: delta.`s3a://b/t`.
bool is_path_format(const std::string& name) {
  constexpr std::string_view kFormats[] = {"delta", "parquet", "csv", "json", "text", "binaryfile", "orc", "avro"};
  for (const std::string_view format : kFormats)
    if (name == format) return true;
  return false;
}

void check_catalog(const std::string& name) {
  if (lower_case(name) != catalog::kCatalogName)
    throw Error(conditions::kCatalogNotFound, {{"catalogName", types::quote_identifier(name)}, {"config", "\"spark.sql.catalog." + name + "\""}});
}

/// A name of a relation whose first part names no catalog: Spark then reads all of it in the session's own.
Error too_many_parts(const plan::NameParts& name, const Statement& statement) {
  Error::Parameters parameters{{"sessionCatalog", catalog::kCatalogName}};
  if (statement.policy().is_spark4) {
    parameters.emplace("identifier", types::quote_parts(name));
  } else {
    parameters.emplace("namespace", types::quote_parts({name.begin(), name.end() - 1}));
  }
  return Error(statement.policy().is_spark4 ? conditions::kRequiresSinglePartNamespace : conditions::kRequiresSinglePartNamespace3, std::move(parameters));
}

}  // namespace

std::string TableRef::quoted() const {
  if (is_path()) return types::quote_parts({format, location->text});
  return types::quote_parts({catalog::kCatalogName, database, table});
}

Error table_not_found(const plan::NameParts& name, const Statement& statement, SearchedIn searched) {
  Error::Parameters parameters{{"relationName", types::quote_parts(name)}};
  if (statement.policy().is_spark4) {
    const std::string database = searched == SearchedIn::Database && name.size() > 1 ? name[name.size() - 2] : statement.current_database();
    std::string path = types::quote_parts({catalog::kCatalogName, database});
    if (searched != SearchedIn::Database) path = "`system`.`session`, " + path;
    if (searched == SearchedIn::Everywhere) path = "`system`.`builtin`, " + path;
    parameters.emplace("searchPath", "[" + path + "]");
  }
  return Error(statement.policy().is_spark4 ? conditions::kTableOrViewNotFoundOnPath : conditions::kTableOrViewNotFound, std::move(parameters));
}

TableRef resolve_name(const plan::NameParts& name, const Statement& statement) {
  TableRef ref;
  if (name.size() == 2 && is_path_format(lower_case(name[0])) &&
      (name[1].find('/') != std::string::npos || !statement.world().catalog.find_database(name[0]))) {
    ref.format = lower_case(name[0]);
    ref.location = statement.locate(name[1]);
    return ref;
  }
  if (name.size() > 3 || (name.size() == 3 && lower_case(name[0]) != catalog::kCatalogName)) throw too_many_parts(name, statement);
  ref.written = name;
  ref.table = lower_case(name.back());
  ref.database = name.size() >= 2 ? lower_case(name[name.size() - 2]) : statement.current_database();
  return ref;
}

std::string resolve_database(const plan::NameParts& name, const Statement& statement) {
  if (name.empty()) return statement.current_database();
  if (name.size() == 1) return lower_case(name[0]);
  if (name.size() == 2) {
    check_catalog(name[0]);
    return lower_case(name[1]);
  }
  throw Error(statement.policy().is_spark4 ? conditions::kRequiresSinglePartNamespace : conditions::kRequiresSinglePartNamespace3,
              {{"sessionCatalog", catalog::kCatalogName}, {statement.policy().is_spark4 ? "identifier" : "namespace", types::quote_parts(name)}});
}

std::string shown_path(const std::string& location) { return location.starts_with("file:/") ? location.substr(5) : location; }

std::string DeltaTarget::shown_name() const {
  if (!entry) return "delta." + types::quote_identifier(table->storage().uri());
  return std::string(catalog::kCatalogName) + "." + entry->database + "." + entry->name;
}

DeltaTarget open_delta_target(const TableRef& ref, const Statement& statement, const char* operation) {
  World& world = statement.world();
  DeltaTarget target;
  target.name = ref.quoted();
  if (ref.is_path()) {
    if (ref.format != "delta") throw Error(conditions::kUnsupportedTableOperation, {{"tableName", target.name}, {"operation", operation}});
    target.table = world.places.delta_table(*ref.location, statement.origin(operation));
    statement.note_use(operation, ref.location->text);
    return target;
  }
  target.entry = world.catalog.find_table(ref.database, ref.table);
  if (!target.entry) throw table_not_found(ref.written, statement);
  if (target.entry->is_view()) throw Error(conditions::kExpectTableNotView, {{"operation", operation}, {"viewName", target.name}});
  if (target.entry->provider != "delta") throw Error(conditions::kUnsupportedTableOperation, {{"tableName", target.name}, {"operation", operation}});
  statement.note_use(operation, ref.database + "." + ref.table);
  target.table = world.places.delta_table(statement.locate(target.entry->location, target.entry->options), statement.origin(operation));
  return target;
}

void require_delta_table(const DeltaTarget& target, const TableRef& ref, const Statement& statement) {
  if (target.table->exists()) return;
  const std::string place = ref.is_path() ? ref.location->text : target.entry->location;
  if (const auto version = travelled_version(place)) throw Error(conditions::kHistoricalScan, {{"historicalVersion", *version}});
  if (ref.is_path() && !statement.world().places.exists(*ref.location)) throw Error(conditions::kPathNotFound, {{"path", shown_path(place)}});
  throw Error(lake::delta::conditions::kTableNotFound, {{"tableName", types::quote_identifier(shown_path(place))}});
}

DmlTarget open_dml_target(const plan::RelationPtr& target, const Statement& statement, const char* operation) {
  if (const auto* alias = std::get_if<plan::SubqueryAlias>(&target->node)) {
    DmlTarget inner = open_dml_target(alias->input, statement, operation);
    inner.qualifier = alias->alias;
    return inner;
  }
  if (const auto* named = std::get_if<plan::NamedTable>(&target->node)) {
    if (named->name.size() == 1 && statement.session().find_temp_view(named->name[0]))
      throw Error(conditions::kExpectTableNotView, {{"operation", operation}, {"viewName", types::quote_parts(named->name)}});
    const TableRef ref = resolve_name(named->name, statement);
    DmlTarget result{open_delta_target(ref, statement, operation), {}};
    require_delta_table(result.delta, ref, statement);
    if (ref.is_path()) {
      result.qualifier = named->name;
    } else {
      result.qualifier = {catalog::kCatalogName, ref.database, ref.table};
    }
    return result;
  }
  if (const auto* source = std::get_if<plan::DataSource>(&target->node); source != nullptr && source->format == "delta" && source->paths.size() == 1) {
    TableRef ref;
    ref.format = "delta";
    ref.location = statement.locate(source->paths[0], source->options);
    DmlTarget result{open_delta_target(ref, statement, operation), {}};
    require_delta_table(result.delta, ref, statement);
    return result;
  }
  throw Error(conditions::kUnsupportedTableOperation, {{"tableName", "the target"}, {"operation", operation}});
}

}  // namespace lab::commands
