#include "duckdb.hpp"
#include "duckdb/function/replacement_scan.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "duckdb/parser/expression/function_expression.hpp"
#include "duckdb/parser/parser.hpp"
#include "duckdb/parser/statement/select_statement.hpp"
#include "duckdb/parser/tableref/subqueryref.hpp"
#include "duckdb/parser/tableref/table_function_ref.hpp"
#include "engine/inputs.h"
#include "engine/rows_scan.h"
#include "engine/table_functions.h"

namespace lab::engine {
namespace {

duckdb::unique_ptr<duckdb::TableRef> replace(duckdb::ClientContext& context, duckdb::ReplacementScanInput& name,
                                             duckdb::optional_ptr<duckdb::ReplacementScanData> /*data*/) {
  const auto inputs = context.registered_state->Get<StatementInputs>(StatementInputs::kKey);
  if (!inputs) return nullptr;
  const auto found = inputs->sources.find(name.table_name);
  if (found == inputs->sources.end()) return nullptr;

  const scan::TableSource& source = *found->second;
  if (const std::string* table = source.kept_table()) {
    // A table's name alone is not taken here, a query is.
    duckdb::Parser parser;
    parser.ParseQuery("SELECT * FROM " + *table);
    auto query = duckdb::make_uniq<duckdb::SubqueryRef>(duckdb::unique_ptr_cast<duckdb::SQLStatement, duckdb::SelectStatement>(std::move(parser.statements[0])));
    query->alias = name.table_name;
    return query;
  }
  const char* function = source.file_scan() ? "lake_scan" : source.text_scan() ? "text_scan" : "rows_scan";
  duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>> arguments;
  if (source.file_scan() || source.text_scan()) {
    arguments.push_back(duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value(name.table_name)));
  } else {
    auto& rows = inputs->rows[name.table_name];
    if (!rows) rows = make_rows_input(source);
    arguments = rows_scan_arguments(*rows);
  }
  auto call = duckdb::make_uniq<duckdb::TableFunctionRef>();
  call->function = duckdb::make_uniq<duckdb::FunctionExpression>(function, std::move(arguments));
  call->alias = name.table_name;
  return call;
}

}  // namespace

void register_input_scan(duckdb::DuckDB& database) {
  duckdb::DBConfig::GetConfig(*database.instance).replacement_scans.emplace_back(replace);
}

}  // namespace lab::engine
