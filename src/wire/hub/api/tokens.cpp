#include <algorithm>

#include "base/error.h"
#include "wire/hub/api/models.h"
#include "wire/hub/conditions.h"
#include "wire/hub/operations.h"
#include "wire/hub/tokens.h"
#include "wire/hub/visitor.h"

namespace lab::wire::hub::api {
namespace {

using nlohmann::json;

access::TokenInfo get_known_token(const Service& service, const std::string& user, const std::string& id) {
  for (access::TokenInfo& each : service.access.list_tokens(user))
    if (each.id == id && each.purpose != access::TokenPurpose::Link) return std::move(each);
  throw Error(conditions::kNotFound, {{"what", "No such token " + id + " for user " + user}});
}

/// JupyterHub lets a program log in with `{"auth": {"username", "password"}}` to get its first token.
Visitor log_in_by_body(Service& service, const Call& call, const json& body) {
  const json auth = body.value("auth", json());
  if (!auth.is_object() || !auth.value("username", json()).is_string() || !auth.value("password", json()).is_string()) throw Error(conditions::kForbidden, {{"reason", "Forbidden"}});
  if (service.options.password_ways.empty()) throw Error(conditions::kForbidden, {{"reason", "This lab takes no passwords. Log in with a browser and make a token at /hub/token"}});
  const auto identity = service.access.log_in_by(service.options.password_ways, auth["username"].get<std::string>(), auth["password"].get<std::string>(), call.request.peer);
  Visitor visitor;
  visitor.user = identity.user;
  visitor.is_admin = identity.is_admin;
  visitor.credential = identity.credential;
  visitor.scopes = lab::hub::Scopes::of_user(identity.user, identity.is_admin);
  return visitor;
}

}  // namespace

net::Response list_tokens(Service& service, Call& call) {
  const std::string user = call.parameter("user");
  require(call, "read:tokens", user);
  get_known_user(service, user);
  json list = json::array();
  for (const auto& token : service.access.list_tokens(user))
    if (token.purpose != access::TokenPurpose::Session && token.purpose != access::TokenPurpose::Link) list.push_back(token_model(service, token));
  return json_response(200, {{"api_tokens", list}});
}

net::Response create_token(Service& service, Call& call) {
  const json body = call.json();
  if (!call.visitor) {
    call.visitor = log_in_by_body(service, call, body);
  } else if (!call.visitor->session.empty() && !has_csrf(call)) {
    throw Error(conditions::kForbidden, {{"reason", "'_xsrf' argument missing or wrong"}});
  }
  const std::string user = call.parameter("user");
  if (!call.who().scopes.allows("tokens", user) || !service.access.find_user(user))
    throw Error(conditions::kForbidden, {{"reason", "User " + user + " not found or no permissions to generate tokens"}});
  TokenWish wish;
  if (const json scopes = body.value("scopes", json()); scopes.is_array()) {
    for (const json& each : scopes) wish.scopes.push_back(each.is_string() ? each.get<std::string>() : each.dump());
  } else if (!scopes.is_null()) {
    throw Error(conditions::kBadBody, {{"reason", "scopes must be a list of texts"}});
  }
  if (const json life = body.value("expires_in", json()); life.is_number_integer() && life.get<std::int64_t>() > 0) {
    wish.life = std::chrono::seconds(life.get<std::int64_t>());
  } else if (!life.is_null()) {
    throw Error(conditions::kBadBody, {{"reason", "expires_in must be a number of seconds"}});
  }
  const json note = body.value("note", json());
  wish.note = note.is_string() ? note.get<std::string>() : "Requested via api";
  const auto created = make_token(service, call.who(), user, wish);
  json model = token_model(service, created.info);
  model["token"] = created.text;
  return json_response(201, model);
}

net::Response get_token(Service& service, Call& call) {
  const std::string user = call.parameter("user");
  require(call, "read:tokens", user);
  return json_response(200, token_model(service, get_known_token(service, user, call.parameter("token"))));
}

net::Response delete_token(Service& service, Call& call) {
  const std::string user = call.parameter("user");
  require(call, "tokens", user);
  revoke_token(service, call.who(), user, get_known_token(service, user, call.parameter("token")));
  return empty_response(204);
}

}  // namespace lab::wire::hub::api
