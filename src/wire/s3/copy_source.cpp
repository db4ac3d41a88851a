#include "wire/s3/copy_source.h"

#include <algorithm>

#include "protocol/s3/conditionals.h"
#include "wire/s3/authorize.h"
#include "wire/s3/encryption.h"
#include "wire/s3/object_headers.h"
#include "wire/s3/versions.h"

namespace lab::s3 {
namespace {

Error bad_source(std::string_view text) {
  return invalid_argument("Copy Source must mention the source bucket and key: sourcebucket/sourcekey", "x-amz-copy-source",
                          std::string(text));
}

template <typename Take>
void for_each_piece(const store::ObjectReader& reader, std::uint64_t offset, std::uint64_t length, Take take) {
  std::string buffer(static_cast<std::size_t>(std::min<std::uint64_t>(length, 1 << 20)), '\0');
  for (std::uint64_t done = 0; done < length;) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), length - done));
    const std::size_t count = reader.read(offset + done, {buffer.data(), wanted});
    LAB_CHECK(count != 0, "an object ended early");
    take(std::string_view(buffer.data(), count));
    done += count;
  }
}

}  // namespace

store::ObjectReader open_copy_source(const Call& call) {
  const std::string_view text = call.head.header("x-amz-copy-source").value_or("");
  std::string_view path = text;
  // A `?` inside a key is encoded, so this one begins the version.
  std::optional<std::string> version;
  if (const auto question = path.find("?versionId="); question != std::string_view::npos) {
    version = read_version(path.substr(question + 11));
    path = path.substr(0, question);
  }
  const auto decoded = decode_uri(path);
  if (!decoded) throw bad_source(text);
  std::string_view source = *decoded;
  if (source.starts_with('/')) source.remove_prefix(1);
  const auto slash = source.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == source.size()) throw bad_source(text);
  if (source.starts_with("arn:")) throw not_implemented("x-amz-copy-source of an access point");
  store::ObjectReader reader = version ? call.objects().open_version(source.substr(0, slash), source.substr(slash + 1), version)
                                       : call.objects().open(source.substr(0, slash), source.substr(slash + 1));
  if (reader.info().is_marker) throw invalid_request("The source of a copy request may not specifically refer to a delete marker by version id.");
  authorize_copy_source(call, reader.info());
  if (auto key = open_encryption(call, reader.info().properties.encryption, kCopySourceCustomerPrefix)) reader.unlock(*std::move(key));
  const Conditionals conditionals = parse_conditionals(call.head.headers, "x-amz-copy-source-");
  // For a copy, what would be 304 on a read is a failed condition.
  if (check_conditionals(conditionals, reader.info().etag, to_seconds(reader.info().modified)) != ConditionOutcome::Proceed) {
    throw Error(conditions::kPreconditionFailed, {{"Condition", "x-amz-copy-source-If"}});
  }
  return reader;
}

CopiedBytes copy_bytes(const Call& call, const store::ObjectReader& reader, std::uint64_t offset, std::uint64_t length,
                       const std::vector<ChecksumKind>& kinds, const std::optional<store::DataKey>& key) {
  CopiedBytes copied;
  if (!key && !reader.info().properties.is_sealed()) {
    copied.content = store::ObjectContent::copy_of(reader.info(), offset, length);
    if (!kinds.empty()) copied.digests = read_digests(reader, offset, length, kinds);
    return copied;
  }
  if (length == 0) {
    for (const ChecksumKind kind : kinds) copied.digests.push_back(checksum(kind, {}));
    return copied;
  }
  store::BlobOptions options{.checksums = kinds, .size_hint = length};
  if (key) options.seal_with = key->bytes;
  store::BlobWriter writer = call.service.store.create_blob(std::move(options));
  for_each_piece(reader, offset, length, [&](std::string_view piece) { writer.write(piece); });
  store::StagedBlob blob = writer.finish();
  for (const ChecksumKind kind : kinds) copied.digests.push_back(blob.digest(kind));
  copied.content = store::ObjectContent::of(std::move(blob));
  return copied;
}

std::vector<std::string> read_digests(const store::ObjectReader& reader, std::uint64_t offset, std::uint64_t length,
                                      const std::vector<ChecksumKind>& kinds) {
  std::vector<std::unique_ptr<Hasher>> hashers;
  for (const ChecksumKind kind : kinds) hashers.push_back(create_hasher(kind));
  for_each_piece(reader, offset, length, [&](std::string_view piece) {
    for (auto& hasher : hashers) hasher->update(piece);
  });
  std::vector<std::string> digests;
  for (auto& hasher : hashers) digests.push_back(hasher->finish());
  return digests;
}

}  // namespace lab::s3
