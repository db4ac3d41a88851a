#include "protocol/s3/select/selection.h"

#include <algorithm>
#include <optional>

#include "protocol/s3/errors.h"
#include "protocol/s3/select/gzip.h"
#include "protocol/s3/xml.h"

namespace lab::s3::select {
namespace {

constexpr std::size_t kRecordsPayload = 128 << 10;
// So much is read in one turn; then the client hears something, also when nothing was found.
constexpr std::uint64_t kBytesPerTurn = 8 << 20;

void write_csv_field(const Output& output, std::string_view text, std::string& into) {
  const bool has_special = text.find_first_of("\r\n") != std::string_view::npos || text.find(output.quote) != std::string_view::npos ||
                           text.find(output.field_delimiter) != std::string_view::npos || text.find(output.record_delimiter) != std::string_view::npos;
  if (!output.quotes_always && !has_special) {
    into += text;
    return;
  }
  into += output.quote;
  for (const char c : text) {
    if (c == output.quote || (c == output.escape && output.escape != output.quote)) into += output.escape;
    into += c;
  }
  into += output.quote;
}

std::string column_name(const std::vector<std::string>* names, std::size_t number) {
  return names != nullptr && number < names->size() ? names->at(number) : "_" + std::to_string(number + 1);
}

/// The fields of a record that is selected whole.
Json whole_record(const Record& record, const std::vector<std::string>* names) {
  if (record.is_json) return record.document.is_object() ? record.document : Json::object({{"_1", record.document}});
  Json row = Json::object();
  // Behind one another: to look each name up would take as long as the square of their number.
  auto& fields = row.get_ref<Json::object_t&>();
  for (std::size_t i = 0; i < record.num_fields; ++i) fields.emplace_back(column_name(names, i), record.fields[i]);
  return row;
}

std::string print_json(const Json& row) { return row.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

struct Selection::State {
  State(Request asked, std::uint64_t object_size, ReadBytes read)
      : request(std::move(asked)), statement(parse_statement(request.expression, Moment{request.now_micros, 0})), size(object_size) {
    ScanWindow window{.first = window_start(request, size), .last = request.end && request.start ? *request.end : UINT64_MAX};
    if (request.csv) require_plain_table();
    ReadBytes plain = count_into(scanned, std::move(read));
    if (request.is_gzip) plain = unpack_gzip(std::move(plain));
    plain = count_into(processed, std::move(plain));
    reader = request.csv ? open_csv(std::move(plain), *request.csv, window) : open_json(std::move(plain), statement.from, window);
    bind(statement, reader->names());
    run.emplace(statement);
  }

  State(Request asked, std::unique_ptr<RecordReader> records)
      : request(std::move(asked)), statement(parse_statement(request.expression, Moment{request.now_micros, 0})), size(0), reader(std::move(records)) {
    require_plain_table();
    bind(statement, reader->names());
    run.emplace(statement);
  }

  /// A path into the table is for JSON.
  void require_plain_table() const {
    const bool is_plain = statement.from.empty() || (statement.from.size() == 1 && statement.from.front().is_wildcard);
    if (!is_plain) throw Error(conditions::kSelectInvalidDataSource);
  }

  static ReadBytes count_into(std::uint64_t& counter, ReadBytes read) {
    return [&counter, read = std::move(read)](std::span<char> into) {
      const std::size_t count = read(into);
      counter += count;
      return count;
    };
  }

  /// `End` alone means the last bytes.
  static std::uint64_t window_start(const Request& request, std::uint64_t size) {
    if (request.start) return *request.start;
    if (request.end) return size - std::min(size, *request.end);
    return 0;
  }

  void write_row(const Record& record, const std::vector<Value>& row, std::string& into) const {
    const Output& output = request.output;
    const auto* names = reader->names();
    if (output.is_json) {
      into += print_json(statement.is_everything ? whole_record(record, names) : named_row(row));
    } else if (statement.is_everything && !record.is_json) {
      for (std::size_t i = 0; i < record.num_fields; ++i) {
        if (i > 0) into += output.field_delimiter;
        write_csv_field(output, record.fields[i], into);
      }
    } else if (statement.is_everything) {
      bool is_first = true;
      for (const auto& each : whole_record(record, names)) {
        if (!is_first) into += output.field_delimiter;
        is_first = false;
        write_csv_field(output, text_of(value_of(each)), into);
      }
    } else {
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (i > 0) into += output.field_delimiter;
        write_csv_field(output, text_of(row[i]), into);
      }
    }
    into += output.record_delimiter;
  }

  Json named_row(const std::vector<Value>& row) const {
    Json object = Json::object();
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (std::holds_alternative<Missing>(row[i])) continue;
      const std::string& name = statement.projections[i].name;
      object[name.empty() ? "_" + std::to_string(i + 1) : name] = json_of(row[i]);
    }
    return object;
  }

  std::uint64_t all_processed() const { return processed + reader->num_read(); }

  std::string details(std::string_view element) const {
    XmlWriter xml;
    xml.open(element);
    xml.element("BytesScanned", scanned + reader->num_read());
    xml.element("BytesProcessed", all_processed());
    xml.element("BytesReturned", returned);
    xml.close();
    return std::move(xml).finish();
  }

  /// Events behind the last record.
  std::string finish() {
    is_finished = true;
    std::string events;
    std::vector<Value> row;
    std::string payload;
    if (run->finish(row)) write_row(Record{}, row, payload);
    events += records_event(payload);
    if (request.wants_progress) events += write_event("Progress", "text/xml", details("Progress"));
    events += write_event("Stats", "text/xml", details("Stats"));
    return events + write_event("End", {}, {});
  }

  std::string records_event(const std::string& payload) {
    if (payload.empty()) return {};
    returned += payload.size();
    return write_event("Records", "application/octet-stream", payload);
  }

  const Request request;
  Statement statement;
  const std::uint64_t size;
  std::uint64_t scanned = 0, processed = 0, returned = 0, told = 0;
  std::unique_ptr<RecordReader> reader;
  std::optional<Run> run;
  bool is_finished = false;
};

Selection::Selection(Request request, std::uint64_t object_size, ReadBytes read) : state_(std::make_unique<State>(std::move(request), object_size, std::move(read))) {}

Selection::Selection(Request request, std::unique_ptr<RecordReader> records) : state_(std::make_unique<State>(std::move(request), std::move(records))) {}

Selection::~Selection() = default;

std::uint64_t Selection::first_byte(const Request& request, std::uint64_t object_size) {
  const std::uint64_t start = State::window_start(request, object_size);
  return start == 0 ? 0 : start - 1;
}

std::string Selection::next() {
  State& state = *state_;
  if (state.is_finished) return {};
  std::string payload;
  Record record;
  std::vector<Value> row;
  bool is_end = false;
  const auto is_turn_over = [&] { return state.all_processed() - state.told >= kBytesPerTurn; };
  while (payload.size() < kRecordsPayload && !is_turn_over()) {
    is_end = state.run->is_done() || !state.reader->next(record);
    if (is_end) break;
    if (state.run->take(record, row)) state.write_row(record, row, payload);
  }
  std::string events = state.records_event(payload);
  if (is_end) return events + state.finish();
  if (is_turn_over()) {
    state.told = state.all_processed();
    events += state.request.wants_progress ? write_event("Progress", "text/xml", state.details("Progress")) : write_event("Cont", {}, {});
  }
  return events;
}

std::string Selection::fail(std::string_view code, std::string_view message) {
  state_->is_finished = true;
  return write_error_event(code, message);
}

}  // namespace lab::s3::select
