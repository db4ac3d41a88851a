#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "app/cli/commands.h"
#include "app/settings.h"
#include "net/http_client.h"

namespace lab::app::cli {

/// The REST API of the running lab's hub, as its administrator.
class HubApi {
 public:
  /// Throws NOT_RUNNING, ROLE_NOT_RUNNING.
  explicit HubApi(const Settings& settings);

  /// The answer's JSON, null when it has none. Throws HUB_REFUSED with the hub's own words.
  nlohmann::json call(const std::string& method, const std::string& path, const nlohmann::json& body = nullptr);
  /// The same of a person's notebook server; `path` is below its prefix, without a slash in front.
  nlohmann::json call_server(const std::string& user, const std::string& method, const std::string& path, const nlohmann::json& body = nullptr);

 private:
  nlohmann::json send(const std::string& method, const std::string& target, const nlohmann::json& body);

  std::unique_ptr<net::HttpClient> client_;
  std::string authorization_;
};

/// What a command of CLI11 calls when it is given: it chooses `run(hub, *options)` over the running lab's API.
template <typename Options, typename Run>
std::function<void()> over_hub(Chosen& chosen, std::shared_ptr<Options> options, Run run) {
  return [&chosen, options = std::move(options), run] {
    chosen = [options, run](const Settings& settings) {
      HubApi hub(settings);
      return run(hub, *options);
    };
  };
}

}  // namespace lab::app::cli
