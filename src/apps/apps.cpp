#include "apps/apps.h"

#include <signal.h>

#include <algorithm>
#include <fstream>

#include "apps/conditions.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/log.h"
#include "hub/object_rights.h"
#include "hub/probe.h"

namespace lab::apps {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kStopPatience{10}, kHealthRound{15}, kLongestRest{60};
constexpr milliseconds kBusyRound{50}, kQuietRound{1000};
// An app that ran this long has begun well: its next failure is a first one.
constexpr seconds kGoodRun{60};
constexpr std::streamoff kMostLogRead = 256 << 10;

const store::Origin kByTheLab{.actor = "system", .protocol = "apps", .request = "watch"};

std::string client_of(const std::string& name) { return "app:" + name; }

seconds rest_after(unsigned failures) { return std::min(kLongestRest, seconds(1LL << std::min(failures - 1, 6U))); }

std::string span_text(seconds time) {
  if (time.count() % 3600 == 0) return std::to_string(time.count() / 3600) + " h";
  if (time.count() % 60 == 0) return std::to_string(time.count() / 60) + " min";
  return std::to_string(time.count()) + " s";
}

}  // namespace

std::string_view state_name(AppState state) {
  switch (state) {
    case AppState::Starting: return "starting";
    case AppState::Ready: return "running";
    case AppState::Stopping: return "stopping";
    case AppState::Stopped: break;
  }
  return "stopped";
}

Apps::Busy::Busy(Apps& apps, std::string name) : apps_(apps), name_(std::move(name)) {
  const std::lock_guard lock(apps_.mutex_);
  ++apps_.runs_[name_].busy;
}

Apps::Busy::~Busy() {
  const std::lock_guard lock(apps_.mutex_);
  Run& run = apps_.runs_[name_];
  --run.busy;
  run.status.last_activity = std::max(run.status.last_activity, apps_.store_.clock().now());
}

Apps::Apps(store::Store& store, access::Access& access, AppsOptions options) : store_(store), access_(access), options_(std::move(options)), registry_(store, access) {}

Apps::~Apps() { stop(true); }

void Apps::begin() {
  adopt();
  watcher_ = std::thread([this] { watch(); });
}

void Apps::adopt() {
  const auto now = store_.clock().now();
  const auto patience = store_.clock().steady() + options_.start_timeout;
  std::vector<std::pair<std::string, std::string>> gone;
  for (const auto& row : store_.snapshot().scan_rows("app_processes")) {
    const std::string& name = store::as_text(row[0]);
    Run run;
    run.owner = store::as_text(row[1]);
    run.deadline = patience;
    run.status = {.state = AppState::Starting, .is_healthy = false, .port = static_cast<std::uint16_t>(store::as_integer(row[4])), .secret = store::as_text(row[6]),
                  .child = {static_cast<pid_t>(store::as_integer(row[2])), static_cast<std::uint64_t>(store::as_integer(row[3]))},
                  .started = Timestamp(std::chrono::microseconds(store::as_integer(row[5]))), .last_activity = now, .progress = {{90, "Found running", false}}, .reason = {}, .has_failed = false};
    if (!proc::is_running(run.status.child)) {
      gone.emplace_back(name, run.owner);
      continue;
    }
    log::info("apps", "{} runs on (process {})", name, run.status.child.pid);
    const std::lock_guard lock(mutex_);
    runs_[name] = std::move(run);
  }
  for (const auto& [name, owner] : gone) delete_secrets(name, owner);
}

void Apps::stop(bool keep) {
  {
    const std::lock_guard lock(mutex_);
    if (!keep)
      for (const auto& [name, run] : runs_)
        if (run.status.state != AppState::Stopped) proc::signal_child(run.status.child, SIGTERM);
    stopping_ = true;
  }
  wake_.notify_all();
  if (watcher_.joinable()) watcher_.join();
}

void Apps::set_door(Door door) {
  const std::lock_guard lock(mutex_);
  door_ = door;
}

std::optional<Door> Apps::door() const {
  const std::lock_guard lock(mutex_);
  return door_;
}

App Apps::deploy(const Wish& wish, const store::Origin& by) {
  App app = registry_.deploy(settle_app(options_.people, wish), by);
  restart(app.name, by);
  return app;
}

void Apps::remove(const std::string& name, const store::Origin& by) {
  registry_.remove(name, by);
  request_stop(name, "removed by " + by.actor, by);
}

AppStatus Apps::visit(const std::string& name, const store::Origin& by) {
  const App app = registry_.get(name);
  {
    const std::lock_guard lock(mutex_);
    Run& run = runs_[name];
    if (run.status.state != AppState::Stopped || stopping_) return run.status;
    if (const auto rest = run.rests_until - store_.clock().steady(); rest.count() > 0)
      throw Error(conditions::kAppFailed, {{"name", name}, {"seconds", std::to_string(std::chrono::ceil<seconds>(rest).count())}});
    const auto now = store_.clock().now();
    run.status = {.state = AppState::Starting, .is_healthy = false, .port = 0, .secret = random_hex(16), .child = {}, .started = now, .last_activity = now,
                  .progress = {{0, "The app was asked for", false}}, .reason = {}, .has_failed = false};
    run.owner = app.owner;
    run.deadline = store_.clock().steady() + options_.start_timeout;
  }
  try {
    launch(app, by);
  } catch (const std::exception& error) {
    const auto* known = dynamic_cast<const Error*>(&error);
    proc::signal_child(status(name).child, SIGKILL);
    ended(name, known != nullptr ? known->message() : error.what(), true);
    throw;
  }
  wake_.notify_all();
  return status(name);
}

hub::ServerSecrets Apps::make_secrets(const App& app, const store::Origin& by) {
  const std::string client = client_of(app.name);
  access_.delete_tokens(app.owner, [&](const access::TokenInfo& each) { return each.client == client; }, by);
  access::TokenInfo token{.user = app.owner, .purpose = access::TokenPurpose::Server};
  token.scopes = {"spark"};
  token.note = "app " + app.name;
  token.client = client;
  return {access_.create_token(std::move(token), by).text, hub::find_or_make_pair(access_, app.owner, by)};
}

void Apps::launch(const App& app, const store::Origin& by) {
  const hub::ServersOptions& people = options_.people;
  const store::Origin by_lab{.actor = "system", .protocol = "apps", .request = "start for " + by.actor};
  hub::prepare_home(people, app.owner);
  const std::uint16_t port = hub::free_port();
  proc::ChildOptions child;
  child.helper = people.program;
  child.command = app_command(people, app, port);
  const std::string secret = status(app.name).secret;
  child.environment = app_environment(people, app, port, make_secrets(app, by_lab), secret);
  child.directory = app.folder;
  child.log = log_of(app.name);
  child.limits = people.limits;
  child.confinement = hub::server_confinement(people, app.owner);
  std::filesystem::create_directories(child.log.parent_path());
  std::error_code ignored;
  std::filesystem::remove(child.log, ignored);
  add_progress(app.name, 20, "Its folder and its keys are ready");
  const proc::ChildId id = proc::start_child(child);
  store::Change change(by_lab);
  change.put_row("app_processes", {app.name, app.owner, std::int64_t{id.pid}, static_cast<std::int64_t>(id.started), std::int64_t{port}, store_.clock().now().time_since_epoch().count(), secret});
  access_.audit().add_to(change, {.user = by.actor, .credential = by.credential, .protocol = "apps", .action = "StartApp", .object = app.name});
  {
    const std::lock_guard lock(mutex_);
    AppStatus& status = runs_[app.name].status;
    status.child = id;
    status.port = port;
    status.progress.push_back({50, "Its process runs; waiting until it answers", false});
    // Somebody may have asked for its end while it was being made.
    if (status.state == AppState::Stopping) proc::signal_child(id, SIGTERM);
  }
  store_.apply(std::move(change));
  log::info("apps", "{} of {} starts for {} (process {}, port {})", app.name, app.owner, by.actor, id.pid, port);
}

void Apps::request_stop(const std::string& name, const std::string& reason, const store::Origin& by) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = runs_.find(name);
    if (found == runs_.end() || found->second.status.state == AppState::Stopped || found->second.status.state == AppState::Stopping) return;
    AppStatus& status = found->second.status;
    status.state = AppState::Stopping;
    status.reason = reason;
    found->second.deadline = store_.clock().steady() + kStopPatience;
    proc::signal_child(status.child, SIGTERM);
  }
  wake_.notify_all();
  log::info("apps", "stopping {}: {} ({})", name, reason, by.actor);
}

void Apps::restart(const std::string& name, const store::Origin& by) {
  request_stop(name, "begun anew by " + by.actor, by);
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(name);
  if (found == runs_.end()) return;
  found->second.failures = 0;
  found->second.rests_until = {};
}

AppStatus Apps::status(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(name);
  return found == runs_.end() ? AppStatus{} : found->second.status;
}

void Apps::note_activity(const std::string& name) {
  const auto now = store_.clock().now();
  const std::lock_guard lock(mutex_);
  if (const auto found = runs_.find(name); found != runs_.end()) found->second.status.last_activity = std::max(found->second.status.last_activity, now);
}

std::filesystem::path Apps::log_of(const std::string& name) const { return options_.people.run / "apps" / (name + ".log"); }

std::vector<std::string> Apps::last_lines(const std::string& name, std::size_t most) const {
  std::ifstream file(log_of(name), std::ios::binary | std::ios::ate);
  std::vector<std::string> lines;
  if (!file) return lines;
  const std::streamoff size = file.tellg(), begin = std::max<std::streamoff>(0, size - kMostLogRead);
  file.seekg(begin);
  std::string line;
  // The first line may be the rest of one.
  if (begin > 0) std::getline(file, line);
  while (std::getline(file, line)) lines.push_back(line);
  if (lines.size() > most) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(most));
  return lines;
}

void Apps::add_progress(const std::string& name, int percent, std::string message) {
  const std::lock_guard lock(mutex_);
  runs_[name].status.progress.push_back({percent, std::move(message), false});
}

bool Apps::set_state(const std::string& name, AppState from, AppState to) {
  const std::lock_guard lock(mutex_);
  AppStatus& status = runs_[name].status;
  if (status.state != from) return false;
  status.state = to;
  return true;
}

void Apps::delete_secrets(const std::string& name, const std::string& owner) {
  try {
    store::Change change(kByTheLab);
    change.erase_row("app_processes", {name});
    store_.apply(std::move(change));
    access_.delete_tokens(owner, [client = client_of(name)](const access::TokenInfo& each) { return each.client == client; }, kByTheLab);
  } catch (const std::exception& error) {
    log::error("apps", "what {} left: {}", name, error.what());
  }
}

void Apps::ended(const std::string& name, std::string reason, bool failed) {
  std::string owner;
  {
    const std::lock_guard lock(mutex_);
    owner = runs_[name].owner;
  }
  // Rows and tokens first: whoever sees the app stopped may start it anew.
  delete_secrets(name, owner);
  log::info("apps", "{} has ended: {}", name, reason);
  const std::lock_guard lock(mutex_);
  Run& run = runs_[name];
  AppStatus& status = run.status;
  if (failed) {
    if (store_.clock().now() - status.started > kGoodRun) run.failures = 0;
    ++run.failures;
    run.rests_until = store_.clock().steady() + rest_after(run.failures);
    status.progress.push_back({100, "The app has ended unexpectedly", true});
  }
  status.state = AppState::Stopped;
  status.is_healthy = false;
  status.child = {};
  status.port = 0;
  status.has_failed = failed;
  status.reason = std::move(reason);
}

void Apps::watch() {
  for (;;) {
    bool is_busy = false;
    try {
      is_busy = look_at_all();
    } catch (const std::exception& error) {
      log::error("apps", "the watch over apps: {}", error.what());
    }
    std::unique_lock lock(mutex_);
    if (stopping_) return;
    wake_.wait_for(lock, is_busy ? kBusyRound : kQuietRound);
    if (stopping_) return;
  }
}

bool Apps::look_at_all() {
  std::map<std::string, Run, std::less<>> runs;
  {
    const std::lock_guard lock(mutex_);
    runs = runs_;
  }
  bool is_busy = false;
  for (const auto& [name, run] : runs) {
    if (run.status.state == AppState::Stopped || run.status.child.pid == 0) continue;
    look_at(name, run);
    is_busy |= run.status.state != AppState::Ready;
  }
  return is_busy;
}

void Apps::look_at(const std::string& name, const Run& run) {
  const AppStatus& status = run.status;
  if (!proc::is_running(status.child)) {
    const AppStatus last = this->status(name);
    const auto lines = last_lines(name, 1);
    ended(name, !last.reason.empty() ? last.reason : "its process has ended" + (lines.empty() ? "" : ": " + lines.back().substr(0, 500)), last.state != AppState::Stopping);
    return;
  }
  const auto now = store_.clock().steady();
  const auto app = registry_.find(name);
  const auto answers_well = [&] {
    const auto check = health_check(*app);
    const int code = hub::ask_http_status(status.port, check.path);
    return check.takes_any_answer ? code != 0 : code >= 200 && code < 400;
  };
  switch (status.state) {
    case AppState::Starting:
      if (app && answers_well()) {
        add_progress(name, 100, "The app is ready");
        note_activity(name);
        {
          const std::lock_guard lock(mutex_);
          runs_[name].status.is_healthy = true;
          runs_[name].next_look = now + kHealthRound;
        }
        set_state(name, AppState::Starting, AppState::Ready);
      } else if (now > run.deadline) {
        // The next round takes its end in, with this reason.
        proc::signal_child(status.child, SIGKILL);
        const std::lock_guard lock(mutex_);
        runs_[name].status.reason = "it did not answer in " + span_text(options_.start_timeout);
      }
      break;
    case AppState::Stopping:
      if (now > run.deadline) proc::signal_child(status.child, SIGKILL);
      break;
    case AppState::Ready:
      if (!app || !access_.find_user(app->owner)) {
        request_stop(name, "it or its owner was removed", kByTheLab);
      } else if (options_.idle_after.count() > 0 && run.busy == 0 && store_.clock().now() - status.last_activity > options_.idle_after) {
        request_stop(name, "nobody used it for " + span_text(options_.idle_after), kByTheLab);
      } else if (now > run.next_look) {
        const bool is_healthy = answers_well();
        const std::lock_guard lock(mutex_);
        runs_[name].status.is_healthy = is_healthy;
        runs_[name].next_look = now + kHealthRound;
      }
      break;
    case AppState::Stopped: break;
  }
}

}  // namespace lab::apps
