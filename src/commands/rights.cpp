#include "commands/rights.h"

#include <algorithm>

#include "base/letter_case.h"
#include "catalog/system_tables.h"
#include "commands/conditions.h"
#include "commands/find_option.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

using access::Nearness;
using access::Privilege;
using access::Securable;

access::Grants& grants_in(const Statement& context) { return context.world().access.grants(); }

bool is_admin(const Statement& context) { return grants_in(context).is_admin(context.acting_user()); }

Error insufficient(const std::string& right, const std::string& on, const Statement& context) {
  const bool is_own = context.acting_user() == context.session().user();
  const std::string who = is_own ? "User" : "The owner of the view or policy";
  return Error(conditions::kInsufficientPermissions, {{"report", who + " does not have permission " + right + " on " + on + "."}});
}

std::string shown(const Securable& securable) {
  if (securable.is_catalog()) return "catalog " + types::quote_parts({catalog::kCatalogName});
  if (securable.is_schema()) return "schema " + types::quote_parts({catalog::kCatalogName, securable.schema});
  return "table " + types::quote_parts({catalog::kCatalogName, securable.schema, securable.table});
}

Securable securable_of(const catalog::Table& entry) { return {entry.database, entry.name}; }

void require_use(const std::string& database, const Statement& context) {
  if (!grants_in(context).may_use(context.acting_user(), database)) throw insufficient("USE SCHEMA", shown({database, {}}), context);
}

void require(Privilege privilege, const catalog::Table& entry, const Statement& context) {
  if (is_admin(context)) return;
  require_use(entry.database, context);
  if (entry.owner == context.acting_user() || grants_in(context).may(context.acting_user(), privilege, securable_of(entry))) return;
  throw insufficient(std::string(access::privilege_name(privilege)), shown(securable_of(entry)), context);
}

/// Something new in a database.
void require_create(Privilege privilege, const std::string& name, const Statement& context) {
  const auto database = context.world().catalog.find_database(name);
  if (!database) return;
  require_use(database->name, context);
  if (database->owner == context.acting_user() || grants_in(context).may(context.acting_user(), privilege, {database->name, {}})) return;
  throw insufficient(std::string(access::privilege_name(privilege)), shown({database->name, {}}), context);
}

bool may_manage_database(const catalog::Database& database, const Statement& context) {
  return database.owner == context.acting_user() || grants_in(context).may(context.acting_user(), Privilege::Manage, {database.name, {}});
}

/// Behind a version or time that a path may end in: `t@v3`.
std::string_view without_travel(std::string_view place) {
  const auto at = place.rfind('@');
  if (at == std::string_view::npos) return place;
  std::string_view behind = place.substr(at + 1);
  if (behind.starts_with('v') || behind.starts_with('V')) behind.remove_prefix(1);
  const bool is_number = !behind.empty() && std::ranges::all_of(behind, [](char c) { return c >= '0' && c <= '9'; });
  return is_number ? place.substr(0, at) : place;
}

std::string with_single_slashes(std::string_view text) {
  std::string single;
  for (const char c : text)
    if (c != '/' || single.empty() || single.back() != '/') single += c;
  return single;
}

/// The place, and what is asked of it where it holds a pattern: all that begins as it does.
std::string reach_of(const catalog::Location& location) {
  const std::string root = root_of(location);
  const std::string& written = location.kind == catalog::Location::Kind::Bucket ? location.key : location.folder.native();
  if (written.find_first_of("*?[{") == std::string::npos) return root.ends_with('/') ? root : root + "/";
  return root.substr(0, root.find_first_of("*?[{"));
}

/// What the owner may, the bytes of a governed table among that.
void require_files(const catalog::Table& entry, bool writes, const Statement& context) {
  if (is_admin(context) || entry.location.empty() || entry.is_view()) return;
  const catalog::Location location = context.locate(entry.location, entry.options);
  for (const access::TablePolicy& policy : grants_in(context).policies_near(root_of(location) + "/"))
    if (!grants_in(context).may_have_files(context.acting_user(), policy, writes)) throw insufficient(writes ? "WRITE FILES" : "READ FILES", shown(policy.table), context);
}

/// What a statement wants of a table that it names.
enum class Need { See, SeeFiles, Modify, Change, Manage };

/// One overload a statement that needs rights; what is not here needs none, or has its queries asked for.
struct Rights {
  const Statement& context;

  std::optional<catalog::Table> find(const TableRef& ref) const { return ref.is_path() ? std::nullopt : context.world().catalog.find_table(ref.database, ref.table); }

  bool is_temporary(const plan::NameParts& name) const {
    return (name.size() == 1 && context.session().find_temp_view(name[0])) || (name.size() == 2 && lower_case(name[0]) == "global_temp");
  }

  void on_entry(const catalog::Table& entry, Need need) const {
    if (entry.provider == catalog::kSystemProvider) return;
    switch (need) {
      case Need::See: require(Privilege::Select, entry, context); return;
      case Need::SeeFiles:
        require(Privilege::Select, entry, context);
        require_files(entry, false, context);
        return;
      case Need::Modify: require(Privilege::Modify, entry, context); return;
      case Need::Change:
        // Reads what it changes, beneath what governs the table.
        require(Privilege::Select, entry, context);
        require(Privilege::Modify, entry, context);
        require_files(entry, false, context);
        return;
      case Need::Manage:
        if (!may_manage(entry, context)) throw insufficient("MANAGE", shown(securable_of(entry)), context);
    }
  }

  void on_name(const plan::NameParts& name, Need need) const {
    if (name.empty() || is_temporary(name)) return;
    const TableRef ref = resolve_name(name, context);
    if (ref.is_path()) {
      require_place(*ref.location, need == Need::See ? PlaceUse::ReadTable : need == Need::SeeFiles ? PlaceUse::Read : PlaceUse::Write, context);
      return;
    }
    if (const auto entry = find(ref)) on_entry(*entry, need);
  }

  void on_path(const std::string& path, const plan::Options& options, PlaceUse use) const { require_place(context.locate(path, options), use, context); }

  /// A table that is made, or takes the place of one.
  void on_new(const plan::NameParts& name, bool replaces, const std::optional<std::string>& location, const plan::Options& options) const {
    const TableRef ref = resolve_name(name, context);
    if (ref.is_path()) {
      require_place(*ref.location, PlaceUse::Write, context);
    } else if (const auto entry = find(ref); entry && replaces) {
      on_entry(*entry, Need::Manage);
    } else {
      require_create(Privilege::CreateTable, ref.database, context);
    }
    if (location) on_path(*location, options, PlaceUse::Write);
    if (const auto path = find_option(options, "path"); path && !location) on_path(*path, options, PlaceUse::Write);
  }

  void on_target(const plan::RelationPtr& target, Need need) const {
    if (const auto* alias = std::get_if<plan::SubqueryAlias>(&target->node)) return on_target(alias->input, need);
    if (const auto* named = std::get_if<plan::NamedTable>(&target->node)) return on_name(named->name, need);
    if (const auto* source = std::get_if<plan::DataSource>(&target->node))
      for (const std::string& path : source->paths) on_path(path, source->options, PlaceUse::Write);
  }

  void on_function(const plan::NameParts& name, bool exists_matters) const {
    const TableRef ref = resolve_name(name, context);
    const auto entry = context.world().catalog.find_function(ref.database, ref.table);
    const auto database = context.world().catalog.find_database(ref.database);
    if (entry && exists_matters) {
      const bool may = entry->owner == context.acting_user() || (database && may_manage_database(*database, context));
      if (!may) throw insufficient("MANAGE", "function " + types::quote_parts(entry->qualified_name()), context);
    } else if (!entry) {
      require_create(Privilege::CreateFunction, ref.database, context);
    }
  }

  void operator()(const plan::CreateNamespace& s) const {
    if (!grants_in(context).may(context.acting_user(), Privilege::CreateSchema, {})) throw insufficient("CREATE SCHEMA", shown({}), context);
    if (s.location) on_path(*s.location, {}, PlaceUse::Write);
  }
  void operator()(const plan::DropNamespace& s) const {
    const auto database = context.world().catalog.find_database(resolve_database(s.name, context));
    if (!database) return;
    if (!may_manage_database(*database, context)) throw insufficient("MANAGE", shown({database->name, {}}), context);
    // Those who may manage a database do not thereby manage what is governed in it.
    for (const catalog::Table& entry : context.world().catalog.list_tables(database->name))
      if (s.cascade) on_entry(entry, Need::Manage);
  }
  void operator()(const plan::CreateTable& s) const { on_new(s.table.name, s.or_replace || s.is_replace, s.table.location, s.table.options); }
  void operator()(const plan::CreateTableLike& s) const {
    on_new(s.name, false, s.location, {});
    on_name(s.source, Need::See);
  }
  void operator()(const plan::DropTable& s) const { on_name(s.name, Need::Manage); }
  void operator()(const plan::TruncateTable& s) const { on_name(s.name, Need::Modify); }
  void operator()(const plan::ShowColumns& s) const { on_name(s.table, Need::See); }
  void operator()(const plan::ShowCreateTable& s) const { on_name(s.name, Need::See); }
  void operator()(const plan::ShowTableProperties& s) const { on_name(s.name, Need::See); }
  void operator()(const plan::ShowPartitions& s) const { on_name(s.name, Need::SeeFiles); }
  void operator()(const plan::DescribeTable& s) const { on_name(s.name, Need::See); }
  void operator()(const plan::DescribeHistory& s) const {
    on_name(s.table, Need::SeeFiles);
    if (s.path) on_path(*s.path, {}, PlaceUse::Read);
  }
  void operator()(const plan::DescribeDetail& s) const {
    on_name(s.table, Need::See);
    if (s.path) on_path(*s.path, {}, PlaceUse::ReadTable);
  }
  void operator()(const plan::CreateView& s) const {
    if (!s.is_temporary && !s.is_global) on_new(s.name, s.or_replace, {}, {});
  }
  void operator()(const plan::DropView& s) const { on_name(s.name, Need::Manage); }
  void operator()(const plan::CreateFunction& s) const {
    if (!s.is_temporary) on_function(s.name, s.or_replace);
  }
  void operator()(const plan::DropFunction& s) const {
    if (!s.is_temporary && context.world().catalog.find_function(resolve_name(s.name, context).database, s.name.back())) on_function(s.name, true);
  }
  void operator()(const plan::Insert& s) const { on_name(s.table, Need::Modify); }
  void operator()(const plan::InsertAll& s) const {
    for (const plan::Insert& one : s.inserts) (*this)(one);
  }
  void operator()(const plan::Merge& s) const { on_target(s.target, Need::Change); }
  void operator()(const plan::Update& s) const { on_target(s.target, Need::Change); }
  void operator()(const plan::Delete& s) const { on_target(s.target, Need::Change); }
  void operator()(const plan::SetTableProperties& s) const { on_name(s.table, Need::Manage); }
  void operator()(const plan::SetRowFilter& s) const { on_name(s.table, Need::Manage); }
  void operator()(const plan::SetColumnMask& s) const { on_name(s.table, Need::Manage); }
  void operator()(const plan::CloneTable& s) const {
    on_name(s.source, Need::SeeFiles);
    on_new(s.target, s.or_replace || s.is_replace, s.location, {});
  }
  void operator()(const plan::ConvertToDelta& s) const { on_name(s.table, Need::Manage); }
  void operator()(const plan::RestoreTable& s) const { on_target(s.target, Need::Change); }
  void operator()(const plan::WriteOperation& s) const {
    using Target = plan::WriteOperation::Target;
    if (s.target == Target::InsertInto) return on_name(s.table, Need::Modify);
    if (s.target == Target::SaveAsTable) {
      const auto entry = find(resolve_name(s.table, context));
      if (entry && s.mode == plan::SaveMode::Append) return on_entry(*entry, Need::Modify);
      return on_new(s.table, s.mode == plan::SaveMode::Overwrite, {}, s.options);
    }
    const auto option = find_option(s.options, "path");
    const std::string path = s.path.empty() ? option.value_or("") : s.path;
    if (!path.empty()) on_path(path, s.options, PlaceUse::Write);
  }
  void operator()(const plan::WriteOperationV2& s) const {
    using Mode = plan::WriteOperationV2::Mode;
    const bool replaces = s.mode == Mode::Replace || s.mode == Mode::CreateOrReplace;
    if (replaces || s.mode == Mode::Create) return on_new(s.table, replaces, {}, s.options);
    on_name(s.table, Need::Modify);
  }
  template <typename Other>
  void operator()(const Other&) const {}
};

}  // namespace

void check_rights(const plan::Statement& statement, const Statement& context) {
  if (!is_admin(context)) std::visit(Rights{context}, statement.node);
}

void require_select(const catalog::Table& entry, const Statement& context) { require(Privilege::Select, entry, context); }

std::vector<catalog::Table> list_visible_tables(const std::string& database, const Statement& context) {
  std::vector<catalog::Table> tables = context.world().catalog.list_tables(database);
  if (is_admin(context)) return tables;
  const access::Grants& grants = grants_in(context);
  const bool may_use = grants.may_use(context.acting_user(), lower_case(database));
  std::erase_if(tables, [&](const catalog::Table& entry) {
    if (entry.provider == catalog::kSystemProvider || !may_use) return true;
    if (entry.owner == context.acting_user()) return false;
    constexpr Privilege kAny[] = {Privilege::Select, Privilege::Modify, Privilege::Manage};
    return std::ranges::none_of(kAny, [&](Privilege privilege) { return grants.may(context.acting_user(), privilege, securable_of(entry)); });
  });
  return tables;
}

bool may_manage(const catalog::Table& entry, const Statement& context) {
  const access::Grants& grants = grants_in(context);
  if (entry.owner == context.acting_user() || grants.may(context.acting_user(), Privilege::Manage, securable_of(entry))) return true;
  const auto database = context.world().catalog.find_database(entry.database);
  const bool is_governed = !entry.location.empty() && !entry.is_view() && grants.find_policy(root_of(context.locate(entry.location, entry.options)));
  return !is_governed && database && database->owner == context.acting_user();
}

void require_manage(const Securable& securable, const Statement& context) {
  if (is_admin(context)) return;
  bool may = false;
  if (securable.is_catalog()) {
    may = grants_in(context).may(context.acting_user(), Privilege::Manage, {});
  } else if (securable.is_schema()) {
    may = may_manage_database(context.world().catalog.get_database(securable.schema), context);
  } else {
    const auto entry = context.world().catalog.find_table(securable.schema, securable.table);
    if (!entry) throw table_not_found({securable.schema, securable.table}, context);
    may = may_manage(*entry, context);
  }
  if (!may) throw insufficient("MANAGE", shown(securable), context);
}

std::string root_of(const catalog::Location& location) {
  if (location.remote) return {};
  if (location.kind == catalog::Location::Kind::Bucket) return with_single_slashes(without_travel(location.bucket + "/" + location.key));
  std::error_code failure;
  const std::filesystem::path given(without_travel(location.folder.native()));
  const std::filesystem::path real = std::filesystem::weakly_canonical(given, failure);
  std::string root = "file:" + with_single_slashes((failure ? given : real).native());
  if (root.ends_with('/')) root.pop_back();
  return root;
}

void require_place(const catalog::Location& location, PlaceUse use, const Statement& context) {
  if (location.remote || is_admin(context)) return;
  const access::Grants& grants = grants_in(context);
  const std::string reach = reach_of(location);
  const bool writes = use == PlaceUse::Write;
  for (const access::TablePolicy& policy : grants.policies_near(reach)) {
    if (use == PlaceUse::ReadTable && access::nearness(reach, policy.root) == Nearness::Root) continue;
    if (!grants.may_have_files(context.acting_user(), policy, writes)) throw insufficient(writes ? "WRITE FILES" : "READ FILES", shown(policy.table), context);
  }
  const Privilege privilege = writes ? Privilege::Modify : Privilege::Select;
  if (grants.may(context.acting_user(), privilege, {})) return;
  const catalog::Catalog& catalog = context.world().catalog;
  for (const catalog::Database& database : catalog.list_databases()) {
    for (const catalog::Table& entry : catalog.list_tables(database.name)) {
      if (entry.is_view() || entry.location.empty()) continue;
      const std::string root = root_of(catalog::parse_location(entry.location));
      if (access::nearness(reach, root) != Nearness::Apart) require(privilege, entry, context);
    }
  }
}

}  // namespace lab::commands
