#include "wire/hub/call.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/utc_text.h"
#include "wire/hub/conditions.h"

namespace lab::wire::hub {

nlohmann::json Call::json() const {
  if (body.empty()) return nlohmann::json::object();
  auto parsed = nlohmann::json::parse(body, nullptr, false);
  if (parsed.is_null()) return nlohmann::json::object();
  if (!parsed.is_object()) throw Error(conditions::kBadBody, {{"reason", "The body must be a JSON object or empty."}});
  return parsed;
}

net::Response json_response(int status, const nlohmann::json& body) {
  net::Response response = net::text_response(status, "application/json", body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  response.set("X-JupyterHub-Version", kHubVersion);
  response.set("Cache-Control", "no-store");
  return response;
}

net::Response empty_response(int status) {
  net::Response response = net::text_response(status, "text/plain", "");
  response.set("X-JupyterHub-Version", kHubVersion);
  return response;
}

net::Response redirect(std::string to) {
  net::Response response = net::text_response(302, "text/plain", "");
  response.set("Location", std::move(to));
  response.set("Cache-Control", "no-store");
  return response;
}

std::string iso_time(Timestamp time) {
  const std::int64_t micros = time.time_since_epoch().count();
  return fmt::format("{}.{:06}Z", utc_text(micros, "%Y-%m-%dT%H:%M:%S"), micros % 1'000'000);
}

}  // namespace lab::wire::hub
