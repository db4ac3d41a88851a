#include "engine/engine_error.h"

#include "duckdb/common/error_data.hpp"
#include "engine/conditions.h"
#include "engine/kernels/wrapped_error.h"

namespace lab::engine {

Error rebuild(const duckdb::ErrorData& error, const Locate& locate) {
  const auto& extra = error.ExtraInfo();
  const auto wrapped = extra.find(kConditionKey);
  if (wrapped != extra.end()) {
    if (const Condition* condition = find_condition(wrapped->second)) {
      Error::Parameters parameters;
      for (const auto& [key, value] : extra) {
        if (key.starts_with(kParameterPrefix)) parameters.emplace(key.substr(kParameterPrefix.size()), value);
      }
      Error ours(*condition, std::move(parameters));
      const auto position = extra.find(kPositionKey);
      if (locate && position != extra.end()) {
        if (auto context = locate(std::stoull(position->second))) return std::move(ours).at(std::move(*context));
      }
      return ours;
    }
  }
  const std::string& message = error.RawMessage();
  using duckdb::ExceptionType;
  switch (error.Type()) {
    case ExceptionType::INTERRUPT: return Error(conditions::kOperationCanceled);
    case ExceptionType::OUT_OF_MEMORY: return Error(conditions::kOutOfMemory, {{"message", message}});
    case ExceptionType::OUT_OF_RANGE:
    case ExceptionType::DECIMAL:
      return Error(conditions::kArithmeticOverflow, {{"message", message}, {"alternative", ""}, {"config", "\"spark.sql.ansi.enabled\""}});
    case ExceptionType::CONVERSION: return Error(conditions::kEngineConversion, {{"message", message}});
    // A kind of query that it has not, a correlation that it cannot take apart most of all.
    case ExceptionType::NOT_IMPLEMENTED: return Error(conditions::kUnsupportedFeature, {{"feature", message}, {"hint", ""}});
    case ExceptionType::IO: return Error(conditions::kFailedReadFile, {{"path", ""}, {"message", message}});
    default:
      return Error(conditions::kInternalError,
                   {{"message", duckdb::Exception::ExceptionTypeToString(error.Type()) + ": " + message}});
  }
}

}  // namespace lab::engine
