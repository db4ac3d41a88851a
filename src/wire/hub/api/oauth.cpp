#include "base/error.h"
#include "wire/hub/api/models.h"
#include "wire/hub/apps_origin.h"
#include "wire/hub/conditions.h"
#include "wire/hub/operations.h"
#include "wire/hub/pages/layout.h"

namespace lab::wire::hub::api {
namespace {

using lab::hub::ServerInfo;
using lab::hub::ServerState;

constexpr std::chrono::seconds kAccessLife = std::chrono::hours(24 * 14);

net::Response oauth_error(int status, const char* error, const char* description) { return json_response(status, {{"error", error}, {"error_description", description}}); }

/// The server that a client of OAuth is. Throws FORBIDDEN.
ServerInfo get_client(const Service& service, const std::string& client) {
  for (ServerInfo& server : service.servers.list_all())
    if (server.state != ServerState::Stopped && lab::hub::server_client(server.user, server.name) == client) return std::move(server);
  throw Error(conditions::kForbidden, {{"reason", "No server that runs is the client " + client}});
}

std::string with_query(const std::string& address, const std::string& name, const std::string& value) {
  return address + (address.find('?') == std::string::npos ? "?" : "&") + name + "=" + lab::hub::escape_segment(value);
}

/// The door of apps is of the lab itself and decides anew over each app; it is told who comes, and proves by PKCE that it is the same browser.
net::Response authorize_apps_door(Service& service, Call& call) {
  const std::string origin = apps_origin(service, call.request), callback = origin + lab::apps::kDoorCallback;
  if (origin.empty() || call.query_value("redirect_uri") != callback) throw Error(conditions::kForbidden, {{"reason", "The address to come back to is not the apps'"}});
  if (call.query_value("response_type") != "code") throw Error(conditions::kBadBody, {{"reason", "response_type must be code"}});
  if (call.query_value("code_challenge").empty() || call.query_value("code_challenge_method") != "S256") throw Error(conditions::kBadBody, {{"reason", "code_challenge_method must be S256"}});
  lab::hub::Authorization allowed;
  allowed.user = call.who().user;
  allowed.client = lab::apps::kDoorClient;
  allowed.redirect_uri = callback;
  allowed.session = call.who().session;
  allowed.scopes = {"access:apps!user"};
  allowed.challenge = call.query_value("code_challenge");
  return redirect(with_query(with_query(callback, "code", service.authorizations.issue(std::move(allowed))), "state", call.query_value("state")));
}

}  // namespace

// RFC 6749, 4.1.1: the browser's step. A person's own server gets its code at once; for somebody else's the person is asked.
net::Response authorize(Service& service, Call& call) {
  const Visitor& visitor = call.who();
  if (visitor.session.empty()) throw Error(conditions::kForbidden, {{"reason", "Log in with a browser"}});
  if (call.query_value("client_id") == lab::apps::kDoorClient) return authorize_apps_door(service, call);
  const ServerInfo server = get_client(service, call.query_value("client_id"));
  const std::string callback = lab::hub::server_prefix(server.user, server.name) + "oauth_callback";
  // Nowhere else: a code that is sent to a foreign address is a stolen one.
  if (call.query_value("redirect_uri") != callback) throw Error(conditions::kForbidden, {{"reason", "The address to come back to is not the server's"}});
  if (call.query_value("response_type") != "code") throw Error(conditions::kBadBody, {{"reason", "response_type must be code"}});
  const std::string challenge = call.query_value("code_challenge");
  if (!challenge.empty() && call.query_value("code_challenge_method") != "S256") throw Error(conditions::kBadBody, {{"reason", "code_challenge_method must be S256"}});
  if (!visitor.scopes.allows_server("access:servers", server.user, server.name)) {
    service.access.record_audit(visitor.identity(), "hub", "AccessServer", server.user + "/" + server.name, access::AuditOutcome::Refused, "NOT_SHARED");
    throw Error(conditions::kForbidden, {{"reason", "You do not have permission to access the server of " + server.user}});
  }
  if (server.user != visitor.user && call.request.method != net::Method::Post) return pages::confirm_access_page(call, server);
  service.access.record_audit(visitor.identity(), "hub", "AccessServer", server.user + "/" + server.name, access::AuditOutcome::Allowed);
  lab::hub::Authorization allowed;
  allowed.user = visitor.user;
  allowed.client = call.query_value("client_id");
  allowed.redirect_uri = callback;
  allowed.session = visitor.session;
  allowed.scopes = {"access:servers!server=" + server.user + "/" + server.name, "read:users:name!user", "read:users:groups!user"};
  allowed.challenge = challenge;
  std::string to = with_query(callback, "code", service.authorizations.issue(std::move(allowed)));
  if (const std::string state = call.query_value("state"); !state.empty()) to = with_query(to, "state", state);
  return redirect(std::move(to));
}

// RFC 6749, 4.1.3: the server's step.
net::Response issue_access_token(Service& service, Call& call) {
  const std::string client = call.form_value("client_id");
  const auto secret = service.access.find_token(call.form_value("client_secret"), access::TokenPurpose::Server);
  // Whose code it was is not told by one that is used up, or another's.
  const auto refused = [&](const char* cause) {
    service.access.audit().count({"", secret ? "token:" + secret->id : "", "hub", "LogIn", client, access::AuditOutcome::Refused, cause});
  };
  if (!secret || secret->client != client) {
    refused("INVALID_CLIENT");
    return oauth_error(401, "invalid_client", "The client is not known");
  }
  if (call.form_value("grant_type") != "authorization_code") return oauth_error(400, "unsupported_grant_type", "Only authorization_code is");
  auto allowed = service.authorizations.redeem(call.form_value("code"), client, call.form_value("redirect_uri"), call.form_value("code_verifier"));
  if (!allowed) {
    refused("INVALID_GRANT");
    return oauth_error(400, "invalid_grant", "The code is not valid (any more)");
  }
  access::TokenInfo token{.user = allowed->user, .purpose = access::TokenPurpose::OAuth};
  token.scopes = allowed->scopes;
  token.note = "browser at " + client;
  token.client = client;
  token.session = allowed->session;
  token.expires = service.clock.now() + kAccessLife;
  const auto created = service.access.create_token(std::move(token), {.actor = allowed->user, .protocol = "hub", .request = "oauth"});
  std::string scopes;
  for (const std::string& scope : allowed->scopes) scopes += (scopes.empty() ? "" : " ") + scope;
  return json_response(200, {{"access_token", created.text}, {"token_type", "Bearer"}, {"expires_in", kAccessLife.count()}, {"scope", scopes}});
}

}  // namespace lab::wire::hub::api
