#include "compute/real_math.h"
#include "compute/xpath.h"
#include "engine/kernels/adapt.h"
#include "engine/kernels/families.h"
#include "engine/kernels/list_writer.h"

namespace lab::engine {

namespace {

using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::UnifiedVectorFormat;
using std::string_view;

std::optional<std::int64_t> xpath_long(string_view xml, string_view path) {
  const auto number = compute::xpath_number(xml, path);
  return number ? std::optional(compute::saturated_long(*number)) : std::nullopt;
}
std::optional<std::int32_t> xpath_int(string_view xml, string_view path) {
  const auto number = compute::xpath_number(xml, path);
  return number ? std::optional(compute::saturated_int(*number)) : std::nullopt;
}
std::optional<std::int16_t> xpath_short(string_view xml, string_view path) {
  const auto number = xpath_int(xml, path);
  return number ? std::optional(static_cast<std::int16_t>(*number)) : std::nullopt;
}
std::optional<float> xpath_float(string_view xml, string_view path) {
  const auto number = compute::xpath_number(xml, path);
  return number ? std::optional(static_cast<float>(*number)) : std::nullopt;
}

void xpath_list(duckdb::DataChunk& arguments, duckdb::ExpressionState&, duckdb::Vector& result) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  UnifiedVectorFormat xmls, paths;
  arguments.data[0].ToUnifiedFormat(arguments.size(), xmls);
  arguments.data[1].ToUnifiedFormat(arguments.size(), paths);
  const auto text = [](const UnifiedVectorFormat& format, idx_t row) {
    return Wire<string_view>::in(UnifiedVectorFormat::GetData<duckdb::string_t>(format)[format.sel->get_index(row)]);
  };
  ListWriter out(result);
  for (idx_t row = 0; row < count; ++row) {
    const bool valid = xmls.validity.RowIsValid(xmls.sel->get_index(row)) && paths.validity.RowIsValid(paths.sel->get_index(row));
    const auto values = valid ? compute::xpath_nodes(text(xmls, row), text(paths, row)) : std::nullopt;
    if (!values) {
      out.set_null(row);
      continue;
    }
    out.begin(row);
    for (const auto& value : *values) value ? out.add(string_view(*value)) : out.add_null();
    out.end();
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

}  // namespace

void register_xml_kernels(KernelRegistry& registry) {
  const LogicalType t = LogicalType::VARCHAR;
  registry.add("lab_xpath", {t, t}, LogicalType::LIST(t), &xpath_list, kRaises);
  registry.add(adapt<&compute::xpath_boolean>("lab_xpath_boolean"), kRaises);
  registry.add(adapt<&compute::xpath_string>("lab_xpath_string"), kRaises);
  registry.add(adapt<&compute::xpath_number>("lab_xpath_double"), kRaises);
  registry.add(adapt<&xpath_float>("lab_xpath_float"), kRaises);
  registry.add(adapt<&xpath_long>("lab_xpath_long"), kRaises);
  registry.add(adapt<&xpath_int>("lab_xpath_int"), kRaises);
  registry.add(adapt<&xpath_short>("lab_xpath_short"), kRaises);
}

}  // namespace lab::engine
