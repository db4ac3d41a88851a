#include "wire/hub/origin.h"

#include <algorithm>

namespace lab::wire::hub {
namespace {

constexpr const char* kHome = "/hub/home";

}  // namespace

std::string safe_next(std::string_view wanted) {
  const bool is_ours = wanted.starts_with("/hub/") || wanted.starts_with("/user/");
  // Browsers read `\` as `/`, and drop tabs and line ends.
  const bool is_plain = std::ranges::all_of(wanted, [](unsigned char c) { return c > 0x20 && c != '\\' && c != 0x7f; });
  return is_ours && is_plain && wanted.find("//") == std::string_view::npos ? std::string(wanted) : kHome;
}

}  // namespace lab::wire::hub
