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
inline constexpr Condition kParquetTypeIllegal{"PARQUET_TYPE_ILLEGAL", "42846", Kind::Analysis, "Illegal Parquet type: <parquetType>."};
inline constexpr Condition kReadAncientDatetime{"INCONSISTENT_BEHAVIOR_CROSS_VERSION.READ_ANCIENT_DATETIME", "42K0B", Kind::DateTime,
    "You may get a different result due to the upgrading to Spark >= 3.0: reading dates before 1582-10-15 or timestamps before 1900-01-01T00:00:00Z from <format> files can be ambiguous, as the files may be written by Spark 2.x or legacy versions of Hive, which uses a legacy hybrid calendar that is different from Spark 3.0+'s Proleptic Gregorian calendar. See more details in SPARK-31404. You can set the SQL config <config> or the datasource option <option> to \"LEGACY\" to rebase the datetime values w.r.t. the calendar difference during reading. To read the datetime values as it is, set the SQL config or the datasource option to \"CORRECTED\"."};

}  // namespace lab::conditions
