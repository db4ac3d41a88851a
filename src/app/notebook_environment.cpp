#include "app/notebook_environment.h"

#include <cstdlib>
#include <string>

namespace lab::app {

std::filesystem::path notebook_environment(const Settings& settings) {
  if (const std::string& named = settings.text("hub.environment"); !named.empty()) return named;
  const auto variable = [](const char* name) { return std::string(std::getenv(name) == nullptr ? "" : std::getenv(name)); };
  const std::filesystem::path cache = variable("DFLAB_CACHE").empty() ? std::filesystem::path(variable("HOME")) / ".cache" / "dflab" : std::filesystem::path(variable("DFLAB_CACHE"));
  return cache / "clients" / "hub";
}

std::filesystem::path notebook_additions(const Settings& settings) {
  if (const std::string& named = settings.text("hub.jupyter"); !named.empty()) return named;
  return notebook_environment(settings) / "share" / "dflab" / "jupyter";
}

}  // namespace lab::app
