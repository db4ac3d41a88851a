#include "sql/variable_text.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.h"
#include "sql/conditions.h"

namespace lab::sql {

namespace {

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }
bool ends_name(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Where the name that begins at `from` ends: before the first `}` behind at least one character, without a blank in
/// it.
std::optional<std::size_t> name_end(std::string_view text, std::size_t from) {
  for (std::size_t i = from; i < text.size() && !ends_name(text[i]); ++i)
    if (i > from && text[i] == '}') return i;
  return std::nullopt;
}

struct Reference {
  std::string_view prefix, name;  ///< `hivevar`, `day`
  std::size_t end;                ///< behind the `}`
};

/// What `${` at `from` begins, when it is a reference.
std::optional<Reference> reference_at(std::string_view text, std::size_t from) {
  const std::size_t begin = from + 2;
  std::size_t colon = begin;
  while (colon < text.size() && is_word(text[colon])) ++colon;
  if (colon > begin && colon < text.size() && text[colon] == ':') {
    if (const auto end = name_end(text, colon + 1))
      return Reference{text.substr(begin, colon - begin), text.substr(colon + 1, *end - colon - 1), *end + 1};
  }
  if (const auto end = name_end(text, begin)) return Reference{{}, text.substr(begin, *end - begin), *end + 1};
  return std::nullopt;
}

/// Settings that name others twice over grow to any length: what one text takes in, in characters and references together, has an end.
constexpr std::size_t kMostTaken = std::size_t{16} << 20, kMostNested = 100;

struct Taken {
  std::vector<std::string> open;  ///< the references around this text
  std::size_t size = 0;
};

std::string replaced(std::string_view text, const SettingOf& setting, Taken& taken) {
  static constexpr std::array<std::string_view, 5> kPrefixes = {"", "spark", "sparkconf", "hivevar", "hiveconf"};
  std::string out;
  std::size_t copied = 0;
  for (std::size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at)) {
    const auto reference = reference_at(text, at);
    if (!reference) {
      at += 2;
      continue;
    }
    const std::string_view whole = text.substr(at + 2, reference->end - at - 3);
    if (std::ranges::find(taken.open, whole) != taken.open.end())
      throw Error(conditions::kCircularVariable, {{"input", std::string(text)}, {"reference", std::string(whole)}});
    if (std::ranges::find(kPrefixes, reference->prefix) != kPrefixes.end()) {
      out += text.substr(copied, at - copied);
      const std::string value = setting(std::string(reference->name).c_str()).value_or("");
      taken.size += value.size() + 1;
      if (taken.size > kMostTaken || taken.open.size() >= kMostNested) throw Error(conditions::kFailedToParseTooComplex);
      taken.open.emplace_back(whole);
      out += replaced(value, setting, taken);
      taken.open.pop_back();
      copied = reference->end;
    }
    at = reference->end;
  }
  return out += text.substr(copied);
}

}  // namespace

bool has_variables(std::string_view text) { return text.find("${") != std::string_view::npos; }

std::string with_variables(std::string_view text, const SettingOf& setting) {
  Taken taken;
  return replaced(text, setting, taken);
}

}  // namespace lab::sql
