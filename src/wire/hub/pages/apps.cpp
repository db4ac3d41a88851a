#include "wire/hub/pages/apps.h"

#include <algorithm>
#include <utility>

#include "apps/conditions.h"
#include "base/error.h"
#include "wire/hub/apps_origin.h"
#include "wire/hub/conditions.h"
#include "wire/hub/operations.h"
#include "wire/hub/pages/layout.h"
#include "wire/hub/pages/texts.h"

namespace lab::wire::hub::pages {
namespace {

using lab::apps::App;
using lab::apps::AppState;
using lab::apps::AppStatus;

constexpr std::size_t kPageLogLines = 60;

std::string app_state(const Call& call, const AppStatus& status) {
  switch (status.state) {
    case AppState::Starting: return "<span class='state busy'>" + say(call, "starting") + "</span>";
    case AppState::Ready: return "<span class='state up'>" + (status.is_healthy ? say(call, "running") : say(call, "does not answer")) + "</span>";
    case AppState::Stopping: return "<span class='state busy'>" + say(call, "stopping") + "</span>";
    case AppState::Stopped: break;
  }
  return "<span class=state>" + (status.has_failed ? say(call, "failed") : say(call, "stopped")) + "</span>";
}

std::string audience_text(const App& app) {
  std::string text;
  for (const std::string& word : lab::apps::print_audience(app.audience)) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// A link to an app, as HTML; why there is none while the door is shut.
std::string app_address(const Service& service, const Call& call, const App& app) {
  const std::string origin = apps_origin(service, call.request);
  if (origin.empty()) return "<span class=soft>" + say(call, "the role {0} does not run", {"apps"}) + "</span>";
  const std::string address = escape_html(origin + app.prefix());
  return "<a class=mono href='" + address + "'>" + address + "</a>";
}

bool is_managed_by(const Call& call, const App& app) { return call.who().scopes.allows("apps", app.owner); }

/// The app that the path names, for its owner and administrators. Throws NO_SUCH_APP.
App get_managed_app(const Service& service, const Call& call) {
  App app = service.apps.registry().get(call.parameter("app"));
  if (!is_managed_by(call, app)) throw Error(lab::apps::conditions::kNoSuchApp, {{"name", app.name}});
  return app;
}

std::string app_button(const Call& call, const App& app, const char* action, Text text, const std::string& confirm = {}) {
  return "<form method=post action='/hub/apps/" + app.name + "'" + (confirm.empty() ? "" : " data-confirm='" + escape_html(confirm) + "'") + ">" + csrf_field(call) + "<input type=hidden name=action value=" + action +
         "><button class=quiet>" + say(call, text) + "</button></form> ";
}

struct AppAction {
  std::string_view name;
  void (*run)(Service& service, Call& call, const App& app);
};

void stop_it(Service& service, Call& call, const App& app) {
  service.apps.request_stop(app.name, "stopped by " + call.who().user, call.who().origin("stop app"));
  service.access.record_audit(call.who().identity(), "hub", "StopApp", app.name, access::AuditOutcome::Allowed);
}

void restart_it(Service& service, Call& call, const App& app) { service.apps.restart(app.name, call.who().origin("restart app")); }

void remove_it(Service& service, Call& call, const App& app) { service.apps.remove(app.name, call.who().origin("remove app")); }

void share_it(Service& service, Call& call, const App& app) {
  std::vector<std::string> words;
  std::string word;
  // People write lists with commas and spaces; names of groups have no spaces, and one with a comma is for the command line.
  for (const char c : call.form_value("public_to") + " ") {
    if (c != ',' && c != ' ') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  service.apps.registry().set_audience(app.name, lab::apps::parse_audience(words), call.who().origin("share app"));
}

constexpr AppAction kAppActions[] = {{"stop", &stop_it}, {"restart", &restart_it}, {"remove", &remove_it}, {"share", &share_it}};

}  // namespace

std::string apps_section(const Service& service, const Call& call) {
  const auto groups = service.access.groups_of(call.who().user);
  std::string rows;
  for (const App& app : service.apps.registry().list()) {
    if (!lab::apps::may_open(app, call.who().user, call.who().is_admin, groups)) continue;
    rows += "<tr><td><b>" + app.name + "</b><td class=soft>" + escape_html(app.owner) + "<td>" + app_state(call, service.apps.status(app.name)) + "<td>" + app_address(service, call, app) + "<td>";
    if (is_managed_by(call, app)) rows += "<a class='button quiet' href='/hub/apps/" + app.name + "'>" + say(call, "Manage") + "</a>";
    rows += "</tr>";
  }
  const std::string head = "<section><h2>" + say(call, "Apps") + "</h2>";
  if (rows.empty()) return head + "<p class=soft>" + say(call, "No app is open to you yet. {0} makes one out of a folder of your notebooks.", {"<code>dflab app deploy</code>"}) + "</p></section>";
  return head + "<div class=table><table><tr><th>" + say(call, "App") + "<th>" + say(call, "Owner") + "<th>" + say(call, "State") + "<th>" + say(call, "Address") + "<th>&nbsp;</tr>" + rows + "</table></div></section>";
}

net::Response apps(Service& service, Call& call) { return page(call, say(call, "Apps"), apps_section(service, call)); }

net::Response app(Service& service, Call& call) {
  const App app = get_managed_app(service, call);
  const AppStatus status = service.apps.status(app.name);
  const std::string audience = audience_text(app);
  std::string content = "<h1>" + app.name + "</h1>";
  content += status.has_failed ? note(say(call, "It has ended unexpectedly: {0}", {status.reason}), true) : note(status.state == AppState::Stopped ? status.reason : "");
  content += "<section><div class=table><table><tr><th>" + say(call, "State") + "<td>" + app_state(call, status) + "</tr><tr><th>" + say(call, "Address") + "<td>" + app_address(service, call, app) + "</tr><tr><th>" + say(call, "Owner") +
             "<td>" + escape_html(app.owner) + "</tr><tr><th>" + say(call, "Folder") + "<td><code>" + escape_html(app.folder.string()) + "</code></tr><tr><th>" + say(call, "Runs") + "<td><code>" +
             escape_html(app.command.empty() ? "streamlit run " + app.entry : app.command) + "</code></tr><tr><th>" + say(call, "Deployed") + "<td>" + iso_time(app.deployed).substr(0, 16) + "</tr></table></div><div class=row>";
  if (status.state == AppState::Starting || status.state == AppState::Ready) content += app_button(call, app, "stop", "Stop");
  content += app_button(call, app, "restart", "Begin anew") + app_button(call, app, "remove", "Remove", say(call, "Remove {0}? Its folder stays.", {app.name})) + "</div></section>";
  content += "<section><h2>" + say(call, "Open to") + "</h2><form method=post action='/hub/apps/" + app.name + "' class=row>" + csrf_field(call) + "<input type=hidden name=action value=share><label for=public class=soft>" +
             say(call, "everyone, groups, user:NAME") + "</label><span class=grow><input id=public name=public_to value='" + escape_html(audience) + "'></span><button class=quiet>" + say(call, "Change it") +
             "</button></form><p class=soft>" + say(call, "Now: {0}, its owner and administrators.", {audience.empty() ? say(call, "nobody else") : escape_html(audience)}) + "</p></section><section><h2>" +
             say(call, "The end of its log") + "</h2><pre class=mono>";
  for (const std::string& line : service.apps.last_lines(app.name, kPageLogLines)) content += escape_html(line) + "\n";
  return page(call, app.name, content + "</pre></section>");
}

net::Response change_app(Service& service, Call& call) {
  const App app = get_managed_app(service, call);
  const auto* row = std::ranges::find(kAppActions, call.form_value("action"), &AppAction::name);
  if (row == std::end(kAppActions)) throw Error(conditions::kBadBody, {{"reason", "There is no such action"}});
  row->run(service, call, app);
  return redirect(row->name == "remove" ? "/hub/apps" : "/hub/apps/" + app.name);
}

}  // namespace lab::wire::hub::pages
