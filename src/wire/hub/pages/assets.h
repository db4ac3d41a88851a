#pragma once

#include <string>

namespace lab::wire::hub::pages {

/// Changes with style and script, so that browsers may keep them.
const std::string& assets_version();

}  // namespace lab::wire::hub::pages
