#include <algorithm>
#include <charconv>

#include "apps/conditions.h"
#include "base/error.h"
#include "wire/hub/api/models.h"
#include "wire/hub/apps_origin.h"
#include "wire/hub/conditions.h"
#include "wire/hub/operations.h"

namespace lab::wire::hub::api {
namespace {

using lab::apps::App;
using nlohmann::json;

constexpr std::size_t kMostLogLines = 10'000;

bool sees_all_of(const Call& call, const App& app) { return call.who().scopes.allows("read:apps", app.owner); }

bool sees(const Service& service, const Call& call, const App& app) {
  const Visitor& who = call.who();
  return sees_all_of(call, app) || (who.scopes.allows("read:apps", who.user) && lab::apps::may_open(app, who.user, who.is_admin, service.access.groups_of(who.user)));
}

/// The app that the path names, for whoever may do `scope` with it. Throws NO_SUCH_APP and FORBIDDEN.
App get_app_for(const Service& service, const Call& call, std::string_view scope) {
  App app = service.apps.registry().get(call.parameter("app"));
  if (!call.who().scopes.allows(scope, app.owner)) {
    // Who does not see it must not learn that it is there.
    if (!sees(service, call, app)) throw Error(lab::apps::conditions::kNoSuchApp, {{"name", app.name}});
    throw Error(conditions::kForbidden, {{"reason", "The app " + app.name + " is not yours; requires " + std::string(scope)}});
  }
  return app;
}

/// What a visitor sees, and what the owner sees beside.
json app_model(const Service& service, const Call& call, const App& app) {
  const auto status = service.apps.status(app.name);
  const std::string origin = apps_origin(service, call.request);
  json model{{"name", app.name}, {"owner", app.owner}, {"state", lab::apps::state_name(status.state)}, {"url", origin.empty() ? json() : json(origin + app.prefix())}};
  if (!sees_all_of(call, app)) return model;
  const bool runs = status.state != lab::apps::AppState::Stopped;
  model.update({{"folder", app.folder.string()},
                {"command", app.command.empty() ? json() : json(app.command)},
                {"entry", app.entry.empty() ? json() : json(app.entry)},
                {"health", app.health},
                {"public_to", lab::apps::print_audience(app.audience)},
                {"deployed", iso_time(app.deployed)},
                {"healthy", status.state == lab::apps::AppState::Ready ? json(status.is_healthy) : json()},
                {"pid", runs ? json(status.child.pid) : json()},
                {"started", runs ? json(iso_time(status.started)) : json()},
                {"last_activity", runs ? json(iso_time(status.last_activity)) : json()},
                {"failed", status.has_failed},
                {"reason", status.reason}});
  return model;
}

std::string wished_text(const json& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end() || found->is_null()) return {};
  if (!found->is_string()) throw Error(conditions::kBadBody, {{"reason", std::string(name) + " must be a text"}});
  return found->get<std::string>();
}

std::vector<std::string> audience_in(const json& body) {
  const auto found = body.find("public_to");
  if (found == body.end() || found->is_null()) return {};
  if (!found->is_array() || !std::ranges::all_of(*found, [](const json& each) { return each.is_string(); })) throw Error(conditions::kBadBody, {{"reason", "public_to must be a list of texts"}});
  return found->get<std::vector<std::string>>();
}

}  // namespace

net::Response list_apps(Service& service, Call& call) {
  json list = json::array();
  for (const App& app : service.apps.registry().list())
    if (sees(service, call, app)) list.push_back(app_model(service, call, app));
  return json_response(200, list);
}

net::Response get_app(Service& service, Call& call) {
  const App app = service.apps.registry().get(call.parameter("app"));
  if (!sees(service, call, app)) throw Error(lab::apps::conditions::kNoSuchApp, {{"name", app.name}});
  return json_response(200, app_model(service, call, app));
}

net::Response deploy_app(Service& service, Call& call) {
  const json body = call.json();
  lab::apps::Wish wish{.name = call.parameter("app"), .owner = wished_text(body, "owner"), .folder = wished_text(body, "folder"), .command = wished_text(body, "command"), .entry = wished_text(body, "entry"),
                       .health = wished_text(body, "health"), .audience = audience_in(body)};
  if (wish.owner.empty()) wish.owner = call.who().user;
  require(call, "apps", wish.owner);
  get_known_user(service, wish.owner);
  if (wish.folder.empty()) throw Error(conditions::kBadBody, {{"reason", "folder must name the app's folder"}});
  const bool is_new = !service.apps.registry().find(wish.name);
  const App app = service.apps.deploy(wish, call.who().origin("deploy app"));
  return json_response(is_new ? 201 : 200, app_model(service, call, app));
}

net::Response share_app(Service& service, Call& call) {
  const App app = get_app_for(service, call, "apps");
  const json body = call.json();
  if (!body.contains("public_to") || body.size() != 1) throw Error(conditions::kBadBody, {{"reason", "The body must be {\"public_to\": [...]}"}});
  return json_response(200, app_model(service, call, service.apps.registry().set_audience(app.name, lab::apps::parse_audience(audience_in(body)), call.who().origin("share app"))));
}

net::Response remove_app(Service& service, Call& call) {
  service.apps.remove(get_app_for(service, call, "apps").name, call.who().origin("remove app"));
  return empty_response(204);
}

net::Response stop_app(Service& service, Call& call) {
  const App app = get_app_for(service, call, "apps");
  service.apps.request_stop(app.name, "stopped by " + call.who().user, call.who().origin("stop app"));
  service.access.record_audit(call.who().identity(), "hub", "StopApp", app.name, access::AuditOutcome::Allowed);
  return json_response(202, app_model(service, call, app));
}

net::Response restart_app(Service& service, Call& call) {
  const App app = get_app_for(service, call, "apps");
  service.apps.restart(app.name, call.who().origin("restart app"));
  // When it still ends the next visit begins it.
  service.apps.visit(app.name, call.who().origin("restart app"));
  return json_response(202, app_model(service, call, app));
}

net::Response app_logs(Service& service, Call& call) {
  const App app = get_app_for(service, call, "read:apps");
  std::size_t most = 100;
  if (const std::string wanted = call.query_value("lines"); !wanted.empty()) {
    const auto [end, problem] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), most);
    if (problem != std::errc() || end != wanted.data() + wanted.size() || most > kMostLogLines) throw Error(conditions::kBadBody, {{"reason", "lines must be a number up to 10000"}});
  }
  return json_response(200, {{"name", app.name}, {"lines", service.apps.last_lines(app.name, most)}});
}

}  // namespace lab::wire::hub::api
