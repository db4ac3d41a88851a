#include "base/error.h"
#include "base/ids.h"
#include "wire/hub/conditions.h"
#include "wire/hub/operations.h"
#include "wire/hub/origin.h"
#include "wire/hub/visitor.h"

/// The browser's two steps of a log-in by OpenID Connect, at the addresses that JupyterHub has them at.
namespace lab::wire::hub::pages {
namespace {

// Ties a log-in to the browser that began it. Lax, so that it comes along when the provider sends the browser back.
constexpr const char* kBrowserCookie = "dflab-oidc";
constexpr const char* kCallback = "/hub/oauth_callback";
constexpr std::size_t kBrowserBytes = 32;

OidcDoor& get_oidc_door(Service& service) {
  if (service.oidc == nullptr) throw Error(conditions::kNotFound, {{"what", "This lab has no identity provider (hub.auth)"}});
  return *service.oidc;
}

}  // namespace

net::Response oauth_login(Service& service, Call& call) {
  OidcDoor& door = get_oidc_door(service);
  // Several log-ins of one browser, each in its tab, share the secret.
  std::string browser = find_cookie(call.request, kBrowserCookie);
  if (browser.size() != 2 * kBrowserBytes) browser = random_hex(kBrowserBytes);
  net::Response response = redirect(door.begin(browser, address_of_door(call.request) + kCallback, safe_next(call.query_value("next"))));
  response.set("Set-Cookie", std::string(kBrowserCookie) + "=" + browser + "; Path=/hub/; Max-Age=600; SameSite=Lax; HttpOnly" + (call.request.is_tls ? "; Secure" : ""));
  return response;
}

net::Response oauth_callback(Service& service, Call& call) {
  const OidcDoor::Arrival arrival = get_oidc_door(service).end(find_cookie(call.request, kBrowserCookie), call.query, call.request.peer);
  net::Response response = redirect(arrival.next);
  open_session(service, arrival.identity, call, response);
  return response;
}

}  // namespace lab::wire::hub::pages
