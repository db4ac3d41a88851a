#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "types/value.h"

/// Values of columns as the log has them.
namespace lab::lake::delta {

/// Below zero, zero or above; both of `type` and not NULL. nullopt: values of this type are not compared.
std::optional<int> compare_values(const types::Value& left, const types::Value& right, const types::DataType& type);

/// The value that a text (of a partition, or a statistic without its quotes) has by `type`; nullopt when it is none.
std::optional<types::Value> parse_value(std::string_view text, const types::DataType& type);

/// A double as Java prints it: `1.0`, `1.0E10`, `NaN`.
std::string java_text(double value, bool is_float);

bool same_name(std::string_view left, std::string_view right);
std::string lower_case(std::string_view text);

}  // namespace lab::lake::delta
