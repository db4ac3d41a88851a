#include "app/lab.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <optional>
#include <thread>
#include <unistd.h>

#include "app/conditions.h"
#include "app/door_settings.h"
#include "app/notebook_environment.h"
#include "app/port_owner.h"
#include "apps/apps.h"
#include "base/clock.h"
#include "base/disk.h"
#include "base/fair_queue.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/pool.h"
#include "catalog/catalog.h"
#include "catalog/location.h"
#include "commands/statement.h"
#include "engine/engine.h"
#include "hub/authorizations.h"
#include "hub/servers.h"
#include "hub/token_server.h"
#include "net/http_server.h"
#include "net/io_runtime.h"
#include "net/tls.h"
#include "remote/s3/stores.h"
#include "session/session.h"
#include "store/store.h"
#include "wire/apps/door.h"
#include "wire/hub/server.h"
#include "wire/hub/token_door.h"
#include "wire/s3/bucket_settings.h"
#include "wire/s3/server.h"
#include "wire/spark/server.h"
#include "wire/status/status_pages.h"

namespace lab::app {
namespace {

bool is_loopback(const std::string& address) { return address.starts_with("127.") || address == "::1" || address == "localhost"; }

store::StoreOptions store_options(const Settings& settings) {
  store::StoreOptions options;
  options.schemas = {access::access_schema(), catalog::catalog_schema(), s3::s3_schema(), hub::hub_schema(), apps::apps_schema()};
  options.keep_history = std::chrono::seconds(settings.seconds("history.keep"));
  options.on_failure = [](const std::string& reason) {
    log::error("app", "the store stopped, and so does the lab: {}", reason);
    log::flush();
    std::_Exit(70);
  };
  return options;
}

access::AuditLimits audit_limits(const Settings& settings) {
  access::AuditLimits limits;
  limits.keep = std::chrono::seconds(settings.seconds("audit.keep"));
  return limits;
}

/// What this process may use: the machine's memory, or less in a container.
std::uint64_t machine_memory() {
  const auto physical = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGE_SIZE));
  std::ifstream limit("/sys/fs/cgroup/memory.max");
  std::uint64_t bytes = 0;
  return limit >> bytes && bytes > 0 ? std::min(physical, bytes) : physical;  // "max" is no number
}

exec::MemoryLimits memory_limits(const Settings& settings) {
  exec::MemoryLimits limits;
  limits.per_session = static_cast<std::uint64_t>(settings.bytes("spark.memory"));
  limits.total = static_cast<std::uint64_t>(settings.bytes("spark.memory_total"));
  if (limits.per_session == 0) limits.per_session = machine_memory() / 2;
  if (limits.total == 0) limits.total = std::max(machine_memory() / 10 * 7, limits.per_session);
  limits.least = std::min(limits.least, limits.per_session);
  return limits;
}

/// Statements beyond what the memory can hold wait; so do those of somebody who runs many already.
FairLimits statement_limits(const exec::MemoryLimits& memory, std::size_t num_threads) {
  FairLimits limits;
  limits.max_running = std::clamp<std::size_t>(memory.total / memory.least, 2, num_threads - num_threads / 8);
  limits.max_per_owner = std::max<std::size_t>(1, limits.max_running - limits.max_running / 4);
  return limits;
}

engine::InstanceOptions engine_options(const Settings& settings) {
  engine::InstanceOptions options;
  const auto cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  options.threads = settings.number("spark.threads") > 0 ? static_cast<int>(settings.number("spark.threads")) : cores;
  options.memory_limit_bytes = memory_limits(settings).per_session;
  options.spill_directory = std::filesystem::path(settings.text("data")) / "spill";
  return options;
}

struct TlsFiles {
  std::filesystem::path certificate, key;
};

/// The files of a role that speaks TLS. Throws when one is named without the other, or cannot be read.
std::optional<TlsFiles> find_tls(const Settings& settings, const std::string& role) {
  const std::string certificate = settings.text(role + ".tls_certificate"), key = settings.text(role + ".tls_key");
  if (certificate.empty() && key.empty()) return std::nullopt;
  for (const auto& [name, path] : {std::pair(role + ".tls_certificate", certificate), std::pair(role + ".tls_key", key)})
    if (path.empty() || !std::ifstream(path))
      throw Error(conditions::kInvalidSetting, {{"key", name}, {"value", path}, {"reason", path.empty() ? "certificate and key go together" : "the file cannot be read"}});
  return TlsFiles{certificate, key};
}

/// Workshop keys are known to everybody: they are for this machine only.
void check_exposure(const Settings& settings, const std::vector<const RoleRow*>& roles) {
  for (const RoleRow* role : roles) {
    const std::string address = std::string(role->key) + ".address";
    if (settings.text(address) != "embedded")
      throw Error(conditions::kInvalidSetting, {{"key", address}, {"value", settings.text(address)}, {"reason", "only `embedded` is built yet"}});
    const std::string key = std::string(role->key) + ".listen";
    const bool has_tls = find_tls(settings, std::string(role->key)).has_value();
    if (is_loopback(settings.text(key)) || (has_tls && settings.text("profile") != "workshop")) continue;
    throw Error(conditions::kNotLoopback,
                {{"key", key}, {"value", settings.text(key)},
                 {"reason", settings.text("profile") == "workshop" ? "the workshop profile listens on loopback only" : "without TLS (" + std::string(role->key) + ".tls_certificate and .tls_key) the lab listens on loopback only"}});
  }
}

/// What notebook servers are given, but for what only a running lab knows.
hub::ServersOptions notebook_options(const Settings& settings) {
  const std::filesystem::path data = settings.text("data");
  hub::ServersOptions options;
  options.program = std::filesystem::read_symlink("/proc/self/exe");
  options.environment = notebook_environment(settings);
  options.examples = settings.text("hub.examples").empty() ? options.environment / "share" / "dflab" / "examples" : std::filesystem::path(settings.text("hub.examples"));
  options.jupyter = notebook_additions(settings);
  options.variables.insert({{"DFLAB_VERSIONS_KEEP", std::to_string(settings.seconds("hub.versions_keep"))}, {"DFLAB_VERSIONS_SPACE", std::to_string(settings.bytes("hub.versions_space"))}});
  options.homes = settings.text("hub.homes").empty() ? data / "homes" : std::filesystem::path(settings.text("hub.homes"));
  options.shared = data / "shared";
  options.run = data / "run";
  options.limits = {.memory_bytes = static_cast<std::uint64_t>(settings.bytes("hub.memory")), .file_bytes = static_cast<std::uint64_t>(settings.bytes("hub.file_size")),
                    .cores = static_cast<unsigned>(settings.number("hub.cores"))};
  const auto sizes = hub::parse_server_sizes(settings.text("hub.sizes"));
  if (!sizes) throw Error(conditions::kInvalidSetting, {{"key", "hub.sizes"}, {"value", settings.text("hub.sizes")}, {"reason", "it is a list of NAME=CORES/MEMORY like small=1/2GiB, separated by commas"}});
  options.sizes = *sizes;
  options.start_timeout = std::chrono::seconds(settings.seconds("hub.start_timeout"));
  options.cull_after = std::chrono::seconds(settings.seconds("hub.cull_after"));
  return options;
}

/// What apps are given: what notebooks of their owners have, with limits of their own.
apps::AppsOptions apps_options(const Settings& settings, hub::ServersOptions people) {
  apps::AppsOptions options;
  options.people = std::move(people);
  if (!settings.text("apps.environment").empty()) options.people.environment = settings.text("apps.environment");
  options.people.limits.memory_bytes = static_cast<std::uint64_t>(settings.bytes("apps.memory"));
  options.people.limits.cores = static_cast<unsigned>(settings.number("apps.cores"));
  options.idle_after = std::chrono::seconds(settings.seconds("apps.idle_after"));
  options.start_timeout = std::chrono::seconds(settings.seconds("apps.start_timeout"));
  return options;
}

/// The data folder and people's homes are closed to queries by path, but for one's own home and the shared folders.
catalog::FenceOf fences(const Settings& settings) {
  return [people = notebook_options(settings), data = std::filesystem::path(settings.text("data"))](const std::string& user) {
    return std::make_shared<const catalog::LocalFence>(std::vector{data, people.homes}, std::vector{hub::home_of(people, user), people.shared});
  };
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> items;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    if (end > at) items.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return items;
}

/// Says who has the port, and offers the next free one.
template <typename Start>
void start_on(const Settings& settings, const std::string& key, const std::string& role, Start start) {
  try {
    start();
  } catch (const Error& error) {
    if (error.condition().name != "ADDRESS_IN_USE") throw;
    const std::uint16_t port = settings.port(key);
    throw Error(conditions::kPortTaken, {{"port", std::to_string(port)}, {"role", role}, {"key", key}, {"owner", describe_port_owner(port)}, {"next", std::to_string(next_free_port(port))}});
  }
}

/// Copies of remote files lie where staged ones do: the next start empties it.
class StoreStage final : public remote::s3::Stage {
 public:
  explicit StoreStage(store::Store& store) : store_(store) {}
  Disk& disk() override { return store_.disk(); }
  std::filesystem::path make_path(const std::string& suffix) override { return store_.stage_path(suffix); }
  void discard(const std::filesystem::path& path) override { store_.discard_stage(path); }

 private:
  store::Store& store_;
};

/// A quarter of what is free, at most 16 GiB: whole remote files kept for their next reader.
std::uint64_t kept_copies_bytes(Disk& disk, const std::filesystem::path& data) {
  return std::min<std::uint64_t>(16ULL << 30U, disk.space(data).available / 4);
}

class EmbeddedLab final : public Lab {
 public:
  EmbeddedLab(const Settings& settings, const std::vector<const RoleRow*>& roles)
      : data_(settings.text("data")),
        store_((make_folders(disk_, data_), store::Store::open(data_, store_options(settings), disk_, clock_))),
        access_(access::Access::open(*store_, settings.text("profile") == "workshop" ? access::Profile::Workshop : access::Profile::Secure, audit_limits(settings))),
        storage_("storage", 64, 4096),
        statements_("statements", 64, 4096),
        runtime_(2) {
    for (const RoleRow* role : roles) {
      if (role->key == "objects") start_objects(settings);
      if (role->key == "spark") start_spark(settings);
      if (role->key == "hub") start_hub(settings);
      if (role->key == "apps") start_apps(settings);
    }
  }

  const std::vector<RunningRole>& roles() const override { return roles_; }
  std::vector<access::FirstSecret> take_first_secrets() override { return access_->take_first_secrets(); }
  const access::Access& access() const override { return *access_; }

  std::string make_log_in_link() override {
    if (!hub_ || access_->profile() == access::Profile::Workshop) return {};
    std::string admin;
    for (const access::UserInfo& user : access_->list_users()) {
      if (!user.is_admin) continue;
      if (access_->has_password(user.name)) return {};
      if (admin.empty()) admin = user.name;
    }
    access::TokenInfo link{.user = admin, .purpose = access::TokenPurpose::Link};
    link.note = "first log-in";
    link.expires = clock_.now() + std::chrono::hours(24);
    const auto made = access_->create_token(std::move(link), {.actor = "system", .protocol = "start", .request = "log-in link"});
    return hub_url_ + "/hub/login?link=" + made.text;
  }

  void stop() override {
    if (apps_door_) apps_door_->stop();
    if (hub_) hub_->stop();
    if (apps_) apps_->stop(false);
    if (token_server_) token_server_->stop();
    if (token_door_) token_door_->stop();
    if (servers_) servers_->stop(keeps_servers_);
    if (pages_) pages_->stop();
    if (spark_) spark_->stop();
    if (objects_) objects_->stop(std::chrono::milliseconds(500));
    flush_audit();
    store_->stop();
  }

 private:
  /// What was counted only; a store that has failed has no place for it.
  void flush_audit() {
    try {
      access_->audit().flush();
    } catch (const Error& error) {
      log::warning("app", "the last lines of the audit trail are lost: {}", error.message());
    }
  }

  void start_objects(const Settings& settings) {
    s3::S3Options options;
    options.address = settings.text("objects.listen");
    options.port = settings.port("objects.port");
    options.console_port = settings.port_out_of_the_way("objects.console_port");
    options.lifecycle_day = std::chrono::seconds(settings.seconds("objects.lifecycle_day"));
    options.log_interval = std::chrono::seconds(settings.seconds("objects.log_interval"));
    options.domain = settings.text("objects.domain");
    const auto webhooks = s3::parse_webhooks(settings.text("objects.webhooks"));
    if (!webhooks)
      throw Error(conditions::kInvalidSetting, {{"key", "objects.webhooks"}, {"value", settings.text("objects.webhooks")}, {"reason", "it is a list of NAME=http://HOST/PATH, separated by commas"}});
    options.webhooks = *webhooks;
    const auto tls = find_tls(settings, "objects");
    objects_ = std::make_unique<s3::S3Server>(runtime_, storage_, *store_, *access_, options, tls ? net::TlsContext::load(tls->certificate, tls->key) : nullptr);
    start_on(settings, "objects.port", "objects", [&] { objects_->start(); });
    roles_.push_back({"objects", (tls ? "https://" : "http://") + options.address + ":" + std::to_string(objects_->port()), objects_->port()});
    start_on(settings, "objects.console_port", "the admin page of objects", [&] { objects_->start_console(); });
    roles_.push_back({"objects.console", (tls ? "https://" : "http://") + options.address + ":" + std::to_string(objects_->console_port()), objects_->console_port()});
  }

  void start_spark(const Settings& settings) {
    engine::check_library_version();
    catalog_ = std::make_unique<catalog::Catalog>(*store_);
    access_->grants().know_securables([catalog = catalog_.get()](const access::Securable& securable) {
      return securable.is_schema() ? catalog->find_database(securable.schema).has_value() : catalog->find_table(securable.schema, securable.table).has_value();
    });
    stage_ = std::make_unique<StoreStage>(*store_);
    remotes_ = remote::s3::create_stores(*stage_, clock_, {.max_kept_bytes = kept_copies_bytes(disk_, data_)});
    const catalog::OwnEndpoint own{settings.text("objects.listen"), objects_ ? static_cast<std::uint16_t>(objects_->port()) : settings.port("objects.port")};
    places_ = std::make_unique<catalog::Places>(*store_, disk_, clock_, remotes_.get(), own, fences(settings));
    world_ = std::make_unique<commands::World>(commands::World{*store_, *catalog_, *places_, clock_, *access_});
    ledger_ = std::make_unique<exec::MemoryLedger>(memory_limits(settings));
    admission_ = std::make_unique<FairQueue>(statements_, statement_limits(ledger_->limits(), statements_.num_threads()));
    // What an earlier run left behind; nothing in it is ever read again.
    std::filesystem::remove_all(engine_options(settings).spill_directory);
    make_folders(disk_, engine_options(settings).spill_directory);
    sessions_ = session::SessionManager::create(*world_, engine_options(settings), *ledger_);
    wire::spark::ServerOptions options;
    options.listen = settings.text("spark.listen");
    options.port = settings.port("spark.port");
    options.session_timeout = std::chrono::seconds(settings.seconds("spark.session_timeout"));
    const auto tls = find_tls(settings, "spark");
    if (tls) {
      // gRPC would only say that it cannot listen.
      net::TlsContext::load(tls->certificate, tls->key);
      options.certificate_pem = read_file(disk_, tls->certificate);
      options.key_pem = read_file(disk_, tls->key);
    }
    start_on(settings, "spark.port", "spark", [&] { spark_ = wire::spark::SparkServer::start(options, *sessions_, *access_, statements_, *admission_); });
    roles_.push_back({"spark", "sc://" + options.listen + ":" + std::to_string(spark_->port()) + (tls ? "/;use_ssl=true" : ""), static_cast<std::uint16_t>(spark_->port())});
    wire::status::StatusOptions pages;
    // Plain HTTP, and it shows what everybody runs: it stays on this machine.
    pages.address = is_loopback(options.listen) ? options.listen : "127.0.0.1";
    pages.port = settings.port("spark.ui_port");
    pages_ = std::make_unique<wire::status::StatusPages>(runtime_, storage_, *sessions_, pages);
    start_on(settings, "spark.ui_port", "the page of queries", [&] { pages_->start(); });
    roles_.push_back({"spark.ui", "http://" + pages.address + ":" + std::to_string(pages_->port()), pages_->port()});
  }

  void start_hub(const Settings& settings) {
    hub::ServersOptions people = notebook_options(settings);
    if (objects_) people.objects_url = (settings.text("objects.tls_certificate").empty() ? "http://localhost:" : "https://localhost:") + std::to_string(objects_->port());
    if (spark_) people.spark_address = "localhost:" + std::to_string(spark_->port());
    if (find_tls(settings, "spark")) people.spark_parameters = "use_ssl=true";
    keeps_servers_ = settings.text("hub.keep_servers") == "true";
    apps_ = std::make_unique<apps::Apps>(*store_, *access_, apps_options(settings, people));
    apps_->begin();
    authorizations_ = std::make_unique<hub::Authorizations>(clock_);
    servers_ = std::make_unique<hub::Servers>(*store_, *access_, std::move(people));

    wire::hub::HubOptions options;
    options.address = settings.text("hub.listen");
    options.port = settings.port_out_of_the_way("hub.port");
    options.is_workshop = access_->profile() == access::Profile::Workshop;
    options.hosts = split_list(settings.text("hub.hosts"));
    options.roles = [this] { return role_lines(); };
    read_door_settings(settings, options);
    const auto tls = find_tls(settings, "hub");
    hub_ = std::make_unique<wire::hub::HubServer>(runtime_, storage_, *access_, *servers_, *apps_, *authorizations_, clock_, options, tls ? net::TlsContext::load(tls->certificate, tls->key) : nullptr);
    start_on(settings, "hub.port", "hub", [&] { hub_->start(); });
    const std::string scheme = tls ? "https://" : "http://", port = std::to_string(hub_->port());
    hub_url_ = scheme + (is_loopback(options.address) ? "localhost" : options.address) + ":" + port;
    {
      const std::lock_guard lock(roles_mutex_);
      roles_.push_back({"hub", hub_url_, hub_->port()});
    }
    servers_->begin(scheme + "127.0.0.1:" + port);
    start_token_server(settings);
  }

  /// Behind the hub, which logs its visitors in.
  void start_apps(const Settings& settings) {
    wire::apps::DoorOptions options;
    options.address = settings.text("apps.listen");
    options.port = settings.port_out_of_the_way("apps.port");
    options.hosts = split_list(settings.text("hub.hosts"));
    options.hub_port = hub_->port();
    options.hub_has_tls = hub_url_.starts_with("https://");
    const auto tls = find_tls(settings, "apps");
    apps_door_ = std::make_unique<wire::apps::AppsDoor>(runtime_, storage_, *access_, *apps_, *authorizations_, clock_, options, tls ? net::TlsContext::load(tls->certificate, tls->key) : nullptr);
    start_on(settings, "apps.port", "apps", [&] { apps_door_->start(); });
    apps_->set_door({.port = apps_door_->port(), .has_tls = tls.has_value()});
    const std::lock_guard lock(roles_mutex_);
    roles_.push_back({"apps", (tls ? "https://" : "http://") + (is_loopback(options.address) ? "localhost" : options.address) + ":" + std::to_string(apps_door_->port()), apps_door_->port()});
  }

  /// Its token is of this start alone, and shown by it. In the workshop there is none.
  void start_token_server(const Settings& settings) {
    constexpr int kTokenBytes = 24;
    const auto users = access_->list_users();
    const auto admin = std::ranges::find_if(users, &access::UserInfo::is_admin);
    if (admin == users.end()) return;
    const std::string token = access_->profile() == access::Profile::Workshop ? "" : random_hex(kTokenBytes), address = "127.0.0.1";
    token_server_ = std::make_unique<hub::TokenServer>(*servers_, clock_, admin->name, token);
    token_door_ = std::make_unique<wire::hub::TokenDoor>(runtime_, storage_, *token_server_, address, settings.port_out_of_the_way("hub.token_port"));
    start_on(settings, "hub.token_port", "the token server", [&] { token_door_->start(); });
    token_server_->begin();
    const std::lock_guard lock(roles_mutex_);
    roles_.push_back({"hub.token", "http://" + address + ":" + std::to_string(token_door_->port()) + "/lab" + (token.empty() ? "" : "?token=" + token), token_door_->port()});
  }

  std::vector<wire::hub::RoleLine> role_lines() const {
    const std::lock_guard lock(roles_mutex_);
    std::vector<wire::hub::RoleLine> lines;
    for (const RoleRow& row : all_roles()) {
      if (!row.is_built) continue;
      const auto found = std::ranges::find(roles_, std::string(row.key), &RunningRole::key);
      lines.push_back({std::string(row.key), std::string(row.protocol), found == roles_.end() ? "" : found->url, found != roles_.end()});
    }
    return lines;
  }

  RealDisk disk_;
  SystemClock clock_;
  const std::filesystem::path data_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<access::Access> access_;
  ThreadPool storage_, statements_;
  net::IoRuntime runtime_;
  std::unique_ptr<s3::S3Server> objects_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<StoreStage> stage_;
  std::unique_ptr<RemoteStores> remotes_;
  std::unique_ptr<catalog::Places> places_;
  std::unique_ptr<commands::World> world_;
  std::unique_ptr<exec::MemoryLedger> ledger_;
  std::unique_ptr<FairQueue> admission_;
  std::unique_ptr<session::SessionManager> sessions_;
  std::unique_ptr<wire::spark::SparkServer> spark_;
  std::unique_ptr<wire::status::StatusPages> pages_;
  std::unique_ptr<hub::Servers> servers_;
  std::unique_ptr<apps::Apps> apps_;
  std::unique_ptr<hub::Authorizations> authorizations_;
  std::unique_ptr<wire::hub::HubServer> hub_;
  std::unique_ptr<hub::TokenServer> token_server_;
  std::unique_ptr<wire::hub::TokenDoor> token_door_;
  std::unique_ptr<wire::apps::AppsDoor> apps_door_;
  std::string hub_url_;
  bool keeps_servers_ = false;
  mutable std::mutex roles_mutex_;  ///< the hub shows the roles while the last of them start
  std::vector<RunningRole> roles_;
};

}  // namespace

std::unique_ptr<store::Store> open_idle_store(const Settings& settings, Disk& disk, const Clock& clock) {
  auto options = store_options(settings);
  options.collect_every = options.scrub_every = std::chrono::seconds(0);
  return store::Store::open(settings.text("data"), std::move(options), disk, clock);
}

std::unique_ptr<Lab> Lab::start(const Settings& settings, const std::vector<const RoleRow*>& roles) {
  check_exposure(settings, roles);
  return std::make_unique<EmbeddedLab>(settings, roles);
}

}  // namespace lab::app
