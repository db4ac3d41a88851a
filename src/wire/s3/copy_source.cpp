#include "wire/s3/copy_source.h"

#include <algorithm>

#include "protocol/s3/conditionals.h"
#include "wire/s3/authorize.h"
#include "wire/s3/object_headers.h"
#include "wire/s3/versions.h"

namespace lab::s3 {
namespace {

Error bad_source(std::string_view text) {
  return invalid_argument("Copy Source must mention the source bucket and key: sourcebucket/sourcekey", "x-amz-copy-source",
                          std::string(text));
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
  const Conditionals conditionals = parse_conditionals(call.head.headers, "x-amz-copy-source-");
  // For a copy, what would be 304 on a read is a failed condition.
  if (check_conditionals(conditionals, reader.info().etag, to_seconds(reader.info().modified)) != ConditionOutcome::Proceed) {
    throw Error(conditions::kPreconditionFailed, {{"Condition", "x-amz-copy-source-If"}});
  }
  return reader;
}

std::vector<std::string> read_digests(const store::ObjectReader& reader, std::uint64_t offset, std::uint64_t length,
                                      const std::vector<ChecksumKind>& kinds) {
  std::vector<std::unique_ptr<Hasher>> hashers;
  for (const ChecksumKind kind : kinds) hashers.push_back(create_hasher(kind));
  std::string buffer(static_cast<std::size_t>(std::min<std::uint64_t>(length, 1 << 20)), '\0');
  for (std::uint64_t done = 0; done < length;) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), length - done));
    const std::size_t count = reader.read(offset + done, {buffer.data(), wanted});
    LAB_CHECK(count != 0, "an object ended early");
    for (auto& hasher : hashers) hasher->update({buffer.data(), count});
    done += count;
  }
  std::vector<std::string> digests;
  for (auto& hasher : hashers) digests.push_back(hasher->finish());
  return digests;
}

}  // namespace lab::s3
