#pragma once

#include "base/conditions.h"

/// Spark's runtime errors of values.
namespace lab::compute::conditions {

#define LAB_SUGGEST "If necessary set <config> to \"false\" to bypass this error."
inline constexpr Condition kArithmeticOverflow{"ARITHMETIC_OVERFLOW", "22003", Kind::Arithmetic, "<message>.<alternative> " LAB_SUGGEST};
inline constexpr Condition kBinaryOverflow{
    "BINARY_ARITHMETIC_OVERFLOW", "22003", Kind::Arithmetic,
    "<value1> <symbol> <value2> caused overflow. Use <functionName> to ignore overflow problem and return NULL."};
inline constexpr Condition kDivideByZero{
    "DIVIDE_BY_ZERO", "22012", Kind::Arithmetic,
    "Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead. " LAB_SUGGEST};
inline constexpr Condition kRemainderByZero{
    "REMAINDER_BY_ZERO", "22012", Kind::Arithmetic,
    "Remainder by zero. Use `try_mod` to tolerate divisor being 0 and return NULL instead. " LAB_SUGGEST};
inline constexpr Condition kIntervalDividedByZero{
    "INTERVAL_DIVIDED_BY_ZERO", "22012", Kind::Arithmetic,
    "Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead."};
inline constexpr Condition kIntervalOverflow{"INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", "22015", Kind::Arithmetic,
                                             "Integer overflow while operating with intervals. Try devising appropriate values for "
                                             "the interval parameters."};
inline constexpr Condition kNumericOutOfRange{
    "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", "22003", Kind::Arithmetic,
    "The <value> cannot be represented as Decimal(<precision>, <scale>). " LAB_SUGGEST};
inline constexpr Condition kCastInvalidInput{
    "CAST_INVALID_INPUT", "22018", Kind::Cast,
    "The value <expression> of the type <sourceType> cannot be cast to <targetType> because it is malformed. Correct the value as per "
    "the syntax, or change its target type. Use `try_cast` to tolerate malformed input and return NULL instead. If necessary set "
    "<ansiConfig> to \"false\" to bypass this error."};
inline constexpr Condition kCastOverflow{
    "CAST_OVERFLOW", "22003", Kind::Arithmetic,
    "The value <value> of the type <sourceType> cannot be cast to <targetType> due to an overflow. Use `try_cast` to tolerate overflow "
    "and return NULL instead. If necessary set <ansiConfig> to \"false\" to bypass this error."};
inline constexpr Condition kCannotParseTimestamp{
    "CANNOT_PARSE_TIMESTAMP", "22007", Kind::DateTime,
    "<message>. Use <func> to tolerate invalid input string and return NULL instead."};
inline constexpr Condition kDatetimeField{
    "DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION", "22023", Kind::DateTime,
    "<rangeMessage>. If necessary set <ansiConfig> to \"false\" to bypass this error."};
inline constexpr Condition kFractionOfSecond{
    "INVALID_FRACTION_OF_SECOND", "22023", Kind::DateTime,
    "Valid range for seconds is [0, 60] (inclusive), but the provided value is <secAndMicros>. To avoid this error, use `try_make_timestamp`, "
    "which returns NULL on error."};
inline constexpr Condition kDatetimePattern{
    "INVALID_DATETIME_PATTERN.WITH_SUGGESTION", "22007", Kind::DateTime,
    "Unrecognized datetime pattern: <pattern>. You can form a valid datetime pattern with the guide from "
    "'<docroot>/sql-ref-datetime-pattern.html'."};
inline constexpr Condition kDatetimePatternCharacter{
    "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER", "22007", Kind::DateTime,
    "Unrecognized datetime pattern: <pattern>. Illegal pattern character found in datetime pattern: <c>. Please provide legal character."};
inline constexpr Condition kDatetimePatternLength{
    "INVALID_DATETIME_PATTERN.LENGTH", "22007", Kind::DateTime,
    "Unrecognized datetime pattern: <pattern>. Too many letters in datetime pattern: <pattern>. Please reduce pattern length."};
inline constexpr Condition kParseByNewParser{
    "INCONSISTENT_BEHAVIOR_CROSS_VERSION.PARSE_DATETIME_BY_NEW_PARSER", "42K0B", Kind::DateTime,
    "You may get a different result due to the upgrading to Spark >= 3.0: Fail to parse <datetime> in the new parser. You can set <config> to "
    "\"LEGACY\" to restore the behavior before Spark 3.0, or set to \"CORRECTED\" and treat it as an invalid datetime string."};
inline constexpr Condition kPatternRecognition{
    "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION", "42K0B", Kind::DateTime,
    "You may get a different result due to the upgrading to Spark >= 3.0: Fail to recognize <pattern> pattern in the DateTimeFormatter. "
    "1) You can set <config> to \"LEGACY\" to restore the behavior before Spark 3.0. 2) You can form a valid datetime pattern with the guide "
    "from '<docroot>/sql-ref-datetime-pattern.html'."};
inline constexpr Condition kWeekPattern{
    "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN", "42K0B", Kind::DateTime,
    "You may get a different result due to the upgrading to Spark >= 3.0: All week-based patterns are unsupported since Spark 3.0, detected "
    "week-based character: <c>. Please use the SQL function EXTRACT instead."};
inline constexpr Condition kInvalidTimezone{
    "INVALID_TIMEZONE", "22009", Kind::DateTime,
    "The timezone: <timeZone> is invalid. The timezone must be either a region-based zone ID or a zone offset. Region IDs must have the form "
    "'area/city', such as 'America/Los_Angeles'. Zone offsets must be in the format '(+|-)HH', '(+|-)HH:mm' or '(+|-)HH:mm:ss', e.g '-08' , "
    "'+01:00' or '-13:33:33', and must be in the range from -18:00 to +18:00. 'Z' and 'UTC' are accepted as synonyms for '+00:00'."};
inline constexpr Condition kDayOfWeek{"ILLEGAL_DAY_OF_WEEK", "22009", Kind::DateTime, "Illegal input for day of week: <string>."};
inline constexpr Condition kIntervalFormat{
    "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING", "22006", Kind::DateTime,
    "Error parsing '<input>' to interval. Please ensure that the value provided is in a valid format for defining an interval. You can "
    "reference the documentation for the correct format. Interval string does not match <intervalStr> format of <supportedFormat> when cast to "
    "<typeName>: <input>."};
inline constexpr Condition kIntervalFormatNotice{
    "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE", "22006", Kind::DateTime,
    "Error parsing '<input>' to interval. Please ensure that the value provided is in a valid format for defining an interval. You can "
    "reference the documentation for the correct format. Interval string does not match <intervalStr> format of <supportedFormat> when cast to "
    "<typeName>: <input>. Set \"spark.sql.legacy.fromDayTimeString.enabled\" to \"true\" to restore the behavior before Spark 3.0."};
inline constexpr Condition kArrayIndex{
    "INVALID_ARRAY_INDEX", "22003", Kind::ArrayIndex,
    "The index <indexValue> is out of bounds. The array has <arraySize> elements. Use the SQL function `get()` to tolerate accessing element at "
    "invalid index and return NULL instead."};
inline constexpr Condition kArrayIndexElementAt{
    "INVALID_ARRAY_INDEX_IN_ELEMENT_AT", "22003", Kind::ArrayIndex,
    "The index <indexValue> is out of bounds. The array has <arraySize> elements. Use `try_element_at` to tolerate accessing element at invalid "
    "index and return NULL instead."};
inline constexpr Condition kIndexOfZero{"INVALID_INDEX_OF_ZERO", "22003", Kind::ArrayIndex,
                                        "The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1)."};
inline constexpr Condition kDuplicatedMapKey{
    "DUPLICATED_MAP_KEY", "23505", Kind::Runtime,
    "Duplicate map key <key> was found, please check the input data.\nIf you want to remove the duplicated keys, you can set "
    "<mapKeyDedupPolicy> to \"LAST_WIN\" so that the key inserted at last takes precedence."};
inline constexpr Condition kNullMapKey{"NULL_MAP_KEY", "2200E", Kind::Runtime, "Cannot use null as map key."};
inline constexpr Condition kMapLengths{"_LEGACY_ERROR_TEMP_2128", "", Kind::Runtime,
                                       "The key array and value array of MapData must have the same length."};
inline constexpr Condition kNegativeFrequency{"_LEGACY_ERROR_TEMP_2013", "", Kind::Runtime,
                                              "Negative values found in frequencyExpression"};
inline constexpr Condition kHllBuffer{"HLL_INVALID_INPUT_SKETCH_BUFFER", "22546", Kind::Runtime,
                                      "Invalid call to <function>; only valid HLL sketch buffers are supported as inputs (such as those produced "
                                      "by the `hll_sketch_agg` function)."};
inline constexpr Condition kHllLgK{"HLL_INVALID_LG_K", "22546", Kind::Runtime,
                                   "Invalid call to <function>; the `lgConfigK` value must be between <min> and <max>, inclusive: <value>."};
inline constexpr Condition kHllDifferentLgK{
    "HLL_UNION_DIFFERENT_LG_K", "22000", Kind::Runtime,
    "Sketches have different `lgConfigK` values: <left> and <right>. Set the `allowDifferentLgConfigK` parameter to true to call <function> with "
    "different `lgConfigK` values."};
inline constexpr Condition kUserRaised{"USER_RAISED_EXCEPTION", "P0001", Kind::Runtime, "<errorMessage>"};
inline constexpr Condition kSliceStart{"INVALID_PARAMETER_VALUE.START", "22023", Kind::InvalidArgument,
                                       "The value of parameter(s) <parameter> in <functionName> is invalid: Expects a positive or a negative value "
                                       "for start, but got 0."};
inline constexpr Condition kSliceLength{"INVALID_PARAMETER_VALUE.LENGTH", "22023", Kind::InvalidArgument,
                                        "The value of parameter(s) <parameter> in <functionName> is invalid: Expects length greater than or equal "
                                        "to 0, but got <length>."};
inline constexpr Condition kBitPosition{"INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE", "22023", Kind::InvalidArgument,
                                        "The value of parameter(s) <parameter> in <functionName> is invalid: Expects an integer value in [0, "
                                        "<upper>), but got <invalidValue>."};
inline constexpr Condition kRegexGroup{"INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX", "22023", Kind::InvalidArgument,
                                       "The value of parameter(s) <parameter> in <functionName> is invalid: Expects group index between 0 and "
                                       "<groupCount>, but got <groupIndex>."};
inline constexpr Condition kRegexPattern{"INVALID_PARAMETER_VALUE.PATTERN", "22023", Kind::InvalidArgument,
                                         "The value of parameter(s) <parameter> in <functionName> is invalid: <value>."};
inline constexpr Condition kRegexReplace{"INVALID_REGEXP_REPLACE", "22023", Kind::InvalidArgument,
                                         "Could not perform regexp_replace for source = \"<source>\", pattern = \"<pattern>\", replacement = "
                                         "\"<replacement>\" and position = <position>."};
inline constexpr Condition kRegexLimit{"REGEXP_MATCH_LIMIT", "54000", Kind::ResourceExhausted,
                                       "The regular expression <pattern> needs too many steps on a value; make it simpler."};
inline constexpr Condition kLikeEscape{"INVALID_FORMAT.ESC_IN_THE_MIDDLE", "42601", Kind::InvalidArgument,
                                       "The format is invalid: <format>. The escape character is not allowed to precede <char>."};
inline constexpr Condition kLikeEscapeEnd{"INVALID_FORMAT.ESC_AT_THE_END", "42601", Kind::InvalidArgument,
                                          "The format is invalid: <format>. The escape character is not allowed to end with."};
inline constexpr Condition kFormatMismatch{"INVALID_FORMAT.MISMATCH_INPUT", "42601", Kind::NumberFormat,
                                           "The format is invalid: <format>. The input <inputType> <input> does not match the format."};
inline constexpr Condition kFormatString{"INVALID_FORMAT_STRING", "22023", Kind::InvalidArgument, "<message>"};
inline constexpr Condition kConversion{"CONVERSION_INVALID_INPUT", "22018", Kind::Cast,
                                       "The value <str> (<fmt>) cannot be converted to <targetType> because it is malformed. Correct the value as "
                                       "per the syntax, or change its format. Use <suggestion> to tolerate malformed input and return NULL instead."};
inline constexpr Condition kCharset{"INVALID_PARAMETER_VALUE.CHARSET", "22023", Kind::InvalidArgument,
                                    "The value of parameter(s) <parameter> in <functionName> is invalid: Expects one of the <charsets>, but got "
                                    "<charset>."};
inline constexpr Condition kInvalidUtf8{"INVALID_UTF8_STRING", "22029", Kind::InvalidArgument, "Invalid UTF8 byte sequence found in string: <str>."};
inline constexpr Condition kCharacterCoding{"MALFORMED_CHARACTER_CODING", "22000", Kind::InvalidArgument,
                                            "Invalid value found when performing <function> with <charset>"};
inline constexpr Condition kUrl{"INVALID_URL", "22P02", Kind::InvalidArgument,
                                "The url is invalid: <url>. Use `try_parse_url` to tolerate invalid URL and return NULL instead."};
inline constexpr Condition kDecodeUrl{"CANNOT_DECODE_URL", "22546", Kind::InvalidArgument,
                                      "The provided URL cannot be decoded: <url>. Please ensure that the URL is properly formatted and try again."};
inline constexpr Condition kMalformedRecord{
    "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", "22023", Kind::Runtime,
    "Malformed records are detected in record parsing: <badRecord>. Parse Mode: <failFastMode>. To process malformed records as null result, try "
    "setting the option 'mode' as 'PERMISSIVE'."};
inline constexpr Condition kTooManyElements{
    "COLLECTION_SIZE_LIMIT_EXCEEDED.PARAMETER", "54000", Kind::TooLarge,
    "Can't create array with <numberOfElements> elements which exceeding the array size limit <maxRoundedArrayLength>, the value returned by the "
    "function <functionName> is too large."};
#define LAB_INVALID_VALUE "The value of parameter(s) <parameter> in <functionName> is invalid: "
inline constexpr Condition kAesMode{"UNSUPPORTED_FEATURE.AES_MODE", "0A000", Kind::Runtime,
                                    "The feature is not supported: AES-<mode> with the padding <padding> by the <functionName> function."};
inline constexpr Condition kAesModeAad{"UNSUPPORTED_FEATURE.AES_MODE_AAD", "0A000", Kind::Runtime,
                                       "The feature is not supported: <functionName> with AES-<mode> does not support additional authenticate data "
                                       "(AAD)."};
inline constexpr Condition kAesModeIv{"UNSUPPORTED_FEATURE.AES_MODE_IV", "0A000", Kind::Runtime,
                                      "The feature is not supported: <functionName> with AES-<mode> does not support initialization vectors (IVs)."};
inline constexpr Condition kAesKeyLength{"INVALID_PARAMETER_VALUE.AES_KEY_LENGTH", "22023", Kind::Runtime,
                                         LAB_INVALID_VALUE "expects a binary value with 16, 24 or 32 bytes, but got <actualLength> bytes."};
inline constexpr Condition kAesIvLength{"INVALID_PARAMETER_VALUE.AES_IV_LENGTH", "22023", Kind::Runtime,
                                        LAB_INVALID_VALUE "supports 16-byte CBC IVs and 12-byte GCM IVs, but got <actualLength> bytes for <mode>."};
inline constexpr Condition kAesCrypto{"INVALID_PARAMETER_VALUE.AES_CRYPTO_ERROR", "22023", Kind::Runtime,
                                      LAB_INVALID_VALUE "detail message: <detailMessage>"};
inline constexpr Condition kMalformedVariant{"MALFORMED_VARIANT", "22023", Kind::Runtime, "Variant binary is malformed. Please check the data source is valid."};
inline constexpr Condition kVariantDuplicateKey{"VARIANT_DUPLICATE_KEY", "22023", Kind::Runtime,
                                                "Failed to build variant because of a duplicate object key `<key>`."};
inline constexpr Condition kVariantSizeLimit{"VARIANT_SIZE_LIMIT", "22023", Kind::Runtime,
                                             "Cannot build variant bigger than <sizeLimit> in <functionName>.\nPlease avoid large input strings to this "
                                             "expression (for example, add function calls(s) to check the expression size and convert it to NULL first if "
                                             "it is too big)."};
inline constexpr Condition kInvalidVariantCast{"INVALID_VARIANT_CAST", "22023", Kind::Runtime,
                                               "The variant value `<value>` cannot be cast into `<dataType>`. Please use `try_variant_get` instead."};
inline constexpr Condition kVariantPath{"INVALID_VARIANT_GET_PATH", "22023", Kind::Runtime,
                                        "The path `<path>` is not a valid variant extraction path in `<functionName>`.\nA valid path should start with "
                                        "`$` and is followed by zero or more segments like `[123]`, `.name`, `['name']`, or `[\"name\"]`."};
inline constexpr Condition kBitmapPosition{"INVALID_BITMAP_POSITION", "22003", Kind::ArrayIndex,
                                           "The 0-indexed bitmap position <bitPosition> is out of bounds. The bitmap has <bitmapNumBits> bits "
                                           "(<bitmapNumBytes> bytes)."};
inline constexpr Condition kInvalidXml{"_LEGACY_ERROR_TEMP_3270", "", Kind::Runtime, "Invalid XML document: <xml>"};
inline constexpr Condition kInvalidXpath{"_LEGACY_ERROR_TEMP_3271", "", Kind::Runtime, "Invalid XPath '<path>'"};
inline constexpr Condition kVectorDimensions{"VECTOR_DIMENSION_MISMATCH", "22000", Kind::Runtime,
                                             "Vectors passed to <functionName> must have the same dimension, but got <leftDim> and <rightDim>."};
inline constexpr Condition kVectorNormDegree{"INVALID_VECTOR_NORM_DEGREE", "22023", Kind::Runtime,
                                             "The norm degree <degree> is not supported by <functionName>; supported are 1.0, 2.0 and infinity."};
#undef LAB_INVALID_VALUE
#undef LAB_SUGGEST

}  // namespace lab::compute::conditions
