#pragma once

#include <string>
#include <vector>

#include "app/settings.h"
#include "remote/ldap/directory.h"
#include "wire/hub/server.h"

namespace lab::app {

/// The names in `hub.auth`, in their order. Throws INVALID_SETTING.
std::vector<std::string> read_door_names(const Settings& settings);
/// The directory of the way `ldap`. Throws INVALID_SETTING, LDAP_UNREACHABLE for options that no directory can be asked with.
ldap::DirectoryOptions read_directory_settings(const Settings& settings);

/// The ways to log in (`hub.auth` and what belongs to them), into `options`. Nothing is asked over the network. Throws
/// INVALID_SETTING, and OIDC_PROVIDER_UNREACHABLE or LDAP_UNREACHABLE for what is never asked.
void read_door_settings(const Settings& settings, wire::hub::HubOptions& options);

}  // namespace lab::app
