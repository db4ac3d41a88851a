#pragma once

#include "functions/function_row.h"

/// Spark's errors for calls that fit no function.
namespace lab::functions {

/// `"sql"`: how an expression stands in Spark's messages.
std::string in_quotes(std::string_view sql);
/// `first`, `second` … `tenth`, then `11th`.
std::string ordinal(std::size_t index);

[[noreturn]] void throw_unexpected_input(const CallShape& shape, std::string_view display, std::size_t argument,
                                         std::string required, const std::optional<DataType>& actual = {},
                                         std::optional<std::size_t> place = {}, bool counts_from_zero = false);
/// `expected` as Spark prints it: `2`, `[1, 2]`, `> 0`.
[[noreturn]] void throw_wrong_number(std::string_view function, std::string expected, std::size_t actual);
[[noreturn]] void throw_different_types(const CallShape& shape, std::string_view function, std::string_view display,
                                        std::span<const DataType> promoted = {});
[[noreturn]] void throw_binary_types(const DataType& left, const DataType& right, std::string_view display);
[[noreturn]] void throw_binary_wrong_type(std::string_view display, std::string required, const DataType& actual);

}  // namespace lab::functions
