#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "compute/zone.h"

namespace lab::scan {

/// The options dateFormat, timestampFormat, timestampNTZFormat and timeZone of CSV and JSON.
struct ClockFormats {
  std::optional<std::string> date, timestamp, timestamp_ntz;
  std::optional<std::string> time_zone;
  bool falls_back = false;  ///< enableDateTimeParsingFallback: what no given pattern reads is read as a cast would

  static ClockFormats parse(const std::map<std::string, std::string>& options);
};

/// Dates and instants of texts as Spark's CSV and JSON readers take them: by the given patterns, else as a cast would. Nothing for what
/// does not fit. Thread-safe.
class ClockTexts {
 public:
  /// `time_zone` is the session's, which the option timeZone overrides. `formats` must outlive this.
  ClockTexts(const ClockFormats& formats, const std::string& time_zone);

  std::optional<std::int32_t> date(std::string_view text) const;
  std::optional<std::int64_t> timestamp(std::string_view text) const;
  std::optional<std::int64_t> timestamp_ntz(std::string_view text) const;
  /// For inference, which is stricter: a date is `yyyy-MM-dd` or of the given pattern.
  bool is_plain_date(std::string_view text) const;
  bool has_default_date() const { return !formats_.date; }

 private:
  const ClockFormats& formats_;
  const compute::Zone& zone_;
};

}  // namespace lab::scan
