#pragma once

#include "base/conditions.h"

/// Of files that a query meets, wherever their bytes come from.
namespace lab::conditions {

inline constexpr Condition kFailedReadFile{"FAILED_READ_FILE.NO_HINT", "KD001", Kind::Corruption, "Encountered error while reading file <path>."};
/// Spark 3.5 has no public name for it, but tells the reason.
inline constexpr Condition kFailedReadFile35{"_LEGACY_ERROR_TEMP_2064", "", Kind::Corruption,
    "Encountered error while reading file <path>. Details: <message>"};
inline constexpr Condition kFileNotExist{"FAILED_READ_FILE.FILE_NOT_EXIST", "KD001", Kind::Corruption,
    "Encountered error while reading file <path>. File does not exist. It is possible the underlying files have been updated. You can explicitly invalidate the cache in Spark by running 'REFRESH TABLE tableName' command in SQL or by recreating the Dataset/DataFrame involved."};
inline constexpr Condition kCannotReadFooter{"FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", "KD001", Kind::Corruption,
    "Encountered error while reading file <path>. Could not read footer. Please ensure that the file is in either ORC or Parquet format."};

}  // namespace lab::conditions
