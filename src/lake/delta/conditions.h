#pragma once

#include "base/conditions.h"

/// Delta's own conditions (names, messages and SQLSTATE as in Delta's error classes).
namespace lab::lake::delta::conditions {

inline constexpr Condition kPartitionMismatch{"DELTA_METADATA_MISMATCH", "42KDG", Kind::Analysis,
                                              "Partition columns do not match the partition columns of the table.\nGiven: <given>\nTable: <table>"};

// What is there, and what of it we can read.
inline constexpr Condition kTableNotFound{"DELTA_TABLE_NOT_FOUND", "42P01", Kind::Analysis, "Delta table <tableName> doesn't exist."};
inline constexpr Condition kMissingDeltaTable{"DELTA_MISSING_DELTA_TABLE", "42P01", Kind::Analysis, "<tableName> is not a Delta table."};
inline constexpr Condition kPathDoesNotExist{"DELTA_PATH_DOES_NOT_EXIST", "42K03", Kind::Analysis, "<path> doesn't exist, or is not a Delta table."};
inline constexpr Condition kTableAlreadyExists{"DELTA_TABLE_ALREADY_EXISTS", "42P07", Kind::AlreadyExists, "Table <tableName> already exists."};
inline constexpr Condition kStateRecoverError{
    "DELTA_STATE_RECOVER_ERROR", "XXKDS", Kind::Corruption,
    "The <operation> of your Delta table could not be recovered while Reconstructing\nversion: <version>. Did you manually delete files in the "
    "_delta_log directory?"};
inline constexpr Condition kTruncatedLog{
    "DELTA_TRUNCATED_TRANSACTION_LOG", "42K03", Kind::NotFound,
    "<path>: Unable to reconstruct state at version <version> as the transaction log has been truncated due to manual deletion or the log retention "
    "policy (<logRetentionKey>=<logRetention>) and checkpoint retention policy (<checkpointRetentionKey>=<checkpointRetention>)"};
inline constexpr Condition kVersionsNotContiguous{"DELTA_VERSIONS_NOT_CONTIGUOUS", "KD00C", Kind::Corruption,
                                                  "Versions (<versionList>) are not contiguous."};
inline constexpr Condition kMissingPartFiles{"DELTA_MISSING_PART_FILES", "42KD6", Kind::NotFound,
                                             "Couldn't find all part files of the checkpoint version: <version>"};
inline constexpr Condition kMalformedLog{"DELTA_LOG_MALFORMED", "XXKDS", Kind::Corruption, "The file <path> of the Delta log cannot be read: <reason>"};
inline constexpr Condition kInvalidProtocolVersion{
    "DELTA_INVALID_PROTOCOL_VERSION", "KD004", Kind::Unsupported,
    "Unsupported Delta protocol version: table \"<tableNameOrPath>\" requires reader version <readerRequired> and writer version <writerRequired>, but "
    "Delta Lake \"<deltaVersion>\" supports reader versions <supportedReaders> and writer versions <supportedWriters>. Please upgrade to a newer "
    "release."};
inline constexpr Condition kUnsupportedForRead{
    "DELTA_UNSUPPORTED_FEATURES_FOR_READ", "56038", Kind::Unsupported,
    "Unsupported Delta read feature: table \"<tableNameOrPath>\" requires reader table feature(s) that are unsupported by Delta Lake "
    "\"<deltaVersion>\": <unsupported>."};
inline constexpr Condition kUnsupportedForWrite{
    "DELTA_UNSUPPORTED_FEATURES_FOR_WRITE", "56038", Kind::Unsupported,
    "Unsupported Delta write feature: table \"<tableNameOrPath>\" requires writer table feature(s) that are unsupported by Delta Lake "
    "\"<deltaVersion>\": <unsupported>."};
inline constexpr Condition kUnsupportedFeaturesInConfig{
    "DELTA_UNSUPPORTED_FEATURES_IN_CONFIG", "56038", Kind::Unsupported,
    "Table features configured in the following Spark configs or Delta table properties are not recognized by this version of Delta Lake: <configs>."};
inline constexpr Condition kUnsupportedTypeChange{
    "DELTA_UNSUPPORTED_TYPE_CHANGE_IN_SCHEMA", "0AKDC", Kind::Unsupported,
    "Unable to operate on this table because an unsupported type change was applied. Field <fieldName> was changed from <fromType> to <toType>."};
inline constexpr Condition kFileNotFound{"DELTA_FILE_NOT_FOUND", "42K03", Kind::NotFound, "File path <path>"};
inline constexpr Condition kSchemaNotSet{"DELTA_SCHEMA_NOT_SET", "KD008", Kind::Analysis,
                                         "Table schema is not set.  Write data into it or use CREATE TABLE to set the schema."};
inline constexpr Condition kMissingCommitInfo{
    "DELTA_MISSING_COMMIT_INFO", "KD004", Kind::Corruption,
    "This table has the feature <featureName> enabled which requires the presence of the CommitInfo action in every commit. However, the CommitInfo "
    "action is missing from commit version <version>."};
inline constexpr Condition kMissingCommitTimestamp{
    "DELTA_MISSING_COMMIT_TIMESTAMP", "KD004", Kind::Corruption,
    "This table has the feature <featureName> enabled which requires the presence of commitTimestamp in the CommitInfo action. However, this field has "
    "not been set in commit version <version>."};

// Deletion vectors.
inline constexpr Condition kVectorChecksum{"DELTA_DELETION_VECTOR_CHECKSUM_MISMATCH", "XXKDS", Kind::Corruption,
                                           "Could not verify deletion vector integrity, CRC checksum verification failed."};
inline constexpr Condition kVectorSize{"DELTA_DELETION_VECTOR_SIZE_MISMATCH", "XXKDS", Kind::Corruption,
                                       "Deletion vector integrity check failed. Encountered a size mismatch."};
inline constexpr Condition kVectorCardinality{"DELTA_DELETION_VECTOR_CARDINALITY_MISMATCH", "XXKDS", Kind::Corruption,
                                              "Deletion vector integrity check failed. Encountered a cardinality mismatch."};
inline constexpr Condition kVectorRowIndex{"DELTA_DELETION_VECTOR_INVALID_ROW_INDEX", "XXKDS", Kind::Corruption,
                                           "Deletion vector integrity check failed. Encountered an invalid row index."};

// Time travel.
inline constexpr Condition kVersionNotFound{"DELTA_VERSION_NOT_FOUND", "22003", Kind::Analysis,
                                            "Cannot time travel Delta table to version <userVersion>. Available versions: [<earliest>, <latest>]."};
inline constexpr Condition kTimestampGreater{
    "DELTA_TIMESTAMP_GREATER_THAN_COMMIT", "42816", Kind::Analysis,
    "The provided timestamp (<providedTimestamp>) is after the latest version available to this\ntable (<lastCommitTimestamp>). Please use a timestamp "
    "before or at <maximumTimestamp>."};
inline constexpr Condition kTimestampEarlier{
    "DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION", "42816", Kind::Analysis,
    "The provided timestamp (<userTimestamp>) is before the earliest version available to\nthis table (<commitTs>). Please use a timestamp after "
    "<timestampString>."};
inline constexpr Condition kNoCommitsFound{"DELTA_NO_COMMITS_FOUND", "KD006", Kind::NotFound, "No commits found at <logPath>"};

// The change feed.
inline constexpr Condition kMissingChangeData{
    "DELTA_MISSING_CHANGE_DATA", "KD002", Kind::Analysis,
    "Error getting change data for range [<startVersion> , <endVersion>] as change data was not\nrecorded for version [<version>]. If you've enabled "
    "change data feed on this table,\nuse `DESCRIBE HISTORY` to see when it was first enabled.\nOtherwise, to start recording change data, use `ALTER "
    "TABLE table_name SET TBLPROPERTIES\n(<key>=true)`."};
inline constexpr Condition kFeedSchemaChange{
    "DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_SCHEMA_CHANGE", "0AKDC", Kind::Unsupported,
    "Retrieving table changes between version <start> and <end> failed because of an incompatible schema change.\nYour read schema is <readSchema> at "
    "version <readVersion>, but we found an incompatible schema change at version <incompatibleVersion>.\nIf possible, please query table changes "
    "separately from version <start> to <incompatibleVersion> - 1, and from version <incompatibleVersion> to <end>."};
inline constexpr Condition kFeedDataSchema{
    "DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_DATA_SCHEMA", "0AKDC", Kind::Unsupported,
    "Retrieving table changes between version <start> and <end> failed because of an incompatible data schema.\nYour read schema is <readSchema> at "
    "version <readVersion>, but we found an incompatible data schema at version <incompatibleVersion>.\nIf possible, please retrieve the table changes "
    "using the end version's schema by setting <config> to `endVersion`, or contact support."};
inline constexpr Condition kFeedColumnsReserved{
    "DELTA_TABLE_ALREADY_CONTAINS_CDC_COLUMNS", "42711", Kind::Analysis,
    "Unable to enable Change Data Capture on the table. The table already contains\nreserved columns <columnList> that will\nbe used internally as "
    "metadata for the table's Change Data Feed. To enable\nChange Data Feed on the table rename/drop these columns.\n"};

// Commits that met others. Kind::Conflict is what clients see as ConcurrentModificationException.
inline constexpr Condition kConcurrentAppend{
    "DELTA_CONCURRENT_APPEND", "2D521", Kind::Conflict,
    "ConcurrentAppendException: Files were added to <partition> by a concurrent update. <retryMsg><conflictingCommit>\nRefer to <docLink> for more "
    "details."};
inline constexpr Condition kConcurrentDeleteRead{
    "DELTA_CONCURRENT_DELETE_READ", "2D521", Kind::Conflict,
    "ConcurrentDeleteReadException: This transaction attempted to read one or more files that were deleted (for example <file>) by a concurrent update. "
    "Please try the operation again.<conflictingCommit>\nRefer to <docLink> for more details."};
inline constexpr Condition kConcurrentDeleteDelete{
    "DELTA_CONCURRENT_DELETE_DELETE", "2D521", Kind::Conflict,
    "ConcurrentDeleteDeleteException: This transaction attempted to delete one or more files that were deleted (for example <file>) by a concurrent "
    "update. Please try the operation again.<conflictingCommit>\nRefer to <docLink> for more details."};
inline constexpr Condition kMetadataChanged{
    "DELTA_METADATA_CHANGED", "2D521", Kind::Conflict,
    "MetadataChangedException: The metadata of the Delta table has been changed by a concurrent update. Please try the operation "
    "again.<conflictingCommit>\nRefer to <docLink> for more details."};
inline constexpr Condition kProtocolChanged{
    "DELTA_PROTOCOL_CHANGED", "2D521", Kind::Conflict,
    "ProtocolChangedException: The protocol version of the Delta table has been changed by a concurrent update. "
    "<additionalInfo><conflictingCommit>\nRefer to <docLink> for more details."};
inline constexpr Condition kConcurrentTransaction{
    "DELTA_CONCURRENT_TRANSACTION", "2D521", Kind::Conflict,
    "ConcurrentTransactionException: This error occurs when multiple streaming queries are using the same checkpoint to write into this table. Did you "
    "run multiple instances of the same streaming query at the same time?<conflictingCommit>\nRefer to <docLink> for more details."};
inline constexpr Condition kConcurrentWrite{
    "DELTA_CONCURRENT_WRITE", "2D521", Kind::Conflict,
    "ConcurrentWriteException: A concurrent transaction has written new data since the current transaction read the table. Please try the operation "
    "again.<conflictingCommit>\nRefer to <docLink> for more details."};
inline constexpr Condition kMaxCommitRetries{
    "DELTA_MAX_COMMIT_RETRIES_EXCEEDED", "40000", Kind::Conflict,
    "This commit has failed as it has been tried <numAttempts> times but did not succeed.\nThis can be caused by the Delta table being committed "
    "continuously by many concurrent\ncommits.\n\nCommit started at version: <startVersion>\nCommit failed at version: <failVersion>\nNumber of actions "
    "attempted to commit: <numActions>\nTotal time spent attempting this commit: <timeSpent> ms"};
inline constexpr Condition kMetadataAbsent{"DELTA_METADATA_ABSENT", "XXKDS", Kind::Internal,
                                           "Couldn't find Metadata while committing the first version of the Delta table."};
inline constexpr Condition kAppendOnly{
    "DELTA_CANNOT_MODIFY_APPEND_ONLY", "42809", Kind::Unsupported,
    "This table is configured to only allow appends. If you would like to permit updates or deletes, use 'ALTER TABLE <table_name> SET TBLPROPERTIES "
    "(<config>=false)'."};
inline constexpr Condition kDomainMetadataNotSupported{
    "DELTA_DOMAIN_METADATA_NOT_SUPPORTED", "0A000", Kind::Unsupported,
    "Detected DomainMetadata action(s) for domains <domainNames>, but DomainMetadataTableFeature is not enabled."};

// Schemas.
inline constexpr Condition kSchemaMismatch{
    "DELTA_METADATA_MISMATCH", "42KDG", Kind::Analysis,
    "A schema mismatch detected when writing to the Delta table (Table ID: <id>).\nTo enable schema migration using DataFrameWriter or "
    "DataStreamWriter, please set:\n'.option(\"mergeSchema\", \"true\")'.\nFor other operations, set the session "
    "configuration\nspark.databricks.delta.schema.autoMerge.enabled to \"true\". See the documentation\nspecific to the operation for "
    "details.\n\nTable schema:\n<tableSchema>\n\nData schema:\n<dataSchema>\n         "};
inline constexpr Condition kFailedToMergeFields{"DELTA_FAILED_TO_MERGE_FIELDS", "22005", Kind::Analysis,
                                                "Failed to merge fields '<currentField>' and '<updateField>'"};
inline constexpr Condition kMergeIncompatibleType{"DELTA_MERGE_INCOMPATIBLE_DATATYPE", "42K09", Kind::Analysis,
                                                  "Failed to merge incompatible data types <currentDataType> and <updateDataType>"};
inline constexpr Condition kInvalidCharacters{
    "DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES", "42K05", Kind::Analysis,
    "Found invalid character(s) among ' ,;{}()\\n\\t=' in the column names of your schema.\nInvalid column names: <invalidColumnNames>.\nPlease use other "
    "characters and try again.\nAlternatively, enable Column Mapping to keep using these characters."};
inline constexpr Condition kInvalidPartitionName{
    "DELTA_INVALID_PARTITION_COLUMN_NAME", "42996", Kind::Analysis,
    "Found partition columns having invalid character(s) among \" ,;{}()\n\t=\". Please change the name to your partition columns. This check can be "
    "turned off by setting spark.conf.set(\"spark.databricks.delta.partitionColumnValidity.enabled\", false) however this is not recommended as other "
    "features of Delta may not work properly."};
inline constexpr Condition kDuplicateColumns{"DELTA_DUPLICATE_COLUMNS_FOUND", "42711", Kind::Analysis,
                                             "Found duplicate column(s) <coltype>: <duplicateCols>"};
inline constexpr Condition kMissingPartitionColumn{"DELTA_MISSING_PARTITION_COLUMN", "42KD6", Kind::Analysis,
                                                   "Partition column `<columnName>` not found in schema <columnList>"};
inline constexpr Condition kInvalidPartitionType{"DELTA_INVALID_PARTITION_COLUMN_TYPE", "42996", Kind::Analysis,
                                                 "Using column <name> of type <dataType> as a partition column is not supported."};
inline constexpr Condition kAllColumnsPartition{"DELTA_CANNOT_USE_ALL_COLUMNS_FOR_PARTITION", "428FT", Kind::Analysis,
                                                "Cannot use all columns for partition columns"};
inline constexpr Condition kNullTypeInComplex{
    "DELTA_COMPLEX_TYPE_COLUMN_CONTAINS_NULL_TYPE", "22005", Kind::Analysis,
    "Found nested NullType in column <columName> which is of <dataType>. Delta doesn't support writing NullType in complex types."};
inline constexpr Condition kUnsupportedDataTypes{
    "DELTA_UNSUPPORTED_DATA_TYPES", "0AKDC", Kind::Unsupported,
    "Found columns using unsupported data types: <dataTypeList>. You can set '<config>' to 'false' to disable the type check. Disabling this type check "
    "may allow users to create unsupported Delta tables and should only be used when trying to read/write legacy tables."};
inline constexpr Condition kUnknownConfiguration{
    "DELTA_UNKNOWN_CONFIGURATION", "F0000", Kind::Analysis,
    "Unknown configuration was specified: <config>\nTo disable this check, set <disableCheckConfig>=true in the Spark session configuration."};
inline constexpr Condition kInvalidProperty{"DELTA_VIOLATE_TABLE_PROPERTY_VALIDATION_FAILED", "0A000", Kind::InvalidArgument,
                                            "The validation of the properties of table <table> has been violated: <property> <rule>"};
inline constexpr Condition kProtocolDowngrade{"DELTA_INVALID_PROTOCOL_DOWNGRADE", "KD004", Kind::Unsupported,
                                              "Protocol version cannot be downgraded from <oldProtocol> to <newProtocol>"};
inline constexpr Condition kColumnMappingModeChange{"DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE", "0AKDC", Kind::Unsupported,
                                                    "Changing column mapping mode from '<oldMode>' to '<newMode>' is not supported."};
inline constexpr Condition kFailedCastPartition{"DELTA_FAILED_CAST_PARTITION_VALUE", "22018", Kind::Corruption,
                                                "Failed to cast partition value `<value>` to <dataType>"};
inline constexpr Condition kInvalidInterval{"DELTA_INVALID_INTERVAL", "22006", Kind::InvalidArgument, "<interval> is not a valid INTERVAL."};

}  // namespace lab::lake::delta::conditions
