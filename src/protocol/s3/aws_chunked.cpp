#include "protocol/s3/aws_chunked.h"

#include <algorithm>
#include <charconv>

#include "base/ids.h"
#include "protocol/s3/errors.h"

namespace lab::s3 {
namespace {

constexpr std::size_t kMaxLine = 4096;
constexpr std::size_t kMaxTrailers = 32;
constexpr std::uint64_t kMaxChunk = 5ULL << 30;
constexpr std::string_view kEmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

Error incomplete() { return Error(conditions::kIncompleteBody); }

}  // namespace

AwsChunkedDecoder::AwsChunkedDecoder(PayloadKind kind, std::optional<ChunkSigning> signing)
    : kind_(kind), signing_(std::move(signing)) {
  LAB_CHECK(is_chunked(kind));
  LAB_CHECK(!has_signatures() || signing_.has_value());
}

void AwsChunkedDecoder::feed(std::string_view bytes, const Sink& sink) {
  while (!bytes.empty()) {
    if (state_ == State::Data) {
      const std::string_view data = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, bytes.size())));
      if (chunk_hash_) chunk_hash_->update(data);
      sink(data);
      decoded_size_ += data.size();
      remaining_ -= data.size();
      bytes.remove_prefix(data.size());
      if (remaining_ == 0) state_ = State::DataEnd;
      continue;
    }
    if (state_ == State::Done) {
      // Some clients end a body that has a trailer with one empty line more.
      if (bytes.find_first_not_of("\r\n") != std::string_view::npos) throw incomplete();
      return;
    }
    const auto end = bytes.find('\n');
    line_.append(bytes.substr(0, end));
    if (line_.size() > kMaxLine) throw incomplete();
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    if (line_.ends_with('\r')) line_.pop_back();
    const std::string line = std::exchange(line_, {});
    switch (state_) {
      case State::Header: read_header(line); break;
      case State::DataEnd:
        if (!line.empty()) throw incomplete();
        end_chunk();
        state_ = State::Header;
        break;
      case State::Trailer: read_trailer(line); break;
      default: break;
    }
  }
}

void AwsChunkedDecoder::finish() {
  // A signed body without trailer may end right behind the last chunk's header.
  if (state_ == State::Trailer && line_.empty() && trailers_.empty() && !has_trailer()) state_ = State::Done;
  if (state_ != State::Done) throw incomplete();
}

void AwsChunkedDecoder::read_header(std::string_view line) {
  const auto semicolon = line.find(';');
  const std::string_view digits = line.substr(0, semicolon);
  std::uint64_t size = 0;
  const auto [stop, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  if (digits.empty() || problem != std::errc{} || stop != digits.data() + digits.size() || size > kMaxChunk) {
    throw incomplete();
  }
  if (has_signatures()) {
    constexpr std::string_view kPrefix = "chunk-signature=";
    if (semicolon == std::string_view::npos) throw incomplete();
    const std::string_view extension = trim_spaces(line.substr(semicolon + 1));
    if (!extension.starts_with(kPrefix)) throw incomplete();
    chunk_signature_ = std::string(extension.substr(kPrefix.size()));
    if (size != 0) chunk_hash_ = create_hasher(ChecksumKind::Sha256);
  }
  remaining_ = size;
  if (size != 0) {
    state_ = State::Data;
    return;
  }
  end_chunk();
  state_ = State::Trailer;
}

void AwsChunkedDecoder::end_chunk() {
  if (!has_signatures()) return;
  const std::string hash = chunk_hash_ ? to_hex(chunk_hash_->finish()) : std::string(kEmptyHash);
  chunk_hash_.reset();
  const std::string expected = sign_chunk(hash);
  if (!equal_in_constant_time(expected, chunk_signature_)) throw Error(conditions::kSignatureDoesNotMatch);
  signing_->previous_signature = expected;
}

std::string AwsChunkedDecoder::sign_chunk(std::string_view payload_hash) const {
  std::string text = "AWS4-HMAC-SHA256-PAYLOAD\n";
  text += signing_->timestamp + "\n" + signing_->scope + "\n" + signing_->previous_signature + "\n";
  text += kEmptyHash;
  text += '\n';
  text += payload_hash;
  return to_hex(hmac_sha256(signing_->signing_key, text));
}

void AwsChunkedDecoder::read_trailer(std::string_view line) {
  if (line.empty()) {
    end_trailer();
    return;
  }
  const auto colon = line.find(':');
  if (!has_trailer() || colon == std::string_view::npos || colon == 0 || trailers_.size() >= kMaxTrailers) {
    throw Error(conditions::kMalformedTrailer);
  }
  std::string name = to_lower_ascii(trim_spaces(line.substr(0, colon)));
  std::string value(trim_spaces(line.substr(colon + 1)));
  if (name != "x-amz-trailer-signature") signed_trailers_ += name + ":" + value + "\n";
  trailers_.emplace_back(std::move(name), std::move(value));
}

void AwsChunkedDecoder::end_trailer() {
  state_ = State::Done;
  if (!has_signatures() || !has_trailer()) return;
  const auto given = find_value(trailers_, "x-amz-trailer-signature");
  if (!given) throw Error(conditions::kMalformedTrailer);
  std::string text = "AWS4-HMAC-SHA256-TRAILER\n";
  text += signing_->timestamp + "\n" + signing_->scope + "\n" + signing_->previous_signature + "\n";
  text += sha256_hex(signed_trailers_);
  if (!equal_in_constant_time(to_hex(hmac_sha256(signing_->signing_key, text)), *given)) {
    throw Error(conditions::kSignatureDoesNotMatch);
  }
}

}  // namespace lab::s3
