#include "base/log.h"

#include <memory>
#include <mutex>

#include <spdlog/logger.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace lab::log {
namespace {

constexpr std::size_t kMaxFileBytes = 10 << 20;
constexpr std::size_t kMaxFiles = 3;
constexpr const char* kPattern = "%Y-%m-%dT%H:%M:%S.%e%z %l %v";

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::Debug:
      return spdlog::level::debug;
    case Level::Info:
      return spdlog::level::info;
    case Level::Warning:
      return spdlog::level::warn;
    case Level::Error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::shared_ptr<spdlog::logger> make_logger(const std::filesystem::path& file, Level lowest) {
  std::vector<spdlog::sink_ptr> sinks{std::make_shared<spdlog::sinks::stderr_sink_mt>()};
  if (!file.empty())
    sinks.push_back(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file.string(), kMaxFileBytes, kMaxFiles));
  auto logger = std::make_shared<spdlog::logger>("dflab", sinks.begin(), sinks.end());
  logger->set_pattern(kPattern);
  logger->set_level(to_spdlog(lowest));
  logger->flush_on(spdlog::level::warn);
  return logger;
}

struct Current {
  std::mutex mutex;
  std::shared_ptr<spdlog::logger> logger = make_logger({}, Level::Warning);
};

// Never destroyed: threads may log while the process ends.
Current& current() {
  static Current& instance = *new Current;
  return instance;
}

std::shared_ptr<spdlog::logger> current_logger() {
  auto& state = current();
  const std::lock_guard lock(state.mutex);
  return state.logger;
}

}  // namespace

void start(const std::filesystem::path& file, Level lowest) {
  auto logger = make_logger(file, lowest);
  auto& state = current();
  const std::lock_guard lock(state.mutex);
  state.logger = std::move(logger);
}

void set_level(Level lowest) { current_logger()->set_level(to_spdlog(lowest)); }

bool is_wanted(Level level) { return current_logger()->should_log(to_spdlog(level)); }

void write(Level level, std::string_view area, std::string_view text) {
  std::string line;
  line.reserve(area.size() + text.size() + 2);
  line.append(area).append(": ");
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      line += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
      line += c;
  }
  current_logger()->log(to_spdlog(level), line);
}

void flush() { current_logger()->flush(); }

}  // namespace lab::log
