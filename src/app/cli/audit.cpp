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

struct AuditOptions {
  std::string user;
  bool only_refused = false, as_json = false;
  std::int64_t limit = 100;
};

std::string text_of(const json& line, const char* name) { return line.at(name).is_string() ? line.at(name).get<std::string>() : ""; }

std::string line_text(const json& line) {
  const std::string user = text_of(line, "user"), cause = text_of(line, "cause");
  const auto times = line.at("times").get<std::int64_t>();
  std::string text = text_of(line, "time").substr(0, 19) + "  " + (user.empty() ? "-" : user) + "  " + text_of(line, "protocol") + "  " + text_of(line, "action") + "  " + text_of(line, "object") + "  " + text_of(line, "outcome");
  if (!cause.empty()) text += " (" + cause + ")";
  if (times > 1) text += "  x" + std::to_string(times);
  // What clients send is not to move the terminal's cursor.
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return text;
}

int show_audit(HubApi& hub, const AuditOptions& options) {
  std::string path = "/audit?limit=" + std::to_string(options.limit);
  if (!options.user.empty()) path += "&user=" + lab::hub::escape_segment(options.user);
  if (options.only_refused) path += "&outcome=Refused";
  const json lines = hub.call("GET", path);
  if (options.as_json) {
    std::printf("%s\n", lines.dump(2).c_str());
  } else {
    for (const json& line : lines) std::printf("%s\n", line_text(line).c_str());
  }
  return 0;
}

}  // namespace

void add_audit_command(CLI::App& program, Chosen& chosen) {
  auto options = std::make_shared<AuditOptions>();
  CLI::App* command = program.add_subcommand("audit", "who wanted what in the running lab, and what came of it");
  command->add_option("--user", options->user, "only of this user");
  command->add_flag("--refused", options->only_refused, "only what was refused");
  command->add_option("--limit", options->limit, "newest lines (100)")->check(CLI::Range(1, 10000));
  command->add_flag("--json", options->as_json, "for programs");
  command->footer("Examples:\n  dflab audit --refused\n  dflab audit --user ann --limit 20 --json");
  command->callback(over_hub(chosen, options, &show_audit));
}

}  // namespace lab::app::cli
