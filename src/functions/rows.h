#pragma once

#include <algorithm>
#include <cctype>

#include "functions/function_row.h"

/// The families of rows. Each is sorted by name, so that a reader finds a row where it must be.
namespace lab::functions {

using Rows = std::span<const FunctionRow>;

/// Sorted, unique (a name may stand twice, for Spark 3 and for Spark 4) and lower-case.
consteval bool are_rows_in_order(Rows rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const char c : rows[i].name) {
      if (c >= 'A' && c <= 'Z') return false;
    }
    if (i > 0 && !(rows[i - 1].name < rows[i].name) &&
        !(rows[i - 1].name == rows[i].name && rows[i - 1].since_version == Since::Spark3Only &&
          rows[i].since_version == Since::Spark4Only)) {
      return false;
    }
  }
  return true;
}

extern const Rows kOperatorRows, kConditionalRows, kMathRows, kTextRows, kPatternRows, kDateTimeRows, kAggregateRows,
    kWindowRows, kArrayRows, kMapRows, kLambdaRows, kStructRows, kGeneratorRows, kHashRows, kJsonRows, kConversionRows,
    kMiscRows, kTimeWindowRows, kCryptoRows, kVariantRows, kSketchRows, kXmlRows, kVectorRows, kNotYetRows;

}  // namespace lab::functions
