#pragma once

#include <string>

#include "base/error.h"

namespace lab::sql {

/// The text of Spark's ParseException for an error of the parser: message, `(line 1, pos 0)` and the marked SQL text.
/// Spark 3.5 prints every one that way; Spark 4 shows a summary of the fragment when the error knows its range.
/// Errors without a parse context give Error::what().
std::string parse_exception_text(const Error& error, bool is_spark_4);

}  // namespace lab::sql
