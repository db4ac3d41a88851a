#include "protocol/oidc/discovery.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "protocol/oidc/conditions.h"

namespace lab::oidc {
namespace {

using nlohmann::json;

struct AddressRow {
  const char* name;
  std::string Discovery::* address;
  bool is_needed;
};
constexpr AddressRow kAddresses[] = {
    {"authorization_endpoint", &Discovery::authorization, true}, {"token_endpoint", &Discovery::token, true},          {"jwks_uri", &Discovery::keys, true},
    {"userinfo_endpoint", &Discovery::user_info, false},         {"end_session_endpoint", &Discovery::end_session, false}};

/// What is asked in the open tells passwords and tokens to everybody on the way.
bool is_as_safe_as(std::string_view address, std::string_view issuer) {
  return address.starts_with("https://") || (address.starts_with("http://") && issuer.starts_with("http://"));
}

}  // namespace

std::string discovery_address(std::string_view issuer) {
  std::string address(issuer);
  while (address.ends_with('/')) address.pop_back();
  return address + "/.well-known/openid-configuration";
}

Discovery parse_discovery(std::string_view text, std::string_view issuer) {
  const auto refuse = [&](std::string reason, std::string fix) { return Error(conditions::kBadDiscovery, {{"issuer", std::string(issuer)}, {"reason", std::move(reason)}, {"fix", std::move(fix)}}); };
  const json document = json::parse(text, nullptr, false);
  if (!document.is_object()) throw refuse("it is no JSON object", "Is hub.oidc.issuer the address of the provider, without /.well-known/…?");
  const auto text_of = [&](const char* name) {
    const auto found = document.find(name);
    return found != document.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  Discovery discovery{.issuer = text_of("issuer")};
  if (discovery.issuer != issuer) throw refuse("the provider calls itself " + (discovery.issuer.empty() ? "nothing" : discovery.issuer), "Set hub.oidc.issuer to exactly that name.");
  for (const AddressRow& row : kAddresses) {
    std::string address = text_of(row.name);
    if (address.empty() && row.is_needed) throw refuse(std::string("it names no ") + row.name, "The provider does not offer the authorization code flow.");
    if (!address.empty() && !is_as_safe_as(address, issuer)) throw refuse(std::string(row.name) + " is " + address + ", which is no https address", "The provider must serve all of its addresses over TLS.");
    discovery.*row.address = std::move(address);
  }
  if (const auto ways = document.find("token_endpoint_auth_methods_supported"); ways != document.end() && ways->is_array())
    for (const json& way : *ways)
      if (way.is_string()) discovery.token_ways.push_back(way.get<std::string>());
  const auto names_itself = document.find("authorization_response_iss_parameter_supported");
  discovery.names_itself = names_itself != document.end() && names_itself->is_boolean() && names_itself->get<bool>();
  return discovery;
}

}  // namespace lab::oidc
