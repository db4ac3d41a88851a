#include "compute/sketch.h"

#include <algorithm>
#include <cmath>

#include "compute/hash.h"

namespace lab::compute {

void Histogram::add(double value) {
  const auto at = std::ranges::lower_bound(bins_, value, {}, &Bin::x);
  if (at != bins_.end() && at->x == value) {
    at->y += 1;
    return;
  }
  bins_.insert(at, {value, 1});
  if (static_cast<int>(bins_.size()) > most_) trim();
}

void Histogram::trim() {
  while (static_cast<int>(bins_.size()) > most_ && bins_.size() > 1) {
    double least = bins_[1].x - bins_[0].x;
    std::size_t place = 0;
    int equals = 1;
    for (std::size_t i = 1; i + 1 < bins_.size(); ++i) {
      const double distance = bins_[i + 1].x - bins_[i].x;
      if (distance < least) {
        least = distance;
        place = i;
        equals = 1;
      } else if (distance == least && ties_.next_double() <= 1.0 / ++equals) {
        place = i;
      }
    }
    Bin &left = bins_[place], &right = bins_[place + 1];
    const double height = left.y + right.y;
    left.x *= left.y / height;
    left.x += right.x / height * right.y;
    left.y = height;
    bins_.erase(bins_.begin() + static_cast<std::ptrdiff_t>(place) + 1);
  }
}

CountMinSketch::CountMinSketch(double eps, double confidence, std::int32_t seed)
    : depth_(static_cast<std::int32_t>(std::ceil(-std::log1p(-confidence) / std::log(2.0)))),
      width_(static_cast<std::int32_t>(std::ceil(2 / eps))),
      table_(static_cast<std::size_t>(depth_) * static_cast<std::size_t>(width_)) {
  JavaRandom random(seed);
  for (std::int32_t i = 0; i < depth_; ++i) factors_.push_back(random.next_int(INT32_MAX));
}

void CountMinSketch::add(std::int64_t value) {
  for (std::size_t i = 0; i < factors_.size(); ++i) {
    // A number modulo 2^31 - 1 without a division.
    auto hash = static_cast<std::int64_t>(static_cast<std::uint64_t>(factors_[i]) * static_cast<std::uint64_t>(value));
    hash = static_cast<std::int64_t>(static_cast<std::uint64_t>(hash) + static_cast<std::uint64_t>(hash >> 32)) & INT32_MAX;
    count(i, static_cast<std::int32_t>(hash) % width_);
  }
  ++total_;
}

void CountMinSketch::add(std::string_view value) {
  const std::int32_t first = murmur3_bytes(value, 0), second = murmur3_bytes(value, first);
  for (std::size_t i = 0; i < factors_.size(); ++i) {
    const auto hash = static_cast<std::int32_t>(static_cast<std::uint32_t>(first) + static_cast<std::uint32_t>(i) * static_cast<std::uint32_t>(second));
    count(i, std::abs(hash % width_));
  }
  ++total_;
}

std::string CountMinSketch::bytes() const {
  std::string out;
  const auto put = [&](std::int64_t number, int width) {
    for (int i = width; i-- > 0;) out += static_cast<char>(number >> (8 * i));
  };
  put(1, 4);
  put(total_, 8);
  put(depth_, 4);
  put(width_, 4);
  for (const auto factor : factors_) put(factor, 8);
  for (const auto counter : table_) put(counter, 8);
  return out;
}

}  // namespace lab::compute
