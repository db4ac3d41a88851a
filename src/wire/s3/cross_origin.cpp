#include "wire/s3/cross_origin.h"

#include "protocol/s3/cors.h"
#include "wire/s3/bucket_settings.h"

namespace lab::s3 {
namespace {

std::optional<std::vector<CorsRule>> rules_of(const Call& call) {
  const auto snapshot = call.service.store.snapshot();
  const auto bucket = store::find_bucket(snapshot, call.address.bucket);
  if (!bucket) return std::nullopt;
  const auto document = find_setting(snapshot, *bucket, "cors");
  if (!document) return std::nullopt;
  return parse_cors(*document);
}

std::vector<std::string> split_names(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto name = trim_spaces(text.substr(0, comma));
    if (!name.empty()) names.emplace_back(name);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return names;
}

std::string join_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void set_rule(net::Response& response, const CorsRule& rule, std::string_view origin) {
  const bool is_open = std::find(rule.origins.begin(), rule.origins.end(), "*") != rule.origins.end();
  response.set("Access-Control-Allow-Origin", is_open ? "*" : std::string(origin));
  response.set("Access-Control-Allow-Methods", join_names(rule.methods));
  if (!is_open) response.set("Access-Control-Allow-Credentials", "true");
  if (!rule.expose_headers.empty()) response.set("Access-Control-Expose-Headers", join_names(rule.expose_headers));
  if (rule.max_age_seconds) response.set("Access-Control-Max-Age", std::to_string(*rule.max_age_seconds));
  response.set("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
}

Error cors_forbidden(std::string reason) { return Error(conditions::kCorsForbidden, {{"reason", std::move(reason)}}); }

}  // namespace

bool is_cross_origin(const Call& call) { return call.head.header("origin").has_value() && !call.address.bucket.empty(); }

void set_cors_headers(const Call& call, net::Response& response) {
  const auto rules = rules_of(call);
  if (!rules) return;
  const auto origin = call.head.header("origin").value_or("");
  const auto method = call.head.header("access-control-request-method").value_or(call.head.method);
  if (const CorsRule* rule = find_cors_rule(*rules, origin, method, {})) set_rule(response, *rule, origin);
}

net::Response answer_preflight(const Call& call) {
  const auto origin = call.head.header("origin");
  const auto method = call.head.header("access-control-request-method");
  if (!origin) throw Error(conditions::kBadRequest, {{"reason", "Insufficient information. Origin request header needed."}});
  if (!method) throw Error(conditions::kBadRequest, {{"reason", "Invalid Access-Control-Request-Method: null"}});
  if (!call.address.bucket.empty()) call.objects().get_bucket(call.address.bucket);
  const auto rules = rules_of(call);
  if (!rules) throw cors_forbidden("CORS is not enabled for this bucket.");
  const auto headers = call.head.header("access-control-request-headers");
  const CorsRule* rule = find_cors_rule(*rules, *origin, *method, split_names(headers.value_or("")));
  if (rule == nullptr) throw cors_forbidden("This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.");
  net::Response response = empty_response(200);
  set_rule(response, *rule, *origin);
  if (headers) response.set("Access-Control-Allow-Headers", to_lower_ascii(*headers));
  return response;
}

}  // namespace lab::s3
