#include "protocol/s3/errors.h"
#include "protocol/s3/select/byte_window.h"

namespace lab::s3::select {
namespace {

constexpr std::size_t kLongestRecord = 1 << 20;

class CsvRecords final : public RecordReader {
 public:
  CsvRecords(ReadBytes read, const CsvInput& format, ScanWindow window)
      : format_(format), window_(window), bytes_(std::move(read), window.first == 0 ? 0 : window.first - 1) {
    if (window.first != 0) {
      // What began before the window ends here; the first byte may be that end.
      std::string_view line;
      take_line(line);
    } else if (format.header != CsvInput::Header::None) {
      read_header();
    }
  }

  bool next(Record& record) override {
    std::string_view line;
    while (bytes_.position() + pending_ <= window_.last && take_line(line)) {
      if (line.empty() || (format_.comment && line.front() == *format_.comment)) continue;
      split(line, record);
      return true;
    }
    return false;
  }

  const std::vector<std::string>* names() const override { return &names_; }

 private:
  void read_header() {
    Record record;
    if (!next(record)) return;
    if (format_.header != CsvInput::Header::Use) return;
    record.fields.resize(record.num_fields);
    names_ = std::move(record.fields);
  }

  /// The next record without its delimiter, good until the next call; false at the end.
  bool take_line(std::string_view& line) {
    bytes_.take(pending_);
    pending_ = 0;
    std::size_t from = 0;
    for (;;) {
      const std::size_t end = find_delimiter(bytes_.bytes(), from);
      if (end != std::string_view::npos) {
        line = without_return(bytes_.bytes().substr(0, end));
        pending_ = end + format_.record_delimiter.size();
        return true;
      }
      if (bytes_.bytes().size() > kLongestRecord) throw Error(conditions::kSelectOverMaxRecordSize);
      if (!bytes_.read_more()) break;
    }
    line = without_return(bytes_.bytes());
    pending_ = bytes_.bytes().size();
    return pending_ > 0;
  }

  std::string_view without_return(std::string_view line) const {
    if (format_.record_delimiter == "\n" && line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

  /// Looks on at `from`, which it moves to where to look on when more was read.
  std::size_t find_delimiter(std::string_view bytes, std::size_t& from) {
    if (!format_.has_quoted_delimiters) {
      const std::size_t end = bytes.find(format_.record_delimiter, from);
      from = bytes.size() < format_.record_delimiter.size() ? 0 : bytes.size() - format_.record_delimiter.size() + 1;
      return end;
    }
    // From the start: whether a quote is open is not kept.
    bool is_quoted = false;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      if (is_quoted && bytes[at] == format_.escape && format_.escape != format_.quote)
        ++at;
      else if (bytes[at] == format_.quote)
        is_quoted = !is_quoted;
      else if (!is_quoted && bytes.substr(at).starts_with(format_.record_delimiter))
        return at;
    }
    return std::string_view::npos;
  }

  std::string& next_field(Record& record) const {
    if (record.fields.size() == record.num_fields) record.fields.emplace_back();
    std::string& field = record.fields[record.num_fields++];
    field.clear();
    return field;
  }

  void split(std::string_view line, Record& record) const {
    record.num_fields = 0;
    for (;;) {
      std::string& field = next_field(record);
      if (line.starts_with(format_.quote)) take_quoted_field(line, field);
      const std::size_t end = line.find(format_.field_delimiter);
      field += line.substr(0, end);
      if (end == std::string_view::npos) return;
      line.remove_prefix(end + format_.field_delimiter.size());
    }
  }

  void take_quoted_field(std::string_view& line, std::string& field) const {
    std::size_t at = 1;
    for (; at < line.size(); ++at) {
      const bool has_next = at + 1 < line.size();
      if (line[at] == format_.escape && has_next && (line[at + 1] == format_.quote || line[at + 1] == format_.escape)) {
        field += line[++at];
      } else if (line[at] == format_.quote) {
        break;
      } else {
        field += line[at];
      }
    }
    if (at >= line.size()) throw Error(conditions::kSelectCsvParsingError, {{"reason", "A quoted field has no end."}});
    line.remove_prefix(at + 1);
  }

  const CsvInput format_;
  const ScanWindow window_;
  ByteWindow bytes_;
  std::size_t pending_ = 0;  ///< of bytes_: the record that was given last
  std::vector<std::string> names_;
};

}  // namespace

std::unique_ptr<RecordReader> open_csv(ReadBytes read, const CsvInput& format, ScanWindow window) {
  return std::make_unique<CsvRecords>(std::move(read), format, window);
}

}  // namespace lab::s3::select
