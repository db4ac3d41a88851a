#pragma once

#include "base/conditions.h"

namespace lab::app::conditions {

inline constexpr Condition kUnknownSetting{"UNKNOWN_SETTING", "42704", Kind::InvalidArgument, "There is no setting <key>.<suggestion>"};
inline constexpr Condition kInvalidSetting{"INVALID_SETTING", "22023", Kind::InvalidArgument, "The setting <key> cannot be \"<value>\": <reason>."};
inline constexpr Condition kConfigInvalid{"CONFIG_INVALID", "42601", Kind::InvalidArgument, "The configuration file <path> cannot be read: <reason>."};
inline constexpr Condition kUnknownRole{"UNKNOWN_ROLE", "42704", Kind::InvalidArgument, "There is no role or group <name>. There are: <known>."};
inline constexpr Condition kRoleNotBuilt{"ROLE_NOT_BUILT", "0A000", Kind::Unsupported, "The role <name> is not built into this version yet."};
inline constexpr Condition kPortTaken{"PORT_TAKEN", "55006", Kind::Unavailable, "Port <port> for <role> is taken<owner>. Take another one with --set <key>=<next>."};
inline constexpr Condition kNotRunning{"NOT_RUNNING", "57P03", Kind::Unavailable, "No lab is running in <data>. Start one with: dflab up"};
inline constexpr Condition kNoLog{"NO_LOG", "58P01", Kind::NotFound, "There is no log at <path>: no lab has run in this data folder. Start one with: dflab up"};
inline constexpr Condition kAlreadyRunning{"ALREADY_RUNNING", "55006", Kind::Unavailable, "A lab runs in <data> already (process <pid>)."};
inline constexpr Condition kWrongArgument{"WRONG_ARGUMENT", "22023", Kind::InvalidArgument, "\"<value>\": <reason>."};
inline constexpr Condition kRoleNotRunning{"ROLE_NOT_RUNNING", "57P03", Kind::Unavailable, "The lab runs without the role <role>. Start it with: dflab up <role>"};
inline constexpr Condition kObjectsRefused{"OBJECTS_REFUSED", "58030", Kind::NotFound, "<operation> <place>: <reason>."};
inline constexpr Condition kJobFailed{"JOB_FAILED", "58030", Kind::Unavailable, "The <kind> ended early: <reason>"};
inline constexpr Condition kNotLoopback{"NOT_LOOPBACK", "42501", Kind::PermissionDenied, "<key> is <value>: <reason>."};
inline constexpr Condition kHubRefused{"HUB_REFUSED", "58030", Kind::NotFound, "<what>: <reason>."};

}  // namespace lab::app::conditions
