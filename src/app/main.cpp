#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <CLI/CLI.hpp>

#include "app/lab.h"
#include "base/log.h"

extern char** environ;

namespace {

using namespace lab;

struct Options {
  std::vector<std::string> roles, settings;
  std::string data, profile;
};

app::Settings read_settings(const Options& options) {
  app::Settings settings;
  if (const char* file = std::getenv("DFLAB_CONFIG")) settings.read_file(file);
  settings.read_environment(environ);
  if (!options.data.empty()) settings.set("data", options.data, "flag");
  if (!options.profile.empty()) settings.set("profile", options.profile, "flag");
  for (const std::string& assignment : options.settings) settings.set_flag(assignment);
  return settings;
}

int run_up(const Options& options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const auto running = app::Lab::start(read_settings(options), app::choose_roles(options.roles));
  for (const access::FirstSecret& secret : running->take_first_secrets()) std::printf("%s: %s\n", secret.what.c_str(), secret.value.c_str());
  for (const app::RunningRole& role : running->roles()) std::printf("%s: %s\n", role.key.c_str(), role.url.c_str());
  std::fflush(stdout);
  int received = 0;
  sigwait(&signals, &received);
  // A stop that hangs is cut off: nothing durable depends on it.
  std::signal(SIGALRM, [](int) { std::_Exit(0); });
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  alarm(2);
  running->stop();
  log::flush();
  std::_Exit(0);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("DataFlow Lab: a whole data lab in one program");
  program.require_subcommand(1);
  Options options;
  CLI::App* up = program.add_subcommand("up", "start the lab in the foreground");
  up->add_option("roles", options.roles, "groups or roles to start; none: all that exist");
  up->add_option("--data", options.data, "data folder");
  up->add_option("--profile", options.profile, "secure or workshop")->check(CLI::IsMember({"secure", "workshop"}));
  up->add_option("--set", options.settings, "KEY=VALUE, repeated");
  CLI11_PARSE(program, argc, argv);
  try {
    return run_up(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "dflab: %s\n", error.what());
    return 1;
  }
}
