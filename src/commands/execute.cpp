#include "commands/execute.h"

#include "commands/conditions.h"
#include "commands/rights.h"

namespace lab::commands {
namespace {

/// That a table is not there is told before what cannot be done with it.
void check_is_there(const plan::NameParts& name, const Statement& context) {
  if (name.size() == 1 && context.session().find_temp_view(name[0])) return;
  const TableRef ref = resolve_name(name, context);
  if (!ref.is_path() && !context.world().catalog.find_table(ref.database, ref.table)) throw table_not_found(name, context, SearchedIn::Session);
}

/// An overload a statement; a missing one does not compile.
struct Execute {
  Statement& context;

  Outcome operator()(const plan::RelationPtr& relation) const { return run_query(relation, context); }
  Outcome operator()(const plan::CreateNamespace& command) const { return create_namespace(command, context); }
  Outcome operator()(const plan::DropNamespace& command) const { return drop_namespace(command, context); }
  Outcome operator()(const plan::ShowNamespaces& command) const { return show_namespaces(command, context); }
  Outcome operator()(const plan::UseNamespace& command) const { return use_namespace(command, context); }
  Outcome operator()(const plan::DescribeNamespace& command) const { return describe_namespace(command, context); }
  Outcome operator()(const plan::CreateTable& command) const { return create_table(command, context); }
  Outcome operator()(const plan::CreateTableLike& command) const { return create_table_like(command, context); }
  Outcome operator()(const plan::DropTable& command) const { return drop_table(command, context); }
  Outcome operator()(const plan::TruncateTable& command) const { return truncate_table(command, context); }
  Outcome operator()(const plan::ShowTables& command) const { return show_tables(command, context); }
  Outcome operator()(const plan::ShowViews& command) const { return show_views(command, context); }
  Outcome operator()(const plan::ShowColumns& command) const { return show_columns(command, context); }
  Outcome operator()(const plan::ShowCreateTable& command) const { return show_create_table(command, context); }
  Outcome operator()(const plan::ShowTableProperties& command) const { return show_table_properties(command, context); }
  Outcome operator()(const plan::ShowPartitions& command) const { return show_partitions(command, context); }
  Outcome operator()(const plan::ShowFunctions& command) const { return show_functions(command, context); }
  Outcome operator()(const plan::ShowCurrentNamespace&) const { return show_current_namespace(context); }
  Outcome operator()(const plan::ShowCatalogs& command) const { return show_catalogs(command, context); }
  Outcome operator()(const plan::DescribeTable& command) const { return describe_table(command, context); }
  Outcome operator()(const plan::DescribeQuery& command) const { return describe_query(command, context); }
  Outcome operator()(const plan::DescribeFunction& command) const { return describe_function(command, context); }
  Outcome operator()(const plan::DescribeHistory& command) const { return describe_history(command, context); }
  Outcome operator()(const plan::DescribeDetail& command) const { return describe_detail(command, context); }
  Outcome operator()(const plan::CreateView& command) const { return create_view(command, context); }
  Outcome operator()(const plan::DropView& command) const { return drop_view(command, context); }
  Outcome operator()(const plan::CreateFunction& command) const { return create_function(command, context); }
  Outcome operator()(const plan::DropFunction& command) const { return drop_function(command, context); }
  Outcome operator()(const plan::RefreshFunction& command) const { return refresh_function(command, context); }
  Outcome operator()(const plan::Insert& command) const { return insert(command, context); }
  Outcome operator()(const plan::InsertAll& command) const {
    for (const plan::Insert& one : command.inserts) insert(one, context);
    return no_rows();
  }
  Outcome operator()(const plan::Merge& command) const { return merge(command, context); }
  Outcome operator()(const plan::Update& command) const { return update(command, context); }
  Outcome operator()(const plan::Delete& command) const { return delete_rows(command, context); }
  Outcome operator()(const plan::GrantPrivileges& command) const { return grant_privileges(command, context); }
  Outcome operator()(const plan::RevokePrivileges& command) const { return revoke_privileges(command, context); }
  Outcome operator()(const plan::ShowGrants& command) const { return show_grants(command, context); }
  Outcome operator()(const plan::SetRowFilter& command) const { return set_row_filter(command, context); }
  Outcome operator()(const plan::SetColumnMask& command) const { return set_column_mask(command, context); }
  Outcome operator()(const plan::SetTableProperties& command) const { return set_table_properties(command, context); }
  Outcome operator()(const plan::CloneTable& command) const { return clone_table(command, context); }
  Outcome operator()(const plan::ConvertToDelta& command) const { return convert_to_delta(command, context); }
  Outcome operator()(const plan::RestoreTable& command) const { return restore_table(command, context); }
  Outcome operator()(const plan::DeclareVariable& command) const { return declare_variable(command, context); }
  Outcome operator()(const plan::DropVariable& command) const { return drop_variable(command, context); }
  Outcome operator()(const plan::SetVariable& command) const { return set_variable(command, context); }
  Outcome operator()(const plan::ExecuteImmediate& command) const { return execute_immediate(command, context); }
  Outcome operator()(const plan::SetConfig& command) const { return set_config(command, context); }
  Outcome operator()(const plan::ResetConfig& command) const { return reset_config(command, context); }
  Outcome operator()(const plan::SetTimeZone& command) const { return set_time_zone(command, context); }
  Outcome operator()(const plan::CacheTable& command) const { return cache_table(command, context); }
  Outcome operator()(const plan::UncacheTable& command) const { return uncache_table(command, context); }
  Outcome operator()(const plan::ClearCache&) const { return clear_cache(context); }
  Outcome operator()(const plan::RefreshTable& command) const { return refresh_table(command, context); }
  Outcome operator()(const plan::Explain& command) const { return explain(command, context); }
  Outcome operator()(const plan::WriteOperation& command) const { return write(command, context); }
  Outcome operator()(const plan::WriteOperationV2& command) const { return write_v2(command, context); }
  Outcome operator()(const plan::UnsupportedCommand& command) const {
    if (!command.table.empty()) check_is_there(command.table, context);
    throw Error(conditions::kUnsupportedFeature, {{"feature", command.what}, {"hint", ""}});
  }
};

}  // namespace

Outcome execute(const plan::Statement& statement, Statement& context) {
  check_rights(statement, context);
  return std::visit(Execute{context}, statement.node);
}

}  // namespace lab::commands
