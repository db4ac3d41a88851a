#include "scan/json_options.h"

#include <charconv>
#include <cstdlib>

#include "base/error.h"
#include "base/letter_case.h"

namespace lab::scan {

namespace {

constexpr Condition kIllegalJsonOption{"", "", Kind::InvalidArgument, "requirement failed: <message>"};

const std::string* find_json_option(const std::map<std::string, std::string>& options, const char* key) {
  const auto found = options.find(key);
  return found == options.end() ? nullptr : &found->second;
}

int whole_option(const std::map<std::string, std::string>& options, const char* key, int otherwise) {
  if (const std::string* text = find_json_option(options, key)) std::from_chars(text->data(), text->data() + text->size(), otherwise);
  return otherwise;
}

}  // namespace

ParseMode parse_mode(const std::map<std::string, std::string>& options) {
  const std::string* mode = find_json_option(options, "mode");
  const std::string name = mode ? lower_case(*mode) : "";
  return name == "dropmalformed" ? ParseMode::DropMalformed : name == "failfast" ? ParseMode::FailFast : ParseMode::Permissive;
}

JsonOptions JsonOptions::parse(const std::map<std::string, std::string>& options) {
  JsonOptions result;
  const auto flag = [&](bool& target, const char* key) { target = parse_flag(options, key, target); };
  flag(result.primitives_as_string, "primitivesasstring");
  flag(result.prefers_decimal, "prefersdecimal");
  flag(result.infers_timestamp, "infertimestamp");
  flag(result.drops_null_fields, "dropfieldifallnull");
  flag(result.allows_comments, "allowcomments");
  flag(result.allows_unquoted_names, "allowunquotedfieldnames");
  flag(result.allows_single_quotes, "allowsinglequotes");
  flag(result.allows_leading_zeros, "allownumericleadingzeros");
  flag(result.allows_any_escape, "allowbackslashescapinganycharacter");
  flag(result.allows_control_characters, "allowunquotedcontrolchars");
  flag(result.allows_special_numbers, "allownonnumericnumbers");
  flag(result.is_multi_line, "multiline");
  result.max_depth = whole_option(options, "maxnestingdepth", result.max_depth);
  result.max_number_length = whole_option(options, "maxnumlen", result.max_number_length);
  result.mode = parse_mode(options);
  if (const auto* name = find_json_option(options, "columnnameofcorruptrecord")) result.corrupt_column = *name;
  if (const auto* separator = find_json_option(options, "linesep")) {
    if (separator->empty()) throw Error(kIllegalJsonOption, {{"message", "'lineSep' cannot be an empty string."}});
    result.line_separator = *separator;
  }
  for (const char* key : {"charset", "encoding"})
    if (const auto* encoding = find_json_option(options, key)) result.encoding = *encoding;
  if (const auto* ratio = find_json_option(options, "samplingratio")) {
    result.sampling_ratio = std::strtod(ratio->c_str(), nullptr);
    if (result.sampling_ratio <= 0) throw Error(kIllegalJsonOption, {{"message", "samplingRatio (" + *ratio + ") should be greater than 0"}});
  }
  result.clocks = ClockFormats::parse(options);
  return result;
}

}  // namespace lab::scan
