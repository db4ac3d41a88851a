#include <algorithm>
#include <memory>

#include "protocol/s3/conditionals.h"
#include "protocol/s3/http_date.h"
#include "wire/s3/encryption.h"
#include "wire/s3/expiration.h"
#include "wire/s3/locks.h"
#include "wire/s3/object_headers.h"
#include "wire/s3/operations/operations.h"
#include "wire/s3/versions.h"

namespace lab::s3 {
namespace {

// Up to here one read into memory and one write to the socket cost less than sending from the file.
constexpr std::uint64_t kReadAtOnce = 64 << 10;

constexpr std::pair<std::string_view, std::string_view> kOverrides[] = {
    {"response-content-type", "Content-Type"},
    {"response-content-language", "Content-Language"},
    {"response-expires", "Expires"},
    {"response-cache-control", "Cache-Control"},
    {"response-content-disposition", "Content-Disposition"},
    {"response-content-encoding", "Content-Encoding"},
};

/// The part of an object that is asked for.
struct Selection {
  std::uint64_t first = 0;
  std::uint64_t length = 0;
  bool is_partial = false;
  const store::ObjectPart* part = nullptr;
};

Selection select_part(const store::ObjectInfo& info, std::string_view text) {
  const auto number = parse_number(text);
  if (!number || *number < 1 || *number > 10'000) throw Error(conditions::kTooManyParts);
  if (info.num_parts == 0) {
    if (*number != 1) throw Error(conditions::kInvalidPart);
    return {0, info.size, true, nullptr};
  }
  // A part that was copied may be several runs of bytes.
  Selection selection;
  std::uint64_t at = 0;
  for (const store::ObjectPart& part : info.parts) {
    if (part.number == static_cast<int>(*number)) {
      if (selection.part == nullptr) selection = {at, 0, true, &part};
      selection.length += info.length_of(part);
    }
    at += info.length_of(part);
  }
  if (selection.part == nullptr) throw Error(conditions::kInvalidPart);
  return selection;
}

/// A part that is not there is said so also to who has no key.
void require_part(const Call& call, const store::ObjectInfo& info) {
  if (const auto number = call.head.parameter("partNumber")) select_part(info, *number);
}

Selection select_bytes(const Call& call, const store::ObjectInfo& info) {
  const auto range_header = call.head.header("range");
  const auto part_number = call.head.parameter("partNumber");
  if (range_header && part_number) throw invalid_request("Cannot specify both Range header and partNumber query parameter");
  if (part_number) return select_part(info, *part_number);
  if (range_header) {
    if (const auto range = parse_range(*range_header, info.size)) return {range->first, range->length, true, nullptr};
  }
  return {0, info.size, false, nullptr};
}

std::vector<net::FileRange> file_ranges(const std::shared_ptr<const store::ObjectReader>& reader, const Selection& selection) {
  std::vector<net::FileRange> ranges;
  std::uint64_t at = 0;
  const std::uint64_t end = selection.first + selection.length;
  for (const store::PinnedFile& file : reader->parts()) {
    const std::uint64_t from = std::max(at, selection.first);
    const std::uint64_t to = std::min(at + file.size(), end);
    if (from < to) ranges.push_back({file.descriptor(), file.offset() + (from - at), to - from, reader});
    at += file.size();
  }
  return ranges;
}

/// Opens sealed bytes as they are sent.
class SealedSource final : public net::BodySource {
 public:
  SealedSource(std::shared_ptr<const store::ObjectReader> reader, const Selection& selection)
      : reader_(std::move(reader)), at_(selection.first), end_(selection.first + selection.length) {}

  std::size_t read(std::span<char> into) override {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), end_ - at_));
    const std::size_t count = reader_->read(at_, into.subspan(0, wanted));
    at_ += count;
    return count;
  }

 private:
  const std::shared_ptr<const store::ObjectReader> reader_;
  std::uint64_t at_;
  const std::uint64_t end_;
};

void set_overrides(net::Response& response, const RequestHead& head) {
  for (const auto& [parameter, header] : kOverrides) {
    const auto value = head.parameter(parameter);
    if (!value) continue;
    const auto same = std::ranges::find(response.headers, header, [](const auto& pair) { return std::string_view(pair.first); });
    if (same == response.headers.end()) {
      response.set(std::string(header), std::string(*value));
    } else {
      same->second = std::string(*value);
    }
  }
}

/// Answers 304 or the object's head; `selection` is set when there are bytes to send.
net::Response begin_answer(const Call& call, const store::ObjectInfo& info, std::optional<Selection>& selection) {
  const auto outcome = check_conditionals(parse_conditionals(call.head.headers), info.etag, to_seconds(info.modified));
  if (outcome == ConditionOutcome::PreconditionFailed) {
    throw Error(conditions::kPreconditionFailed,
                {{"Condition", call.head.header("if-match") ? "If-Match" : "If-Unmodified-Since"}});
  }
  net::Response response;
  if (outcome == ConditionOutcome::NotModified) {
    response.status = 304;
    response.set("Last-Modified", print_http_date(to_seconds(info.modified)));
    response.set("ETag", quote_etag(info.etag));
    return response;
  }
  selection = select_bytes(call, info);
  set_object_headers(response, info);
  set_version_header(response, info);
  set_lock_headers(response, info.properties.lock);
  set_expiration_header(response, call, call.lifecycle, info);
  set_restore_header(response, call, info);
  if (selection->is_partial && info.size != 0) {
    response.status = 206;
    response.set("Content-Range", "bytes " + std::to_string(selection->first) + "-" +
                                      std::to_string(selection->first + selection->length - 1) + "/" + std::to_string(info.size));
  }
  if (call.head.has_parameter("partNumber") && info.num_parts != 0) {
    response.set("x-amz-mp-parts-count", std::to_string(info.num_parts));
  }
  if (to_lower_ascii(call.head.header("x-amz-checksum-mode").value_or("")) == "enabled") {
    // A checksum is of the whole object or of one part; a range has none.
    if (!selection->is_partial || selection->length == info.size) {
      set_checksum_headers(response, info.properties.checksums, info.num_parts);
    } else if (selection->part != nullptr) {
      set_checksum_headers(response, selection->part->checksums, 0);
    }
  }
  set_overrides(response, call.head);
  return response;
}

}  // namespace

net::Response serve_get_object(Call& call) {
  refuse_encryption_on_read(call.head);
  store::ObjectReader opened = open_named_object(call);
  require_part(call, opened.info());
  if (auto key = open_encryption(call, opened.info().properties.encryption)) opened.unlock(*std::move(key));
  auto reader = std::make_shared<const store::ObjectReader>(std::move(opened));
  std::optional<Selection> selection;
  net::Response response = begin_answer(call, reader->info(), selection);
  if (!selection) return response;
  if (selection->length <= kReadAtOnce) {
    std::string bytes(static_cast<std::size_t>(selection->length), '\0');
    const std::size_t count = reader->read(selection->first, bytes);
    LAB_CHECK(count == bytes.size(), "an object ended early");
    response.body = std::move(bytes);
  } else if (reader->info().properties.is_sealed()) {
    response.body = net::StreamedBody{std::make_unique<SealedSource>(reader, *selection), selection->length};
  } else {
    response.body = file_ranges(reader, *selection);
  }
  return response;
}

net::Response serve_head_object(Call& call) {
  refuse_encryption_on_read(call.head);
  const store::ObjectInfo info = find_named_object(call);
  require_part(call, info);
  open_encryption(call, info.properties.encryption);
  std::optional<Selection> selection;
  net::Response response = begin_answer(call, info, selection);
  if (selection) response.announced_length = selection->length;
  return response;
}

}  // namespace lab::s3
