#include "protocol/s3/select/gzip.h"

#include <zlib.h>

#include "protocol/s3/errors.h"

namespace lab::s3::select {
namespace {

class Inflater {
 public:
  explicit Inflater(ReadBytes compressed) : compressed_(std::move(compressed)), input_(kPiece, '\0') {
    // With GZIP's own header, which is what 16 more asks for.
    LAB_CHECK(inflateInit2(&stream_, MAX_WBITS + 16) == Z_OK, "zlib has no memory");
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  std::size_t read(std::span<char> into) {
    stream_.next_out = reinterpret_cast<Bytef*>(into.data());
    stream_.avail_out = static_cast<uInt>(into.size());
    while (stream_.avail_out == into.size()) {
      if (stream_.avail_in == 0 && !fill()) {
        if (!is_between_members_) throw Error(conditions::kSelectInvalidCompression);
        break;
      }
      is_between_members_ = false;
      const int outcome = ::inflate(&stream_, Z_NO_FLUSH);
      if (outcome == Z_STREAM_END) {
        is_between_members_ = true;
        inflateReset(&stream_);
      } else if (outcome != Z_OK && outcome != Z_BUF_ERROR) {
        throw Error(conditions::kSelectInvalidCompression);
      }
    }
    return into.size() - stream_.avail_out;
  }

 private:
  static constexpr std::size_t kPiece = 64 << 10;

  bool fill() {
    const std::size_t count = compressed_(input_);
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(count);
    return count > 0;
  }

  ReadBytes compressed_;
  std::string input_;
  z_stream stream_ = {};
  bool is_between_members_ = true;  ///< also of an empty object
};

}  // namespace

ReadBytes unpack_gzip(ReadBytes compressed) {
  // A std::function is copied, zlib's state is not.
  return [inflater = std::make_shared<Inflater>(std::move(compressed))](std::span<char> into) { return inflater->read(into); };
}

}  // namespace lab::s3::select
