#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/settings.h"

namespace CLI {
class App;
}

/// The subcommands of `dflab`. Each answers the exit code; what it throws becomes one line on standard error.
namespace lab::app::cli {

struct UpOptions {
  std::vector<std::string> roles;
  bool detach = false;
};
int up(const Settings& settings, const UpOptions& options);
int down(const Settings& settings);
int status(const Settings& settings, bool as_json);
struct LogsOptions {
  std::string name;
  bool follow = false;
  int tail = 100;
};
int logs(const Settings& settings, const LogsOptions& options);
int env(const Settings& settings, bool as_json);
int doctor(const Settings& settings);
int config_show(const Settings& settings, bool with_origin, bool as_json);
int version(bool as_json);

/// What was chosen on the command line; empty while nothing was.
using Chosen = std::function<int(const Settings&)>;
/// `dflab objects …`: the lab's buckets and objects over its own S3 port.
void add_objects_commands(CLI::App& program, Chosen& chosen);
/// `dflab backup`, `restore` and `verify`: copies of the whole data folder.
void add_backup_commands(CLI::App& program, Chosen& chosen);
/// `dflab user …` and `dflab key …`: over the IAM calls of the same port.
void add_user_commands(CLI::App& program, Chosen& chosen);

/// `dflab user passwd`, `dflab group …` and `dflab token …`: over the hub's API. Behind add_user_commands().
void add_people_commands(CLI::App& program, Chosen& chosen);

/// `dflab audit`: over the hub's API.
void add_audit_command(CLI::App& program, Chosen& chosen);

/// `dflab grant …`: over the hub's API.
void add_grant_commands(CLI::App& program, Chosen& chosen);

/// `dflab notebook run`: in the environment of notebooks, against the running lab.
void add_notebook_commands(CLI::App& program, Chosen& chosen);
/// `history`, `diff` and `restore` of `dflab notebook`, its group: over people's servers.
void add_notebook_version_commands(CLI::App& group, Chosen& chosen);

/// `dflab app …`: over the hub's API.
void add_app_commands(CLI::App& program, Chosen& chosen);

}  // namespace lab::app::cli
