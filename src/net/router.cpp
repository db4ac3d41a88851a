#include "net/router.h"

namespace lab::net::detail {
namespace {

std::string_view take_segment(std::string_view& path) {
  const auto slash = path.find('/');
  const std::string_view segment = path.substr(0, slash);
  path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  return segment;
}

}  // namespace

bool match_path(std::string_view pattern, std::string_view raw_path, Headers& parameters) {
  if (!pattern.starts_with('/') || !raw_path.starts_with('/')) return false;
  pattern.remove_prefix(1);
  raw_path.remove_prefix(1);
  for (;;) {
    const bool pattern_goes_on = pattern.find('/') != std::string_view::npos;
    const bool path_goes_on = raw_path.find('/') != std::string_view::npos;
    const std::string_view expected = take_segment(pattern);
    if (expected.ends_with("*}")) {
      auto rest = decode_percent(raw_path);
      if (!rest) return false;
      parameters.emplace_back(std::string(expected.substr(1, expected.size() - 3)), std::move(*rest));
      return true;
    }
    auto segment = decode_percent(take_segment(raw_path));
    if (!segment) return false;
    if (expected.starts_with('{')) {
      if (segment->empty()) return false;
      parameters.emplace_back(std::string(expected.substr(1, expected.size() - 2)), std::move(*segment));
    } else if (expected != *segment) {
      return false;
    }
    if (pattern_goes_on != path_goes_on) return false;
    if (!pattern_goes_on) return true;
  }
}

}  // namespace lab::net::detail
