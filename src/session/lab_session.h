#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <set>

#include "commands/session_state.h"
#include "session/session.h"

namespace lab::session {

/// The one implementation: state of its own, work done by `commands`.
class LabSession final : public Session {
 public:
  LabSession(commands::World& world, std::string user, std::string id, ClientVersion version, std::unique_ptr<exec::Executor> executor,
             commands::GlobalViews& global_views, std::uint64_t max_artifact_bytes);

  const std::string& id() const override { return id_; }
  const std::string& user() const override { return state_.user(); }
  ClientVersion version() const override { return version_; }
  std::string spark_version() const override { return state_.spark_version(); }

  Result execute(const plan::Statement& statement, const Running& running) override;
  std::variant<plan::RelationPtr, LocalResult> execute_sql(const std::string& text, SqlArguments arguments, const Running& running) override;
  std::pair<types::Schema, std::vector<types::Values>> collect(const plan::RelationPtr& relation, const Running& running) override;
  types::Schema analyze(const plan::RelationPtr& relation) override;
  sql::ParserOptions parser_options() override;
  std::string explain(const plan::RelationPtr& relation, const std::string& mode) override;
  bool same_semantics(const plan::RelationPtr& left, const plan::RelationPtr& right) override;
  std::vector<std::string> input_files(const plan::RelationPtr& relation) override;

  std::optional<std::string> setting(const std::string& key) const override { return state_.setting(key); }
  std::optional<std::string> explicit_setting(const std::string& key) const override { return state_.explicit_setting(key); }
  void set_setting(const std::string& key, const std::string& value) override;
  void unset_setting(const std::string& key) override { state_.unset_setting(key); }
  std::vector<std::pair<std::string, std::string>> settings(const std::optional<std::string>& prefix) const override;
  bool is_setting_modifiable(const std::string& key) const override;

  void copy_to(Session& other) const override;
  void put_artifact(const std::string& name, std::shared_ptr<const std::string> bytes) override;
  std::shared_ptr<const std::string> find_artifact(const std::string& name) const override;

  std::string keep(const plan::RelationPtr& relation, bool eager, const Running& running) override;
  plan::RelationPtr find_kept(const std::string& id) override;
  void forget_kept(const std::string& id) override;
  void persist(const plan::RelationPtr& relation, const StorageLevel& level) override;
  void unpersist(const plan::RelationPtr& relation) override;
  std::optional<StorageLevel> storage_level(const plan::RelationPtr& relation) override;

  std::chrono::steady_clock::time_point last_used() const { return last_used_.load(); }
  void touch();
  /// Gives the engine's memory back when nothing runs.
  void rest() { state_.executor().close_when_idle(); }

 private:
  /// Rows of a checkpoint: the plan that reads them, until somebody did.
  struct Kept {
    std::mutex mutex;
    plan::RelationPtr relation;
    bool is_read = false;
  };
  plan::RelationPtr read_rows(const plan::RelationPtr& relation, const Running& running);

  commands::World& world_;
  const std::string id_;
  const ClientVersion version_;
  commands::SessionState state_;
  std::atomic<std::chrono::steady_clock::time_point> last_used_;
  mutable std::mutex mutex_;
  const std::uint64_t max_artifact_bytes_;
  std::uint64_t num_artifact_bytes_ = 0;
  std::map<std::string, std::shared_ptr<const std::string>> artifacts_;
  std::map<std::string, std::shared_ptr<Kept>> kept_;  ///< what df.checkpoint() made, by id
};

}  // namespace lab::session
