#include "store/journal/codec.h"

#include "base/error.h"
#include "store/conditions.h"

namespace lab::store {
namespace {

[[noreturn]] void throw_cut_off() {
  throw Error(conditions::kDataCorruption, {{"what", "a stored record is cut off"}});
}

}  // namespace

void Encoder::put_number(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
  bytes_ += static_cast<char>(value);
}

void Encoder::put_string(std::string_view value) {
  put_number(value.size());
  bytes_ += value;
}

std::uint64_t Decoder::take_number() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (bytes_.empty()) throw_cut_off();
    const auto byte = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  throw_cut_off();
}

std::string Decoder::take_string() {
  const auto size = take_number();
  if (size > bytes_.size()) throw_cut_off();
  std::string value(bytes_.substr(0, size));
  bytes_.remove_prefix(size);
  return value;
}

std::string encode_events(const std::vector<FeedEvent>& events) {
  Encoder encoder;
  encoder.put_number(events.size());
  for (const auto& event : events) {
    encoder.put_number(static_cast<std::uint64_t>(event.action));
    encoder.put_string(event.kind);
    encoder.put_string(event.subject);
  }
  return encoder.take();
}

std::vector<FeedEvent> decode_events(std::string_view bytes) {
  std::vector<FeedEvent> events;
  if (bytes.empty()) return events;
  Decoder decoder(bytes);
  for (auto left = decoder.take_number(); left > 0; --left) {
    FeedEvent event;
    event.action = static_cast<FeedAction>(decoder.take_number());
    event.kind = decoder.take_string();
    event.subject = decoder.take_string();
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace lab::store
