#include "protocol/s3/checksums.h"

#include "protocol/s3/errors.h"

namespace lab::s3 {
namespace {

constexpr ChecksumKind kKinds[] = {ChecksumKind::Crc32, ChecksumKind::Crc32c, ChecksumKind::Crc64Nvme,
                                   ChecksumKind::Sha1, ChecksumKind::Sha256};

std::optional<ChecksumKind> find_kind(std::string_view name) {
  const std::string lower = to_lower_ascii(name);
  for (const ChecksumKind kind : kKinds) {
    if (to_lower_ascii(checksum_name(kind)) == lower) return kind;
  }
  return std::nullopt;
}

}  // namespace

std::span<const ChecksumKind> checksum_kinds() { return kKinds; }

std::string checksum_header(ChecksumKind kind) { return "x-amz-checksum-" + to_lower_ascii(checksum_name(kind)); }

std::string checksum_element(ChecksumKind kind) { return "Checksum" + std::string(checksum_name(kind)); }

ChecksumKind parse_checksum_algorithm(std::string_view name) {
  const auto kind = find_kind(name);
  if (!kind) {
    throw invalid_request("Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
                          "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
  }
  return *kind;
}

bool can_be_full_object(ChecksumKind kind) {
  return kind == ChecksumKind::Crc32 || kind == ChecksumKind::Crc32c || kind == ChecksumKind::Crc64Nvme;
}

bool can_be_composite(ChecksumKind kind) { return kind != ChecksumKind::Crc64Nvme; }

std::optional<GivenChecksum> find_object_checksum(const NameValues& headers) {
  NameValues plain;
  for (const auto& [name, text] : headers) {
    const auto dash = text.rfind('-');
    const bool is_composite = name.starts_with("x-amz-checksum-") && dash != std::string::npos && parse_number(std::string_view(text).substr(dash + 1));
    plain.emplace_back(name, is_composite ? text.substr(0, dash) : text);
  }
  return find_given_checksum(plain);
}

std::optional<GivenChecksum> find_given_checksum(const NameValues& headers) {
  std::optional<GivenChecksum> given;
  for (const auto& [name, text] : headers) {
    if (!name.starts_with("x-amz-checksum-")) continue;
    const auto kind = find_kind(std::string_view(name).substr(15));
    if (!kind) continue;  // x-amz-checksum-algorithm, -mode, -type
    if (given) throw invalid_request("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
    // S3 writes the checksum of a multipart object as `value-parts`; nobody may claim such a one for a body.
    auto value = decode_base64(text);
    if (!value || value->size() != checksum_size(*kind)) {
      throw Error(conditions::kBadDigest, {{"digest", std::string(checksum_name(*kind))}});
    }
    given = GivenChecksum{*kind, std::move(*value)};
  }
  return given;
}

std::optional<ChecksumKind> find_announced_checksum(const NameValues& headers) {
  std::optional<ChecksumKind> announced;
  for (const auto& [name, text] : headers) {
    if (name != "x-amz-trailer") continue;
    std::string_view rest = text;
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      const std::string item = to_lower_ascii(trim_spaces(rest.substr(0, comma)));
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
      if (!item.starts_with("x-amz-checksum-")) continue;
      const auto kind = find_kind(std::string_view(item).substr(15));
      if (!kind) throw invalid_request("The value specified in the x-amz-trailer header is not supported");
      if (announced) throw invalid_request("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
      announced = kind;
    }
  }
  return announced;
}

std::optional<ChecksumKind> find_named_checksum(const NameValues& headers) {
  for (const std::string_view header : {"x-amz-sdk-checksum-algorithm", "x-amz-checksum-algorithm"}) {
    if (const auto name = find_value(headers, header)) {
      if (const auto kind = find_kind(*name)) return kind;
      if (to_lower_ascii(*name) == "md5") continue;
      return parse_checksum_algorithm(*name);
    }
  }
  return std::nullopt;
}

std::optional<std::string> find_content_md5(const NameValues& headers) {
  const auto text = find_value(headers, "content-md5");
  if (!text) return std::nullopt;
  auto value = decode_base64(*text);
  if (!value || value->size() != checksum_size(ChecksumKind::Md5)) throw Error(conditions::kInvalidDigest);
  return value;
}

}  // namespace lab::s3
