#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>

#include "app/cli/commands.h"
#include "app/door_settings.h"
#include "app/notebook_environment.h"
#include "app/port_owner.h"
#include "app/run_file.h"
#include "base/clock.h"
#include "base/disk.h"
#include "base/error.h"
#include "base/ids.h"
#include "engine/engine.h"
#include "proc/confinement.h"

namespace lab::app::cli {
namespace {

namespace fs = std::filesystem;

/// Prints findings and counts what is wrong.
class Report {
 public:
  void good(const std::string& what) { std::printf("  ok     %s\n", what.c_str()); }
  void note(const std::string& what) { std::printf("  note   %s\n", what.c_str()); }
  void bad(const std::string& what, const std::string& fix) {
    std::printf("  WRONG  %s\n         %s\n", what.c_str(), fix.c_str());
    ++num_wrong_;
  }
  int num_wrong() const { return num_wrong_; }

 private:
  int num_wrong_ = 0;
};

void check_folder(Report& report, const fs::path& data) {
  RealDisk disk;
  const fs::path probe = data / ("probe-" + random_hex(4));
  try {
    make_folders(disk, data);
    disk.create(probe)->sync();
    disk.remove(probe);
    report.good("the data folder " + data.string() + " can be written and synced");
  } catch (const Error& error) {
    report.bad(error.message(), "Choose another one with --data, or mend its rights.");
  }
  std::error_code ignored;
  const auto space = fs::space(data, ignored);
  const double free = static_cast<double>(space.available) / 1e9;
  char text[96];
  std::snprintf(text, sizeof text, "%.1f GB are free on its disk", free);
  if (free < 1) {
    report.bad(text, "Below 0.25 GB the lab refuses writes: free some space.");
  } else {
    report.good(text);
  }
}

void check_ports(Report& report, const Settings& settings, const std::optional<RunFile>& run) {
  for (const RoleRow& role : all_roles()) {
    if (!role.is_built) continue;
    const std::string key(role.port_key);
    const std::uint16_t port = key == "hub.port" || key == "apps.port" ? settings.port_out_of_the_way(key) : settings.port(key);
    if (port == 0) continue;  // any free one
    const std::string owner = describe_port_owner(port);
    const std::string what = "port " + std::to_string(port) + " (" + std::string(role.key) + ")";
    if (owner.empty()) {
      report.good(what + " is free");
    } else if (run && owner.find("process " + std::to_string(run->pid)) != std::string::npos) {
      report.good(what + " is this lab's");
    } else {
      report.bad(what + " is taken" + owner, "Take another one: --set " + key + "=" + std::to_string(next_free_port(port)));
    }
  }
}

/// Whether people can log in by others than the lab: a provider, a directory.
void check_doors(Report& report, const Settings& settings) {
  try {
    wire::hub::HubOptions options;
    read_door_settings(settings, options);
    for (const std::string& way : read_door_names(settings)) {
      if (way == "oidc") {
        SystemClock clock;
        oidc::Provider(options.oidc->provider, clock).keys(false);
        report.good("the identity provider " + options.oidc->provider.issuer + " answers and shows its keys");
      } else if (way == "ldap") {
        ldap::Directory(read_directory_settings(settings)).check();
        report.good("the directory " + settings.text("hub.ldap.url") + " answers");
      }
    }
  } catch (const Error& error) {
    report.bad(error.message(), "Until then nobody can log in by it: `dflab config show --origin` says where the settings come from.");
  }
}

}  // namespace

int doctor(const Settings& settings) {
  Report report;
  const fs::path data = settings.text("data");
  const auto run = find_run_file(data);
  std::printf("DataFlow Lab %s\n", DFLAB_VERSION);
  check_folder(report, data);
  check_ports(report, settings, run);
  try {
    engine::check_library_version();
    report.good("the engine's library is the one this program was built with");
  } catch (const Error& error) {
    report.bad(error.message(), "Run ./dev setup and build again.");
  }
  if (const std::string gaps = proc::describe_confinement_gaps(proc::landlock_version()); gaps.empty()) {
    report.good("the kernel keeps notebook servers to their own files (Landlock)");
  } else {
    report.note(gaps);
  }
  check_doors(report, settings);
  if (const fs::path environment = notebook_environment(settings), additions = notebook_additions(settings); fs::exists(environment) && !fs::exists(additions / "config"))
    report.note("saves of notebooks are no versions: " + additions.string() + " is not there; `tools/clients_setup hub` makes it");
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_cur < 4096) {
    report.note("only " + std::to_string(files.rlim_cur) + " files may be open at once; `ulimit -n 65536` lets more clients in");
  } else {
    report.good(std::to_string(files.rlim_cur) + " files may be open at once");
  }
  report.note(std::to_string(std::thread::hardware_concurrency()) + " cores, " + std::to_string(::sysconf(_SC_PHYS_PAGES) * ::sysconf(_SC_PAGESIZE) / 1'000'000'000) + " GB of memory");
  report.note(run ? "a lab runs here (process " + std::to_string(run->pid) + ")" : "no lab runs here now");
  if (report.num_wrong() == 0) std::printf("Nothing is wrong.\n");
  return report.num_wrong() == 0 ? 0 : 1;
}

}  // namespace lab::app::cli
