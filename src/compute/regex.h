#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Java's regular expressions, through PCRE2 with limits on its steps.
namespace lab::compute {

class Regex {
 public:
  /// Keeps what was compiled, by thread. Throws INVALID_PARAMETER_VALUE.PATTERN naming `function`.
  static const Regex& find(std::string_view pattern, std::string_view function);
  ~Regex();

  /// A match at or behind byte `from`. Throws REGEXP_MATCH_LIMIT for a pattern that needs too many steps.
  bool search(std::string_view text, std::size_t from) const;
  /// Of the last search: the group's text; nothing when it took no part.
  std::optional<std::string_view> group(std::string_view text, std::size_t index) const;
  std::size_t begin() const;
  std::size_t end() const;
  std::size_t num_groups() const { return num_groups_; }
  /// Nothing for a name that there is not.
  std::optional<std::size_t> group_named(const std::string& name) const;

 private:
  Regex(std::string_view pattern, std::string_view function);

  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
  std::string pattern_;
  std::size_t num_groups_ = 0;
};

bool regexp_found(std::string_view text, std::string_view pattern);
std::int32_t regexp_count(std::string_view text, std::string_view pattern);
std::string regexp_extract(std::string_view text, std::string_view pattern, std::int32_t group);
std::vector<std::string> regexp_extract_all(std::string_view text, std::string_view pattern, std::int32_t group);
std::int32_t regexp_instr(std::string_view text, std::string_view pattern);
std::string regexp_replace(std::string_view text, std::string_view pattern, std::string_view replacement, std::int32_t position);
std::optional<std::string> regexp_substr(std::string_view text, std::string_view pattern);
std::vector<std::string_view> regexp_split(std::string_view text, std::string_view pattern, std::int32_t limit);

/// SQL's LIKE with any escape character. Throws INVALID_FORMAT.* for a misplaced one.
bool like(std::string_view text, std::string_view pattern, std::string_view escape);

}  // namespace lab::compute
