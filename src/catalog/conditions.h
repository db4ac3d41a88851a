#pragma once

#include "base/conditions.h"

namespace lab::conditions {

inline constexpr Condition kRoutineAlreadyExists{"ROUTINE_ALREADY_EXISTS", "42723", Kind::Analysis, "Cannot create the <newRoutineType> <routineName> because a <existingRoutineType> of that name already exists.\nChoose a different name, drop or replace the existing <existingRoutineType>, or add the IF NOT EXISTS clause to tolerate a pre-existing <newRoutineType>."};
inline constexpr Condition kPathNotFound{"PATH_NOT_FOUND", "42K03", Kind::Analysis, "Path does not exist: <path>."};
inline constexpr Condition kIllegalFilePattern{"", "", Kind::InvalidArgument, "Illegal file pattern: <problem> near index <index>\n<glob>"};
inline constexpr Condition kPathNotAllowed{"PATH_NOT_ALLOWED", "42501", Kind::PermissionDenied, "<path> lies in the folder of the lab itself, or in somebody else's home: queries read their own home, the shared folders, and buckets."};
inline constexpr Condition kSystemDatabase{"SYSTEM_DATABASE_READ_ONLY", "42501", Kind::PermissionDenied, "The database <schemaName> holds the lab's own tables, which are there to be read."};
inline constexpr Condition kPathAlreadyExists{"PATH_ALREADY_EXISTS", "42K04", Kind::Analysis, "Path <outputPath> already exists. Set mode as \"overwrite\" to overwrite the existing path."};
inline constexpr Condition kUnsupportedScheme{"UNSUPPORTED_FEATURE.FILE_SYSTEM", "0A000", Kind::Unsupported, "No FileSystem for scheme \"<scheme>\" (in <path>). The lab reads s3a://, s3:// and local paths."};

inline constexpr Condition kInvalidRemoteEndpoint{"INVALID_CONF_VALUE.REMOTE_ENDPOINT", "22022", Kind::InvalidArgument, "The value '<confValue>' in the config \"<confName>\" is invalid: <reason>."};

}  // namespace lab::conditions
