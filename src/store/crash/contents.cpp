#include "store/crash/contents.h"

#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "base/checksum.h"
#include "base/ids.h"
#include "store/crash/workload.h"
#include "store/objects/tables.h"

namespace lab::store::crash {
namespace {

template <typename... Values>
[[noreturn]] void refuse(fmt::format_string<Values...> text, Values&&... values) {
  throw std::runtime_error(fmt::format(text, std::forward<Values>(values)...));
}

std::string describe(const ObjectInfo& info) {
  return fmt::format("size {} etag {} commit {} modified {} owner {} version {} marker {} latest {} parts {}", info.size,
                     info.etag, info.commit.value, info.modified.time_since_epoch().count(), info.owner, info.version,
                     info.is_marker, info.is_latest, info.num_parts);
}

/// The bytes' hash, after they were held against what the row says.
std::string check_bytes(const ObjectReader& reader) {
  const auto& info = reader.info();
  const auto bytes = reader.read_all();
  std::uint64_t size = 0;
  for (const auto& part : reader.parts()) size += part.size();
  if (bytes.size() != info.size || size != info.size) refuse("{}/{} has {} bytes, not {}", info.bucket, info.key, size, info.size);
  if (info.num_parts == 0 && info.etag != to_hex(checksum(ChecksumKind::Md5, bytes)))
    refuse("the bytes of {}/{} do not have the ETag {}", info.bucket, info.key, info.etag);
  for (const auto& each : info.properties.checksums)
    if (!each.composite && each.value != checksum(each.kind, bytes))
      refuse("the bytes of {}/{} do not have their {}", info.bucket, info.key, checksum_name(each.kind));
  return to_hex(checksum(ChecksumKind::XxHash64, bytes));
}

/// `path` and `size` of each file that a log entry adds, as the workload writes them.
void check_log(const std::string& bucket, const std::string& table, const std::map<std::string, std::string>& entries,
               const std::map<std::string, std::uint64_t>& sizes) {
  std::size_t version = 0;
  for (const auto& [key, text] : entries) {
    if (key != log_key(table, version)) refuse("the log of {}/{} has a gap before {}", bucket, table, key);
    const auto file = table + "/" + added_file(text);
    const auto found = sizes.find(file);
    if (found == sizes.end() || found->second != added_size(text))
      refuse("version {} of {}/{} names {}, which is not there whole", version, bucket, table, file);
    ++version;
  }
}

void read_objects(Store& store, const BucketInfo& bucket, Contents& contents) {
  auto& objects = store.objects();
  std::map<std::string, std::uint64_t> sizes;
  std::map<std::string, std::map<std::string, std::string>> logs;
  std::set<std::string> prefixes;
  ListQuery query{.limit = 7};
  for (;;) {
    const auto page = objects.list(bucket.name, query);
    for (const auto& listed : page.objects) {
      const auto reader = objects.find_and_open(bucket.name, listed.key);
      if (!reader) refuse("{}/{} is listed and not there", bucket.name, listed.key);
      if (reader->size() != listed.size || reader->info().etag != listed.etag) refuse("{}/{} is listed as another one", bucket.name, listed.key);
      contents[fmt::format("object {}/{}", bucket.name, listed.key)] = fmt::format(
          "{} properties {} bytes {}", describe(reader->info()), to_hex(encode_properties(reader->info().properties)), check_bytes(*reader));
      sizes[listed.key] = listed.size;
      if (const auto slash = listed.key.find('/'); slash != std::string::npos) prefixes.insert(listed.key.substr(0, slash + 1));
      if (const auto at = listed.key.find("/_delta_log/"); at != std::string::npos)
        logs[listed.key.substr(0, at)][listed.key] = reader->read_all();
    }
    if (!page.is_truncated) break;
    query.start_after = page.next_start_after;
  }
  const auto top = objects.list(bucket.name, {.delimiter = "/"});
  if (std::set(top.common_prefixes.begin(), top.common_prefixes.end()) != prefixes) refuse("the prefixes of {} are not those of its keys", bucket.name);
  for (const auto& [table, entries] : logs) check_log(bucket.name, table, entries, sizes);
  for (const auto& version : objects.list_versions(bucket.name, {}).versions) {
    const auto reader = objects.open_version(bucket.name, version.key, version.version);
    contents[fmt::format("version {}/{} {}", bucket.name, version.key, version.version)] =
        describe(version) + (version.is_marker ? "" : " bytes " + check_bytes(reader));
  }
}

void read_uploads(Store& store, const BucketInfo& bucket, Contents& contents) {
  for (const auto& upload : store.objects().list_uploads(bucket.name, {}).uploads) {
    auto& line = contents[fmt::format("upload {}/{} {}", bucket.name, upload.key, upload.id)];
    for (const auto& part : store.objects().list_parts(bucket.name, upload.key, upload.id, 0, 1000).parts)
      line += fmt::format("part {} size {} etag {} ", part.number, part.size, part.etag);
  }
}

std::string print_value(const Value& value) {
  if (is_null(value)) return "NULL";
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* real = std::get_if<double>(&value)) return std::to_string(*real);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return to_hex(as_bytes(value));
}

void read_rows(const Snapshot& rows, Contents& contents) {
  for (const auto& table : workload_schema().tables) {
    std::size_t number = 0;
    for (const auto& row : rows.scan_rows(table.name)) {
      std::string line;
      for (const auto& value : row) line += print_value(value) + " ";
      contents[fmt::format("row {} {}", table.name, number++)] = line;
    }
  }
}

/// Every run of bytes that a row names, of the past too, is where its row says and has the blob's hash.
void check_blobs(Store& store) {
  const auto scrubbed = store.scrub();
  if (!scrubbed.damages.empty()) refuse("blob {}: {}", scrubbed.damages[0].blob.value, scrubbed.damages[0].what);
}

}  // namespace

Contents read_contents(Store& store) {
  Contents contents;
  for (const auto& bucket : store.objects().list_buckets()) {
    contents["bucket " + bucket.name] = fmt::format("id {} owner {} commit {} versioning {}", bucket.id, bucket.owner, bucket.commit.value,
                                                    static_cast<int>(bucket.versioning));
    read_objects(store, bucket, contents);
    read_uploads(store, bucket, contents);
  }
  read_rows(store.snapshot(), contents);
  check_blobs(store);
  return contents;
}

std::string print_difference(const Contents& expected, const Contents& found) {
  std::string text;
  for (const auto& [subject, fact] : expected) {
    const auto there = found.find(subject);
    if (there == found.end())
      text += fmt::format("  lost: {}: {}\n", subject, fact);
    else if (there->second != fact)
      text += fmt::format("  differs: {}: {}\n    instead of: {}\n", subject, there->second, fact);
  }
  for (const auto& [subject, fact] : found)
    if (!expected.contains(subject)) text += fmt::format("  not expected: {}: {}\n", subject, fact);
  return text;
}

}  // namespace lab::store::crash
