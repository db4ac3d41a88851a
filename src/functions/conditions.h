#pragma once

#include "base/conditions.h"

/// Spark's conditions for calls that fit no function.
namespace lab::functions::conditions {

#define LAB_MISMATCH(constant, sub, text)                                                                          \
  inline constexpr Condition constant {                                                                            \
    "DATATYPE_MISMATCH." sub, "42K09", Kind::Analysis, "Cannot resolve <sqlExpr> due to data type mismatch: " text \
  }

LAB_MISMATCH(
    kUnexpectedInputType, "UNEXPECTED_INPUT_TYPE",
    "The <paramIndex> parameter requires the <requiredType> type, however <inputSql> has the type <inputType>.");
LAB_MISMATCH(kBinaryOpDiffTypes, "BINARY_OP_DIFF_TYPES",
             "the left and right operands of the binary operator have incompatible types (<left> and <right>).");
LAB_MISMATCH(kBinaryOpWrongType, "BINARY_OP_WRONG_TYPE",
             "the binary operator requires the input type <inputType>, not <actualDataType>.");
LAB_MISMATCH(kDataDiffTypes, "DATA_DIFF_TYPES",
             "Input to <functionName> should all be the same type, but it's <dataType>.");
LAB_MISMATCH(kInvalidOrderingType, "INVALID_ORDERING_TYPE",
             "The <functionName> does not support ordering on type <dataType>.");
LAB_MISMATCH(kNonFoldableInput, "NON_FOLDABLE_INPUT",
             "the input <inputName> should be a foldable <inputType> expression; however, got <inputExpr>.");
LAB_MISMATCH(kUnexpectedNull, "UNEXPECTED_NULL", "The <exprName> must not be null.");
LAB_MISMATCH(kArrayFunctionDiffTypes, "ARRAY_FUNCTION_DIFF_TYPES",
             "Input to <functionName> should have been <dataType> followed by a value with same element type, but it's "
             "[<leftType>, <rightType>].");
LAB_MISMATCH(kBinaryArrayDiffTypes, "BINARY_ARRAY_DIFF_TYPES",
             "Input to function <functionName> should have been two <arrayType> with same element type, but it's "
             "[<leftType>, <rightType>].");
LAB_MISMATCH(kMapFunctionDiffTypes, "MAP_FUNCTION_DIFF_TYPES",
             "Input to <functionName> should have been <dataType> followed by a value with same key type, but it's "
             "[<leftType>, <rightType>].");
LAB_MISMATCH(kCreateNamedStructWithoutFoldable, "CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING",
             "Only foldable `STRING` expressions are allowed to appear at odd position, but they are <inputExprs>.");
LAB_MISMATCH(kCastWithoutSuggestion, "CAST_WITHOUT_SUGGESTION", "cannot cast <srcType> to <targetType>.");
LAB_MISMATCH(kInvalidMapKeyType, "INVALID_MAP_KEY_TYPE", "The key of map cannot be/contain <keyType>.");
LAB_MISMATCH(kValueOutOfRange, "VALUE_OUT_OF_RANGE",
             "The <exprName> must be between <valueRange> (current value = <currentValue>).");
LAB_MISMATCH(kInvalidArgumentValue, "INVALID_ARG_VALUE",
             "The <inputName> value must to be a <requireType> literal of <validValues>, but got <inputValue>.");
LAB_MISMATCH(kNullType, "NULL_TYPE", "Null typed values cannot be used as arguments of <functionName>.");
LAB_MISMATCH(kHashMapType, "HASH_MAP_TYPE",
             "Input to the function <functionName> cannot contain elements of the \"MAP\" type. In Spark, same maps may "
             "have different hashcode, thus hash expressions are prohibited on \"MAP\" elements.");
LAB_MISMATCH(kSequenceWrongInputTypes, "SEQUENCE_WRONG_INPUT_TYPES",
             "<functionName> uses the wrong parameter type. The parameter type must conform to: "
             "1. The start and stop expressions must resolve to the same type. "
             "2. If start and stop expressions resolve to the <startType> type, then the step expression must resolve "
             "to the <stepType> type. "
             "3. Otherwise, if start and stop expressions resolve to the <otherStartType> type, then the step "
             "expression must resolve to the same type.");
LAB_MISMATCH(kStackColumnDiffTypes, "STACK_COLUMN_DIFF_TYPES",
             "The data type of the column (<columnIndex>) do not have the same type: <leftType> (<leftParamIndex>) <> "
             "<rightType> (<rightParamIndex>).");
LAB_MISMATCH(kInvalidJsonSchema, "INVALID_JSON_SCHEMA",
             "Input schema <schema> must be a struct, an array, a map or a variant.");
LAB_MISMATCH(kUnexpectedReturnType, "UNEXPECTED_RETURN_TYPE",
             "The <functionName> requires return <expectedType> type, but the actual is <actualType> type.");
#undef LAB_MISMATCH

inline constexpr Condition kInvalidSchemaLiteral{
    "INVALID_SCHEMA.NON_STRING_LITERAL", "42K07", Kind::Analysis,
    "The input schema <inputSchema> is not a valid schema string. The input expression must be string literal and not "
    "null."};
inline constexpr Condition kInvalidExtractField{"INVALID_EXTRACT_FIELD", "42601", Kind::Analysis,
                                                "Cannot extract <field> from <expr>."};
inline constexpr Condition kSecondArgumentNotInteger{
    "SECOND_FUNCTION_ARGUMENT_NOT_INTEGER", "22023", Kind::Analysis,
    "The second argument of <functionName> function needs to be an integer."};
inline constexpr Condition kFieldNotFoldable3{
    "_LEGACY_ERROR_TEMP_1100", "", Kind::Analysis,
    "The '<argName>' parameter of function '<funcName>' needs to be a string literal."};
inline constexpr Condition kNonFoldableArgument{
    "NON_FOLDABLE_ARGUMENT", "42K08", Kind::Analysis,
    "The function <funcName> requires the parameter <paramName> to be a foldable expression of the type <paramType>, "
    "but the actual argument is a non-foldable."};

inline constexpr Condition kHllConstant{"HLL_K_MUST_BE_CONSTANT", "42K0E", Kind::Analysis,
                                        "Invalid call to <function>; the `K` value must be a constant value, but got a "
                                        "non-constant expression."};
inline constexpr Condition kOptionsNoMap{"INVALID_OPTIONS.NON_MAP_FUNCTION", "42K06", Kind::Analysis,
                                         "Invalid options: Must use the `map()` function for options."};
inline constexpr Condition kOptionsNoText{
    "INVALID_OPTIONS.NON_STRING_TYPE", "42K06", Kind::Analysis,
    "Invalid options: A type of keys and values in `map()` must be string, but got <mapType>."};
inline constexpr Condition kUnsupportedTimeType{"UNSUPPORTED_TIME_TYPE", "0A000", Kind::Unsupported, "The data type TIME is not supported."};
inline constexpr Condition kWrongNumArgs{
    "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "42605", Kind::Analysis,
    "The <functionName> requires <expectedNum> parameters but the actual number is <actualNum>. "
    "Please, refer to '<docroot>/sql-ref-functions.html' for a fix."};
inline constexpr Condition kSchemaNotLiteral{"INVALID_SCHEMA.NON_STRING_LITERAL", "42K07", Kind::Analysis,
                                             "The input schema <inputSchema> is not a valid schema string. The input expression must be "
                                             "string literal and not null."};
inline constexpr Condition kLambdaArguments{"INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH", "42K0D", Kind::Analysis,
                                            "Invalid lambda function call. A higher order function expects "
                                            "<expectedNumArgs> arguments, but got <actualNumArgs>."};

}  // namespace lab::functions::conditions
