#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Text functions over UTF-8, counting code points as Spark does.
namespace lab::compute {

std::int32_t num_characters(std::string_view text);
bool is_ascii(std::string_view text);
/// Byte offset of the n-th character, or the text's size.
std::size_t offset_of(std::string_view text, std::int64_t character);

std::int32_t ascii(std::string_view text);
std::string chr(std::int64_t code);
std::string upper(std::string_view text);
std::string lower(std::string_view text);
/// Capitals letter by letter, as 3.5 has them.
std::string initcap(std::string_view text);
/// The same where a letter's capital may be several (`ß` becomes `Ss`), as 4.x has it.
std::string initcap_whole(std::string_view text);
std::string reverse(std::string_view text);

/// 1-based; 0 counts as 1, negative from behind.
std::string_view substring(std::string_view text, std::int32_t position, std::int32_t length);
std::string_view substring_bytes(std::string_view bytes, std::int32_t position, std::int32_t length);
std::string_view left(std::string_view text, std::int32_t length);
std::string_view right(std::string_view text, std::int32_t length);
std::string_view substring_index(std::string_view text, std::string_view delimiter, std::int32_t count);
/// Throws INVALID_INDEX_OF_ZERO.
std::string_view split_part(std::string_view text, std::string_view delimiter, std::int32_t part);

enum class Side : std::uint8_t { Both, Left, Right };
template <Side Which>
std::string_view trim(std::string_view text);
/// Any of the characters.
template <Side Which>
std::string_view trim(std::string_view text, std::string_view characters);

std::string pad_left(std::string_view text, std::int32_t length, std::string_view pad);
std::string pad_right(std::string_view text, std::int32_t length, std::string_view pad);
std::string repeat(std::string_view text, std::int32_t count);
std::string replace(std::string_view text, std::string_view search, std::string_view replacement);
std::string translate(std::string_view text, std::string_view from, std::string_view to);
std::string overlay(std::string_view text, std::string_view replacement, std::int32_t position, std::int32_t length);
std::string overlay_bytes(std::string_view text, std::string_view replacement, std::int32_t position,
                          std::int32_t length);
std::int32_t locate(std::string_view part, std::string_view text, std::int32_t position);
std::int32_t find_in_set(std::string_view text, std::string_view set);
std::int32_t levenshtein(std::string_view a, std::string_view b);
std::int32_t levenshtein_within(std::string_view a, std::string_view b, std::int32_t threshold);
std::string soundex(std::string_view text);
/// A NUL replacement (`\0`) leaves characters of that kind as they are.
std::string mask(std::string_view text, std::string_view upper_case, std::string_view lower_case,
                 std::string_view digit, std::string_view other, bool keeps_other);

std::string base64(std::string_view bytes);
std::optional<std::string> unbase64(std::string_view text);
/// By RFC 4648: groups of four digits, white space between them, the last one of two to four with all of its padding or none.
bool is_base64(std::string_view text);
bool is_valid_utf8(std::string_view text);
/// The same text; throws INVALID_UTF8_STRING when it is ill-formed.
std::string validated_utf8(std::string_view bytes);
/// Ill-formed sequences become U+FFFD, as Java's decoder does.
std::string repaired_utf8(std::string_view bytes);
/// Throws for an unknown charset; `strict` (Spark 4) also for what the charset cannot say, where a replacement stands
/// otherwise.
std::string encode(std::string_view text, std::string_view charset, bool strict);
std::string decode(std::string_view bytes, std::string_view charset, bool strict);

}  // namespace lab::compute
