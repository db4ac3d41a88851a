#pragma once

#include "base/error.h"

namespace lab::store::conditions {

inline constexpr Condition kStoreFailed{"STORE_FAILED", "58030", Kind::Unavailable,
                                        "The store stopped after a failed write and must be opened again: <reason>."};
inline constexpr Condition kStoreStopped{"STORE_STOPPED", "57P01", Kind::Unavailable, "The store is stopping."};
inline constexpr Condition kStoreBusy{"STORE_BUSY", "53300", Kind::Unavailable,
                                      "Too many readers of the store at once; try again."};
inline constexpr Condition kStoreInUse{"STORE_IN_USE", "55006", Kind::Unavailable,
                                       "The data folder <path> is in use by process <pid>."};
inline constexpr Condition kRestoreUnfinished{"RESTORE_UNFINISHED", "55000", Kind::Unavailable,
                                              "A restore into <path> was not finished; run it again, or remove the folder."};
inline constexpr Condition kBackupRefused{"BACKUP_REFUSED", "22023", Kind::InvalidArgument, "<path> <reason>."};
inline constexpr Condition kDataTooNew{
    "DATA_TOO_NEW", "0A000", Kind::Unsupported,
    "The data folder was written by a newer version (<module> is at <found>, this program knows <known>)."};
inline constexpr Condition kDiskLow{
    "DISK_LOW", "53100", Kind::ResourceExhausted,
    "Less than <reserve> bytes are left on the disk; writes are refused until space is freed."};
inline constexpr Condition kDataCorruption{"DATA_CORRUPTION", "XX001", Kind::Corruption,
                                           "Stored data is damaged: <what>."};
inline constexpr Condition kJournalError{"JOURNAL_ERROR", "58000", Kind::Internal,
                                         "The journal refused a statement: <reason>."};

inline constexpr Condition kRowExists{"ROW_ALREADY_EXISTS", "23505", Kind::AlreadyExists,
                                      "A row with this key exists in <table>."};
inline constexpr Condition kChangeConflict{"CHANGE_CONFLICT", "40001", Kind::Conflict,
                                           "Another change got there first: <what>."};

inline constexpr Condition kNoSuchBucket{"NO_SUCH_BUCKET", "42704", Kind::NotFound,
                                         "The bucket <bucket> does not exist."};
inline constexpr Condition kBucketExists{"BUCKET_ALREADY_EXISTS", "42710", Kind::AlreadyExists,
                                         "The bucket <bucket> exists already."};
inline constexpr Condition kBucketNotEmpty{"BUCKET_NOT_EMPTY", "55006", Kind::Conflict,
                                           "The bucket <bucket> is not empty."};
inline constexpr Condition kNoSuchKey{"NO_SUCH_KEY", "42704", Kind::NotFound,
                                      "The key <key> does not exist in the bucket <bucket>."};
inline constexpr Condition kNoSuchVersion{"NO_SUCH_VERSION", "42704", Kind::NotFound,
                                          "<bucket>/<key> has no version <version>."};
inline constexpr Condition kIsDeleteMarker{"IS_DELETE_MARKER", "42809", Kind::InvalidArgument,
                                           "The version <version> of <bucket>/<key> is a delete marker."};
inline constexpr Condition kObjectLocked{"OBJECT_LOCKED", "42501", Kind::PermissionDenied,
                                         "The version <version> of <bucket>/<key> is locked."};
inline constexpr Condition kInvalidVersioning{"INVALID_VERSIONING", "55000", Kind::Conflict,
                                              "The versioning of the bucket <bucket> can be suspended, not taken away."};
inline constexpr Condition kPreconditionFailed{"OBJECT_PRECONDITION_FAILED", "40001", Kind::PreconditionFailed,
                                               "The condition <condition> does not hold for <bucket>/<key>."};
inline constexpr Condition kBucketQuotaExceeded{"BUCKET_QUOTA_EXCEEDED", "53400", Kind::ResourceExhausted,
                                                "The objects of the bucket <bucket> would have more bytes than its quota."};
inline constexpr Condition kUserQuotaExceeded{"USER_QUOTA_EXCEEDED", "53400", Kind::ResourceExhausted,
                                              "The objects of the user <user> would have more bytes than the quota."};
inline constexpr Condition kNoSuchUpload{"NO_SUCH_UPLOAD", "42704", Kind::NotFound,
                                         "The multipart upload <upload> does not exist."};
inline constexpr Condition kInvalidPart{"INVALID_PART", "22023", Kind::InvalidArgument,
                                        "Part <part> of the upload is absent or has another ETag."};
inline constexpr Condition kChecksumMismatch{"CHECKSUM_MISMATCH", "22023", Kind::InvalidArgument,
                                             "The <algorithm> of the bytes is not the one that the request names."};
inline constexpr Condition kInvalidPartOrder{
    "INVALID_PART_ORDER", "22023", Kind::InvalidArgument,
    "The parts of an upload must be listed in ascending order, and at least one."};
inline constexpr Condition kPartTooSmall{"PART_TOO_SMALL", "22023", Kind::TooLarge,
                                         "Part <part> has <size> bytes; all but the last need at least <minimum>."};

}  // namespace lab::store::conditions
