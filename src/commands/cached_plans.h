#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "exec/executor.h"
#include "plan/bound.h"
#include "types/value.h"

namespace lab::commands {

/// `StorageLevel` of Spark. The default is what `df.cache()` means. Whatever it says, the rows lie in the engine's memory and go to its
/// spill folder when that is full.
struct StorageLevel {
  bool use_disk = true, use_memory = true, use_off_heap = false, deserialized = true;
  int replication = 1;
};
/// The level of a name like MEMORY_AND_DISK, in any case; nothing for other words.
std::optional<StorageLevel> find_storage_level(const std::string& name);

/// The plans whose rows a session keeps (`df.cache()`, CACHE TABLE), as Spark's CacheManager has them. Rows are read when a query first
/// needs them; from then on each query that holds the same plan reads what was kept, until a table or file under it has changed (or
/// REFRESH says so): then they are read anew. Queries given here are as analyze::bind() leaves them. Thread-safe.
class CachedPlans {
 public:
  /// `executor` outlives it.
  explicit CachedPlans(exec::Executor& executor);
  ~CachedPlans();

  /// Whether two queries ask for the same rows of the same tables.
  static bool same(const plan::bound::Query& left, const plan::bound::Query& right);

  /// Does nothing when the plan is kept already.
  void add(plan::bound::Query query, const StorageLevel& level);
  /// Forgets the plan and, when asked to, the plans that are built on it. Queries that read the rows go on.
  void remove(const plan::bound::Query& query, bool with_dependents);
  void clear();
  /// Nothing when the plan is not kept.
  std::optional<StorageLevel> level_of(const plan::bound::Query& query) const;
  /// Forgets the rows, not the plans, that come from any table of this query.
  void refresh(const plan::bound::Query& query);
  /// The same for whatever lies at or below a path, without its scheme.
  void refresh_path(const std::string& path);

  /// Puts scans of kept rows in place of the largest parts of the query that are kept.
  void use_in(plan::bound::Query& query) const;

 private:
  struct Entry;
  class Rows;
  class Substitution;
  std::vector<std::shared_ptr<Entry>> entries() const;
  void refresh_if(const std::function<bool(const scan::TableSource&)>& is_it);

  exec::Executor& executor_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Entry>> entries_;
};

}  // namespace lab::commands
