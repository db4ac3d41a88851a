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
#undef LAB_MISMATCH

inline constexpr Condition kWrongNumArgs{
    "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "42605", Kind::Analysis,
    "The <functionName> requires <expectedNum> parameters but the actual number is <actualNum>. "
    "Please, refer to '<docroot>/sql-ref-functions.html' for a fix."};
inline constexpr Condition kLambdaArguments{"INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH", "42K0D", Kind::Analysis,
                                            "Invalid lambda function call. A higher order function expects "
                                            "<expectedNumArgs> arguments, but got <actualNumArgs>."};

}  // namespace lab::functions::conditions
