#pragma once

#include <string>

#include "wire/hub/call.h"

namespace lab::wire::hub::pages {

/// The apps that a person may open, as a section of a page: address, state, owner; of the person's own, a link to what can be done with them.
std::string apps_section(const Service& service, const Call& call);

}  // namespace lab::wire::hub::pages
