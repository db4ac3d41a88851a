#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/checksum.h"
#include "protocol/s3/signature.h"

namespace lab::s3 {

/// What each chunk's signature is made from; starts at the request's own signature.
struct ChunkSigning {
  std::string signing_key;
  std::string timestamp;
  std::string scope;  ///< CredentialScope::text()
  std::string previous_signature;
};

/// Takes the `aws-chunked` framing off a body, however the bytes are cut: chunk sizes, chunk signatures, the trailer
/// and its signature. Data is handed on before its chunk's signature is known, so what the sink got may be used only
/// once finish() has returned. Not thread-safe.
class AwsChunkedDecoder {
 public:
  using Sink = std::function<void(std::string_view)>;

  /// `signing` is needed for the signed kinds.
  AwsChunkedDecoder(PayloadKind kind, std::optional<ChunkSigning> signing);

  /// Throws IncompleteBody for bad framing, SignatureDoesNotMatch, MalformedTrailerError.
  void feed(std::string_view bytes, const Sink& sink);
  /// The body is over. Throws IncompleteBody when it ended too early.
  void finish();

  std::uint64_t decoded_size() const { return decoded_size_; }
  /// Headers that came behind the data; lower-case names.
  const NameValues& trailers() const { return trailers_; }

 private:
  enum class State { Header, Data, DataEnd, Trailer, Done };

  void read_header(std::string_view line);
  void end_chunk();
  void read_trailer(std::string_view line);
  void end_trailer();
  std::string sign_chunk(std::string_view payload_hash) const;

  bool has_signatures() const { return kind_ != PayloadKind::ChunksWithTrailer; }
  bool has_trailer() const { return kind_ != PayloadKind::SignedChunks; }

  const PayloadKind kind_;
  std::optional<ChunkSigning> signing_;
  State state_ = State::Header;
  std::string line_;  ///< header or trailer line that is not whole yet
  std::uint64_t remaining_ = 0;
  bool is_last_chunk_ = false;
  std::string chunk_signature_;
  std::unique_ptr<Hasher> chunk_hash_;
  std::uint64_t decoded_size_ = 0;
  NameValues trailers_;
  std::string signed_trailers_;
};

}  // namespace lab::s3
