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
                            std::string required, const std::optional<DataType>& actual, std::optional<std::size_t> place,
                            bool counts_from_zero) {
  const std::size_t index = place.value_or(argument);
  throw Error(conditions::kUnexpectedInputType,
              {{"sqlExpr", in_quotes(display)},
               {"paramIndex", shape.policy.is_spark4 ? ordinal(index) : std::to_string(index + (counts_from_zero ? 0 : 1))},
               {"requiredType", std::move(required)},
               {"inputSql", in_quotes(shape.display(argument))},
               {"inputType", types::quoted_sql(actual.value_or(shape.type(argument)))}});
}

void throw_wrong_number(std::string_view function, std::string expected, std::size_t actual) {
  throw Error(conditions::kWrongNumArgs, {{"functionName", "`" + std::string(function) + "`"},
                                          {"expectedNum", std::move(expected)},
                                          {"actualNum", std::to_string(actual)},
                                          {"docroot", "https://spark.apache.org/docs/latest"}});
}

void throw_different_types(const CallShape& shape, std::string_view function, std::string_view display,
                           std::span<const DataType> promoted) {
  const bool has_condition = function == "if" || function == "when";
  const bool is_case = has_condition || function == "greatest" || function == "least";
  std::string types = is_case ? "[" : "(";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (has_condition && i == 0) continue;
    types += (types.size() > 1 ? is_case ? ", " : " or " : "") +
             types::quoted_sql(i < promoted.size() ? promoted[i] : shape.type(i));
  }
  throw Error(conditions::kDataDiffTypes, {{"sqlExpr", in_quotes(display)},
                                           {"functionName", "`" + std::string(function) + "`"},
                                           {"dataType", types + (is_case ? "]" : ")")}});
}

void throw_binary_types(const DataType& left, const DataType& right, std::string_view display) {
  throw Error(conditions::kBinaryOpDiffTypes, {{"sqlExpr", in_quotes(display)},
                                               {"left", types::quoted_sql(left)},
                                               {"right", types::quoted_sql(right)}});
}

void throw_binary_wrong_type(std::string_view display, std::string required, const DataType& actual) {
  throw Error(conditions::kBinaryOpWrongType, {{"sqlExpr", in_quotes(display)},
                                               {"inputType", std::move(required)},
                                               {"actualDataType", types::quoted_sql(actual)}});
}

Misfit Misfit::named(const Condition& condition, std::map<std::string, std::string> parameters) {
  Misfit misfit{Why::Named};
  misfit.condition = &condition;
  misfit.parameters = std::move(parameters);
  return misfit;
}

Misfit Misfit::not_foldable(const CallShape& shape, std::size_t argument, std::string_view name) {
  const std::string quote = shape.policy.is_spark4 ? "`" : "";
  return {Why::NotFoldable, argument, quote + std::string(name) + quote};
}

Misfit Misfit::out_of_range(std::string_view name, std::string range, std::string value) {
  return named(conditions::kValueOutOfRange,
               {{"exprName", std::string(name)}, {"valueRange", std::move(range)}, {"currentValue", std::move(value)}});
}

void Misfit::raise(const FunctionRow& row, const CallShape& shape, std::string_view call) const {
  const std::string_view display = shown.empty() ? call : std::string_view(shown);
  switch (why) {
    case Why::Input:
      throw_unexpected_input(shape, display, argument, required, actual,
                             argument_index.value_or(argument), counts_from_zero);
    case Why::DifferentTypes:
      throw_different_types(shape, row.name, display, promoted);
    case Why::BinaryTypes:
      if (promoted.size() == 2) throw_binary_types(promoted[0], promoted[1], display);
      throw_binary_types(shape.type(0), shape.type(1), display);
    case Why::BinaryWrongType:
      throw_binary_wrong_type(display, required, actual.value_or(shape.type(argument)));
    case Why::NumArguments:
      throw_wrong_number(row.name, required, shape.size());
    case Why::Ordering:
      throw Error(conditions::kInvalidOrderingType, {{"sqlExpr", in_quotes(display)},
                                                     {"functionName", "`" + std::string(row.name) + "`"},
                                                     {"dataType", types::quoted_sql(shape.type(argument))}});
    case Why::NotFoldable: {
      const auto bar = required.find('|');
      throw Error(conditions::kNonFoldableInput,
                  {{"sqlExpr", in_quotes(display)},
                   {"inputName", required.substr(0, bar)},
                   {"inputType", bar == std::string::npos ? types::quoted_sql(actual.value_or(shape.type(argument))) : required.substr(bar + 1)},
                   {"inputExpr", in_quotes(shape.display(argument))}});
    }
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
    case Why::Named: {
      Error::Parameters all = parameters;
      const auto own = [&](const char* key, std::string value) {
        const bool wanted = condition->message.find("<" + std::string(key) + ">") != std::string_view::npos;
        if (wanted) all.emplace(key, std::move(value));
      };
      own("sqlExpr", in_quotes(display));
      own("functionName", "`" + std::string(row.name == "==" ? "=" : row.name) + "`");
      throw Error(*condition, std::move(all));
    }
  }
  throw_different_types(shape, row.name, display);
}

}  // namespace lab::functions
