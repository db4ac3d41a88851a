#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lab::app {

enum class SettingKind : std::uint8_t { Text, Secret, Profile, Port, Threads, Bytes, Seconds };

/// A setting of the lab. Environment: `DFLAB_` and the key in upper case with `_` for `.` (`DFLAB_OBJECTS_PORT`).
struct SettingRow {
  std::string_view key, default_value, doc;
  SettingKind kind = SettingKind::Text;  ///< what a value must be
};
std::span<const SettingRow> all_settings();

/// Values with where each came from. Later layers win: default, file, environment, flag.
class Settings {
 public:
  struct Value {
    std::string text;
    std::string origin;  ///< `default`, `file PATH`, `environment DFLAB_…`, `flag`
  };

  Settings();
  /// Reads a TOML file; tables are key prefixes. Throws CONFIG_INVALID with the line, UNKNOWN_SETTING.
  void read_file(const std::filesystem::path& path);
  /// Takes every `DFLAB_…` variable that names a setting; others throw UNKNOWN_SETTING (but for DFLAB_CACHE and DFLAB_PRESET, which
  /// belong to the build).
  void read_environment(char** environment);
  /// `key=value`. Throws UNKNOWN_SETTING with the nearest key, INVALID_SETTING for a value that the key cannot have.
  void set_flag(const std::string& assignment);
  void set(const std::string& key, std::string text, std::string origin);

  const std::string& text(const std::string& key) const;
  std::uint16_t port(const std::string& key) const;
  /// Several labs on one machine name their ports of S3: then a port that nobody named is any free one (0).
  std::uint16_t port_out_of_the_way(const std::string& key) const;
  std::int64_t number(const std::string& key) const;
  std::int64_t bytes(const std::string& key) const;           ///< `512MB`, `2GiB`, `0`
  std::int64_t seconds(const std::string& key) const;         ///< `90s`, `10m`, `7d`
  const std::map<std::string, Value>& values() const { return values_; }

 private:
  void check(const SettingRow& row) const;

  std::map<std::string, Value> values_;
};

}  // namespace lab::app
