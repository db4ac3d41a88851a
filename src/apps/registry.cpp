#include "apps/registry.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "access/conditions.h"
#include "apps/conditions.h"
#include "base/error.h"

namespace lab::apps {
namespace {

constexpr std::size_t kMostAppsOfOne = 20;

access::AuditEvent decision(const store::Origin& by, const char* action, const std::string& name) {
  return {.user = by.actor, .credential = by.credential, .protocol = by.protocol, .action = action, .object = name};
}

}  // namespace

store::SchemaSpec apps_schema() {
  using store::ColumnType;
  return {.module = "apps",
          .version = 1,
          .tables = {{.name = "apps",
                      .kind = store::RowKind::History,
                      .columns = {{"name"}, {"owner"}, {"folder"}, {"command"}, {"entry"}, {"health"}, {"audience"}, {"deployed", ColumnType::Integer}}},
                     {.name = "app_processes",
                      .kind = store::RowKind::State,
                      .columns = {{"name"}, {"owner"}, {"pid", ColumnType::Integer}, {"process_start", ColumnType::Integer}, {"port", ColumnType::Integer}, {"started", ColumnType::Integer}, {"secret"}}}}};
}

Registry::Registry(store::Store& store, access::Access& access) : store_(store), access_(access) {
  for (const auto& row : store_.snapshot().scan_rows("apps")) {
    App app{.name = store::as_text(row[0]), .owner = store::as_text(row[1]), .folder = store::as_text(row[2]), .command = store::as_text(row[3]), .entry = store::as_text(row[4]),
            .health = store::as_text(row[5]), .audience = parse_audience(nlohmann::json::parse(store::as_text(row[6])).get<std::vector<std::string>>()),
            .deployed = Timestamp(std::chrono::microseconds(store::as_integer(row[7])))};
    apps_.emplace(app.name, app);
  }
}

void Registry::check_audience(const Audience& audience) const {
  for (const std::string& group : audience.groups)
    if (!access_.find_group(group)) throw Error(conditions::kInvalidApp, {{"what", group}, {"reason", "there is no such group; people are named as `user:NAME`, all of them as `everyone`"}});
  for (const std::string& user : audience.users)
    if (!access_.find_user(user)) throw Error(conditions::kInvalidApp, {{"what", "user:" + user}, {"reason", "there is no such user"}});
}

void Registry::put(const App& app, const char* action, const store::Origin& by) {
  store::Change change(by);
  change.put_row("apps", {app.name, app.owner, app.folder.string(), app.command, app.entry, app.health, nlohmann::json(print_audience(app.audience)).dump(), app.deployed.time_since_epoch().count()});
  access_.audit().add_to(change, decision(by, action, app.name));
  store_.apply(std::move(change));
  const std::lock_guard lock(mutex_);
  apps_.insert_or_assign(app.name, app);
}

App Registry::deploy(App app, const store::Origin& by) {
  check_app_name(app.name);
  check_audience(app.audience);
  if (!access_.find_user(app.owner)) throw Error(access::conditions::kNoSuchUser, {{"user", app.owner}});
  const std::lock_guard changing(changing_);
  if (const auto known = find(app.name)) {
    if (known->owner != app.owner) throw Error(conditions::kNameTaken, {{"name", app.name}});
  } else {
    const std::lock_guard lock(mutex_);
    const auto of_owner = std::ranges::count_if(apps_, [&](const auto& each) { return each.second.owner == app.owner; });
    if (static_cast<std::size_t>(of_owner) >= kMostAppsOfOne) throw Error(conditions::kTooManyApps, {{"owner", app.owner}, {"most", std::to_string(kMostAppsOfOne)}});
  }
  app.deployed = store_.clock().now();
  put(app, "DeployApp", by);
  return app;
}

App Registry::set_audience(const std::string& name, Audience audience, const store::Origin& by) {
  check_audience(audience);
  const std::lock_guard changing(changing_);
  App app = get(name);
  app.audience = std::move(audience);
  put(app, "ShareApp", by);
  return app;
}

void Registry::remove(const std::string& name, const store::Origin& by) {
  const std::lock_guard changing(changing_);
  get(name);
  store::Change change(by);
  change.erase_row("apps", {name});
  access_.audit().add_to(change, decision(by, "RemoveApp", name));
  store_.apply(std::move(change));
  const std::lock_guard lock(mutex_);
  apps_.erase(name);
}

std::optional<App> Registry::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = apps_.find(name);
  return found == apps_.end() ? std::nullopt : std::optional(found->second);
}

App Registry::get(const std::string& name) const {
  auto app = find(name);
  if (!app) throw Error(conditions::kNoSuchApp, {{"name", name}});
  return *std::move(app);
}

std::vector<App> Registry::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<App> all;
  for (const auto& [name, app] : apps_) all.push_back(app);
  return all;
}

}  // namespace lab::apps
