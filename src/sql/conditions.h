#pragma once

#include "base/conditions.h"

/// What Spark's parser refuses, named as Spark names it. Conditions of types are in types/conditions.h.
namespace lab::conditions {

inline constexpr Condition kUnclosedBracketedComment{"UNCLOSED_BRACKETED_COMMENT", "42601", Kind::Parse, "Found an unclosed bracketed comment. Please, append */ at the end of the comment."};
inline constexpr Condition kInvalidIdentifier{"INVALID_IDENTIFIER", "42602", Kind::Parse, "The unquoted identifier <ident> is invalid and must be back quoted as: `<ident>`.\nUnquoted identifiers can only contain ASCII letters ('a' - 'z', 'A' - 'Z'), digits ('0' - '9'), and underbar ('_').\nUnquoted identifiers must also not start with a digit.\nDifferent data sources and meta stores may impose additional restrictions on valid identifiers."};
inline constexpr Condition kFailedToParseTooComplex{"FAILED_TO_PARSE_TOO_COMPLEX", "54001", Kind::Parse, "The statement, including potential SQL functions and referenced views, was too complex to parse.\nTo mitigate this error divide the statement into multiple, less complex chunks."};
inline constexpr Condition kInvalidNumericLiteralRange{"INVALID_NUMERIC_LITERAL_RANGE", "22003", Kind::Parse, "Numeric literal <rawStrippedQualifier> is outside the valid range for <typeName> with minimum value of <minValue> and maximum value of <maxValue>. Please adjust the value accordingly."};
inline constexpr Condition kInvalidTypedLiteral{"INVALID_TYPED_LITERAL", "42604", Kind::Parse, "The value of the typed literal <valueType> is invalid: <value>."};
inline constexpr Condition kUnsupportedTypedLiteral{"UNSUPPORTED_TYPED_LITERAL", "0A000", Kind::Parse, "Literals of the type <unsupportedType> are not supported. Supported types are <supportedTypes>."};
inline constexpr Condition kIntervalFromToUnsupported{"INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION", "22006", Kind::Parse, "Error parsing '<input>' to interval. Please ensure that the value provided is in a valid format for defining an interval. You can reference the documentation for the correct format. Cannot support (interval '<input>' <from> to <to>) expression."};
inline constexpr Condition kIntervalUnmatchedFormat{"INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING", "22006", Kind::Parse, "Error parsing '<input>' to interval. Please ensure that the value provided is in a valid format for defining an interval. You can reference the documentation for the correct format. Interval string does not match <intervalStr> format of <supportedFormat> when cast to <typeName>: <input>."};
inline constexpr Condition kIntervalUnmatchedFormatWithNotice{"INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE", "22006", Kind::Parse, "Error parsing '<input>' to interval. Please ensure that the value provided is in a valid format for defining an interval. You can reference the documentation for the correct format. Interval string does not match <intervalStr> format of <supportedFormat> when cast to <typeName>: <input>. Set \"spark.sql.legacy.fromDayTimeString.enabled\" to \"true\" to restore the behavior before Spark 3.0."};
inline constexpr Condition kIntervalArithmeticOverflow{"INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", "22015", Kind::Parse, "Integer overflow while operating with intervals. Try devising appropriate values for the interval parameters."};
inline constexpr Condition kIntervalValueNotNumber{"_LEGACY_ERROR_TEMP_0026", "", Kind::Parse, "Can only use numbers in the interval value part for multiple unit value pairs interval form, but got invalid value: <value>."};
inline constexpr Condition kIntervalFromToValueNotString{"_LEGACY_ERROR_TEMP_0027", "", Kind::Parse, "The value of from-to unit must be a string."};
inline constexpr Condition kMixedIntervalUnits{"_LEGACY_ERROR_TEMP_0029", "", Kind::Parse, "Cannot mix year-month and day-time fields: <literal>."};
inline constexpr Condition kSeveralFromToUnits{"_LEGACY_ERROR_TEMP_0024", "", Kind::Parse, "Can only have a single from-to unit in the interval literal syntax."};
inline constexpr Condition kIntervalParsing{"INVALID_INTERVAL_FORMAT.INTERVAL_PARSING", "22006", Kind::Parse, "Error parsing '<input>' to interval. Please ensure that the value provided is in a valid format for defining an interval. You can reference the documentation for the correct format. Error parsing interval <interval> string."};
inline constexpr Condition kEmptyGroupingSet{"_LEGACY_ERROR_TEMP_0051", "", Kind::Parse, "Empty set in <element> grouping sets is not supported."};
inline constexpr Condition kIncompatibleJoinTypes{"INCOMPATIBLE_JOIN_TYPES", "42613", Kind::Parse, "The join types <joinType1> and <joinType2> are incompatible."};
inline constexpr Condition kBangEqualsNot{"SYNTAX_DISCONTINUED.BANG_EQUALS_NOT", "42601", Kind::Parse, "Support of the clause or keyword: <clause> has been discontinued in this context. The '!' keyword is only supported as an alias for the prefix operator 'NOT'.\nUse the 'NOT' keyword instead for infix clauses such as `NOT LIKE`, `NOT IN`, `NOT BETWEEN`, etc.\nTo re-enable the '!' keyword, set \"spark.sql.legacy.bangEqualsNot\" to \"true\"."};
inline constexpr Condition kNotConstantString{"NOT_A_CONSTANT_STRING.NOT_CONSTANT", "42601", Kind::Analysis, "The expression <expr> used for the routine or clause IDENTIFIER must be a constant STRING which is NOT NULL. To be considered constant the expression must not depend on any columns, contain a subquery, or invoke a non deterministic function such as rand()."};
inline constexpr Condition kTableSampleEmpty{"_LEGACY_ERROR_TEMP_0014", "", Kind::Parse, "TABLESAMPLE does not accept empty inputs."};
inline constexpr Condition kTableSampleUnsupported{"_LEGACY_ERROR_TEMP_0015", "", Kind::Parse, "TABLESAMPLE(<msg>) is not supported."};
inline constexpr Condition kSamplingFraction{"_LEGACY_ERROR_TEMP_0064", "", Kind::Parse, "<msg>."};
inline constexpr Condition kTemporaryTableWithoutProvider{"_LEGACY_ERROR_TEMP_0046", "", Kind::Parse, "CREATE TEMPORARY TABLE without a provider is not allowed."};
inline constexpr Condition kMergeWithoutWhen{"MERGE_WITHOUT_WHEN", "42601", Kind::Parse, "There must be at least one WHEN clause in a MERGE statement."};
inline constexpr Condition kNonLastMatchedClause{"NON_LAST_MATCHED_CLAUSE_OMIT_CONDITION", "42613", Kind::Parse, "When there are more than one MATCHED clauses in a MERGE statement, only the last MATCHED clause can omit the condition."};
inline constexpr Condition kNonLastNotMatchedClause{"NON_LAST_NOT_MATCHED_BY_TARGET_CLAUSE_OMIT_CONDITION", "42613", Kind::Parse, "When there are more than one NOT MATCHED [BY TARGET] clauses in a MERGE statement, only the last NOT MATCHED [BY TARGET] clause can omit the condition."};
inline constexpr Condition kNonLastNotMatchedBySourceClause{"NON_LAST_NOT_MATCHED_BY_SOURCE_CLAUSE_OMIT_CONDITION", "42613", Kind::Parse, "When there are more than one NOT MATCHED BY SOURCE clauses in a MERGE statement, only the last NOT MATCHED BY SOURCE clause can omit the condition."};
inline constexpr Condition kMergeValuesMismatch{"MERGE_INSERT_VALUE_COUNT_MISMATCH", "21S01", Kind::Parse, "The number of provided values (<actualCount>) must match the number of expected columns (<expectedCount>) in the INSERT clause of MERGE."};
inline constexpr Condition kDuplicatedCteNames{"DUPLICATED_CTE_NAMES", "42602", Kind::Parse, "CTE definition can't have duplicate names: <duplicateNames>."};
inline constexpr Condition kDuplicateClauses{"DUPLICATE_CLAUSES", "42614", Kind::Parse, "Found duplicate clauses: <clauseName>. Please, remove one of them."};
inline constexpr Condition kDuplicateKey{"DUPLICATE_KEY", "23505", Kind::Parse, "Found duplicate keys <keyColumn>."};
inline constexpr Condition kRepetitiveWindow{"INVALID_SQL_SYNTAX.REPETITIVE_WINDOW_DEFINITION", "42000", Kind::Parse, "Invalid SQL syntax: The definition of window <windowName> is repetitive."};
inline constexpr Condition kUnresolvedWindowReference{"INVALID_SQL_SYNTAX.UNRESOLVED_WINDOW_REFERENCE", "42000", Kind::Parse, "Invalid SQL syntax: Cannot resolve window reference <windowName>."};
inline constexpr Condition kEmptyPartitionValue{"INVALID_SQL_SYNTAX.EMPTY_PARTITION_VALUE", "42000", Kind::Parse, "Invalid SQL syntax: Partition key <partKey> must set value."};
inline constexpr Condition kShowFunctionsScope{"INVALID_SQL_SYNTAX.SHOW_FUNCTIONS_INVALID_SCOPE", "42000", Kind::Parse, "Invalid SQL syntax: SHOW <scope> FUNCTIONS not supported."};
inline constexpr Condition kInvalidTableFunctionName{"INVALID_SQL_SYNTAX.INVALID_TABLE_VALUED_FUNC_NAME", "42000", Kind::Parse, "Invalid SQL syntax: Table valued function cannot specify database name: <funcName>."};
inline constexpr Condition kCreateTempFunctionIfNotExists{"INVALID_SQL_SYNTAX.CREATE_ROUTINE_WITH_IF_NOT_EXISTS_AND_REPLACE", "42000", Kind::Parse, "Invalid SQL syntax: Cannot create a routine with both IF NOT EXISTS and REPLACE specified."};
inline constexpr Condition kCombinationQueryResultClauses{"UNSUPPORTED_FEATURE.COMBINATION_QUERY_RESULT_CLAUSES", "0A000", Kind::Parse, "The feature is not supported: Combination of ORDER BY/SORT BY/DISTRIBUTE BY/CLUSTER BY."};
inline constexpr Condition kLateralJoinUsing{"UNSUPPORTED_FEATURE.LATERAL_JOIN_USING", "0A000", Kind::Parse, "The feature is not supported: JOIN USING with LATERAL correlation."};
inline constexpr Condition kTransformUnsupported{"UNSUPPORTED_FEATURE.TRANSFORM_NON_HIVE", "0A000", Kind::Parse, "The feature is not supported: TRANSFORM with SERDE is only supported in hive mode."};
inline constexpr Condition kInvalidLateralJoinType{"INVALID_LATERAL_JOIN_TYPE", "42613", Kind::Parse, "The <joinType> JOIN with LATERAL correlation is not allowed because an OUTER subquery cannot correlate to its join partner. Remove the LATERAL correlation or use an INNER JOIN, or LEFT OUTER JOIN instead."};
inline constexpr Condition kLateralWithPivot{"NOT_ALLOWED_IN_FROM.LATERAL_WITH_PIVOT", "42601", Kind::Parse, "Not allowed in the FROM clause: LATERAL together with PIVOT."};
inline constexpr Condition kLateralWithUnpivot{"NOT_ALLOWED_IN_FROM.LATERAL_WITH_UNPIVOT", "42601", Kind::Parse, "Not allowed in the FROM clause: LATERAL together with UNPIVOT."};
inline constexpr Condition kUnpivotWithPivot{"NOT_ALLOWED_IN_FROM.UNPIVOT_WITH_PIVOT", "42601", Kind::Parse, "Not allowed in the FROM clause: UNPIVOT together with PIVOT."};
inline constexpr Condition kTempViewTooManyParts{"INVALID_TEMP_OBJ_QUALIFIER", "42602", Kind::Parse, "Temporary <objectType> <objectName> cannot be qualified with <qualifier>. Temporary objects can only be qualified with SESSION or SYSTEM.SESSION."};
inline constexpr Condition kInvalidStatementOrClause{"INVALID_STATEMENT_OR_CLAUSE", "42601", Kind::Parse, "The statement or clause: <operation> is not valid."};
inline constexpr Condition kOperationNotAllowed{"_LEGACY_ERROR_TEMP_0035", "", Kind::Parse, "Operation not allowed: <message>."};
inline constexpr Condition kInvalidSetSyntax{"INVALID_SET_SYNTAX", "42000", Kind::Parse, "Expected format is 'SET', 'SET key', or 'SET key=value'. If you want to include special characters in key, or include semicolon in value, please use backquotes, e.g., SET `key`=`value`."};
inline constexpr Condition kInvalidResetSyntax{"INVALID_RESET_COMMAND_FORMAT", "42000", Kind::Parse, "Expected format is 'RESET' or 'RESET key'. If you want to include special characters in key, please use quotes, e.g., RESET `key`."};
inline constexpr Condition kInvalidTimeZoneValue{"_LEGACY_ERROR_TEMP_0045", "", Kind::Parse, "Invalid time zone displacement value."};
inline constexpr Condition kInvalidDateTimeUnit{"INVALID_PARAMETER_VALUE.DATETIME_UNIT", "22023", Kind::Parse, "The value of parameter(s) <parameter> in <functionName> is invalid: expects one of the units without quotes YEAR, QUARTER, MONTH, WEEK, DAY, DAYOFYEAR, HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND, but got the string literal <invalidValue>."};
inline constexpr Condition kInvalidEscapeCharacter{"INVALID_ESC", "42604", Kind::Parse, "Found an invalid escape string: <invalidEscape>. The escape string must contain only one character."};
inline constexpr Condition kEmptyLikeList{"_LEGACY_ERROR_TEMP_0064", "", Kind::Parse, "<msg>."};
inline constexpr Condition kInvalidAttributeName{"INVALID_ATTRIBUTE_NAME_SYNTAX", "42601", Kind::Analysis, "Syntax error in the attribute name: <name>. Check that backticks appear in pairs, a quoted string is a complete name part and use a backtick only inside quoted name parts."};
inline constexpr Condition kInvalidTimeTravelSpec{"INVALID_TIME_TRAVEL_SPEC", "42K0E", Kind::Parse, "Cannot specify both version and timestamp when time travelling the table."};

}  // namespace lab::conditions
