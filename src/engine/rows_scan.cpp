#include "engine/rows_scan.h"

#include <arrow/api.h>
#include <arrow/c/bridge.h>

#include "duckdb.hpp"
#include "duckdb/catalog/catalog_entry/table_function_catalog_entry.hpp"
#include "duckdb/function/table/arrow.hpp"
#include "duckdb/main/extension/extension_loader.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "engine/arrow_form.h"
#include "engine/table_functions.h"

namespace lab::engine {

struct RowsInput {
  std::shared_ptr<arrow::Schema> schema;
  arrow::RecordBatchVector batches;
};

namespace {

// DuckDB asks for a stream of the projected columns at the start of each scan.
duckdb::unique_ptr<duckdb::ArrowArrayStreamWrapper> produce_stream(std::uintptr_t pointer, duckdb::ArrowStreamParameters& parameters) {
  const auto& input = *reinterpret_cast<const RowsInput*>(pointer);
  std::vector<int> wanted;
  for (const auto& name : parameters.projected_columns.columns) wanted.push_back(input.schema->GetFieldIndex(name));
  auto schema = input.schema;
  auto batches = input.batches;
  if (!wanted.empty()) {
    arrow::FieldVector fields;
    for (const int i : wanted) fields.push_back(schema->field(i));
    schema = arrow::schema(std::move(fields));
    for (auto& batch : batches) batch = batch->SelectColumns(wanted).ValueOrDie();
  }
  auto reader = arrow::RecordBatchReader::Make(std::move(batches), schema).ValueOrDie();
  auto stream = duckdb::make_uniq<duckdb::ArrowArrayStreamWrapper>();
  if (!arrow::ExportRecordBatchReader(std::move(reader), reinterpret_cast<struct ArrowArrayStream*>(&stream->arrow_array_stream)).ok()) {
    throw duckdb::InternalException("rows of a statement cannot be exported");
  }
  return stream;
}

void produce_schema(ArrowArrayStream* pointer, ArrowSchema& schema) {
  const auto& input = *reinterpret_cast<const RowsInput*>(pointer);
  if (!arrow::ExportSchema(*input.schema, reinterpret_cast<struct ArrowSchema*>(&schema)).ok()) {
    throw duckdb::InternalException("schema of a statement's rows cannot be exported");
  }
}

}  // namespace

std::shared_ptr<const RowsInput> make_rows_input(const scan::TableSource& source) {
  auto input = std::make_shared<RowsInput>();
  input->schema = plain_arrow(source.schema());
  input->batches = decode_rows(source.arrow_stream(), source.schema());
  return input;
}

duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>> rows_scan_arguments(const RowsInput& input) {
  duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>> arguments;
  for (const std::uintptr_t pointer : {reinterpret_cast<std::uintptr_t>(&input), reinterpret_cast<std::uintptr_t>(&produce_stream),
                                       reinterpret_cast<std::uintptr_t>(&produce_schema)}) {
    arguments.push_back(duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value::POINTER(pointer)));
  }
  return arguments;
}

void register_rows_scan(duckdb::DuckDB& database) {
  duckdb::Connection connection(database);
  connection.BeginTransaction();
  auto& entry = duckdb::Catalog::GetEntry<duckdb::TableFunctionCatalogEntry>(*connection.context, INVALID_CATALOG, DEFAULT_SCHEMA, "arrow_scan");
  duckdb::TableFunctionSet functions("rows_scan");
  for (auto function : entry.functions.functions) {
    function.name = "rows_scan";
    // Arrow's reader above selects columns but evaluates no filters.
    function.filter_pushdown = false;
    function.filter_prune = false;
    functions.AddFunction(function);
  }
  connection.Commit();
  duckdb::ExtensionLoader(*database.instance, "lab").RegisterFunction(std::move(functions));
}

}  // namespace lab::engine
