#include "commands/cached_plans.h"

#include <algorithm>
#include <condition_variable>
#include <map>

#include "analyze/arrival_order.h"
#include "analyze/prune.h"
#include "base/error.h"
#include "base/letter_case.h"
#include "commands/file_source.h"
#include "plan/bound_build.h"
#include "plan/bound_walk.h"
#include "plan/same_plan.h"
#include "scan/table_source.h"

namespace lab::commands {

namespace bound = plan::bound;

namespace {

bool same_fields(const types::Schema& left, const types::Schema& right) {
  return std::ranges::equal(left, right, [](const types::Field& a, const types::Field& b) { return a.name == b.name && a.type == b.type; });
}

/// The same table or files by name, whatever they hold now; rows made on the spot have no other name than what they are.
bool same_table(const scan::TableSource& left, const scan::TableSource& right) {
  if (left.name() != right.name() || !same_fields(left.schema(), right.schema())) return false;
  if ((left.file_scan() == nullptr) != (right.file_scan() == nullptr)) return false;
  const scan::TextScan *a = left.text_scan(), *b = right.text_scan();
  if ((a == nullptr) != (b == nullptr)) return false;
  if (a != nullptr) return a->format == b->format && a->options == b->options;
  if (left.file_scan() != nullptr) return true;
  const auto rows = left.arrow_stream(), others = right.arrow_stream();
  return rows && others && (rows == others || *rows == *others);
}

bool same_file(const scan::DataFile& left, const scan::DataFile& right) {
  if (left.path != right.path || left.num_bytes != right.num_bytes || left.modified_millis != right.modified_millis) return false;
  if ((left.text == nullptr) != (right.text == nullptr) || (left.text && *left.text != *right.text)) return false;
  if ((left.deleted_rows == nullptr) != (right.deleted_rows == nullptr)) return false;
  return !left.deleted_rows || *left.deleted_rows == *right.deleted_rows;
}

/// The same table, of which nothing new is to be read. Files of a folder that somebody took away are missed after a REFRESH only, as in
/// Spark; of a table format every change counts.
bool same_state(const scan::TableSource& known, const scan::TableSource& now) {
  if (!same_table(known, now)) return false;
  const auto files_of = [](const scan::TableSource& source) {
    return source.file_scan() != nullptr ? &source.file_scan()->files : source.text_scan() != nullptr ? &source.text_scan()->files : nullptr;
  };
  const auto *files = files_of(known), *newest = files_of(now);
  if (files == nullptr || newest == nullptr) return true;
  if (!is_folder_of_files(now)) return std::ranges::equal(*files, *newest, same_file);
  std::map<std::string, const scan::DataFile*> by_path;
  for (const scan::DataFile& file : *files) by_path.emplace(file.path, &file);
  return std::ranges::all_of(*newest, [&](const scan::DataFile& file) {
    const auto found = by_path.find(file.path);
    return found != by_path.end() && same_file(*found->second, file);
  });
}

bool same_policy(const bound::Policy& left, const bound::Policy& right) {
  return left.time_zone == right.time_zone && left.ansi == right.ansi && left.is_spark4 == right.is_spark4;
}

/// Calls `visit` on the relation and all relations in it, those of subqueries too, until it returns true; returns whether it did.
bool find_relation(const bound::RelationPtr& relation, const std::function<bool(const bound::RelationPtr&)>& visit) {
  if (visit(relation)) return true;
  bool found = false;
  const std::function<bool(const bound::ExpressionPtr&)> enter = [&](const bound::ExpressionPtr& expression) {
    const bound::RelationPtr* plan = nullptr;
    if (const auto* scalar = std::get_if<bound::ScalarSubquery>(&expression->node)) plan = &scalar->plan;
    if (const auto* exists = std::get_if<bound::Exists>(&expression->node)) plan = &exists->plan;
    if (const auto* in = std::get_if<bound::InSubquery>(&expression->node)) plan = &in->plan;
    found = found || (plan != nullptr && find_relation(*plan, visit));
    return !found;
  };
  bound::map_expressions(relation, [&](const bound::ExpressionPtr& expression) {
    bound::walk(expression, enter);
    return expression;
  });
  for (const auto& input : bound::inputs_of(*relation)) found = found || find_relation(input, visit);
  return found;
}

std::string level_text(const StorageLevel& level) {
  std::string text;
  if (level.use_disk) text += "disk, ";
  if (level.use_memory) text += "memory, ";
  if (level.use_off_heap) text += "offheap, ";
  if (level.deserialized) text += "deserialized, ";
  return text + std::to_string(level.replication) + " replicas";
}

}  // namespace

std::optional<StorageLevel> find_storage_level(const std::string& name) {
  static const std::map<std::string, StorageLevel> kLevels = {
      {"none", {false, false, false, false, 1}},
      {"disk_only", {true, false, false, false, 1}},
      {"disk_only_2", {true, false, false, false, 2}},
      {"disk_only_3", {true, false, false, false, 3}},
      {"memory_only", {false, true, false, true, 1}},
      {"memory_only_2", {false, true, false, true, 2}},
      {"memory_only_ser", {false, true, false, false, 1}},
      {"memory_only_ser_2", {false, true, false, false, 2}},
      {"memory_and_disk", {true, true, false, true, 1}},
      {"memory_and_disk_2", {true, true, false, true, 2}},
      {"memory_and_disk_ser", {true, true, false, false, 1}},
      {"memory_and_disk_ser_2", {true, true, false, false, 2}},
      {"off_heap", {true, true, true, false, 1}},
  };
  const auto found = kLevels.find(lower_case(name));
  return found == kLevels.end() ? std::nullopt : std::optional(found->second);
}

struct CachedPlans::Entry {
  Entry(bound::Query plan, const StorageLevel& kept_at) : query(std::move(plan)), level(kept_at) {}

  bool holds(const bound::RelationPtr& relation, const bound::Policy& policy, const bound::SameSource& same_source) const {
    return same_policy(query.policy, policy) && bound::same_plan({query.root, query.policy.now_micros}, {relation, policy.now_micros}, same_source);
  }

  const bound::Query query;
  const StorageLevel level;

  std::mutex mutex;  ///< of what follows
  std::condition_variable_any changed;
  bool is_being_read = false;
  std::shared_ptr<const scan::TableSource> rows;
  bound::Query read_as;  ///< the plan, over the tables as they were, that made `rows`
};

/// What a query scans in place of a kept plan: the rows when they are there and of this state of the tables, else they are read.
class CachedPlans::Rows final : public exec::RowsOnDemand {
 public:
  /// `plan` is as the query has it; `reading` is what runs to make the rows.
  Rows(std::shared_ptr<Entry> entry, bound::Query plan, bound::Query reading, exec::Executor& executor)
      : entry_(std::move(entry)), plan_(std::move(plan)), reading_(std::move(reading)), schema_(plan_.schema()), executor_(executor) {}

  const types::Schema& schema() const override { return schema_; }
  std::string name() const override { return "InMemoryTableScan InMemoryRelation, StorageLevel(" + level_text(entry_->level) + ")"; }

  std::shared_ptr<const scan::TableSource> made(const std::stop_token& stop, const exec::Executor::ProgressSink& progress) const override {
    std::unique_lock lock(entry_->mutex);
    if (!entry_->changed.wait(lock, stop, [&] { return !entry_->is_being_read; })) throw Error(conditions::kOperationCanceled);
    if (entry_->rows) {
      const bound::Query& known = entry_->read_as;
      if (bound::same_plan({known.root, known.policy.now_micros}, {plan_.root, plan_.policy.now_micros}, &same_state)) return entry_->rows;
      entry_->rows.reset();
    }
    entry_->is_being_read = true;
    lock.unlock();
    std::shared_ptr<const scan::TableSource> rows;
    try {
      rows = executor_.keep(reading_, stop, progress);
    } catch (...) {
      finish(nullptr);
      throw;
    }
    finish(rows);
    return rows;
  }

 private:
  void finish(std::shared_ptr<const scan::TableSource> rows) const {
    const std::lock_guard lock(entry_->mutex);
    entry_->is_being_read = false;
    if (rows) entry_->read_as = plan_;
    entry_->rows = std::move(rows);
    entry_->changed.notify_all();
  }

  const std::shared_ptr<Entry> entry_;
  const bound::Query plan_, reading_;
  const types::Schema schema_;
  exec::Executor& executor_;
};

/// Rewrites one query, from the root down.
class CachedPlans::Substitution {
 public:
  Substitution(std::vector<std::shared_ptr<Entry>> entries, const bound::Query& query, exec::Executor& executor)
      : entries_(std::move(entries)), query_(query), executor_(executor) {}

  bound::RelationPtr relation(const bound::RelationPtr& relation) {
    for (const auto& entry : entries_)
      if (!relation->columns.empty() && std::ranges::find(being_read_, entry) == being_read_.end() && entry->holds(relation, query_.policy, &same_table)) return scan_of(entry, relation);
    return below(relation);
  }

 private:
  bound::RelationPtr below(const bound::RelationPtr& relation) {
    if (const auto* shared = std::get_if<bound::Shared>(&relation->node)) {
      // One pointer stays one.
      auto& definition = shared_[shared->definition.get()];
      if (!definition) definition = this->relation(shared->definition);
      return definition == shared->definition ? relation : bound::make_relation(bound::Shared{definition}, relation->columns);
    }
    std::vector<bound::RelationPtr> inputs = bound::inputs_of(*relation);
    bool changed = false;
    for (auto& input : inputs) {
      auto next = this->relation(input);
      changed = changed || next != input;
      input = std::move(next);
    }
    const auto rebuilt = changed ? bound::with_inputs(relation, std::move(inputs)) : relation;
    return bound::map_expressions(rebuilt, [this](const bound::ExpressionPtr& expression) { return this->expression(expression); });
  }

  bound::ExpressionPtr expression(const bound::ExpressionPtr& expression) {
    if (!expression) return expression;
    const auto rebuilt = [&](auto node) { return bound::make_expression(std::move(node), expression->type, expression->nullable, expression->origin); };
    if (const auto* scalar = std::get_if<bound::ScalarSubquery>(&expression->node)) {
      auto plan = relation(scalar->plan);
      return plan == scalar->plan ? expression : rebuilt(bound::ScalarSubquery{std::move(plan)});
    }
    if (const auto* exists = std::get_if<bound::Exists>(&expression->node)) {
      auto plan = relation(exists->plan);
      return plan == exists->plan ? expression : rebuilt(bound::Exists{std::move(plan)});
    }
    if (const auto* in = std::get_if<bound::InSubquery>(&expression->node)) {
      auto plan = relation(in->plan);
      if (plan != in->plan) {
        bound::InSubquery next{in->values, std::move(plan)};
        for (auto& value : next.values) value = this->expression(value);
        return rebuilt(std::move(next));
      }
    }
    return bound::map_children(expression, [this](const bound::ExpressionPtr& child) { return this->expression(child); });
  }

  bound::RelationPtr scan_of(const std::shared_ptr<Entry>& entry, const bound::RelationPtr& relation) {
    bound::Query plan = query_;
    plan.root = relation;
    bound::Query reading = plan;
    // Plans below it that are kept too are read from there; a part that is the same plan once more is not read from itself.
    being_read_.push_back(entry);
    reading.root = analyze::prune(below(relation));
    being_read_.pop_back();
    reading = analyze::in_arrival_order(std::move(reading));
    bound::Scan scan{std::make_shared<const Rows>(entry, std::move(plan), std::move(reading), executor_), {}};
    for (std::size_t i = 0; i < relation->columns.size(); ++i) scan.source_columns.push_back(static_cast<int>(i));
    return bound::make_relation(std::move(scan), relation->columns);
  }

  const std::vector<std::shared_ptr<Entry>> entries_;
  const bound::Query& query_;
  exec::Executor& executor_;
  std::map<const bound::Relation*, bound::RelationPtr> shared_;
  std::vector<std::shared_ptr<Entry>> being_read_;
};

CachedPlans::CachedPlans(exec::Executor& executor) : executor_(executor) {}
CachedPlans::~CachedPlans() = default;

std::vector<std::shared_ptr<CachedPlans::Entry>> CachedPlans::entries() const {
  const std::lock_guard lock(mutex_);
  return entries_;
}

bool CachedPlans::same(const bound::Query& left, const bound::Query& right) {
  return same_policy(left.policy, right.policy) && bound::same_plan({left.root, left.policy.now_micros}, {right.root, right.policy.now_micros}, &same_table);
}

void CachedPlans::add(bound::Query query, const StorageLevel& level) {
  if (level_of(query)) return;
  auto entry = std::make_shared<Entry>(std::move(query), level);
  const std::lock_guard lock(mutex_);
  entries_.push_back(std::move(entry));
}

void CachedPlans::remove(const bound::Query& query, bool with_dependents) {
  std::vector<std::shared_ptr<Entry>> gone;  // outlives the lock: dropping rows takes its time
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&](const std::shared_ptr<Entry>& entry) {
    const bool is_it = entry->holds(query.root, query.policy, &same_table) ||
                       (with_dependents && same_policy(entry->query.policy, query.policy) && find_relation(entry->query.root, [&](const bound::RelationPtr& part) {
                          return bound::same_plan({part, entry->query.policy.now_micros}, {query.root, query.policy.now_micros}, &same_table);
                        }));
    if (is_it) gone.push_back(entry);
    return is_it;
  });
}

void CachedPlans::clear() {
  std::vector<std::shared_ptr<Entry>> gone;
  const std::lock_guard lock(mutex_);
  gone.swap(entries_);
}

std::optional<StorageLevel> CachedPlans::level_of(const bound::Query& query) const {
  for (const auto& entry : entries())
    if (entry->holds(query.root, query.policy, &same_table)) return entry->level;
  return std::nullopt;
}

void CachedPlans::refresh(const bound::Query& query) {
  bound::for_each_scan(query, [&](const scan::TableSource& asked) {
    refresh_if([&](const scan::TableSource& read) { return same_table(asked, read); });
  });
}

void CachedPlans::refresh_path(const std::string& path) {
  refresh_if([&](const scan::TableSource& read) { return read.name().find(path) != std::string::npos; });
}

void CachedPlans::refresh_if(const std::function<bool(const scan::TableSource&)>& is_it) {
  for (const auto& entry : entries()) {
    bool reads_it = false;
    bound::for_each_scan(entry->query, [&](const scan::TableSource& read) { reads_it = reads_it || is_it(read); });
    if (!reads_it) continue;
    const std::lock_guard lock(entry->mutex);
    if (!entry->is_being_read) entry->rows.reset();
  }
}

void CachedPlans::use_in(bound::Query& query) const {
  auto known = entries();
  if (known.empty()) return;
  query.root = Substitution(std::move(known), query, executor_).relation(query.root);
}

}  // namespace lab::commands
