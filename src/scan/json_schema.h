#pragma once

#include <map>
#include <string>
#include <string_view>

#include "scan/text_schema.h"

namespace lab::scan {

/// infer_schema for JSON files: one object (or array of objects) a line, or a file with multiLine; types merged as Spark merges them.
/// Throws MALFORMED_RECORD_IN_PARSING-like conditions under FAILFAST.
types::Schema infer_json_schema(const TextScan& scan, const TextReading& reading);

/// schema_of_json: the type of one value as DDL (`STRUCT<a: BIGINT>`). Keys of `options` are lower case. Throws
/// MALFORMED_RECORD_IN_PARSING for what is no JSON.
std::string schema_of_json(std::string_view json, const std::map<std::string, std::string>& options, const std::string& time_zone);

}  // namespace lab::scan
