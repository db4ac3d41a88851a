#include "types/value.h"

#include <algorithm>
#include <cmath>

namespace lab::types {
namespace {

bool equal_items(const std::shared_ptr<const Values>& left, const std::shared_ptr<const Values>& right) {
  if (left == right) return true;
  const std::size_t left_size = left ? left->size() : 0;
  const std::size_t right_size = right ? right->size() : 0;
  if (left_size != right_size) return false;
  return left_size == 0 || std::equal(left->begin(), left->end(), right->begin());
}

}  // namespace

bool operator==(const Value& left, const Value& right) {
  if (left.data.index() != right.data.index()) return false;
  return std::visit(
      [&](const auto& l) {
        using T = std::decay_t<decltype(l)>;
        const auto& r = std::get<T>(right.data);
        if constexpr (std::is_same_v<T, double>) {
          // Two constants are the same constant when both are NaN.
          return l == r || (std::isnan(l) && std::isnan(r));
        } else if constexpr (std::is_same_v<T, Elements>) {
          return equal_items(l.items, r.items);
        } else if constexpr (std::is_same_v<T, MapEntries>) {
          return equal_items(l.keys, r.keys) && equal_items(l.values, r.values);
        } else {
          return l == r;
        }
      },
      left.data);
}

std::string decimal_text(Int128 unscaled, int scale) {
  const bool negative = unscaled < 0;
  // Negated as unsigned, so that the smallest value has a magnitude too.
  auto magnitude = static_cast<unsigned __int128>(unscaled);
  if (negative) magnitude = 0 - magnitude;
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(magnitude % 10)));
    magnitude /= 10;
  } while (magnitude != 0);
  if (scale > 0 && digits.size() <= static_cast<std::size_t>(scale))
    digits.append(static_cast<std::size_t>(scale) + 1 - digits.size(), '0');
  if (negative) digits.push_back('-');
  std::reverse(digits.begin(), digits.end());
  if (scale > 0) digits.insert(digits.size() - static_cast<std::size_t>(scale), 1, '.');
  if (scale < 0 && unscaled != 0) digits.append(static_cast<std::size_t>(-scale), '0');
  return digits;
}

}  // namespace lab::types
