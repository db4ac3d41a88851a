#include <spark/connect/catalog.pb.h>
#include <spark/connect/relations.pb.h>

#include "types/type_text.h"
#include "wire/spark/conditions.h"
#include "wire/spark/reader/plan_reader.h"

namespace lab::wire::spark {

namespace {

using Arguments = std::vector<std::optional<std::string>>;

std::string flag(bool value) { return value ? "true" : "false"; }

#define LAB_OPTIONAL(message, field) ((message).has_##field() ? std::optional<std::string>((message).field()) : std::nullopt)

template <typename Message>
plan::CatalogCall create_table_call(const Message& message) {
  plan::CatalogCall call;
  call.method = "create_table";
  call.arguments = {message.table_name(), LAB_OPTIONAL(message, path), LAB_OPTIONAL(message, source)};
  for (const auto& [key, value] : message.options()) call.options.emplace(key, value);
  if (message.has_schema()) call.schema = types::to_json(read_type(message.schema()));
  return call;
}

}  // namespace

/// Arguments keep the order of the message's fields.
plan::RelationPtr PlanReader::read_catalog(const proto::Catalog& message, std::optional<std::int64_t> plan_id) {
  const auto call = [&](std::string method, Arguments arguments = {}) {
    return plan::make_relation(plan::CatalogCall{std::move(method), std::move(arguments), {}, {}}, plan_id);
  };
  switch (message.cat_type_case()) {
    case proto::Catalog::kCurrentDatabase: return call("current_database");
    case proto::Catalog::kSetCurrentDatabase: return call("set_current_database", {message.set_current_database().db_name()});
    case proto::Catalog::kListDatabases: return call("list_databases", {LAB_OPTIONAL(message.list_databases(), pattern)});
    case proto::Catalog::kListTables: return call("list_tables", {LAB_OPTIONAL(message.list_tables(), db_name), LAB_OPTIONAL(message.list_tables(), pattern)});
    case proto::Catalog::kListFunctions:
      return call("list_functions", {LAB_OPTIONAL(message.list_functions(), db_name), LAB_OPTIONAL(message.list_functions(), pattern)});
    case proto::Catalog::kListColumns: return call("list_columns", {message.list_columns().table_name(), LAB_OPTIONAL(message.list_columns(), db_name)});
    case proto::Catalog::kGetDatabase: return call("get_database", {message.get_database().db_name()});
    case proto::Catalog::kGetTable: return call("get_table", {message.get_table().table_name(), LAB_OPTIONAL(message.get_table(), db_name)});
    case proto::Catalog::kGetFunction: return call("get_function", {message.get_function().function_name(), LAB_OPTIONAL(message.get_function(), db_name)});
    case proto::Catalog::kDatabaseExists: return call("database_exists", {message.database_exists().db_name()});
    case proto::Catalog::kTableExists: return call("table_exists", {message.table_exists().table_name(), LAB_OPTIONAL(message.table_exists(), db_name)});
    case proto::Catalog::kFunctionExists:
      return call("function_exists", {message.function_exists().function_name(), LAB_OPTIONAL(message.function_exists(), db_name)});
    case proto::Catalog::kCreateExternalTable: return plan::make_relation(create_table_call(message.create_external_table()), plan_id);
    case proto::Catalog::kCreateTable: {
      plan::CatalogCall create = create_table_call(message.create_table());
      if (message.create_table().has_description()) create.options.insert_or_assign("comment", message.create_table().description());
      return plan::make_relation(std::move(create), plan_id);
    }
    case proto::Catalog::kDropTempView: return call("drop_temp_view", {message.drop_temp_view().view_name()});
    case proto::Catalog::kDropGlobalTempView: return call("drop_global_temp_view", {message.drop_global_temp_view().view_name()});
    case proto::Catalog::kRecoverPartitions: return call("recover_partitions", {message.recover_partitions().table_name()});
    case proto::Catalog::kIsCached: return call("is_cached", {message.is_cached().table_name()});
    case proto::Catalog::kCacheTable: {
      const auto& cached = message.cache_table();
      if (!cached.has_storage_level()) return call("cache_table", {cached.table_name()});
      const auto& level = cached.storage_level();
      const auto flag = [](bool is_on) { return std::string(is_on ? "true" : "false"); };
      return call("cache_table", {cached.table_name(), flag(level.use_disk()), flag(level.use_memory()), flag(level.use_off_heap()), flag(level.deserialized()),
                                  std::to_string(level.replication())});
    }
    case proto::Catalog::kUncacheTable: return call("uncache_table", {message.uncache_table().table_name()});
    case proto::Catalog::kClearCache: return call("clear_cache");
    case proto::Catalog::kRefreshTable: return call("refresh_table", {message.refresh_table().table_name()});
    case proto::Catalog::kRefreshByPath: return call("refresh_by_path", {message.refresh_by_path().path()});
    case proto::Catalog::kCurrentCatalog: return call("current_catalog");
    case proto::Catalog::kSetCurrentCatalog: return call("set_current_catalog", {message.set_current_catalog().catalog_name()});
    case proto::Catalog::kListCatalogs: return call("list_catalogs", {LAB_OPTIONAL(message.list_catalogs(), pattern)});
    case proto::Catalog::kDropTable:
      return call("drop_table", {message.drop_table().table_name(), flag(message.drop_table().if_exists()), flag(message.drop_table().purge())});
    case proto::Catalog::kDropView: return call("drop_view", {message.drop_view().view_name(), flag(message.drop_view().if_exists())});
    case proto::Catalog::kCreateDatabase: {
      plan::CatalogCall create{"create_database", {message.create_database().db_name(), flag(message.create_database().if_not_exists())}, {}, {}};
      for (const auto& [key, value] : message.create_database().properties()) create.options.emplace(key, value);
      return plan::make_relation(std::move(create), plan_id);
    }
    case proto::Catalog::kDropDatabase:
      return call("drop_database", {message.drop_database().db_name(), flag(message.drop_database().if_exists()), flag(message.drop_database().cascade())});
    case proto::Catalog::kListPartitions: return call("list_partitions", {message.list_partitions().table_name()});
    case proto::Catalog::kListViews: return call("list_views", {LAB_OPTIONAL(message.list_views(), db_name), LAB_OPTIONAL(message.list_views(), pattern)});
    case proto::Catalog::kGetTableProperties: return call("get_table_properties", {message.get_table_properties().table_name()});
    case proto::Catalog::kGetCreateTableString: return call("get_create_table_string", {message.get_create_table_string().table_name()});
    case proto::Catalog::kTruncateTable: return call("truncate_table", {message.truncate_table().table_name()});
    case proto::Catalog::kAnalyzeTable: return call("analyze_table", {message.analyze_table().table_name()});
    case proto::Catalog::CAT_TYPE_NOT_SET: throw Error(conditions::kInvalidPlanInput, {{"message", "catalog call without a type"}});
    default: return plan::make_relation(plan::UnsupportedRelation{"this catalog call", nullptr}, plan_id);
  }
}

#undef LAB_OPTIONAL

}  // namespace lab::wire::spark
