#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.h"

namespace lab::access {

class Access;

/// What may be allowed, in Unity Catalog's words. The values are kept in rows.
enum class Privilege : std::uint32_t {
  Select = 1U << 0,
  Modify = 1U << 1,
  CreateSchema = 1U << 2,
  CreateTable = 1U << 3,
  CreateFunction = 1U << 4,
  UseCatalog = 1U << 5,
  UseSchema = 1U << 6,
  ReadFiles = 1U << 7,   ///< the bytes under a governed table, by other ways than a query
  WriteFiles = 1U << 8,
  Manage = 1U << 9,      ///< what the owner may: grant, drop, alter
};

/// Several of them.
struct Privileges {
  std::uint32_t bits = 0;

  bool has(Privilege privilege) const { return (bits & static_cast<std::uint32_t>(privilege)) != 0; }
  void add(Privilege privilege) { bits |= static_cast<std::uint32_t>(privilege); }
  friend bool operator==(Privileges, Privileges) = default;
};

/// The catalog (both names empty), a database (no table), or a table or view of it. Names in lower case.
struct Securable {
  std::string schema = {}, table = {};

  bool is_catalog() const { return schema.empty(); }
  bool is_schema() const { return !schema.empty() && table.empty(); }
  friend bool operator==(const Securable&, const Securable&) = default;
};

/// Everybody that the lab knows: a principal as users and groups are.
inline constexpr const char* kEverybody = "account users";

/// What a principal was given on one securable itself.
struct Grant {
  std::string principal;  ///< a user, a group, or `account users`
  Privileges privileges;
  Securable securable;
};

/// A table's row filter: rows for which the function of these columns is true.
struct RowFilter {
  std::vector<std::string> function;  ///< database and name
  std::vector<std::string> columns;
};
/// What a column's values are replaced by: the function of the column and of others.
struct ColumnMask {
  std::string column;
  std::vector<std::string> function;
  std::vector<std::string> using_columns;
};
/// What governs a table: everybody who reads it through the engine gets what these leave.
struct TablePolicy {
  Securable table;   ///< under which it was set
  std::string owner = {};  ///< of the table, when it was last set
  std::string root;  ///< where the table lies: `bucket/key`, or `file:/…`
  std::optional<RowFilter> row_filter = {};
  std::vector<ColumnMask> masks = {};

  bool is_empty() const { return !row_filter && masks.empty(); }
};

/// How a place lies to the root of a governed table.
enum class Nearness { Apart, Root, Inside, Around };
/// `place` may end in a slash; `Around` is what a listing or a pattern that begins so can reach.
Nearness nearness(std::string_view place, std::string_view root);

/// Privileges by their names, `ALL PRIVILEGES` among them. Throws INVALID_PRIVILEGE for unknown ones and for those that such a securable
/// does not have.
Privileges parse_privileges(const std::vector<std::string>& names, const Securable& securable);
/// In the order of the enumeration.
std::vector<std::string> privilege_names(Privileges privileges);
std::string_view privilege_name(Privilege privilege);
/// `CATALOG`, `SCHEMA`, `TABLE`.
std::string_view securable_kind(const Securable& securable);
/// `spark_catalog`, `db`, `db.t`.
std::string securable_name(const Securable& securable);
/// The other way round, from a kind (`DATABASE` and `VIEW` too) and a name. Throws INVALID_SECURABLE.
Securable parse_securable(std::string_view kind, std::string_view name);

/// Who may do what with databases and tables, and what governs tables. Grants are rows of the store and are read from there at each
/// question, so that what was taken away counts at once; policies are few and kept in memory too. Administrators may do everything. Owners are the
/// catalog's to know: whoever asks here has asked for them. Thread-safe; blocks for disk.
///
/// Privileges reach from the catalog to its databases and from a database to its tables. MANAGE, READ FILES and WRITE FILES on a governed
/// table are only those of the table itself.
class Grants {
 public:
  /// Both must outlive it; `people` need not be ready before the first question.
  Grants(const Access& people, store::Store& store);

  /// In a lab that has no grants yet: in the secure profile everybody may use the names of the catalog, make databases, and make tables and functions in
  /// the database `default`; else, and in a lab of before there were grants, everybody may do everything.
  void make_first(bool is_open);
  /// Reads the policies.
  void load();

  /// Says whether there is such a database or table, for who cannot look; without it everything is taken for there.
  void know_securables(std::function<bool(const Securable&)> is_there) { is_there_ = std::move(is_there); }

  /// Throws NO_SUCH_PRINCIPAL, NO_SUCH_SECURABLE.
  void grant(const Grant& grant, const store::Origin& by);
  /// What was not given is no error. Throws NO_SUCH_SECURABLE.
  void revoke(const Grant& grant, const store::Origin& by);
  /// Those of a securable itself and of what it lies in; without one all of the lab. Ordered by securable and principal.
  std::vector<Grant> list(const std::optional<Securable>& securable = {}) const;
  /// Takes all grants away that name the table, or the database and its tables, and what governs them: they are gone.
  void forget(const Securable& securable, const store::Origin& by);

  /// Whether the user, by itself or by a group, has the privilege on the securable or on what it lies in. USE is asked for by who
  /// wants something in a database: may_use().
  bool may(std::string_view user, Privilege privilege, const Securable& securable) const;
  /// USE CATALOG and USE SCHEMA.
  bool may_use(std::string_view user, const std::string& schema) const;
  bool is_admin(std::string_view user) const;

  /// False while no table is governed, which spares everybody the looking.
  bool has_policies() const;
  /// What governs the table at that root.
  std::optional<TablePolicy> find_policy(std::string_view root) const;
  /// Governed tables that a place reaches: of which it is the root, inside, or around.
  std::vector<TablePolicy> policies_near(std::string_view place) const;
  /// Changes what governs the table at a root; what is empty then governs nothing any more. `edit` may throw.
  void edit_policy(const Securable& table, const std::string& owner, const std::string& root, const std::function<void(TablePolicy&)>& edit, const std::string& action, const store::Origin& by);

  /// Whether the user may have the bytes under a governed table: its owner, administrators, and who was given READ FILES or WRITE FILES.
  bool may_have_files(std::string_view user, const TablePolicy& policy, bool writes) const;

 private:
  std::vector<std::string> holders_of(std::string_view user) const;
  std::string holder_of(const std::string& principal) const;
  bool is_governed(const Securable& securable) const;
  void check_there(const Securable& securable) const;
  void change(const Grant& grant, bool gives, const store::Origin& by);

  const Access& people_;
  store::Store& store_;
  std::function<bool(const Securable&)> is_there_;
  std::mutex editing_;  ///< one change of policies at a time, held over its write
  mutable std::mutex mutex_;
  std::map<std::string, TablePolicy, std::less<>> policies_;  ///< by root
};

}  // namespace lab::access
