#include "wire/apps/log_in.h"

#include <algorithm>

#include "apps/apps.h"
#include "base/checksum.h"
#include "base/error.h"
#include "base/ids.h"
#include "hub/scopes.h"
#include "hub/server_environment.h"
#include "wire/apps/conditions.h"

namespace lab::wire::apps {
namespace {

using access::TokenPurpose;
using lab::hub::escape_segment;

constexpr const char* kSessionCookie = "dflab-apps";
// Binds the way to the hub and back to one browser; also PKCE's verifier.
constexpr const char* kWayCookie = "dflab-apps-way";
constexpr std::chrono::seconds kSessionLife = std::chrono::hours(24 * 14), kWayLife = std::chrono::minutes(30);
constexpr std::string_view kAccessScope = "access:apps";

void add_cookie(net::Response& response, const net::Request& request, std::string_view name, std::string_view value, std::string_view path, std::chrono::seconds life) {
  response.set("Set-Cookie", std::string(name) + "=" + std::string(value) + "; Path=" + std::string(path) + "; SameSite=Lax; HttpOnly" + (request.is_tls ? "; Secure" : "") + "; Max-Age=" + std::to_string(life.count()));
}

/// What comes back from the hub beside the code: where the visitor wanted to go, and the proof that this browser did.
std::string state_of(const std::string& way, const std::string& next) { return to_hex(checksum(ChecksumKind::Sha256, "state:" + way + ":" + next)).substr(0, 32) + next; }

bool is_good_way(std::string_view way) {
  return way.size() == 64 && std::ranges::all_of(way, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// A path of this door: nothing that a browser reads as another host.
bool is_own_path(std::string_view path) {
  const bool is_plain = std::ranges::all_of(path, [](unsigned char c) { return c > 0x20 && c != '\\' && c != 0x7f; });
  return path.starts_with('/') && !path.starts_with("//") && is_plain;
}

Error refused(const char* reason) { return Error(conditions::kForbidden, {{"reason", reason}}); }

}  // namespace

std::string cookie_value(const net::Request& request, std::string_view name) {
  for (const auto& [header, value] : request.headers) {
    if (header != "cookie") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      std::string_view pair = rest.substr(0, end);
      while (pair.starts_with(' ')) pair.remove_prefix(1);
      if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') return std::string(pair.substr(name.size() + 1));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return {};
}

net::Response redirect_to(std::string address) {
  net::Response response = net::text_response(302, "text/plain", "");
  response.set("Location", std::move(address));
  response.set("Cache-Control", "no-store");
  return response;
}

LogIn::LogIn(access::Access& access, lab::hub::Authorizations& authorizations, const Clock& clock) : access_(access), authorizations_(authorizations), clock_(clock) {}

std::optional<Visitor> LogIn::find_visitor(const net::Request& request) {
  const auto header = request.header("authorization");
  std::string text;
  if (header) {
    // A wrong token is not made good by a cookie.
    for (const std::string_view scheme : {"token ", "Token ", "Bearer ", "bearer "})
      if (header->starts_with(scheme)) text = std::string(header->substr(scheme.size()));
  } else {
    text = cookie_value(request, kSessionCookie);
  }
  if (text.empty()) return std::nullopt;
  Visitor visitor{.user = {}, .is_admin = false, .credential = {}, .proof = (header ? "token " : "cookie ") + text};
  if (!is_good(visitor)) {
    access_.count_refused_token(text, "apps", request.peer);
    return std::nullopt;
  }
  auto token = access_.find_token(text, header ? TokenPurpose::Api : TokenPurpose::OAuth);
  if (header && !token) token = access_.find_token(text, TokenPurpose::Server);
  visitor.user = token ? token->user : access_.authenticate_bearer(text).value_or(access::Identity{}).user;
  visitor.credential = token ? (header ? "token:" : "session:") + token->id : "token";
  const auto user = access_.find_user(visitor.user);
  if (!user) return std::nullopt;
  visitor.is_admin = user->is_admin;
  return visitor;
}

bool LogIn::is_good(const Visitor& visitor) const {
  const std::string_view proof = visitor.proof;
  const std::string text(proof.substr(proof.find(' ') + 1));
  if (proof.starts_with("cookie ")) {
    const auto token = access_.find_token(text, TokenPurpose::OAuth);
    return token && token->client == lab::apps::kDoorClient;
  }
  for (const TokenPurpose purpose : {TokenPurpose::Api, TokenPurpose::Server})
    if (const auto token = access_.find_token(text, purpose)) {
      const auto user = access_.find_user(token->user);
      return user && lab::hub::Scopes::of_token(token->scopes, token->user, user->is_admin).allows(kAccessScope, token->user);
    }
  // The lab's own token, which `dflab env` prints.
  const auto identity = access_.authenticate_bearer(text);
  return identity && !identity->credential.starts_with("token:");
}

net::Response LogIn::begin(const net::Request& request, const std::string& hub, const std::string& own) const {
  std::string way = cookie_value(request, kWayCookie);
  // One for all tabs of a browser: each comes back on its own.
  if (!is_good_way(way)) way = random_hex(32);
  const std::string next = is_own_path(request.target) ? request.target : "/";
  net::Response response = redirect_to(hub + "/hub/api/oauth2/authorize?response_type=code&client_id=" + lab::apps::kDoorClient + "&redirect_uri=" + escape_segment(own + lab::apps::kDoorCallback) +
                                       "&state=" + escape_segment(state_of(way, next)) + "&code_challenge_method=S256&code_challenge=" + escape_segment(lab::hub::pkce_challenge(way)));
  add_cookie(response, request, kWayCookie, way, "/", kWayLife);
  return response;
}

net::Response LogIn::end(const net::Request& request, const std::string& own) {
  const auto query = net::decode_query(request.raw_query());
  const auto value_of = [&](std::string_view name) { return std::string(net::find_header(query, name).value_or("")); };
  const std::string way = cookie_value(request, kWayCookie), state = value_of("state");
  const std::string next = state.size() > 32 ? state.substr(32) : "";
  if (!is_good_way(way) || !is_own_path(next) || !equal_in_constant_time(state, state_of(way, next))) throw refused("This log-in was not begun in this browser, or too long ago. Open the app's address anew.");
  const auto allowed = authorizations_.redeem(value_of("code"), lab::apps::kDoorClient, own + lab::apps::kDoorCallback, way);
  if (!allowed) {
    access_.audit().count({"", "", "apps", "LogIn", request.peer, access::AuditOutcome::Refused, "INVALID_GRANT"});
    throw refused("This log-in is used up or too old. Open the app's address anew.");
  }
  access::TokenInfo session{.user = allowed->user, .purpose = TokenPurpose::OAuth};
  session.scopes = allowed->scopes;
  session.note = "browser at apps";
  session.client = lab::apps::kDoorClient;
  session.session = allowed->session;
  session.expires = clock_.now() + kSessionLife;
  const auto made = access_.create_token(std::move(session), {.actor = allowed->user, .protocol = "apps", .request = "oauth"});
  net::Response response = redirect_to(next);
  add_cookie(response, request, kSessionCookie, made.text, "/", kSessionLife);
  return response;
}

}  // namespace lab::wire::apps
