#pragma once

#include <string>
#include <string_view>

#include "protocol/s3/select/records.h"

namespace lab::s3::select {

/// The bytes that were read and not yet taken.
class ByteWindow {
 public:
  ByteWindow(ReadBytes read, std::uint64_t at) : read_(std::move(read)), at_(at) {}

  std::string_view bytes() const { return std::string_view(bytes_).substr(begin_); }
  /// Where in the object bytes() begin.
  std::uint64_t position() const { return at_; }
  void take(std::size_t count) {
    begin_ += count;
    at_ += count;
  }
  /// Reads more behind them; false at the end.
  bool read_more() {
    constexpr std::size_t kPiece = 256 << 10;
    bytes_.erase(0, begin_);
    begin_ = 0;
    const std::size_t size = bytes_.size();
    bytes_.resize(size + kPiece);
    const std::size_t count = read_(std::span(bytes_).subspan(size));
    bytes_.resize(size + count);
    return count > 0;
  }

 private:
  ReadBytes read_;
  std::string bytes_;
  std::size_t begin_ = 0;
  std::uint64_t at_;
};

}  // namespace lab::s3::select
