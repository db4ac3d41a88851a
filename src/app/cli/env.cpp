#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/run_file.h"

namespace lab::app::cli {
namespace {

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

}  // namespace

int env(const Settings& settings, bool as_json) {
  const RunFile run = get_run_file(settings.text("data"));
  if (as_json) {
    std::printf("%s\n", nlohmann::json(run.environment).dump(2).c_str());
    return 0;
  }
  for (const auto& [name, value] : run.environment) std::printf("export %s=%s\n", name.c_str(), quoted(value).c_str());
  return 0;
}

namespace {

/// Secrets are never printed.
std::string shown_text(const SettingRow& row, const Settings::Value& value) { return row.kind == SettingKind::Secret && !value.text.empty() ? "(set)" : value.text; }

}  // namespace

int config_show(const Settings& settings, bool with_origin, bool as_json) {
  if (as_json) {
    nlohmann::json body = nlohmann::json::object();
    for (const SettingRow& row : all_settings()) {
      const Settings::Value& value = settings.values().at(std::string(row.key));
      body[std::string(row.key)] = {{"value", shown_text(row, value)}, {"origin", value.origin}};
    }
    std::printf("%s\n", body.dump(2).c_str());
    return 0;
  }
  for (const SettingRow& row : all_settings()) {
    const auto& value = settings.values().at(std::string(row.key));
    if (with_origin) {
      std::printf("%-22s %-34s %s\n", std::string(row.key).c_str(), shown_text(row, value).c_str(), value.origin.c_str());
    } else {
      std::printf("%-22s %-34s %s\n", std::string(row.key).c_str(), shown_text(row, value).c_str(), std::string(row.doc).c_str());
    }
  }
  return 0;
}

int version(bool as_json) {
  if (as_json) {
    std::printf("{\"version\": \"%s\"}\n", DFLAB_VERSION);
  } else {
    std::printf("dflab %s\n", DFLAB_VERSION);
  }
  return 0;
}

}  // namespace lab::app::cli
