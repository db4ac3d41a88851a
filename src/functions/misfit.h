#pragma once

#include <string>

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
    Range
  };
  Why why = Why::Input;
  std::size_t argument = 0;
  std::string required =
      {};  ///< Input, BinaryWrongType, NotFoldable: `"INT"`; NumArguments: `[2, 3]`; IsNull: what it names;
      ///< Cast: the type that it has no cast to; Range: `name|range`

  std::optional<DataType> actual = {};  ///< BinaryWrongType: the type after promotion

  [[noreturn]] void raise(const FunctionRow& row, const CallShape& shape, std::string_view display) const;
};

}  // namespace lab::functions
