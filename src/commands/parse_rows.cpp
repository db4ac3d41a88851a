#include <arrow/array.h>
#include <arrow/record_batch.h>

#include "commands/conditions.h"
#include "commands/file_source.h"
#include "engine/engine.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

/// Stands between the texts, each of which is one record whatever it holds.
const std::string kRecordEnd("\0\x1e\0", 3);
constexpr std::size_t kParseBatchBytes = 4 << 20;

}  // namespace

std::shared_ptr<const scan::TableSource> Statement::parse_rows(const plan::ParseRows& rows) const {
  std::optional<types::Schema> schema;
  if (rows.schema) schema = rows.schema->starts_with('{') ? types::parse_schema_json(*rows.schema) : types::parse_schema(*rows.schema);
  if (schema) {
    refuse_char(*schema);
    check_schema(*schema, rows.format);
  }
  const plan::bound::Query query = analyze::analyze(rows.input, *this, policy());
  const types::Schema columns = query.schema();
  if (columns.size() != 1 || !columns[0].type.is_text())
    throw Error(conditions::kParseInput, {{"format", rows.format}, {"schema", types::quoted_sql(types::DataType::structure(columns))}});
  auto text = std::make_shared<std::string>();
  const auto stream = run(query);
  while (const auto batch = stream->next(kParseBatchBytes)) {
    const auto& texts = static_cast<const arrow::StringArray&>(*batch->column(0));
    for (std::int64_t row = 0; row < texts.length(); ++row) {
      if (texts.IsNull(row)) continue;
      *text += texts.GetView(row);
      *text += kRecordEnd;
    }
  }
  scan::TextScan scan;
  scan.format = rows.format == "csv" ? scan::TextScan::Format::Csv : scan::TextScan::Format::Json;
  scan.options = rows.options;
  for (const char* key : {"encoding", "charset", "multiline"}) scan.options.erase(key);
  scan.options.insert_or_assign("linesep", kRecordEnd);
  scan.is_spark4 = policy().is_spark4;
  scan::DataFile file;
  file.path = rows.format + " rows";
  file.num_bytes = static_cast<std::int64_t>(text->size());
  file.text = std::move(text);
  scan.files.push_back(std::move(file));
  return make_text_source(*this, rows.format + " rows", std::move(scan), schema);
}

}  // namespace lab::commands
