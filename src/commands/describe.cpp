#include "commands/conditions.h"
#include "base/letter_case.h"
#include "commands/execute.h"
#include "commands/listing.h"
#include "functions/function_row.h"
#include "types/field_comment.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

const types::Schema& describe_schema() {
  static const types::Schema schema{text_column("col_name"), text_column("data_type"), text_column("comment", true)};
  return schema;
}

types::Values line(std::string name, std::string type, std::optional<std::string> comment) {
  types::Value value;
  if (comment) value = text_value(*std::move(comment));
  return {text_value(std::move(name)), text_value(std::move(type)), std::move(value)};
}

void add_columns(const types::Schema& schema, std::vector<types::Values>& rows) {
  for (const types::Field& field : schema) rows.push_back(line(field.name, types::catalog_string(field.type), types::field_comment(field)));
}

void add_partitioning(const types::Schema& schema, const std::vector<std::string>& partitions, std::vector<types::Values>& rows) {
  if (partitions.empty()) return;
  rows.push_back(line("# Partition Information", "", ""));
  rows.push_back(line("# col_name", "data_type", "comment"));
  for (const std::string& name : partitions)
    for (const types::Field& field : schema)
      if (field.name == name) rows.push_back(line(field.name, types::catalog_string(field.type), types::field_comment(field)));
}

std::string bracketed(const std::map<std::string, std::string>& entries) {
  std::string text;
  for (const auto& [key, value] : entries) text += (text.empty() ? "" : ", ") + key + "=" + value;
  return "[" + text + "]";
}

std::string quoted_list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + types::quote_identifier(name);
  return "[" + text + "]";
}

/// What Spark tells of views, and of tables that do not describe themselves.
void add_catalog_details(const catalog::Table& entry, const types::Schema& schema, const Statement& context, std::vector<types::Values>& rows) {
  const auto add = [&](const char* label, std::string value) { rows.push_back(line(label, std::move(value), "")); };
  add("Catalog", catalog::kCatalogName);
  add("Database", entry.database);
  add("Table", entry.name);
  if (!entry.owner.empty()) add("Owner", entry.owner);
  add("Created Time", time_text(entry.created_micros));
  add("Last Access", "UNKNOWN");
  add("Created By", "Spark " + context.session().spark_version());
  add("Type", entry.is_view() ? "VIEW" : entry.kind == catalog::Table::Kind::Managed ? "MANAGED" : "EXTERNAL");
  if (!entry.is_view()) add("Provider", entry.provider);
  if (!entry.bucket_columns.empty()) {
    add("Num Buckets", std::to_string(entry.num_buckets));
    add("Bucket Columns", quoted_list(entry.bucket_columns));
    add("Sort Columns", quoted_list(entry.sort_columns));
  }
  if (!entry.comment.empty()) add("Comment", entry.comment);
  if (!entry.properties.empty()) add("Table Properties", bracketed(entry.properties));
  if (!entry.is_view()) {
    add("Location", entry.location);
    if (!entry.options.empty()) add("Storage Properties", bracketed(entry.options));
    if (!entry.partition_columns.empty()) add("Partition Provider", "Catalog");
    return;
  }
  add("View Text", entry.view_text);
  add("View Original Text", entry.view_text);
  if (!entry.view_schema_mode.empty()) add("View Schema Mode", entry.view_schema_mode);
  add("View Catalog and Namespace", types::quote_if_needed(catalog::kCatalogName) + "." + types::quote_if_needed(entry.view_catalog_database));
  std::string columns;
  for (std::size_t i = 0; i < schema.size(); ++i)
    columns += (columns.empty() ? "" : ", ") + types::quote_identifier(i < entry.view_query_columns.size() ? entry.view_query_columns[i] : schema[i].name);
  add("View Query Output Columns", "[" + columns + "]");
}

LocalTable describe_column(const types::Schema& schema, const std::string& column) {
  for (const types::Field& field : schema)
    if (lower_case(field.name) == lower_case(column))
      return make_table({text_column("info_name"), text_column("info_value")},
                        {{text_value("col_name"), text_value(field.name)},
                         {text_value("data_type"), text_value(types::catalog_string(field.type))},
                         {text_value("comment"), text_value(types::field_comment(field).value_or("NULL"))}});
  throw Error(conditions::kColumnNotFound, {{"colName", types::quote_identifier(column)}, {"caseSensitiveConfig", "\"spark.sql.caseSensitive\""}});
}

}  // namespace

std::string table_information(const catalog::Table& entry, Statement& context) {
  types::Schema schema = entry.schema;
  try {
    schema = context.analyze(plan::make_relation(plan::NamedTable{{catalog::kCatalogName, entry.database, entry.name}, {}, {}, nullptr})).schema();
  } catch (const Error&) {
    // One that cannot be read is listed all the same.
  }
  std::vector<types::Values> rows;
  add_catalog_details(entry, schema, context, rows);
  if (!entry.partition_columns.empty()) rows.push_back(line("Partition Columns", quoted_list(entry.partition_columns), ""));
  if (!schema.empty()) rows.push_back(line("Schema", types::tree_string(schema), ""));
  std::string text;
  for (const types::Values& row : rows) text += row[0].text() + (row[1].text().empty() ? "" : ": " + row[1].text()) + "\n";
  return text;
}

LocalTable describe_table(const plan::DescribeTable& command, Statement& context) {
  const types::Schema schema = context.analyze(plan::make_relation(plan::NamedTable{command.name, {}, {}, nullptr})).schema();
  if (command.column) return describe_column(schema, *command.column);
  std::vector<types::Values> rows;
  add_columns(schema, rows);
  const bool is_temporary = command.name.size() == 1 && context.session().find_temp_view(command.name[0]).has_value();
  if (is_temporary) return make_table(describe_schema(), rows);
  const TableRef ref = resolve_name(command.name, context);
  const auto entry = ref.is_path() ? std::nullopt : context.world().catalog.find_table(ref.database, ref.table);
  std::vector<std::string> partitions = entry ? entry->partition_columns : std::vector<std::string>{};
  std::map<std::string, std::string> properties = entry ? entry->properties : std::map<std::string, std::string>{};
  const bool is_delta = ref.is_path() ? ref.format == "delta" : entry && entry->provider == "delta";
  if (is_delta) {
    const auto snapshot = open_delta_target(ref, context, "DESCRIBE TABLE").table->snapshot();
    partitions = snapshot->metadata().partition_columns;
    properties = snapshot->metadata().configuration;
    properties.emplace("delta.minReaderVersion", std::to_string(snapshot->protocol().min_reader_version));
    properties.emplace("delta.minWriterVersion", std::to_string(snapshot->protocol().min_writer_version));
  }
  add_partitioning(schema, partitions, rows);
  if (command.extended) {
    rows.push_back(line("", "", ""));
    rows.push_back(line("# Detailed Table Information", "", ""));
    if (entry && !is_delta) {
      add_catalog_details(*entry, schema, context, rows);
      return make_table(describe_schema(), rows);
    }
    rows.push_back(line("Name", ref.is_path() ? ref.quoted() : std::string(catalog::kCatalogName) + "." + ref.database + "." + ref.table, ""));
    if (entry) {
      rows.push_back(line("Type", entry->is_view() ? "VIEW" : entry->kind == catalog::Table::Kind::Managed ? "MANAGED" : "EXTERNAL", ""));
      rows.push_back(line("Created Time", time_text(entry->created_micros), ""));
      if (!entry->comment.empty()) rows.push_back(line("Comment", entry->comment, ""));
      if (entry->is_view()) {
        rows.push_back(line("View Text", entry->view_text, ""));
      } else {
        rows.push_back(line("Location", entry->location, ""));
        rows.push_back(line("Provider", entry->provider, ""));
      }
      rows.push_back(line("Owner", entry->owner, ""));
    } else {
      rows.push_back(line("Location", ref.location->text, ""));
      rows.push_back(line("Provider", ref.format, ""));
    }
    if (!properties.empty()) {
      std::string text;
      for (const auto& [key, value] : properties) text += (text.empty() ? "" : ",") + key + "=" + value;
      rows.push_back(line("Table Properties", "[" + text + "]", ""));
    }
  }
  return make_table(describe_schema(), rows);
}

LocalTable describe_query(const plan::DescribeQuery& command, Statement& context) {
  std::vector<types::Values> rows;
  add_columns(context.analyze(command.query).schema(), rows);
  return make_table(describe_schema(), rows);
}

LocalTable describe_function(const plan::DescribeFunction& command, Statement& context) {
  const std::string& name = command.name.back();
  const functions::FunctionRow* row = functions::find_function(name, context.session().is_spark4());
  if (row == nullptr || command.name.size() > 1) {
    const auto defined = context.find_function_entry(command.name);
    if (!defined) throw unresolved_routine(command.name, context);
    return describe_sql_function(*defined, command.extended);
  }
  std::vector<types::Values> rows{{text_value("Function: " + std::string(row->name))}, {text_value("Usage: " + std::string(row->name) + std::string(row->signature) + " - " + std::string(row->doc))}};
  if (command.extended) rows.push_back({text_value("Since: " + std::string(row->since))});
  return make_table({text_column("function_desc")}, rows);
}

}  // namespace lab::commands
