#include <map>

#include "base/error.h"
#include "base/ids.h"
#include "store/conditions.h"
#include "store/objects/multipart.h"
#include "store/objects/objects.h"
#include "store/objects/tables.h"

namespace lab::store {
namespace {

struct KeptPart {
  std::uint64_t size = 0;
  std::string etag;
  std::vector<StoredChecksum> checksums;
};

std::map<int, KeptPart> read_kept_parts(const Rows& rows, std::string_view upload) {
  auto statement =
      connection_of(rows).prepare("SELECT number, size, etag, checksums FROM upload_parts WHERE upload = ?1");
  statement.bind_text(1, upload);
  std::map<int, KeptPart> parts;
  while (statement.step())
    parts[static_cast<int>(statement.integer(0))] = {static_cast<std::uint64_t>(statement.integer(1)),
                                                     std::string(statement.text(2)),
                                                     decode_checksums(statement.blob(3))};
  return parts;
}

std::vector<BlobRange> read_ranges(const Rows& rows, std::string_view upload, int number) {
  auto statement = connection_of(rows).prepare(
      "SELECT blob, blob_offset, length FROM upload_ranges WHERE upload = ?1 AND number = ?2 ORDER BY ordinal");
  statement.bind_text(1, upload).bind(2, number);
  std::vector<BlobRange> ranges;
  while (statement.step())
    ranges.push_back({BlobId{statement.integer(0)}, static_cast<std::uint64_t>(statement.integer(1)),
                      static_cast<std::uint64_t>(statement.integer(2))});
  return ranges;
}

const StoredChecksum* find_checksum(const std::vector<StoredChecksum>& checksums, ChecksumKind kind) {
  for (const auto& each : checksums)
    if (each.kind == kind) return &each;
  return nullptr;
}

/// The raw bytes of a hex text; the text itself when it is none.
std::string from_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    int value = 0;
    for (const char c : text.substr(i, 2)) {
      const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
      if (digit < 0) return std::string(text);
      value = value * 16 + digit;
    }
    bytes += static_cast<char>(value);
  }
  return text.size() % 2 == 0 ? bytes : std::string(text);
}

void check_parts(const CompleteUpload& complete, const std::map<int, KeptPart>& kept) {
  if (complete.parts.empty()) throw Error(conditions::kInvalidPartOrder);
  for (std::size_t i = 0; i < complete.parts.size(); ++i) {
    const auto& part = complete.parts[i];
    if (i > 0 && part.number <= complete.parts[i - 1].number) throw Error(conditions::kInvalidPartOrder);
    const auto found = kept.find(part.number);
    const auto refuse = [&] { throw Error(conditions::kInvalidPart, {{"part", std::to_string(part.number)}}); };
    if (found == kept.end() || found->second.etag != part.etag) refuse();
    if (part.checksum) {
      const auto* stored = find_checksum(found->second.checksums, part.checksum->kind);
      if (stored == nullptr || stored->value != part.checksum->value) refuse();
    }
  }
  for (std::size_t i = 0; i + 1 < complete.parts.size(); ++i) {
    const auto size = kept.at(complete.parts[i].number).size;
    if (size < complete.min_part_size)
      throw Error(conditions::kPartTooSmall, {{"part", std::to_string(complete.parts[i].number)},
                                              {"size", std::to_string(size)},
                                              {"minimum", std::to_string(complete.min_part_size)}});
  }
}

/// The object's checksum out of its parts'; absent when a part has none of this kind.
std::optional<StoredChecksum> join_checksums(const UploadInfo& upload, const CompleteUpload& complete,
                                             const std::map<int, KeptPart>& kept) {
  if (!upload.checksum) return std::nullopt;
  const auto kind = *upload.checksum;
  std::string joined;
  for (const auto& each : complete.parts) {
    const auto& part = kept.at(each.number);
    const auto* stored = find_checksum(part.checksums, kind);
    if (stored == nullptr) return std::nullopt;
    if (!upload.full_object_checksum)
      joined += stored->value;
    else
      joined = joined.empty() ? stored->value : combine_crc(kind, joined, stored->value, part.size);
  }
  if (upload.full_object_checksum) return StoredChecksum{kind, joined, false};
  return StoredChecksum{kind, checksum(kind, joined), true};
}

}  // namespace

ObjectInfo complete_upload(Transaction& transaction, const CompleteUpload& complete) {
  auto upload = get_upload(transaction, complete.bucket, complete.key, complete.upload);
  const auto bucket = get_bucket(transaction, complete.bucket);
  const auto kept = read_kept_parts(transaction, complete.upload);
  check_parts(complete, kept);
  check_expectation(transaction, bucket, complete.key, complete.expect, nullptr);

  auto properties = std::move(upload.properties);
  if (auto joined = join_checksums(upload, complete, kept)) properties.checksums = {*std::move(joined)};
  if (complete.checksum) {
    const auto* found = find_checksum(properties.checksums, complete.checksum->kind);
    if (found == nullptr || found->value != complete.checksum->value)
      throw Error(conditions::kChecksumMismatch, {{"algorithm", std::string(checksum_name(complete.checksum->kind))}});
  }

  std::string digests;
  ObjectContent content;
  for (const auto& each : complete.parts) {
    const auto& part = kept.at(each.number);
    digests += from_hex(part.etag);
    for (const auto& range : read_ranges(transaction, complete.upload, each.number))
      content.parts.push_back({each.number, range, part.etag, part.checksums});
  }
  // The object takes its shares before the upload gives its own back, so no blob is ever without one.
  take_blobs(transaction, content);
  remove_upload(transaction, complete.upload);
  const auto etag = to_hex(checksum(ChecksumKind::Md5, digests)) + "-" + std::to_string(complete.parts.size());
  return insert_object(transaction, bucket, complete.key, etag, std::move(properties), std::move(content.parts));
}

}  // namespace lab::store
