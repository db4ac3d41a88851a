#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

namespace lab::log {

enum class Level { Debug, Info, Warning, Error };

/// Sends the log to standard error and, if `file` is not empty, to that file too (rolled at 10 MB, three kept).
/// Before the first call everything from Warning on goes to standard error. Thread-safe.
void start(const std::filesystem::path& file, Level lowest);
void set_level(Level lowest);
bool is_wanted(Level level);
/// One line: time, level, `area` (the module's name), text. Control characters in it are escaped.
void write(Level level, std::string_view area, std::string_view text);
/// Everything written so far has left the process.
void flush();

template <typename... Args>
void debug(std::string_view area, fmt::format_string<Args...> format, Args&&... args) {
  if (is_wanted(Level::Debug)) write(Level::Debug, area, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void info(std::string_view area, fmt::format_string<Args...> format, Args&&... args) {
  if (is_wanted(Level::Info)) write(Level::Info, area, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void warning(std::string_view area, fmt::format_string<Args...> format, Args&&... args) {
  if (is_wanted(Level::Warning)) write(Level::Warning, area, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void error(std::string_view area, fmt::format_string<Args...> format, Args&&... args) {
  write(Level::Error, area, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace lab::log
