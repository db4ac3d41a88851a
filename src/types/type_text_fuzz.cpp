// Types and schemas arrive as text from any client: DDL and Spark's JSON. They must end in a value or in Error,
// and a type must print as text that reads back as the same type.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "types/type_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const lab::types::DataType type = lab::types::parse_type(text);
    if (!(lab::types::parse_type(lab::types::sql_string(type)) == type)) std::abort();
  } catch (const lab::Error&) {
  }
  try {
    (void)lab::types::parse_schema(text);
  } catch (const lab::Error&) {
  }
  try {
    (void)lab::types::parse_schema_json(text);
  } catch (const lab::Error&) {
  }
  return 0;
}
