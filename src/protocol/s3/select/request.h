#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lab::s3::select {

struct CsvInput {
  enum class Header { None, Ignore, Use };
  Header header = Header::None;
  std::string field_delimiter = ",", record_delimiter = "\n";
  char quote = '"', escape = '"';
  std::optional<char> comment = {};      ///< a record that begins with it is none
  bool has_quoted_delimiters = false;  ///< a quoted field may hold the record's delimiter
};

struct Output {
  bool is_json = false;
  std::string record_delimiter = "\n", field_delimiter = ",";
  char quote = '"', escape = '"';
  bool quotes_always = false;
};

/// `<SelectObjectContentRequest>`.
struct Request {
  std::string expression;
  bool wants_progress = false;
  bool is_gzip = false;
  bool is_parquet = false;      ///< read by the caller (Selection)
  std::optional<CsvInput> csv;  ///< absent and no Parquet: JSON, lines and documents alike
  Output output;
  std::optional<std::uint64_t> start, end;  ///< ScanRange
  std::int64_t now_micros = 0;              ///< what UTCNOW() gives, since 1970: the caller's to say
};

/// Throws MalformedXML, InvalidExpressionType, InvalidFileHeaderInfo and so on; NotImplemented for BZIP2 and for parts of Parquet.
Request parse_request(std::string_view document);

}  // namespace lab::s3::select
