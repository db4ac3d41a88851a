#pragma once

#include <cstddef>
#include <cstdint>

namespace lab::net {

/// Tells which bytes of a file lie in memory, so that sending them waits for no disk.
///
/// Maps the range without touching it: no byte is read, and a file that becomes shorter meanwhile does no harm. Not thread-safe.
class CachedPages {
 public:
  /// `descriptor` may be closed behind this.
  CachedPages(int descriptor, std::uint64_t offset, std::uint64_t length);
  ~CachedPages();
  CachedPages(const CachedPages&) = delete;
  CachedPages& operator=(const CachedPages&) = delete;

  /// Whether all of `length` bytes at `offset` of the file, inside the range, lie in memory now; false when nobody can tell.
  bool has(std::uint64_t offset, std::size_t length) const;

 private:
  void* begin_ = nullptr;      ///< none: the file cannot be mapped
  std::uint64_t first_ = 0;    ///< where in the file the mapping begins: at a page
  std::size_t mapped_ = 0;
};

}  // namespace lab::net
