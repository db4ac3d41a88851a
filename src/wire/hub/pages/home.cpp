#include "base/error.h"
#include "proc/child.h"
#include "proc/confinement.h"
#include "wire/hub/api/models.h"
#include "wire/hub/operations.h"
#include "wire/hub/pages/apps.h"
#include "wire/hub/pages/layout.h"
#include "wire/hub/pages/texts.h"

namespace lab::wire::hub::pages {
namespace {

using lab::hub::ServerInfo;
using lab::hub::ServerState;

std::string state_text(const Call& call, const ServerInfo& server) {
  switch (server.state) {
    case ServerState::Starting: return "<span class='state busy'>" + say(call, "starting") + "</span>";
    case ServerState::Ready: return "<span class='state up'>" + say(call, "running") + "</span>";
    case ServerState::Stopping: return "<span class='state busy'>" + say(call, "stopping") + "</span>";
    case ServerState::Stopped: break;
  }
  return "<span class=state>" + say(call, "stopped") + "</span>";
}

std::string place_of(const std::string& user, const std::string& name) { return lab::hub::escape_segment(user) + (name.empty() ? "" : "/" + lab::hub::escape_segment(name)); }

std::string post_button(const Call& call, const std::string& action, Text text, bool is_quiet) {
  return "<form method=post action='" + action + "'>" + csrf_field(call) + "<button" + (is_quiet ? " class=quiet" : "") + ">" + say(call, text) + "</button></form>";
}

std::string gibibytes(std::uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f GiB", static_cast<double>(bytes) / (1 << 30));
  return text;
}

std::string size_text(const Call& call, const proc::ChildLimits& limits) {
  const std::string cores = limits.cores == 0 ? say(call, "all cores") : limits.cores == 1 ? say(call, "1 core") : say(call, "{0} cores", {std::to_string(limits.cores)});
  return limits.memory_bytes == 0 ? cores : cores + ", " + say(call, "{0} a process", {gibibytes(limits.memory_bytes)});
}

/// Offers the sizes, if there is a choice; the last one is chosen.
std::string size_field(const Service& service, const Call& call, const std::string& user, const std::string& name) {
  const auto& options = service.servers.options();
  if (options.sizes.empty()) return {};
  const std::string last = service.servers.last_size(user, name);
  std::string field = "<select name=size aria-label='" + say(call, "Size of the server") + "'>";
  const auto add = [&](std::string_view size, const proc::ChildLimits& limits) {
    field += "<option value='" + escape_html(size) + "'" + (size == last ? " selected" : "") + ">" + escape_html(size) + ": " + size_text(call, limits) + "</option>";
  };
  add(lab::hub::kStandardSize, options.limits);
  for (const auto& size : options.sizes) add(size.name, {.memory_bytes = size.memory_bytes, .cores = size.cores});
  return field + "</select>";
}

std::string start_form(const Service& service, const Call& call, const std::string& user, const std::string& name, Text text) {
  return "<form method=post class=row action='/hub/spawn/" + place_of(user, name) + "'>" + csrf_field(call) + size_field(service, call, user, name) + "<button>" + say(call, text) + "</button></form>";
}

std::string isolation_text(const Call& call) {
  const std::string gaps = proc::describe_confinement_gaps(proc::landlock_version());
  return gaps.empty() ? say(call, "It opens the home of its owner and the shared folders, and nothing else of the lab’s files.") : gaps;
}

std::string server_row(const Service& service, const Call& call, const ServerInfo& server) {
  const std::string place = place_of(server.user, server.name);
  std::string row = "<tr><td>" + (server.name.empty() ? std::string("<b>JupyterLab</b>") : "<b>" + escape_html(server.name) + "</b>") + "<td>" + state_text(call, server);
  if (!server.reason.empty() && server.state == ServerState::Stopped) row += "<br><small class=soft>" + escape_html(server.reason) + "</small>";
  row += "<td class=soft>";
  if (server.state == ServerState::Ready) row += say(call, "{0} of {1} a process", {gibibytes(proc::resident_bytes(server.child)), gibibytes(server.limits.memory_bytes)});
  row += "<td>";
  switch (server.state) {
    case ServerState::Ready: row += "<a class=button href='" + lab::hub::server_prefix(server.user, server.name) + "'>" + say(call, "Open") + "</a> " + post_button(call, "/hub/stop/" + place, "Stop", true); break;
    case ServerState::Starting: row += "<a class='button quiet' href='/hub/spawn-pending/" + place + "'>" + say(call, "Watch") + "</a>"; break;
    case ServerState::Stopped: row += start_form(service, call, server.user, server.name, "Start"); break;
    case ServerState::Stopping: break;
  }
  return row + "</tr>";
}

/// Whom and which server a page is about; oneself without. Throws when the visitor may not.
std::pair<std::string, std::string> target_of(const Service& service, const Call& call, std::string_view scope) {
  std::string user = call.parameter("user"), name = call.parameter("server");
  if (user.empty()) user = call.who().user;
  api::require_server(call, scope, user, name);
  api::get_known_user(service, user);
  return {user, name};
}

}  // namespace

net::Response home(Service& service, Call& call) {
  const std::string& user = call.who().user;
  std::string content = "<h1>" + say(call, "Hello, {0}", {escape_html(user)}) + "</h1>" + note(service.access.has_password(user) || service.options.is_workshop ? "" : say(call, "You have no password yet. Choose one under your name above."));
  content += "<section><h2>" + say(call, "Your servers") + "</h2><div class='table cards'><table><tr><th>" + say(call, "Server") + "<th>" + say(call, "State") + "<th>" + say(call, "Memory") + "<th>&nbsp;</tr>";
  auto servers = service.servers.list(user);
  if (!service.servers.find(user, "")) servers.insert(servers.begin(), ServerInfo{.user = user});
  for (const ServerInfo& server : servers) content += server_row(service, call, server);
  const auto& options = service.servers.options();
  content += "</table></div><form method=post action='/hub/spawn' class=row>" + csrf_field(call) +
             "<label for=server class=soft>" + say(call, "Another one") + "</label><span class=grow><input id=server name=server placeholder='" + say(call, "its name") +
             "' pattern='[A-Za-z0-9._\\-]{1,64}' required></span>" + size_field(service, call, user, "") + "<button class=quiet>" + say(call, "Start") + "</button></form>";
  content += "<p class=soft>" + say(call, "A server of the size {0} has {1}.", {lab::hub::kStandardSize, size_text(call, options.limits)}) + " " + escape_html(isolation_text(call)) + "</p></section>";
  content += apps_section(service, call);
  content += "<section><h2>" + say(call, "The lab") + "</h2><div class=table><table><tr><th>" + say(call, "Role") + "<th>" + say(call, "Speaks") + "<th>" + say(call, "State") + "<th>" + say(call, "Address") + "</tr>";
  for (const RoleLine& role : service.options.roles()) {
    content += "<tr><td>" + escape_html(role.key) + "<td class=soft>" + escape_html(role.protocol) + "<td><span class='state" + (role.is_running ? " up'>" + say(call, "running") : "'>" + say(call, "not running")) + "</span><td>";
    const bool is_page = role.address.starts_with("http");
    content += is_page ? "<a class=mono href='" + escape_html(role.address) + "'>" + escape_html(role.address) + "</a>" : "<code>" + escape_html(role.address) + "</code>";
    content += "</tr>";
  }
  return page(call, say(call, "Home"), content + "</table></div></section>");
}

net::Response spawn_form(Service& service, Call& call) {
  const auto [user, name] = target_of(service, call, "servers");
  const auto server = service.servers.find(user, name);
  if (server && server->state == ServerState::Ready) return redirect(lab::hub::server_prefix(user, name));
  if (server && server->state == ServerState::Starting) return redirect("/hub/spawn-pending/" + place_of(user, name));
  std::string content = "<section class=narrow><h1>" + (name.empty() ? say(call, "The server of {0} does not run", {escape_html(user)}) : say(call, "The server {1} of {0} does not run", {escape_html(user), escape_html(name)})) + "</h1>";
  if (server) content += note(server->reason);
  return page(call, say(call, "Start a server"), content + start_form(service, call, user, name, "Start it") + "</section>");
}

net::Response spawn(Service& service, Call& call) {
  auto [user, name] = target_of(service, call, "servers");
  if (name.empty()) name = call.form_value("server");
  service.servers.start(user, name, call.who().origin("start server"), call.form_value("size"));
  service.access.record_audit(call.who().identity(), "hub", "StartServer", user + "/" + name, access::AuditOutcome::Allowed);
  return redirect("/hub/spawn-pending/" + place_of(user, name));
}

net::Response spawn_pending(Service& service, Call& call) {
  const auto [user, name] = target_of(service, call, "read:servers");
  const auto server = service.servers.find(user, name);
  const std::string prefix = lab::hub::server_prefix(user, name), place = place_of(user, name);
  if (server && server->state == ServerState::Ready) return redirect(prefix);
  const bool has_failed = server && !server->progress.empty() && server->progress.back().failed;
  if (!server || (server->state != ServerState::Starting && !has_failed)) return redirect("/hub/spawn/" + place);
  const std::string progress = "/hub/api/users/" + lab::hub::escape_segment(user) + (name.empty() ? "/server" : "/servers/" + lab::hub::escape_segment(name)) + "/progress";
  std::string content = "<section class=narrow data-progress='" + progress + "' data-next='" + prefix + "'><h1>" + say(call, "Your server is starting") + "</h1>";
  content += "<progress max=100 value=0 aria-label='" + say(call, "How far the start is") + "'></progress><ol class=log aria-live=polite></ol><div class=again hidden>";
  content += post_button(call, "/hub/spawn/" + place, "Try again", false) + "</div><noscript><p><a href='" + prefix + "'>" + say(call, "Open it when it is ready") + "</a></p></noscript></section>";
  return page(call, say(call, "Starting"), content);
}

net::Response stop(Service& service, Call& call) {
  const auto [user, name] = target_of(service, call, "delete:servers");
  service.servers.request_stop(user, name, "stopped by " + call.who().user, call.who().origin("stop server"));
  service.access.record_audit(call.who().identity(), "hub", "StopServer", user + "/" + name, access::AuditOutcome::Allowed);
  return redirect(user == call.who().user ? "/hub/home" : "/hub/admin");
}

net::Response user_redirect(Service&, Call& call) {
  const std::string_view raw = call.request.raw_path().substr(std::string_view("/hub/user-redirect/").size());
  const std::string_view query = call.request.raw_query();
  return redirect(lab::hub::server_prefix(call.who().user, "") + std::string(raw) + (query.empty() ? "" : "?" + std::string(query)));
}

}  // namespace lab::wire::hub::pages
