#include "compute/text.h"

#include <unicode/locid.h>
#include <unicode/stringoptions.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <vector>

#include "base/error.h"
#include "compute/conditions.h"

namespace lab::compute {

namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// Length of the character that begins with c; ill-formed bytes count one each.
std::size_t width_of(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

std::string_view next_character(std::string_view text, std::size_t at) { return text.substr(at, width_of(text[at])); }

std::vector<std::string_view> characters_of(std::string_view text) {
  std::vector<std::string_view> characters;
  for (std::size_t at = 0; at < text.size(); at += width_of(text[at])) characters.push_back(next_character(text, at));
  return characters;
}

UChar32 code_point(std::string_view character) {
  UChar32 code = 0;
  std::int32_t at = 0;
  U8_NEXT_OR_FFFD(character.data(), at, static_cast<std::int32_t>(character.size()), code);
  return code;
}

void append_code(std::string& text, UChar32 code) {
  char buffer[4];
  std::int32_t size = 0;
  U8_APPEND_UNSAFE(buffer, size, code);
  text.append(buffer, static_cast<std::size_t>(size));
}

icu::UnicodeString unicode(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

}  // namespace

bool is_ascii(std::string_view text) {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    if ((word & 0x8080808080808080ULL) != 0) return false;
  }
  for (; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0x80U) != 0) return false;
  }
  return true;
}

std::int32_t num_characters(std::string_view text) {
  std::int32_t count = 0;
  for (const char c : text) count += continues(c) ? 0 : 1;
  return count;
}

std::size_t offset_of(std::string_view text, std::int64_t character) {
  std::size_t at = 0;
  for (; character > 0 && at < text.size(); --character) at += width_of(text[at]);
  return std::min(at, text.size());
}

std::int32_t ascii(std::string_view text) { return text.empty() ? 0 : code_point(next_character(text, 0)); }

std::string chr(std::int64_t code) {
  if (code < 0) return {};
  std::string text;
  append_code(text, static_cast<UChar32>(code & 0xFF));
  return text;
}

std::string upper(std::string_view text) {
  std::string result(text);
  if (is_ascii(text)) {
    for (char& c : result) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    return result;
  }
  result.clear();
  unicode(text).toUpper(icu::Locale::getRoot()).toUTF8String(result);
  return result;
}

std::string lower(std::string_view text) {
  std::string result(text);
  if (is_ascii(text)) {
    for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return result;
  }
  result.clear();
  unicode(text).toLower(icu::Locale::getRoot()).toUTF8String(result);
  return result;
}

std::string initcap(std::string_view text) {
  // Words are separated by blanks only; the rest of a word is in small letters.
  std::string result;
  bool begins = true;
  const std::string small = lower(text);
  for (const std::string_view character : characters_of(small)) {
    if (begins) {
      append_code(result, u_totitle(code_point(character)));
    } else {
      result += character;
    }
    begins = character == " ";
  }
  return result;
}

std::string initcap_whole(std::string_view text) {
  if (is_ascii(text)) return initcap(text);
  std::string result;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find(' ', from), text.size());
    const std::string_view word = text.substr(from, end - from);
    if (!word.empty()) {
      const std::string_view head = next_character(word, 0);
      unicode(head).toTitle(nullptr, icu::Locale::getRoot(), U_TITLECASE_WHOLE_STRING | U_TITLECASE_NO_BREAK_ADJUSTMENT).toUTF8String(result);
      // The word's own small letters: how a sigma looks depends on what stands before it.
      result += lower(word).substr(lower(head).size());
    }
    if (end < text.size()) result += ' ';
    from = end + 1;
  }
  return result;
}

std::string reverse(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  const auto characters = characters_of(text);
  for (auto at = characters.rbegin(); at != characters.rend(); ++at) result += *at;
  return result;
}

std::string_view substring(std::string_view text, std::int32_t position, std::int32_t length) {
  if (length <= 0 || text.empty()) return {};
  const bool plain = is_ascii(text);
  const std::int64_t size = plain ? static_cast<std::int64_t>(text.size()) : num_characters(text);
  const std::int64_t start = position > 0 ? position - 1 : position < 0 ? size + position : 0;
  const std::int64_t end = std::min<std::int64_t>(start + length, size);
  const std::int64_t begin = std::max<std::int64_t>(start, 0);
  if (begin >= end) return {};
  if (plain) return text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  const std::size_t from = offset_of(text, begin);
  return text.substr(from, offset_of(text.substr(from), end - begin));
}

std::string_view substring_bytes(std::string_view bytes, std::int32_t position, std::int32_t length) {
  const auto size = static_cast<std::int64_t>(bytes.size());
  const std::int64_t start = position > 0 ? position - 1 : position < 0 ? size + position : 0;
  const std::int64_t end = std::min<std::int64_t>(start + length, size), begin = std::max<std::int64_t>(start, 0);
  if (length <= 0 || begin >= end) return {};
  return bytes.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

std::string_view left(std::string_view text, std::int32_t length) { return substring(text, 1, length); }
std::string_view right(std::string_view text, std::int32_t length) {
  if (length <= 0) return {};
  const std::int32_t size = num_characters(text);
  return length >= size ? text : text.substr(offset_of(text, size - length));
}

std::string_view substring_index(std::string_view text, std::string_view delimiter, std::int32_t count) {
  if (count == 0 || delimiter.empty()) return {};
  if (count > 0) {
    std::size_t at = std::string_view::npos, from = 0;
    for (; count > 0; --count) {
      at = text.find(delimiter, from);
      if (at == std::string_view::npos) return text;
      from = at + 1;
    }
    return text.substr(0, at);
  }
  std::size_t at = text.size() + 1;
  for (; count < 0; ++count) {
    if (at == 0) return text;
    at = text.rfind(delimiter, at - 1);
    if (at == std::string_view::npos) return text;
  }
  return text.substr(at + delimiter.size());
}

std::string_view split_part(std::string_view text, std::string_view delimiter, std::int32_t part) {
  if (part == 0) throw Error(conditions::kIndexOfZero, {});
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  while (!delimiter.empty()) {
    const std::size_t at = text.find(delimiter, begin);
    if (at == std::string_view::npos) break;
    parts.push_back(text.substr(begin, at - begin));
    begin = at + delimiter.size();
  }
  parts.push_back(text.substr(begin));
  const auto size = static_cast<std::int64_t>(parts.size());
  const std::int64_t index = part > 0 ? part - 1 : size + part;
  return index < 0 || index >= size ? std::string_view() : parts[static_cast<std::size_t>(index)];
}

template <Side Which>
std::string_view trim(std::string_view text) {
  if (Which != Side::Right) text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  if (Which != Side::Left) text = text.substr(0, text.find_last_not_of(' ') + 1);
  return text;
}
template std::string_view trim<Side::Both>(std::string_view);
template std::string_view trim<Side::Left>(std::string_view);
template std::string_view trim<Side::Right>(std::string_view);

template <Side Which>
std::string_view trim(std::string_view text, std::string_view characters) {
  const auto set = characters_of(characters);
  const auto listed = [&](std::string_view character) { return std::ranges::find(set, character) != set.end(); };
  if (Which != Side::Right) {
    while (!text.empty() && listed(next_character(text, 0)))
      text.remove_prefix(std::min(width_of(text[0]), text.size()));
  }
  if (Which != Side::Left) {
    while (!text.empty()) {
      std::size_t begin = text.size() - 1;
      while (begin > 0 && continues(text[begin])) --begin;
      if (!listed(text.substr(begin))) break;
      text = text.substr(0, begin);
    }
  }
  return text;
}
template std::string_view trim<Side::Both>(std::string_view, std::string_view);
template std::string_view trim<Side::Left>(std::string_view, std::string_view);
template std::string_view trim<Side::Right>(std::string_view, std::string_view);

namespace {

std::string padding(std::string_view pad, std::int64_t missing) {
  std::string result;
  const std::int64_t size = num_characters(pad);
  for (std::int64_t i = 0; i < missing / size; ++i) result += pad;
  return result += pad.substr(0, offset_of(pad, missing % size));
}

std::optional<std::string> cut_or_whole(std::string_view text, std::int32_t length, std::string_view pad,
                                        std::int64_t& missing) {
  if (length <= 0) return std::string();
  missing = static_cast<std::int64_t>(length) - num_characters(text);
  if (missing <= 0) return std::string(text.substr(0, offset_of(text, length)));
  if (pad.empty()) return std::string(text);
  return {};
}

}  // namespace

std::string pad_left(std::string_view text, std::int32_t length, std::string_view pad) {
  std::int64_t missing = 0;
  if (auto whole = cut_or_whole(text, length, pad, missing)) return *whole;
  return padding(pad, missing) + std::string(text);
}
std::string pad_right(std::string_view text, std::int32_t length, std::string_view pad) {
  std::int64_t missing = 0;
  if (auto whole = cut_or_whole(text, length, pad, missing)) return *whole;
  return std::string(text) + padding(pad, missing);
}

std::string repeat(std::string_view text, std::int32_t count) {
  std::string result;
  if (count <= 0) return result;
  result.reserve(text.size() * static_cast<std::size_t>(count));
  for (std::int32_t i = 0; i < count; ++i) result += text;
  return result;
}

std::string replace(std::string_view text, std::string_view search, std::string_view replacement) {
  if (search.empty()) return std::string(text);
  std::string result;
  std::size_t begin = 0;
  for (std::size_t at; (at = text.find(search, begin)) != std::string_view::npos; begin = at + search.size()) {
    result += text.substr(begin, at - begin);
    result += replacement;
  }
  return result += text.substr(begin);
}

std::string translate(std::string_view text, std::string_view from, std::string_view to) {
  const auto sources = characters_of(from), targets = characters_of(to);
  std::map<std::string_view, std::string_view> table;
  for (std::size_t i = 0; i < sources.size(); ++i)
    table.emplace(sources[i], i < targets.size() ? targets[i] : std::string_view());
  std::string result;
  for (const std::string_view character : characters_of(text)) {
    const auto found = table.find(character);
    result += found == table.end() ? character : found->second;
  }
  return result;
}

std::string overlay(std::string_view text, std::string_view replacement, std::int32_t position, std::int32_t length) {
  const std::int32_t taken = length >= 0 ? length : num_characters(replacement);
  std::string result(substring(text, 1, position - 1));
  result += replacement;
  return result += substring(text, position + taken, 2147483647);
}
std::string overlay_bytes(std::string_view text, std::string_view replacement, std::int32_t position,
                          std::int32_t length) {
  const std::int32_t taken = length >= 0 ? length : static_cast<std::int32_t>(replacement.size());
  std::string result(substring_bytes(text, 1, position - 1));
  result += replacement;
  return result += substring_bytes(text, position + taken, 2147483647);
}

std::int32_t locate(std::string_view part, std::string_view text, std::int32_t position) {
  if (position < 1) return 0;
  if (part.empty()) return 1;
  const std::size_t from = offset_of(text, position - 1);
  if (from == text.size() && position > num_characters(text) + 1) return 0;
  const std::size_t at = text.find(part, from);
  return at == std::string_view::npos ? 0 : num_characters(text.substr(0, at)) + 1;
}

std::int32_t find_in_set(std::string_view text, std::string_view set) {
  if (text.find(',') != std::string_view::npos) return 0;
  std::int32_t index = 1;
  for (std::size_t begin = 0;; ++index) {
    const std::size_t comma = set.find(',', begin);
    if (set.substr(begin, comma - begin) == text) return index;
    if (comma == std::string_view::npos) return 0;
    begin = comma + 1;
  }
}

std::int32_t levenshtein(std::string_view a, std::string_view b) {
  const auto left = characters_of(a), right = characters_of(b);
  std::vector<std::int32_t> row(right.size() + 1);
  for (std::size_t j = 0; j <= right.size(); ++j) row[j] = static_cast<std::int32_t>(j);
  for (std::size_t i = 1; i <= left.size(); ++i) {
    std::int32_t diagonal = row[0];
    row[0] = static_cast<std::int32_t>(i);
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::int32_t replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::int32_t levenshtein_within(std::string_view a, std::string_view b, std::int32_t threshold) {
  const std::int32_t distance = levenshtein(a, b);
  return distance > threshold ? -1 : distance;
}

std::string soundex(std::string_view text) {
  if (text.empty()) return {};
  const auto letter = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; };
  const char first = letter(text[0]);
  if (first < 'A' || first > 'Z') return std::string(text);
  // '7' is a letter that is skipped and does not separate (H, W); '0' one that separates.
  constexpr std::string_view kCodes = "01230127022455012623017202";
  std::string code(1, first);
  char last = kCodes[static_cast<std::size_t>(first - 'A')];
  for (std::size_t i = 1; i < text.size() && code.size() < 4; ++i) {
    const char c = letter(text[i]);
    if (c < 'A' || c > 'Z') {
      last = '0';
      continue;
    }
    const char digit = kCodes[static_cast<std::size_t>(c - 'A')];
    if (digit == '7') continue;
    if (digit != '0' && digit != last) code += digit;
    last = digit;
  }
  code.resize(4, '0');
  return code;
}

std::string mask(std::string_view text, std::string_view upper_case, std::string_view lower_case,
                 std::string_view digit, std::string_view other, bool keeps_other) {
  std::string result;
  for (const std::string_view character : characters_of(text)) {
    const UChar32 code = code_point(character);
    const auto type = u_charType(code);
    if (type == U_UPPERCASE_LETTER)
      result += upper_case == std::string_view("\0", 1) ? character : upper_case;
    else if (type == U_LOWERCASE_LETTER)
      result += lower_case == std::string_view("\0", 1) ? character : lower_case;
    else if (type == U_DECIMAL_DIGIT_NUMBER)
      result += digit == std::string_view("\0", 1) ? character : digit;
    else
      result += keeps_other ? character : other;
  }
  return result;
}

}  // namespace lab::compute
