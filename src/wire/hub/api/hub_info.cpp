#include "wire/hub/api/models.h"
#include "wire/hub/operations.h"

namespace lab::wire::hub::api {

net::Response version(Service&, Call&) { return json_response(200, {{"version", kHubVersion}}); }

net::Response info(Service&, Call& call) {
  require_everywhere(call, "read:hub");
  return json_response(200, {{"version", kHubVersion},
                             {"python", nullptr},
                             {"sys_executable", nullptr},
                             {"spawner", {{"class", "dflab.child"}, {"version", DFLAB_VERSION}}},
                             {"authenticator", {{"class", "dflab.access"}, {"version", DFLAB_VERSION}}}});
}

net::Response services(Service&, Call& call) {
  require_everywhere(call, "list:services");
  return json_response(200, nlohmann::json::object());
}

net::Response proxy_table(Service& service, Call& call) {
  require_everywhere(call, "proxy");
  nlohmann::json table = nlohmann::json::object();
  for (const auto& server : service.servers.list_all()) {
    if (server.state != lab::hub::ServerState::Ready) continue;
    const std::string prefix = lab::hub::server_prefix(server.user, server.name);
    table[prefix] = {{"routespec", prefix}, {"target", "http://127.0.0.1:" + std::to_string(server.port)}, {"data", {{"user", server.user}, {"server_name", server.name}}}};
  }
  return json_response(200, table);
}

}  // namespace lab::wire::hub::api
