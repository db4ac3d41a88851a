#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/md5.h"
#include "protocol/s3/aws_chunked.h"
#include "protocol/s3/checksums.h"
#include "store/objects/object.h"
#include "wire/s3/call.h"

namespace lab::s3 {

/// What has come of a body that is whole and right.
struct ReceivedBody {
  store::StagedBlob blob;  ///< none for an empty body
  std::uint64_t size = 0;
  std::string md5;  ///< raw
  std::vector<store::StoredChecksum> checksums;

  store::ObjectContent content() && {
    return blob ? store::ObjectContent::of(std::move(blob)) : store::ObjectContent();
  }
};

/// Takes the bytes of an object's or a part's body into the store: off with the aws-chunked framing, on with length,
/// payload hash, Content-MD5 and checksum, whether they come in headers or trailers. feed() and finish() block and run
/// on the storage pool, one at a time.
class BodyReceiver {
 public:
  /// Reads what the headers promise. `content_length`: absent for a chunked transfer, whose end is its length. `extra`: a
  /// checksum to compute even if the client sends none. Throws MissingContentLength, EntityTooLarge, InvalidDigest, InvalidRequest.
  BodyReceiver(const Call& call, std::optional<std::uint64_t> content_length, std::optional<ChecksumKind> extra);

  /// The algorithm of the checksum that the client gives or has asked for.
  std::optional<ChecksumKind> checksum_kind() const { return kind_; }
  /// Absent when the client did not say.
  std::optional<std::uint64_t> decoded_length() const { return decoded_length_; }

  /// Seals the bytes that come; before the first of them.
  void seal_with(store::DataKey key) { options_.seal_with = std::move(key.bytes); }

  /// The MD5 of the bytes when it is computed beside this, as that of a large body is: whoever feeds adds the same bytes to it, all
  /// of them before finish(). nullptr: the receiver computes it.
  Md5* separate_md5() { return md5_ ? &*md5_ : nullptr; }

  void feed(std::string_view bytes);
  /// Throws IncompleteBody, BadDigest, XAmzContentSHA256Mismatch, SignatureDoesNotMatch, …; the bytes are given up then.
  ReceivedBody finish();
  /// Gives up what has come; blocks.
  void discard() { writer_.reset(); }

 private:
  void take(std::string_view data);
  std::string digest(const store::StagedBlob& blob, ChecksumKind kind) const;

  store::Store& store_;
  const Authentication& authentication_;
  std::optional<AwsChunkedDecoder> decoder_;
  std::optional<Md5> md5_;
  std::optional<store::BlobWriter> writer_;
  store::BlobOptions options_;
  std::optional<std::uint64_t> decoded_length_;
  std::uint64_t taken_ = 0;
  std::optional<std::string> content_md5_;
  std::optional<GivenChecksum> given_;
  std::optional<ChecksumKind> kind_;
  bool is_in_trailer_ = false;
};

/// The whole body of an operation that takes a document, with the same checks; checksum headers only where they are
/// about the document.
std::string check_document(const Call& call, std::string body, bool with_checksum_headers);

}  // namespace lab::s3
