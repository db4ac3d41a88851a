#include "engine/retype.h"

#include <cstring>

#include "engine/kernels/registry.h"

namespace lab::engine {
namespace {

void retype(duckdb::Vector& from, duckdb::Vector& to, duckdb::idx_t count) {
  using duckdb::FlatVector;
  const auto physical = to.GetType().InternalType();
  if (physical == duckdb::PhysicalType::STRUCT) {
    from.Flatten(count);
    FlatVector::SetValidity(to, FlatVector::Validity(from));
    auto& from_children = duckdb::StructVector::GetEntries(from);
    auto& to_children = duckdb::StructVector::GetEntries(to);
    for (std::size_t i = 0; i < to_children.size(); ++i) retype(*from_children[i], *to_children[i], count);
  } else if (physical == duckdb::PhysicalType::LIST) {
    from.Flatten(count);
    FlatVector::SetValidity(to, FlatVector::Validity(from));
    std::memcpy(FlatVector::GetData(to), FlatVector::GetData(from), count * sizeof(duckdb::list_entry_t));
    const auto num_items = duckdb::ListVector::GetListSize(from);
    retype(duckdb::ListVector::GetEntry(from), duckdb::ListVector::GetEntry(to), num_items);
    duckdb::ListVector::SetListSize(to, num_items);
  } else {
    to.Reinterpret(from);
  }
}

void run(duckdb::DataChunk& arguments, duckdb::ExpressionState& /*state*/, duckdb::Vector& result) {
  retype(arguments.data[0], result, arguments.size());
}

duckdb::unique_ptr<duckdb::FunctionData> bind(duckdb::ClientContext& /*context*/, duckdb::ScalarFunction& function,
                                              duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
  function.arguments[0] = arguments[0]->return_type;
  function.SetReturnType(arguments[1]->return_type);
  return nullptr;
}

}  // namespace

void register_retype(KernelRegistry& registry) {
  duckdb::ScalarFunction function("lab_retype", {duckdb::LogicalType::ANY, duckdb::LogicalType::ANY}, duckdb::LogicalType::ANY, run, bind);
  registry.add(std::move(function), {.sees_nulls = true});
}

}  // namespace lab::engine
