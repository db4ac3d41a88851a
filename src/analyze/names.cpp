#include "analyze/names.h"

#include <algorithm>
#include <cctype>
#include <tuple>

#include "analyze/conditions.h"
#include "base/error.h"
#include "types/type_text.h"

namespace lab::analyze {
namespace {

struct Matches {
  std::vector<const ScopeColumn*> columns;
  std::size_t used = 0;  ///< parts taken by qualifier and name
};

bool qualifier_ends_with(const std::vector<std::string>& qualifier, const std::vector<std::string>& parts, std::size_t count, bool case_sensitive) {
  if (qualifier.size() < count) return false;
  for (std::size_t i = 0; i < count; ++i)
    if (!same_name(qualifier[qualifier.size() - count + i], parts[i], case_sensitive)) return false;
  return true;
}

// Spark looks for catalog.db.table.column, then db.table.column, then table.column, then the bare column: the longest
// qualifier that matches anything wins.
Matches find_matches(const Scope& scope, const std::vector<std::string>& parts, bool case_sensitive) {
  Matches result;
  const std::size_t most = std::min<std::size_t>(parts.size() - 1, 3);
  for (std::size_t count = most + 1; count-- > 0;) {
    for (const auto& column : scope)
      if (same_name(column.column.name, parts[count], case_sensitive) && qualifier_ends_with(column.qualifier, parts, count, case_sensitive))
        result.columns.push_back(&column);
    if (!result.columns.empty()) {
      result.used = count + 1;
      return result;
    }
  }
  return result;
}

std::string qualified_sql(const ScopeColumn& column) {
  auto parts = column.qualifier;
  parts.push_back(column.column.name);
  return types::quote_parts(parts);
}

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::string quoted_path(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ".") + types::quote_identifier(part);
  return text;
}

}  // namespace

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string upper_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

bool same_name(const std::string& left, const std::string& right, bool case_sensitive) {
  if (left.size() != right.size()) return false;
  if (case_sensitive) return left == right;
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  // From behind: that is where the names of a wide table differ.
  for (std::size_t i = left.size(); i-- > 0;)
    if (lower(left[i]) != lower(right[i])) return false;
  return true;
}

std::optional<NameMatch> find_name(const Scope& scope, const std::vector<std::string>& parts, bool case_sensitive) {
  if (parts.empty()) return std::nullopt;
  const Matches matches = find_matches(scope, parts, case_sensitive);
  if (matches.columns.empty()) return std::nullopt;
  const bool is_one = std::ranges::all_of(matches.columns, [&](const ScopeColumn* column) { return column->identity == matches.columns[0]->identity; });
  if (!is_one) {
    std::vector<std::string> names;
    for (const auto* column : matches.columns) names.push_back(qualified_sql(*column));
    std::ranges::sort(names);
    std::string list;
    for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
    throw Error(conditions::kAmbiguousReference, {{"name", quoted_path(parts)}, {"referenceNames", "[" + list + "]"}});
  }
  return NameMatch{matches.columns[0], parts[matches.used - 1], {parts.begin() + static_cast<std::ptrdiff_t>(matches.used), parts.end()}};
}

std::vector<std::string> order_by_likeness(std::vector<std::string> candidates, const std::string& name) {
  std::vector<std::pair<std::size_t, std::size_t>> scored;  // distance, place: equals keep their order
  for (std::size_t i = 0; i < candidates.size(); ++i) scored.emplace_back(edit_distance(candidates[i], name), i);
  std::ranges::sort(scored);
  std::vector<std::string> result;
  for (const auto& [distance, place] : scored)
    if (result.size() < 5) result.push_back(std::move(candidates[place]));
  return result;
}

std::string suggest_names(const std::vector<const Scope*>& scopes, const std::vector<std::string>& parts) {
  // Spark drops the qualifier that all candidates share when the wanted name has none.
  std::vector<const ScopeColumn*> columns;
  for (const auto* scope : scopes)
    for (const auto& column : *scope) columns.push_back(&column);
  if (columns.empty()) return {};
  std::ranges::sort(columns, [](const auto* a, const auto* b) { return std::tie(a->column.name, a->column.id) < std::tie(b->column.name, b->column.id); });
  const bool one_qualifier = std::ranges::all_of(columns, [&](const auto* column) { return column->qualifier == columns[0]->qualifier; });
  std::vector<std::string> plain;
  for (const auto* column : columns) {
    std::vector<std::string> path = column->qualifier;
    path.push_back(column->column.name);
    if (one_qualifier && parts.size() == 1) path = {column->column.name};
    else if (path.size() > 2 && parts.size() < 3) path = {path[path.size() - 2], path.back()};
    plain.push_back(quoted_path(path));
  }
  // Spark measures the quoted candidate against the name as written.
  std::string wanted;
  for (const auto& part : parts) wanted += (wanted.empty() ? "" : ".") + types::quote_if_needed(part);
  std::string text;
  for (const auto& name : order_by_likeness(std::move(plain), wanted)) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace lab::analyze
