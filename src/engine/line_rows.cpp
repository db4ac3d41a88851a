#include <algorithm>

#include "duckdb/common/types/vector.hpp"
#include "engine/text_rows.h"
#include "scan/csv_options.h"

namespace lab::engine {
namespace {

/// The text source: a row for each line, or for each file with `wholetext`.
class LineRowReader : public TextRowReader {
 public:
  explicit LineRowReader(const TextScanPlan& plan) {
    const auto& options = plan.scan().options;
    if (const auto found = options.find("linesep"); found != options.end()) separator_ = found->second;
    whole_ = scan::parse_flag(options, "wholetext", false);
    for (std::size_t i = 0; i < plan.columns.size(); ++i) {
      if (plan.columns[i] == 0) output_ = static_cast<int>(i);
    }
  }

  void begin(const scan::TextPiece& piece, std::shared_ptr<const scan::TextFile> text) override {
    piece_ = piece;
    file_ = std::move(text);
    text_ = file_->text();
    at_ = whole_ ? 0 : scan::line_start_from(text_, piece.begin, separator_);
    is_done_ = false;
  }

  std::size_t read(duckdb::DataChunk& output, std::size_t row) override {
    if (whole_) {
      if (!is_done_ && row < STANDARD_VECTOR_SIZE) {
        write(output, row++, text_);
        is_done_ = true;
      }
      return row;
    }
    while (row < STANDARD_VECTOR_SIZE && at_ < std::min(piece_.end, text_.size())) write(output, row++, scan::next_line(text_, at_, separator_));
    return row;
  }

 private:
  void write(duckdb::DataChunk& output, std::size_t row, std::string_view text) {
    if (output_ < 0) return;
    duckdb::Vector& vector = output.data[static_cast<std::size_t>(output_)];
    const std::string_view valid = scan::valid_utf8(text, storage_);
    duckdb::FlatVector::GetData<duckdb::string_t>(vector)[row] = duckdb::StringVector::AddString(vector, valid.data(), valid.size());
  }

  std::string separator_, storage_;
  bool whole_ = false, is_done_ = false;
  int output_ = -1;
  scan::TextPiece piece_;
  std::shared_ptr<const scan::TextFile> file_;
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::unique_ptr<TextRowReader> make_line_reader(const TextScanPlan& plan) { return std::make_unique<LineRowReader>(plan); }

}  // namespace lab::engine
