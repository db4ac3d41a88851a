#include <algorithm>

#include "duckdb.hpp"
#include "engine/json_writer.h"
#include "engine/malformed_record.h"
#include "engine/text_rows.h"

namespace lab::engine {
namespace {

using duckdb::FlatVector;
using scan::JsonToken;

/// The json source: an object a line, or an array of objects; with multiLine one of these a file.
class JsonRowReader : public TextRowReader {
 public:
  explicit JsonRowReader(const TextScanPlan& plan)
      : plan_(plan), options_(scan::JsonOptions::parse(plan.scan().options)), clocks_(options_.clocks, plan.time_zone), tokens_(options_),
        writer_(options_, clocks_, plan.scan().is_spark4) {
    const types::Schema& schema = plan.source->schema();
    std::vector<types::Field> fields;
    for (std::size_t output = 0; output < plan.columns.size(); ++output) {
      const int column = plan.columns[output];
      if (column < 0 || static_cast<std::size_t>(column) >= plan.num_data_columns()) continue;
      const types::Field& field = schema[static_cast<std::size_t>(column)];
      if (field.name == options_.corrupt_column && field.type.is_text()) {
        corrupt_output_ = static_cast<int>(output);
      } else {
        fields.push_back(field);
        outputs_.push_back(output);
      }
    }
    root_ = JsonWriter::make_target("", types::DataType::structure(std::move(fields)), 0);
    duckdb::vector<duckdb::LogicalType> types;
    for (const std::size_t output : outputs_) types.push_back(plan.types[output]);
    // A chunk without columns cannot be made; nothing is written into it then.
    if (types.empty()) types.push_back(duckdb::LogicalType::BOOLEAN);
    scratch_.Initialize(duckdb::Allocator::DefaultAllocator(), types);
    for (auto& vector : scratch_.data) scratch_vectors_.push_back(&vector);
  }

  void begin(const scan::TextPiece& piece, std::shared_ptr<const scan::TextFile> text) override {
    piece_ = piece;
    file_ = std::move(text);
    text_ = file_->text();
    at_ = options_.is_multi_line ? 0 : scan::line_start_from(text_, piece.begin, options_.line_separator);
    in_array_ = false;
  }

  std::size_t read(duckdb::DataChunk& output, std::size_t row) override {
    vectors_.clear();
    for (const std::size_t i : outputs_) vectors_.push_back(&output.data[i]);
    while (row < STANDARD_VECTOR_SIZE) {
      if (in_array_) {
        if (tokens_.next() == JsonToken::EndArray) {
          in_array_ = false;
          continue;
        }
        writer_.write_object(tokens_, root_, vectors_, row);
        write_corrupt(output, row++, array_is_bad_);
        continue;
      }
      if (at_ >= std::min(piece_.end, text_.size())) break;
      if (options_.is_multi_line) {
        record_ = text_;
        at_ = text_.size();
      } else {
        record_ = scan::next_line(text_, at_, options_.line_separator);
      }
      if (begin_record(output, row)) ++row;
    }
    return row;
  }

 private:
  // True when the record is one row, which is written then.
  bool begin_record(duckdb::DataChunk& output, std::size_t row) {
    tokens_.begin(record_);
    const JsonToken first = tokens_.next();
    JsonOutcome outcome = JsonOutcome::Broken;
    if (first == JsonToken::None) return false;
    if (first == JsonToken::StartArray) return begin_array(output, row);
    if (first == JsonToken::StartObject) outcome = writer_.write_object(tokens_, root_, vectors_, row);
    if (outcome != JsonOutcome::Stored && !accept_malformed()) return false;
    if (outcome == JsonOutcome::Broken) set_nulls(row);
    write_corrupt(output, row, outcome != JsonOutcome::Stored);
    return true;
  }

  // Spark keeps the rows of an array until its end has been seen; here they are read twice instead.
  bool begin_array(duckdb::DataChunk& output, std::size_t row) {
    array_is_bad_ = false;
    bool is_broken = false;
    for (JsonToken token = tokens_.next(); token != JsonToken::EndArray && !is_broken; token = tokens_.next()) {
      const JsonOutcome outcome = token == JsonToken::StartObject ? writer_.write_object(tokens_, root_, scratch_vectors_, 0) : JsonOutcome::Broken;
      scratch_.Reset();
      is_broken = outcome == JsonOutcome::Broken;
      array_is_bad_ = array_is_bad_ || outcome != JsonOutcome::Stored;
      if (is_broken) break;
    }
    if (array_is_bad_ && !accept_malformed()) return false;
    if (is_broken) {
      set_nulls(row);
      write_corrupt(output, row, true);
      return true;
    }
    tokens_.begin(record_);
    tokens_.next();
    in_array_ = true;
    return false;
  }

  bool accept_malformed() const {
    if (options_.mode == scan::ParseMode::FailFast) raise_malformed(plan_.scan(), piece_.file, record_);
    return options_.mode == scan::ParseMode::Permissive;
  }

  void set_nulls(std::size_t row) {
    for (duckdb::Vector* vector : vectors_) FlatVector::SetNull(*vector, row, true);
  }

  void write_corrupt(duckdb::DataChunk& output, std::size_t row, bool is_bad) {
    if (corrupt_output_ < 0) return;
    duckdb::Vector& vector = output.data[static_cast<std::size_t>(corrupt_output_)];
    if (!is_bad) {
      FlatVector::SetNull(vector, row, true);
      return;
    }
    const std::string_view text = scan::valid_utf8(record_, storage_);
    FlatVector::GetData<duckdb::string_t>(vector)[row] = duckdb::StringVector::AddString(vector, text.data(), text.size());
  }

  const TextScanPlan& plan_;
  const scan::JsonOptions options_;
  const scan::ClockTexts clocks_;
  scan::JsonTokens tokens_;
  JsonWriter writer_;
  JsonWriter::Target root_;
  std::vector<std::size_t> outputs_;
  std::vector<duckdb::Vector*> vectors_, scratch_vectors_;
  duckdb::DataChunk scratch_;
  int corrupt_output_ = -1;

  scan::TextPiece piece_;
  std::shared_ptr<const scan::TextFile> file_;
  std::string_view text_, record_;
  std::string storage_;
  std::size_t at_ = 0;
  bool in_array_ = false, array_is_bad_ = false;
};

}  // namespace

std::unique_ptr<TextRowReader> make_json_reader(const TextScanPlan& plan) { return std::make_unique<JsonRowReader>(plan); }

}  // namespace lab::engine
