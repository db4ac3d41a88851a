#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "access/access.h"
#include "hub/server_environment.h"
#include "proc/child.h"
#include "store/store.h"

namespace lab::hub {

enum class ServerState { Stopped, Starting, Ready, Stopping };

/// One line of what a start is doing.
struct ProgressEvent {
  int percent = 0;
  std::string message;
  bool failed = false;
};

struct ServerInfo {
  std::string user, name;  ///< of a user's default server the name is empty
  ServerState state = ServerState::Stopped;
  std::uint16_t port = 0;
  proc::ChildId child;
  Timestamp started, last_activity;
  std::string size{kStandardSize};  ///< of the last start
  proc::ChildLimits limits;         ///< what that is
  std::vector<ProgressEvent> progress;  ///< of the last start
  std::string reason;                   ///< why it stopped or failed, for people; empty while it runs
};

enum class StartOutcome { Started, Pending, Running };
enum class StopOutcome { Stopping, NotRunning };

/// The tables of this module, for StoreOptions::schemas.
store::SchemaSpec hub_schema();

/// People's notebook servers: starts them, waits until they answer, ends those that nobody uses, and finds those that still
/// run when the lab comes back. Thread-safe; start() blocks for disk.
class Servers {
 public:
  /// What it is given must outlive it.
  Servers(store::Store& store, access::Access& access, ServersOptions options);
  ~Servers();

  /// Begins to watch; servers reach the hub at `hub_url` (`http://127.0.0.1:8000`). Adopts what runs already.
  void begin(std::string hub_url);
  /// Ends the watch and, unless `keep`, all servers; does not wait for their end. May be called twice.
  void stop(bool keep);

  /// Returns when the process runs; find() tells when it answers. An empty `size` is the one of the server's last start. Throws
  /// NOTEBOOKS_NOT_INSTALLED, TOO_MANY_SERVERS, INVALID_SERVER_NAME, UNKNOWN_SERVER_SIZE, SERVER_IS_BUSY, NO_SUCH_USER, CANNOT_START_PROCESS.
  StartOutcome start(const std::string& user, const std::string& name, const store::Origin& by, const std::string& size = {});
  /// The size that a start without one has; `standard` for a server that never ran, or whose size is no more.
  std::string last_size(const std::string& user, const std::string& name) const;
  /// Asks it to end; killed when it has not in ten seconds.
  StopOutcome request_stop(const std::string& user, const std::string& name, const std::string& reason, const store::Origin& by);
  /// Forgets a named server that does not run; false when it does, or is unknown.
  bool forget(const std::string& user, const std::string& name);

  std::optional<ServerInfo> find(std::string_view user, std::string_view name) const;
  /// By name, those that do not run among them.
  std::vector<ServerInfo> list(std::string_view user) const;
  std::vector<ServerInfo> list_all() const;
  /// Moves the time of a server's last use on, never back.
  void note_activity(const std::string& user, const std::string& name, Timestamp time);

  /// A token and keys for a server's process; a token that an earlier one of the name had ends. Throws NO_SUCH_USER.
  ServerSecrets make_secrets(const std::string& user, const std::string& name, const store::Origin& by);

  const ServersOptions& options() const { return options_; }

 private:
  using Key = std::pair<std::string, std::string>;
  struct Server {
    ServerInfo info;
    std::chrono::steady_clock::time_point deadline;  ///< of a start or a stop
  };

  void adopt();
  void watch();
  /// One round; answers whether something is on its way and wants to be looked at soon.
  bool look_at_all();
  void look_at(const Key& key, const ServerInfo& info);
  void ended(const Key& key, std::string reason, bool failed);
  void add_progress(const Key& key, int percent, std::string message);
  /// Throws UNKNOWN_SERVER_SIZE.
  proc::ChildLimits limits_of(std::string_view size) const;
  std::filesystem::path log_of(const std::string& user, const std::string& name) const;

  store::Store& store_;
  access::Access& access_;
  const ServersOptions options_;
  std::string hub_url_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<Key, Server> servers_;
  bool stopping_ = false;
  std::thread watcher_;
};

}  // namespace lab::hub
