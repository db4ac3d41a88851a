#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string_view>

#include <pthread.h>

#include <CLI/CLI.hpp>

#include "app/cli/commands.h"
#include "base/error.h"
#include "proc/child.h"

extern char** environ;

namespace {

using namespace lab;

struct Common {
  std::vector<std::string> settings;
  std::string data, profile, config;
};

app::Settings read_settings(const Common& common) {
  app::Settings settings;
  std::string file = common.config;
  if (const char* named = std::getenv("DFLAB_CONFIG"); file.empty() && named != nullptr) file = named;
  if (!file.empty()) settings.read_file(file);
  settings.read_environment(environ);
  if (!common.data.empty()) settings.set("data", common.data, "flag");
  if (!common.profile.empty()) settings.set("profile", common.profile, "flag");
  for (const std::string& assignment : common.settings) settings.set_flag(assignment);
  settings.set("data", std::filesystem::absolute(settings.text("data")).string(), settings.values().at("data").origin);
  return settings;
}

/// Plans are trees as deep as clients make them, up to a bound, and each layer walks them by recursion: all threads, the
/// engine's and gRPC's too, get room for that. Only what is touched costs memory.
void give_threads_deep_stacks() {
  constexpr std::size_t kStackBytes = 64 << 20;
  pthread_attr_t attributes;
  if (::pthread_attr_init(&attributes) != 0) return;
  if (::pthread_attr_setstacksize(&attributes, kStackBytes) == 0) ::pthread_setattr_default_np(&attributes);
  ::pthread_attr_destroy(&attributes);
}

}  // namespace

int main(int argc, char** argv) {
  // How the lab starts people's processes; not a command for people.
  if (argc > 1 && std::string_view(argv[1]) == "child") return proc::run_child_program(argc, argv);
  CLI::App program("DataFlow Lab: Spark, Delta Lake and S3 for stock clients, in one program.", "dflab");
  program.require_subcommand(1);
  program.fallthrough();
  Common common;
  program.add_option("--data", common.data, "data folder (default ~/.local/share/dflab)");
  program.add_option("--profile", common.profile, "secure (default), or workshop: well-known keys, loopback only")->check(CLI::IsMember({"secure", "workshop"}));
  program.add_option("--config", common.config, "a TOML file of settings");
  program.add_option("--set", common.settings, "a setting, KEY=VALUE; may be repeated (`dflab config show` lists the keys)");

  app::cli::UpOptions up_options;
  CLI::App* up = program.add_subcommand("up", "start the lab: groups or roles, or all that exist");
  up->add_option("roles", up_options.roles, "groups (core, processing, visualization) or roles (objects, spark, hub, apps)");
  up->add_flag("--detach,-d", up_options.detach, "in the background");
  CLI::App* down = program.add_subcommand("down", "stop the lab");
  bool as_json = false, with_origin = false;
  CLI::App* status = program.add_subcommand("status", "what runs, where, and how it is");
  status->add_flag("--json", as_json, "for programs");
  app::cli::LogsOptions logs_options;
  CLI::App* logs = program.add_subcommand("logs", "what the lab wrote down");
  logs->add_option("name", logs_options.name, "only of this role or module");
  logs->add_flag("-f,--follow", logs_options.follow, "go on as more comes");
  logs->add_option("--tail", logs_options.tail, "last lines to begin with (100)");
  CLI::App* env = program.add_subcommand("env", "what a shell needs so that clients find the lab: eval \"$(dflab env)\"");
  env->add_flag("--json", as_json, "for programs");
  CLI::App* doctor = program.add_subcommand("doctor", "look for what would keep the lab from running well");
  CLI::App* config = program.add_subcommand("config", "settings");
  config->require_subcommand(1);
  CLI::App* show = config->add_subcommand("show", "all settings and their values");
  show->add_flag("--origin", with_origin, "where each value comes from");
  show->add_flag("--json", as_json, "for programs");
  CLI::App* version = program.add_subcommand("version", "the version");
  version->add_flag("--json", as_json, "for programs");
  app::cli::Chosen chosen;
  app::cli::add_objects_commands(program, chosen);
  app::cli::add_user_commands(program, chosen);
  app::cli::add_people_commands(program, chosen);
  app::cli::add_audit_command(program, chosen);
  app::cli::add_grant_commands(program, chosen);
  app::cli::add_notebook_commands(program, chosen);
  app::cli::add_app_commands(program, chosen);
  app::cli::add_backup_commands(program, chosen);
  program.footer("Examples:\n  dflab up --detach\n  eval \"$(dflab env)\"\n  dflab status");
  up->footer("Examples:\n  dflab up\n  dflab up core --detach\n  dflab up --profile workshop --set objects.port=19000 --set spark.memory=4GiB");
  down->footer("Example:\n  dflab down --data ~/labs/one");
  status->footer("Examples:\n  dflab status\n  dflab status --json | jq .roles");
  logs->footer("Examples:\n  dflab logs --tail 20\n  dflab logs objects -f\n  dflab logs store");
  env->footer("Examples:\n  eval \"$(dflab env)\"\n  dflab env --json");
  doctor->footer("Example:\n  dflab doctor --set spark.port=15003");
  config->footer("Examples:\n  dflab config show\n  dflab config show --origin");
  show->footer("Examples:\n  dflab config show --origin\n  DFLAB_SPARK_MEMORY=2GiB dflab config show --json");
  version->footer("Examples:\n  dflab version\n  dflab version --json");
  CLI11_PARSE(program, argc, argv);
  give_threads_deep_stacks();
  try {
    if (*version) return app::cli::version(as_json);
    const app::Settings settings = read_settings(common);
    if (chosen) return chosen(settings);
    if (*up) return app::cli::up(settings, up_options);
    if (*down) return app::cli::down(settings);
    if (*status) return app::cli::status(settings, as_json);
    if (*logs) return app::cli::logs(settings, logs_options);
    if (*env) return app::cli::env(settings, as_json);
    if (*doctor) return app::cli::doctor(settings);
    if (*show) return app::cli::config_show(settings, with_origin, as_json);
    return 2;
  } catch (const Error& error) {
    std::fprintf(stderr, "dflab: %s\n", error.message().c_str());
    return error.kind() == Kind::InvalidArgument ? 2 : 1;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "dflab: %s\n", failure.what());
    return 1;
  }
}
