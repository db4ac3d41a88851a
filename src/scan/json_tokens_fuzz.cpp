#include <cstdint>
#include <string>

#include "base/error.h"
#include "scan/json_shape.h"

// Any bytes as a JSON record, under options that the first byte chooses: the tokens end, a value printed again is JSON still, and what
// inference sees has a type.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  lab::scan::JsonOptions options;
  options.allows_comments = data[0] & 1;
  options.allows_unquoted_names = data[0] & 2;
  options.allows_leading_zeros = data[0] & 4;
  options.allows_any_escape = data[0] & 8;
  options.allows_control_characters = data[0] & 16;
  options.prefers_decimal = data[0] & 32;
  options.infers_timestamp = data[0] & 64;
  const lab::scan::ClockTexts clocks(options.clocks, "UTC");
  const std::string record(reinterpret_cast<const char*>(data + 1), size - 1);

  lab::scan::JsonTokens tokens(options);
  tokens.begin(record);
  if (tokens.next() == lab::scan::JsonToken::None) return 0;
  const bool is_json = tokens.skip_children();
  if (!is_json) return 0;

  tokens.begin(record);
  tokens.next();
  lab::scan::JsonShape shape;
  try {
    shape.see(tokens, {options, clocks});
    (void)shape.type(false);
  } catch (const lab::Error&) {
    // A decimal of negative scale is refused by inference, as Spark refuses it.
  }

  tokens.begin(record);
  tokens.next();
  std::string printed;
  LAB_CHECK(tokens.append_value(printed, false), "a value that was skipped can be printed");
  tokens.begin(printed);
  tokens.next();
  LAB_CHECK(tokens.skip_children(), "what was printed is JSON");
  return 0;
}
