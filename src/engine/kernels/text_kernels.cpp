#include "compute/text.h"

#include "base/error.h"
#include "compute/conditions.h"
#include "engine/kernels/adapt.h"
#include "engine/kernels/families.h"

namespace lab::engine {

namespace {

using compute::Bytes;
using compute::BytesView;
using compute::Side;
using std::string_view;

template <Side Which>
void register_trim(KernelRegistry& registry, const std::string& name) {
  registry.add(adapt(name, [](string_view text) { return compute::trim<Which>(text); }));
  registry.add(
      adapt(name, [](string_view text, string_view characters) { return compute::trim<Which>(text, characters); }));
}

void register_lengths(KernelRegistry& registry) {
  registry.add(adapt<&compute::num_characters>("lab_length"));
  registry.add(adapt("lab_length", [](BytesView value) { return static_cast<std::int32_t>(value.bytes.size()); }));
  registry.add(adapt("lab_octet_length", [](string_view value) { return static_cast<std::int32_t>(value.size()); }));
  registry.add(
      adapt("lab_octet_length", [](BytesView value) { return static_cast<std::int32_t>(value.bytes.size()); }));
  registry.add(adapt("lab_bit_length", [](string_view value) { return static_cast<std::int32_t>(value.size() * 8); }));
  registry.add(
      adapt("lab_bit_length", [](BytesView value) { return static_cast<std::int32_t>(value.bytes.size() * 8); }));
  registry.add(adapt("lab_starts_with", [](string_view a, string_view b) { return a.starts_with(b); }));
  registry.add(adapt("lab_starts_with", [](BytesView a, BytesView b) { return a.bytes.starts_with(b.bytes); }));
  registry.add(adapt("lab_ends_with", [](string_view a, string_view b) { return a.ends_with(b); }));
  registry.add(adapt("lab_ends_with", [](BytesView a, BytesView b) { return a.bytes.ends_with(b.bytes); }));
  registry.add(adapt("lab_contains", [](string_view a, string_view b) { return a.find(b) != string_view::npos; }));
  registry.add(
      adapt("lab_contains", [](BytesView a, BytesView b) { return a.bytes.find(b.bytes) != string_view::npos; }));
}

void register_pieces(KernelRegistry& registry) {
  constexpr std::int32_t kAll = 2147483647;
  registry.add(adapt("lab_substring",
                     [](string_view text, std::int32_t position) { return compute::substring(text, position, kAll); }));
  registry.add(adapt<&compute::substring>("lab_substring"));
  registry.add(adapt("lab_substring", [](BytesView value, std::int32_t position) {
    return BytesView{compute::substring_bytes(value.bytes, position, kAll)};
  }));
  registry.add(adapt("lab_substring", [](BytesView value, std::int32_t position, std::int32_t length) {
    return BytesView{compute::substring_bytes(value.bytes, position, length)};
  }));
  registry.add(adapt<&compute::left>("lab_left"));
  registry.add(adapt("lab_left", [](BytesView value, std::int32_t length) {
    return BytesView{compute::substring_bytes(value.bytes, 1, length)};
  }));
  registry.add(adapt<&compute::right>("lab_right"));
  registry.add(adapt<&compute::substring_index>("lab_substring_index"));
  registry.add(adapt<&compute::split_part>("lab_split_part"), kRaises);
  registry.add(adapt<&compute::pad_left>("lab_lpad"));
  registry.add(adapt<&compute::pad_right>("lab_rpad"));
  registry.add(
      adapt("lab_lpad", [](string_view text, std::int32_t length) { return compute::pad_left(text, length, " "); }));
  registry.add(
      adapt("lab_rpad", [](string_view text, std::int32_t length) { return compute::pad_right(text, length, " "); }));
  const auto pad = [](BytesView value, std::int32_t length, string_view filler, bool in_front) {
    const auto size = static_cast<std::size_t>(std::max(length, 0));
    std::string bytes(value.bytes.substr(0, size));
    std::string missing;
    while (!filler.empty() && bytes.size() + missing.size() < size) missing += filler[missing.size() % filler.size()];
    return Bytes{in_front ? missing + bytes : bytes + missing};
  };
  static constexpr string_view kZero("\0", 1);
  static const auto padded = pad;
  registry.add(
      adapt("lab_lpad", [](BytesView value, std::int32_t length) { return padded(value, length, kZero, true); }));
  registry.add(
      adapt("lab_rpad", [](BytesView value, std::int32_t length) { return padded(value, length, kZero, false); }));
  registry.add(adapt("lab_lpad", [](BytesView value, std::int32_t length, BytesView filler) {
    return padded(value, length, filler.bytes, true);
  }));
  registry.add(adapt("lab_rpad", [](BytesView value, std::int32_t length, BytesView filler) {
    return padded(value, length, filler.bytes, false);
  }));
  registry.add(adapt("lab_overlay", [](string_view text, string_view replacement, std::int32_t position) {
    return compute::overlay(text, replacement, position, -1);
  }));
  registry.add(adapt<&compute::overlay>("lab_overlay"));
  registry.add(adapt("lab_overlay", [](BytesView text, BytesView replacement, std::int32_t position) {
    return Bytes{compute::overlay_bytes(text.bytes, replacement.bytes, position, -1)};
  }));
  registry.add(
      adapt("lab_overlay", [](BytesView text, BytesView replacement, std::int32_t position, std::int32_t length) {
        return Bytes{compute::overlay_bytes(text.bytes, replacement.bytes, position, length)};
      }));
}

Bytes unbase64_or_raise(string_view text) {
  auto bytes = compute::unbase64(text);
  if (!bytes) {
    throw Error(compute::conditions::kConversion, {{"str", "'" + std::string(text) + "'"},
                                                   {"fmt", "'BASE64'"},
                                                   {"targetType", "\"BINARY\""},
                                                   {"suggestion", "`try_to_binary`"}});
  }
  return {std::move(*bytes)};
}

}  // namespace

void register_text_kernels(KernelRegistry& registry) {
  register_lengths(registry);
  register_pieces(registry);
  register_trim<Side::Both>(registry, "lab_trim");
  register_trim<Side::Left>(registry, "lab_ltrim");
  register_trim<Side::Right>(registry, "lab_rtrim");
  registry.add(adapt<&compute::ascii>("lab_ascii"));
  registry.add(adapt<&compute::chr>("lab_chr"));
  registry.add(adapt<&compute::upper>("lab_upper"));
  registry.add(adapt<&compute::lower>("lab_lower"));
  registry.add(adapt<&compute::initcap>("lab_initcap"));
  registry.add(adapt<&compute::initcap_whole>("lab_initcap_whole"));
  registry.add(adapt<&compute::reverse>("lab_reverse"));
  registry.add(adapt<&compute::repeat>("lab_repeat"));
  registry.add(adapt<&compute::replace>("lab_replace"));
  registry.add(
      adapt("lab_replace", [](string_view text, string_view search) { return compute::replace(text, search, ""); }));
  registry.add(adapt<&compute::translate>("lab_translate"));
  registry.add(adapt<&compute::locate>("lab_locate"));
  registry.add(adapt<&compute::find_in_set>("lab_find_in_set"));
  registry.add(adapt<&compute::levenshtein>("lab_levenshtein"));
  registry.add(adapt<&compute::levenshtein_within>("lab_levenshtein"));
  registry.add(adapt<&compute::soundex>("lab_soundex"));
  registry.add(
      adapt("lab_mask", [](string_view text, string_view upper, string_view lower, string_view digit, string_view other,
                           bool keeps) { return compute::mask(text, upper, lower, digit, other, keeps); }));
  registry.add(adapt("lab_base64", [](BytesView value) { return compute::base64(value.bytes); }));
  registry.add(adapt<&unbase64_or_raise>("lab_unbase64"), kRaises);
  registry.add(adapt("lab_encode", [](string_view text, string_view charset,
                                      bool strict) { return Bytes{compute::encode(text, charset, strict)}; }),
               kRaises);
  registry.add(adapt("lab_decode", [](BytesView value, string_view charset,
                                      bool strict) { return compute::decode(value.bytes, charset, strict); }),
               kRaises);
  registry.add(adapt<&compute::is_valid_utf8>("lab_is_valid_utf8"));
  registry.add(adapt("lab_is_valid_utf8", [](BytesView value) { return compute::is_valid_utf8(value.bytes); }));
  registry.add(adapt("lab_validate_utf8", [](string_view text) { return compute::validated_utf8(text); }), kRaises);
  registry.add(adapt("lab_validate_utf8", [](BytesView value) { return compute::validated_utf8(value.bytes); }), kRaises);
  const auto valid_or_none = [](string_view bytes) -> std::optional<std::string> {
    if (!compute::is_valid_utf8(bytes)) return {};
    return std::string(bytes);
  };
  registry.add(adapt("lab_try_validate_utf8", valid_or_none));
  registry.add(adapt("lab_try_validate_utf8", [](BytesView value) -> std::optional<std::string> {
    if (!compute::is_valid_utf8(value.bytes)) return {};
    return std::string(value.bytes);
  }));
  registry.add(adapt("lab_binary_text", [](BytesView value) { return compute::repaired_utf8(value.bytes); }));
  registry.add(adapt("lab_binary_pretty", [](BytesView value) {
    std::string text = "[";
    for (const char c : value.bytes) {
      const auto byte = static_cast<unsigned char>(c);
      if (text.size() > 1) text += ' ';
      text += "0123456789ABCDEF"[byte >> 4];
      text += "0123456789ABCDEF"[byte & 15];
    }
    return text + "]";
  }));
}

}  // namespace lab::engine
