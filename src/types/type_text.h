#pragma once

#include <string>
#include <string_view>

#include "types/data_type.h"

namespace lab::types {

/// `bigint`, `decimal(10,2)`, `array<struct<a:int>>`: Spark's simpleString. `max_fields` cuts wide structs as Spark's
/// truncatedString does ("... 3 more fields"); 0 prints all.
std::string simple_string(const DataType& type, std::size_t max_fields = 25);
/// Like simple_string, never truncated (Spark's catalogString: what SHOW, DESCRIBE and DDL print).
std::string catalog_string(const DataType& type);
/// `BIGINT`, `STRUCT<a: INT NOT NULL>`: Spark's `DataType.sql`, as errors print it.
std::string sql_string(const DataType& type);
/// `"BIGINT"`: the same in double quotes, as parameters of error conditions have it.
std::string quoted_sql(const DataType& type);

/// The JSON form of Delta's schemaString and Spark's `schema.json()`: compact, keys in Spark's order.
std::string to_json(const DataType& type);
std::string schema_to_json(const Schema& schema);
/// Reads that form; `CHAR`/`VARCHAR` ride in `__CHAR_VARCHAR_TYPE_STRING` metadata. Throws INVALID_JSON_SCHEMA-like errors.
DataType parse_type_json(std::string_view text);
Schema parse_schema_json(std::string_view text);

/// Reads `a INT NOT NULL COMMENT 'x', b STRUCT<c: STRING>` or a bare type (`array<int>`): Spark's DDL, any case, back
/// quotes, `name: type` inside structs. Throws PARSE_SYNTAX_ERROR.
DataType parse_type(std::string_view text);
Schema parse_schema(std::string_view text);
/// The inverse: `a INT NOT NULL,b STRING` (Spark's toDDL).
std::string schema_to_ddl(const Schema& schema);

/// Spark's `printSchema` tree, down to `max_level` when positive.
std::string tree_string(const Schema& schema, int max_level = -1);

/// `name` in back quotes with inner ones doubled; parts joined by dots.
std::string quote_identifier(std::string_view name);
/// Quotes only when Spark's quoteIfNeeded would (anything but letters, digits, underscore, or all digits).
std::string quote_if_needed(std::string_view name);
std::string quote_parts(const std::vector<std::string>& parts);

}  // namespace lab::types
