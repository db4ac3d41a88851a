#include <algorithm>
#include <cmath>
#include <limits>

#include "duckdb/common/string_util.hpp"
#include "duckdb/common/types/vector.hpp"
#include "engine/decimal_store.h"
#include "engine/malformed_record.h"
#include "engine/text_rows.h"
#include "scan/csv_options.h"
#include "scan/csv_record.h"
#include "scan/csv_values.h"

namespace lab::engine {
namespace {

using duckdb::FlatVector;
using scan::CsvField;
using scan::CsvValues;
using types::DataType;
using types::TypeKind;

template <typename T, typename Value>
bool store(duckdb::Vector& vector, std::size_t row, const std::optional<Value>& value) {
  if (!value) return false;
  FlatVector::GetData<T>(vector)[row] = static_cast<T>(*value);
  return true;
}

class CsvRowReader : public TextRowReader {
 public:
  explicit CsvRowReader(const TextScanPlan& plan)
      : plan_(plan), options_(scan::CsvOptions::parse(plan.scan().options)), values_(options_, plan.time_zone), records_(options_) {
    const types::Schema& schema = plan.source->schema();
    // The column for broken records is none of the file's.
    for (std::size_t i = 0; i < plan.num_data_columns(); ++i) {
      const bool is_corrupt = schema[i].name == options_.corrupt_column && schema[i].type.is_text();
      field_of_.push_back(is_corrupt ? -1 : num_fields_++);
      if (is_corrupt) corrupt_ = static_cast<int>(i);
    }
    std::size_t num_wanted = 0;
    for (std::size_t output = 0; output < plan.columns.size(); ++output) {
      const int column = plan.columns[output];
      if (column < 0) continue;
      if (column == corrupt_) {
        corrupt_output_ = static_cast<int>(output);
      } else if (static_cast<std::size_t>(column) < plan.num_data_columns()) {
        wanted_.push_back({static_cast<int>(output), field_of_[static_cast<std::size_t>(column)], schema[static_cast<std::size_t>(column)].type});
        ++num_wanted;
      }
    }
    // Spark parses only the columns that are asked for, and then does not count the others.
    checks_count_ = num_wanted == static_cast<std::size_t>(num_fields_);
    parses_ = num_wanted > 0 || corrupt_output_ >= 0;
  }

  void begin(const scan::TextPiece& piece, std::shared_ptr<const scan::TextFile> text) override {
    piece_ = piece;
    file_ = std::move(text);
    text_ = file_->text();
    separator_ = options_.line_separator;
    if (options_.is_multi_line) {
      at_ = 0;
      if (separator_.empty()) separator_ = scan::detected_separator(text_);
    } else {
      at_ = scan::line_start_from(text_, piece.begin, separator_);
    }
    if (options_.has_header && piece.begin == 0) skip_header();
  }

  std::size_t read(duckdb::DataChunk& output, std::size_t row) override {
    while (row < STANDARD_VECTOR_SIZE && at_ < std::min(piece_.end, text_.size())) {
      std::size_t behind = at_;
      std::string_view record = scan::next_line(text_, behind, separator_);
      if (scan::is_blank_line(record) || (options_.comment != 0 && record[0] == options_.comment)) {
        at_ = behind;
        continue;
      }
      if (!parses_) {
        if (options_.is_multi_line) {
          records_.split_multi_line(text_, at_, separator_);
        } else {
          at_ = behind;
        }
        ++row;
        continue;
      }
      const std::size_t begin = at_;
      const auto& fields = options_.is_multi_line ? records_.split_multi_line(text_, at_, separator_) : records_.split(record);
      if (options_.is_multi_line) {
        record = text_.substr(begin, at_ - begin);
        if (record.ends_with(separator_)) record.remove_suffix(separator_.size());
      } else {
        at_ = behind;
      }
      if (write(output, row, fields, record)) ++row;
    }
    return row;
  }

 private:
  struct Wanted {
    int output;
    int field;
    DataType type;
  };

  void skip_header() {
    while (at_ < text_.size()) {
      std::size_t behind = at_;
      const std::string_view line = scan::next_line(text_, behind, separator_);
      const bool is_skipped = scan::is_blank_line(line) || (options_.comment != 0 && line[0] == options_.comment);
      if (!is_skipped && options_.is_multi_line) {
        check_header(records_.split_multi_line(text_, at_, separator_));
        return;
      }
      at_ = behind;
      if (!is_skipped) return check_header(records_.split(line));
    }
  }

  // Spark's check of enforceSchema=false: names by position, in any case.
  void check_header(const std::vector<CsvField>& header) {
    if (options_.enforces_schema) return;
    std::vector<std::string> wanted;
    for (std::size_t i = 0; i < plan_.num_data_columns(); ++i)
      if (field_of_[i] >= 0) wanted.push_back(plan_.source->schema()[i].name);
    bool conforms = header.size() == wanted.size();
    for (std::size_t i = 0; conforms && i < wanted.size(); ++i) conforms = duckdb::StringUtil::CIEquals(wanted[i], std::string(header[i].text));
    if (!conforms) raise_unreadable(plan_.scan(), piece_.file, "CSV header does not conform to the schema.");
  }

  // False when the record is dropped.
  bool write(duckdb::DataChunk& output, std::size_t row, const std::vector<CsvField>& fields, std::string_view record) {
    if (const std::string problem = records_.problem(); !problem.empty()) raise_unreadable(plan_.scan(), piece_.file, problem);
    bool is_bad = checks_count_ && fields.size() != static_cast<std::size_t>(num_fields_);
    for (const Wanted& wanted : wanted_) {
      duckdb::Vector& vector = output.data[static_cast<std::size_t>(wanted.output)];
      const auto field = static_cast<std::size_t>(wanted.field);
      if (field >= fields.size()) {
        FlatVector::SetNull(vector, row, true);
        continue;
      }
      std::string_view text = fields[field].text;
      if (text.empty()) text = fields[field].is_quoted ? std::string_view(options_.empty_value) : std::string_view(options_.null_value);
      if (text == options_.null_value) {
        FlatVector::SetNull(vector, row, true);
      } else if (!convert(vector, row, text, wanted.type)) {
        FlatVector::SetNull(vector, row, true);
        is_bad = true;
      }
    }
    if (is_bad && options_.mode == scan::ParseMode::DropMalformed) {
      // The next record takes this row.
      for (const Wanted& wanted : wanted_) FlatVector::SetNull(output.data[static_cast<std::size_t>(wanted.output)], row, false);
      return false;
    }
    if (is_bad && options_.mode == scan::ParseMode::FailFast) {
      raise_malformed(plan_.scan(), piece_.file, record);
    }
    if (corrupt_output_ >= 0) {
      duckdb::Vector& vector = output.data[static_cast<std::size_t>(corrupt_output_)];
      if (is_bad) {
        write_text(vector, row, record);
      } else {
        FlatVector::SetNull(vector, row, true);
      }
    }
    return true;
  }

  void write_text(duckdb::Vector& vector, std::size_t row, std::string_view text) {
    const std::string_view valid = scan::valid_utf8(text, storage_);
    FlatVector::GetData<duckdb::string_t>(vector)[row] = duckdb::StringVector::AddString(vector, valid.data(), valid.size());
  }

  bool convert(duckdb::Vector& vector, std::size_t row, std::string_view text, const DataType& type) {
    switch (type.kind()) {
      case TypeKind::String:
      case TypeKind::Char:
      case TypeKind::Varchar: write_text(vector, row, text); return true;
      case TypeKind::Byte: return store<std::int8_t>(vector, row, CsvValues::integer(text, INT8_MIN, INT8_MAX));
      case TypeKind::Short: return store<std::int16_t>(vector, row, CsvValues::integer(text, INT16_MIN, INT16_MAX));
      case TypeKind::Int: return store<std::int32_t>(vector, row, CsvValues::integer(text, INT32_MIN, INT32_MAX));
      case TypeKind::Long: return store<std::int64_t>(vector, row, CsvValues::integer(text, INT64_MIN, INT64_MAX));
      case TypeKind::Float: return store<float>(vector, row, values_.real(text));
      case TypeKind::Double: return store<double>(vector, row, values_.real(text));
      case TypeKind::Boolean: return store<bool>(vector, row, CsvValues::boolean(text));
      case TypeKind::Decimal: {
        const auto value = CsvValues::decimal(text, type.precision(), type.scale());
        if (value) store_decimal(vector, row, *value);
        return value.has_value();
      }
      case TypeKind::Date: return store<std::int32_t>(vector, row, values_.date(text));
      case TypeKind::Timestamp: return store<std::int64_t>(vector, row, values_.timestamp(text));
      case TypeKind::TimestampNtz: return store<std::int64_t>(vector, row, values_.timestamp_ntz(text));
      case TypeKind::Binary:
        FlatVector::GetData<duckdb::string_t>(vector)[row] = duckdb::StringVector::AddStringOrBlob(vector, duckdb::string_t(text.data(), static_cast<std::uint32_t>(text.size())));
        return true;
      default: return false;
    }
  }

  const TextScanPlan& plan_;
  const scan::CsvOptions options_;
  const CsvValues values_;
  scan::CsvRecordReader records_;
  std::vector<int> field_of_;
  std::vector<Wanted> wanted_;
  int num_fields_ = 0, corrupt_ = -1, corrupt_output_ = -1;
  bool checks_count_ = false, parses_ = true;

  scan::TextPiece piece_;
  std::shared_ptr<const scan::TextFile> file_;
  std::string_view text_;
  std::string separator_, storage_;
  std::size_t at_ = 0;
};

}  // namespace

std::unique_ptr<TextRowReader> make_csv_reader(const TextScanPlan& plan) { return std::make_unique<CsvRowReader>(plan); }

}  // namespace lab::engine
