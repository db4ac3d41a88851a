#pragma once

#include "base/conditions.h"
#include "catalog/conditions.h"

namespace lab::conditions {

inline constexpr Condition kCatalogNotFound{"CATALOG_NOT_FOUND", "42P08", Kind::Analysis, "The catalog <catalogName> not found. Consider to set the SQL config <config> to a catalog plugin."};
inline constexpr Condition kRequiresSinglePartNamespace{"REQUIRES_SINGLE_PART_NAMESPACE", "42K05", Kind::Analysis, "<sessionCatalog> requires a single-part namespace, but got <namespace>."};
inline constexpr Condition kDataSourceNotFound{"DATA_SOURCE_NOT_FOUND", "42K02", Kind::Analysis, "Failed to find the data source: <provider>. Make sure the provider name is correct and the package is properly registered and compatible with your Spark version."};
inline constexpr Condition kTempTableOrViewAlreadyExists{"TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", "42P07", Kind::Analysis, "Cannot create the temporary view <relationName> because it already exists.\nChoose a different name, drop or replace the existing view, or add the IF NOT EXISTS clause to tolerate pre-existing views."};
inline constexpr Condition kExpectTableNotView{"EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", "42809", Kind::Analysis, "'<operation>' expects a table but <viewName> is a view."};
inline constexpr Condition kExpectViewNotTable{"EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE", "42809", Kind::Analysis, "The table <tableName> does not support <operation>."};
inline constexpr Condition kUnsupportedTableOperation{"UNSUPPORTED_FEATURE.TABLE_OPERATION", "0A000", Kind::Unsupported, "The feature is not supported: Table <tableName> does not support <operation>. Please check the current catalog and namespace to make sure the qualified table name is expected, and also check the catalog implementation which is configured by \"spark.sql.catalog\"."};
inline constexpr Condition kConfigNotFound{"SQL_CONF_NOT_FOUND", "42K0I", Kind::Analysis, "The SQL config <sqlConf> cannot be found. Please verify that the config exists."};
inline constexpr Condition kInvalidViewText{"INVALID_VIEW_TEXT", "XX000", Kind::Analysis, "The view <viewName> cannot be displayed due to invalid view text: <viewText>."};
inline constexpr Condition kColumnAliasesNumber{"CREATE_VIEW_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS", "21S01", Kind::Analysis, "Cannot create view <viewName>, the reason is not enough data columns:\nView columns: <viewColumns>.\nData columns: <dataColumns>."};
inline constexpr Condition kPathOptionNotSupported{"DELTA_MISSING_PATH", "42601", Kind::Analysis, "'path' is not specified."};
inline constexpr Condition kColumnAlreadyExists{"COLUMN_ALREADY_EXISTS", "42711", Kind::Analysis, "The column <columnName> already exists. Choose another name or rename the existing column."};
inline constexpr Condition kMultipleSourceRows{"DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE", "21506", Kind::Analysis, "Cannot perform Merge as multiple source rows matched and attempted to modify the same\ntarget row in the Delta table in possibly conflicting ways. By SQL semantics of Merge,\nwhen multiple source rows match on the same target row, the result may be ambiguous\nas it is unclear which source row should be used to update or delete the matching\ntarget row. You can preprocess the source table to eliminate the possibility of\nmultiple matches. Please refer to\nhttps://docs.delta.io/latest/delta-update.html#upsert-into-a-table-using-merge"};
inline constexpr Condition kReplaceWhereMismatch{"DELTA_REPLACE_WHERE_MISMATCH", "44000", Kind::Analysis, "Written data does not conform to partial table overwrite condition or constraint '<replaceWhere>'.\n<message>"};
inline constexpr Condition kConstraintViolated{"DELTA_VIOLATE_CONSTRAINT_WITH_VALUES", "23001", Kind::Runtime, "CHECK constraint <constraintName> <expression> violated by row with values:\n<values>"};
inline constexpr Condition kNotNullViolated{"DELTA_NOT_NULL_CONSTRAINT_VIOLATED", "23502", Kind::Runtime, "NOT NULL constraint violated for column: <columnName>."};

inline constexpr Condition kConflictingAssignments{"DELTA_CONFLICT_SET_COLUMN", "42701", Kind::Analysis, "There is a conflict from these SET columns: <columnName>."};

inline constexpr Condition kTooManyDataColumns{"INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS", "21S01", Kind::Analysis, "Cannot write to <tableName>, the reason is too many data columns:\nTable columns: <tableColumns>.\nData columns: <dataColumns>."};
inline constexpr Condition kNotEnoughDataColumns{"INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS", "21S01", Kind::Analysis, "Cannot write to <tableName>, the reason is not enough data columns:\nTable columns: <tableColumns>.\nData columns: <dataColumns>."};

inline constexpr Condition kDeltaPathExists{"DELTA_PATH_EXISTS", "42K04", Kind::Analysis, "Cannot write to already existent path <path> without setting OVERWRITE = 'true'."};

inline constexpr Condition kDeltaTableNotFoundAtLocation{"DELTA_PATH_DOES_NOT_EXIST", "42K03", Kind::Analysis, "<path> doesn't exist, or is not a Delta table."};

inline constexpr Condition kCannotDropDefault{"UNSUPPORTED_FEATURE.DROP_DATABASE", "0A000", Kind::Unsupported, "The feature is not supported: Drop the default database <database>."};

inline constexpr Condition kNotPartitioned{"INVALID_PARTITION_OPERATION.PARTITION_SCHEMA_IS_EMPTY", "42601", Kind::Analysis, "The partition command is invalid. Table <tableIdentWithDB> is not partitioned."};

inline constexpr Condition kConflictingPartitions{"CONFLICTING_PARTITION_COLUMN_NAMES", "KD009", Kind::Analysis, "Conflicting partition column names detected:\n<distinctPartColLists>\nFor partitioned table directories, data files should only live in leaf directories.\nAnd directories at the same level should have the same partition column name."};
inline constexpr Condition kUnableToInferSchema{"UNABLE_TO_INFER_SCHEMA", "42KD9", Kind::Analysis, "Unable to infer schema for <format>. It must be specified manually."};

inline constexpr Condition kInvalidVersion{"DELTA_TIME_TRAVEL_INVALID_BEGIN_VALUE", "42604", Kind::Analysis, "The provided version (<version>) for the time travel is no version of a table."};

inline constexpr Condition kAllPartitionColumns{"ALL_PARTITION_COLUMNS_NOT_ALLOWED", "KD005", Kind::Analysis, "Cannot use all columns for partition columns."};

inline constexpr Condition kUnsupportedColumnType{"UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", "0A000", Kind::Analysis, "The <format> datasource doesn't support the column <columnName> of the type <columnType>."};
inline constexpr Condition kTextColumns{"TEXT_DATASOURCE_ONE_COLUMN", "0A000", Kind::Analysis, "Text data source supports only a single column, and you have <num> columns."};

inline constexpr Condition kInvalidTimestamp{"INVALID_TIME_TRAVEL_TIMESTAMP_EXPR.INPUT", "42K0E", Kind::Analysis, "The time travel timestamp expression <expr> is invalid. Cannot be casted to the \"TIMESTAMP\" type."};

}  // namespace lab::conditions
