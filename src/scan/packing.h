#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace lab::scan {

/// How a text file is packed, by its name's end as Hadoop's codecs have it: .gz .bz2 .zst .snappy .lz4 .deflate.
enum class Packing { None, Gzip, Bzip2, Zstd, Snappy, Lz4, Deflate };

Packing packing_of(std::string_view path);
inline bool is_packed(std::string_view path) { return packing_of(path) != Packing::None; }
/// By the name that the option `compression` bears in any case (none, uncompressed, gzip, bzip2, zstd, snappy, lz4, deflate); nothing for
/// other names.
std::optional<Packing> packing_named(std::string_view codec);
/// `.gz` and so on; empty for None.
std::string_view packing_suffix(Packing packing);

/// Takes what a packed stream unpacks to, block by block.
class UnpackedSink {
 public:
  virtual ~UnpackedSink() = default;
  virtual void append(std::string_view block) = 0;
};
/// Unpacks all of `bytes`, streams behind one another too. Nothing when it is well, else what is wrong with it (a torn end, other magic).
std::optional<std::string> unpack(std::string_view bytes, Packing packing, UnpackedSink& sink);

/// Packs a stream piece by piece; what comes out goes behind `out`. Not thread-safe.
class Packer {
 public:
  static std::unique_ptr<Packer> create(Packing packing);
  virtual ~Packer() = default;
  virtual void pack(std::string_view text, std::string& out) = 0;
  /// Nothing follows.
  virtual void finish(std::string& out) = 0;
};

}  // namespace lab::scan
