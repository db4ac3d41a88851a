#pragma once

#include <filesystem>

#include "app/settings.h"

namespace lab::app {

/// The Python environment of notebooks: `hub.environment`, or where `tools/clients_setup hub` makes it.
std::filesystem::path notebook_environment(const Settings& settings);

/// What the lab adds to people's JupyterLab: `hub.jupyter`, or where `tools/clients_setup hub` puts it.
std::filesystem::path notebook_additions(const Settings& settings);

}  // namespace lab::app
