#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/hub_api.h"
#include "app/conditions.h"
#include "base/error.h"

namespace lab::app::cli {
namespace {

using nlohmann::json;

struct AppOptions {
  std::string name, folder, command, entry, health, owner;
  std::vector<std::string> public_to;
  bool is_private = false;
  int lines = 100;
  bool as_json = false;
};

void tell_app(const AppOptions& options, const json& document, const std::string& text) { std::printf("%s\n", options.as_json ? document.dump(2, ' ', false, json::error_handler_t::replace).c_str() : text.c_str()); }

std::string address_of(const json& app) { return app.at("url").is_null() ? "no address: the role apps does not run" : app.at("url").get<std::string>(); }

std::string audience_of(const json& app) {
  std::string text;
  for (const json& word : app.at("public_to")) text += (text.empty() ? "" : ", ") + word.get<std::string>();
  return text.empty() ? "nobody else" : text;
}

int deploy_app(HubApi& hub, const AppOptions& options) {
  // A folder that is here is that one; any other is looked for in the owner's home.
  std::error_code ignored;
  const bool is_here = std::filesystem::is_directory(options.folder, ignored);
  json wish{{"folder", is_here ? std::filesystem::absolute(options.folder).lexically_normal().string() : options.folder}, {"public_to", options.public_to}};
  for (const auto& [key, text] : {std::pair("command", options.command), std::pair("entry", options.entry), std::pair("health", options.health), std::pair("owner", options.owner)})
    if (!text.empty()) wish[key] = text;
  const json app = hub.call("PUT", "/apps/" + options.name, wish);
  tell_app(options, app, options.name + " is deployed: " + address_of(app) + "\nIt begins with its first visitor. Open to: " + audience_of(app) + ", its owner " + app.at("owner").get<std::string>() + ", administrators");
  return 0;
}

int list_apps(HubApi& hub, const AppOptions& options) {
  const json apps = hub.call("GET", "/apps");
  std::string text;
  for (const json& app : apps) {
    text += (text.empty() ? "" : "\n") + app.at("name").get<std::string>() + "  " + (app.value("failed", false) ? "failed" : app.at("state").get<std::string>()) + "  " + app.at("owner").get<std::string>() + "  " + address_of(app);
    if (const std::string reason = app.value("reason", ""); !reason.empty()) text += "  (" + reason + ")";
  }
  tell_app(options, apps, text.empty() ? "no apps; `dflab app deploy` makes one" : text);
  return 0;
}

int app_logs(HubApi& hub, const AppOptions& options) {
  const json log = hub.call("GET", "/apps/" + options.name + "/logs?lines=" + std::to_string(options.lines));
  std::string text;
  for (const json& line : log.at("lines")) text += (text.empty() ? "" : "\n") + line.get<std::string>();
  tell_app(options, log, text);
  return 0;
}

int stop_app(HubApi& hub, const AppOptions& options) {
  tell_app(options, hub.call("POST", "/apps/" + options.name + "/stop"), options.name + " is stopped; the next visitor begins it again");
  return 0;
}

int restart_app(HubApi& hub, const AppOptions& options) {
  const json app = hub.call("POST", "/apps/" + options.name + "/restart");
  tell_app(options, app, options.name + (app.at("state") == "stopping" ? " ends; the next visitor begins it again" : " is " + app.at("state").get<std::string>()));
  return 0;
}

int remove_app(HubApi& hub, const AppOptions& options) {
  hub.call("DELETE", "/apps/" + options.name);
  tell_app(options, {{"removed", options.name}}, options.name + " is no app any more; its folder stays");
  return 0;
}

int app_rights(HubApi& hub, const AppOptions& options) {
  if (options.is_private && !options.public_to.empty()) throw Error(conditions::kWrongArgument, {{"value", "--private"}, {"reason", "an app is open to somebody or to nobody else"}});
  const bool changes = options.is_private || !options.public_to.empty();
  const json app = changes ? hub.call("PATCH", "/apps/" + options.name, {{"public_to", options.public_to}}) : hub.call("GET", "/apps/" + options.name);
  tell_app(options, {{"name", options.name}, {"owner", app.at("owner")}, {"public_to", app.at("public_to")}}, options.name + " is open to: " + audience_of(app) + ", its owner " + app.at("owner").get<std::string>() + ", administrators");
  return 0;
}

struct AppCommand {
  const char *name, *help, *example;
  int (*run)(HubApi& hub, const AppOptions& options);
  const char* takes;  ///< `n` a name, `d` what a deployment is made of, `p` whom it is open to, `l` a number of lines, `x` nobody
};

constexpr AppCommand kAppCommands[] = {
    {"deploy", "make an app of a folder, or make it anew", "  dflab app deploy sales --folder examples/apps/sales --public-to data-scientists\n  dflab app deploy files --folder work/site --command 'python3 -m http.server {port} --bind 127.0.0.1'", &deploy_app, "ndp"},
    {"list", "all apps, how they are, and where", "  dflab app list --json", &list_apps, ""},
    {"logs", "the end of what an app wrote", "  dflab app logs sales --lines 20", &app_logs, "nl"},
    {"stop", "end an app until its next visitor", "  dflab app stop sales", &stop_app, "n"},
    {"restart", "end an app, or begin one that has failed", "  dflab app restart sales", &restart_app, "n"},
    {"remove", "remove an app; its folder stays", "  dflab app remove sales", &remove_app, "n"},
    {"rights", "whom an app is open to, or open it to others", "  dflab app rights sales\n  dflab app rights sales --public-to everyone\n  dflab app rights sales --private", &app_rights, "npx"},
};

}  // namespace

void add_app_commands(CLI::App& program, Chosen& chosen) {
  auto options = std::make_shared<AppOptions>();
  CLI::App* group = program.add_subcommand("app", "apps of the running lab: Streamlit, and any command that listens on a port");
  group->require_subcommand(1);
  for (const AppCommand& row : kAppCommands) {
    CLI::App* command = group->add_subcommand(row.name, row.help);
    command->add_flag("--json", options->as_json, "for programs");
    for (const char take : std::string(row.takes)) {
      if (take == 'n') command->add_option("name", options->name, "the app's name: lower-case letters, digits and `-`")->required();
      if (take == 'p') command->add_option("--public-to", options->public_to, "whom it is open to besides its owner: `everyone`, a group, `user:NAME`; may be repeated");
      if (take == 'x') command->add_flag("--private", options->is_private, "nobody else");
      if (take == 'l') command->add_option("--lines", options->lines, "so many (100)")->check(CLI::Range(1, 10'000));
      if (take != 'd') continue;
      command->add_option("--folder", options->folder, "its folder, in the home of its owner or a shared one")->required();
      command->add_option("--command", options->command, "what listens on {port} of 127.0.0.1; without it Streamlit over app.py");
      command->add_option("--entry", options->entry, "the file for Streamlit (app.py)");
      command->add_option("--health", options->health, "a path that answers with success when it is ready");
      command->add_option("--owner", options->owner, "whose app it is and runs as (the administrator)");
    }
    command->footer(std::string("Examples:\n") + row.example);
    command->callback(over_hub(chosen, options, row.run));
  }
}

}  // namespace lab::app::cli
