#pragma once

#include <span>
#include <string_view>

#include "base/error.h"
#include "protocol/s3/select/value.h"

namespace lab::s3::select {

/// A function or operator over values. Throws Select's errors.
struct FunctionRow {
  std::string_view name;  ///< lower-case; operators by their sign
  int least = 0, most = 0;  ///< arguments
  Value (*apply)(std::span<const Value> arguments);
};

/// nullptr for an unknown one.
const FunctionRow* find_function(std::string_view name);

Error invalid_arguments(std::string reason);

}  // namespace lab::s3::select
