#include "scan/packing.h"

#include <arrow/result.h>
#include <arrow/util/compression.h>

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "base/letter_case.h"

namespace lab::scan {

namespace {

constexpr std::size_t kBlockBytes = 256 << 10;  ///< Hadoop's io.compression.codec.snappy.buffersize

struct PackingRow {
  Packing packing;
  std::string_view name, suffix;
  arrow::Compression::type codec;
};
constexpr PackingRow kPackings[] = {
    {Packing::Gzip, "gzip", ".gz", arrow::Compression::GZIP},      {Packing::Bzip2, "bzip2", ".bz2", arrow::Compression::BZ2},
    {Packing::Zstd, "zstd", ".zst", arrow::Compression::ZSTD},     {Packing::Snappy, "snappy", ".snappy", arrow::Compression::SNAPPY},
    {Packing::Lz4, "lz4", ".lz4", arrow::Compression::LZ4},        {Packing::Deflate, "deflate", ".deflate", arrow::Compression::GZIP},
};

const PackingRow& row_of(Packing packing) {
  const auto* row = std::ranges::find(kPackings, packing, &PackingRow::packing);
  LAB_CHECK(row != std::end(kPackings));
  return *row;
}

template <typename Value>
Value checked(arrow::Result<Value> result) {
  LAB_CHECK(result.ok(), result.status().ToString());
  return std::move(result).ValueUnsafe();
}

std::unique_ptr<arrow::util::Codec> make_codec(Packing packing) {
  if (packing == Packing::Deflate) {
    arrow::util::GZipCodecOptions options;
    options.gzip_format = arrow::util::GZipFormat::ZLIB;
    return checked(arrow::util::Codec::Create(arrow::Compression::GZIP, options));
  }
  return checked(arrow::util::Codec::Create(row_of(packing).codec));
}

bool is_in_blocks(Packing packing) { return packing == Packing::Snappy || packing == Packing::Lz4; }

const std::uint8_t* data_of(std::string_view text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }
std::uint8_t* data_of(std::string& text) { return reinterpret_cast<std::uint8_t*>(text.data()); }

std::optional<std::uint32_t> take_length(std::string_view& bytes) {
  if (bytes.size() < 4) return std::nullopt;
  std::uint32_t length = 0;
  for (int i = 0; i < 4; ++i) length = length << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
  bytes.remove_prefix(4);
  return length;
}

void append_length(std::string& out, std::size_t length) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(length >> shift);
}

// Hadoop's BlockCompressorStream: the length of a block, then packed chunks, each behind its own length, until the block is full.
std::optional<std::string> unpack_blocks(std::string_view bytes, Packing packing, UnpackedSink& sink) {
  constexpr std::uint32_t kMaxBlock = 1U << 30U;
  const auto codec = make_codec(packing);
  std::string block;
  while (!bytes.empty()) {
    const auto wanted = take_length(bytes);
    if (!wanted || *wanted > kMaxBlock) return "the length of a compressed block is broken";
    for (std::uint32_t done = 0; done < *wanted;) {
      const auto length = take_length(bytes);
      if (!length || *length > bytes.size()) return "Unexpected end of block in input stream";
      block.resize(*wanted - done);
      const auto size = codec->Decompress(*length, data_of(bytes), static_cast<std::int64_t>(block.size()), data_of(block));
      if (!size.ok()) return size.status().message();
      if (*size == 0 || *size > static_cast<std::int64_t>(block.size())) return "an empty compressed chunk";
      sink.append(std::string_view(block).substr(0, static_cast<std::size_t>(*size)));
      done += static_cast<std::uint32_t>(*size);
      bytes.remove_prefix(*length);
    }
  }
  return std::nullopt;
}

/// Hadoop begins a bzip2 file without a header at its first block: where there is none, there is nothing.
bool has_no_bzip2(std::string_view bytes) {
  constexpr std::string_view kBlock = "\x31\x41\x59\x26\x53\x59";
  return !bytes.starts_with("BZ") && bytes.find(kBlock) == std::string_view::npos;
}

class StreamPacker : public Packer {
 public:
  explicit StreamPacker(Packing packing) : codec_(make_codec(packing)), compressor_(checked(codec_->MakeCompressor())), block_(kBlockBytes, '\0') {}

  void pack(std::string_view text, std::string& out) override {
    while (!text.empty()) {
      const auto done = checked(compressor_->Compress(static_cast<std::int64_t>(text.size()), data_of(text), static_cast<std::int64_t>(block_.size()), data_of(block_)));
      out.append(block_, 0, static_cast<std::size_t>(done.bytes_written));
      text.remove_prefix(static_cast<std::size_t>(done.bytes_read));
      if (done.bytes_read == 0 && done.bytes_written == 0) block_.resize(block_.size() * 2);
    }
  }
  void finish(std::string& out) override {
    while (true) {
      const auto done = checked(compressor_->End(static_cast<std::int64_t>(block_.size()), data_of(block_)));
      out.append(block_, 0, static_cast<std::size_t>(done.bytes_written));
      if (!done.should_retry) return;
      if (done.bytes_written == 0) block_.resize(block_.size() * 2);
    }
  }

 private:
  std::unique_ptr<arrow::util::Codec> codec_;
  std::shared_ptr<arrow::util::Compressor> compressor_;
  std::string block_;
};

class BlockPacker : public Packer {
 public:
  explicit BlockPacker(Packing packing) : codec_(make_codec(packing)) {}

  void pack(std::string_view text, std::string& out) override {
    for (; !text.empty(); text.remove_prefix(std::min(text.size(), kBlockBytes))) {
      const std::string_view block = text.substr(0, kBlockBytes);
      packed_.resize(static_cast<std::size_t>(codec_->MaxCompressedLen(static_cast<std::int64_t>(block.size()), data_of(block))));
      const auto size = checked(codec_->Compress(static_cast<std::int64_t>(block.size()), data_of(block), static_cast<std::int64_t>(packed_.size()), data_of(packed_)));
      append_length(out, block.size());
      append_length(out, static_cast<std::size_t>(size));
      out.append(packed_, 0, static_cast<std::size_t>(size));
    }
  }
  void finish(std::string&) override {}

 private:
  std::unique_ptr<arrow::util::Codec> codec_;
  std::string packed_;
};

class NoPacker : public Packer {
 public:
  void pack(std::string_view text, std::string& out) override { out += text; }
  void finish(std::string&) override {}
};

}  // namespace

Packing packing_of(std::string_view path) {
  for (const PackingRow& row : kPackings)
    if (path.ends_with(row.suffix)) return row.packing;
  return Packing::None;
}

std::optional<Packing> packing_named(std::string_view codec) {
  const std::string name = lower_case(std::string(codec));
  if (name == "none" || name == "uncompressed") return Packing::None;
  for (const PackingRow& row : kPackings)
    if (name == row.name) return row.packing;
  return std::nullopt;
}

std::string_view packing_suffix(Packing packing) { return packing == Packing::None ? std::string_view() : row_of(packing).suffix; }

std::optional<std::string> unpack(std::string_view bytes, Packing packing, UnpackedSink& sink) {
  if (is_in_blocks(packing)) return unpack_blocks(bytes, packing, sink);
  if (bytes.empty() || (packing == Packing::Bzip2 && has_no_bzip2(bytes))) return std::nullopt;
  const auto codec = make_codec(packing);
  const auto decompressor = checked(codec->MakeDecompressor());
  std::string block(kBlockBytes * 4, '\0');
  bool is_stuck = false;
  while (!bytes.empty() || !decompressor->IsFinished()) {
    if (decompressor->IsFinished()) {
      const auto status = decompressor->Reset();
      if (!status.ok()) return status.message();
    }
    const auto done = decompressor->Decompress(static_cast<std::int64_t>(bytes.size()), data_of(bytes), static_cast<std::int64_t>(block.size()), data_of(block));
    if (!done.ok()) return done.status().message();
    sink.append(std::string_view(block).substr(0, static_cast<std::size_t>(done->bytes_written)));
    bytes.remove_prefix(static_cast<std::size_t>(done->bytes_read));
    if (done->bytes_read > 0 || done->bytes_written > 0) {
      is_stuck = false;
      continue;
    }
    if (is_stuck || !done->need_more_output) return "Unexpected end of input stream";
    is_stuck = true;
    block.resize(block.size() * 2);
  }
  return std::nullopt;
}

std::unique_ptr<Packer> Packer::create(Packing packing) {
  if (packing == Packing::None) return std::make_unique<NoPacker>();
  if (is_in_blocks(packing)) return std::make_unique<BlockPacker>(packing);
  return std::make_unique<StreamPacker>(packing);
}

}  // namespace lab::scan
