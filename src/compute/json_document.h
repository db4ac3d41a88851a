#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>

namespace lab::compute {

/// A parser with its buffers; what parse() gives lives until the next call.
class JsonDocument {
 public:
  std::optional<simdjson::dom::element> parse(std::string_view json);

 private:
  simdjson::dom::parser parser_;
  simdjson::padded_string padded_;
};

/// Compact JSON of a value.
void append_json(std::string& out, const simdjson::dom::element& value);
/// The same, but text without its quotes.
std::string json_text(const simdjson::dom::element& value);

}  // namespace lab::compute
