#include "wire/hub/api/models.h"

#include <set>

#include "base/error.h"
#include "wire/hub/conditions.h"

namespace lab::wire::hub::api {
namespace {

using lab::hub::ServerInfo;
using lab::hub::ServerState;
using nlohmann::json;

json pending_of(ServerState state) {
  switch (state) {
    case ServerState::Starting: return "spawn";
    case ServerState::Stopping: return "stop";
    default: return nullptr;
  }
}

/// What a scope lets be seen of a user; the rows of JupyterHub's own table.
struct SightRow {
  const char* scope;
  std::vector<const char*> fields;
};
const std::vector<SightRow>& sights() {
  static const std::vector<SightRow> rows = {
      {"read:users", {"kind", "name", "admin", "roles", "groups", "server", "pending", "created", "last_activity"}},
      {"read:users:name", {"kind", "name", "admin"}},
      {"read:users:groups", {"kind", "name", "groups"}},
      {"read:users:activity", {"kind", "name", "last_activity"}},
      {"read:servers", {"kind", "name", "servers"}},
      {"read:roles:users", {"kind", "name", "roles", "admin"}},
      {"admin:auth_state", {"kind", "name", "auth_state"}},
      // Not JupyterHub's: where the user came from.
      {"admin:users", {"kind", "name", "log_in"}},
  };
  return rows;
}

}  // namespace

json server_model(const ServerInfo& server, bool with_state) {
  const std::string url = lab::hub::server_prefix(server.user, server.name);
  json model{{"name", server.name},
             {"last_activity", iso_time(server.last_activity)},
             {"started", server.state == ServerState::Stopped ? json() : json(iso_time(server.started))},
             {"pending", pending_of(server.state)},
             {"ready", server.state == ServerState::Ready},
             {"stopped", server.state == ServerState::Stopped},
             {"url", url},
             {"user_options", {{"size", server.size}}},
             {"progress_url", "/hub/api/users/" + lab::hub::escape_segment(server.user) + (server.name.empty() ? "/server" : "/servers/" + lab::hub::escape_segment(server.name)) + "/progress"}};
  if (with_state) model["state"] = server.child.pid > 0 ? json{{"pid", server.child.pid}} : json::object();
  return model;
}

json user_model(const Service& service, const lab::hub::Scopes& scopes, const access::UserInfo& user, bool with_stopped_servers) {
  std::set<std::string> visible;
  for (const SightRow& row : sights())
    if (scopes.allows(row.scope, user.name)) visible.insert(row.fields.begin(), row.fields.end());
  json servers = json::object(), server = nullptr, pending = nullptr, last_activity = nullptr;
  std::optional<Timestamp> latest;
  bool sees_servers = visible.contains("servers");
  for (const ServerInfo& each : service.servers.list(user.name)) {
    latest = std::max(latest.value_or(each.last_activity), each.last_activity);
    if (each.name.empty()) {
      pending = pending_of(each.state);
      if (each.state != ServerState::Stopped) server = lab::hub::server_prefix(user.name, "");
    }
    const bool is_shown = each.state != ServerState::Stopped || with_stopped_servers;
    if (!is_shown || !scopes.allows_server("read:servers", user.name, each.name)) continue;
    sees_servers = true;
    servers[each.name] = server_model(each, scopes.allows_server("admin:server_state", user.name, each.name));
  }
  if (latest) last_activity = iso_time(*latest);
  const auto origin = service.access.origin_of(user.name);
  const json log_in{{"from", origin ? origin->way : "lab"}, {"subject", origin ? json(origin->subject) : json()}, {"password", service.access.has_password(user.name)}};
  const json all{{"kind", "user"},
                 {"name", user.name},
                 {"admin", user.is_admin},
                 {"roles", user.is_admin ? json{"admin", "user"} : json{"user"}},
                 {"groups", service.access.groups_of(user.name)},
                 {"server", server},
                 {"pending", pending},
                 {"created", iso_time(user.created)},
                 {"last_activity", last_activity},
                 {"auth_state", nullptr},
                 {"log_in", log_in}};
  json model = json::object();
  for (const auto& [name, value] : all.items())
    if (visible.contains(name)) model[name] = value;
  if (sees_servers) {
    model["kind"] = "user";
    model["name"] = user.name;
    model["servers"] = servers;
  }
  return model;
}

json token_model(const Service& service, const access::TokenInfo& token) {
  const auto user = service.access.find_user(token.user);
  const auto used = service.access.last_use(token.id);
  return {{"user", token.user},
          {"id", token.id},
          {"kind", "api_token"},
          {"roles", json::array()},
          {"scopes", lab::hub::Scopes::of_token(token.scopes, token.user, user && user->is_admin).list()},
          {"created", iso_time(token.created)},
          {"last_activity", used ? json(iso_time(*used)) : json()},
          {"expires_at", token.expires ? json(iso_time(*token.expires)) : json()},
          {"note", token.note},
          {"session_id", token.session.empty() ? json() : json(token.session)},
          {"oauth_client", token.client.empty() ? "JupyterHub" : token.client}};
}

json group_model(const access::GroupInfo& group) {
  return {{"kind", "group"}, {"name", group.name}, {"users", group.members}, {"roles", json::array()}, {"properties", json::object()}};
}

namespace {

[[noreturn]] void refuse(const Call& call, std::string_view scope) {
  // Who holds the scope for others must not learn from the refusal who exists.
  if (call.who().scopes.allows_some(scope)) throw Error(conditions::kNotFound, {{"what", "No access to resources or resources not found"}});
  throw Error(conditions::kForbidden, {{"reason", "Action is not authorized with current scopes; requires any of [" + std::string(scope) + "]"}});
}

}  // namespace

void require(const Call& call, std::string_view scope, std::string_view user) {
  if (!call.who().scopes.allows(scope, user)) refuse(call, scope);
}

void require_server(const Call& call, std::string_view scope, std::string_view user, std::string_view server) {
  if (!call.who().scopes.allows_server(scope, user, server)) refuse(call, scope);
}

void require_everywhere(const Call& call, std::string_view scope) {
  if (!call.who().scopes.allows(scope)) refuse(call, scope);
}

access::UserInfo get_known_user(const Service& service, const std::string& name) {
  auto user = service.access.find_user(name);
  if (!user) throw Error(conditions::kNotFound, {{"what", "No such user: " + name}});
  return *std::move(user);
}

}  // namespace lab::wire::hub::api
