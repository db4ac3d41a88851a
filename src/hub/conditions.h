#pragma once

#include "base/conditions.h"

namespace lab::hub::conditions {

inline constexpr Condition kNoEnvironment{
    "NOTEBOOKS_NOT_INSTALLED", "58000", Kind::Unavailable,
    "There is no jupyterhub-singleuser in <path>. `tools/clients_setup hub` makes that environment; the setting hub.environment names another."};
inline constexpr Condition kTooManyServers{"TOO_MANY_SERVERS", "54000", Kind::InvalidArgument, "<user> already has the maximum of <most> named servers."};
inline constexpr Condition kInvalidServerName{"INVALID_SERVER_NAME", "42602", Kind::InvalidArgument, "The server name <name> is not one to 64 letters, digits and characters out of `._-`."};
inline constexpr Condition kServerBusy{"SERVER_IS_BUSY", "55006", Kind::InvalidArgument, "The server <name> is just starting or stopping, please wait."};
inline constexpr Condition kUnknownSize{"UNKNOWN_SERVER_SIZE", "42704", Kind::InvalidArgument, "There is no server size <size>. There are: <known>."};
inline constexpr Condition kTokenServerFailed{"TOKEN_SERVER_FAILED", "58000", Kind::Unavailable, "The token server does not run: <reason>."};
inline constexpr Condition kUnknownScope{"UNKNOWN_SCOPE", "42704", Kind::InvalidArgument, "There is no scope <scope>."};

}  // namespace lab::hub::conditions
