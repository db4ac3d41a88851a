#pragma once

#include "base/conditions.h"

namespace lab::ldap::conditions {

inline constexpr Condition kDirectoryUnreachable{"LDAP_UNREACHABLE", "08001", Kind::Unavailable, "The directory cannot be asked: <reason>. <fix>"};
inline constexpr Condition kDirectoryRefused{"LDAP_REFUSED", "28000", Kind::Unavailable, "The directory refused what the lab asked: <reason>. <fix>"};

}  // namespace lab::ldap::conditions
