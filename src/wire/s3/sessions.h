#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "store/store.h"

/// Temporary credentials (STS). A session lies in its token alone, sealed with a key of the lab: nothing is kept for it, and it
/// is good on every start until it expires.
namespace lab::s3 {

/// The role that a session acts as: with its policies alone, not with the rights of who assumed it.
struct AssumedRole {
  std::string name;     ///< empty: none
  std::string id;       ///< one that was deleted and made again is another role
  std::string session;  ///< RoleSessionName
};

struct Session {
  std::string user;        ///< whose rights it has, at most; who assumed the role, empty: somebody whom an identity provider knows
  std::string name;        ///< RoleSessionName; empty for GetSessionToken
  std::string access_key;  ///< begins with kSessionKeyPrefix
  std::string secret_key;
  std::string policy;      ///< in IAM's language; what it does not allow, the session may not. Empty: none
  std::chrono::sys_seconds expires;
  std::string role = {};     ///< name of the role; empty: none, the user's own rights
  std::string role_id = {};
};

inline constexpr std::string_view kSessionKeyPrefix = "ASIA";

/// Fills in a new pair of keys and answers the token that belongs to them. Blocks.
std::string issue_session(store::Store& store, Session& session);
/// Absent for a token that this lab never issued. Says nothing of whether it has expired. Blocks.
std::optional<Session> open_session(store::Store& store, std::string_view token);

}  // namespace lab::s3
