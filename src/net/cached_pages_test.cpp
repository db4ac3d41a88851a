#include "net/cached_pages.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include <unistd.h>

namespace lab::net {
namespace {

/// A file without a name, of bytes that were just written.
class WrittenFile {
 public:
  explicit WrittenFile(std::size_t size) {
    std::string path = testing::TempDir() + "cached_pages_XXXXXX";
    descriptor_ = ::mkstemp(path.data());
    ::unlink(path.c_str());
    const std::string bytes(size, 'x');
    if (descriptor_ < 0 || ::write(descriptor_, bytes.data(), size) != static_cast<ssize_t>(size)) std::abort();
  }
  ~WrittenFile() { ::close(descriptor_); }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

TEST(CachedPages, has_what_was_just_written) {
  const WrittenFile file(300'000);
  const CachedPages pages(file.descriptor(), 5'000, 290'000);
  EXPECT_TRUE(pages.has(5'000, 1));
  EXPECT_TRUE(pages.has(5'000, 290'000));
  EXPECT_TRUE(pages.has(123'457, 100'000));
}

TEST(CachedPages, has_nothing_outside_its_range_or_the_file) {
  const WrittenFile file(100'000);
  const CachedPages pages(file.descriptor(), 8'192, 1'000'000);
  EXPECT_FALSE(pages.has(0, 10));
  EXPECT_FALSE(pages.has(8'192, 0));
  EXPECT_FALSE(pages.has(8'192, 500'000)) << "behind the end of the file";
  EXPECT_FALSE(pages.has(1'000'000, 100'000));
}

TEST(CachedPages, has_nothing_of_what_is_no_file) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const CachedPages pages(ends[0], 0, 4'096);
  EXPECT_FALSE(pages.has(0, 4'096));
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace lab::net
