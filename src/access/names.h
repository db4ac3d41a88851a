#pragma once

#include <string>
#include <string_view>

#include "store/journal/transaction.h"

namespace lab::access {

bool is_user_name(std::string_view name);
/// What users and groups may be called. Throws INVALID_USER_NAME.
void check_user_name(const std::string& name);

/// Under which the policies of a group lie beside those of users: no user can be called so.
std::string holder_name_of_group(std::string_view group);

/// In a step: takes the grants of a holder that goes away.
void erase_grants_of(store::Transaction& transaction, const std::string& holder);

}  // namespace lab::access
