#pragma once

#include "scan/text_schema.h"

namespace lab::scan {

/// infer_schema for JSON files: one object (or array of objects) a line, or a file with multiLine; types merged as Spark merges them.
/// Throws MALFORMED_RECORD_IN_PARSING-like conditions under FAILFAST.
types::Schema infer_json_schema(const TextScan& scan, const TextReading& reading);

}  // namespace lab::scan
