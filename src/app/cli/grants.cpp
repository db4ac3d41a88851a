#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/hub_api.h"
#include "hub/server_environment.h"

namespace lab::app::cli {
namespace {

using nlohmann::json;

struct GrantOptions {
  std::string principal, kind, name;
  std::vector<std::string> privileges;
  bool as_json = false;
};

json body_of(const GrantOptions& options) {
  return {{"principal", options.principal}, {"privileges", options.privileges}, {"securable_type", options.kind}, {"full_name", options.name}};
}

std::string privileges_text(const json& privileges) {
  std::string text;
  for (const json& each : privileges) text += (text.empty() ? "" : ", ") + each.get<std::string>();
  return text;
}

std::string on_text(const json& grant) { return grant.at("securable_type").get<std::string>() + " " + grant.at("full_name").get<std::string>(); }

int add_grant(HubApi& hub, const GrantOptions& options) {
  const json made = hub.call("POST", "/grants", body_of(options));
  if (options.as_json) std::printf("%s\n", made.dump(2).c_str());
  else std::printf("%s has %s on %s\n", options.principal.c_str(), privileges_text(made.at("privileges")).c_str(), on_text(made).c_str());
  return 0;
}

int remove_grant(HubApi& hub, const GrantOptions& options) {
  hub.call("DELETE", "/grants", body_of(options));
  if (options.as_json) std::printf("%s\n", json{{"removed", body_of(options)}}.dump(2).c_str());
  else std::printf("%s was not given that, or it is taken away\n", options.principal.c_str());
  return 0;
}

int list_grants(HubApi& hub, const GrantOptions& options) {
  std::string path = "/grants?securable_type=" + lab::hub::escape_segment(options.kind) + "&full_name=" + lab::hub::escape_segment(options.name);
  if (!options.principal.empty()) path += "&principal=" + lab::hub::escape_segment(options.principal);
  const json grants = hub.call("GET", path);
  if (options.as_json) {
    std::printf("%s\n", grants.dump(2).c_str());
    return 0;
  }
  for (const json& grant : grants)
    std::printf("%s  %s  %s\n", grant.at("principal").get<std::string>().c_str(), on_text(grant).c_str(), privileges_text(grant.at("privileges")).c_str());
  return 0;
}

struct GrantCommand {
  const char *name, *help, *example;
  int (*run)(HubApi& hub, const GrantOptions& options);
  bool changes;
};

constexpr GrantCommand kGrantCommands[] = {
    {"list", "who was given what, all or on one thing and what it lies in", "  dflab grant list\n  dflab grant list TABLE sales.orders --json", &list_grants, false},
    {"add", "give rights to a user, a group or `account users`", "  dflab grant add ann TABLE sales.orders SELECT MODIFY\n  dflab grant add teachers SCHEMA sales SELECT \"CREATE TABLE\"\n  dflab grant add \"account users\" CATALOG spark_catalog SELECT",
     &add_grant, true},
    {"remove", "take rights away", "  dflab grant remove ann TABLE sales.orders MODIFY", &remove_grant, true},
};

}  // namespace

void add_grant_commands(CLI::App& program, Chosen& chosen) {
  auto options = std::make_shared<GrantOptions>();
  CLI::App* group = program.add_subcommand("grant", "rights on databases and tables of the running lab, as GRANT of SQL gives them");
  group->require_subcommand(1);
  for (const GrantCommand& row : kGrantCommands) {
    CLI::App* command = group->add_subcommand(row.name, row.help);
    command->add_flag("--json", options->as_json, "for programs");
    if (row.changes) command->add_option("principal", options->principal, "user, group or `account users`")->required();
    else command->add_option("--principal", options->principal, "only of this user or group");
    CLI::Option* kind = command->add_option("kind", options->kind, "CATALOG, SCHEMA or TABLE");
    CLI::Option* name = command->add_option("name", options->name, "spark_catalog, a database, or database.table");
    if (row.changes) {
      kind->required();
      name->required();
      command->add_option("privilege", options->privileges, "SELECT, MODIFY, \"CREATE TABLE\" … or \"ALL PRIVILEGES\"")->required();
    }
    command->footer(std::string("Examples:\n") + row.example);
    command->callback(over_hub(chosen, options, row.run));
  }
}

}  // namespace lab::app::cli
