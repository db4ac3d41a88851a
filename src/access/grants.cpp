#include "access/grants.h"

#include <algorithm>

#include "access/access.h"
#include "access/conditions.h"
#include "access/names.h"
#include "base/error.h"
#include "base/letter_case.h"

namespace lab::access {
namespace {

constexpr const char* kTable = "grants";
constexpr const char* kCatalog = "spark_catalog";
constexpr const char* kGroupHolder = "group/";

struct PrivilegeRow {
  Privilege privilege;
  std::string_view name;
  bool on_catalog, on_schema, on_table;
  bool is_in_all = true;  ///< ALL PRIVILEGES means it too
};

constexpr PrivilegeRow kPrivileges[] = {
    {Privilege::Select, "SELECT", true, true, true},
    {Privilege::Modify, "MODIFY", true, true, true},
    {Privilege::CreateSchema, "CREATE SCHEMA", true, false, false},
    {Privilege::CreateTable, "CREATE TABLE", true, true, false},
    {Privilege::CreateFunction, "CREATE FUNCTION", true, true, false},
    {Privilege::UseCatalog, "USE CATALOG", true, false, false},
    {Privilege::UseSchema, "USE SCHEMA", true, true, false},
    {Privilege::ReadFiles, "READ FILES", true, true, true, false},
    {Privilege::WriteFiles, "WRITE FILES", true, true, true, false},
    {Privilege::Manage, "MANAGE", true, true, true, false},
};

bool fits(const PrivilegeRow& row, const Securable& securable) { return securable.is_catalog() ? row.on_catalog : securable.is_schema() ? row.on_schema : row.on_table; }

store::Key key_of(const Securable& securable, const std::string& holder) { return {securable.schema, securable.table, holder}; }

Privileges privileges_of(const store::Row& row) { return {static_cast<std::uint32_t>(store::as_integer(row[3]))}; }

store::Row row_of(const Securable& securable, const std::string& holder, Privileges privileges) {
  return {securable.schema, securable.table, holder, static_cast<std::int64_t>(privileges.bits)};
}

std::string principal_of(const std::string& holder) { return holder.starts_with(kGroupHolder) ? holder.substr(std::string_view(kGroupHolder).size()) : holder; }

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// What the securable lies in, itself first.
std::vector<Securable> chain_of(const Securable& securable) {
  std::vector<Securable> chain{securable};
  if (!securable.table.empty()) chain.push_back({securable.schema, {}});
  if (!securable.is_catalog()) chain.push_back({});
  return chain;
}

/// ASCII letters in upper case, and one space where there are several.
std::string keyword_text(std::string_view text) {
  std::string words;
  for (const char c : text) {
    if (c == ' ' && (words.empty() || words.back() == ' ')) continue;
    words += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return words;
}

bool is_own_only(Privilege privilege) { return privilege == Privilege::Manage || privilege == Privilege::ReadFiles || privilege == Privilege::WriteFiles; }

}  // namespace

Privileges parse_privileges(const std::vector<std::string>& names, const Securable& securable) {
  Privileges privileges;
  for (const std::string& name : names) {
    const std::string wanted = keyword_text(name);
    bool is_known = false;
    for (const PrivilegeRow& row : kPrivileges) {
      const bool is_all = (wanted == "ALL PRIVILEGES" || wanted == "ALL") && row.is_in_all;
      if ((!is_all && row.name != wanted) || !fits(row, securable)) continue;
      privileges.add(row.privilege);
      is_known = true;
    }
    if (!is_known) throw Error(conditions::kInvalidPrivilege, {{"privilege", wanted}, {"securable", std::string(securable_kind(securable))}});
  }
  return privileges;
}

std::vector<std::string> privilege_names(Privileges privileges) {
  std::vector<std::string> names;
  for (const PrivilegeRow& row : kPrivileges)
    if (privileges.has(row.privilege)) names.emplace_back(row.name);
  return names;
}

std::string_view privilege_name(Privilege privilege) { return std::ranges::find(kPrivileges, privilege, &PrivilegeRow::privilege)->name; }

std::string_view securable_kind(const Securable& securable) { return securable.is_catalog() ? "CATALOG" : securable.is_schema() ? "SCHEMA" : "TABLE"; }

std::string securable_name(const Securable& securable) {
  if (securable.is_catalog()) return kCatalog;
  return securable.is_schema() ? securable.schema : securable.schema + "." + securable.table;
}

Securable parse_securable(std::string_view kind, std::string_view name) {
  const std::string wanted = keyword_text(kind);
  const std::string text = lower_case(name);
  const auto invalid = [&] { return Error(conditions::kInvalidSecurable, {{"securable", std::string(kind) + " " + std::string(name)}}); };
  if (wanted == "CATALOG") {
    if (!text.empty() && text != kCatalog) throw invalid();
    return {};
  }
  std::vector<std::string> parts{""};
  for (const char c : text) {
    if (c == '.') parts.emplace_back();
    else parts.back() += c;
  }
  if (parts.size() > 1 && parts.front() == kCatalog) parts.erase(parts.begin());
  if (std::ranges::any_of(parts, [](const std::string& part) { return part.empty(); })) throw invalid();
  if (wanted == "SCHEMA" || wanted == "DATABASE") {
    if (parts.size() != 1) throw invalid();
    return {parts[0], {}};
  }
  if (wanted != "TABLE" && wanted != "VIEW") throw invalid();
  if (parts.size() == 1) return {"default", parts[0]};
  if (parts.size() != 2) throw invalid();
  return {parts[0], parts[1]};
}

void erase_grants_of(store::Transaction& transaction, const std::string& holder) {
  for (const store::Row& row : transaction.scan_rows(kTable))
    if (store::as_text(row[2]) == holder) transaction.erase_row(kTable, {row[0], row[1], row[2]});
}

Grants::Grants(const Access& people, store::Store& store) : people_(people), store_(store) {}

void Grants::make_first(bool is_open) {
  // The catalog's row of everybody stays when it is emptied, so that this is done once.
  if (store_.snapshot().find_row(kTable, key_of({}, std::string(kEverybody)))) return;
  Privileges catalog, first_database;
  for (const PrivilegeRow& row : kPrivileges) {
    // A database of one's own takes nothing from others.
    const bool is_harmless = row.privilege == Privilege::UseCatalog || row.privilege == Privilege::UseSchema || row.privilege == Privilege::CreateSchema;
    if (is_harmless || (is_open && (row.is_in_all || row.privilege == Privilege::Manage))) catalog.add(row.privilege);
  }
  first_database.add(Privilege::CreateTable);
  first_database.add(Privilege::CreateFunction);
  store::Change change({.actor = "system", .protocol = "start", .request = "first grants"});
  change.put_row(kTable, row_of({}, std::string(kEverybody), catalog));
  change.put_row(kTable, row_of({"default", {}}, std::string(kEverybody), first_database));
  store_.apply(std::move(change));
}

bool Grants::is_admin(std::string_view user) const {
  const auto found = people_.find_user(user);
  return found && found->is_admin;
}

std::vector<std::string> Grants::holders_of(std::string_view user) const {
  std::vector<std::string> holders{std::string(user), kEverybody};
  for (const std::string& group : people_.groups_of(user))
    holders.push_back(holder_name_of_group(group));
  return holders;
}

std::string Grants::holder_of(const std::string& principal) const {
  if (principal == kEverybody) return principal;
  if (people_.find_user(principal)) return principal;
  if (people_.find_group(principal)) return holder_name_of_group(principal);
  throw Error(conditions::kNoSuchPrincipal, {{"principal", principal}});
}

void Grants::check_there(const Securable& securable) const {
  if (securable.is_catalog() || !is_there_ || is_there_(securable)) return;
  throw Error(conditions::kNoSuchSecurable, {{"securable", std::string(securable_kind(securable)) + " " + securable_name(securable)}});
}

void Grants::change(const Grant& grant, bool gives, const store::Origin& by) {
  check_there(grant.securable);
  const std::string holder = holder_of(grant.principal);
  store::Change change(by);
  change.step([&](store::Transaction& transaction) {
    const auto row = transaction.find_row(kTable, key_of(grant.securable, holder));
    const std::uint32_t before = row ? privileges_of(*row).bits : 0;
    const Privileges after{gives ? before | grant.privileges.bits : before & ~grant.privileges.bits};
    const bool is_first_row = grant.securable.is_catalog() && grant.principal == kEverybody;
    if (after.bits == 0 && !is_first_row) {
      if (row) transaction.erase_row(kTable, key_of(grant.securable, holder));
      return;
    }
    if (after.bits != before || !row) transaction.put_row(kTable, row_of(grant.securable, holder, after));
  });
  const std::string object = joined(privilege_names(grant.privileges)) + " ON " + std::string(securable_kind(grant.securable)) + " " + securable_name(grant.securable) +
                             (gives ? " TO " : " FROM ") + grant.principal;
  people_.audit().add_to(change, {by.actor, by.credential, by.protocol, gives ? "Grant" : "Revoke", object});
  store_.apply(std::move(change));
}

void Grants::grant(const Grant& grant, const store::Origin& by) { change(grant, true, by); }

void Grants::revoke(const Grant& grant, const store::Origin& by) { change(grant, false, by); }

std::vector<Grant> Grants::list(const std::optional<Securable>& securable) const {
  std::vector<Grant> grants;
  const store::Snapshot snapshot = store_.snapshot();
  const auto add = [&](const store::Key& prefix) {
    for (const store::Row& row : snapshot.scan_rows(kTable, {.prefix = prefix})) {
      const Privileges privileges = privileges_of(row);
      if (privileges.bits != 0) grants.push_back({principal_of(store::as_text(row[2])), privileges, {store::as_text(row[0]), store::as_text(row[1])}});
    }
  };
  if (!securable) {
    add({});
    return grants;
  }
  std::vector<Securable> chain = chain_of(*securable);
  std::ranges::reverse(chain);
  for (const Securable& each : chain) add({each.schema, each.table});
  return grants;
}

void Grants::forget(const Securable& securable, const store::Origin& by) {
  const std::lock_guard editing(editing_);
  std::vector<std::string> roots;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [root, policy] : policies_)
      if (policy.table == securable || (securable.is_schema() && policy.table.schema == securable.schema)) roots.push_back(root);
  }
  store::Key prefix{securable.schema};
  if (!securable.table.empty()) prefix.emplace_back(securable.table);
  if (roots.empty() && store_.snapshot().scan_rows(kTable, {.prefix = prefix, .limit = 1}).empty()) return;
  store::Change change(by);
  change.step([&](store::Transaction& transaction) {
    transaction.erase_rows(kTable, prefix);
    for (const std::string& root : roots) transaction.erase_row("table_policies", {root});
  });
  people_.audit().add_to(change, {by.actor, by.credential, by.protocol, "ForgetGrants", std::string(securable_kind(securable)) + " " + securable_name(securable)});
  store_.apply(std::move(change));
  const std::lock_guard lock(mutex_);
  for (const std::string& root : roots) policies_.erase(root);
}

bool Grants::may(std::string_view user, Privilege privilege, const Securable& securable) const {
  if (is_admin(user)) return true;
  if (user.empty()) return false;
  std::vector<Securable> chain = chain_of(securable);
  if (is_own_only(privilege) && is_governed(securable)) chain.resize(1);
  const std::vector<std::string> holders = holders_of(user);
  const store::Snapshot snapshot = store_.snapshot();
  for (const Securable& each : chain)
    for (const std::string& holder : holders)
      if (const auto row = snapshot.find_row(kTable, key_of(each, holder)); row && privileges_of(*row).has(privilege)) return true;
  return false;
}

bool Grants::may_use(std::string_view user, const std::string& schema) const {
  return may(user, Privilege::UseCatalog, {}) && may(user, Privilege::UseSchema, {schema, {}});
}

}  // namespace lab::access
