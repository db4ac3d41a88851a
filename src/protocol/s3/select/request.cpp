#include "protocol/s3/select/request.h"

#include "protocol/s3/errors.h"
#include "protocol/s3/text_forms.h"
#include "protocol/s3/xml.h"

namespace lab::s3::select {
namespace {

Error wrong_parameter(std::string reason) { return Error(conditions::kSelectInvalidRequestParameter, {{"reason", std::move(reason)}}); }

const XmlElement& get_element(const XmlElement& parent, std::string_view name) {
  const XmlElement* found = parent.find(name);
  if (found == nullptr) throw Error(conditions::kMalformedXml);
  return *found;
}

void read_character(const XmlElement& parent, std::string_view name, char& into) {
  const XmlElement* found = parent.find(name);
  if (found == nullptr || found->text.empty()) return;
  if (found->text.size() != 1) throw wrong_parameter(std::string(name) + " is one character");
  into = found->text.front();
}

void read_delimiter(const XmlElement& parent, std::string_view name, std::string& into) {
  constexpr std::size_t kLongest = 2;
  const XmlElement* found = parent.find(name);
  if (found == nullptr || found->text.empty()) return;
  if (found->text.size() > kLongest) throw wrong_parameter(std::string(name) + " is one or two characters");
  into = found->text;
}

CsvInput read_csv_input(const XmlElement& csv) {
  CsvInput input;
  const std::string header = to_lower_ascii(trim_spaces(csv.text_of("FileHeaderInfo", "NONE")));
  if (header == "use")
    input.header = CsvInput::Header::Use;
  else if (header == "ignore")
    input.header = CsvInput::Header::Ignore;
  else if (header != "none" && !header.empty())
    throw Error(conditions::kSelectInvalidFileHeaderInfo);
  read_delimiter(csv, "FieldDelimiter", input.field_delimiter);
  read_delimiter(csv, "RecordDelimiter", input.record_delimiter);
  read_character(csv, "QuoteCharacter", input.quote);
  input.escape = input.quote;
  read_character(csv, "QuoteEscapeCharacter", input.escape);
  char comment = '\0';
  read_character(csv, "Comments", comment);
  if (comment != '\0') input.comment = comment;
  input.has_quoted_delimiters = to_lower_ascii(trim_spaces(csv.text_of("AllowQuotedRecordDelimiter"))) == "true";
  return input;
}

void check_json_input(const XmlElement& json) {
  const std::string type = to_lower_ascii(trim_spaces(json.text_of("Type")));
  if (type != "lines" && type != "document") throw Error(conditions::kSelectInvalidJsonType);
}

Output read_output(const XmlElement& serialization) {
  Output output;
  const XmlElement* csv = serialization.find("CSV");
  const XmlElement* json = serialization.find("JSON");
  if ((csv == nullptr) == (json == nullptr)) throw Error(conditions::kMalformedXml);
  output.is_json = json != nullptr;
  read_delimiter(output.is_json ? *json : *csv, "RecordDelimiter", output.record_delimiter);
  if (output.is_json) return output;
  read_delimiter(*csv, "FieldDelimiter", output.field_delimiter);
  read_character(*csv, "QuoteCharacter", output.quote);
  output.escape = output.quote;
  read_character(*csv, "QuoteEscapeCharacter", output.escape);
  const std::string quotes = to_lower_ascii(trim_spaces(csv->text_of("QuoteFields", "ASNEEDED")));
  output.quotes_always = quotes == "always";
  if (quotes != "always" && quotes != "asneeded" && !quotes.empty()) throw Error(conditions::kSelectInvalidQuoteFields);
  return output;
}

std::optional<std::uint64_t> read_position(const XmlElement& range, std::string_view name) {
  const XmlElement* found = range.find(name);
  if (found == nullptr) return std::nullopt;
  const auto position = parse_number(trim_spaces(found->text));
  if (!position) throw Error(conditions::kSelectInvalidScanRange);
  return position;
}

}  // namespace

Request parse_request(std::string_view document) {
  const XmlElement root = parse_xml(document);
  if (root.name != "SelectObjectContentRequest" && root.name != "SelectRequest") throw Error(conditions::kMalformedXml);
  Request request;
  request.expression = get_element(root, "Expression").text;
  if (to_lower_ascii(trim_spaces(root.text_of("ExpressionType"))) != "sql") throw Error(conditions::kSelectInvalidExpressionType);
  if (const XmlElement* progress = root.find("RequestProgress")) request.wants_progress = to_lower_ascii(trim_spaces(progress->text_of("Enabled"))) == "true";
  const XmlElement& input = get_element(root, "InputSerialization");
  const std::string compression = to_lower_ascii(trim_spaces(input.text_of("CompressionType", "NONE")));
  if (compression == "bzip2") throw not_implemented("SelectObjectContent of BZIP2");
  request.is_gzip = compression == "gzip";
  if (compression != "none" && !compression.empty() && !request.is_gzip) throw Error(conditions::kSelectInvalidCompression);
  request.is_parquet = input.find("Parquet") != nullptr;
  const XmlElement* csv = input.find("CSV");
  const XmlElement* json = input.find("JSON");
  if ((csv != nullptr) + (json != nullptr) + request.is_parquet != 1) throw Error(conditions::kSelectInvalidDataSource);
  // Parquet packs its pages itself.
  if (request.is_parquet && request.is_gzip) throw Error(conditions::kSelectInvalidCompression);
  if (csv != nullptr)
    request.csv = read_csv_input(*csv);
  else if (json != nullptr)
    check_json_input(*json);
  request.output = read_output(get_element(root, "OutputSerialization"));
  if (const XmlElement* range = root.find("ScanRange")) {
    request.start = read_position(*range, "Start");
    request.end = read_position(*range, "End");
    if (request.is_parquet) throw not_implemented("a scan range of Parquet");
    if (request.is_gzip) throw wrong_parameter("A scan range cannot go with a compressed object");
    const bool is_backward = request.start && request.end && *request.start > *request.end;
    if (is_backward || (!request.start && !request.end)) throw Error(conditions::kSelectInvalidScanRange);
    if (request.csv && request.csv->has_quoted_delimiters) throw wrong_parameter("A scan range cannot go with quoted record delimiters");
  }
  return request;
}

}  // namespace lab::s3::select
