#include "scan/csv_options.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/letter_case.h"

namespace lab::scan {

namespace {

inline constexpr Condition kInvalidOption{"INVALID_PARAMETER_VALUE.DATA_SOURCE_OPTION", "22023", Kind::InvalidArgument,
    "The value of parameter(s) <parameter> in <functionName> is invalid: <message>"};

const std::string* find(const std::map<std::string, std::string>& options, const std::string& key) {
  const auto found = options.find(key);
  return found == options.end() ? nullptr : &found->second;
}

[[noreturn]] void refuse(const std::string& key, const std::string& message) {
  throw Error(kInvalidOption, {{"parameter", "`" + key + "`"}, {"functionName", "`csv`"}, {"message", message}});
}

// `\t`, `\u0001` and the like, as people write them in options.
std::string unescaped(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      result += text[i];
      continue;
    }
    switch (const char next = text[++i]) {
      case 't': result += '\t'; break;
      case 'r': result += '\r'; break;
      case 'n': result += '\n'; break;
      case 'b': result += '\b'; break;
      case 'f': result += '\f'; break;
      case 'u':
        if (i + 4 < text.size() && text.compare(i + 1, 2, "00") == 0) {
          int code = 0;
          std::from_chars(text.data() + i + 1, text.data() + i + 5, code, 16);
          result += static_cast<char>(code);
          i += 4;
          break;
        }
        [[fallthrough]];
      default: result += next;
    }
  }
  return result;
}

char one_character(const std::map<std::string, std::string>& options, const std::string& key, char otherwise) {
  const std::string* text = find(options, key);
  if (!text) return otherwise;
  if (text->empty()) return 0;
  if (text->size() > 1) {
    const std::string plain = unescaped(*text);
    if (plain.size() == 1) return plain[0];
    refuse(key, key + " cannot be more than one character");
  }
  return (*text)[0];
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
    result.separator = *separator == "\\" ? *separator : unescaped(*separator);
  }
  result.quote = one_character(options, "quote", '"');
  result.escape = one_character(options, "escape", '\\');
  result.escape_of_escape = one_character(options, "chartoescapequoteescaping", result.escape == result.quote ? '\0' : result.escape);
  result.comment = one_character(options, "comment", 0);
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
  result.line_separator = text_option(options, "linesep").value_or("");
  if (const auto* encoding = first_of({"encoding", "charset"})) result.encoding = *encoding;
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
