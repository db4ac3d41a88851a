#include "functions/type_errors.h"

#include <array>

#include "base/error.h"
#include "functions/conditions.h"
#include "functions/misfit.h"
#include "types/type_text.h"

namespace lab::functions {

std::string in_quotes(std::string_view sql) { return "\"" + std::string(sql) + "\""; }

std::string ordinal(std::size_t index) {
  static constexpr std::array<std::string_view, 10> kNames{"first", "second",  "third",  "fourth", "fifth",
                                                           "sixth", "seventh", "eighth", "ninth",  "tenth"};
  return index < kNames.size() ? std::string(kNames[index]) : std::to_string(index + 1) + "th";
}

void throw_unexpected_input(const CallShape& shape, std::string_view display, std::size_t argument,
                            std::string required) {
  throw Error(conditions::kUnexpectedInputType,
              {{"sqlExpr", in_quotes(display)},
               {"paramIndex", shape.policy.is_spark4 ? ordinal(argument) : std::to_string(argument + 1)},
               {"requiredType", std::move(required)},
               {"inputSql", in_quotes(shape.display(argument))},
               {"inputType", types::quoted_sql(shape.type(argument))}});
}

void throw_wrong_number(std::string_view function, std::string expected, std::size_t actual) {
  throw Error(conditions::kWrongNumArgs, {{"functionName", "`" + std::string(function) + "`"},
                                          {"expectedNum", std::move(expected)},
                                          {"actualNum", std::to_string(actual)},
                                          {"docroot", "https://spark.apache.org/docs/latest"}});
}

void throw_different_types(const CallShape& shape, std::string_view function, std::string_view display) {
  const bool is_case = function == "if" || function == "when";
  std::string types = is_case ? "[" : "(";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (is_case && i == 0) continue;
    types += (types.size() > 1 ? is_case ? ", " : " or " : "") + types::quoted_sql(shape.type(i));
  }
  throw Error(conditions::kDataDiffTypes, {{"sqlExpr", in_quotes(display)},
                                           {"functionName", "`" + std::string(function) + "`"},
                                           {"dataType", types + (is_case ? "]" : ")")}});
}

void throw_binary_types(const CallShape& shape, std::string_view display) {
  throw Error(conditions::kBinaryOpDiffTypes, {{"sqlExpr", in_quotes(display)},
                                               {"left", types::quoted_sql(shape.type(0))},
                                               {"right", types::quoted_sql(shape.type(1))}});
}

void throw_binary_wrong_type(std::string_view display, std::string required, const DataType& actual) {
  throw Error(conditions::kBinaryOpWrongType, {{"sqlExpr", in_quotes(display)},
                                               {"inputType", std::move(required)},
                                               {"actualDataType", types::quoted_sql(actual)}});
}

void Misfit::raise(const FunctionRow& row, const CallShape& shape, std::string_view display) const {
  switch (why) {
    case Why::Input:
      throw_unexpected_input(shape, display, argument, required);
    case Why::DifferentTypes:
      throw_different_types(shape, row.name, display);
    case Why::BinaryTypes:
      throw_binary_types(shape, display);
    case Why::BinaryWrongType:
      throw_binary_wrong_type(display, required, actual.value_or(shape.type(argument)));
    case Why::NumArguments:
      throw_wrong_number(row.name, required, shape.size());
    case Why::Ordering:
      throw Error(conditions::kInvalidOrderingType, {{"sqlExpr", in_quotes(display)},
                                                     {"functionName", "`" + std::string(row.name) + "`"},
                                                     {"dataType", types::quoted_sql(shape.type(argument))}});
    case Why::NotFoldable:
      throw Error(conditions::kNonFoldableInput, {{"sqlExpr", in_quotes(display)},
                                                  {"inputName", required},
                                                  {"inputType", types::quoted_sql(shape.type(argument))},
                                                  {"inputExpr", in_quotes(shape.display(argument))}});
    case Why::Range: {
      const auto bar = required.find('|');
      throw Error(conditions::kValueOutOfRange, {{"sqlExpr", in_quotes(display)},
                                                 {"exprName", required.substr(0, bar)},
                                                 {"valueRange", required.substr(bar + 1)},
                                                 {"currentValue", shape.display(argument) + (shape.type(argument).is(types::TypeKind::Double) ? "D" : "")}});
    }
    case Why::Cast:
      throw Error(conditions::kCastWithoutSuggestion, {{"sqlExpr", in_quotes(display)},
                                                       {"srcType", types::quoted_sql(shape.type(argument))},
                                                       {"targetType", required}});
    case Why::IsNull:
      throw Error(conditions::kUnexpectedNull, {{"sqlExpr", in_quotes(display)}, {"exprName", required}});
  }
  throw_different_types(shape, row.name, display);
}

}  // namespace lab::functions
