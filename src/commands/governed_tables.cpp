#include <algorithm>

#include "base/letter_case.h"
#include "commands/conditions.h"
#include "commands/execute.h"
#include "commands/file_source.h"
#include "commands/rights.h"
#include "types/type_text.h"

/// Tables with a row filter or column masks: setting them, and the view through which every reader sees such a table.
namespace lab::commands {
namespace {

using access::TablePolicy;

plan::ExpressionPtr call_of(const std::vector<std::string>& function, const std::vector<std::string>& columns) {
  plan::UnresolvedFunction call;
  call.name = {catalog::kCatalogName, function.at(0), function.at(1)};
  for (const std::string& column : columns) call.arguments.push_back(plan::make_attribute({column}));
  return plan::make_expression(std::move(call));
}

/// Stored CHAR and VARCHAR are strings to a query.
types::DataType type_to_query(const types::DataType& type) {
  return type.is(types::TypeKind::Char) || type.is(types::TypeKind::Varchar) ? types::DataType(types::TypeKind::String) : type;
}

plan::ExpressionPtr masked(const types::Field& field, const TablePolicy& policy) {
  const auto mask = std::ranges::find_if(policy.masks, [&](const access::ColumnMask& each) { return equal_ignoring_case(each.column, field.name); });
  if (mask == policy.masks.end()) return plan::make_attribute({field.name});
  std::vector<std::string> columns{field.name};
  columns.insert(columns.end(), mask->using_columns.begin(), mask->using_columns.end());
  plan::Alias alias;
  alias.child = plan::make_expression(plan::Cast{call_of(mask->function, columns), type_to_query(field.type)});
  alias.names = {field.name};
  if (!field.metadata.empty()) alias.metadata = field.metadata;
  return plan::make_expression(std::move(alias));
}

/// The rows that the filter leaves, its function given the values that are stored, and of these rows the values that the masks leave.
plan::RelationPtr governed_rows(std::shared_ptr<const scan::TableSource> source, const TablePolicy& policy, plan::NameParts name) {
  plan::Project project;
  for (const types::Field& field : source->schema()) project.expressions.push_back(masked(field, policy));
  project.input = plan::make_relation(plan::SourceScan{std::move(source), std::move(name), false});
  if (policy.row_filter) project.input = plan::make_relation(plan::Filter{project.input, call_of(policy.row_filter->function, policy.row_filter->columns)});
  return plan::make_relation(std::move(project));
}

/// In which the policy's functions are found. They may read what the table's owner may, and ask who the session's user is.
std::shared_ptr<Statement> policy_statement(const TablePolicy& policy, const Statement& context) {
  auto inner = std::make_shared<Statement>(context.world(), context.session(), context.stop(), catalog::Definition{policy.table.schema, {}}, false, context.progress());
  inner->act_as(policy.owner.empty() ? context.session().user() : policy.owner);
  inner->serve_policy();
  return inner;
}

/// A table that is to be governed.
struct GovernedTarget {
  catalog::Table entry;
  std::string root;
  std::shared_ptr<const scan::TableSource> source;
};

GovernedTarget open_target(const plan::NameParts& name, const Statement& context) {
  const TableRef ref = resolve_name(name, context);
  const DeltaTarget target = open_delta_target(ref, context, "ALTER TABLE");
  if (!target.entry) throw Error(conditions::kUnsupportedTableOperation, {{"tableName", target.name}, {"operation", "ALTER TABLE … SET ROW FILTER and SET MASK by path"}});
  require_delta_table(target, ref, context);
  std::string root = root_of(context.locate(target.entry->location, target.entry->options));
  if (root.empty()) throw Error(lab::conditions::kUnsupportedFeature, {{"feature", "row filters and masks on tables in another S3"}, {"hint", ""}});
  return {*target.entry, std::move(root), target.table->snapshot()->source()};
}

/// By database and name.
std::vector<std::string> policy_function(const plan::NameParts& name, const Statement& context) {
  const TableRef ref = resolve_name(name, context);
  if (ref.is_path()) throw unresolved_routine(name, context);
  return {ref.database, ref.table};
}

/// Throws UNRESOLVED_ROUTINE, and INSUFFICIENT_PERMISSIONS for a function of somebody who may not manage the table: it decides over rows, and
/// reads what the table's owner may. Asked at each read, since a function can be dropped, and made anew by somebody else.
void require_trusted(const std::vector<std::string>& name, const TablePolicy& policy, const Statement& context) {
  const auto function = context.world().catalog.find_function(name.at(0), name.at(1));
  if (!function || function->is_table) throw unresolved_routine(name, context);
  const access::Grants& grants = context.world().access.grants();
  if (function->owner == policy.owner || grants.may(function->owner, access::Privilege::Manage, policy.table)) return;
  throw Error(conditions::kInsufficientPermissions,
              {{"report", "The owner of function " + types::quote_parts(function->qualified_name()) + " does not have permission MANAGE on table " +
                              types::quote_parts({catalog::kCatalogName, policy.table.schema, policy.table.table}) + "."}});
}

void require_trusted_functions(const TablePolicy& policy, const Statement& context) {
  if (policy.row_filter) require_trusted(policy.row_filter->function, policy, context);
  for (const access::ColumnMask& mask : policy.masks) require_trusted(mask.function, policy, context);
}

/// The column by the name that it has. Throws UNRESOLVED_COLUMN when it is read.
std::string stored_name(const std::string& column, const types::Schema& schema) {
  const auto found = std::ranges::find_if(schema, [&](const types::Field& field) { return equal_ignoring_case(field.name, column); });
  return found == schema.end() ? column : found->name;
}

/// What is set is read once as a reader will, so that what is wrong with it is told to who sets it; what is taken away may be broken.
void edit(const GovernedTarget& target, bool sets, const std::string& action, const std::function<void(TablePolicy&)>& change, Statement& context) {
  context.world().access.grants().edit_policy(
      {target.entry.database, target.entry.name}, target.entry.owner, target.root,
      [&](TablePolicy& policy) {
        change(policy);
        if (!sets) return;
        require_trusted_functions(policy, context);
        policy_statement(policy, context)->analyze(governed_rows(target.source, policy, {catalog::kCatalogName, target.entry.database, target.entry.name}));
      },
      action, context.origin("ALTER TABLE"));
}

}  // namespace

bool Statement::is_group_member(const std::string& group) const {
  const access::Access& people = world_.access;
  if (group == access::kEverybody) return true;
  if (group == "admins" && people.grants().is_admin(session_.user())) return true;
  const auto groups = people.groups_of(session_.user());
  return std::ranges::find(groups, group) != groups.end();
}

analyze::ResolvedTable Statement::governed(std::shared_ptr<const scan::TableSource> source, const catalog::Location& location, plan::NameParts name) const {
  analyze::ResolvedTable table{std::move(source), nullptr, {}, std::move(name)};
  const access::Grants& grants = world_.access.grants();
  const std::string root = grants.has_policies() ? root_of(location) : std::string();
  if (root.empty()) return table;
  for (const TablePolicy& policy : grants.policies_near(root + "/")) {
    if (access::nearness(root, policy.root) == access::Nearness::Root) {
      require_trusted_functions(policy, *this);
      const auto inner = policy_statement(policy, *this);
      table.view = governed_rows(std::move(table.source), policy, table.qualified_name);
      table.source = nullptr;
      table.is_guarded = true;
      table.surroundings = std::make_shared<const analyze::Surroundings>(inner, inner->policy());
      return table;
    }
    // A table that somebody has put into or around a governed one.
    require_place(location, PlaceUse::Read, *this);
  }
  return table;
}

LocalTable set_row_filter(const plan::SetRowFilter& command, Statement& context) {
  const GovernedTarget target = open_target(command.table, context);
  std::optional<access::RowFilter> filter;
  if (!command.function.empty()) {
    filter.emplace();
    filter->function = policy_function(command.function, context);
    for (const std::string& column : command.columns) filter->columns.push_back(stored_name(column, target.source->schema()));
  }
  edit(target, filter.has_value(), filter ? "SetRowFilter" : "DropRowFilter", [&](TablePolicy& policy) { policy.row_filter = filter; }, context);
  return no_rows();
}

LocalTable set_column_mask(const plan::SetColumnMask& command, Statement& context) {
  const GovernedTarget target = open_target(command.table, context);
  access::ColumnMask mask;
  mask.column = stored_name(command.column, target.source->schema());
  const bool is_there = std::ranges::any_of(target.source->schema(), [&](const types::Field& field) { return field.name == mask.column; });
  // A mask of a column that is gone can still be dropped.
  if (!is_there && !command.function.empty()) {
    std::string names;
    for (const types::Field& field : target.source->schema()) names += (names.empty() ? "" : ", ") + types::quote_identifier(field.name);
    throw Error(lab::conditions::kUnresolvedColumnWithSuggestion, {{"objectName", types::quote_identifier(command.column)}, {"proposal", names}});
  }
  if (!command.function.empty()) mask.function = policy_function(command.function, context);
  for (const std::string& column : command.using_columns) mask.using_columns.push_back(stored_name(column, target.source->schema()));
  const bool sets = !mask.function.empty();
  edit(
      target, sets, sets ? "SetMask" : "DropMask",
      [&](TablePolicy& policy) {
        std::erase_if(policy.masks, [&](const access::ColumnMask& each) { return equal_ignoring_case(each.column, mask.column); });
        if (sets) policy.masks.push_back(mask);
      },
      context);
  return no_rows();
}

}  // namespace lab::commands
