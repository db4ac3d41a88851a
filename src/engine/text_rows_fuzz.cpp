#include <arrow/api.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"
#include "engine/engine.h"
#include "scan/text_schema.h"
#include "types/type_text.h"

// Any bytes as a CSV or JSON file, by options and schema that the first two bytes choose: rows, or an error of ours.
namespace {

struct FuzzSource : lab::scan::TableSource {
  lab::types::Schema fields;
  lab::scan::TextScan text;

  const lab::types::Schema& schema() const override { return fields; }
  std::string name() const override { return "fuzz"; }
  const lab::scan::TextScan* text_scan() const override { return &text; }
};

constexpr const char* kSchemas[] = {
    "a INT, b STRING, _corrupt_record STRING",
    "a DOUBLE, b DECIMAL(10,2), c DATE, d TIMESTAMP",
    "a STRUCT<x: INT, y: ARRAY<STRUCT<z: STRING>>>, m MAP<STRING, ARRAY<INT>>, b BINARY",
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  static const auto instance = lab::engine::Instance::open({.memory_limit_bytes = 256ULL << 20, .threads = 1});
  auto source = std::make_shared<FuzzSource>();
  const bool is_json = data[0] & 1;
  source->text.format = is_json ? lab::scan::TextScan::Format::Json : lab::scan::TextScan::Format::Csv;
  source->text.is_spark4 = data[0] & 2;
  auto& options = source->text.options;
  if (data[0] & 4) options["multiline"] = "true";
  if (data[0] & 8) options["mode"] = "DROPMALFORMED";
  if (data[0] & 16) options["header"] = options["allowcomments"] = options["allowunquotedfieldnames"] = "true";
  if (data[0] & 32) options["sep"] = "||";
  if (data[0] & 64) options["ignoreleadingwhitespace"] = options["ignoretrailingwhitespace"] = "true";
  if (data[0] & 128) options["linesep"] = ";";
  lab::scan::DataFile file;
  file.path = "fuzz";
  file.text = std::make_shared<const std::string>(reinterpret_cast<const char*>(data + 2), size - 2);
  file.num_bytes = static_cast<std::int64_t>(file.text->size());
  source->text.files.push_back(std::move(file));
  try {
    const std::size_t choice = data[1] % 4;
    const bool is_given = choice < (is_json ? 3 : 2);
    source->fields = is_given ? lab::types::parse_schema(kSchemas[choice]) : lab::scan::infer_schema(source->text, {});
    if (source->fields.empty()) return 0;
    lab::engine::Statement statement{.inputs = {{"i0", source}}};
    for (std::size_t i = 0; i < source->fields.size(); ++i) {
      statement.sql += (i > 0 ? ", x" : "SELECT x") + std::to_string(i);
      statement.schema.push_back(source->fields[i]);
    }
    statement.sql += " FROM i0";
    const auto rows = instance->run(statement, {});
    while (const auto batch = rows->next(1 << 20)) LAB_CHECK(batch->ValidateFull().ok(), "rows are well-formed");
  } catch (const lab::Error& error) {
    if (error.condition().name == "INTERNAL_ERROR") throw;
  }
  return 0;
}
