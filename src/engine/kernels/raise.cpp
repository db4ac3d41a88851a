#include "engine/kernels/raise.h"

#include "engine/kernels/wrapped_error.h"

#include "duckdb/common/exception.hpp"

namespace lab::engine {

void raise(const Condition& condition, Error::Parameters parameters) {
  register_condition(condition);
  duckdb::unordered_map<duckdb::string, duckdb::string> extra{{kConditionKey, std::string(condition.name)}};
  for (auto& [name, value] : parameters) extra.emplace(kParameterPrefix + name, std::move(value));
  throw duckdb::Exception(extra, duckdb::ExceptionType::INVALID_INPUT, std::string(condition.name));
}

void raise(const Error& error) { raise(error.condition(), error.parameters()); }

}  // namespace lab::engine
