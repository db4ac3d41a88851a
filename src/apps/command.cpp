#include "apps/command.h"

#include <unistd.h>

#include <algorithm>

#include "apps/conditions.h"
#include "base/error.h"

namespace lab::apps {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostText = 4096;
constexpr const char* kStreamlitHealth = "/_stcore/health";
// What a folder's Streamlit file is called where nobody says so.
constexpr const char* kEntries[] = {"app.py", "streamlit_app.py", "main.py", "dashboard.py"};

Error invalid_app(std::string what, std::string reason) { return Error(conditions::kInvalidApp, {{"what", std::move(what)}, {"reason", std::move(reason)}}); }

void check_text(const char* what, const std::string& text) {
  const bool is_plain = std::ranges::none_of(text, [](unsigned char c) { return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f; });
  if (text.size() > kMostText || !is_plain) throw invalid_app(what, "it is longer than 4 KiB, or has control characters");
}

bool is_inside(const fs::path& path, const fs::path& folder) {
  const auto [end, at] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end == folder.end();
}

/// Where a folder really is. Throws unless it is one of the owner's home, or a shared one.
fs::path settle_folder(const hub::ServersOptions& people, const std::string& owner, const std::string& wanted) {
  const fs::path home = hub::home_of(people, owner);
  std::error_code problem;
  const fs::path folder = fs::canonical(home / wanted, problem);  // an absolute `wanted` stays what it is
  if (problem || !fs::is_directory(folder, problem)) throw invalid_app(wanted, "there is no such folder in the home of " + owner + " (" + home.string() + ")");
  for (const fs::path& open : {home, people.shared})
    if (const fs::path root = fs::canonical(open, problem); !problem && is_inside(folder, root)) return folder;
  throw invalid_app(wanted, "the folder of an app lies in the home of its owner (" + home.string() + ") or in " + people.shared.string() + ", because its process opens nothing else");
}

std::string settle_entry(const fs::path& folder, const std::string& wanted) {
  std::error_code ignored;
  if (!wanted.empty()) {
    const fs::path entry = fs::canonical(folder / wanted, ignored);
    if (!fs::is_regular_file(entry, ignored) || !is_inside(entry, folder)) throw invalid_app(wanted, "there is no such file in " + folder.string());
    return entry.lexically_relative(folder).string();
  }
  for (const char* name : kEntries)
    if (fs::is_regular_file(folder / name, ignored)) return name;
  std::vector<std::string> programs;
  for (const auto& each : fs::directory_iterator(folder, ignored))
    if (each.path().extension() == ".py") programs.push_back(each.path().filename().string());
  if (programs.size() == 1) return programs.front();
  throw invalid_app(folder.string(), "it has no app.py; name the file for Streamlit, or a command");
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) text.replace(at, what.size(), with);
  return text;
}

}  // namespace

App settle_app(const hub::ServersOptions& people, const Wish& wish) {
  check_app_name(wish.name);
  check_text("the folder", wish.folder);
  check_text("the command", wish.command);
  check_text("the entry", wish.entry);
  const bool is_path = wish.health.empty() || (wish.health.front() == '/' && std::ranges::all_of(wish.health, [](unsigned char c) { return c > 0x20 && c < 0x7f; }));
  if (!is_path || wish.health.size() > kMostText) throw invalid_app(wish.health, "a health path begins with `/` and has no spaces");
  if (!wish.command.empty() && !wish.entry.empty()) throw invalid_app(wish.entry, "an entry is for Streamlit; this app has a command");
  hub::prepare_home(people, wish.owner);
  App app{.name = wish.name, .owner = wish.owner, .folder = settle_folder(people, wish.owner, wish.folder), .command = wish.command, .entry = {}, .health = wish.health,
          .audience = parse_audience(wish.audience), .deployed = {}};
  if (app.command.empty()) {
    app.entry = settle_entry(app.folder, wish.entry);
    if (app.health.empty()) app.health = kStreamlitHealth;
  }
  return app;
}

std::vector<std::string> app_command(const hub::ServersOptions& people, const App& app, std::uint16_t port) {
  if (!app.command.empty()) return {"/bin/sh", "-c", replaced(replaced(app.command, "{port}", std::to_string(port)), "{prefix}", app.prefix())};
  const fs::path streamlit = people.environment / "bin" / "streamlit";
  if (::access(streamlit.c_str(), X_OK) != 0) throw Error(conditions::kNoProgram, {{"path", people.environment.string()}});
  // Where requests come from is looked at by the door, which knows its own names; Streamlit knows none of them.
  return {streamlit.string(), "run", app.entry, "--server.port=" + std::to_string(port), "--server.address=127.0.0.1", "--server.baseUrlPath=" + app.name, "--server.headless=true",
          "--server.enableCORS=false", "--server.enableXsrfProtection=false", "--browser.gatherUsageStats=false"};
}

std::vector<std::string> app_environment(const hub::ServersOptions& people, const App& app, std::uint16_t port, const hub::ServerSecrets& secrets, const std::string& secret) {
  auto variables = hub::server_environment(people, "", app.owner, "", port, secrets);
  // It knows of no hub.
  std::erase_if(variables, [](const std::string& variable) { return variable.starts_with("JUPYTERHUB_") || variable.starts_with("JPY_"); });
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, std::string>>{{"PORT", std::to_string(port)}, {"DFLAB_APP", app.name}, {"DFLAB_APP_PREFIX", app.prefix()}, {"DFLAB_APP_SECRET", secret}, {"PYTHONUNBUFFERED", "1"}})
    variables.push_back(std::string(name) + "=" + value);
  return variables;
}

HealthCheck health_check(const App& app) {
  const std::string own = app.health.empty() ? "/" : app.health;
  return {.path = app.keeps_prefix() ? "/" + app.name + own : own, .takes_any_answer = app.health.empty()};
}

}  // namespace lab::apps
