#pragma once

#include "base/conditions.h"
#include "base/out_of_memory.h"

/// Conditions of the Spark Connect protocol itself.
namespace lab::conditions {

inline constexpr Condition kInvalidPlanInput{"CONNECT_INVALID_PLAN.ASSERTION_FAILURE", "56K00", Kind::InvalidArgument, "The Spark Connect plan is invalid. <message>"};
inline constexpr Condition kPlanTooDeep{"CONNECT_INVALID_PLAN.TOO_DEEP", "54000", Kind::InvalidArgument, "The Spark Connect plan is nested more than <limit> levels deep."};
inline constexpr Condition kPlanTooLarge{"CONNECT_INVALID_PLAN.TOO_LARGE", "54000", Kind::InvalidArgument, "The Spark Connect plan has more than <limit> nodes."};
inline constexpr Condition kSessionNotFound{"INVALID_HANDLE.SESSION_NOT_FOUND", "HY000", Kind::InvalidArgument, "The handle <handle> is invalid. Session not found."};
inline constexpr Condition kInvalidHandleFormat{"INVALID_HANDLE.FORMAT", "HY000", Kind::InvalidArgument, "The handle <handle> is invalid. Handle must be an UUID string of the format '00112233-4455-6677-8899-aabbccddeeff'"};
inline constexpr Condition kOperationNotFound{"INVALID_HANDLE.OPERATION_NOT_FOUND", "HY000", Kind::InvalidArgument, "The handle <handle> is invalid. Operation not found."};
inline constexpr Condition kOperationAlreadyExists{"INVALID_HANDLE.OPERATION_ALREADY_EXISTS", "HY000", Kind::InvalidArgument, "The handle <handle> is invalid. Operation already exists."};
inline constexpr Condition kOperationAbandoned{"INVALID_HANDLE.OPERATION_ABANDONED", "HY000", Kind::InvalidArgument, "The handle <handle> is invalid. Operation was considered abandoned because of inactivity and removed."};
inline constexpr Condition kSessionClosed{"INVALID_HANDLE.SESSION_CLOSED", "HY000", Kind::InvalidArgument, "The handle <handle> is invalid. Session was closed."};
inline constexpr Condition kSessionChanged{"INVALID_HANDLE.SESSION_CHANGED", "HY000", Kind::InvalidArgument, "The handle <handle> is invalid. The existing Spark server driver instance has restarted. Please reconnect."};
inline constexpr Condition kCursorNotFound{"INVALID_CURSOR.POSITION_NOT_FOUND", "HY109", Kind::InvalidArgument, "The cursor is invalid. The cursor position id <responseId> is not found."};
inline constexpr Condition kCursorNotAvailable{"INVALID_CURSOR.POSITION_NOT_AVAILABLE", "HY109", Kind::InvalidArgument, "The cursor is invalid. The cursor position id <responseId> is no longer available at index <index>."};
inline constexpr Condition kCursorNotReattachable{"INVALID_CURSOR.NOT_REATTACHABLE", "HY109", Kind::InvalidArgument, "The cursor is invalid. The cursor is not reattachable."};
inline constexpr Condition kCursorDisconnected{"INVALID_CURSOR.DISCONNECTED", "HY109", Kind::InvalidArgument, "The cursor is invalid. The cursor has been disconnected by the server."};
inline constexpr Condition kArtifactNotFound{"CONNECT_INVALID_PLAN.NOT_FOUND_CACHED_LOCAL_RELATION", "56K00", Kind::InvalidArgument, "The Spark Connect plan is invalid. Not found any cached local relation with the hash: <hash>."};

inline constexpr Condition kCloneTargetFormat{"INVALID_CLONE_SESSION_REQUEST.TARGET_SESSION_ID_FORMAT", "42K04", Kind::InvalidArgument, "Invalid session clone request. Target session ID <targetSessionId> for clone operation must be an UUID string of the format '00112233-4455-6677-8899-aabbccddeeff'."};
inline constexpr Condition kCloneTargetClosed{"INVALID_CLONE_SESSION_REQUEST.TARGET_SESSION_ID_ALREADY_CLOSED", "42K04", Kind::InvalidArgument, "Invalid session clone request. Cannot clone session to target session ID <targetSessionId> because a session with this ID was previously closed."};
inline constexpr Condition kCloneTargetExists{"INVALID_CLONE_SESSION_REQUEST.TARGET_SESSION_ID_ALREADY_EXISTS", "42K04", Kind::InvalidArgument, "Invalid session clone request. Cannot clone session to target session ID <targetSessionId> because a session with this ID already exists."};
inline constexpr Condition kArtifactExists{"ARTIFACT_ALREADY_EXISTS", "42713", Kind::InvalidArgument, "The artifact <normalizedRemoteRelativePath> already exists. Please choose a different name for the new artifact because it cannot be overwritten."};

inline constexpr Condition kInvalidArtifactPath{"INVALID_ARTIFACT_PATH", "22023", Kind::InvalidArgument, "The artifact name '<name>' is invalid: it must be a relative path without `.` and `..`."};

inline constexpr Condition kUnauthenticated{"CONNECT_UNAUTHENTICATED", "28000", Kind::Unauthenticated, "The Spark token is missing or unknown. `dflab env` prints the address with a valid one."};
inline constexpr Condition kAddressInUse{"ADDRESS_IN_USE", "55006", Kind::Unavailable, "Cannot listen on <address>: it is in use."};

inline constexpr Condition kSettingNotFound{"SQL_CONF_NOT_FOUND", "42K0I", Kind::Analysis, "The SQL config <sqlConf> cannot be found. Please verify that the config exists."};

}  // namespace lab::conditions
