#include "base/error.h"
#include "functions/duckdb_type.h"
#include "functions/function_row.h"
#include "lower/lowering.h"
#include "plan/bound_walk.h"
#include "scan/table_source.h"

namespace lab::lower {

using namespace plan::bound;

std::string Lowering::input_name(InputTable table) {
  table.name = "i" + std::to_string(result_.inputs.size());
  result_.inputs.push_back(std::move(table));
  return result_.inputs.back().name;
}

namespace {

/// A FROM item with the relation's columns.
Select from_text(std::string text, const std::string& alias, const Columns& columns) {
  Select select;
  select.from = "(" + std::move(text) + ") AS " + alias;
  select.pass(columns);
  return select;
}

std::string no_rows(const Columns& columns) {
  std::vector<std::string> outputs;
  for (const Column& column : columns) outputs.push_back("CAST(NULL AS " + functions::duckdb_type(column.type) + ") AS " + column_name(column.id));
  return "SELECT " + (outputs.empty() ? "true AS no_columns" : comma_list(outputs)) + " WHERE false";
}

/// The metadata column stands behind all others; a row's number in its file comes from the reader.
std::string metadata_text(const scan::TableSource& source) {
  const scan::FileScan* files = source.file_scan();
  const std::size_t place = files ? files->columns.size() + files->partition_columns.size() - 1 : source.schema().size();
  const std::string column = "x" + std::to_string(place);
  const auto& fields = source.metadata_column()->type.fields();
  if (fields.empty() || fields.back().name != "row_index") return column;
  std::string text = "struct_pack(";
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string name = "f" + std::to_string(i);
    text += (i > 0 ? ", " : "") + name + " := " + (i + 1 < fields.size() ? "struct_extract(" + column + ", '" + name + "')" : "CAST(file_row_number AS BIGINT)");
  }
  return text + ")";
}

}  // namespace

Select Lowering::lower(const Scan& node, const Relation& relation) {
  auto& name = scan_names_[node.source.get()];
  if (name.empty()) name = input_name({.source = node.source, .schema = node.source->schema()});
  const scan::FileScan* files = node.source->file_scan();
  std::vector<std::string> outputs;
  for (std::size_t i = 0; i < node.source_columns.size(); ++i) {
    int column = node.source_columns[i];
    if (files && column >= 0 && !files->schema_order.empty()) column = files->schema_order[static_cast<std::size_t>(column)];
    if (column == kMetadataColumn) {
      outputs.push_back(metadata_text(*node.source) + " AS " + column_name(relation.columns[i].id));
      continue;
    }
    const std::string text = column == kFileIndexColumn    ? "CAST(file_index AS INTEGER)"
                             : column == kRowNumberColumn ? "CAST(file_row_number AS BIGINT)"
                                                          : "x" + std::to_string(column);
    outputs.push_back(text + " AS " + column_name(relation.columns[i].id));
  }
  if (outputs.empty()) outputs.push_back("true AS no_columns");
  return from_text("SELECT " + comma_list(outputs) + " FROM " + name, next_alias(), relation.columns);
}

Select Lowering::lower(const LocalData& node, const Relation& relation) {
  if (!node.arrow_stream) return from_text(no_rows(relation.columns), next_alias(), relation.columns);
  types::Schema schema;
  for (const Column& column : relation.columns) schema.push_back({column.name, column.type, column.nullable, {}});
  const std::string name = input_name({.arrow_stream = node.arrow_stream, .schema = std::move(schema)});
  std::vector<std::string> outputs;
  for (std::size_t i = 0; i < relation.columns.size(); ++i) outputs.push_back("x" + std::to_string(i) + " AS " + column_name(relation.columns[i].id));
  if (outputs.empty()) outputs.push_back("true AS no_columns");
  return from_text("SELECT " + comma_list(outputs) + " FROM " + name, next_alias(), relation.columns);
}

Select Lowering::lower(const Values& node, const Relation& relation) {
  if (node.rows.empty()) return from_text(no_rows(relation.columns), next_alias(), relation.columns);
  Select select;
  std::string rows;
  for (const Expressions& row : node.rows) {
    std::vector<std::string> cells;
    for (const auto& cell : row) cells.push_back(expression(cell));
    if (cells.empty()) cells.push_back("true");
    rows += (rows.empty() ? "(" : ", (") + comma_list(cells) + ")";
  }
  std::vector<std::string> names;
  for (const Column& column : relation.columns) names.push_back(column_name(column.id));
  if (names.empty()) names.push_back("no_columns");
  select.from = "(VALUES " + rows + ") AS " + next_alias() + "(" + comma_list(names) + ")";
  select.pass(relation.columns);
  return select;
}

Select Lowering::lower(const Range& node, const Relation& relation) {
  const auto number = [](std::int64_t value) { return "'" + std::to_string(value) + "'::BIGINT"; };
  Select select;
  select.from = "range(" + number(node.start) + ", " + number(node.end) + ", " + number(node.step) + ") AS " + next_alias() + "(" +
                column_name(relation.columns.at(0).id) + ")";
  select.pass(relation.columns);
  return select;
}

Select Lowering::lower(const Shared& node, const Relation& relation) {
  auto found = shared_names_.find(node.definition.get());
  if (found == shared_names_.end()) {
    const std::string text = this->relation(*node.definition).text();
    const std::string name = "s" + std::to_string(shared_names_.size());
    found = shared_names_.emplace(node.definition.get(), name).first;
    // The engine may evaluate again what gives the same rows again.
    bool is_volatile = false;
    plan::bound::for_each_call(node.definition, [&](const plan::bound::Call& call) { is_volatile = is_volatile || call.function->is_volatile; });
    common_tables_.push_back(name + (is_volatile ? " AS MATERIALIZED (" : " AS (") + text + ")");
  }
  std::vector<std::string> outputs;
  for (std::size_t i = 0; i < relation.columns.size(); ++i) {
    outputs.push_back(column_name(node.definition->columns[i].id) + " AS " + column_name(relation.columns[i].id));
  }
  if (outputs.empty()) outputs.push_back("true AS no_columns");
  return from_text("SELECT " + comma_list(outputs) + " FROM " + found->second, next_alias(), relation.columns);
}

}  // namespace lab::lower
