#include "remote/oidc/provider.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "net/http_client.h"
#include "net/peer_url.h"
#include "protocol/oidc/conditions.h"
#include "protocol/oidc/forms.h"
#include "protocol/oidc/id_token.h"
#include "remote/oidc/conditions.h"

namespace lab::oidc {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds kConnectTime(3), kSilence(5);
constexpr std::uint64_t kMostAnswerBytes = 1 << 20;

Error provider_unreachable(std::string reason, std::string fix) { return Error(conditions::kProviderUnreachable, {{"reason", std::move(reason)}, {"fix", std::move(fix)}}); }

bool names_this_machine(std::string_view host) { return host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") || host == "::1"; }

std::string text_of(const json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// What the codes of RFC 6749 5.2 mean to whoever runs the lab.
struct RefusalRow {
  std::string_view code, fix;
};
constexpr RefusalRow kRefusals[] = {
    {"invalid_client", "hub.oidc.client_id and hub.oidc.client_secret must be what the provider registered."},
    {"invalid_grant", "The code was used already, or is too old: begin the log-in anew."},
    {"redirect_uri_mismatch", "Register the lab's address with /hub/oauth_callback at the provider, or set hub.oidc.callback."},
    {"unauthorized_client", "Allow the authorization code flow for this client at the provider."},
};

Error refusal_of(int status, const std::string& body) {
  const json document = json::parse(body, nullptr, false);
  const std::string code = text_of(document, "error"), description = text_of(document, "error_description");
  const auto* row = std::ranges::find(kRefusals, code, &RefusalRow::code);
  std::string reason = code.empty() ? "its token endpoint answers " + std::to_string(status) : code;
  if (!description.empty()) reason += " (" + description + ")";
  return Error(conditions::kProviderRefused, {{"reason", std::move(reason)}, {"fix", std::string(row == std::end(kRefusals) ? "The provider's own log says more." : row->fix)}});
}

}  // namespace

void check_issuer(std::string_view issuer) {
  const auto url = net::parse_peer_url(issuer);
  const std::string named(issuer);
  if (!url || url->target.find('?') != std::string::npos) throw provider_unreachable("hub.oidc.issuer is " + (named.empty() ? "empty" : named + ", which is no address"), "Give the provider's address, as https://id.example.org/realms/lab.");
  if (!url->server.has_tls && !names_this_machine(url->server.host))
    throw provider_unreachable(named + " is not https", "Only a provider on this machine may be asked without TLS. SSL_CERT_FILE names the certificates of an authority of your own.");
}

Provider::Answer Provider::ask(const std::string& method, const std::string& address, const std::string& authorization, std::string_view form) const {
  check_issuer(options_.issuer);
  const auto peer = net::parse_peer_url(address), issuer = net::parse_peer_url(options_.issuer);
  if (!peer) throw provider_unreachable(address + " is no address", "The provider's discovery document names it.");
  const bool is_issuers_own = peer->server.host == issuer->server.host || names_this_machine(issuer->server.host);
  const net::ClientLimits limits{.connect = kConnectTime, .silence = kSilence, .max_body_bytes = kMostAnswerBytes, .refuses_this_machine = !is_issuers_own};
  net::ClientRequest request{.method = method, .target = peer->target, .headers = {{"Host", peer->host()}, {"Accept", "application/json"}, {"User-Agent", "dflab"}}, .body = form};
  if (!authorization.empty()) request.headers.emplace_back("Authorization", authorization);
  if (!form.empty()) request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  try {
    net::ClientResponse response = net::HttpClient::create(peer->server, limits)->send(request);
    return {response.status, std::move(response.body)};
  } catch (const Error& error) {
    std::string reason = error.message();
    while (reason.ends_with('.')) reason.pop_back();
    throw provider_unreachable(std::move(reason), "Is " + peer->host() + " up, and can this machine reach it?");
  }
}

std::string Provider::ask_for_document(const std::string& address) const {
  Answer answer = ask("GET", address, "", "");
  if (answer.status != 200) throw provider_unreachable(address + " answers " + std::to_string(answer.status), "Is hub.oidc.issuer the provider's own name, realm or tenant included?");
  return std::move(answer.body);
}

Discovery Provider::discovery() {
  const auto ask_anew = [&] {
    std::string text = ask_for_document(discovery_address(options_.issuer));
    parse_discovery(text, options_.issuer);  // what is of no use is not kept
    return text;
  };
  return parse_discovery(discovery_.get(false, ask_anew), options_.issuer);
}

std::string Provider::keys(bool is_fresh) {
  const std::string address = discovery().keys;
  return keys_.get(is_fresh, [&] { return ask_for_document(address); });
}

SignedToken Provider::redeem(const CodeOfLogIn& log_in, const std::vector<std::string>& wanted_claims) {
  const Discovery known = discovery();
  Fields fields{{"grant_type", "authorization_code"}, {"code", log_in.code}, {"redirect_uri", log_in.redirect_uri}, {"code_verifier", log_in.verifier}};
  const auto takes = [&](std::string_view way) { return std::ranges::find(known.token_ways, way) != known.token_ways.end(); };
  const bool has_secret = !options_.client_secret.empty();
  const bool is_basic = has_secret && (known.token_ways.empty() || takes("client_secret_basic"));
  if (has_secret && !is_basic && !takes("client_secret_post"))
    throw provider_unreachable("it takes a client secret neither in a header nor in a form", "Have the provider allow client_secret_basic for this client.");
  if (!is_basic) fields.emplace_back("client_id", options_.client_id);
  if (has_secret && !is_basic) fields.emplace_back("client_secret", options_.client_secret);
  const Answer answer = ask("POST", known.token, is_basic ? basic_authorization(options_.client_id, options_.client_secret) : "", encode_fields(fields));
  if (answer.status != 200) throw refusal_of(answer.status, answer.body);
  const json document = json::parse(answer.body, nullptr, false);
  const std::string text = text_of(document, "id_token");
  if (text.empty()) throw Error(conditions::kProviderRefused, {{"reason", "it gives no ID token"}, {"fix", "hub.oidc.scopes must have openid in it."}});

  SignedToken token = parse_signed_token(text);
  // A provider may have changed its keys since they were asked for.
  if (!is_signed_by(token, keys(false)) && !is_signed_by(token, keys(true)))
    throw Error(conditions::kTokenRefused, {{"reason", "no key of the provider signed it (" + (token.algorithm.empty() ? "no algorithm" : token.algorithm) + ")"}, {"fix", "The provider must sign ID tokens with RS, PS or ES keys that its jwks_uri shows."}});
  check_id_token(token, {options_.issuer, options_.client_id, log_in.nonce, std::chrono::time_point_cast<std::chrono::seconds>(clock_.now())});
  const bool lacks_some = std::ranges::any_of(wanted_claims, [&](const std::string& name) { return !name.empty() && !token.claims.contains(name); });
  const std::string access_token = text_of(document, "access_token");
  if (lacks_some && !known.user_info.empty() && !access_token.empty()) add_user_info(known.user_info, access_token, token);
  return token;
}

void Provider::add_user_info(const std::string& address, const std::string& access_token, SignedToken& token) const {
  const Answer answer = ask("GET", address, "Bearer " + access_token, "");
  if (answer.status != 200) throw Error(conditions::kProviderRefused, {{"reason", "its user info answers " + std::to_string(answer.status)}, {"fix", "Have the provider put the claims into the ID token."}});
  Claims more = parse_claims(answer.body);
  // Core 5.3.2: it may be somebody else's.
  if (const auto subject = more.find("sub"); subject == more.end() || subject->second != std::vector{token.subject})
    throw Error(conditions::kTokenRefused, {{"reason", "the user info is somebody else's"}, {"fix", "Begin the log-in anew."}});
  token.claims.merge(more);
}

}  // namespace lab::oidc
