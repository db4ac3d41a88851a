#pragma once

#include "base/conditions.h"

namespace lab::apps::conditions {

inline constexpr Condition kInvalidName{"INVALID_APP_NAME", "42602", Kind::InvalidArgument,
                                        "An app cannot be called \"<name>\": a name is 1 to 40 lower-case letters, digits and `-`, begins with a letter, and is not <reserved>."};
inline constexpr Condition kNameTaken{"APP_NAME_TAKEN", "42710", Kind::Conflict, "There is an app <name> of somebody else already."};
inline constexpr Condition kTooManyApps{"TOO_MANY_APPS", "54000", Kind::InvalidArgument, "<owner> already has the maximum of <most> apps."};
inline constexpr Condition kNoSuchApp{"NO_SUCH_APP", "42704", Kind::NotFound, "There is no app <name>."};
inline constexpr Condition kInvalidApp{"INVALID_APP", "22023", Kind::InvalidArgument, "<what>: <reason>."};
inline constexpr Condition kNoProgram{"APPS_NOT_INSTALLED", "58000", Kind::Unavailable,
                                      "There is no streamlit in <path>. `tools/clients_setup hub` makes that environment; the setting apps.environment names another."};
inline constexpr Condition kAppFailed{"APP_FAILED", "58000", Kind::Unavailable, "The app <name> has ended unexpectedly; it is tried again in <seconds> s at the earliest."};

}  // namespace lab::apps::conditions
