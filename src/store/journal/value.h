#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace lab::store {

/// Bytes that are no text: kept as a BLOB and compared byte by byte.
struct Bytes {
  std::string data;
  friend auto operator<=>(const Bytes&, const Bytes&) = default;
};

/// What a column holds: NULL, integer, real, UTF-8 text, bytes.
using Value = std::variant<std::monostate, std::int64_t, double, std::string, Bytes>;
/// Values in the order of the table's columns.
using Row = std::vector<Value>;
/// Values of the first columns of a table: all of its key columns, or fewer for a prefix.
using Key = std::vector<Value>;

inline bool is_null(const Value& value) { return std::holds_alternative<std::monostate>(value); }
std::int64_t as_integer(const Value& value);  ///< Fails a LAB_CHECK when it holds something else.
double as_real(const Value& value);           ///< Integers are widened.
const std::string& as_text(const Value& value);
const std::string& as_bytes(const Value& value);
inline bool as_boolean(const Value& value) { return as_integer(value) != 0; }
inline Value from_boolean(bool value) { return static_cast<std::int64_t>(value); }

/// A key as one string that sorts as its values do (integers, then text, then bytes; NULL first), and back.
std::string encode_key(const Key& key);
Key decode_key(std::string_view bytes);

}  // namespace lab::store
