#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lab::lake::delta {

/// `2024-01-31`; days since 1970.
std::string date_text(std::int64_t days);
std::optional<std::int64_t> parse_date(std::string_view text);

/// `2024-01-31T12:00:00.123456` in UTC with `digits` digits of a second (cut off, not rounded), and `separator` for the T.
std::string timestamp_text(std::int64_t micros, int digits, char separator = 'T');
/// The same forms, with a blank or a T, any number of digits, and `Z` or `+01:00` behind; also a date alone.
std::optional<std::int64_t> parse_timestamp(std::string_view text);

}  // namespace lab::lake::delta
