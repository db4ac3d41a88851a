#include "hub/servers.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "base/log.h"
#include "hub/conditions.h"
#include "hub/object_rights.h"
#include "hub/probe.h"

namespace lab::hub {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kStopPatience{10};
constexpr milliseconds kBusyRound{50}, kQuietRound{1000};
constexpr std::size_t kMostServerName = 64;

const store::Origin kByTheLab{.actor = "system", .protocol = "hub", .request = "watch"};

void check_server_name(const std::string& name) {
  const auto is_allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'; };
  if (name.size() > kMostServerName || !std::ranges::all_of(name, is_allowed) || name == "." || name == "..")
    throw Error(conditions::kInvalidServerName, {{"name", name}});
}

std::string time_text(seconds time) {
  if (time.count() % 3600 == 0) return std::to_string(time.count() / 3600) + " h";
  if (time.count() % 60 == 0) return std::to_string(time.count() / 60) + " min";
  return std::to_string(time.count()) + " s";
}

/// Why a server ended is most often its last line.
std::string last_line(const std::filesystem::path& log) {
  std::ifstream file(log);
  std::string line, last;
  while (std::getline(file, line))
    if (!line.empty()) last = line;
  return last.substr(0, 500);
}

}  // namespace

store::SchemaSpec hub_schema() {
  using store::ColumnType;
  return {.module = "hub",
          .version = 2,
          .tables = {{.name = "notebook_servers",
                      .kind = store::RowKind::State,
                      .columns = {{"user_name"}, {"name"}, {"pid", ColumnType::Integer}, {"process_start", ColumnType::Integer}, {"port", ColumnType::Integer}, {"started", ColumnType::Integer}},
                      .num_key_columns = 2},
                     {.name = "notebook_sizes", .kind = store::RowKind::State, .columns = {{"user_name"}, {"name"}, {"size"}}, .num_key_columns = 2}}};
}

Servers::Servers(store::Store& store, access::Access& access, ServersOptions options) : store_(store), access_(access), options_(std::move(options)) {}

Servers::~Servers() { stop(true); }

void Servers::begin(std::string hub_url) {
  hub_url_ = std::move(hub_url);
  withdraw_workshop_rights(access_, kByTheLab);
  adopt();
  watcher_ = std::thread([this] { watch(); });
}

void Servers::adopt() {
  store::Change gone(kByTheLab);
  bool has_gone = false;
  const auto now = store_.clock().now();
  for (const auto& row : store_.snapshot().scan_rows("notebook_servers")) {
    const Key key{store::as_text(row[0]), store::as_text(row[1])};
    Server server;
    server.info = {.user = key.first, .name = key.second, .state = ServerState::Starting, .port = static_cast<std::uint16_t>(store::as_integer(row[4])),
                   .child = {static_cast<pid_t>(store::as_integer(row[2])), static_cast<std::uint64_t>(store::as_integer(row[3]))},
                   .started = Timestamp(std::chrono::microseconds(store::as_integer(row[5]))), .last_activity = now, .size = last_size(key.first, key.second), .limits = {}, .progress = {{90, "Found running", false}}, .reason = {}};
    server.info.limits = limits_of(server.info.size);
    server.deadline = store_.clock().steady() + options_.start_timeout;
    if (proc::is_running(server.info.child)) {
      log::info("hub", "{}'s server {} runs on (process {})", key.first, key.second, server.info.child.pid);
      const std::lock_guard lock(mutex_);
      servers_[key] = std::move(server);
    } else {
      gone.erase_row("notebook_servers", {key.first, key.second});
      access_.delete_tokens(key.first, [client = server_client(key.first, key.second)](const access::TokenInfo& each) { return each.client == client; }, kByTheLab);
      has_gone = true;
    }
  }
  if (has_gone) store_.apply(std::move(gone));
}

void Servers::stop(bool keep) {
  {
    const std::lock_guard lock(mutex_);
    if (!keep)
      for (const auto& [key, server] : servers_)
        if (server.info.state != ServerState::Stopped) proc::signal_child(server.info.child, SIGTERM);
    stopping_ = true;
  }
  wake_.notify_all();
  if (watcher_.joinable()) watcher_.join();
}

std::filesystem::path Servers::log_of(const std::string& user, const std::string& name) const {
  return options_.run / "servers" / (escape_segment(user) + (name.empty() ? "" : "+" + name) + ".log");
}

ServerSecrets Servers::make_secrets(const std::string& user, const std::string& name, const store::Origin& by) {
  const std::string client = server_client(user, name);
  access_.delete_tokens(user, [&](const access::TokenInfo& each) { return each.client == client; }, by);
  access::TokenInfo token{.user = user, .purpose = access::TokenPurpose::Server};
  token.scopes = {"users:activity!user", "read:users!user", "access:servers!server=" + user + "/" + name, "apps!user", "spark"};
  token.note = "server " + server_prefix(user, name);
  token.client = client;
  return {access_.create_token(std::move(token), by).text, find_or_make_pair(access_, user, by)};
}

std::string Servers::last_size(const std::string& user, const std::string& name) const {
  const auto row = store_.snapshot().find_row("notebook_sizes", {user, name});
  const std::string size = row ? store::as_text((*row)[2]) : std::string(kStandardSize);
  return std::ranges::find(options_.sizes, size, &ServerSize::name) == options_.sizes.end() ? std::string(kStandardSize) : size;
}

proc::ChildLimits Servers::limits_of(std::string_view size) const {
  proc::ChildLimits limits = options_.limits;
  if (size == kStandardSize) return limits;
  const auto found = std::ranges::find(options_.sizes, size, &ServerSize::name);
  if (found == options_.sizes.end()) {
    std::string known(kStandardSize);
    for (const ServerSize& each : options_.sizes) known += ", " + each.name;
    throw Error(conditions::kUnknownSize, {{"size", std::string(size)}, {"known", known}});
  }
  limits.cores = found->cores;
  limits.memory_bytes = found->memory_bytes;
  return limits;
}

StartOutcome Servers::start(const std::string& user, const std::string& name, const store::Origin& by, const std::string& chosen_size) {
  check_server_name(name);
  const std::string size = chosen_size.empty() ? last_size(user, name) : chosen_size;
  const proc::ChildLimits limits = limits_of(size);
  const Key key{user, name};
  const auto now = store_.clock().now();
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = servers_.find(key); found != servers_.end()) {
      switch (found->second.info.state) {
        case ServerState::Starting: return StartOutcome::Pending;
        case ServerState::Ready: return StartOutcome::Running;
        case ServerState::Stopping: throw Error(conditions::kServerBusy, {{"name", server_prefix(user, name)}});
        case ServerState::Stopped: break;
      }
    } else if (!name.empty()) {
      const auto named = std::ranges::count_if(servers_, [&](const auto& each) { return each.first.first == user && !each.first.second.empty(); });
      if (static_cast<std::size_t>(named) >= options_.most_named_servers)
        throw Error(conditions::kTooManyServers, {{"user", user}, {"most", std::to_string(options_.most_named_servers)}});
    }
    Server server;
    server.info = {.user = user, .name = name, .state = ServerState::Starting, .port = 0, .child = {}, .started = now, .last_activity = now, .size = size, .limits = limits,
                   .progress = {{0, "Server requested", false}}, .reason = {}};
    server.deadline = store_.clock().steady() + options_.start_timeout;
    servers_[key] = std::move(server);
  }
  try {
    const auto single_user = options_.environment / "bin" / "jupyterhub-singleuser";
    if (::access(single_user.c_str(), X_OK) != 0) throw Error(conditions::kNoEnvironment, {{"path", options_.environment.string()}});
    prepare_home(options_, user);
    add_progress(key, 20, "The home folder is ready");
    const ServerSecrets secrets = make_secrets(user, name, by);
    const std::uint16_t port = free_port();
    proc::ChildOptions child;
    child.helper = options_.program;
    child.command = {single_user.string()};
    if (::geteuid() == 0) child.command.emplace_back("--allow-root");
    ServersOptions sized = options_;
    sized.limits = limits;
    child.environment = server_environment(sized, hub_url_, user, name, port, secrets);
    child.directory = home_of(options_, user);
    child.log = log_of(user, name);
    child.limits = limits;
    child.confinement = server_confinement(options_, user);
    std::error_code ignored;
    std::filesystem::remove(child.log, ignored);
    const proc::ChildId id = proc::start_child(child);
    store::Change change(by);
    change.put_row("notebook_servers", {user, name, std::int64_t{id.pid}, static_cast<std::int64_t>(id.started), std::int64_t{port}, now.time_since_epoch().count()});
    change.put_row("notebook_sizes", {user, name, size});
    store_.apply(std::move(change));
    {
      const std::lock_guard lock(mutex_);
      servers_[key].info.child = id;
      servers_[key].info.port = port;
    }
    add_progress(key, 50, "JupyterLab is starting");
  } catch (const std::exception& error) {
    const auto* known = dynamic_cast<const Error*>(&error);
    ended(key, known != nullptr ? known->message() : error.what(), true);
    throw;
  }
  wake_.notify_all();
  return StartOutcome::Started;
}

StopOutcome Servers::request_stop(const std::string& user, const std::string& name, const std::string& reason, const store::Origin& by) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = servers_.find({user, name});
    if (found == servers_.end() || found->second.info.state == ServerState::Stopped) return StopOutcome::NotRunning;
    ServerInfo& info = found->second.info;
    if (info.state == ServerState::Stopping) return StopOutcome::Stopping;
    // A start whose process is not there yet cannot be stopped; it will be in a moment.
    if (info.child.pid == 0) throw Error(conditions::kServerBusy, {{"name", server_prefix(user, name)}});
    info.state = ServerState::Stopping;
    info.reason = reason;
    found->second.deadline = store_.clock().steady() + kStopPatience;
    proc::signal_child(info.child, SIGTERM);
  }
  wake_.notify_all();
  log::info("hub", "stopping {}'s server {}: {} ({})", user, name, reason, by.actor);
  return StopOutcome::Stopping;
}

bool Servers::forget(const std::string& user, const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = servers_.find({user, name});
  if (found == servers_.end() || found->second.info.state != ServerState::Stopped) return false;
  servers_.erase(found);
  return true;
}

std::optional<ServerInfo> Servers::find(std::string_view user, std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = servers_.find({std::string(user), std::string(name)});
  return found == servers_.end() ? std::nullopt : std::optional(found->second.info);
}

std::vector<ServerInfo> Servers::list(std::string_view user) const {
  std::vector<ServerInfo> chosen;
  for (ServerInfo& info : list_all())
    if (info.user == user) chosen.push_back(std::move(info));
  return chosen;
}

std::vector<ServerInfo> Servers::list_all() const {
  const std::lock_guard lock(mutex_);
  std::vector<ServerInfo> all;
  for (const auto& [key, server] : servers_) all.push_back(server.info);
  return all;
}

void Servers::note_activity(const std::string& user, const std::string& name, Timestamp time) {
  const std::lock_guard lock(mutex_);
  if (const auto found = servers_.find({user, name}); found != servers_.end()) found->second.info.last_activity = std::max(found->second.info.last_activity, time);
}

void Servers::add_progress(const Key& key, int percent, std::string message) {
  const std::lock_guard lock(mutex_);
  servers_[key].info.progress.push_back({percent, std::move(message), false});
}

void Servers::ended(const Key& key, std::string reason, bool failed) {
  // Rows and tokens first: whoever sees the server stopped may start it anew.
  try {
    store::Change change(kByTheLab);
    change.erase_row("notebook_servers", {key.first, key.second});
    store_.apply(std::move(change));
    const std::string client = server_client(key.first, key.second);
    access_.delete_tokens(key.first, [&](const access::TokenInfo& each) { return each.client == client; }, kByTheLab);
  } catch (const std::exception& error) {
    log::error("hub", "what {}'s server {} left: {}", key.first, key.second, error.what());
  }
  log::info("hub", "{}'s server {} has ended: {}", key.first, key.second, reason);
  const std::lock_guard lock(mutex_);
  const auto found = servers_.find(key);
  if (found == servers_.end()) return;
  ServerInfo& info = found->second.info;
  info.state = ServerState::Stopped;
  info.child = {};
  info.port = 0;
  info.reason = std::move(reason);
  if (failed) info.progress.push_back({100, "The start failed: " + info.reason, true});
}

void Servers::watch() {
  for (;;) {
    bool is_busy = false;
    try {
      is_busy = look_at_all();
    } catch (const std::exception& error) {
      log::error("hub", "the watch over servers: {}", error.what());
    }
    std::unique_lock lock(mutex_);
    if (stopping_) return;
    wake_.wait_for(lock, is_busy ? kBusyRound : kQuietRound);
    if (stopping_) return;
  }
}

bool Servers::look_at_all() {
  bool is_busy = false;
  for (const ServerInfo& info : list_all()) {
    if (info.state == ServerState::Stopped || info.child.pid == 0) continue;
    look_at({info.user, info.name}, info);
    is_busy |= info.state != ServerState::Ready;
  }
  return is_busy;
}

void Servers::look_at(const Key& key, const ServerInfo& info) {
  const auto set_state = [&](ServerState from, ServerState to) {
    const std::lock_guard lock(mutex_);
    ServerInfo& now = servers_[key].info;
    if (now.state != from) return false;
    now.state = to;
    return true;
  };
  if (!proc::is_running(info.child)) {
    const bool was_wanted = info.state == ServerState::Stopping;
    ended(key, was_wanted ? info.reason : "its process has ended: " + last_line(log_of(info.user, info.name)), info.state == ServerState::Starting);
    return;
  }
  std::chrono::steady_clock::time_point deadline;
  {
    const std::lock_guard lock(mutex_);
    deadline = servers_[key].deadline;
  }
  const bool is_late = store_.clock().steady() > deadline;
  switch (info.state) {
    case ServerState::Starting:
      if (answers_http(info.port, server_prefix(info.user, info.name) + "api")) {
        add_progress(key, 100, "The server is ready");
        if (set_state(ServerState::Starting, ServerState::Ready)) note_activity(info.user, info.name, store_.clock().now());
      } else if (is_late) {
        proc::signal_child(info.child, SIGKILL);
        ended(key, "it did not answer in " + time_text(options_.start_timeout), true);
      }
      break;
    case ServerState::Stopping:
      if (is_late) proc::signal_child(info.child, SIGKILL);
      break;
    case ServerState::Ready:
      if (options_.cull_after.count() > 0 && store_.clock().now() - info.last_activity > options_.cull_after)
        request_stop(info.user, info.name, "nobody used it for " + time_text(options_.cull_after), kByTheLab);
      break;
    case ServerState::Stopped: break;
  }
}

}  // namespace lab::hub
