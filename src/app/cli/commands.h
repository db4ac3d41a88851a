#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/settings.h"

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

}  // namespace lab::app::cli
