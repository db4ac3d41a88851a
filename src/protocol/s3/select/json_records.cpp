#include <array>
#include <deque>

#include "protocol/s3/errors.h"
#include "protocol/s3/select/byte_window.h"

namespace lab::s3::select {
namespace {

constexpr std::size_t kLongestDocument = 32 << 20;
constexpr int kDeepestDocument = 200;
// Of one object: each name is looked for among those before it.
constexpr int kMostNames = 10'000;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

Error json_error(std::string reason) { return Error(conditions::kSelectJsonParsingError, {{"reason", std::move(reason)}}); }

/// The rows that a path makes of a document.
void follow(Json& document, std::span<const PathStep> path, std::deque<Json>& rows) {
  if (path.empty()) {
    rows.push_back(std::move(document));
    return;
  }
  const PathStep& step = path.front();
  const auto rest = path.subspan(1);
  if (step.is_wildcard) {
    if (document.is_structured())
      for (Json& each : document) follow(each, rest, rows);
    return;
  }
  if (step.index) {
    if (document.is_array() && *step.index < document.size()) follow(document.at(*step.index), rest, rows);
    return;
  }
  if (!document.is_object()) return;
  if (const auto found = document.find(step.name); found != document.end()) follow(*found, rest, rows);
}

class JsonRecords final : public RecordReader {
 public:
  JsonRecords(ReadBytes read, std::vector<PathStep> from, ScanWindow window)
      : from_(std::move(from)), window_(window), bytes_(std::move(read), window.first == 0 ? 0 : window.first - 1) {
    // The table is the list of all documents: `[*]` behind its name takes that apart, which is done anyway.
    if (!from_.empty() && from_.front().is_wildcard) from_.erase(from_.begin());
    if (window.first != 0) skip_line();
  }

  bool next(Record& record) override {
    while (rows_.empty()) {
      if (!skip_spaces() || bytes_.position() > window_.last) return false;
      const std::size_t length = find_end();
      const std::string_view text = bytes_.bytes().substr(0, length);
      Json document = Json::parse(text, nullptr, false);
      if (document.is_discarded()) throw json_error("The object is no valid JSON.");
      bytes_.take(length);
      follow(document, from_, rows_);
    }
    record.is_json = true;
    record.document = std::move(rows_.front());
    rows_.pop_front();
    return true;
  }

  const std::vector<std::string>* names() const override { return nullptr; }

 private:
  void skip_line() {
    for (;;) {
      const auto end = bytes_.bytes().find('\n');
      if (end != std::string_view::npos) return bytes_.take(end + 1);
      bytes_.take(bytes_.bytes().size());
      if (!bytes_.read_more()) return;
    }
  }

  bool skip_spaces() {
    for (;;) {
      const std::string_view text = bytes_.bytes();
      std::size_t count = 0;
      while (count < text.size() && is_space(text[count])) ++count;
      bytes_.take(count);
      if (!bytes_.bytes().empty()) return true;
      if (!bytes_.read_more()) return false;
    }
  }

  /// Length of the document that bytes_ begin with, which is read whole.
  std::size_t find_end() {
    int depth = 0;
    std::array<int, kDeepestDocument + 1> num_names = {};
    bool is_text = false, is_escaped = false;
    for (std::size_t at = 0;; ++at) {
      if (at == bytes_.bytes().size()) {
        if (at > kLongestDocument) throw Error(conditions::kSelectOverMaxRecordSize);
        if (!bytes_.read_more()) return at;
      }
      const char c = bytes_.bytes()[at];
      if (is_escaped) {
        is_escaped = false;
      } else if (is_text) {
        is_escaped = c == '\\';
        is_text = c != '"';
        if (!is_text && depth == 0) return at + 1;
      } else if (c == '"') {
        is_text = true;
      } else if (c == '{' || c == '[') {
        if (++depth > kDeepestDocument) throw json_error("The object is nested too deeply.");
        num_names[static_cast<std::size_t>(depth)] = 0;
      } else if (c == ':') {
        if (++num_names[static_cast<std::size_t>(depth)] > kMostNames) throw Error(conditions::kSelectOverMaxRecordSize);
      } else if (c == '}' || c == ']') {
        if (--depth <= 0) return at + 1;
      } else if (depth == 0 && is_space(c)) {
        return at;
      }
    }
  }

  std::vector<PathStep> from_;
  const ScanWindow window_;
  ByteWindow bytes_;
  std::deque<Json> rows_;
};

}  // namespace

std::unique_ptr<RecordReader> open_json(ReadBytes read, std::vector<PathStep> from, ScanWindow window) {
  return std::make_unique<JsonRecords>(std::move(read), std::move(from), window);
}

}  // namespace lab::s3::select
