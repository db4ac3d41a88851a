#include <algorithm>

#include "base/error.h"
#include "wire/hub/api/models.h"
#include "wire/hub/conditions.h"
#include "wire/hub/operations.h"

namespace lab::wire::hub::api {
namespace {

using nlohmann::json;

constexpr std::int64_t kDefaultLines = 100, kMostLines = 10'000;

std::int64_t lines_wanted(const Call& call) {
  const std::string text = call.query_value("limit");
  if (text.empty()) return kDefaultLines;
  if (text.size() > 9 || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) throw Error(conditions::kBadBody, {{"reason", "limit must be a whole number"}});
  return std::clamp<std::int64_t>(std::stoll(text), 1, kMostLines);
}

std::optional<access::AuditOutcome> outcome_wanted(const Call& call) {
  const std::string text = call.query_value("outcome");
  if (text.empty()) return std::nullopt;
  for (const auto outcome : {access::AuditOutcome::Allowed, access::AuditOutcome::Refused})
    if (text == access::outcome_name(outcome)) return outcome;
  throw Error(conditions::kBadBody, {{"reason", "outcome must be Allowed or Refused"}});
}

json line_model(const access::AuditLine& line) {
  const access::AuditEvent& event = line.event;
  return {{"time", iso_time(line.time)},
          {"user", event.user},
          {"protocol", event.protocol},
          {"action", event.action},
          {"object", event.object},
          {"outcome", std::string(access::outcome_name(event.outcome))},
          {"cause", event.cause.empty() ? json() : json(event.cause)},
          {"times", line.times},
          {"credential", event.credential}};
}

}  // namespace

net::Response audit(Service& service, Call& call) {
  require_everywhere(call, "admin-ui");
  access::AuditFilter filter{.outcome = outcome_wanted(call), .limit = lines_wanted(call)};
  if (const std::string user = call.query_value("user"); !user.empty()) filter.user = user;
  json lines = json::array();
  for (const access::AuditLine& line : service.access.audit().read(filter)) lines.push_back(line_model(line));
  return json_response(200, lines);
}

}  // namespace lab::wire::hub::api
