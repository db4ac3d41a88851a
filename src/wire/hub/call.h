#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "access/access.h"
#include "apps/apps.h"
#include "hub/authorizations.h"
#include "hub/scopes.h"
#include "hub/servers.h"
#include "net/http.h"
#include "wire/hub/server.h"

namespace lab::wire::hub {

/// What JupyterHub this door is one of.
inline constexpr const char* kHubVersion = "4.1.6";

/// What operations work with.
struct Service {
  access::Access& access;
  lab::hub::Servers& servers;
  lab::apps::Apps& apps;
  lab::hub::Authorizations& authorizations;
  const Clock& clock;
  const HubOptions& options;
  OidcDoor* oidc = nullptr;  ///< absent without a provider
};

/// Who asks, and by what.
struct Visitor {
  std::string user;
  bool is_admin = false;
  lab::hub::Scopes scopes;
  std::string credential;  ///< for the audit
  std::string session;     ///< id of the log-in; empty when not by cookie
  std::string csrf;        ///< what a form of this session must bring
  std::optional<access::TokenInfo> token;

  access::Identity identity() const { return {user, is_admin, credential}; }
  store::Origin origin(std::string request) const { return {.actor = user, .protocol = "hub", .request = std::move(request), .credential = credential}; }
};

/// One request of an operation.
struct Call {
  net::Request request;
  std::string body;
  net::Headers parameters;         ///< of the path
  net::Headers query, form;        ///< decoded
  std::optional<Visitor> visitor;
  std::string csrf_cookie;         ///< of who has not logged in yet

  /// Of the path; empty when the route has no such part.
  std::string parameter(std::string_view name) const { return std::string(net::find_header(parameters, name).value_or("")); }
  std::string query_value(std::string_view name) const { return std::string(net::find_header(query, name).value_or("")); }
  std::string form_value(std::string_view name) const { return std::string(net::find_header(form, name).value_or("")); }
  /// Only for operations that want a visitor.
  const Visitor& who() const { return *visitor; }
  /// The body as a JSON object, `{}` when it is empty. Throws BAD_REQUEST_BODY.
  nlohmann::json json() const;
};

/// Who must ask.
enum class Needs {
  Nobody,   ///< anybody may
  Person,   ///< a page: others are sent to the log-in
  Caller,   ///< the API: others are refused
};

using Operation = net::Response (*)(Service&, Call&);
struct Action {
  Operation run;
  Needs needs;
  bool is_checked_for_csrf = true;  ///< when it changes something and the visitor came by cookie, or is nobody
};

net::Response json_response(int status, const nlohmann::json& body);
net::Response empty_response(int status);
net::Response redirect(std::string to);
/// `2026-01-31T12:00:00.123456Z`, as JupyterHub writes times.
std::string iso_time(Timestamp time);

}  // namespace lab::wire::hub
