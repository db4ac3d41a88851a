#include "base/checksum.h"
#include "protocol/s3/select/selection.h"

namespace lab::s3::select {
namespace {

std::string big_endian(std::uint64_t number, int num_bytes) {
  std::string bytes;
  for (int i = num_bytes - 1; i >= 0; --i) bytes += static_cast<char>(number >> (8 * i) & 0xFF);
  return bytes;
}

std::string event_header(std::string_view name, std::string_view value) {
  constexpr char kTextValue = 7;
  std::string header(1, static_cast<char>(name.size()));
  header += name;
  header += kTextValue;
  header += big_endian(value.size(), 2);
  header += value;
  return header;
}

/// Lengths, their CRC, headers, payload, the CRC of all.
std::string frame(std::string_view headers, std::string_view payload) {
  constexpr std::size_t kFrame = 16;
  std::string message = big_endian(kFrame + headers.size() + payload.size(), 4) + big_endian(headers.size(), 4);
  message += checksum(ChecksumKind::Crc32, message);
  message += headers;
  message += payload;
  message += checksum(ChecksumKind::Crc32, message);
  return message;
}

}  // namespace

std::string write_event(std::string_view type, std::string_view content_type, std::string_view payload) {
  std::string headers = event_header(":message-type", "event") + event_header(":event-type", type);
  if (!content_type.empty()) headers += event_header(":content-type", content_type);
  return frame(headers, payload);
}

std::string write_error_event(std::string_view code, std::string_view message) {
  return frame(event_header(":message-type", "error") + event_header(":error-code", code) + event_header(":error-message", message), {});
}

}  // namespace lab::s3::select
