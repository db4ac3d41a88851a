#include "app/lab.h"

#include <thread>
#include <unistd.h>

#include "app/conditions.h"
#include "app/port_owner.h"
#include "base/clock.h"
#include "base/disk.h"
#include "base/log.h"
#include "base/pool.h"
#include "catalog/catalog.h"
#include "catalog/location.h"
#include "commands/statement.h"
#include "engine/engine.h"
#include "net/http_server.h"
#include "net/io_runtime.h"
#include "session/session.h"
#include "store/store.h"
#include "wire/s3/bucket_settings.h"
#include "wire/s3/server.h"
#include "wire/spark/server.h"
#include "wire/status/status_pages.h"

namespace lab::app {
namespace {

bool is_loopback(const std::string& address) { return address.starts_with("127.") || address == "::1" || address == "localhost"; }

store::StoreOptions store_options(const Settings& settings) {
  store::StoreOptions options;
  options.schemas = {access::access_schema(), catalog::catalog_schema(), s3::s3_schema()};
  options.keep_history = std::chrono::seconds(settings.seconds("history.keep"));
  options.on_failure = [](const std::string& reason) {
    log::error("app", "the store stopped, and so does the lab: {}", reason);
    log::flush();
    std::_Exit(70);
  };
  return options;
}

engine::InstanceOptions engine_options(const Settings& settings) {
  engine::InstanceOptions options;
  const auto cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  options.threads = settings.number("spark.threads") > 0 ? static_cast<int>(settings.number("spark.threads")) : cores;
  options.memory_limit_bytes = static_cast<std::uint64_t>(settings.bytes("spark.memory"));
  if (options.memory_limit_bytes == 0)
    options.memory_limit_bytes = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGE_SIZE)) / 2;
  options.spill_directory = std::filesystem::path(settings.text("data")) / "spill";
  return options;
}

/// Workshop keys are known to everybody: they are for this machine only.
void check_exposure(const Settings& settings, const std::vector<const RoleRow*>& roles) {
  for (const RoleRow* role : roles) {
    const std::string address = std::string(role->key) + ".address";
    if (settings.text(address) != "embedded")
      throw Error(conditions::kInvalidSetting, {{"key", address}, {"value", settings.text(address)}, {"reason", "only `embedded` is built yet"}});
    const std::string key = std::string(role->key) + ".listen";
    if (is_loopback(settings.text(key))) continue;
    throw Error(conditions::kNotLoopback,
                {{"key", key}, {"value", settings.text(key)},
                 {"reason", settings.text("profile") == "workshop" ? "the workshop profile listens on loopback only" : "without TLS the lab listens on loopback only"}});
  }
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

class EmbeddedLab final : public Lab {
 public:
  EmbeddedLab(const Settings& settings, const std::vector<const RoleRow*>& roles)
      : data_(settings.text("data")),
        store_((make_folders(disk_, data_), store::Store::open(data_, store_options(settings), disk_, clock_))),
        access_(access::Access::open(*store_, settings.text("profile") == "workshop" ? access::Profile::Workshop : access::Profile::Secure)),
        storage_("storage", 64, 4096),
        statements_("statements", 64, 4096),
        runtime_(2) {
    for (const RoleRow* role : roles) {
      if (role->key == "objects") start_objects(settings);
      if (role->key == "spark") start_spark(settings);
    }
  }

  const std::vector<RunningRole>& roles() const override { return roles_; }
  std::vector<access::FirstSecret> take_first_secrets() override { return access_->take_first_secrets(); }
  const access::Access& access() const override { return *access_; }

  void stop() override {
    if (pages_) pages_->stop();
    if (spark_) spark_->stop();
    if (objects_) objects_->stop(std::chrono::milliseconds(500));
    store_->stop();
  }

 private:
  void start_objects(const Settings& settings) {
    s3::S3Options options;
    options.address = settings.text("objects.listen");
    options.port = settings.port("objects.port");
    options.lifecycle_day = std::chrono::seconds(settings.seconds("objects.lifecycle_day"));
    objects_ = std::make_unique<s3::S3Server>(runtime_, storage_, *store_, *access_, options);
    start_on(settings, "objects.port", "objects", [&] { objects_->start(); });
    roles_.push_back({"objects", "http://" + options.address + ":" + std::to_string(objects_->port()), objects_->port()});
  }

  void start_spark(const Settings& settings) {
    engine::check_library_version();
    catalog_ = std::make_unique<catalog::Catalog>(*store_);
    places_ = std::make_unique<catalog::Places>(*store_, disk_, clock_);
    world_ = std::make_unique<commands::World>(commands::World{*store_, *catalog_, *places_, clock_});
    sessions_ = session::SessionManager::create(*world_, engine_options(settings));
    wire::spark::ServerOptions options;
    options.listen = settings.text("spark.listen");
    options.port = settings.port("spark.port");
    options.session_timeout = std::chrono::seconds(settings.seconds("spark.session_timeout"));
    start_on(settings, "spark.port", "spark", [&] { spark_ = wire::spark::SparkServer::start(options, *sessions_, *access_, statements_); });
    roles_.push_back({"spark", "sc://" + options.listen + ":" + std::to_string(spark_->port()), static_cast<std::uint16_t>(spark_->port())});
    wire::status::StatusOptions pages;
    pages.address = options.listen;
    pages.port = settings.port("spark.ui_port");
    pages_ = std::make_unique<wire::status::StatusPages>(runtime_, storage_, *sessions_, pages);
    start_on(settings, "spark.ui_port", "the page of queries", [&] { pages_->start(); });
    roles_.push_back({"spark.ui", "http://" + options.listen + ":" + std::to_string(pages_->port()), pages_->port()});
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
  std::unique_ptr<catalog::Places> places_;
  std::unique_ptr<commands::World> world_;
  std::unique_ptr<session::SessionManager> sessions_;
  std::unique_ptr<wire::spark::SparkServer> spark_;
  std::unique_ptr<wire::status::StatusPages> pages_;
  std::vector<RunningRole> roles_;
};

}  // namespace

std::unique_ptr<Lab> Lab::start(const Settings& settings, const std::vector<const RoleRow*>& roles) {
  check_exposure(settings, roles);
  return std::make_unique<EmbeddedLab>(settings, roles);
}

}  // namespace lab::app
