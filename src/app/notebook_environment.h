#pragma once

#include <filesystem>

#include "app/settings.h"

namespace lab::app {

/// The Python environment of notebooks: `hub.environment`, or where `tools/clients_setup hub` makes it.
std::filesystem::path notebook_environment(const Settings& settings);

}  // namespace lab::app
