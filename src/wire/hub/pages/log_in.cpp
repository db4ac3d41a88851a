#include "access/conditions.h"
#include "base/error.h"
#include "wire/hub/apps_origin.h"
#include "wire/hub/conditions.h"
#include "wire/hub/errors.h"
#include "wire/hub/operations.h"
#include "wire/hub/origin.h"
#include "wire/hub/pages/layout.h"
#include "wire/hub/pages/texts.h"
#include "wire/hub/visitor.h"

namespace lab::wire::hub::pages {
namespace {

net::Response form_page(const Service& service, Call& call, std::string_view problem, int status) {
  if (call.csrf_cookie.empty()) call.csrf_cookie = new_csrf();
  const std::string next = safe_next(call.query_value("next"));
  std::string content = "<section class=narrow><h1>" + say(call, "Log in") + "</h1>" + note(problem, true);
  const std::string next_query = "?next=" + lab::hub::escape_segment(next);
  std::string provider, form;
  // A link and not a form: the policy of these pages lets forms lead nowhere else.
  if (service.oidc != nullptr) provider = "<p><a class=button href='/hub/oauth_login" + next_query + "'>" + say(call, "Log in with {0}", {escape_html(service.oidc->options().name)}) + "</a></p>";
  const bool takes_passwords = !service.options.password_ways.empty();
  if (takes_passwords) {
    form = "<form method=post action='/hub/login" + next_query + "'>" + csrf_field(call);
    form += "<label for=username>" + say(call, "User name") + "</label><input id=username name=username autocomplete=username autocapitalize=none required autofocus value='" + escape_html(call.form_value("username")) + "'>";
    form += "<label for=password>" + say(call, "Password") + "</label><input id=password name=password type=password autocomplete=current-password required><button>" + say(call, "Log in") + "</button></form>";
  }
  content += service.options.is_oidc_first ? provider + form : form + provider;
  if (service.options.is_workshop && takes_passwords)
    content += "<p class=soft>" + say(call, "Workshop: until it is given another one, {0} has the password {1}.", {"<code>admin</code>", "<code>admin</code>"}) + "</p>";
  net::Response response = page(call, say(call, "Log in"), content + "</section>", status);
  set_csrf_cookie(call, call.csrf_cookie, response);
  // The way behind the form may lead on to the door of apps, and browsers hold that to be the form's own target.
  if (const std::string apps = apps_origin(service, call.request); !apps.empty()) allow_form_target(response, apps);
  return response;
}

/// The lab's own session is ended by now, that at the provider only the browser can end.
net::Response logged_out_page(const Service& service, Call call) {
  const std::string provider = escape_html(service.oidc->options().name);
  const std::string there = service.oidc->end_session_address(address_of_door(call.request) + "/hub/login");
  call.visitor.reset();
  std::string content = "<section class=narrow><h1>" + say(call, "You are logged out") + "</h1><p>" + say(call, "The lab has forgotten this browser. You are still logged in at {0}.", {provider}) + "</p>";
  if (!there.empty()) content += "<p><a class=button href='" + escape_html(there) + "'>" + say(call, "Log out there too") + "</a></p>";
  return page(call, say(call, "You are logged out"), content + "<p><a href='/hub/login'>" + say(call, "Log in again") + "</a></p></section>");
}

/// Who comes from elsewhere has no password here, unless an administrator gave one: whoever is gone there must not come back by it.
bool has_elsewhere_only(const Service& service, const std::string& user) { return service.access.origin_of(user).has_value() && !service.access.has_password(user); }

}  // namespace

net::Response root(Service&, Call&) { return redirect("/hub/home"); }

net::Response health(Service&, Call&) { return empty_response(200); }

net::Response log_in_form(Service& service, Call& call) {
  // The link that the first start prints. It is used by a form, so that a preview of the link does not use it up.
  const std::string link = call.query_value("link");
  if (link.empty()) {
    if (call.visitor && !call.visitor->session.empty()) return redirect(safe_next(call.query_value("next")));
    return form_page(service, call, "", 200);
  }
  call.visitor.reset();
  if (call.csrf_cookie.empty()) call.csrf_cookie = new_csrf();
  net::Response response = page(call, say(call, "Welcome"), "<section class=narrow><h1>" + say(call, "Welcome") + "</h1><p>" + say(call, "This link logs you in once. You can choose a password then.") +
                                                                "</p><form method=post action='/hub/login'>" + csrf_field(call) + "<input type=hidden name=link value='" + escape_html(link) + "'><button>" +
                                                                say(call, "Log in") + "</button></form></section>");
  set_csrf_cookie(call, call.csrf_cookie, response);
  return response;
}

net::Response log_in(Service& service, Call& call) {
  std::string next = safe_next(call.query_value("next"));
  std::optional<access::Identity> identity;
  if (const std::string link = call.form_value("link"); !link.empty()) {
    identity = service.access.take_log_in_link(link, {.actor = "system", .protocol = "hub", .request = "log in"});
    if (!identity) throw Error(conditions::kForbidden, {{"reason", "This link was used already, or is too old. The lab prints a new one at its next start."}});
    next = "/hub/password";
  } else {
    if (service.options.password_ways.empty()) throw Error(conditions::kForbidden, {{"reason", "This lab takes no passwords (hub.auth)"}});
    try {
      identity = service.access.log_in_by(service.options.password_ways, call.form_value("username"), call.form_value("password"), call.request.peer);
    } catch (const Error& error) {
      const bool is_shown_here = error.kind() == Kind::Unauthenticated || error.kind() == Kind::ResourceExhausted || error.kind() == Kind::Unavailable;
      if (!is_shown_here) throw;
      call.visitor.reset();
      return form_page(service, call, error.message(), status_of(error));
    }
  }
  net::Response response = redirect(next);
  open_session(service, *identity, call, response);
  return response;
}

net::Response log_out(Service& service, Call& call) {
  const auto origin = call.visitor ? service.access.origin_of(call.visitor->user) : std::nullopt;
  const bool came_by_provider = service.oidc != nullptr && origin && origin->way == "oidc";
  net::Response response = redirect("/hub/login");
  if (came_by_provider && service.oidc->options().ends_session) response = logged_out_page(service, call);
  end_session(service, call, response);
  return response;
}

net::Response password_form(Service& service, Call& call) {
  if (has_elsewhere_only(service, call.who().user))
    return page(call, say(call, "Password"), "<section class=narrow><h1>" + say(call, "Password of {0}", {escape_html(call.who().user)}) + "</h1>" + note(say(call, "You log in by {0} and have no password here.", {service.access.origin_of(call.who().user)->way})) + "</section>");
  const bool has_one = service.access.has_password(call.who().user);
  std::string content = "<section class=narrow><h1>" + say(call, "Password of {0}", {escape_html(call.who().user)}) + "</h1>" + note(call.query_value("done").empty() ? "" : say(call, "The password is changed."));
  if (!has_one) content += note(say(call, "You have no password yet: choose one."));
  content += "<form method=post action='/hub/password'>" + csrf_field(call);
  if (has_one) content += "<label for=old>" + say(call, "Old password") + "</label><input id=old name=old type=password autocomplete=current-password required>";
  content += "<label for=new>" + say(call, "New password") + "</label><input id=new name=new type=password autocomplete=new-password required minlength=" + std::string(service.options.is_workshop ? "1" : "8");
  content += " maxlength=1024><button>" + say(call, "Change it") + "</button></form></section>";
  return page(call, say(call, "Password"), content);
}

net::Response change_password(Service& service, Call& call) {
  const std::string& user = call.who().user;
  if (has_elsewhere_only(service, user)) throw Error(conditions::kForbidden, {{"reason", "You log in by another way and have no password here; an administrator can give you one"}});
  if (service.access.has_password(user)) service.access.log_in(user, call.form_value("old"), call.request.peer);
  service.access.set_password(user, call.form_value("new"), call.who().origin("change password"));
  // Whoever else is logged in by the old one is out.
  const std::string session = call.who().session;
  const auto is_other = [&](const access::TokenInfo& each) {
    const bool is_log_in = each.purpose == access::TokenPurpose::Session || each.purpose == access::TokenPurpose::OAuth || each.purpose == access::TokenPurpose::Link;
    return is_log_in && each.id != session && each.session != session;
  };
  service.access.delete_tokens(user, is_other, call.who().origin("change password"));
  return redirect("/hub/password?done=1");
}

}  // namespace lab::wire::hub::pages
