#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/conditions.h"
#include "functions/function_row.h"

namespace lab::functions {

/// How a rule of types says that a call does not fit; bind_types makes Spark's error of it, with the call's own text.
struct Misfit {
  enum class Why : std::uint8_t {
    Input,
    DifferentTypes,
    BinaryTypes,
    BinaryWrongType,
    NumArguments,
    Ordering,
    NotFoldable,
    IsNull,
    Cast,
    Range,
    Named
  };
  Why why = Why::Input;
  std::size_t argument = 0;
  std::string required =
      {};  ///< Input, BinaryWrongType, NotFoldable: `"INT"`; NumArguments: `[2, 3]`; IsNull: what it names;
      ///< Cast: the type that it has no cast to; Range: `name|range`; NotFoldable: a name, or `name|wanted`

  std::optional<DataType> actual = {};  ///< BinaryWrongType, Input, NotFoldable: the type after promotion
  std::optional<std::size_t> argument_index = {};  ///< Input: the place that the error names, where it is another
  std::vector<DataType> promoted = {};             ///< BinaryTypes, DifferentTypes: the types as they were compared
  std::string shown = {};  ///< how the call prints in the error, where Spark made another of it
  bool counts_from_zero = false;  ///< Input: 3.5 numbers this argument from 0
  /// Named: the condition and its parameters; `sqlExpr` and `functionName` are the call's own.
  const Condition* condition = nullptr;
  std::map<std::string, std::string> parameters = {};

  static Misfit named(const Condition& condition, std::map<std::string, std::string> parameters = {});
  /// `inputName` of 3.5 has no back quotes, that of 4.x has.
  static Misfit not_foldable(const CallShape& shape, std::size_t argument, std::string_view name);
  static Misfit out_of_range(std::string_view name, std::string range, std::string value);

  [[noreturn]] void raise(const FunctionRow& row, const CallShape& shape, std::string_view display) const;
};

}  // namespace lab::functions
