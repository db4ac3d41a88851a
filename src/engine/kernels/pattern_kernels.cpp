#include "compute/regex.h"
#include "engine/kernels/adapt.h"
#include "engine/kernels/families.h"
#include "engine/kernels/list_writer.h"

namespace lab::engine {

namespace {

using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::LogicalType;
using duckdb::Vector;
using std::string_view;

/// (text, pattern, number) -> list of texts.
template <auto Function>
void list_of_texts(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const bool constant = arguments.AllConstant();
  const auto count = constant ? 1 : arguments.size();
  duckdb::UnifiedVectorFormat text, pattern, number;
  arguments.data[0].ToUnifiedFormat(arguments.size(), text);
  arguments.data[1].ToUnifiedFormat(arguments.size(), pattern);
  arguments.data[2].ToUnifiedFormat(arguments.size(), number);
  InterruptCheck interrupt(state);
  ListWriter out(result);
  for (duckdb::idx_t row = 0; row < count; ++row) {
    interrupt.tick();
    const auto t = text.sel->get_index(row), p = pattern.sel->get_index(row), n = number.sel->get_index(row);
    if (!text.validity.RowIsValid(t) || !pattern.validity.RowIsValid(p) || !number.validity.RowIsValid(n)) {
      out.set_null(row);
      continue;
    }
    out.begin(row);
    for (const auto& part : Function(Wire<string_view>::in(duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(text)[t]),
                                     Wire<string_view>::in(duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(pattern)[p]),
                                     duckdb::UnifiedVectorFormat::GetData<std::int32_t>(number)[n])) {
      out.add(string_view(part));
    }
    out.end();
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

}  // namespace

void register_pattern_kernels(KernelRegistry& registry) {
  const LogicalType text = LogicalType::VARCHAR, texts = LogicalType::LIST(LogicalType::VARCHAR);
  registry.add(adapt<&compute::like>("lab_like"), kRaises);
  registry.add(adapt<&compute::regexp_found>("lab_rlike"), kRaises);
  registry.add(adapt<&compute::regexp_count>("lab_regexp_count"), kRaises);
  registry.add(adapt<&compute::regexp_extract>("lab_regexp_extract"), kRaises);
  registry.add(adapt<&compute::regexp_instr>("lab_regexp_instr"), kRaises);
  registry.add(adapt<&compute::regexp_replace>("lab_regexp_replace"), kRaises);
  registry.add(adapt<&compute::regexp_substr>("lab_regexp_substr"), kRaises);
  registry.add("lab_regexp_extract_all", {text, text, LogicalType::INTEGER}, texts, &list_of_texts<&compute::regexp_extract_all>, kRaises);
  registry.add("lab_split", {text, text, LogicalType::INTEGER}, texts, &list_of_texts<&compute::regexp_split>, kRaises);
}

}  // namespace lab::engine
