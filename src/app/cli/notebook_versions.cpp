#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/hub_api.h"
#include "hub/server_environment.h"

namespace lab::app::cli {
namespace {

using nlohmann::json;

struct NotebookVersionOptions {
  std::string path, user;
  std::int64_t version = 0, to = 0;
  bool as_json = false;
};

/// Of the person's running server.
json ask_versions(HubApi& hub, const NotebookVersionOptions& options, const std::string& method, const std::string& call, const json& body = nullptr) {
  const std::string user = options.user.empty() ? hub.call("GET", "/user").at("name").get<std::string>() : options.user;
  return hub.call_server(user, method, "dflab/api/versions/" + call, body);
}

std::string path_query(const NotebookVersionOptions& options) { return "?path=" + lab::hub::escape_segment(options.path); }

/// What people save is not to move the terminal's cursor.
void print_plain(std::string text) {
  std::ranges::replace_if(text, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }, '?');
  std::printf("%s\n", text.c_str());
}

int show_notebook_history(HubApi& hub, const NotebookVersionOptions& options) {
  const json history = ask_versions(hub, options, "GET", "history" + path_query(options));
  if (options.as_json) {
    std::printf("%s\n", history.dump(2).c_str());
    return 0;
  }
  const json& records = history.at("records");
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    const std::string author = record->at("author").get<std::string>();
    std::string line = record->contains("version") ? std::to_string(record->at("version").get<std::int64_t>()) : "-";
    line += "  " + record->at("time").get<std::string>().substr(0, 19) + "  " + (author.empty() ? "-" : author) + "  " + record->at("action").get<std::string>();
    if (record->contains("size")) line += "  " + std::to_string(record->at("size").get<std::int64_t>());
    for (const json& leak : record->value("leaks", json::array())) line += "  holds " + leak.at("kind").get<std::string>();
    print_plain(std::move(line));
  }
  return 0;
}

void print_changed_lines(const json& lines) {
  for (const json& line : lines) print_plain(line.at(0).get<std::string>() + " " + line.at(1).get<std::string>());
}

int show_notebook_difference(HubApi& hub, const NotebookVersionOptions& options) {
  std::string call = "difference" + path_query(options) + "&from=" + std::to_string(options.version);
  if (options.to > 0) call += "&to=" + std::to_string(options.to);
  const json difference = ask_versions(hub, options, "GET", call);
  if (options.as_json) {
    std::printf("%s\n", difference.dump(2).c_str());
    return 0;
  }
  if (difference.contains("lines")) print_changed_lines(difference.at("lines"));
  for (const json& cell : difference.value("cells", json::array())) {
    const bool is_there = cell.contains("new");
    print_plain("cell " + std::to_string(cell.at(is_there ? "new" : "old").get<std::int64_t>()) + ": " + cell.at("change").get<std::string>() + (is_there && cell.contains("old") && cell.at("outputs").get<bool>() ? ", other outputs" : ""));
    print_changed_lines(cell.at("lines"));
  }
  return 0;
}

int restore_notebook(HubApi& hub, const NotebookVersionOptions& options) {
  const json restored = ask_versions(hub, options, "POST", "restore", {{"path", options.path}, {"version", options.version}});
  print_plain(options.path + " is version " + std::to_string(options.version) + " again, as version " + std::to_string(restored.at("dflab").at("version").get<std::int64_t>()));
  return 0;
}

using NotebookVersionAction = int (*)(HubApi&, const NotebookVersionOptions&);

CLI::App* add_version_command(CLI::App& group, Chosen& chosen, const std::shared_ptr<NotebookVersionOptions>& options, const char* name, const char* what, NotebookVersionAction action) {
  CLI::App* command = group.add_subcommand(name, what);
  command->add_option("path", options->path, "the file as JupyterLab shows it: work/report.ipynb, shared/notebooks/report.ipynb")->required();
  command->add_option("--user", options->user, "whose server is asked, which must run (the administrator's)");
  command->callback(over_hub(chosen, options, action));
  return command;
}

}  // namespace

void add_notebook_version_commands(CLI::App& group, Chosen& chosen) {
  auto options = std::make_shared<NotebookVersionOptions>();
  CLI::App* history = add_version_command(group, chosen, options, "history", "who saved a notebook or text when, oldest first", &show_notebook_history);
  history->add_flag("--json", options->as_json, "for programs");
  CLI::App* difference = add_version_command(group, chosen, options, "diff", "what changed since a version, cell by cell", &show_notebook_difference);
  difference->add_option("version", options->version, "the older version")->required()->check(CLI::PositiveNumber);
  difference->add_option("to", options->to, "the newer version (the file as it is)")->check(CLI::PositiveNumber);
  difference->add_flag("--json", options->as_json, "for programs");
  CLI::App* restore = add_version_command(group, chosen, options, "restore", "makes a version the file again, which is a save", &restore_notebook);
  restore->add_option("version", options->version, "the version")->required()->check(CLI::PositiveNumber);
  restore->footer("Examples:\n  dflab notebook history work/report.ipynb --user ann\n  dflab notebook diff work/report.ipynb 3 --user ann\n  dflab notebook restore work/report.ipynb 3 --user ann");
}

}  // namespace lab::app::cli
