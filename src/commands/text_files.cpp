#include "commands/text_files.h"

#include <arrow/array.h>
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
#include "scan/text_encoding.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

namespace bound = plan::bound;
using types::TypeKind;

constexpr const char* kTimestampPattern = "yyyy-MM-dd'T'HH:mm:ss.SSSXXX";
constexpr const char* kTimestampNtzPattern = "yyyy-MM-dd'T'HH:mm:ss.SSS";
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
  if (value->type.is(TypeKind::Timestamp)) pattern = option(options, "timestampformat", kTimestampPattern);
  if (value->type.is(TypeKind::TimestampNtz)) pattern = option(options, "timestampntzformat", kTimestampNtzPattern);
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
      if (format == "json" && (column.type.is(TypeKind::CalendarInterval) || column.type.is(TypeKind::Variant))) throw unsupported_type(format, field);
      if (format == "csv") value = as_text(std::move(value), options);
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
        escape_(option(options, "escape", "\\")), quotes_all_(is_true(options, "quoteall", false)), escapes_quotes_(is_true(options, "escapequotes", true)),
        trims_leading_(is_true(options, "ignoreleadingwhitespace", true)), trims_trailing_(is_true(options, "ignoretrailingwhitespace", true)) {
    if (separator_ == "\\t") separator_ = "\t";
  }

  void add(std::string& out, std::optional<std::string_view> cell, bool is_first) const {
    if (!is_first) out += separator_;
    if (cell) cell = trimmed(*cell);
    if (!cell || cell->empty()) {
      const std::string& text = cell ? empty_ : null_;
      // The default for empty texts is a pair of quotes already.
      const bool quotes = quotes_all_ && !(cell && empty_.starts_with(quote_) && empty_.size() > 1);
      out += quotes ? quote_ + text + quote_ : text;
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
  bool needs_quotes(std::string_view cell) const {
    if (quote_.empty()) return false;
    return cell.find(separator_) != std::string::npos || cell.find_first_of("\r\n") != std::string::npos || (escapes_quotes_ && cell.find(quote_) != std::string::npos);
  }
  // The writer leaves blanks around a text out unless it is told to keep them.
  std::string_view trimmed(std::string_view cell) const {
    while (trims_leading_ && !cell.empty() && static_cast<unsigned char>(cell.front()) <= ' ') cell.remove_prefix(1);
    while (trims_trailing_ && !cell.empty() && static_cast<unsigned char>(cell.back()) <= ' ') cell.remove_suffix(1);
    return cell;
  }

  std::string separator_, line_end_, null_, empty_, quote_, escape_;
  bool quotes_all_, escapes_quotes_, trims_leading_, trims_trailing_;
};

/// One open file a partition.
struct Output {
  engine::WrittenFile file;
  std::unique_ptr<File> handle;
  std::unique_ptr<scan::Packer> packer;
  std::string buffer, packed;
  bool is_begun = false;

  void flush(const std::string& encoding) {
    if (buffer.empty()) return;
    packed.clear();
    if (scan::is_utf8(encoding)) {
      packer->pack(buffer, packed);
    } else {
      packer->pack(scan::encode_text(buffer, encoding, !is_begun), packed);
    }
    is_begun = true;
    append_packed();
    buffer.clear();
  }
  engine::WrittenFile finish(const std::string& encoding) {
    flush(encoding);
    packed.clear();
    packer->finish(packed);
    append_packed();
    handle.reset();
    return std::move(file);
  }

 private:
  void append_packed() {
    if (!packed.empty()) handle->append(packed);
    file.num_bytes += static_cast<std::int64_t>(packed.size());
  }
};

using PartitionKey = std::vector<std::optional<std::string>>;

/// Rows of one format as text, and the files that they go to.
class TextWriter {
 public:
  TextWriter(const types::Schema& schema, const types::Schema& text_schema, std::string format, const std::vector<int>& partition_by, const plan::Options& options,
             const std::filesystem::path& directory, Statement& context)
      : schema_(schema), text_schema_(text_schema), format_(std::move(format)), partition_by_(partition_by), directory_(directory), disk_(context.world().store.disk()),
        csv_(options), packing_(text_packing(options, context)), encoding_(option(options, "encoding", option(options, "charset", "UTF-8"))),
        line_end_(option(options, "linesep", "\n")), has_header_(format_ == "csv" && is_true(options, "header", false)), max_rows_(max_rows_per_file(options, context)),
        json_(option(options, "dateformat", "yyyy-MM-dd"), option(options, "timestampformat", kTimestampPattern), option(options, "timestampntzformat", kTimestampNtzPattern),
              compute::Zone::find(option(options, "timezone", context.policy().time_zone)),
              !is_true(options, "ignorenullfields", context.setting("spark.sql.jsonGenerator.ignoreNullFields").value_or("true") == "true"),
              is_true(options, "writenonasciicharacterascodepoint", false)) {
    for (std::size_t i = 0; i < schema.size(); ++i)
      if (std::find(partition_by.begin(), partition_by.end(), static_cast<int>(i)) == partition_by.end()) data_columns_.push_back(i);
    if (format_ == "text" && data_columns_.size() != 1) throw Error(conditions::kTextColumns, {{"num", std::to_string(data_columns_.size())}});
  }

  void write(const arrow::RecordBatch& batch) {
    for (std::int64_t row = 0; row < batch.num_rows(); ++row) {
      Output& output = output_of(batch, row);
      const std::size_t before = output.buffer.size();
      append_row(output.buffer, batch, row);
      num_buffered_ += output.buffer.size() - before;
      ++output.file.num_rows;
      if (output.buffer.size() > kFlushBytes) flush(output);
    }
    if (num_buffered_ < kMaxBuffered) return;
    for (auto& [partition, output] : outputs_) flush(output);
  }

  std::vector<engine::WrittenFile> finish() {
    // Without partitions there is a file, whatever there was to write.
    if (partition_by_.empty() && outputs_.empty() && written_.empty()) open({});
    for (auto& [partition, output] : outputs_) written_.push_back(output.finish(encoding_));
    std::ranges::sort(written_, {}, [](const engine::WrittenFile& file) { return std::pair(file.partition_values, file.path); });
    return std::move(written_);
  }

 private:
  static constexpr std::size_t kMaxBuffered = 64 << 20;

  void flush(Output& output) {
    num_buffered_ -= std::min(num_buffered_, output.buffer.size());
    output.flush(encoding_);
  }

  Output& open(PartitionKey partition) {
    Output& output = outputs_[partition];
    char name[16];
    std::snprintf(name, sizeof name, "%08d-", num_files_++);
    output.file.path = directory_ / (name + random_hex(8));
    output.file.partition_values = std::move(partition);
    output.handle = disk_.create(output.file.path);
    output.packer = scan::Packer::create(packing_);
    if (has_header_) {
      for (std::size_t k = 0; k < data_columns_.size(); ++k) csv_.add(output.buffer, schema_[data_columns_[k]].name, k == 0);
      csv_.end(output.buffer);
    }
    return output;
  }

  Output& output_of(const arrow::RecordBatch& batch, std::int64_t row) {
    key_.clear();
    for (const int column : partition_by_) {
      const auto i = static_cast<std::size_t>(column);
      key_.push_back(lake::delta::partition_text(read_cell(*batch.column(column), row, text_schema_[i].type), schema_[i].type));
    }
    auto found = outputs_.find(key_);
    if (found != outputs_.end() && max_rows_ > 0 && found->second.file.num_rows >= max_rows_) {
      written_.push_back(found->second.finish(encoding_));
      outputs_.erase(found);
      found = outputs_.end();
    }
    return found != outputs_.end() ? found->second : open(key_);
  }

  void append_row(std::string& out, const arrow::RecordBatch& batch, std::int64_t row) {
    if (format_ == "json") {
      out += '{';
      bool is_first = true;
      for (const std::size_t column : data_columns_)
        json_.append_field(out, is_first, schema_[column].name, *batch.column(static_cast<int>(column)), row, text_schema_[column].type);
      out += '}';
      out += line_end_;
      return;
    }
    const auto text = [&](std::size_t column) -> std::optional<std::string_view> {
      const auto& cells = static_cast<const arrow::StringArray&>(*batch.column(static_cast<int>(column)));
      return cells.IsNull(row) ? std::nullopt : std::optional(cells.GetView(row));
    };
    if (format_ == "text") {
      out += text(data_columns_[0]).value_or("");
      out += line_end_;
      return;
    }
    for (std::size_t k = 0; k < data_columns_.size(); ++k) csv_.add(out, text(data_columns_[k]), k == 0);
    csv_.end(out);
  }

  const types::Schema &schema_, &text_schema_;
  std::string format_;
  const std::vector<int>& partition_by_;
  const std::filesystem::path& directory_;
  Disk& disk_;
  CsvLines csv_;
  scan::Packing packing_;
  std::string encoding_, line_end_;
  bool has_header_;
  std::int64_t max_rows_;
  JsonPrinter json_;
  std::vector<std::size_t> data_columns_;
  std::map<PartitionKey, Output> outputs_;
  std::vector<engine::WrittenFile> written_;
  PartitionKey key_;
  std::size_t num_buffered_ = 0;
  int num_files_ = 0;
};

}  // namespace

std::int64_t max_rows_per_file(const plan::Options& options, const Statement& context) {
  const std::string text = option(options, "maxrecordsperfile", context.setting("spark.sql.files.maxRecordsPerFile").value_or("0"));
  return std::strtoll(text.c_str(), nullptr, 10);
}

scan::Packing text_packing(const plan::Options& options, const Statement& context) {
  const std::string codec = option(options, "compression", option(options, "codec", "none"));
  if (const auto packing = scan::packing_named(codec)) return *packing;
  throw Error(context.policy().is_spark4 ? conditions::kCodecNotAvailable : conditions::kCodecNotAvailable35,
              {{"codecName", codec}, {"availableCodecs", "bzip2, deflate, uncompressed, snappy, none, lz4, gzip, zstd"}});
}

std::vector<engine::WrittenFile> write_text_files(const bound::Query& rows, const std::string& format, const std::vector<int>& partition_by,
                                                  const plan::Options& options, const std::filesystem::path& directory, Statement& context) {
  const types::Schema schema = rows.schema();
  const bound::Query prepared = prepare(rows, format, partition_by, options);
  const types::Schema text_schema = prepared.schema();
  TextWriter writer(schema, text_schema, format, partition_by, options, directory, context);
  const auto stream = context.run(prepared);
  while (const auto batch = stream->next(kBatchBytes)) writer.write(*batch);
  return writer.finish();
}

}  // namespace lab::commands
