#pragma once

#include "commands/statement.h"

/// One function a command, each in a file of its own or of its family.
namespace lab::commands {

Outcome execute(const plan::Statement& statement, Statement& context);

// query.cpp
Outcome run_query(const plan::RelationPtr& relation, Statement& context);
LocalTable explain(const plan::Explain& command, Statement& context);
std::string explain_text(const plan::RelationPtr& relation, const std::string& mode, Statement& context);
// show_string.cpp
LocalTable show_string(const plan::ShowString& show, Statement& context);
LocalTable html_string(const plan::HtmlString& show, Statement& context);
// namespaces.cpp
LocalTable create_namespace(const plan::CreateNamespace& command, Statement& context);
LocalTable drop_namespace(const plan::DropNamespace& command, Statement& context);
LocalTable show_namespaces(const plan::ShowNamespaces& command, Statement& context);
LocalTable show_current_namespace(Statement& context);
LocalTable use_namespace(const plan::UseNamespace& command, Statement& context);
LocalTable describe_namespace(const plan::DescribeNamespace& command, Statement& context);
// create_table.cpp
LocalTable create_table(const plan::CreateTable& command, Statement& context);
LocalTable create_table_like(const plan::CreateTableLike& command, Statement& context);
// tables.cpp
LocalTable drop_table(const plan::DropTable& command, Statement& context);
LocalTable truncate_table(const plan::TruncateTable& command, Statement& context);
LocalTable show_tables(const plan::ShowTables& command, Statement& context);
LocalTable show_views(const plan::ShowViews& command, Statement& context);
LocalTable show_columns(const plan::ShowColumns& command, Statement& context);
LocalTable show_create_table(const plan::ShowCreateTable& command, Statement& context);
LocalTable show_table_properties(const plan::ShowTableProperties& command, Statement& context);
LocalTable show_partitions(const plan::ShowPartitions& command, Statement& context);
LocalTable show_functions(const plan::ShowFunctions& command, Statement& context);
LocalTable show_catalogs(const plan::ShowCatalogs& command, Statement& context);
LocalTable refresh_table(const plan::RefreshTable& command, Statement& context);
// describe.cpp
LocalTable describe_table(const plan::DescribeTable& command, Statement& context);
LocalTable describe_query(const plan::DescribeQuery& command, Statement& context);
LocalTable describe_function(const plan::DescribeFunction& command, Statement& context);
// delta_history.cpp
LocalTable describe_history(const plan::DescribeHistory& command, Statement& context);
LocalTable describe_detail(const plan::DescribeDetail& command, Statement& context);
LocalTable restore_table(const plan::RestoreTable& command, Statement& context);
// grants.cpp
LocalTable grant_privileges(const plan::GrantPrivileges& command, Statement& context);
LocalTable revoke_privileges(const plan::RevokePrivileges& command, Statement& context);
LocalTable show_grants(const plan::ShowGrants& command, Statement& context);
// governed_tables.cpp
LocalTable set_row_filter(const plan::SetRowFilter& command, Statement& context);
LocalTable set_column_mask(const plan::SetColumnMask& command, Statement& context);
// table_properties.cpp
LocalTable set_table_properties(const plan::SetTableProperties& command, Statement& context);
// clone_table.cpp
LocalTable clone_table(const plan::CloneTable& command, Statement& context);
// convert_to_delta.cpp
LocalTable convert_to_delta(const plan::ConvertToDelta& command, Statement& context);
// views.cpp
LocalTable create_view(const plan::CreateView& command, Statement& context);
LocalTable drop_view(const plan::DropView& command, Statement& context);
/// False when there is none. Its rows are kept no longer.
bool drop_temp_view(const std::string& name, Statement& context);
// sql_functions.cpp
LocalTable create_function(const plan::CreateFunction& command, Statement& context);
LocalTable drop_function(const plan::DropFunction& command, Statement& context);
LocalTable refresh_function(const plan::RefreshFunction& command, Statement& context);
LocalTable describe_sql_function(const catalog::SqlFunction& function, bool extended);
// variables.cpp
LocalTable declare_variable(const plan::DeclareVariable& command, Statement& context);
LocalTable drop_variable(const plan::DropVariable& command, Statement& context);
LocalTable set_variable(const plan::SetVariable& command, Statement& context);
/// The value of an expression over no rows; nullopt when it names columns, has subqueries or would differ each time.
std::optional<types::Literal> constant_value(const plan::ExpressionPtr& expression, Statement& context);
Outcome execute_immediate(const plan::ExecuteImmediate& command, Statement& context);
// settings.cpp
LocalTable set_config(const plan::SetConfig& command, Statement& context);
LocalTable reset_config(const plan::ResetConfig& command, Statement& context);
LocalTable set_time_zone(const plan::SetTimeZone& command, Statement& context);
// cache.cpp
LocalTable cache_table(const plan::CacheTable& command, Statement& context);
LocalTable uncache_table(const plan::UncacheTable& command, Statement& context);
LocalTable clear_cache(Statement& context);
/// Rows that are kept of a table or view, and with `with_dependents` of what is built on it, are kept no longer. The name must exist.
void forget_kept(const plan::NameParts& name, Statement& context, bool with_dependents);
plan::RelationPtr table_named(const plan::NameParts& name);
// insert.cpp
LocalTable insert(const plan::Insert& command, Statement& context);
// write.cpp
LocalTable write(const plan::WriteOperation& command, Statement& context);
LocalTable write_v2(const plan::WriteOperationV2& command, Statement& context);
// merge.cpp, update.cpp, delete.cpp
LocalTable merge(const plan::Merge& command, Statement& context);
LocalTable update(const plan::Update& command, Statement& context);
LocalTable delete_rows(const plan::Delete& command, Statement& context);

}  // namespace lab::commands
