#include "app/cli/hub_api.h"

#include "app/conditions.h"
#include "app/run_file.h"
#include "base/error.h"
#include "hub/server_environment.h"

namespace lab::app::cli {

HubApi::HubApi(const Settings& settings) {
  const RunFile run = get_run_file(settings.text("data"));
  for (const RunningRole& role : run.roles)
    if (role.key == "hub") client_ = net::HttpClient::create({"localhost", role.port, role.url.starts_with("https://")});
  const auto token = run.environment.find("JUPYTERHUB_API_TOKEN");
  if (!client_ || token == run.environment.end()) throw Error(conditions::kRoleNotRunning, {{"role", "hub"}});
  authorization_ = "token " + token->second;
}

nlohmann::json HubApi::call(const std::string& method, const std::string& path, const nlohmann::json& body) { return send(method, "/hub/api" + path, body); }

nlohmann::json HubApi::call_server(const std::string& user, const std::string& method, const std::string& path, const nlohmann::json& body) {
  return send(method, hub::server_prefix(user, "") + path, body);
}

nlohmann::json HubApi::send(const std::string& method, const std::string& target, const nlohmann::json& body) {
  const std::string text = body.is_null() ? "" : body.dump();
  const auto answer = client_->send({.method = method, .target = target, .headers = {{"Host", "localhost"}, {"Authorization", authorization_}, {"Content-Type", "application/json"}}, .body = text});
  auto parsed = nlohmann::json::parse(answer.body, nullptr, false);
  if (answer.status >= 300) {
    const std::string said = parsed.is_object() ? parsed.value("message", answer.body) : answer.body;
    throw Error(conditions::kHubRefused, {{"what", method + " " + target}, {"reason", said}});
  }
  return parsed.is_discarded() ? nlohmann::json() : parsed;
}

}  // namespace lab::app::cli
