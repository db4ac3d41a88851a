#pragma once

#include "base/conditions.h"

namespace lab::access::conditions {

inline constexpr Condition kUserExists{"USER_ALREADY_EXISTS", "42710", Kind::AlreadyExists, "There is a user <user> already."};
inline constexpr Condition kNoSuchUser{"NO_SUCH_USER", "42704", Kind::NotFound, "There is no user <user>."};
inline constexpr Condition kInvalidUserName{
    "INVALID_USER_NAME", "42602", Kind::InvalidArgument,
    "The name <user> is not one to 64 letters, digits and characters out of `+=,.@_-`."};
inline constexpr Condition kLastAdmin{"LAST_ADMIN", "55006", Kind::Conflict, "<user> is the only administrator."};
inline constexpr Condition kKeyExists{"KEY_ALREADY_EXISTS", "42710", Kind::AlreadyExists, "The access key <key> is in use."};
inline constexpr Condition kNoSuchKeyOfUser{"NO_SUCH_KEY_OF_USER", "42704", Kind::NotFound, "<user> has no access key <key>."};
inline constexpr Condition kWeakPassword{"WEAK_PASSWORD", "28000", Kind::InvalidArgument, "A password has <least> to 1024 bytes."};
inline constexpr Condition kWrongPassword{"WRONG_PASSWORD", "28P01", Kind::Unauthenticated, "The user name or the password is wrong."};
inline constexpr Condition kTooManyLogIns{"TOO_MANY_LOG_INS", "28000", Kind::ResourceExhausted, "Too many attempts to log in. Try again in <seconds> seconds."};
inline constexpr Condition kNotAllowedIn{
    "NOT_ALLOWED_IN", "42501", Kind::PermissionDenied,
    "<user> is known to <way>, but may not use this lab. An administrator makes the user (`dflab user add <user>`), or names the person or a group of theirs in hub.<way>.allowed_users or hub.<way>.allowed_groups."};
inline constexpr Condition kUserNameTaken{
    "USER_NAME_TAKEN", "42501", Kind::PermissionDenied,
    "The user <user> of this lab is not known to be the <user> of <way>. If they are the same person, an administrator adds the name to hub.link_users."};
inline constexpr Condition kGroupExists{"GROUP_ALREADY_EXISTS", "42710", Kind::AlreadyExists, "There is a group <group> already."};
inline constexpr Condition kNoSuchGroup{"NO_SUCH_GROUP", "42704", Kind::NotFound, "There is no group <group>."};
inline constexpr Condition kNoSuchPrincipal{"PRINCIPAL_DOES_NOT_EXIST", "42704", Kind::NotFound, "There is no user or group <principal>."};
inline constexpr Condition kNoSuchSecurable{"SECURABLE_DOES_NOT_EXIST", "42704", Kind::NotFound, "There is no <securable>."};
inline constexpr Condition kInvalidSecurable{
    "INVALID_SECURABLE", "42602", Kind::InvalidArgument,
    "<securable> names neither CATALOG spark_catalog nor a SCHEMA nor a TABLE."};
inline constexpr Condition kInvalidPrivilege{"INVALID_PRIVILEGE", "42601", Kind::InvalidArgument, "The privilege <privilege> is not applicable to a <securable>."};

}  // namespace lab::access::conditions
