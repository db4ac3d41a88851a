#include "net/cached_pages.h"

#include <algorithm>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

namespace lab::net {
namespace {

std::uint64_t page_bytes() {
  static const auto bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return bytes;
}

}  // namespace

CachedPages::CachedPages(int descriptor, std::uint64_t offset, std::uint64_t length) {
  if (length == 0) return;
  first_ = offset - offset % page_bytes();
  mapped_ = static_cast<std::size_t>(offset + length - first_);
  void* const begin = ::mmap(nullptr, mapped_, PROT_READ, MAP_SHARED, descriptor, static_cast<off_t>(first_));
  if (begin != MAP_FAILED) begin_ = begin;
}

CachedPages::~CachedPages() {
  if (begin_ != nullptr) ::munmap(begin_, mapped_);
}

bool CachedPages::has(std::uint64_t offset, std::size_t length) const {
  if (begin_ == nullptr || length == 0 || offset < first_ || offset + length > first_ + mapped_) return false;
  const std::uint64_t from = (offset - first_) / page_bytes() * page_bytes();
  const auto span = static_cast<std::size_t>(offset - first_ + length - from);
  std::vector<unsigned char> pages((span + page_bytes() - 1) / page_bytes());
  if (::mincore(static_cast<char*>(begin_) + from, span, pages.data()) != 0) return false;
  return std::ranges::all_of(pages, [](unsigned char page) { return (page & 1) != 0; });
}

}  // namespace lab::net
