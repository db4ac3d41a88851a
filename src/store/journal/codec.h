#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/commit.h"

namespace lab::store {

/// Writes numbers and strings one behind the other, for the BLOB columns of the store's own tables.
class Encoder {
 public:
  void put_number(std::uint64_t value);  ///< seven bits a byte, lowest first
  void put_string(std::string_view value);
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads what Encoder wrote; throws DATA_CORRUPTION when the bytes end early.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t take_number();
  std::string take_string();
  bool at_end() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
};

/// The `events` column of `commits`.
std::string encode_events(const std::vector<FeedEvent>& events);
std::vector<FeedEvent> decode_events(std::string_view bytes);

}  // namespace lab::store
