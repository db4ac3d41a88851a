#include "lake/delta/log_names.h"

#include <charconv>

#include "base/ids.h"

namespace lab::lake::delta {
namespace {

constexpr std::size_t kVersionDigits = 20;

std::optional<std::int64_t> number(std::string_view text, std::size_t digits) {
  if (text.size() != digits) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0 || text[0] == '+') return std::nullopt;
  return value;
}

}  // namespace

std::optional<LogName> parse_log_name(std::string_view path) {
  if (!path.starts_with(kLogFolder) || path.size() < kLogFolder.size() + 1 + kVersionDigits) return std::nullopt;
  std::string_view name = path.substr(kLogFolder.size() + 1);
  LogName result;
  const auto version = number(name.substr(0, kVersionDigits), kVersionDigits);
  if (!version) return std::nullopt;
  result.version = *version;
  name.remove_prefix(kVersionDigits);
  if (name == ".json") return result;
  if (name == ".checkpoint.parquet") {
    result.kind = LogName::Kind::ClassicCheckpoint;
    return result;
  }
  if (name.ends_with(".compacted.json") && name.size() == 1 + kVersionDigits + 15) {
    const auto end = number(name.substr(1, kVersionDigits), kVersionDigits);
    if (!end || *end < *version) return std::nullopt;
    result.kind = LogName::Kind::Compacted;
    result.end_version = *end;
    return result;
  }
  constexpr std::string_view kCheckpoint = ".checkpoint.";
  if (!name.starts_with(kCheckpoint)) return std::nullopt;
  name.remove_prefix(kCheckpoint.size());
  if (name.size() == 29 && name.ends_with(".parquet") && name[10] == '.') {
    const auto part = number(name.substr(0, 10), 10), parts = number(name.substr(11, 10), 10);
    if (!part || !parts || *part < 1 || *part > *parts || *parts > INT32_MAX) return std::nullopt;
    result.kind = LogName::Kind::CheckpointPart;
    result.part = static_cast<int>(*part);
    result.num_parts = static_cast<int>(*parts);
    return result;
  }
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view ending = name.substr(dot);
  if ((ending != ".json" && ending != ".parquet") || !is_uuid(name.substr(0, dot))) return std::nullopt;
  result.kind = LogName::Kind::V2Checkpoint;
  return result;
}

std::string log_prefix(std::int64_t version) {
  std::string digits = std::to_string(version);
  digits.insert(0, kVersionDigits - digits.size(), '0');
  return std::string(kLogFolder) + "/" + digits;
}

std::string commit_path(std::int64_t version) { return log_prefix(version) + ".json"; }
std::string checkpoint_path(std::int64_t version) { return log_prefix(version) + ".checkpoint.parquet"; }
std::string v2_checkpoint_path(std::int64_t version, std::string_view uuid) {
  return log_prefix(version) + ".checkpoint." + std::string(uuid) + ".parquet";
}

std::string sidecar_path(std::string_view name) {
  if (name.find('/') != std::string_view::npos) return std::string(name);
  return std::string(kLogFolder) + "/_sidecars/" + std::string(name);
}

}  // namespace lab::lake::delta
