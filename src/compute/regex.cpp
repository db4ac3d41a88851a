#define PCRE2_CODE_UNIT_WIDTH 8
#include "compute/regex.h"

#include <pcre2.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/error.h"
#include "compute/conditions.h"

namespace lab::compute {

namespace {

constexpr std::uint32_t kMatchLimit = 10'000'000;
constexpr std::uint32_t kHeapLimit = 64 * 1024;  // KiB

/// What Java writes differently: POSIX classes as properties, `\h` and `\Z` mean the same.
std::string translated(std::string_view pattern) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kClasses{{{"Lower", "[:lower:]"},
                                                                                           {"Upper", "[:upper:]"},
                                                                                           {"ASCII", "[:ascii:]"},
                                                                                           {"Alpha", "[:alpha:]"},
                                                                                           {"Digit", "[:digit:]"},
                                                                                           {"Alnum", "[:alnum:]"},
                                                                                           {"Punct", "[:punct:]"},
                                                                                           {"Graph", "[:graph:]"},
                                                                                           {"Print", "[:print:]"},
                                                                                           {"Blank", "[:blank:]"},
                                                                                           {"Cntrl", "[:cntrl:]"},
                                                                                           {"XDigit", "[:xdigit:]"},
                                                                                           {"Space", "[:space:]"}}};
  std::string result;
  int depth = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      const char next = pattern[i + 1];
      if ((next == 'p' || next == 'P') && i + 2 < pattern.size() && pattern[i + 2] == '{') {
        const auto close = pattern.find('}', i);
        const std::string_view name = close == std::string_view::npos ? "" : pattern.substr(i + 3, close - i - 3);
        const auto* found = std::ranges::find_if(kClasses, [&](const auto& entry) { return entry.first == name; });
        if (found != kClasses.end()) {
          std::string posix(found->second);
          if (next == 'P') posix.insert(2, "^");
          result += depth > 0 ? posix : "[" + posix + "]";
          i = close;
          continue;
        }
        if (name.starts_with("Is")) {
          result += std::string("\\") + next + "{" + std::string(name.substr(2)) + "}";
          i = close;
          continue;
        }
      }
      if (next == 'u' && i + 5 < pattern.size()) {
        result += "\\x{" + std::string(pattern.substr(i + 2, 4)) + "}";
        i += 5;
        continue;
      }
      result += c;
      result += next;
      ++i;
      continue;
    }
    if (c == '[') ++depth;
    if (c == ']' && depth > 0) --depth;
    result += c;
  }
  return result;
}

std::string in_quotes(std::string_view text) { return "'" + std::string(text) + "'"; }

/// As a literal: backslashes doubled.
std::string as_literal(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\\') result += c;
    result += c;
  }
  return result + "'";
}

}  // namespace

struct Regex::Compiled {
  pcre2_code* code = nullptr;
  pcre2_match_data* match = nullptr;
  pcre2_match_context* context = nullptr;
  ~Compiled() {
    pcre2_match_context_free(context);
    pcre2_match_data_free(match);
    pcre2_code_free(code);
  }
};

Regex::Regex(std::string_view pattern, std::string_view function)
    : compiled_(std::make_unique<Compiled>()), pattern_(pattern) {
  const std::string text = translated(pattern);
  int error = 0;
  PCRE2_SIZE at = 0;
  compiled_->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(),
                                  PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &error, &at, nullptr);
  if (compiled_->code == nullptr) {
    throw Error(conditions::kRegexPattern, {{"parameter", "`regexp`"},
                                            {"functionName", "`" + std::string(function) + "`"},
                                            {"value", in_quotes(pattern)}});
  }
  pcre2_jit_compile(compiled_->code, PCRE2_JIT_COMPLETE);
  compiled_->match = pcre2_match_data_create_from_pattern(compiled_->code, nullptr);
  compiled_->context = pcre2_match_context_create(nullptr);
  pcre2_set_match_limit(compiled_->context, kMatchLimit);
  pcre2_set_heap_limit(compiled_->context, kHeapLimit);
  std::uint32_t groups = 0;
  pcre2_pattern_info(compiled_->code, PCRE2_INFO_CAPTURECOUNT, &groups);
  num_groups_ = groups;
}

Regex::~Regex() = default;

const Regex& Regex::find(std::string_view pattern, std::string_view function) {
  thread_local std::map<std::string, std::unique_ptr<Regex>, std::less<>> patterns;
  thread_local const Regex* last = nullptr;
  if (last != nullptr && last->pattern_ == pattern) return *last;
  auto found = patterns.find(pattern);
  if (found == patterns.end()) {
    std::unique_ptr<Regex> compiled(new Regex(pattern, function));
    // Patterns out of a column must not pile up.
    if (patterns.size() > 256) patterns.clear();
    found = patterns.emplace(std::string(pattern), std::move(compiled)).first;
  }
  last = found->second.get();
  return *last;
}

bool Regex::search(std::string_view text, std::size_t from) const {
  const int code = pcre2_match(compiled_->code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), from, 0,
                               compiled_->match, compiled_->context);
  if (code >= 0) return true;
  if (code == PCRE2_ERROR_NOMATCH) return false;
  throw Error(conditions::kRegexLimit, {{"pattern", in_quotes(pattern_)}});
}

std::optional<std::string_view> Regex::group(std::string_view text, std::size_t index) const {
  const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(compiled_->match);
  if (offsets[2 * index] == PCRE2_UNSET) return {};
  return text.substr(offsets[2 * index], offsets[2 * index + 1] - offsets[2 * index]);
}
std::size_t Regex::begin() const { return pcre2_get_ovector_pointer(compiled_->match)[0]; }
std::size_t Regex::end() const { return pcre2_get_ovector_pointer(compiled_->match)[1]; }

std::optional<std::size_t> Regex::group_named(const std::string& name) const {
  const int number = pcre2_substring_number_from_name(compiled_->code, reinterpret_cast<PCRE2_SPTR>(name.c_str()));
  if (number <= 0) return {};
  return static_cast<std::size_t>(number);
}

namespace {

std::size_t after_match(const Regex& regex, std::string_view text) {
  if (regex.end() > regex.begin()) return regex.end();
  // An empty match: go on behind the next character.
  std::size_t next = regex.end() + 1;
  while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0U) == 0x80U) ++next;
  return next;
}

std::int32_t characters(std::string_view text) {
  return static_cast<std::int32_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

void check_group(const Regex& regex, std::int32_t group, std::string_view function) {
  if (group >= 0 && static_cast<std::size_t>(group) <= regex.num_groups()) return;
  throw Error(conditions::kRegexGroup, {{"parameter", "`idx`"},
                                        {"functionName", "`" + std::string(function) + "`"},
                                        {"groupCount", std::to_string(regex.num_groups())},
                                        {"groupIndex", std::to_string(group)}});
}

}  // namespace

bool regexp_found(std::string_view text, std::string_view pattern) {
  return Regex::find(pattern, "rlike").search(text, 0);
}

std::int32_t regexp_count(std::string_view text, std::string_view pattern) {
  const Regex& regex = Regex::find(pattern, "regexp_count");
  std::int32_t count = 0;
  for (std::size_t from = 0; from <= text.size() && regex.search(text, from); from = after_match(regex, text)) ++count;
  return count;
}

std::string regexp_extract(std::string_view text, std::string_view pattern, std::int32_t group) {
  const Regex& regex = Regex::find(pattern, "regexp_extract");
  if (!regex.search(text, 0)) return {};
  check_group(regex, group, "regexp_extract");
  return std::string(regex.group(text, static_cast<std::size_t>(group)).value_or(""));
}

std::vector<std::string> regexp_extract_all(std::string_view text, std::string_view pattern, std::int32_t group) {
  const Regex& regex = Regex::find(pattern, "regexp_extract_all");
  std::vector<std::string> found;
  for (std::size_t from = 0; from <= text.size() && regex.search(text, from); from = after_match(regex, text)) {
    check_group(regex, group, "regexp_extract_all");
    found.emplace_back(regex.group(text, static_cast<std::size_t>(group)).value_or(""));
  }
  return found;
}

std::int32_t regexp_instr(std::string_view text, std::string_view pattern) {
  const Regex& regex = Regex::find(pattern, "regexp_instr");
  return regex.search(text, 0) ? characters(text.substr(0, regex.begin())) + 1 : 0;
}

std::optional<std::string> regexp_substr(std::string_view text, std::string_view pattern) {
  const Regex& regex = Regex::find(pattern, "regexp_substr");
  if (!regex.search(text, 0)) return {};
  return std::string(*regex.group(text, 0));
}

namespace {

/// Java's replacement: `$1`, `${name}`, and a backslash before what stands for itself.
void append_replacement(std::string& out, const Regex& regex, std::string_view text, std::string_view replacement,
                        std::string_view pattern, std::int32_t position) {
  const auto refuse = [&]() {
    throw Error(conditions::kRegexReplace, {{"source", std::string(text)},
                                            {"pattern", std::string(pattern)},
                                            {"replacement", std::string(replacement)},
                                            {"position", std::to_string(position)}});
  };
  for (std::size_t i = 0; i < replacement.size(); ++i) {
    const char c = replacement[i];
    if (c == '\\') {
      if (++i == replacement.size()) refuse();
      out += replacement[i];
    } else if (c != '$') {
      out += c;
    } else if (i + 1 < replacement.size() && replacement[i + 1] == '{') {
      const auto close = replacement.find('}', i);
      if (close == std::string_view::npos) refuse();
      const auto group = regex.group_named(std::string(replacement.substr(i + 2, close - i - 2)));
      if (!group) refuse();
      out += regex.group(text, *group).value_or("");
      i = close;
    } else {
      if (i + 1 == replacement.size() || replacement[i + 1] < '0' || replacement[i + 1] > '9') refuse();
      std::size_t group = static_cast<std::size_t>(replacement[++i] - '0');
      if (group > regex.num_groups()) refuse();
      // More digits belong to the number as long as there is such a group.
      while (i + 1 < replacement.size() && replacement[i + 1] >= '0' && replacement[i + 1] <= '9') {
        const std::size_t longer = group * 10 + static_cast<std::size_t>(replacement[i + 1] - '0');
        if (longer > regex.num_groups()) break;
        group = longer;
        ++i;
      }
      out += regex.group(text, group).value_or("");
    }
  }
}

}  // namespace

std::string regexp_replace(std::string_view text, std::string_view pattern, std::string_view replacement,
                           std::int32_t position) {
  const Regex& regex = Regex::find(pattern, "regexp_replace");
  std::size_t from = 0;
  for (std::int32_t i = 1; i < position && from < text.size(); ++i) {
    do ++from;
    while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0U) == 0x80U);
  }
  if (position > 1 && from >= text.size()) return std::string(text);
  std::string out(text.substr(0, from));
  std::size_t copied = from;
  while (from <= text.size() && regex.search(text, from)) {
    out += text.substr(copied, regex.begin() - copied);
    append_replacement(out, regex, text, replacement, pattern, position);
    copied = regex.end();
    from = after_match(regex, text);
  }
  return out += text.substr(std::min(copied, text.size()));
}

std::vector<std::string_view> regexp_split(std::string_view text, std::string_view pattern, std::int32_t limit) {
  // Spark splits with a negative limit where none is given, so that empty parts at the end stay.
  const Regex& regex = Regex::find(pattern, "split");
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  for (std::size_t from = 0;
       from <= text.size() && (limit <= 0 || static_cast<std::int32_t>(parts.size()) < limit - 1) &&
       regex.search(text, from);
       from = after_match(regex, text)) {
    // A match of nothing in front or behind gives no part.
    if (regex.end() == 0) continue;
    if (regex.begin() == regex.end() && regex.begin() >= text.size()) break;
    parts.push_back(text.substr(begin, regex.begin() - begin));
    begin = regex.end();
  }
  parts.push_back(text.substr(begin));
  return parts;
}

namespace {

struct LikeItem {
  enum class Kind : std::uint8_t { Literal, One, Any } kind;
  std::string_view text;
};

std::size_t utf8_width(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

bool like_from(std::string_view text, std::string_view pattern, std::string_view escape) {
  // Greedy with one point to go back to: linear for each `%`.
  std::size_t t = 0, p = 0, back_text = std::string_view::npos, back_pattern = 0;
  const auto item = [&](std::size_t at, std::size_t& next) -> LikeItem {
    if (!escape.empty() && pattern.substr(at).starts_with(escape)) {
      const std::size_t literal = at + escape.size();
      next = literal + utf8_width(pattern[literal]);
      return {LikeItem::Kind::Literal, pattern.substr(literal, next - literal)};
    }
    next = at + utf8_width(pattern[at]);
    if (pattern[at] == '%') return {LikeItem::Kind::Any, {}};
    if (pattern[at] == '_') return {LikeItem::Kind::One, {}};
    return {LikeItem::Kind::Literal, pattern.substr(at, next - at)};
  };
  while (t < text.size()) {
    if (p < pattern.size()) {
      std::size_t next = 0;
      const LikeItem wanted = item(p, next);
      if (wanted.kind == LikeItem::Kind::Any) {
        back_text = t;
        back_pattern = p = next;
        continue;
      }
      const bool matches = wanted.kind == LikeItem::Kind::One || text.substr(t).starts_with(wanted.text);
      if (matches) {
        t += wanted.kind == LikeItem::Kind::One ? utf8_width(text[t]) : wanted.text.size();
        p = next;
        continue;
      }
    }
    if (back_text == std::string_view::npos) return false;
    back_text += utf8_width(text[back_text]);
    t = back_text;
    p = back_pattern;
  }
  while (p < pattern.size()) {
    std::size_t next = 0;
    if (item(p, next).kind != LikeItem::Kind::Any) return false;
    p = next;
  }
  return true;
}

}  // namespace

bool like(std::string_view text, std::string_view pattern, std::string_view escape) {
  for (std::size_t at = 0; !escape.empty() && (at = pattern.find(escape, at)) != std::string_view::npos;) {
    const std::size_t next = at + escape.size();
    if (next >= pattern.size()) throw Error(conditions::kLikeEscapeEnd, {{"format", as_literal(pattern)}});
    const std::string_view following = pattern.substr(next, utf8_width(pattern[next]));
    if (following != "%" && following != "_" && following != escape) {
      throw Error(conditions::kLikeEscape, {{"format", as_literal(pattern)}, {"char", in_quotes(following)}});
    }
    at = next + following.size();
  }
  return like_from(text, pattern, escape);
}

}  // namespace lab::compute
