#pragma once

#include "base/conditions.h"

namespace lab::pam::conditions {

inline constexpr Condition kAccountsRefused{"PAM_REFUSED", "28000", Kind::Unauthenticated, "The machine's account <user> cannot log in: <reason>. <fix>"};

}  // namespace lab::pam::conditions
