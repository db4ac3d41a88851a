#include "wire/hub/visitor.h"

#include "base/checksum.h"
#include "base/ids.h"

namespace lab::wire::hub {
namespace {

// Sent to the hub's own pages only: what people's notebooks serve never sees it.
constexpr const char* kSessionCookie = "dflab-hub";
constexpr const char* kCsrfCookie = "_xsrf";
// Notebook servers look at it to see that a log-in has ended.
constexpr const char* kSessionIdCookie = "jupyterhub-session-id";
constexpr std::chrono::seconds kSessionLife = std::chrono::hours(24 * 14);

std::string csrf_of(std::string_view session_token) { return to_hex(checksum(ChecksumKind::Sha256, "xsrf:" + std::string(session_token))).substr(0, 32); }

void set_cookie(const net::Request& request, net::Response& response, std::string_view name, std::string_view value, std::string_view path, bool is_kept, bool is_for_scripts = false) {
  std::string cookie = std::string(name) + "=" + std::string(value) + "; Path=" + std::string(path) + "; SameSite=Lax";
  if (!is_for_scripts) cookie += "; HttpOnly";
  if (request.is_tls) cookie += "; Secure";
  cookie += is_kept ? "; Max-Age=" + std::to_string(kSessionLife.count()) : std::string("; Max-Age=0");
  response.set("Set-Cookie", std::move(cookie));
}

std::optional<std::string> token_in(const net::Request& request, const net::Headers& query) {
  if (const auto header = request.header("authorization")) {
    for (const std::string_view scheme : {"token ", "Token ", "Bearer ", "bearer "})
      if (header->starts_with(scheme)) return std::string(header->substr(scheme.size()));
    return std::string();
  }
  if (const auto value = net::find_header(query, "token")) return std::string(*value);
  return std::nullopt;
}

Visitor visitor_of(const Service& service, const std::string& user) {
  Visitor visitor;
  visitor.user = user;
  const auto found = service.access.find_user(user);
  visitor.is_admin = found && found->is_admin;
  visitor.scopes = lab::hub::Scopes::of_user(user, visitor.is_admin);
  return visitor;
}

}  // namespace

std::string find_cookie(const net::Request& request, std::string_view name) {
  for (const auto& [header, value] : request.headers) {
    if (header != "cookie") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      std::string_view pair = rest.substr(0, end);
      while (pair.starts_with(' ')) pair.remove_prefix(1);
      const std::size_t equals = pair.find('=');
      if (equals != std::string_view::npos && pair.substr(0, equals) == name) return std::string(pair.substr(equals + 1));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return {};
}

std::optional<Visitor> find_visitor(const Service& service, const net::Request& request, const net::Headers& query) {
  using access::TokenPurpose;
  if (const auto text = token_in(request, query)) {
    for (const TokenPurpose purpose : {TokenPurpose::Api, TokenPurpose::Server, TokenPurpose::OAuth}) {
      auto token = service.access.find_token(*text, purpose);
      if (!token) continue;
      Visitor visitor = visitor_of(service, token->user);
      visitor.scopes = lab::hub::Scopes::of_token(token->scopes, visitor.user, visitor.is_admin);
      visitor.credential = "token:" + token->id;
      visitor.token = std::move(token);
      return visitor;
    }
    // The lab's own token, which `dflab env` prints, is one here too. An empty one is nobody, also in the workshop.
    const auto identity = text->empty() ? std::nullopt : service.access.authenticate_bearer(*text);
    if (!identity || identity->credential.starts_with("token:")) {
      service.access.count_refused_token(*text, "hub", request.peer);
      return std::nullopt;
    }
    Visitor visitor = visitor_of(service, identity->user);
    visitor.credential = identity->credential;
    return visitor;
  }
  const std::string cookie = find_cookie(request, kSessionCookie);
  if (cookie.empty()) return std::nullopt;
  const auto session = service.access.find_token(cookie, TokenPurpose::Session);
  if (!session) {
    service.access.count_refused_token(cookie, "hub", request.peer);
    return std::nullopt;
  }
  Visitor visitor = visitor_of(service, session->user);
  visitor.credential = "session:" + session->id;
  visitor.session = session->id;
  visitor.csrf = csrf_of(cookie);
  return visitor;
}

void open_session(Service& service, const access::Identity& identity, const Call& call, net::Response& response) {
  access::TokenInfo session{.user = identity.user, .purpose = access::TokenPurpose::Session};
  session.note = "browser at " + call.request.peer;
  session.expires = service.clock.now() + kSessionLife;
  const auto made = service.access.create_token(std::move(session), {.actor = identity.user, .protocol = "hub", .request = "log in"});
  set_cookie(call.request, response, kSessionCookie, made.text, "/hub/", true);
  set_cookie(call.request, response, kCsrfCookie, csrf_of(made.text), "/hub/", true, true);
  set_cookie(call.request, response, kSessionIdCookie, made.info.id, "/", true);
}

void end_session(Service& service, const Call& call, net::Response& response) {
  if (call.visitor && !call.visitor->session.empty()) {
    const std::string& session = call.visitor->session;
    service.access.delete_tokens(call.visitor->user, [&](const access::TokenInfo& each) { return each.id == session || each.session == session; }, call.who().origin("log out"));
    service.access.record_audit(call.who().identity(), "hub", "LogOut", call.request.peer, access::AuditOutcome::Allowed);
  }
  set_cookie(call.request, response, kSessionCookie, "", "/hub/", false);
  set_cookie(call.request, response, kCsrfCookie, "", "/hub/", false, true);
  set_cookie(call.request, response, kSessionIdCookie, "", "/", false);
}

std::string new_csrf() { return random_hex(16); }

void set_language_cookie(const Call& call, std::string_view tag, net::Response& response) { set_cookie(call.request, response, kLanguageCookie, tag, "/hub/", true); }

void set_csrf_cookie(const Call& call, const std::string& value, net::Response& response) { set_cookie(call.request, response, kCsrfCookie, value, "/hub/", true, true); }

bool has_csrf(const Call& call) {
  const std::string& expected = call.visitor ? call.visitor->csrf : call.csrf_cookie;
  if (expected.empty()) return false;
  for (const std::string& brought : {call.form_value("_xsrf"), call.query_value("_xsrf"), std::string(call.request.header("x-xsrftoken").value_or(""))})
    if (equal_in_constant_time(brought, expected)) return true;
  return false;
}

}  // namespace lab::wire::hub
