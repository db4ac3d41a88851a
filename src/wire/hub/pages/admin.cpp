#include <algorithm>

#include "base/error.h"
#include "wire/hub/api/models.h"
#include "wire/hub/conditions.h"
#include "wire/hub/operations.h"
#include "wire/hub/pages/layout.h"
#include "wire/hub/pages/texts.h"

namespace lab::wire::hub::pages {
namespace {

using lab::hub::ServerState;

std::string action_form(const Call& call, const char* action, const std::string& user, Text text, const std::string& question = {}) {
  std::string form = "<form method=post action='/hub/admin'" + (question.empty() ? "" : " data-confirm='" + escape_html(question) + "'") + ">" + csrf_field(call);
  return form + "<input type=hidden name=action value=" + action + "><input type=hidden name=user value='" + escape_html(user) + "'><button class=quiet>" + say(call, text) + "</button></form>";
}

void add_user(Service& service, Call& call) {
  const std::string name = call.form_value("user"), password = call.form_value("password");
  call.parameters = {{"user", name}};
  service.access.create_user(name, false, call.who().origin("create user"));
  if (!password.empty()) service.access.set_password(name, password, call.who().origin("set password"));
}

void set_admin(Service& service, Call& call, bool is_admin) {
  service.access.set_admin(call.form_value("user"), is_admin, call.who().origin("change user"));
}

void make_admin(Service& service, Call& call) { set_admin(service, call, true); }
void make_user(Service& service, Call& call) { set_admin(service, call, false); }

/// As the API does it, with all that goes along.
void remove_user(Service& service, Call& call) {
  call.parameters = {{"user", call.form_value("user")}};
  api::delete_user(service, call);
}

void give_password(Service& service, Call& call) {
  call.parameters = {{"user", call.form_value("user")}};
  call.body = nlohmann::json{{"password", call.form_value("password")}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  api::set_password(service, call);
}

struct AdminAction {
  std::string_view name;
  void (*run)(Service&, Call&);
};
constexpr AdminAction kAdminActions[] = {{"add", &add_user}, {"make-admin", &make_admin}, {"make-user", &make_user}, {"password", &give_password}, {"remove", &remove_user}};

}  // namespace

net::Response admin(Service& service, Call& call) {
  api::require_everywhere(call, "admin-ui");
  std::string content = "<h1>" + say(call, "People and servers") + "</h1><p><a href='/hub/audit'>" + say(call, "Who did what: the audit trail") + "</a></p><section><h2>" + say(call, "Add a person") +
                        "</h2><form method=post action='/hub/admin' class=row>" + csrf_field(call) +
                        "<input type=hidden name=action value=add><span class=grow><label for=add-user>" + say(call, "User name") + "</label><input id=add-user name=user required maxlength=64></span>"
                        "<span class=grow><label for=add-password>" + say(call, "First password") + "</label><input id=add-password name=password type=password autocomplete=new-password></span><button>" + say(call, "Add") + "</button></form></section>";
  content += "<section><h2>" + say(call, "People") + "</h2><div class=table><table><tr><th>" + say(call, "User") + "<th>" + say(call, "Groups") + "<th>" + say(call, "Server") + "<th>" + say(call, "Last active") + "<th>&nbsp;</tr>";
  for (const access::UserInfo& user : service.access.list_users()) {
    std::string groups, states;
    for (const std::string& group : service.access.groups_of(user.name)) groups += (groups.empty() ? "" : ", ") + group;
    std::optional<Timestamp> latest;
    for (const auto& server : service.servers.list(user.name)) {
      latest = std::max(latest.value_or(server.last_activity), server.last_activity);
      if (server.state == ServerState::Stopped) continue;
      const std::string place = lab::hub::escape_segment(user.name) + (server.name.empty() ? "" : "/" + lab::hub::escape_segment(server.name));
      states += "<span class='state " + std::string(server.state == ServerState::Ready ? "up" : "busy") + "'><a href='" + lab::hub::server_prefix(user.name, server.name) + "'>" +
                (server.name.empty() ? "JupyterLab" : escape_html(server.name)) + "</a></span> <form method=post action='/hub/stop/" + place + "'>" + csrf_field(call) + "<button class=quiet>" + say(call, "Stop") + "</button></form>";
    }
    content += "<tr><td><b>" + escape_html(user.name) + "</b>" + (user.is_admin ? " <small class=soft>admin</small>" : "") + "<td>" + escape_html(groups) + "<td>" + states + "<td class=soft>" +
               (latest ? iso_time(*latest).substr(0, 16) : "") + "<td>";
    content += user.is_admin ? action_form(call, "make-user", user.name, "No admin") : action_form(call, "make-admin", user.name, "Make admin");
    if (user.name != call.who().user) content += action_form(call, "remove", user.name, "Remove", say(call, "Remove {0}? Its files stay.", {user.name}));
    content += "</tr>";
  }
  content += "</table></div></section><section><h2>" + say(call, "Give a new password") + "</h2><form method=post action='/hub/admin' class=row>" + csrf_field(call) +
             "<input type=hidden name=action value=password><span class=grow><label for=of>" + say(call, "User name") + "</label><input id=of name=user required></span>"
             "<span class=grow><label for=new>" + say(call, "New password") + "</label><input id=new name=password type=password autocomplete=new-password required></span><button>" + say(call, "Set it") + "</button></form></section>";
  return page(call, say(call, "Admin"), content);
}

net::Response admin_change(Service& service, Call& call) {
  api::require_everywhere(call, "admin:users");
  const auto* row = std::ranges::find(kAdminActions, call.form_value("action"), &AdminAction::name);
  if (row == std::end(kAdminActions)) throw Error(conditions::kBadBody, {{"reason", "There is no such action"}});
  row->run(service, call);
  return redirect("/hub/admin");
}

}  // namespace lab::wire::hub::pages
