#pragma once

#include <string>

namespace lab::access {

/// What users and groups may be called. Throws INVALID_USER_NAME.
void check_user_name(const std::string& name);

}  // namespace lab::access
