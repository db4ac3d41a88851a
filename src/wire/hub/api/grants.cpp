#include "base/error.h"
#include "wire/hub/api/models.h"
#include "wire/hub/conditions.h"
#include "wire/hub/operations.h"

/// Grants on databases and tables, as GRANT and REVOKE of SQL give and take them.
namespace lab::wire::hub::api {
namespace {

using nlohmann::json;

json grant_model(const access::Grant& grant) {
  return {{"principal", grant.principal},
          {"privileges", access::privilege_names(grant.privileges)},
          {"securable_type", std::string(access::securable_kind(grant.securable))},
          {"full_name", access::securable_name(grant.securable)}};
}

std::string text_in(const json& body, const char* name) {
  const json value = body.value(name, json());
  if (!value.is_string()) throw Error(conditions::kBadBody, {{"reason", std::string(name) + " must be a text"}});
  return value;
}

/// `{"principal": …, "privileges": […], "securable_type": …, "full_name": …}`.
access::Grant read_grant(const json& body) {
  access::Grant grant{text_in(body, "principal"), {}, access::parse_securable(text_in(body, "securable_type"), text_in(body, "full_name"))};
  const json privileges = body.value("privileges", json::array());
  std::vector<std::string> names;
  for (const json& each : privileges) {
    if (!each.is_string()) throw Error(conditions::kBadBody, {{"reason", "privileges must be a list of texts"}});
    names.push_back(each);
  }
  if (names.empty()) throw Error(conditions::kBadBody, {{"reason", "privileges must be a list of texts"}});
  grant.privileges = access::parse_privileges(names, grant.securable);
  return grant;
}

}  // namespace

net::Response list_grants(Service& service, Call& call) {
  require_everywhere(call, "admin:users");
  std::optional<access::Securable> securable;
  if (const std::string kind = call.query_value("securable_type"); !kind.empty()) securable = access::parse_securable(kind, call.query_value("full_name"));
  const std::string principal = call.query_value("principal");
  json list = json::array();
  for (const access::Grant& grant : service.access.grants().list(securable))
    if (principal.empty() || grant.principal == principal) list.push_back(grant_model(grant));
  return json_response(200, list);
}

net::Response add_grant(Service& service, Call& call) {
  require_everywhere(call, "admin:users");
  const access::Grant grant = read_grant(call.json());
  service.access.grants().grant(grant, call.who().origin("grant"));
  return json_response(201, grant_model(grant));
}

net::Response remove_grant(Service& service, Call& call) {
  require_everywhere(call, "admin:users");
  service.access.grants().revoke(read_grant(call.json()), call.who().origin("revoke"));
  return empty_response(204);
}

}  // namespace lab::wire::hub::api
