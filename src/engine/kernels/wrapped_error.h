#pragma once

#include <string>

namespace lab::engine {

/// Keys of the extra-info map in which an Error travels through DuckDB.
inline const std::string kConditionKey = "lab.condition";
inline const std::string kParameterPrefix = "lab.parameter.";
/// Where in the statement's text the call stands that raised; added by KernelRegistry.
inline const std::string kPositionKey = "lab.position";

}  // namespace lab::engine
