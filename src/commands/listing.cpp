#include "commands/listing.h"

#include <algorithm>

#include "base/letter_case.h"
#include "base/utc_text.h"
#include "commands/conditions.h"

namespace lab::commands {
namespace {

bool matches_one(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0, star = std::string_view::npos, mark = 0;
  while (n < name.size()) {
    if (p < pattern.size() && (pattern[p] == name[n] || pattern[p] == '.')) {
      ++p, ++n;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace

bool matches_pattern(const std::string& name, const std::optional<std::string>& pattern) {
  if (!pattern) return true;
  const std::string lower_name = lower_case(name), lower_pattern = lower_case(*pattern);
  std::size_t start = 0;
  while (start <= lower_pattern.size()) {
    const std::size_t end = std::min(lower_pattern.find('|', start), lower_pattern.size());
    std::string_view one = std::string_view(lower_pattern).substr(start, end - start);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (matches_one(one, lower_name)) return true;
    start = end + 1;
  }
  return false;
}

Error wrong_object(const catalog::Table& entry, const char* operation, const char* alternative, const char* required_type) {
  const char* type = entry.is_view() ? "VIEW" : entry.kind == catalog::Table::Kind::Managed ? "MANAGED" : "EXTERNAL";
  return Error(conditions::kWrongCommandForObject, {{"operation", operation},
                                                     {"requiredType", required_type},
                                                     {"objectName", std::string(catalog::kCatalogName) + "." + entry.database + "." + entry.name},
                                                     {"foundType", type},
                                                     {"alternative", alternative}});
}

std::string time_text(std::int64_t micros) { return utc_text(micros, "%a %b %d %H:%M:%S UTC %Y"); }

}  // namespace lab::commands
