#pragma once

#include <array>
#include <cctype>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// English names of months and days, from January and from Monday, and how such names are read.
namespace lab::compute {

inline constexpr std::array<std::string_view, 12> kMonthNames{"January",   "February", "March",    "April",
                                                              "May",       "June",     "July",     "August",
                                                              "September", "October",  "November", "December"};
inline constexpr std::array<std::string_view, 7> kDayNames{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                           "Friday", "Saturday", "Sunday"};

/// `text` begins with `name`, in any case of ASCII letters.
inline bool begins_with_name(std::string_view text, std::string_view name) {
  if (text.size() < name.size()) return false;
  for (std::size_t i = 0; i < name.size(); ++i)
    if (std::tolower(static_cast<unsigned char>(text[i])) != std::tolower(static_cast<unsigned char>(name[i]))) return false;
  return true;
}

/// The longest name of a zone that the text goes on with; `at` moves behind it.
std::optional<std::string> parse_zone_name(std::string_view text, std::size_t& at);

}  // namespace lab::compute
