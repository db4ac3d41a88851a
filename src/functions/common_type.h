#pragma once

#include <optional>
#include <span>

#include "plan/bound.h"

/// The type that several types are brought to, by Spark's legacy or ANSI rules as the policy says.
namespace lab::functions {

using plan::bound::Policy;

/// Without any loss (Spark's findTightestCommonType).
std::optional<types::DataType> tightest_common_type(const types::DataType& left, const types::DataType& right,
                                                    const Policy& policy);
/// With loss in decimals and promotion of or to strings (findWiderTypeForTwo): UNION, CASE, COALESCE, arrays.
std::optional<types::DataType> wider_type(const types::DataType& left, const types::DataType& right,
                                          const Policy& policy);
std::optional<types::DataType> wider_common_type(std::span<const types::DataType> types, const Policy& policy);
/// The same but never to a string (greatest, array_union, map_concat keys …).
std::optional<types::DataType> wider_without_strings(const types::DataType& left, const types::DataType& right,
                                                     const Policy& policy);
std::optional<types::DataType> wider_without_strings(std::span<const types::DataType> types, const Policy& policy);
/// Both sides of `= < > <=> …`.
std::optional<types::DataType> comparison_type(const types::DataType& left, const types::DataType& right,
                                               const Policy& policy);
/// What an argument of type `from` becomes where `to` is wanted; nothing when Spark would not cast by itself.
std::optional<types::DataType> implicit_type(const types::DataType& from, const types::DataType& to,
                                             const Policy& policy);
/// Text becomes this number (or date …) beside `other` in ANSI mode (findWiderTypeForString).
std::optional<types::DataType> promoted_string(const types::DataType& other);

}  // namespace lab::functions
