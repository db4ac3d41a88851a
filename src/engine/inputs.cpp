#include "engine/inputs.h"

#include "duckdb/main/client_context.hpp"

namespace lab::engine {

std::shared_ptr<const scan::TableSource> StatementInputs::find(duckdb::ClientContext& context, const std::string& name) {
  const auto inputs = context.registered_state->Get<StatementInputs>(kKey);
  if (inputs) {
    const auto found = inputs->sources.find(name);
    if (found != inputs->sources.end()) return found->second;
  }
  throw duckdb::InternalException("statement has no input '%s'", name);
}

std::string StatementInputs::zone_of(duckdb::ClientContext& context) {
  const auto inputs = context.registered_state->Get<StatementInputs>(kKey);
  return inputs ? inputs->time_zone : "UTC";
}

bool StatementInputs::is_of_spark4(duckdb::ClientContext& context) {
  const auto inputs = context.registered_state->Get<StatementInputs>(kKey);
  return inputs && inputs->is_spark4;
}

}  // namespace lab::engine
