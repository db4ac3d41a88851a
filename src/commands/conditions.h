#pragma once

#include "base/conditions.h"
#include "catalog/conditions.h"

namespace lab::conditions {

inline constexpr Condition kDuplicateParameterNames{"DUPLICATE_ROUTINE_PARAMETER_NAMES", "42734", Kind::Analysis, "Found duplicate name(s) in the parameter list of the user-defined routine <routineName>: <names>."};
inline constexpr Condition kDuplicateReturnsColumns{"DUPLICATE_ROUTINE_RETURNS_COLUMNS", "42711", Kind::Analysis, "Found duplicate column(s) in the RETURNS clause column list of the user-defined routine <routineName>: <columns>."};
inline constexpr Condition kDefaultParameterPosition{"USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_PARAMETER_POSITION", "42601", Kind::Analysis, "User defined function is invalid: In routine `<functionName>` parameter `<parameterName>` with DEFAULT must not be followed by parameter `<nextParameterName>` without DEFAULT."};
inline constexpr Condition kDefaultParameterSubquery{"USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_EXPRESSION", "42601", Kind::Analysis, "User defined function is invalid: The DEFAULT expression of `<functionName>`.`<parameterName>` is not supported because it contains a subquery."};
inline constexpr Condition kTableBodyNotQuery{"USER_DEFINED_FUNCTIONS.SQL_TABLE_UDF_BODY_MUST_BE_A_QUERY", "42601", Kind::Analysis, "User defined function is invalid: SQL table function <name> body must be a query."};
inline constexpr Condition kInvalidTempReference{"INVALID_TEMP_OBJ_REFERENCE", "42K0F", Kind::Analysis, "Cannot create the persistent object <objName> of the type <obj> because it references to the temporary object <tempObjName> of the type <tempObj>. Please make the temporary object <tempObjName> persistent, or make the persistent object <objName> temporary."};
inline constexpr Condition kTempObjectQualifier{"INVALID_TEMP_OBJ_QUALIFIER", "42602", Kind::Analysis, "Temporary <objectType> <objectName> cannot be qualified with <qualifier>. Temporary objects can only be qualified with SESSION or SYSTEM.SESSION."};
inline constexpr Condition kFunctionDataAccess{"INVALID_SQL_FUNCTION_DATA_ACCESS", "42K0E", Kind::Analysis, "Cannot create a SQL function with CONTAINS SQL that accesses a table/view or a SQL function that reads SQL data. Please use READS SQL DATA instead."};
inline constexpr Condition kRoutineNotFound{"ROUTINE_NOT_FOUND", "42883", Kind::Analysis, "The routine <routineName> cannot be found. Verify the spelling and correctness of the schema and catalog.\nIf you did not qualify the name with a schema and catalog, verify the current_schema() output, or qualify the name with the correct schema and catalog.\nTo tolerate the error on drop use DROP ... IF EXISTS."};
inline constexpr Condition kForbiddenOperation{"FORBIDDEN_OPERATION", "42809", Kind::Analysis, "The operation <statement> is not allowed on the <objectType>: <objectName>."};
inline constexpr Condition kUnsupportedCharAsString{"UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING", "0A000", Kind::Unsupported, "The char/varchar type can't be used in the table schema.\nIf you want Spark treat them as string type as same as Spark 3.0 and earlier, please set \"spark.sql.legacy.charVarcharAsString\" to \"true\"."};
inline constexpr Condition kCannotRefreshBuiltIn{"_LEGACY_ERROR_TEMP_1256", "", Kind::Analysis, "Cannot refresh built-in function <functionName>."};
inline constexpr Condition kCannotRefreshTemporary{"_LEGACY_ERROR_TEMP_1257", "", Kind::Analysis, "Cannot refresh temporary function <functionName>."};
inline constexpr Condition kCatalogNotFound{"CATALOG_NOT_FOUND", "42P08", Kind::Analysis, "The catalog <catalogName> not found. Consider to set the SQL config <config> to a catalog plugin."};
inline constexpr Condition kRequiresSinglePartNamespace{"REQUIRES_SINGLE_PART_NAMESPACE", "42K05", Kind::Analysis, "<sessionCatalog> requires a single-part namespace, but got identifier <identifier>."};
inline constexpr Condition kRequiresSinglePartNamespace3{"REQUIRES_SINGLE_PART_NAMESPACE", "42K05", Kind::Analysis, "<sessionCatalog> requires a single-part namespace, but got <namespace>."};
inline constexpr Condition kDataSourceNotFound{"DATA_SOURCE_NOT_FOUND", "42K02", Kind::Analysis, "Failed to find the data source: <provider>. Make sure the provider name is correct and the package is properly registered and compatible with your Spark version."};
inline constexpr Condition kTempTableOrViewAlreadyExists{"TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", "42P07", Kind::Analysis, "Cannot create the temporary view <relationName> because it already exists.\nChoose a different name, drop or replace the existing view, or add the IF NOT EXISTS clause to tolerate pre-existing views."};
inline constexpr Condition kExpectTableNotView{"EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", "42809", Kind::Analysis, "'<operation>' expects a table but <viewName> is a view."};
inline constexpr Condition kWrongCommandForObject{"WRONG_COMMAND_FOR_OBJECT_TYPE", "42809", Kind::Analysis, "The operation <operation> requires a <requiredType>. But <objectName> is a <foundType>. Use <alternative> instead."};
inline constexpr Condition kExpectViewNotTable{"EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE", "42809", Kind::Analysis, "The table <tableName> does not support <operation>."};
inline constexpr Condition kUnsupportedTableOperation{"UNSUPPORTED_FEATURE.TABLE_OPERATION", "0A000", Kind::Unsupported, "The feature is not supported: Table <tableName> does not support <operation>. Please check the current catalog and namespace to make sure the qualified table name is expected, and also check the catalog implementation which is configured by \"spark.sql.catalog\"."};
inline constexpr Condition kVariableNotFound{"VARIABLE_NOT_FOUND", "42883", Kind::Analysis, "The variable <variableName> cannot be found. Verify the spelling and correctness of the schema and catalog.\nIf you did not qualify the name with a schema and catalog, verify the current_schema() output, or qualify the name with the correct schema and catalog.\nTo tolerate the error on drop use DROP VARIABLE IF EXISTS."};
inline constexpr Condition kVariableAlreadyExists{"VARIABLE_ALREADY_EXISTS", "42723", Kind::Analysis, "Cannot create the variable <variableName> because it already exists.\nChoose a different name, or drop or replace the existing variable."};
inline constexpr Condition kUnresolvedVariable{"UNRESOLVED_VARIABLE", "42883", Kind::Analysis, "Cannot resolve variable <variableName> on search path <searchPath>."};
inline constexpr Condition kDuplicateVariable{"DUPLICATE_VARIABLE_NAME_INSIDE_DECLARE", "42734", Kind::Analysis, "Found duplicate variable <variableName> in the declare variable list. Please, remove one of them."};
inline constexpr Condition kDuplicateAssignments{"DUPLICATE_ASSIGNMENTS", "42701", Kind::Analysis, "The columns or variables <nameList> appear more than once as assignment targets."};
inline constexpr Condition kAssignmentArity{"ASSIGNMENT_ARITY_MISMATCH", "42802", Kind::Analysis, "The number of columns or variables assigned or aliased: <numTarget> does not match the number of source expressions: <numExpr>."};
inline constexpr Condition kRowSubqueryTooManyRows{"ROW_SUBQUERY_TOO_MANY_ROWS", "21000", Kind::Runtime, "More than one row returned by a subquery used as a row."};
inline constexpr Condition kSetVariableUsingSet{"UNSUPPORTED_FEATURE.SET_VARIABLE_USING_SET", "0A000", Kind::Analysis, "The feature is not supported: <variableName> is a VARIABLE and cannot be updated using the SET statement. Use SET VARIABLE <variableName> = ... instead."};
inline constexpr Condition kDefaultWithSubquery{"INVALID_DEFAULT_VALUE.SUBQUERY_EXPRESSION", "42623", Kind::Analysis, "Failed to execute <statement> command because the destination column or variable <colName> has a DEFAULT value <defaultValue>, which contains subquery expressions."};
inline constexpr Condition kDefaultPlacement{"DEFAULT_PLACEMENT_INVALID", "42608", Kind::Analysis, "A DEFAULT keyword in a MERGE, INSERT, UPDATE, or SET VARIABLE command could not be directly assigned to a target column because it was part of an expression.\nFor example: `UPDATE SET c1 = DEFAULT` is allowed, but `UPDATE T SET c1 = DEFAULT + 1` is not allowed."};
inline constexpr Condition kNullQueryString{"NULL_QUERY_STRING_EXECUTE_IMMEDIATE", "22004", Kind::Analysis, "Execute immediate requires a non-null variable as the query string, but the provided variable <varName> is null."};
inline constexpr Condition kInvalidStatementForInto{"INVALID_STATEMENT_FOR_EXECUTE_INTO", "07501", Kind::Analysis, "The INTO clause of EXECUTE IMMEDIATE is only valid for queries but the given statement is not a query: <sqlString>."};
inline constexpr Condition kInvalidExecuteType{"INVALID_EXPR_TYPE_FOR_QUERY_EXECUTE_IMMEDIATE", "42K09", Kind::Analysis, "Expression type must be string type but got <exprType>."};
inline constexpr Condition kUnsupportedParameter{"UNSUPPORTED_EXPR_FOR_PARAMETER", "42K0E", Kind::Analysis, "A query parameter contains unsupported expression.\nParameters can either be variables or literals.\nInvalid expression: [<invalidExprSql>]"};
inline constexpr Condition kMixedParameters{"INVALID_QUERY_MIXED_QUERY_PARAMETERS", "42613", Kind::Analysis, "Parameterized query must either use positional, or named parameters, but not both."};
inline constexpr Condition kParametersNotNamed{"ALL_PARAMETERS_MUST_BE_NAMED", "07001", Kind::Analysis, "Using name parameterized queries requires all parameters to be named. Parameters missing names: <exprs>."};
inline constexpr Condition kCannotModifyStatic{"CANNOT_MODIFY_STATIC_CONFIG", "46110", Kind::Analysis, "Cannot modify the value of the static Spark config: <key>."};
inline constexpr Condition kCannotModifyStatic3{"_LEGACY_ERROR_TEMP_1325", "", Kind::Analysis, "Cannot modify the value of a static config: <key>."};
inline constexpr Condition kInvalidTimeZoneConf{"INVALID_CONF_VALUE.TIME_ZONE", "22022", Kind::InvalidArgument, "The value '<confValue>' in the config \"<confName>\" is invalid. Cannot resolve the given timezone."};
inline constexpr Condition kInvalidTimeZone3{"", "", Kind::InvalidArgument, "'<zone>' in spark.sql.session.timeZone is invalid. Cannot resolve the given timezone with ZoneId.of(_, ZoneId.SHORT_IDS)"};
inline constexpr Condition kInvalidStorageLevel{"", "", Kind::InvalidArgument, "<message>"};
inline constexpr Condition kTruncateExternal{"_LEGACY_ERROR_TEMP_1266", "", Kind::Analysis, "Operation not allowed: <message>"};
inline constexpr Condition kColumnNotFound{"COLUMN_NOT_FOUND", "42703", Kind::Analysis, "The column <colName> cannot be found. Verify the spelling and correctness of the column name according to the SQL config <caseSensitiveConfig>."};
inline constexpr Condition kColumnNotDefinedInTable{"COLUMN_NOT_DEFINED_IN_TABLE", "42703", Kind::Analysis, "<colType> column <colName> is not defined in table <tableName>, defined table columns are: <tableCols>."};
inline constexpr Condition kConfigNotFound{"SQL_CONF_NOT_FOUND", "42K0I", Kind::Analysis, "The SQL config <sqlConf> cannot be found. Please verify that the config exists."};
inline constexpr Condition kStaticSetting{"CANNOT_MODIFY_STATIC_CONFIG", "46110", Kind::Analysis, "Cannot modify the value of the static Spark config: <key>."};
inline constexpr Condition kStaticSetting3{"_LEGACY_ERROR_TEMP_1325", "", Kind::Analysis, "Cannot modify the value of a static config: <key>."};
inline constexpr Condition kCoreSetting{"CANNOT_MODIFY_CONFIG", "46110", Kind::Analysis, "Cannot modify the value of the Spark config: <key>.\nSee also '<docroot>/sql-migration-guide.html#ddl-statements'."};
inline constexpr Condition kSettingType{"INVALID_CONF_VALUE.TYPE_MISMATCH", "22022", Kind::InvalidArgument, "The value '<confValue>' in the config \"<confName>\" is invalid. The value should be a <confType>."};
inline constexpr Condition kSettingType3{"", "", Kind::InvalidArgument, "<confName> should be <confType>, but was <confValue>"};
inline constexpr Condition kSettingChoices{"INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS", "22022", Kind::InvalidArgument, "The value '<confValue>' in the config \"<confName>\" is invalid. It should be one of '<confOptions>'."};
inline constexpr Condition kSettingChoices3{"", "", Kind::InvalidArgument, "The value of <confName> should be one of <confOptions>, but was <confValue>"};
inline constexpr Condition kSettingTimeZone{"INVALID_CONF_VALUE.TIME_ZONE", "22022", Kind::InvalidArgument, "The value '<confValue>' in the config \"<confName>\" is invalid. Cannot resolve the given timezone."};
inline constexpr Condition kSettingTimeZone3{"", "", Kind::InvalidArgument, "Cannot resolve the given timezone with ZoneId.of(_, ZoneId.SHORT_IDS)"};
inline constexpr Condition kInvalidViewText{"INVALID_VIEW_TEXT", "XX000", Kind::Analysis, "The view <viewName> cannot be displayed due to invalid view text: <viewText>."};
inline constexpr Condition kViewTooManyDataColumns{"CREATE_VIEW_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS", "21S01", Kind::Analysis,
                                               "Cannot create view <viewName>, the reason is too many data columns:\nView columns: <viewColumns>.\nData columns: <dataColumns>."};
inline constexpr Condition kColumnAliasesNumber{"CREATE_VIEW_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS", "21S01", Kind::Analysis, "Cannot create view <viewName>, the reason is not enough data columns:\nView columns: <viewColumns>.\nData columns: <dataColumns>."};
inline constexpr Condition kPathOptionNotSupported{"DELTA_MISSING_PATH", "42601", Kind::InvalidArgument, "'path' is not specified"};
inline constexpr Condition kColumnAlreadyExists{"COLUMN_ALREADY_EXISTS", "42711", Kind::Analysis, "The column <columnName> already exists. Choose another name or rename the existing column."};
inline constexpr Condition kMultipleSourceRows{"DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE", "21506", Kind::Unsupported, "Cannot perform Merge as multiple source rows matched and attempted to modify the same\ntarget row in the Delta table in possibly conflicting ways. By SQL semantics of Merge,\nwhen multiple source rows match on the same target row, the result may be ambiguous\nas it is unclear which source row should be used to update or delete the matching\ntarget row. You can preprocess the source table to eliminate the possibility of\nmultiple matches. Please refer to\n<usageReference>"};
inline constexpr Condition kReplaceWhereMismatch{"DELTA_REPLACE_WHERE_MISMATCH", "44000", Kind::Analysis, "Written data does not conform to partial table overwrite condition or constraint '<replaceWhere>'.\n<message>"};
inline constexpr Condition kConstraintViolated{"DELTA_VIOLATE_CONSTRAINT_WITH_VALUES", "23001", Kind::Runtime, "CHECK constraint <constraintName> <expression> violated by row with values:\n<values>"};
inline constexpr Condition kNotNullViolated{"DELTA_NOT_NULL_CONSTRAINT_VIOLATED", "23502", Kind::Runtime, "NOT NULL constraint violated for column: <columnName>."};

inline constexpr Condition kConflictingAssignments{"DELTA_CONFLICT_SET_COLUMN", "42701", Kind::Analysis, "There is a conflict from these SET columns: <columnList>."};

inline constexpr Condition kTooManyDataColumns{"INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS", "21S01", Kind::Analysis, "Cannot write to <tableName>, the reason is too many data columns:\nTable columns: <tableColumns>.\nData columns: <dataColumns>."};
inline constexpr Condition kNotEnoughDataColumns{"INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS", "21S01", Kind::Analysis, "Cannot write to <tableName>, the reason is not enough data columns:\nTable columns: <tableColumns>.\nData columns: <dataColumns>."};

inline constexpr Condition kDeltaPathExists{"DELTA_PATH_EXISTS", "42K04", Kind::Analysis, "Cannot write to already existent path <path> without setting OVERWRITE = 'true'."};

inline constexpr Condition kDeltaTableNotFoundAtLocation{"DELTA_PATH_DOES_NOT_EXIST", "42K03", Kind::Analysis, "<path> doesn't exist, or is not a Delta table."};

inline constexpr Condition kCannotDropDefault{"UNSUPPORTED_FEATURE.DROP_DATABASE", "0A000", Kind::Unsupported, "The feature is not supported: Drop the default database <database>."};

inline constexpr Condition kNotPartitioned{"INVALID_PARTITION_OPERATION.PARTITION_SCHEMA_IS_EMPTY", "42601", Kind::Analysis, "The partition command is invalid. Table <tableIdentWithDB> is not partitioned."};

inline constexpr Condition kConflictingPartitions{"CONFLICTING_PARTITION_COLUMN_NAMES", "KD009", Kind::Runtime, "Conflicting partition column names detected:\n<distinctPartColLists>\nFor partitioned table directories, data files should only live in leaf directories.\nAnd directories at the same level should have the same partition column name.\nPlease check the following directories for unexpected files or inconsistent partition column names:\n<suspiciousPaths>"};
inline constexpr Condition kEmptyFolderName{"EMPTY_PARTITION_COLUMN_NAME", "KD009", Kind::Runtime, "Found an empty partition column name in the path segment '<columnSpec>'. Each partition directory must have a non-empty column name before the '=' sign (e.g., 'col=value')."};
inline constexpr Condition kEmptyFolderValue{"EMPTY_PARTITION_COLUMN_VALUE", "KD009", Kind::Runtime, "Found an empty partition column value in the path segment '<columnSpec>'. Each partition directory must have a non-empty value after the '=' sign (e.g., 'col=value')."};
inline constexpr Condition kInvalidPartitionValue{"INVALID_PARTITION_VALUE", "42846", Kind::Runtime, "Failed to cast value <value> to data type <dataType> for partition column <columnName>. Ensure the value matches the expected data type for this partition column."};
inline constexpr Condition kWriteForBinarySource{"UNSUPPORTED_FEATURE.WRITE_FOR_BINARY_SOURCE", "0A000", Kind::Unsupported, "The feature is not supported: Write for the binary file data source."};
inline constexpr Condition kBinaryFileSchema{"", "", Kind::InvalidArgument, "requirement failed: Binary file data source expects dataSchema: <expected>, but got: <actual>."};
inline constexpr Condition kDirectQueryPlan{"FAILED_TO_CREATE_PLAN_FOR_DIRECT_QUERY", "58030", Kind::Analysis, "Failed to create plan for direct query on files: <dataSourceType>"};
inline constexpr Condition kDirectQueryPlan35{"UNSUPPORTED_DATASOURCE_FOR_DIRECT_QUERY", "0A000", Kind::Analysis, "Unsupported data source type for direct query on files: <dataSourceType>"};
inline constexpr Condition kBasePathNoFolder{"", "", Kind::InvalidArgument, "Option 'basePath' must be a directory"};
inline constexpr Condition kWrongBasePath{"", "", Kind::InvalidArgument, "Wrong basePath <basePath> for the root path: <rootPath>"};
inline constexpr Condition kNotABoolean{"", "", Kind::InvalidArgument, "For input string: \"<text>\""};
inline constexpr Condition kCannotMergeSchemas{"CANNOT_MERGE_SCHEMAS", "42KD9", Kind::Corruption,
    "Failed merging schemas:\nInitial schema:\n<left>\nSchema that cannot be merged with the initial schema:\n<right>."};
inline constexpr Condition kConflictingDirectories{"CONFLICTING_DIRECTORY_STRUCTURES", "KD009", Kind::Runtime, "Conflicting directory structures detected.\nSuspicious paths:\n<discoveredBasePaths>\nIf provided paths are partition directories, please set \"basePath\" in the options of the data source to specify the root directory of the table.\nIf there are multiple root directories, please load them separately and then union them."};
inline constexpr Condition kInvalidFileTime{"_LEGACY_ERROR_TEMP_1294", "", Kind::Analysis, "The timestamp provided for the '<strategy>' option is invalid. The expected format is 'YYYY-MM-DDTHH:mm:ss', but the provided timestamp: <timeString>."};
inline constexpr Condition kPathTwice{"_LEGACY_ERROR_TEMP_1306", "", Kind::Analysis, "There is a 'path' or 'paths' option set and load() is called with path parameters. Either remove the path option if it's the same as the path parameter, or add it to the load() parameter if you do want to read multiple paths. To ignore this check, set '<config>' to 'true'."};
inline constexpr Condition kCharInSchema{"UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING", "0A000", Kind::Analysis, "The char/varchar type can't be used in the table schema. If you want Spark treat them as string type as same as Spark 3.0 and earlier, please set \"spark.sql.legacy.charVarcharAsString\" to \"true\"."};
inline constexpr Condition kJsonMapKey{"INVALID_JSON_SCHEMA_MAP_TYPE", "22032", Kind::Analysis, "Input schema <jsonSchema> can only contain STRING as a key type for a MAP."};
inline constexpr Condition kCodecNotAvailable{"CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION", "56038", Kind::InvalidArgument, "The codec <codecName> is not available. Available codecs are <availableCodecs>."};
inline constexpr Condition kCodecNotAvailable35{"", "", Kind::InvalidArgument, "Codec [<codecName>] is not available. Known codecs are <availableCodecs>."};
inline constexpr Condition kEmptySchema{"EMPTY_SCHEMA_NOT_SUPPORTED_FOR_DATASOURCE", "0A000", Kind::Analysis, "The <format> datasource does not support writing empty or nested empty schemas. Please make sure the data schema has at least one or more column(s)."};
inline constexpr Condition kEmptySchema35{"_LEGACY_ERROR_TEMP_1142", "", Kind::Analysis, "Datasource does not support writing empty or nested empty schemas. Please make sure the data schema has at least one or more column(s)."};
inline constexpr Condition kParseInput{"DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "42K09", Kind::Analysis, "Cannot parse rows as <format>: one column of the type \"STRING\" is required, but the input has <schema>."};
inline constexpr Condition kBucketUnsupported{"_LEGACY_ERROR_TEMP_1312", "", Kind::Analysis, "'<operation>' does not support bucketBy right now."};
inline constexpr Condition kBucketAndSortUnsupported{"_LEGACY_ERROR_TEMP_1313", "", Kind::Analysis, "'<operation>' does not support bucketBy and sortBy right now."};
inline constexpr Condition kBucketCount{"INVALID_BUCKET_COUNT", "22003", Kind::Analysis, "Number of buckets should be greater than 0 but less than or equal to bucketing.maxBuckets (`<bucketingMaxBuckets>`). Got `<numBuckets>`."};
inline constexpr Condition kBucketCountInText{"INVALID_BUCKET_COUNT", "22003", Kind::Parse, "Number of buckets should be greater than 0 but less than or equal to bucketing.maxBuckets (`<bucketingMaxBuckets>`). Got `<numBuckets>`."};
inline constexpr Condition kBucketsDiffer{"_LEGACY_ERROR_TEMP_1164", "", Kind::Analysis, "Specified bucketing does not match that of the existing table <tableName>.\nSpecified bucketing: <specifiedBucketString>.\nExisting bucketing: <existingBucketString>."};
inline constexpr Condition kDeltaOperationNotAllowed{"DELTA_OPERATION_NOT_ALLOWED_DETAIL", "0AKDC", Kind::Analysis, "Operation not allowed: `<operation>` is not supported for Delta tables: <tableName>"};
inline constexpr Condition kSortWithoutBuckets{"SORT_BY_WITHOUT_BUCKETING", "42601", Kind::Analysis, "sortBy must be used together with bucketBy."};
inline constexpr Condition kCorruptColumnType{"INVALID_CORRUPT_RECORD_TYPE", "42804", Kind::Analysis, "The column <columnName> for corrupt records must have the nullable STRING type, but got <actualType>."};
inline constexpr Condition kCorruptColumnType35{"_LEGACY_ERROR_TEMP_1097", "", Kind::Analysis, "The field for corrupt records must be string type and nullable."};
inline constexpr Condition kUnableToInferSchema{"UNABLE_TO_INFER_SCHEMA", "42KD9", Kind::Analysis, "Unable to infer schema for <format>. It must be specified manually."};

inline constexpr Condition kInvalidVersion{"DELTA_TIME_TRAVEL_INVALID_BEGIN_VALUE", "42604", Kind::InvalidArgument, "<timeTravelKey> needs to be a valid begin value."};
inline constexpr Condition kInvalidOptionTimestamp{"DELTA_TIMESTAMP_INVALID", "42816", Kind::Analysis, "The provided timestamp (<expr>) cannot be converted to a valid timestamp."};
inline constexpr Condition kOneOfTimeTravel{"DELTA_ONEOF_IN_TIMETRAVEL", "42601", Kind::InvalidArgument, "Please either provide 'timestampAsOf' or 'versionAsOf' for time travel."};
inline constexpr Condition kIllegalOption{"DELTA_ILLEGAL_OPTION", "42616", Kind::InvalidArgument, "Invalid value '<input>' for option '<name>', <explain>"};
inline constexpr Condition kUnsetMissingProperty{"DELTA_UNSET_NON_EXISTENT_PROPERTY", "42616", Kind::Analysis, "Attempted to unset non-existent property '<property>' in table <tableName>"};
inline constexpr Condition kDeepClone{"DELTA_UNSUPPORTED_DEEP_CLONE", "0A000", Kind::InvalidArgument, "Deep clone is not supported by this Delta version."};
inline constexpr Condition kCloneOntoItself{"DELTA_UNSUPPORTED_CLONE_REPLACE_SAME_TABLE", "0AKDC", Kind::InvalidArgument, "\nYou tried to REPLACE an existing table (<tableName>) with CLONE. This operation is\nunsupported. Try a different target for CLONE or delete the table at the current target.\n"};
inline constexpr Condition kCloneIntoRows{"DELTA_UNSUPPORTED_NON_EMPTY_CLONE", "0AKDC", Kind::InvalidArgument, "The clone destination table is non-empty. Please TRUNCATE or DELETE FROM the table before running CLONE."};
inline constexpr Condition kConvertNotParquet{"DELTA_CONVERT_NON_PARQUET_TABLE", "0AKDC", Kind::Analysis, "CONVERT TO DELTA only supports parquet tables, but you are trying to convert a <sourceName> source: <tableId>"};
inline constexpr Condition kConvertEmpty{"DELTA_EMPTY_DIRECTORY", "42K03", Kind::NotFound, "No file found in the directory: <directory>."};
inline constexpr Condition kConvertPartitions{"DELTA_UNEXPECTED_NUM_PARTITION_COLUMNS_FROM_FILE_NAME", "KD009", Kind::Analysis, "Expecting <expectedColsSize> partition column(s): <expectedCols>, but found <parsedColsSize> partition column(s): <parsedCols> from parsing the file name: <path>"};
inline constexpr Condition kConvertPartitionName{"DELTA_UNEXPECTED_PARTITION_COLUMN_FROM_FILE_NAME", "KD009", Kind::Analysis, "Expecting partition column <expectedCol>, but found partition column <parsedCol> from parsing the file name: <path>"};
inline constexpr Condition kNoFeedStart{"DELTA_NO_START_FOR_CDC_READ", "42601", Kind::Analysis, "No startingVersion or startingTimestamp provided for CDC read."};
inline constexpr Condition kMultipleFeedBounds{"DELTA_MULTIPLE_CDC_BOUNDARY", "42614", Kind::Analysis, "Multiple <startingOrEnding> arguments provided for CDC read. Please provide one of either <startingOrEnding>Timestamp or <startingOrEnding>Version."};
inline constexpr Condition kInvalidFeedRange{"DELTA_INVALID_CDC_RANGE", "22003", Kind::InvalidArgument, "CDC range from start <start> to end <end> was invalid. End cannot be before start."};
inline constexpr Condition kFeedStartTooLate{"DELTA_CDC_START_VERSION_AFTER_LATEST", "22003", Kind::InvalidArgument, "Start version <start> for change data feed exceeds the latest table version <latest>."};
inline constexpr Condition kFeedStartTooLate3{"", "", Kind::InvalidArgument, "Provided Start version(<start>) for reading change data is invalid. Start version cannot be greater than the latest version of the table(<latest>)."};
inline constexpr Condition kNotALong{"", "", Kind::NumberFormat, "For input string: \"<text>\""};
inline constexpr Condition kHistoricalScan{"DELTA_FAILED_SCAN_WITH_HISTORICAL_VERSION", "KD002", Kind::Analysis, "Expect a full scan of the latest version of the Delta source, but found a historical scan of version <historicalVersion>"};
inline constexpr Condition kDeltaTableOnly{"DELTA_TABLE_ONLY_OPERATION", "0AKDD", Kind::Analysis, "<tableName> is not a Delta table. <operation> is only supported for Delta tables."};
inline constexpr Condition kRestoreVersion{"DELTA_CANNOT_RESTORE_TABLE_VERSION", "22003", Kind::Analysis, "Cannot restore table to version <version>. Available versions: [<startVersion>, <endVersion>]."};
inline constexpr Condition kRestoreEarlier{"DELTA_CANNOT_RESTORE_TIMESTAMP_EARLIER", "22003", Kind::Analysis, "Cannot restore table to timestamp (<requestedTimestamp>) as it is before the earliest version available. Please use a timestamp after (<earliestTimestamp>)."};
inline constexpr Condition kRestoreGreater{"DELTA_CANNOT_RESTORE_TIMESTAMP_GREATER", "22003", Kind::Analysis, "Cannot restore table to timestamp (<requestedTimestamp>) as it is after the latest version available. Please use a timestamp before (<latestTimestamp>)"};

inline constexpr Condition kAllPartitionColumns{"ALL_PARTITION_COLUMNS_NOT_ALLOWED", "KD005", Kind::Analysis, "Cannot use all columns for partition columns."};

inline constexpr Condition kUnsupportedColumnType{"UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", "0A000", Kind::Analysis, "The <format> datasource doesn't support the column <columnName> of the type <columnType>."};
inline constexpr Condition kTextColumns{"TEXT_DATASOURCE_ONE_COLUMN", "0A000", Kind::Analysis, "Text data source supports only a single column, and you have <num> columns."};

inline constexpr Condition kInvalidTimestamp{"INVALID_TIME_TRAVEL_TIMESTAMP_EXPR.INPUT", "42K0E", Kind::Analysis, "The time travel timestamp expression <expr> is invalid. Cannot be casted to the \"TIMESTAMP\" type."};

inline constexpr Condition kUnsupportedExpressions{"UNSUPPORTED_EXPR_FOR_OPERATOR", "42K0E", Kind::Analysis, "A query operator contains one or more unsupported expressions. Consider to rewrite it to avoid window functions, aggregate functions, and generator functions in the WHERE clause.\nInvalid expressions: [<invalidExprSqls>]"};
inline constexpr Condition kNonDeterministic{"INVALID_NON_DETERMINISTIC_EXPRESSIONS", "42K0E", Kind::Analysis, "The operator expects a deterministic expression, but the actual expression is <sqlExprs>."};
inline constexpr Condition kDeltaInsertArity{"DELTA_INSERT_COLUMN_ARITY_MISMATCH", "42802", Kind::Analysis, "Cannot write to '<tableName>', <columnName>; target table has <numColumns> column(s) but the inserted data has <insertColumns> column(s)"};
inline constexpr Condition kDeltaSubquery{"DELTA_UNSUPPORTED_SUBQUERY", "0AKDC", Kind::Analysis, "Subqueries are not supported in the <operation> (condition = <cond>)."};
inline constexpr Condition kMergeUnresolved{"DELTA_MERGE_UNRESOLVED_EXPRESSION", "42601", Kind::Analysis, "Cannot resolve <sqlExpr> in <clause> given <cols>"};
inline constexpr Condition kDefaultsNotEnabled{"WRONG_COLUMN_DEFAULTS_FOR_DELTA_FEATURE_NOT_ENABLED", "0AKDE", Kind::Analysis, "Failed to execute <commandType> command because it assigned a column DEFAULT value,\nbut the corresponding table feature was not enabled. Please retry the command again\nafter executing ALTER TABLE tableName SET\nTBLPROPERTIES('delta.feature.allowColumnDefaults' = 'supported')."};
inline constexpr Condition kIdentityExplicit{"DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED", "42808", Kind::Analysis, "Providing values for GENERATED ALWAYS AS IDENTITY column <colName> is not supported."};
inline constexpr Condition kIdentityUpdate{"DELTA_IDENTITY_COLUMNS_UPDATE_NOT_SUPPORTED", "42808", Kind::Analysis, "UPDATE on IDENTITY column <colName> is not supported."};
inline constexpr Condition kGeneratedReferences{"DELTA_INVALID_GENERATED_COLUMN_REFERENCES", "42621", Kind::Analysis, "A generated column cannot use a non-existent column or another generated column"};
inline constexpr Condition kGeneratedAggregate{"DELTA_AGGREGATE_IN_GENERATED_COLUMN", "42621", Kind::Analysis, "Found <sqlExpr>. A generated column cannot use an aggregate expression"};
inline constexpr Condition kGeneratedUnsupported{"DELTA_UNSUPPORTED_EXPRESSION_GENERATED_COLUMN", "42621", Kind::Analysis, "<expression> cannot be used in a generated column"};
inline constexpr Condition kGeneratedVolatile{"DELTA_NON_DETERMINISTIC_EXPRESSION_IN_GENERATED_COLUMN", "42621", Kind::Analysis, "Found <expr>. A generated column cannot use a non deterministic expression."};
inline constexpr Condition kGeneratedType{"DELTA_GENERATED_COLUMNS_EXPR_TYPE_MISMATCH", "42K09", Kind::Analysis, "The expression type of the generated column <columnName> is <expressionType>, but the column type is <columnType>"};
/// What Delta 3 calls every mismatch of metadata; 4.x has DELTA_METADATA_MISMATCH.
inline constexpr Condition kLegacyMetadataMismatch{"_LEGACY_ERROR_TEMP_DELTA_0007", "", Kind::Analysis, "<message>"};
inline constexpr Condition kDuplicateDataColumns{"DELTA_DUPLICATE_COLUMNS_FOUND.DATA", "42711", Kind::Analysis, "Found duplicate column(s): <duplicateCols> in the data to save."};
inline constexpr Condition kDifferentPartitioning{"DELTA_CREATE_TABLE_WITH_DIFFERENT_PARTITIONING", "42KD7", Kind::Analysis, "The specified partitioning does not match the existing partitioning at <path>.\n\n== Specified ==\n<specifiedColumns>\n\n== Existing ==\n<existingColumns>\n"};
inline constexpr Condition kTextTooLong{"DELTA_EXCEED_CHAR_VARCHAR_LIMIT", "22001", Kind::Runtime, "Value \"<value>\" exceeds char/varchar type length limitation. Failed check: <expr>."};
inline constexpr Condition kPredicateNotRecognized{"DELTA_FAILED_RECOGNIZE_PREDICATE", "42601", Kind::Analysis, "Cannot recognize the predicate '<predicate>'"};
inline constexpr Condition kMergeMissingWhen{"DELTA_MERGE_MISSING_WHEN", "42601", Kind::Analysis, "There must be at least one WHEN clause in a MERGE statement."};
inline constexpr Condition kWriteAncientDatetime{"INCONSISTENT_BEHAVIOR_CROSS_VERSION.WRITE_ANCIENT_DATETIME", "42K0B", Kind::DateTime,
    "You may get a different result due to the upgrading to Spark >= 3.0: writing dates before 1582-10-15 or timestamps before 1900-01-01T00:00:00Z into <format> files can be dangerous, as the files may be read by Spark 2.x or legacy versions of Hive later, which uses a legacy hybrid calendar that is different from Spark 3.0+'s Proleptic Gregorian calendar. See more details in SPARK-31404. You can set <config> to \"LEGACY\" to rebase the datetime values w.r.t. the calendar difference during writing, to get maximum interoperability. Or set the config to \"CORRECTED\" to write the datetime values as it is, if you are sure that the written files will only be read by Spark 3.0+ or other systems that use Proleptic Gregorian calendar."};
inline constexpr Condition kNestedUpdate{"_LEGACY_ERROR_TEMP_DELTA_0009", "", Kind::Analysis, "<optionalPrefixMessage>Updating nested fields is only supported for StructType."};
inline constexpr Condition kNoSuchField{"FIELD_NOT_FOUND", "42704", Kind::Analysis, "No such struct field <fieldName> in <fields>."};
inline constexpr Condition kUpdateSchemaMismatch{"DELTA_UPDATE_SCHEMA_MISMATCH_EXPRESSION", "42846", Kind::Analysis, "Cannot cast <fromCatalog> to <toCatalog>. All nested columns must match."};
inline constexpr Condition kMergeNonDeterministic{"DELTA_NON_DETERMINISTIC_FUNCTION_NOT_SUPPORTED", "0AKDC", Kind::Analysis, "Non-deterministic functions are not supported in the <operation> <expression>"};
inline constexpr Condition kMergeAggregate{"DELTA_AGGREGATION_NOT_SUPPORTED", "42903", Kind::Analysis, "Aggregate functions are not supported in the <operation> <predicate>."};
inline constexpr Condition kDuplicateOnInsert{"DELTA_DUPLICATE_COLUMNS_ON_INSERT", "42701", Kind::Analysis, "Duplicate column names in INSERT clause"};
inline constexpr Condition kPartitionColumnNotFound{"DELTA_PARTITION_COLUMN_NOT_FOUND", "42703", Kind::Analysis, "Partition column <columnName> not found in schema [<schemaMap>]"};
inline constexpr Condition kCreateSchemaMismatch{"DELTA_CREATE_TABLE_SCHEME_MISMATCH", "42KD7", Kind::Analysis, "The specified schema does not match the existing schema at <path>.\n\n== Specified ==\n<specifiedSchema>\n\n== Existing ==\n<existingSchema>\n\n== Differences ==\n<schemaDifferences>\n\nIf your intention is to keep the existing schema, you can omit the\nschema from the create table command. Otherwise please ensure that\nthe schema matches."};
// As Databricks words it: Spark itself has no permissions of its own.
inline constexpr Condition kInsufficientPermissions{"INSUFFICIENT_PERMISSIONS", "42501", Kind::PermissionDenied, "Insufficient privileges:\n<report>"};

}  // namespace lab::conditions
