#include "base/utc_text.h"

#include <chrono>
#include <ctime>

namespace lab {

std::string utc_text(std::int64_t micros, const char* format) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(std::chrono::microseconds(micros)).count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, format, &parts)};
}

}  // namespace lab
