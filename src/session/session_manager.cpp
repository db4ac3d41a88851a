#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <mutex>

#include "base/free_memory.h"
#include "session/conditions.h"
#include "session/lab_session.h"

namespace lab::session {
namespace {

class LabSessionManager final : public SessionManager {
 public:
  LabSessionManager(commands::World& world, engine::InstanceOptions options, exec::MemoryLedger& ledger)
      : world_(world), stock_(std::make_shared<exec::EngineStock>(std::move(options), kReadyEngines)), ledger_(ledger) {}

  std::shared_ptr<Session> open(const std::string& user, const std::string& session_id, ClientVersion version) override {
    const std::lock_guard lock(mutex_);
    const Key key{user, session_id};
    if (const auto found = sessions_.find(key); found != sessions_.end()) {
      found->second->touch();
      return found->second;
    }
    for (const Key& closed : closed_)
      if (closed == key) throw Error(conditions::kSessionWasClosed, {{"handle", session_id}});
    auto session = std::make_shared<LabSession>(world_, user, session_id, version, exec::Executor::create(stock_, &ledger_), global_views_,
                                                ledger_.limits().per_session);
    sessions_.emplace(key, session);
    return session;
  }

  void release(const std::string& user, const std::string& session_id, bool may_return) override {
    const std::lock_guard lock(mutex_);
    const Key key{user, session_id};
    sessions_.erase(key);
    if (!may_return) remember_closed(key);
  }

  bool was_closed(const std::string& user, const std::string& session_id) const override {
    const std::lock_guard lock(mutex_);
    return std::ranges::find(closed_, Key{user, session_id}) != closed_.end();
  }

  std::vector<std::shared_ptr<Session>> sessions() const override {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<Session>> result;
    for (const auto& [key, session] : sessions_) result.push_back(session);
    return result;
  }

  std::vector<StatementRecord> statements() const override {
    const std::lock_guard lock(mutex_);
    return {records_.begin(), records_.end()};
  }

  void record(StatementRecord record) override {
    constexpr std::size_t kMaxRecords = 1000;
    const std::lock_guard lock(mutex_);
    has_run_ = true;
    for (StatementRecord& known : records_)
      if (known.operation_id == record.operation_id) {
        known = std::move(record);
        return;
      }
    records_.push_back(std::move(record));
    if (records_.size() > kMaxRecords) records_.pop_front();
  }

  void expire(std::chrono::seconds idle) override {
    constexpr std::chrono::seconds kRestAfter{60};
    const auto now = world_.clock.steady();
    std::vector<std::shared_ptr<LabSession>> resting;
    {
      const std::lock_guard lock(mutex_);
      for (auto entry = sessions_.begin(); entry != sessions_.end();) {
        const auto unused = now - entry->second->last_used();
        // Whoever still runs a statement holds a share of the session.
        if (unused > idle && entry->second.use_count() == 1) {
          remember_closed(entry->first);
          entry = sessions_.erase(entry);
        } else {
          if (unused > kRestAfter && entry->second.use_count() == 1) resting.push_back(entry->second);
          ++entry;
        }
      }
    }
    for (const auto& session : resting) session->rest();
    const bool more_rest = resting.size() > num_resting_;
    num_resting_ = resting.size();
    if (has_run_.exchange(false) || more_rest) give_back_memory();
  }

 private:
  /// A few people may open notebooks at once; each idle engine takes some three megabytes.
  static constexpr std::size_t kReadyEngines = 8;
  using Key = std::pair<std::string, std::string>;

  void remember_closed(const Key& key) {
    constexpr std::size_t kMaxClosed = 10'000;
    closed_.push_back(key);
    if (closed_.size() > kMaxClosed) closed_.pop_front();
  }

  commands::World& world_;
  const std::shared_ptr<exec::EngineStock> stock_;
  exec::MemoryLedger& ledger_;
  commands::GlobalViews global_views_;
  mutable std::mutex mutex_;
  std::map<Key, std::shared_ptr<LabSession>> sessions_;
  std::deque<Key> closed_;
  std::deque<StatementRecord> records_;
  std::size_t num_resting_ = 0;         ///< at the last call of expire()
  std::atomic<bool> has_run_ = false;  ///< a statement, since memory was given back
};

}  // namespace

std::unique_ptr<SessionManager> SessionManager::create(commands::World& world, engine::InstanceOptions options, exec::MemoryLedger& ledger) {
  return std::make_unique<LabSessionManager>(world, std::move(options), ledger);
}

}  // namespace lab::session
