#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>

#include "access/access.h"
#include "base/clock.h"
#include "base/disk.h"
#include "base/log.h"
#include "base/pool.h"
#include "net/io_runtime.h"
#include "store/store.h"
#include "wire/s3/server.h"

namespace {

using namespace lab;

struct UpOptions {
  std::string data;
  std::string profile = "secure";
  std::uint16_t objects_port = 9000;
};

/// Serves the objects role until SIGTERM or SIGINT.
int run_up(const UpOptions& options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  RealDisk disk;
  SystemClock clock;
  make_folders(disk, options.data);
  store::StoreOptions store_options;
  store_options.schemas = {access::access_schema()};
  store_options.on_failure = [](const std::string& reason) {
    log::error("app", "the store stopped, and so does the lab: {}", reason);
    log::flush();
    std::_Exit(70);
  };
  const auto store = store::Store::open(options.data, std::move(store_options), disk, clock);
  const auto access =
      access::Access::open(*store, options.profile == "workshop" ? access::Profile::Workshop : access::Profile::Secure);
  for (const access::FirstSecret& secret : access->take_first_secrets()) {
    std::printf("%s: %s\n", secret.what.c_str(), secret.value.c_str());
  }
  ThreadPool storage("storage", 64, 4096);
  net::IoRuntime runtime(2);
  s3::S3Options s3_options;
  s3_options.port = options.objects_port;
  s3::S3Server objects(runtime, storage, *store, *access, s3_options);
  objects.start();
  std::printf("objects: http://127.0.0.1:%u\n", objects.port());
  std::fflush(stdout);

  int received = 0;
  sigwait(&signals, &received);
  objects.stop();
  store->stop();
  log::flush();
  // Crash-only: what is acknowledged is durable already, so nothing is waited for beyond this.
  std::_Exit(0);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("DataFlow Lab");
  program.require_subcommand(1);
  UpOptions options;
  const char* home = std::getenv("HOME");
  options.data = (std::filesystem::path(home == nullptr ? "." : home) / ".local" / "share" / "dflab").string();
  CLI::App* up = program.add_subcommand("up", "start the lab in the foreground");
  up->add_option("--data", options.data, "data folder");
  up->add_option("--profile", options.profile, "secure or workshop")->check(CLI::IsMember({"secure", "workshop"}));
  up->add_option_function<std::vector<std::string>>("--set", [&options](const std::vector<std::string>& settings) {
    for (const std::string& setting : settings) {
      if (!setting.starts_with("objects.port=")) throw CLI::ValidationError("--set", "unknown key in " + setting);
      options.objects_port = static_cast<std::uint16_t>(std::stoul(setting.substr(13)));
    }
  });
  CLI11_PARSE(program, argc, argv);
  try {
    return run_up(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "dflab: %s\n", error.what());
    return 1;
  }
}
