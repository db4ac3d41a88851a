#include "wire/s3/body_receiver.h"

#include <algorithm>

#include "base/ids.h"

namespace lab::s3 {
namespace {

constexpr std::uint64_t kMaxPutSize = 5ULL << 30;
// From here on the MD5 of a body is computed together with those of other bodies.
constexpr std::uint64_t kSeparateMd5 = 1 << 20;

std::optional<AwsChunkedDecoder> make_decoder(const Call& call) {
  const Authentication& authentication = call.authentication;
  if (!is_chunked(authentication.payload)) return std::nullopt;
  std::optional<ChunkSigning> signing;
  if (authentication.payload != PayloadKind::ChunksWithTrailer) {
    signing = ChunkSigning{call.signing_key, authentication.timestamp, authentication.scope.text(), authentication.signature};
  }
  return AwsChunkedDecoder(authentication.payload, std::move(signing));
}

Error too_large(std::uint64_t size) {
  return Error(conditions::kEntityTooLarge, {{"ProposedSize", std::to_string(size)}, {"MaxSizeAllowed", std::to_string(kMaxPutSize)}});
}

void check_checksum(const GivenChecksum& given, const std::string& computed) {
  if (given.value == computed) return;
  throw Error(conditions::kBadDigest, {{"digest", std::string(checksum_name(given.kind))}});
}

}  // namespace

BodyReceiver::BodyReceiver(const Call& call, std::optional<std::uint64_t> content_length,
                           std::optional<ChecksumKind> extra)
    : store_(call.service.store), authentication_(call.authentication), decoder_(make_decoder(call)) {
  const NameValues& headers = call.head.headers;
  if (decoder_) {
    const auto text = call.head.header("x-amz-decoded-content-length");
    if (!text) throw Error(conditions::kMissingContentLength);
    const auto length = parse_number(*text);
    if (!length) throw invalid_argument("x-amz-decoded-content-length is no number", "x-amz-decoded-content-length", std::string(*text));
    decoded_length_ = *length;
  } else {
    decoded_length_ = content_length;
  }
  if (decoded_length_ && *decoded_length_ > kMaxPutSize) throw too_large(*decoded_length_);
  content_md5_ = find_content_md5(headers);
  given_ = find_given_checksum(headers);
  if (given_) {
    kind_ = given_->kind;
  } else if (const auto announced = find_announced_checksum(headers)) {
    if (!decoder_) throw invalid_request("x-amz-trailer needs a body in chunks with a trailer");
    kind_ = announced;
    is_in_trailer_ = true;
  } else {
    kind_ = find_named_checksum(headers);
  }
  options_.size_hint = decoded_length_.value_or(0);
  if (!decoder_ && decoded_length_ && *decoded_length_ >= kSeparateMd5) md5_.emplace();
  if (!md5_) options_.checksums = {ChecksumKind::Md5};
  const auto want = [&](ChecksumKind kind) {
    if (std::ranges::find(options_.checksums, kind) == options_.checksums.end()) options_.checksums.push_back(kind);
  };
  if (!kind_) kind_ = extra;
  if (kind_) want(*kind_);
  if (authentication_.payload == PayloadKind::Hashed) want(ChecksumKind::Sha256);
}

void BodyReceiver::feed(std::string_view bytes) {
  if (!decoder_) {
    take(bytes);
    return;
  }
  const auto sink = [this](std::string_view data) { take(data); };
  decoder_->feed(bytes, sink);
}

void BodyReceiver::take(std::string_view data) {
  if (data.empty()) return;
  taken_ += data.size();
  if (decoded_length_ && taken_ > *decoded_length_) throw Error(conditions::kIncompleteBody);
  if (taken_ > kMaxPutSize) throw too_large(taken_);
  if (!writer_) writer_.emplace(store_.create_blob(options_));
  writer_->write(data);
}

std::string BodyReceiver::digest(const store::StagedBlob& blob, ChecksumKind kind) const {
  return blob ? blob.digest(kind) : checksum(kind, {});
}

ReceivedBody BodyReceiver::finish() {
  if (decoder_) decoder_->finish();
  if (decoded_length_ && taken_ != *decoded_length_) throw Error(conditions::kIncompleteBody);
  ReceivedBody received;
  received.size = taken_;
  if (writer_) received.blob = writer_->finish();
  received.md5 = md5_ ? md5_->finish() : digest(received.blob, ChecksumKind::Md5);
  if (content_md5_ && *content_md5_ != received.md5) {
    throw Error(conditions::kBadDigest, {{"digest", "Content-MD5"},
                                         {"ExpectedDigest", encode_base64(*content_md5_)},
                                         {"CalculatedDigest", encode_base64(received.md5)}});
  }
  if (authentication_.payload == PayloadKind::Hashed) {
    const std::string computed = to_hex(digest(received.blob, ChecksumKind::Sha256));
    if (computed != authentication_.payload_hash) {
      throw Error(conditions::kXAmzContentSha256Mismatch,
                  {{"ClientComputedContentSHA256", authentication_.payload_hash}, {"S3ComputedContentSHA256", computed}});
    }
  }
  if (is_in_trailer_) {
    given_ = find_given_checksum(decoder_->trailers());
    if (!given_ || given_->kind != *kind_) throw Error(conditions::kMalformedTrailer);
  }
  if (kind_) {
    const std::string computed = digest(received.blob, *kind_);
    if (given_) check_checksum(*given_, computed);
    received.checksums.push_back({*kind_, computed, false});
  }
  return received;
}

std::string check_document(const Call& call, std::string body, bool with_checksum_headers) {
  if (auto decoder = make_decoder(call)) {
    std::string decoded;
    const auto sink = [&](std::string_view data) { decoded += data; };
    decoder->feed(body, sink);
    decoder->finish();
    if (const auto given = find_given_checksum(decoder->trailers())) {
      check_checksum(*given, checksum(given->kind, decoded));
    }
    body = std::move(decoded);
  } else if (call.authentication.payload == PayloadKind::Hashed && sha256_hex(body) != call.authentication.payload_hash) {
    throw Error(conditions::kXAmzContentSha256Mismatch);
  }
  if (const auto md5 = find_content_md5(call.head.headers); md5 && *md5 != checksum(ChecksumKind::Md5, body)) {
    throw Error(conditions::kBadDigest, {{"digest", "Content-MD5"}});
  }
  if (!with_checksum_headers) return body;
  if (const auto given = find_given_checksum(call.head.headers)) check_checksum(*given, checksum(given->kind, body));
  return body;
}

}  // namespace lab::s3
