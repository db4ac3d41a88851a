#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <nlohmann/json.hpp>

/// S3 Select: SQL over one object, as SelectObjectContent's reference has it.
namespace lab::s3::select {

struct Missing {};  ///< a path that leads nowhere
struct Null {};

/// A timestamp, with the zone that it was written in.
struct Moment {
  std::int64_t micros = 0;  ///< since 1970, UTC
  int offset_minutes = 0;
};

/// Keeps the order of fields.
using Json = nlohmann::ordered_json;

/// What an expression gives. A Json here is an array or an object.
using Value = std::variant<Missing, Null, bool, std::int64_t, double, std::string, Moment, Json>;

bool is_absent(const Value& value);  ///< NULL or MISSING
Value value_of(const Json& json);
Json json_of(const Value& value);  ///< MISSING as null
/// As CSV shows it; nothing for what is absent.
std::string text_of(const Value& value);

/// Numbers by value, texts by bytes; a text beside a number, a truth or a timestamp is read as one. Absent when one of the two is,
/// or they cannot be compared.
std::optional<std::partial_ordering> compare(const Value& left, const Value& right);

/// A number, or a text that is one whole; absent otherwise.
std::optional<Value> find_number(const Value& value);
std::optional<Moment> parse_moment(std::string_view text);
std::string print_moment(const Moment& moment);

}  // namespace lab::s3::select
