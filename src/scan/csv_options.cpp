#include "scan/csv_options.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/letter_case.h"
#include "scan/text_encoding.h"

namespace lab::scan {

namespace {

inline constexpr Condition kInvalidOption{"INVALID_PARAMETER_VALUE.DATA_SOURCE_OPTION", "22023", Kind::InvalidArgument,
    "The value of parameter(s) <parameter> in <functionName> is invalid: <message>"};

inline constexpr Condition kTwoCharacters{"OPTION_VALUE_EXCEEDS_ONE_CHARACTER", "22023", Kind::Runtime,
    "The value of <paramName> cannot be more than one character, but got <actualValue>."};
inline constexpr Condition kBackslashDelimiter{"INVALID_DELIMITER_VALUE.SINGLE_BACKSLASH", "42602", Kind::InvalidArgument,
    "Invalid value for delimiter. Single backslash is prohibited. It has special meaning as beginning of an escape sequence. To get the backslash character, pass a string with two backslashes as the delimiter."};
inline constexpr Condition kUnknownEscape{"INVALID_DELIMITER_VALUE.UNSUPPORTED_SPECIAL_CHARACTER", "42602", Kind::InvalidArgument,
    "Invalid value for delimiter. Unsupported special character for delimiter: <str>."};
inline constexpr Condition kUnknownCharset{"INVALID_PARAMETER_VALUE.CHARSET", "22023", Kind::InvalidArgument,
    "The value of parameter(s) <parameter> in <functionName> is invalid: expects one of the <charsets>, but got <charset>."};
inline constexpr Condition kIllegalCsvOption{"", "", Kind::InvalidArgument, "<message>"};

const std::string* find(const std::map<std::string, std::string>& options, const std::string& key) {
  const auto found = options.find(key);
  return found == options.end() ? nullptr : &found->second;
}

[[noreturn]] void refuse(const std::string& key, const std::string& message) {
  throw Error(kInvalidOption, {{"parameter", "`" + key + "`"}, {"functionName", "`csv`"}, {"message", message}});
}

// The separator with the escapes that Spark knows in it.
std::string unescaped(const std::string& text) {
  constexpr std::string_view kEscapes = "trbf\"'\\", kMeant = "\t\r\b\f\"'\\";
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      result += text[i];
      continue;
    }
    if (++i == text.size()) throw Error(kBackslashDelimiter);
    const std::size_t known = kEscapes.find(text[i]);
    if (known == std::string_view::npos) throw Error(kUnknownEscape, {{"str", text.substr(i - 1, 2)}});
    result += kMeant[known];
  }
  return result;
}

char one_character(const std::map<std::string, std::string>& options, const std::string& key, const std::string& shown, char otherwise) {
  const std::string* text = find(options, key);
  if (!text) return otherwise;
  if (text->empty()) return 0;
  if (text->size() > 1) throw Error(kTwoCharacters, {{"paramName", shown}, {"actualValue", *text}});
  return (*text)[0];
}

QuoteHandling quote_handling_of(const std::string& text) {
  constexpr std::pair<std::string_view, QuoteHandling> kHandlings[] = {
      {"stop_at_delimiter", QuoteHandling::StopAtDelimiter}, {"stop_at_closing_quote", QuoteHandling::StopAtClosingQuote},
      {"back_to_delimiter", QuoteHandling::BackToDelimiter}, {"skip_value", QuoteHandling::SkipValue},
      {"raise_error", QuoteHandling::RaiseError},
  };
  const std::string name = lower_case(text);
  for (const auto& [known, handling] : kHandlings)
    if (name == known) return handling;
  throw Error(kIllegalCsvOption, {{"message", "No enum constant com.univocity.parsers.csv.UnescapedQuoteHandling." + text}});
}

std::optional<std::string> text_option(const std::map<std::string, std::string>& options, const std::string& key) {
  const std::string* text = find(options, key);
  return text ? std::optional(*text) : std::nullopt;
}

int whole_number(const std::map<std::string, std::string>& options, const std::string& key, const std::string& shown, int otherwise) {
  const std::string* text = find(options, key);
  if (!text) return otherwise;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), otherwise);
  if (error != std::errc{} || end != text->data() + text->size()) refuse(shown, shown + " should be an integer. Found " + *text);
  return otherwise;
}

}  // namespace

bool parse_flag(const std::map<std::string, std::string>& options, const std::string& key, bool otherwise) {
  const std::string* text = find(options, key);
  if (!text) return otherwise;
  const std::string value = lower_case(*text);
  if (value == "true") return true;
  if (value == "false") return false;
  refuse(key, key + " flag can be true or false");
}

CsvOptions CsvOptions::parse(const std::map<std::string, std::string>& options) {
  CsvOptions result;
  const auto first_of = [&](std::initializer_list<const char*> keys) -> const std::string* {
    for (const char* key : keys) {
      if (const std::string* text = find(options, key)) return text;
    }
    return nullptr;
  };
  if (const auto* separator = first_of({"sep", "delimiter"})) {
    if (separator->empty()) refuse("sep", "Delimiter cannot be empty string");
    result.separator = unescaped(*separator);
  }
  result.quote = one_character(options, "quote", "quote", '"');
  result.escape = one_character(options, "escape", "escape", '\\');
  result.escape_of_escape = one_character(options, "chartoescapequoteescaping", "charToEscapeQuoteEscaping", result.escape == result.quote ? '\0' : result.escape);
  result.comment = one_character(options, "comment", "comment", 0);
  result.has_header = parse_flag(options, "header", false);
  result.infers_schema = parse_flag(options, "inferschema", false);
  result.prefers_date = parse_flag(options, "preferdate", true);
  result.skips_leading_blanks = parse_flag(options, "ignoreleadingwhitespace", false);
  result.skips_trailing_blanks = parse_flag(options, "ignoretrailingwhitespace", false);
  result.is_multi_line = parse_flag(options, "multiline", false);
  result.null_value = text_option(options, "nullvalue").value_or("");
  result.empty_value = text_option(options, "emptyvalue").value_or("");
  result.nan_value = text_option(options, "nanvalue").value_or("NaN");
  result.positive_infinity = text_option(options, "positiveinf").value_or("Inf");
  result.negative_infinity = text_option(options, "negativeinf").value_or("-Inf");
  result.clocks = ClockFormats::parse(options);
  result.corrupt_column = text_option(options, "columnnameofcorruptrecord").value_or("_corrupt_record");
  if (const auto* separator = find(options, "linesep")) {
    if (separator->empty()) throw Error(kIllegalCsvOption, {{"message", "requirement failed: 'lineSep' cannot be an empty string."}});
    result.line_separator = *separator;
  }
  if (const auto* handling = find(options, "unescapedquotehandling")) result.quote_handling = quote_handling_of(*handling);
  if (const auto* encoding = first_of({"encoding", "charset"})) {
    if (!is_known_encoding(*encoding))
      throw Error(kUnknownCharset, {{"functionName", "`CSVOptions`"}, {"parameter", "`charset`"}, {"charset", *encoding}, {"charsets", "iso-8859-1, us-ascii, utf-16, utf-16be, utf-16le, utf-32, utf-8"}});
    result.encoding = *encoding;
  }
  if (const auto* mode = find(options, "mode")) {
    // Spark takes unknown modes as PERMISSIVE.
    const std::string name = lower_case(*mode);
    if (name == "dropmalformed") result.mode = ParseMode::DropMalformed;
    if (name == "failfast") result.mode = ParseMode::FailFast;
  }
  if (const auto* ratio = find(options, "samplingratio")) {
    char* end = nullptr;
    result.sampling_ratio = std::strtod(ratio->c_str(), &end);
    if (end == ratio->c_str() || result.sampling_ratio <= 0) refuse("samplingRatio", "samplingRatio (" + *ratio + ") should be greater than 0");
  }
  result.max_columns = whole_number(options, "maxcolumns", "maxColumns", result.max_columns);
  result.max_characters = whole_number(options, "maxcharspercolumn", "maxCharsPerColumn", result.max_characters);
  result.enforces_schema = parse_flag(options, "enforceschema", true);
  return result;
}

}  // namespace lab::scan
