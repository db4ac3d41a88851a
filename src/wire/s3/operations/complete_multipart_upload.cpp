#include <map>

#include "base/ids.h"
#include "protocol/s3/documents.h"
#include "store/conditions.h"
#include "wire/s3/encryption.h"
#include "wire/s3/object_headers.h"
#include "wire/s3/operations/operations.h"
#include "wire/s3/upload_address.h"
#include "wire/s3/versions.h"

namespace lab::s3 {
namespace {

/// The parts that have been uploaded, by number.
std::map<int, store::UploadedPart> uploaded_parts(const Call& call, const store::CompleteUpload& complete) {
  std::map<int, store::UploadedPart> parts;
  for (int after = 0;;) {
    const store::PartPage page = call.objects().list_parts(complete.bucket, complete.key, complete.upload, after, 1000);
    for (const store::UploadedPart& part : page.parts) parts.emplace(part.number, part);
    if (!page.is_truncated) return parts;
    after = page.next_marker;
  }
}

/// The object's size and, where parts carry checksums of `kind`: for a CRC that of all bytes, and the checksums in a row.
struct WholeUpload {
  std::uint64_t size = 0;
  std::optional<std::string> crc;
  std::string checksums;
};

WholeUpload join_parts(const Call& call, const store::CompleteUpload& complete, std::optional<ChecksumKind> kind) {
  const auto uploaded = uploaded_parts(call, complete);
  WholeUpload whole;
  bool is_first = true;
  for (const store::CompletePart& part : complete.parts) {
    const auto found = uploaded.find(part.number);
    if (found == uploaded.end()) throw Error(conditions::kInvalidPart, {{"PartNumber", std::to_string(part.number)}});
    whole.size += found->second.size;
    if (!kind) continue;
    std::optional<std::string> crc;
    for (const store::StoredChecksum& checksum : found->second.checksums) {
      if (checksum.kind == *kind) crc = checksum.value;
    }
    whole.checksums += crc.value_or("");
    if (!crc || !can_be_full_object(*kind) || (!is_first && !whole.crc)) {
      whole.crc.reset();
    } else {
      whole.crc = is_first ? *crc : combine_crc(*kind, *whole.crc, *crc, found->second.size);
    }
    is_first = false;
  }
  return whole;
}

/// What the client says about the whole object must hold before the object can be seen.
void check_promises(const Call& call, const store::CompleteUpload& complete, const store::UploadInfo& upload) {
  const auto given = find_object_checksum(call.head.headers);
  const auto size = call.head.header("x-amz-mp-object-size");
  if (!given && !size) return;
  const WholeUpload whole = join_parts(call, complete, given ? std::optional(given->kind) : std::nullopt);
  if (size && parse_number(*size) != whole.size) {
    throw invalid_request("The provided 'x-amz-mp-object-size' header does not match what was computed.");
  }
  if (!given) return;
  const bool is_composite = upload.checksum == given->kind && !upload.full_object_checksum;
  const auto computed = is_composite ? checksum(given->kind, whole.checksums) : whole.crc.value_or("");
  if (computed != given->value) {
    throw Error(conditions::kBadDigest, {{"digest", std::string(checksum_name(given->kind))}});
  }
}

std::optional<std::string> from_hex_digest(std::string_view text) {
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); i += 2) escaped += "%" + std::string(text.substr(i, 2));
  auto digest = decode_uri(escaped);
  return digest && digest->size() == checksum_size(ChecksumKind::Md5) ? std::move(digest) : std::nullopt;
}

/// S3's ETag of these parts; absent when one's own is no MD5.
std::optional<std::string> joined_etag(const std::vector<store::CompletePart>& parts) {
  std::string digests;
  for (const store::CompletePart& part : parts) {
    const auto digest = from_hex_digest(part.etag);
    if (!digest) return std::nullopt;
    digests += *digest;
  }
  return to_hex(checksum(ChecksumKind::Md5, digests)) + "-" + std::to_string(parts.size());
}

/// The object that the same request has made before: a client whose connection broke inside the answer asks again, and
/// S3 answers as it did.
std::optional<store::ObjectInfo> find_completed(const Call& call, const std::optional<std::string>& etag) {
  auto info = call.objects().find(call.address.bucket, call.address.key);
  if (!info || !etag || info->etag != *etag) return std::nullopt;
  return info;
}

store::ObjectInfo complete_once(const Call& call, store::CompleteUpload complete) {
  const auto etag = joined_etag(complete.parts);
  try {
    const store::UploadInfo upload = call.objects().get_upload(complete.bucket, complete.key, complete.upload);
    // Completing reads no byte and so needs no key; one that is given must be the right one.
    if (names_customer_key(call.head)) open_encryption(call, upload.properties.encryption);
    check_promises(call, complete, upload);
    store::ObjectInfo info;
    store::Change change = call.new_change();
    change.complete_upload(std::move(complete), &info);
    call.service.store.apply(std::move(change));
    return info;
  } catch (const Error& error) {
    if (&error.condition() != &store::conditions::kNoSuchUpload) throw;
    if (auto done = find_completed(call, etag)) return *done;
    throw;
  }
}

}  // namespace

net::Response serve_complete_multipart_upload(Call& call) {
  store::CompleteUpload complete;
  complete.bucket = call.address.bucket;
  complete.key = call.address.key;
  complete.upload = upload_id(call);
  complete.expect = read_expectation(call.head);
  for (RequestedPart& part : parse_complete_upload(call.document)) {
    store::CompletePart wanted{part.number, std::move(part.etag), std::nullopt};
    if (part.checksum) wanted.checksum = store::StoredChecksum{part.checksum->kind, std::move(part.checksum->value), false};
    complete.parts.push_back(std::move(wanted));
  }
  const store::ObjectInfo info = complete_once(call, std::move(complete));
  CompletedUpload completed;
  completed.bucket = call.address.bucket;
  completed.key = call.address.key;
  completed.location = "http://" + call.host + encode_uri(call.head.path, true);
  completed.etag = info.etag;
  completed.checksums = show_checksums(info.properties.checksums, info.num_parts);
  net::Response response = xml_response(write_completed_upload(completed));
  set_new_version_header(response, info);
  set_encryption_headers(response, info.properties.encryption);
  return response;
}

}  // namespace lab::s3
