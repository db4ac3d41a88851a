#include "plan/print.h"
#include "plan/print_parts.h"
#include "types/type_text.h"

namespace lab::plan {
namespace {

std::string print_optional(const char* key, const std::optional<std::string>& value) {
  return value ? std::string(" ") + key + "=" + print_quoted(*value) : "";
}

std::string print_flag(bool set, const char* word) { return set ? std::string(" ") + word : ""; }

std::string print_in(const NameParts& name) { return name.empty() ? "" : " in " + print_name(name); }

std::string print_target(const NameParts& name, const std::optional<std::string>& path) { return path ? print_quoted(*path) : print_name(name); }

std::string print_assignments(const std::vector<MergeAssignment>& assignments) {
  std::string out = "[";
  for (const auto& assignment : assignments) out += (out.size() > 1 ? ", " : "") + print_name(assignment.column) + "=" + print_part(assignment.value);
  return out + "]";
}

std::string print_definition(const TableDefinition& table) {
  std::string out = print_name(table.name);
  for (const auto& column : table.columns) {
    out += " [" + types::schema_to_ddl({column.field}) + print_optional("default", column.default_sql) + print_optional("generated", column.generated_sql) + "]";
  }
  if (!table.provider.empty()) out += " using " + table.provider;
  if (!table.partitioning.empty()) out += " partitioned[" + print_list(table.partitioning) + "]";
  for (const auto& column : table.clustering) out += " cluster-by " + column;
  if (!table.options.empty()) out += " options{" + print_options(table.options) + " }";
  if (!table.properties.empty()) out += " properties{" + print_options(table.properties) + " }";
  return out + print_optional("location", table.location) + print_optional("comment", table.comment) + print_flag(table.is_external, "external");
}

std::string print_clause(const MergeClause& clause) {
  using When = MergeClause::When;
  using Action = MergeClause::Action;
  std::string out = clause.when == When::Matched ? "(matched" : clause.when == When::NotMatched ? "(not-matched" : "(not-matched-by-source";
  if (clause.condition) out += " and " + print_part(clause.condition);
  switch (clause.action) {
    case Action::Update: out += " update " + print_assignments(clause.assignments); break;
    case Action::UpdateAll: out += " update *"; break;
    case Action::Insert: out += " insert " + print_assignments(clause.assignments); break;
    case Action::InsertAll: out += " insert *"; break;
    case Action::Delete: out += " delete"; break;
  }
  return out + ")";
}

struct StatementPrinter {
  std::string operator()(const RelationPtr& s) const { return print_part(s); }
  std::string operator()(const CreateNamespace& s) const {
    return "(create-namespace " + print_name(s.name) + print_flag(s.if_not_exists, "if-not-exists") + print_optional("comment", s.comment) +
           print_optional("location", s.location) + print_options(s.properties) + ")";
  }
  std::string operator()(const DropNamespace& s) const { return "(drop-namespace " + print_name(s.name) + print_flag(s.if_exists, "if-exists") + print_flag(s.cascade, "cascade") + ")"; }
  std::string operator()(const ShowNamespaces& s) const { return "(show-namespaces" + print_in(s.in) + print_optional("like", s.pattern) + ")"; }
  std::string operator()(const UseNamespace& s) const { return std::string(s.is_catalog_only ? "(use-catalog " : "(use ") + print_name(s.name) + ")"; }
  std::string operator()(const DescribeNamespace& s) const { return "(describe-namespace " + print_name(s.name) + print_flag(s.extended, "extended") + ")"; }
  std::string operator()(const CreateTable& s) const {
    const char* word = s.is_replace ? "(replace-table " : s.or_replace ? "(create-or-replace-table " : "(create-table ";
    return word + print_definition(s.table) + print_flag(s.if_not_exists, "if-not-exists") + (s.query ? " as " + print_part(s.query) : "") + ")";
  }
  std::string operator()(const CreateTableLike& s) const {
    return "(create-table-like " + print_name(s.name) + " " + print_name(s.source) + print_flag(s.if_not_exists, "if-not-exists") +
           (s.provider.empty() ? "" : " using " + s.provider) + print_optional("location", s.location) + ")";
  }
  std::string operator()(const DropTable& s) const { return "(drop-table " + print_name(s.name) + print_flag(s.if_exists, "if-exists") + print_flag(s.purge, "purge") + ")"; }
  std::string operator()(const TruncateTable& s) const { return "(truncate " + print_name(s.name) + ")"; }
  std::string operator()(const ShowTables& s) const { return "(show-tables" + print_in(s.in) + print_optional("like", s.pattern) + print_flag(s.extended, "extended") + ")"; }
  std::string operator()(const ShowViews& s) const { return "(show-views" + print_in(s.in) + print_optional("like", s.pattern) + ")"; }
  std::string operator()(const ShowColumns& s) const { return "(show-columns " + print_name(s.table) + ")"; }
  std::string operator()(const ShowCreateTable& s) const { return "(show-create-table " + print_name(s.name) + ")"; }
  std::string operator()(const ShowTableProperties& s) const { return "(show-properties " + print_name(s.name) + print_optional("key", s.key) + ")"; }
  std::string operator()(const ShowPartitions& s) const { return "(show-partitions " + print_name(s.name) + ")"; }
  std::string operator()(const ShowFunctions& s) const { return "(show-functions" + print_optional("like", s.pattern) + (s.scope.empty() ? "" : " " + s.scope) + ")"; }
  std::string operator()(const ShowCurrentNamespace&) const { return "(show-current-namespace)"; }
  std::string operator()(const ShowCatalogs& s) const { return "(show-catalogs" + print_optional("like", s.pattern) + ")"; }
  std::string operator()(const DescribeTable& s) const { return "(describe-table " + print_name(s.name) + print_flag(s.extended, "extended") + print_optional("column", s.column) + ")"; }
  std::string operator()(const DescribeQuery& s) const { return "(describe-query " + print_part(s.query) + ")"; }
  std::string operator()(const DescribeFunction& s) const { return "(describe-function " + print_name(s.name) + print_flag(s.extended, "extended") + ")"; }
  std::string operator()(const DescribeHistory& s) const {
    return "(describe-history " + print_target(s.table, s.path) + (s.limit ? " limit=" + std::to_string(*s.limit) : "") + ")";
  }
  std::string operator()(const DescribeDetail& s) const { return "(describe-detail " + print_target(s.table, s.path) + ")"; }
  std::string operator()(const CreateView& s) const {
    std::string out = "(create-view " + print_name(s.name);
    for (const auto& column : s.columns) out += " [" + column.name + (column.metadata.empty() ? "" : " " + column.metadata) + "]";
    return out + print_flag(s.is_global, "global") + print_flag(s.is_temporary, "temporary") + print_flag(s.or_replace, "or-replace") +
           print_flag(s.if_not_exists, "if-not-exists") + print_optional("comment", s.comment) + " as " + print_quoted(s.sql) + " " + print_part(s.query) + ")";
  }
  std::string operator()(const DropView& s) const { return "(drop-view " + print_name(s.name) + print_flag(s.if_exists, "if-exists") + ")"; }
  std::string operator()(const CreateFunction& s) const {
    std::string out = std::string("(create-") + (s.is_temporary ? "temporary-" : "") + (s.is_table ? "table-function " : "function ") + print_name(s.name);
    for (const FunctionParameter& parameter : s.parameters) out += " [" + types::schema_to_ddl({parameter.field}) + print_optional("default", parameter.default_sql) + "]";
    if (s.returns) out += " returns " + types::catalog_string(*s.returns);
    if (s.return_columns) out += " returns [" + types::schema_to_ddl(*s.return_columns) + "]";
    return out + print_flag(s.or_replace, "or-replace") + print_flag(s.if_not_exists, "if-not-exists") + print_optional("comment", s.comment) + (s.body_is_query ? " query=" : " expression=") +
           print_quoted(s.body) + ")";
  }
  std::string operator()(const DropFunction& s) const {
    return std::string("(drop-") + (s.is_temporary ? "temporary-" : "") + "function " + print_name(s.name) + print_flag(s.if_exists, "if-exists") + ")";
  }
  std::string operator()(const RefreshFunction& s) const { return "(refresh-function " + print_name(s.name) + ")"; }
  std::string operator()(const Insert& s) const {
    std::string out = std::string(s.overwrite ? "(insert-overwrite " : "(insert ") + print_name(s.table);
    for (const auto& column : s.columns) out += " " + types::quote_if_needed(column);
    for (const auto& [name, value] : s.partition) out += " partition " + name + (value ? "=" + print_part(value) : "");
    if (s.replace_where) out += " replace-where " + print_part(s.replace_where);
    return out + print_flag(s.by_name, "by-name") + " " + print_part(s.query) + ")";
  }
  std::string operator()(const InsertAll& s) const {
    std::string text = "(insert-all";
    for (const auto& one : s.inserts) text += " " + (*this)(one);
    return text + ")";
  }
  std::string operator()(const Merge& s) const {
    std::string out = "(merge " + print_part(s.target) + " " + print_part(s.source) + " on " + print_part(s.condition);
    for (const auto& clause : s.clauses) out += " " + print_clause(clause);
    return out + print_flag(s.with_schema_evolution, "with-schema-evolution") + ")";
  }
  std::string operator()(const Update& s) const {
    return "(update " + print_part(s.target) + " " + print_assignments(s.assignments) + (s.condition ? " where " + print_part(s.condition) : "") + ")";
  }
  std::string operator()(const Delete& s) const { return "(delete " + print_part(s.target) + (s.condition ? " where " + print_part(s.condition) : "") + ")"; }
  static std::string privileges(const std::vector<std::string>& list, const SecurableName& on) {
    std::string text;
    for (const auto& privilege : list) text += " " + print_quoted(privilege);
    return text + " on " + on.kind + (on.name.empty() ? "" : " " + print_name(on.name));
  }
  static std::string columns(const std::vector<std::string>& list) {
    std::string text;
    for (const auto& column : list) text += " " + types::quote_if_needed(column);
    return text;
  }
  std::string operator()(const GrantPrivileges& s) const { return "(grant" + privileges(s.privileges, s.on) + " to " + print_quoted(s.principal) + ")"; }
  std::string operator()(const RevokePrivileges& s) const { return "(revoke" + privileges(s.privileges, s.on) + " from " + print_quoted(s.principal) + ")"; }
  std::string operator()(const ShowGrants& s) const { return "(show-grants" + privileges({}, s.on) + print_optional("principal", s.principal) + ")"; }
  std::string operator()(const SetRowFilter& s) const {
    if (s.function.empty()) return "(drop-row-filter " + print_name(s.table) + ")";
    return "(set-row-filter " + print_name(s.table) + " " + print_name(s.function) + " on" + columns(s.columns) + ")";
  }
  std::string operator()(const SetColumnMask& s) const {
    const std::string column = print_name(s.table) + " " + types::quote_if_needed(s.column);
    if (s.function.empty()) return "(drop-mask " + column + ")";
    return "(set-mask " + column + " " + print_name(s.function) + (s.using_columns.empty() ? "" : " using" + columns(s.using_columns)) + ")";
  }
  std::string operator()(const SetTableProperties& s) const {
    std::string out = "(alter-table " + print_name(s.table);
    if (!s.properties.empty()) out += " properties{" + print_options(s.properties) + " }";
    for (const auto& key : s.unset) out += " unset " + print_quoted(key);
    return out + print_flag(s.if_exists, "if-exists") + ")";
  }
  std::string operator()(const CloneTable& s) const {
    std::string out = std::string(s.is_shallow ? "(shallow-clone " : "(deep-clone ") + print_name(s.source) + " to " + print_name(s.target);
    out += print_optional("version", s.version) + (s.timestamp ? " timestamp=" + print_part(s.timestamp) : "") + print_optional("location", s.location);
    if (!s.properties.empty()) out += " properties{" + print_options(s.properties) + " }";
    return out + print_flag(s.or_replace, "or-replace") + print_flag(s.is_replace, "replace") + print_flag(s.if_not_exists, "if-not-exists") + ")";
  }
  std::string operator()(const ConvertToDelta& s) const { return "(convert-to-delta " + print_name(s.table) + " [" + types::schema_to_ddl(s.partitions) + "])"; }
  std::string operator()(const RestoreTable& s) const {
    return "(restore " + print_part(s.target) + (s.version ? " version=" + std::to_string(*s.version) : " timestamp=" + print_part(s.timestamp)) + ")";
  }
  static std::string names(const std::vector<NameParts>& list) {
    std::string text;
    for (const auto& name : list) text += " " + print_name(name);
    return text;
  }
  static std::string values(const Expressions& list) {
    std::string text;
    for (const auto& value : list) text += " " + (value ? print_part(value) : std::string("default"));
    return text;
  }
  std::string operator()(const DeclareVariable& s) const {
    return "(declare" + names(s.names) + (s.type ? " " + types::simple_string(*s.type) : "") + (s.default_value ? " = " + print_part(s.default_value) : "") + print_flag(s.or_replace, "or-replace") + ")";
  }
  std::string operator()(const DropVariable& s) const { return "(drop-variable " + print_name(s.name) + print_flag(s.if_exists, "if-exists") + ")"; }
  std::string operator()(const SetVariable& s) const { return "(set-variable" + names(s.names) + (s.query ? " " + print_part(s.query) : values(s.values)) + ")"; }
  std::string operator()(const ExecuteImmediate& s) const {
    return "(execute-immediate " + print_part(s.text) + (s.into.empty() ? "" : " into" + names(s.into)) + values(s.arguments) + ")";
  }
  std::string operator()(const SetConfig& s) const { return "(set" + print_optional("key", s.key) + print_optional("value", s.value) + print_flag(s.verbose, "verbose") + ")"; }
  std::string operator()(const ResetConfig& s) const { return "(reset" + print_optional("key", s.key) + ")"; }
  std::string operator()(const SetTimeZone& s) const { return "(set-time-zone " + (s.is_local ? std::string("local") : print_quoted(s.zone)) + ")"; }
  std::string operator()(const CacheTable& s) const {
    return "(cache " + print_name(s.name) + print_flag(s.is_lazy, "lazy") + print_options(s.options) + (s.query ? " as " + print_part(s.query) : "") + ")";
  }
  std::string operator()(const UncacheTable& s) const { return "(uncache " + print_name(s.name) + print_flag(s.if_exists, "if-exists") + ")"; }
  std::string operator()(const ClearCache&) const { return "(clear-cache)"; }
  std::string operator()(const RefreshTable& s) const { return "(refresh " + print_target(s.name, s.path) + ")"; }
  std::string operator()(const Explain& s) const { return "(explain" + (s.mode.empty() ? "" : " " + s.mode) + " " + print_statement(*s.statement) + ")"; }
  std::string operator()(const UnsupportedCommand& s) const { return "(unsupported " + s.what + ")"; }
  std::string operator()(const WriteOperation& s) const {
    if (s.target != WriteOperation::Target::Path) return "(dataframe-command)";
    return "(write " + s.source + print_optional("path", s.path.empty() ? std::nullopt : std::optional(s.path)) + print_options(s.options) + " " + print_part(s.input) + ")";
  }
  template <typename Other>
  std::string operator()(const Other&) const {
    return "(dataframe-command)";
  }
};

}  // namespace

std::string print_statement(const Statement& statement) { return std::visit(StatementPrinter{}, statement.node); }

}  // namespace lab::plan
