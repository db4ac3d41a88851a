#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include "access/secret_words.h"
#include "app/cli/commands.h"
#include "app/cli/store_job.h"
#include "app/lab.h"
#include "app/run_file.h"
#include "base/clock.h"
#include "base/disk.h"

namespace lab::app::cli {
namespace {

constexpr auto kShowEvery = std::chrono::milliseconds(200);

struct BackupOptions {
  std::string folder;
  bool as_json = false;
};

const store::SideFiles& side_files() {
  static const store::SideFiles files{access::kSecretsFile};
  return files;
}

/// Runs it here, with a line of progress.
template <typename Work>
store::BackupResult run_here(bool as_json, Work work) {
  store::StoreProgress progress;
  const ProgressLine line(as_json);
  const std::jthread shower([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(kShowEvery);
      line.show(progress.blobs, progress.all_blobs, progress.bytes);
    }
  });
  return work(progress);
}

/// People's files lie beside the store: other tools copy files better.
void tell_what_is_left_out(const Settings& settings) {
  const std::filesystem::path data = settings.text("data");
  const std::filesystem::path homes = settings.text("hub.homes").empty() ? data / "homes" : std::filesystem::path(settings.text("hub.homes"));
  std::error_code ignored;
  for (const auto& [folder, what] : {std::pair(homes, "people's homes"), std::pair(data / "shared", "the folders that they share")})
    if (std::filesystem::exists(folder, ignored)) std::printf("Not in it: %s. Copy them with a tool for files: %s\n", what, folder.c_str());
}

int back_up(const Settings& settings, const BackupOptions& options) {
  const auto folder = std::filesystem::absolute(options.folder);
  store::BackupResult result;
  if (find_run_file(settings.text("data"))) {
    result = run_store_job(*S3Session::of_lab(settings), "backup", {{"Folder", folder.string()}}, options.as_json);
  } else {
    RealDisk disk;
    SystemClock clock;
    const auto store = open_idle_store(settings, disk, clock);
    result = run_here(options.as_json, [&](store::StoreProgress& progress) { return store::back_up(*store, folder, side_files(), &progress); });
  }
  if (!options.as_json) std::printf("%s holds the lab as of commit %lld; %llu bytes were new\n", folder.c_str(), static_cast<long long>(result.commit.value), static_cast<unsigned long long>(result.copied));
  if (!options.as_json) tell_what_is_left_out(settings);
  return print_store_report(result, options.as_json);
}

int restore(const Settings& settings, const BackupOptions& options) {
  RealDisk disk;
  const std::filesystem::path data = settings.text("data");
  const auto result = run_here(options.as_json, [&](store::StoreProgress& progress) {
    return store::restore(disk, std::filesystem::absolute(options.folder), data, side_files(), &progress);
  });
  if (!options.as_json) std::printf("%s holds the lab as of commit %lld. Start it with: dflab up --data %s\n", data.c_str(), static_cast<long long>(result.commit.value), data.c_str());
  return print_store_report(result, options.as_json);
}

int verify(const Settings& settings, const BackupOptions& options) {
  RealDisk disk;
  const std::filesystem::path data = settings.text("data");
  if (options.folder.empty() && find_run_file(data)) return print_store_report(run_store_job(*S3Session::of_lab(settings), "scrub", {}, options.as_json), options.as_json);
  const auto folder = options.folder.empty() ? data : std::filesystem::absolute(options.folder);
  return print_store_report(run_here(options.as_json, [&](store::StoreProgress& progress) { return store::verify(disk, folder, &progress); }), options.as_json);
}

}  // namespace

void add_backup_commands(CLI::App& program, Chosen& chosen) {
  auto options = std::make_shared<BackupOptions>();
  const auto add = [&](const char* name, const char* help, const char* example, int (*run)(const Settings&, const BackupOptions&)) {
    CLI::App* command = program.add_subcommand(name, help);
    command->add_flag("--json", options->as_json, "for programs");
    command->footer(std::string("Examples:\n") + example);
    command->callback([&chosen, options, run] { chosen = [options, run](const Settings& settings) { return run(settings, *options); }; });
    return command;
  };
  add("backup", "copy the whole lab to a folder, while it runs or not; a second time only what is new", "  dflab backup /mnt/safe/lab\n  dflab backup /mnt/safe/lab --json", &back_up)
      ->add_option("folder", options->folder, "an empty folder, or an earlier backup")
      ->required();
  add("restore", "make the data folder, which must be empty, of a backup", "  dflab restore /mnt/safe/lab --data ~/labs/two", &restore)
      ->add_option("folder", options->folder, "a backup")
      ->required();
  add("verify", "hold all stored bytes against their hashes; ends with 1 when some are damaged", "  dflab verify\n  dflab verify /mnt/safe/lab", &verify)
      ->add_option("folder", options->folder, "a backup, or the data folder of a lab that is stopped; without: the lab's own");
}

}  // namespace lab::app::cli
