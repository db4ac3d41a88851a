#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lab::wire::apps {

/// Follows one direction of a WebSocket (RFC 6455, 5.2) without changing it, to tell data from pings and pongs, which browsers and servers exchange while nobody
/// does anything. Bytes may come cut anywhere.
class FrameScanner {
 public:
  /// Whether some of these bytes belong to a frame of data.
  bool take(std::string_view bytes);

 private:
  std::array<unsigned char, 14> head_{};  ///< of the frame that begins
  std::size_t num_head_ = 0;
  std::uint64_t left_ = 0;  ///< bytes of the frame's payload to come
  bool is_data_ = false;
};

}  // namespace lab::wire::apps
