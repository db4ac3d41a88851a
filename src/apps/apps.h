#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "access/access.h"
#include "apps/command.h"
#include "apps/registry.h"
#include "hub/servers.h"
#include "proc/child.h"
#include "store/store.h"

namespace lab::apps {

struct AppsOptions {
  hub::ServersOptions people;  ///< homes, environment, addresses and limits of apps' processes
  std::chrono::seconds idle_after = std::chrono::minutes(30);  ///< zero: never
  std::chrono::seconds start_timeout = std::chrono::minutes(2);
};

enum class AppState { Stopped, Starting, Ready, Stopping };
/// `stopped`, `starting`, `running`, `stopping`.
std::string_view state_name(AppState state);

/// How an app is now.
struct AppStatus {
  AppState state = AppState::Stopped;
  bool is_healthy = false;  ///< while it runs: as it last answered
  std::uint16_t port = 0;
  std::string secret;       ///< what the door shows the app's process
  proc::ChildId child;
  Timestamp started, last_activity;
  std::vector<hub::ProgressEvent> progress;  ///< of the last start
  std::string reason;       ///< why it stopped or failed, for its owner; empty while it runs
  bool has_failed = false;  ///< nobody wanted its end
};

/// Where visitors find apps, for links to it.
struct Door {
  std::uint16_t port = 0;
  bool has_tls = false;
};

/// What the door is as a client of the hub's OAuth, and where a browser comes back to it.
inline constexpr const char* kDoorClient = "dflab-apps";
inline constexpr const char* kDoorCallback = "/.dflab/callback";

/// Runs what the registry holds. Thread-safe; visit() and what changes something block for disk.
class Apps {
 public:
  /// What it is given must outlive it.
  Apps(store::Store& store, access::Access& access, AppsOptions options);
  ~Apps();

  /// Begins to watch; finds those that still run.
  void begin();
  /// Ends the watch and, unless `keep`, all apps; does not wait for their end. May be called twice.
  void stop(bool keep);

  Registry& registry() { return registry_; }
  const Registry& registry() const { return registry_; }
  const AppsOptions& options() const { return options_; }
  void set_door(Door door);
  /// Absent while no door is open.
  std::optional<Door> door() const;

  /// Deploys; an app that runs as it was deployed before is ended, and begins anew with its next visitor. Throws what settle_app() and Registry::deploy() do.
  App deploy(const Wish& wish, const store::Origin& by);
  /// Throws NO_SUCH_APP.
  void remove(const std::string& name, const store::Origin& by);

  /// How it is, having started it when it does not run: ask again until it is ready. Throws NO_SUCH_APP, APP_FAILED while a failed one rests, and once, to
  /// whoever began it, why a start failed.
  AppStatus visit(const std::string& name, const store::Origin& by);
  /// Asks a running one to end; killed when it has not in ten seconds. The next visit starts it.
  void request_stop(const std::string& name, const std::string& reason, const store::Origin& by);
  /// Ends it when it runs, and takes away the rest after a failure.
  void restart(const std::string& name, const store::Origin& by);
  /// An app that was never started is stopped.
  AppStatus status(std::string_view name) const;
  void note_activity(const std::string& name);
  /// The end of what its process wrote in this start or the last one.
  std::vector<std::string> last_lines(const std::string& name, std::size_t most) const;

  /// Keeps an app from being idle while it lives: a request is under way.
  class Busy {
   public:
    Busy(Apps& apps, std::string name);
    ~Busy();
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;

   private:
    Apps& apps_;
    const std::string name_;
  };

 private:
  struct Run {
    AppStatus status;
    std::string owner;  ///< whose process it is
    std::chrono::steady_clock::time_point deadline;   ///< of a start or a stop
    std::chrono::steady_clock::time_point next_look;  ///< at the health of a running one
    std::chrono::steady_clock::time_point rests_until;
    unsigned failures = 0;  ///< in a row
    std::size_t busy = 0;   ///< requests under way
  };

  void adopt();
  void launch(const App& app, const store::Origin& by);
  hub::ServerSecrets make_secrets(const App& app, const store::Origin& by);
  void delete_secrets(const std::string& name, const std::string& owner);
  void watch();
  /// One round; answers whether something is on its way and wants to be looked at soon.
  bool look_at_all();
  void look_at(const std::string& name, const Run& run);
  void ended(const std::string& name, std::string reason, bool failed);
  void add_progress(const std::string& name, int percent, std::string message);
  bool set_state(const std::string& name, AppState from, AppState to);
  std::filesystem::path log_of(const std::string& name) const;

  store::Store& store_;
  access::Access& access_;
  const AppsOptions options_;
  Registry registry_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, Run, std::less<>> runs_;
  std::optional<Door> door_;
  bool stopping_ = false;
  std::thread watcher_;
};

}  // namespace lab::apps
