#include "wire/apps/frames.h"

#include <algorithm>

namespace lab::wire::apps {

bool FrameScanner::take(std::string_view bytes) {
  constexpr unsigned kFirstControl = 8, kOpcode = 0x0f, kMasked = 0x80, kLength = 0x7f, kLength16 = 126, kLength64 = 127;
  constexpr std::size_t kMask = 4;
  bool has_data = false;
  while (!bytes.empty()) {
    if (left_ > 0) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
      has_data |= is_data_;
      left_ -= count;
      bytes.remove_prefix(count);
      continue;
    }
    head_[num_head_++] = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    if (num_head_ < 2) continue;
    const unsigned length = head_[1] & kLength;
    const std::size_t num_length = length == kLength64 ? 8 : length == kLength16 ? 2 : 0;
    if (num_head_ < 2 + num_length + ((head_[1] & kMasked) != 0 ? kMask : 0)) continue;
    is_data_ = (head_[0] & kOpcode) < kFirstControl;
    has_data |= is_data_;
    left_ = num_length == 0 ? length : 0;
    for (std::size_t i = 0; i < num_length; ++i) left_ = (left_ << 8U) | head_[2 + i];
    num_head_ = 0;
  }
  return has_data;
}

}  // namespace lab::wire::apps
