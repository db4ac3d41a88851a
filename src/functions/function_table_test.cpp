#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "functions/function_row.h"
#include "functions/signature.h"

namespace lab::functions {
namespace {

using plan::bound::ExpressionPtr;
using types::TypeKind;

ExpressionPtr column(DataType type, bool nullable = true) {
  return plan::bound::make_expression(plan::bound::ColumnRef{}, std::move(type), nullable);
}
ExpressionPtr constant(types::Literal literal) {
  const bool nullable = literal.value.is_null();
  return plan::bound::make_expression(plan::bound::LiteralNode{std::move(literal.value)}, literal.type, nullable);
}

struct Bound {
  plan::bound::Policy policy;
  CallTypes operator()(std::string_view name, std::vector<ExpressionPtr> arguments) const {
    const FunctionRow* row = find_function(name, policy.is_spark4);
    EXPECT_NE(row, nullptr) << name;
    return bind_types(*row, CallShape{arguments, policy, {}}, "call");
  }
};

const Bound kLegacy{{}};
const Bound kAnsi{{.ansi = true, .is_spark4 = true}};

TEST(FunctionTable, finds_names_in_any_case_and_by_version) {
  EXPECT_EQ(find_function("UPPER", false)->name, "upper");
  EXPECT_EQ(find_function("ucase", false)->native, "lab_upper");
  EXPECT_EQ(find_function("zeroifnull", false), nullptr);
  EXPECT_NE(find_function("zeroifnull", true), nullptr);
  EXPECT_EQ(find_function("no_such_function", true), nullptr);
}

TEST(FunctionTable, every_row_has_a_signature_and_one_way_into_sql) {
  std::size_t ready = 0;
  for (const FunctionRow* row : all_functions()) {
    EXPECT_NO_THROW(parse_signature(row->signature)) << row->name;
    if (row->status != Status::Ready) continue;
    ++ready;
    EXPECT_EQ((row->sql.empty() ? 0 : 1) + (row->native.empty() ? 0 : 1) + (row->lower == nullptr ? 0 : 1), 1)
        << row->name;
  }
  EXPECT_GT(ready, 380U);
}

TEST(FunctionTable, has_each_name_once_in_each_version) {
  for (const bool spark4 : {false, true}) {
    std::set<std::string_view> names;
    for (const FunctionRow* row : all_functions()) {
      if (find_function(row->name, spark4) == row) EXPECT_TRUE(names.insert(row->name).second) << row->name;
    }
  }
}

TEST(BindTypes, widens_numbers_and_gives_decimals_sparks_precision) {
  EXPECT_EQ(kLegacy("+", {column(TypeKind::Int), column(TypeKind::Long)}).result, DataType(TypeKind::Long));
  EXPECT_EQ(kLegacy("*", {column(DataType::decimal(12, 2)), column(DataType::decimal(13, 2))}).result,
            DataType::decimal(26, 4));
  EXPECT_EQ(kLegacy("/", {column(DataType::decimal(38, 10)), column(DataType::decimal(38, 10))}).result,
            DataType::decimal(38, 6));
  EXPECT_EQ(kLegacy("-", {constant(types::Literal::integer(1)), column(DataType::decimal(12, 2))}).result,
            DataType::decimal(13, 2));
  EXPECT_EQ(kLegacy("/", {column(TypeKind::Int), column(TypeKind::Int)}).result, DataType(TypeKind::Double));
  EXPECT_EQ(kLegacy("sum", {column(DataType::decimal(12, 2))}).result, DataType::decimal(22, 2));
  EXPECT_EQ(kLegacy("avg", {column(DataType::decimal(12, 2))}).result, DataType::decimal(16, 6));
}

TEST(BindTypes, compares_text_by_the_other_side) {
  EXPECT_EQ(kLegacy("=", {column(TypeKind::String), column(TypeKind::Int)}).arguments[0], DataType(TypeKind::Int));
  EXPECT_EQ(kAnsi("=", {column(TypeKind::String), column(TypeKind::Int)}).arguments[0], DataType(TypeKind::Long));
  EXPECT_EQ(kLegacy("coalesce", {column(TypeKind::String), column(TypeKind::Int)}).result, DataType(TypeKind::String));
  EXPECT_EQ(kAnsi("coalesce", {column(TypeKind::String), column(TypeKind::Int)}).result, DataType(TypeKind::Long));
}

TEST(BindTypes, counts_arguments) {
  try {
    kLegacy("upper", {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.condition().name, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION");
    EXPECT_EQ(error.parameters().at("expectedNum"), "1");
    EXPECT_EQ(error.parameters().at("actualNum"), "0");
  }
}

TEST(BindTypes, names_the_argument_that_does_not_fit) {
  try {
    kLegacy("abs", {column(TypeKind::Date)});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.condition().name, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
    EXPECT_EQ(error.parameters().at("paramIndex"), "1");
    EXPECT_EQ(error.parameters().at("inputType"), "\"DATE\"");
  }
}

TEST(BindTypes, brings_array_arguments_to_one_element_type) {
  const CallTypes types =
      kLegacy("array_append", {column(DataType::array(TypeKind::Int, false)), column(TypeKind::Long)});
  EXPECT_EQ(types.result.element(), DataType(TypeKind::Long));
  EXPECT_EQ(types.arguments[1], DataType(TypeKind::Long));
  EXPECT_THROW(kLegacy("array_append", {column(DataType::array(TypeKind::Int)), column(TypeKind::String)}), Error);
}

TEST(BindTypes, gives_lambda_parameters_their_types) {
  const plan::bound::Policy policy;
  const std::vector<ExpressionPtr> arguments{column(DataType::array(TypeKind::Int)), nullptr};
  const auto types =
      lambda_parameter_types(*find_function("transform", false), CallShape{arguments, policy, {}}, 1, 2, "call");
  EXPECT_EQ(types, (std::vector<DataType>{TypeKind::Int, TypeKind::Int}));
}

TEST(LowerCall, fills_templates_and_kernels) {
  const plan::bound::Policy policy;
  const std::vector<ExpressionPtr> arguments{column(TypeKind::Timestamp), column(TypeKind::String)};
  const std::vector<std::string> sql{"c1", "c2"};
  const DataType result = TypeKind::String;
  LowerCall call{sql, arguments, result, policy};
  EXPECT_EQ(lower_call(*find_function("date_format", false), call), "lab_date_format(c1, c2, 'UTC', 'CORRECTED')");
  call.filter = "c3 > 0";
  call.over = "PARTITION BY c4";
  EXPECT_EQ(call.suffix("c1 IS NOT NULL"), " FILTER (WHERE c3 > 0 AND c1 IS NOT NULL) OVER (PARTITION BY c4)");
}

}  // namespace
}  // namespace lab::functions
