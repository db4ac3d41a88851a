#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "apps/app.h"
#include "hub/server_environment.h"

namespace lab::apps {

/// What somebody asks to have deployed, as it was written.
struct Wish {
  std::string name, owner;
  std::string folder;  ///< absolute, or from the owner's home
  std::string command, entry, health;
  std::vector<std::string> audience;
};

/// The app of a wish: its folder is there and inside what its owner's processes may open, what Streamlit runs is found, its texts are texts. Makes the home
/// where it is missing. Throws INVALID_APP, INVALID_APP_NAME.
App settle_app(const hub::ServersOptions& people, const Wish& wish);

/// Program and arguments that serve `app` on 127.0.0.1:`port`. Throws APPS_NOT_INSTALLED when Streamlit is wanted and not there.
std::vector<std::string> app_command(const hub::ServersOptions& people, const App& app, std::uint16_t port);

/// All variables of an app's process: those of a notebook server of its owner without the hub's, and the app's own. The door shows `secret` with each request.
std::vector<std::string> app_environment(const hub::ServersOptions& people, const App& app, std::uint16_t port, const hub::ServerSecrets& secrets, const std::string& secret);

/// The path to ask for the app's health, as the app knows it, and whether any answer will do.
struct HealthCheck {
  std::string path;
  bool takes_any_answer = false;
};
HealthCheck health_check(const App& app);

}  // namespace lab::apps
