// SQL text arrives from any client. It must end in a tree or in Error, whatever it is, within bounded stack and time; trees
// must be printable (a walk over every node).
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "plan/print.h"
#include "sql/parse_error.h"
#include "sql/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    if (lab::plan::print_statement(lab::sql::parse_statement(text)).empty()) std::abort();
  } catch (const lab::Error& error) {
    // An internal error is a bug of the parser, not of the text.
    if (error.kind() == lab::Kind::Internal) std::abort();
    if (lab::sql::parse_exception_text(error, true).empty()) std::abort();
  }
  try {
    (void)lab::plan::print_expression(*lab::sql::parse_expression(text));
  } catch (const lab::Error&) {
  }
  try {
    (void)lab::sql::parse_identifier_parts(text);
  } catch (const lab::Error&) {
  }
  return 0;
}
