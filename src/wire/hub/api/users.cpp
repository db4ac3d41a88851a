#include <algorithm>

#include "base/error.h"
#include "wire/hub/api/models.h"
#include "wire/hub/conditions.h"
#include "wire/hub/operations.h"

namespace lab::wire::hub::api {
namespace {

using lab::hub::ServerState;
using nlohmann::json;

constexpr std::size_t kMostInAPage = 200, kDefaultPage = 50;

bool wants_stopped(const Call& call) {
  const std::string value = call.query_value("include_stopped_servers");
  return !value.empty() && value != "0" && value != "false";
}

std::size_t number_in(const Call& call, std::string_view name, std::size_t otherwise) {
  const std::string text = call.query_value(name);
  if (text.empty()) return otherwise;
  if (text.size() > 9 || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }))
    throw Error(conditions::kBadBody, {{"reason", std::string(name) + " must be a whole number"}});
  return std::stoul(text);
}

/// `state=active` and the like of GET /users.
bool has_state(const Service& service, const std::string& user, const std::string& wanted) {
  if (wanted.empty()) return true;
  const auto servers = service.servers.list(user);
  const bool is_active = std::ranges::any_of(servers, [](const auto& each) { return each.state != ServerState::Stopped; });
  const bool is_ready = std::ranges::any_of(servers, [](const auto& each) { return each.state == ServerState::Ready; });
  if (wanted == "active") return is_active;
  if (wanted == "ready") return is_ready;
  if (wanted == "inactive") return !is_active;
  throw Error(conditions::kBadBody, {{"reason", "Unrecognized state filter: " + wanted}});
}

void check_may_touch_admin(const Call& call, bool is_about_admin) {
  if (is_about_admin && !call.who().is_admin) throw Error(conditions::kForbidden, {{"reason", "Only admins can grant or change admin permissions"}});
}

bool admin_flag(const json& body) {
  const json flag = body.value("admin", json(false));
  if (!flag.is_boolean()) throw Error(conditions::kBadBody, {{"reason", "admin must be true or false"}});
  return flag;
}

}  // namespace

net::Response who_am_i(Service& service, Call& call) {
  const Visitor& visitor = call.who();
  // Every token can tell whose it is.
  const auto identify = lab::hub::Scopes::of_token({"read:users:name!user", "read:users:groups!user"}, visitor.user, false);
  json model = user_model(service, visitor.scopes, get_known_user(service, visitor.user), wants_stopped(call));
  for (const auto& [name, value] : user_model(service, identify, get_known_user(service, visitor.user), false).items()) model[name] = value;
  model["session_id"] = visitor.token && !visitor.token->session.empty() ? json(visitor.token->session) : json();
  model["scopes"] = visitor.scopes.list();
  if (visitor.token) model["token_id"] = visitor.token->id;
  return json_response(200, model);
}

net::Response list_users(Service& service, Call& call) {
  if (!call.who().scopes.allows_some("list:users")) require_everywhere(call, "list:users");
  const std::string state = call.query_value("state"), name_filter = call.query_value("name_filter");
  std::vector<access::UserInfo> chosen;
  for (access::UserInfo& user : service.access.list_users())
    if (call.who().scopes.allows("list:users", user.name) && has_state(service, user.name, state) && user.name.find(name_filter) != std::string::npos) chosen.push_back(std::move(user));
  const std::size_t offset = std::min(number_in(call, "offset", 0), chosen.size());
  const bool has_limit = !call.query_value("limit").empty();
  const bool wants_pages = call.request.header("accept").value_or("").find("application/jupyterhub-pagination+json") != std::string_view::npos;
  const std::size_t limit = std::clamp<std::size_t>(number_in(call, "limit", wants_pages ? kDefaultPage : std::max<std::size_t>(chosen.size(), 1)), 1, has_limit || wants_pages ? kMostInAPage : SIZE_MAX);
  json items = json::array();
  for (std::size_t i = offset; i < chosen.size() && items.size() < limit; ++i) items.push_back(user_model(service, call.who().scopes, chosen[i], wants_stopped(call)));
  if (!wants_pages) return json_response(200, items);
  const std::size_t next = offset + items.size();
  json pagination{{"offset", offset}, {"limit", limit}, {"total", chosen.size()}, {"next", nullptr}};
  if (next < chosen.size()) pagination["next"] = {{"offset", next}, {"limit", limit}, {"url", "/hub/api/users?offset=" + std::to_string(next) + "&limit=" + std::to_string(limit)}};
  net::Response response = json_response(200, {{"items", items}, {"_pagination", pagination}});
  response.headers.front().second = "application/jupyterhub-pagination+json";
  return response;
}

net::Response create_users(Service& service, Call& call) {
  require_everywhere(call, "admin:users");
  const json body = call.json();
  const json names = body.value("usernames", json::array());
  const bool is_admin = admin_flag(body);
  check_may_touch_admin(call, is_admin);
  if (!names.is_array() || names.empty() || !std::ranges::all_of(names, [](const json& each) { return each.is_string(); }))
    throw Error(conditions::kBadBody, {{"reason", "Must specify at least one user to create"}});
  json created = json::array();
  for (const json& name : names) {
    if (service.access.find_user(name.get<std::string>())) continue;
    created.push_back(user_model(service, call.who().scopes, service.access.create_user(name, is_admin, call.who().origin("create user")), false));
  }
  if (created.empty()) throw Error(conditions::kConflict, {{"what", "All of these users exist already"}});
  return json_response(201, created);
}

net::Response get_user(Service& service, Call& call) {
  const std::string name = call.parameter("user");
  const bool sees_some = call.who().scopes.allows("read:users:name", name) || call.who().scopes.allows("read:servers", name);
  if (!sees_some) require(call, "read:users:name", name);
  return json_response(200, user_model(service, call.who().scopes, get_known_user(service, name), wants_stopped(call)));
}

net::Response create_user(Service& service, Call& call) {
  require_everywhere(call, "admin:users");
  const bool is_admin = admin_flag(call.json());
  check_may_touch_admin(call, is_admin);
  const auto user = service.access.create_user(call.parameter("user"), is_admin, call.who().origin("create user"));
  return json_response(201, user_model(service, call.who().scopes, user, false));
}

net::Response change_user(Service& service, Call& call) {
  const std::string name = call.parameter("user");
  require(call, "admin:users", name);
  const auto user = get_known_user(service, name);
  const json body = call.json();
  check_may_touch_admin(call, user.is_admin || body.contains("admin"));
  if (body.contains("name") && body["name"] != name) throw Error(conditions::kBadBody, {{"reason", "Users cannot be renamed"}});
  if (body.contains("admin")) service.access.set_admin(name, admin_flag(body), call.who().origin("change user"));
  return json_response(200, user_model(service, call.who().scopes, get_known_user(service, name), false));
}

net::Response delete_user(Service& service, Call& call) {
  const std::string name = call.parameter("user");
  require(call, "delete:users", name);
  const auto user = get_known_user(service, name);
  if (name == call.who().user) throw Error(conditions::kBadBody, {{"reason", "Cannot delete yourself!"}});
  check_may_touch_admin(call, user.is_admin);
  for (const auto& server : service.servers.list(name)) service.servers.request_stop(name, server.name, "its user was removed", call.who().origin("delete user"));
  service.access.delete_user(name, call.who().origin("delete user"));
  return empty_response(204);
}

net::Response set_password(Service& service, Call& call) {
  const std::string name = call.parameter("user");
  require_everywhere(call, "admin:users");
  check_may_touch_admin(call, get_known_user(service, name).is_admin);
  const json password = call.json().value("password", json());
  if (!password.is_string()) throw Error(conditions::kBadBody, {{"reason", "password must be a text"}});
  service.access.set_password(name, password.get<std::string>(), call.who().origin("set password"));
  // Whoever is logged in by the old one is out.
  service.access.delete_tokens(name, [](const access::TokenInfo& each) { return each.purpose == access::TokenPurpose::Session || each.purpose == access::TokenPurpose::OAuth; }, call.who().origin("set password"));
  return empty_response(204);
}

}  // namespace lab::wire::hub::api
