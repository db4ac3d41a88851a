#pragma once

#include "wire/s3/operations/iam_call.h"

namespace lab::s3 {

/// `RoleSessionName`. Throws ValidationError for another than 2 to 64 of letters, digits and `_+=,.@-`.
std::string read_session_name(const IamCall& iam);

/// Writes the credentials of a session that acts as `role` for `user` (empty: for nobody whom the lab knows), and who that is.
/// `DurationSeconds` goes up to `longest`. Throws ValidationError, MalformedPolicyDocument.
void write_role_session(IamCall& iam, const IamEntity& role, const std::string& user, const std::string& name, std::uint64_t longest);

}  // namespace lab::s3
