#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compute/moments.h"
#include "compute/zone.h"

/// Dates and instants of text as casts read them, and as they print.
namespace lab::compute {

/// `2024`, `2024-1`, `2024-01-05`, with anything behind a blank or `T`; blanks around it do not count.
std::optional<Date> parse_date(std::string_view text);
/// The date forms with an optional time of day and zone; `zone` is that of a text without one. `today` serves texts of a time alone.
std::optional<Instant> parse_timestamp(std::string_view text, const Zone& zone);
std::optional<WallClock> parse_wall_clock(std::string_view text);

std::string date_text(Date date);
/// `2024-01-05 10:00:00.5` on the zone's clock.
std::string timestamp_text(Instant instant, const Zone& zone);

}  // namespace lab::compute
