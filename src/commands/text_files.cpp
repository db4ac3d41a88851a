#include "commands/text_files.h"

#include <arrow/record_batch.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/ids.h"
#include "base/letter_case.h"
#include "commands/arrow_rows.h"
#include "commands/conditions.h"
#include "commands/json_text.h"
#include "commands/listing.h"
#include "functions/function_row.h"
#include "lake/delta/table.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

namespace bound = plan::bound;
using types::TypeKind;

constexpr std::size_t kBatchBytes = 4 << 20, kFlushBytes = 1 << 20;

std::string option(const plan::Options& options, const char* key, std::string fallback) {
  const auto found = options.find(key);
  return found == options.end() ? std::move(fallback) : found->second;
}

bool is_true(const plan::Options& options, const char* key, bool fallback) {
  const auto found = options.find(key);
  return found == options.end() ? fallback : lower_case(found->second) == "true";
}

Error unsupported_type(const std::string& format, const types::Field& field) {
  return Error(conditions::kUnsupportedColumnType,
               {{"columnName", types::quote_identifier(field.name)}, {"columnType", types::quoted_sql(field.type)}, {"format", format == "csv" ? "CSV" : format == "text" ? "Text" : "JSON"}});
}

/// The column as text: dates and times by the writer's patterns, everything else as a cast gives it.
bound::ExpressionPtr as_text(bound::ExpressionPtr value, const plan::Options& options) {
  const bool nullable = value->nullable;
  std::string pattern;
  if (value->type.is(TypeKind::Date)) pattern = option(options, "dateformat", "yyyy-MM-dd");
  if (value->type.is(TypeKind::Timestamp)) pattern = option(options, "timestampformat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
  if (value->type.is(TypeKind::TimestampNtz)) pattern = option(options, "timestampntzformat", "yyyy-MM-dd'T'HH:mm:ss.SSS");
  if (pattern.empty()) return value->type.is(TypeKind::String) ? value : bound::make_expression(bound::Cast{std::move(value), bound::CastMode::Legacy}, TypeKind::String, nullable);
  if (!value->type.is(TypeKind::Timestamp)) value = bound::make_expression(bound::Cast{std::move(value), bound::CastMode::Legacy}, TypeKind::Timestamp, nullable);
  const functions::FunctionRow* format = functions::find_function("date_format", false);
  LAB_CHECK(format != nullptr);
  bound::Call call;
  call.function = format;
  call.arguments = {std::move(value), bound::make_expression(bound::LiteralNode{{std::move(pattern)}}, TypeKind::String, false)};
  return bound::make_expression(std::move(call), TypeKind::String, nullable);
}

/// The rows with the columns that the format wants as text made so.
bound::Query prepare(bound::Query rows, const std::string& format, const std::vector<int>& partition_by, const plan::Options& options) {
  bound::Columns columns;
  bound::Outputs outputs;
  for (std::size_t i = 0; i < rows.root->columns.size(); ++i) {
    const bound::Column& column = rows.root->columns[i];
    const bool is_partition = std::find(partition_by.begin(), partition_by.end(), static_cast<int>(i)) != partition_by.end();
    const types::Field field{column.name, column.type, true, {}};
    auto value = bound::make_expression(bound::ColumnRef{column.id, false}, column.type, column.nullable);
    const auto id = static_cast<bound::ColumnId>(rows.next_id++);
    if (!is_partition) {
      if (format == "text" && !column.type.is_text()) throw unsupported_type(format, field);
      if (format == "csv" && (column.type.is_nested() || column.type.is(TypeKind::Binary) || column.type.is_interval())) throw unsupported_type(format, field);
      if (format == "csv" || (format == "json" && column.type.is_datetime())) value = as_text(std::move(value), options);
    }
    const types::DataType type = value->type;
    outputs.push_back({id, std::move(value)});
    columns.push_back({id, column.name, type, true, {}});
  }
  rows.root = bound::make_relation(bound::Project{rows.root, std::move(outputs)}, std::move(columns));
  return rows;
}

/// univocity's writer: quotes what would not read back, and empty texts, which unquoted would be NULL.
class CsvLines {
 public:
  explicit CsvLines(const plan::Options& options)
      : separator_(option(options, "sep", option(options, "delimiter", ","))), line_end_(option(options, "linesep", "\n")),
        null_(option(options, "nullvalue", "")), empty_(option(options, "emptyvalue", "\"\"")), quote_(option(options, "quote", "\"")),
        escape_(option(options, "escape", "\\")), quotes_all_(is_true(options, "quoteall", false)), escapes_quotes_(is_true(options, "escapequotes", true)) {
    if (separator_ == "\\t") separator_ = "\t";
  }

  void add(std::string& out, const std::optional<std::string>& cell, bool is_first) const {
    if (!is_first) out += separator_;
    if (!cell) {
      out += null_;
    } else if (cell->empty()) {
      out += empty_;
    } else if (quotes_all_ || needs_quotes(*cell)) {
      out += quote_;
      for (const char c : *cell) {
        if (escapes_quotes_ && (c == quote_[0] || (c == escape_[0] && escape_ != quote_))) out += escape_;
        out += c;
      }
      out += quote_;
    } else {
      out += *cell;
    }
  }
  void end(std::string& out) const { out += line_end_; }

 private:
  bool needs_quotes(const std::string& cell) const {
    if (quote_.empty()) return false;
    return cell.find(separator_) != std::string::npos || cell.find_first_of("\r\n") != std::string::npos || (escapes_quotes_ && cell.find(quote_) != std::string::npos) ||
           cell.front() == ' ' || cell.back() == ' ';
  }

  std::string separator_, line_end_, null_, empty_, quote_, escape_;
  bool quotes_all_, escapes_quotes_;
};

/// One open file a partition.
struct Output {
  engine::WrittenFile file;
  std::unique_ptr<File> handle;
  std::string buffer;

  void flush() {
    if (buffer.empty()) return;
    handle->append(buffer);
    file.num_bytes += static_cast<std::int64_t>(buffer.size());
    buffer.clear();
  }
};

}  // namespace

std::vector<engine::WrittenFile> write_text_files(const bound::Query& rows, const std::string& format, const std::vector<int>& partition_by,
                                                  const plan::Options& options, const std::filesystem::path& directory, Statement& context) {
  const std::string codec = lower_case(option(options, "compression", option(options, "codec", "none")));
  if (codec != "none" && codec != "uncompressed") throw Error(conditions::kUnsupportedFeature, {{"feature", "compressed " + format + " files"}, {"hint", "Leave the option compression away."}});
  const types::Schema schema = rows.schema();
  const bound::Query prepared = prepare(rows, format, partition_by, options);
  const types::Schema text_schema = prepared.schema();
  std::vector<std::size_t> data_columns;
  for (std::size_t i = 0; i < schema.size(); ++i)
    if (std::find(partition_by.begin(), partition_by.end(), static_cast<int>(i)) == partition_by.end()) data_columns.push_back(i);
  if (format == "text" && data_columns.size() != 1) throw Error(conditions::kTextColumns, {{"num", std::to_string(data_columns.size())}});
  const CsvLines csv(options);
  const bool has_header = format == "csv" && is_true(options, "header", false);
  const bool keeps_nulls = !is_true(options, "ignorenullfields", true);
  const std::string line_end = option(options, "linesep", "\n");
  Disk& disk = context.world().store.disk();

  std::map<std::vector<std::optional<std::string>>, Output> outputs;
  const auto open = [&](std::vector<std::optional<std::string>> partition) -> Output& {
    auto [entry, is_new] = outputs.try_emplace(partition);
    if (is_new) {
      entry->second.file.path = directory / ("text-" + random_hex(8));
      entry->second.file.partition_values = std::move(partition);
      entry->second.handle = disk.create(entry->second.file.path);
      if (has_header) {
        for (std::size_t k = 0; k < data_columns.size(); ++k) csv.add(entry->second.buffer, schema[data_columns[k]].name, k == 0);
        csv.end(entry->second.buffer);
      }
    }
    return entry->second;
  };
  if (partition_by.empty() && has_header) open({});

  const auto stream = context.run(prepared);
  while (const auto batch = stream->next(kBatchBytes)) {
    std::vector<types::Values> values;
    read_rows(*batch, text_schema, values);
    for (const types::Values& row : values) {
      std::vector<std::optional<std::string>> partition;
      for (const int column : partition_by) partition.push_back(lake::delta::partition_text(row[static_cast<std::size_t>(column)], schema[static_cast<std::size_t>(column)].type));
      Output& output = open(std::move(partition));
      if (format == "csv") {
        for (std::size_t k = 0; k < data_columns.size(); ++k) {
          const types::Value& value = row[data_columns[k]];
          csv.add(output.buffer, value.is_null() ? std::nullopt : std::optional(value.text()), k == 0);
        }
        csv.end(output.buffer);
      } else if (format == "json") {
        append_json_row(output.buffer, text_schema, data_columns, row, keeps_nulls);
        output.buffer += line_end;
      } else {
        const types::Value& value = row[data_columns[0]];
        if (!value.is_null()) output.buffer += value.text();
        output.buffer += line_end;
      }
      ++output.file.num_rows;
      if (output.buffer.size() > kFlushBytes) output.flush();
    }
  }
  std::vector<engine::WrittenFile> written;
  for (auto& [partition, output] : outputs) {
    output.flush();
    written.push_back(std::move(output.file));
  }
  return written;
}

}  // namespace lab::commands
