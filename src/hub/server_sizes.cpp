#include "hub/server_sizes.h"

#include <algorithm>
#include <charconv>

namespace lab::hub {
namespace {

constexpr unsigned kMostCores = 1024;
constexpr std::uint64_t kMostUnits = 1U << 20U, kLeastMemory = 256ULL << 20U;  // JupyterLab alone takes some 100 MiB

/// A whole number in front; `text` keeps what follows.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

bool is_name(std::string_view text) {
  const auto is_allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !text.empty() && text.size() <= 32 && std::ranges::all_of(text, is_allowed);
}

std::optional<ServerSize> parse_size(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || !is_name(text.substr(0, equals))) return std::nullopt;
  ServerSize size{.name = std::string(text.substr(0, equals))};
  text.remove_prefix(equals + 1);
  const auto cores = take_number(text);
  if (!cores || *cores == 0 || *cores > kMostCores || !text.starts_with('/')) return std::nullopt;
  size.cores = static_cast<unsigned>(*cores);
  text.remove_prefix(1);
  const auto memory = take_number(text);
  if (!memory || *memory > kMostUnits || (text != "MiB" && text != "GiB")) return std::nullopt;
  size.memory_bytes = *memory << (text == "GiB" ? 30U : 20U);
  return size.memory_bytes < kLeastMemory ? std::nullopt : std::optional(std::move(size));
}

}  // namespace

std::optional<std::vector<ServerSize>> parse_server_sizes(std::string_view text) {
  std::vector<ServerSize> sizes;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    auto size = parse_size(text.substr(0, comma));
    if (!size || size->name == kStandardSize || std::ranges::find(sizes, size->name, &ServerSize::name) != sizes.end()) return std::nullopt;
    sizes.push_back(*std::move(size));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return sizes;
}

}  // namespace lab::hub
