#include "base/error.h"
#include "wire/hub/api/models.h"
#include "wire/hub/conditions.h"
#include "wire/hub/operations.h"

namespace lab::wire::hub::api {
namespace {

using nlohmann::json;

access::GroupInfo get_known_group(const Service& service, const std::string& name) {
  auto group = service.access.find_group(name);
  if (!group) throw Error(conditions::kNotFound, {{"what", "No such group: " + name}});
  return *std::move(group);
}

/// `{"users": […]}`, all of whom there must be.
std::vector<std::string> users_in(const Service& service, const json& body) {
  const json users = body.value("users", json());
  if (!users.is_array()) throw Error(conditions::kBadBody, {{"reason", "Must specify users to add or remove"}});
  std::vector<std::string> names;
  for (const json& each : users) {
    if (!each.is_string() || !service.access.find_user(each.get<std::string>())) throw Error(conditions::kBadBody, {{"reason", "No such user: " + each.dump()}});
    names.push_back(each);
  }
  return names;
}

}  // namespace

net::Response list_groups(Service& service, Call& call) {
  require_everywhere(call, "list:groups");
  json list = json::array();
  for (const auto& group : service.access.list_groups()) list.push_back(group_model(group));
  return json_response(200, list);
}

net::Response get_group(Service& service, Call& call) {
  require_everywhere(call, "read:groups");
  return json_response(200, group_model(get_known_group(service, call.parameter("group"))));
}

net::Response create_group(Service& service, Call& call) {
  require_everywhere(call, "admin:groups");
  const std::string name = call.parameter("group");
  const json body = call.json();
  const auto members = body.contains("users") ? users_in(service, body) : std::vector<std::string>{};
  service.access.create_group(name, call.who().origin("create group"));
  for (const std::string& member : members) service.access.add_to_group(name, member, call.who().origin("create group"));
  return json_response(201, group_model(get_known_group(service, name)));
}

net::Response delete_group(Service& service, Call& call) {
  require_everywhere(call, "delete:groups");
  service.access.delete_group(get_known_group(service, call.parameter("group")).name, call.who().origin("delete group"));
  return empty_response(204);
}

net::Response add_members(Service& service, Call& call) {
  require_everywhere(call, "groups");
  const auto group = get_known_group(service, call.parameter("group"));
  for (const std::string& user : users_in(service, call.json())) service.access.add_to_group(group.name, user, call.who().origin("add to group"));
  return json_response(200, group_model(get_known_group(service, group.name)));
}

net::Response remove_members(Service& service, Call& call) {
  require_everywhere(call, "groups");
  const auto group = get_known_group(service, call.parameter("group"));
  for (const std::string& user : users_in(service, call.json())) service.access.remove_from_group(group.name, user, call.who().origin("remove from group"));
  return json_response(200, group_model(get_known_group(service, group.name)));
}

}  // namespace lab::wire::hub::api
