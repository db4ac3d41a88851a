#include <charconv>

#include "lower/lowering.h"

namespace lab::lower {

namespace {

// A comment opens the n-th origin's piece, another closes it; a string literal of the user's cannot look like one without a quote
// before it, and those are skipped.
constexpr std::string_view kOpen = "/*@";
constexpr std::string_view kClose = "/*@*/";

}  // namespace

std::string Lowering::marked(std::string sql, const plan::Origin& origin) {
  if (!origin.is_known()) return sql;
  const std::string number = std::to_string(result_.origins.size());
  result_.origins.push_back(origin);
  return std::string(kOpen) + number + "*/" + std::move(sql) + std::string(kClose);
}

const plan::Origin* locate(const Lowered& lowered, std::size_t position) {
  const std::string_view sql(lowered.sql);
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < sql.size() && i < position; ++i) {
    if (sql[i] == '\'' || sql[i] == '"') {
      const auto end = sql.find(sql[i], i + 1);
      if (end == std::string_view::npos) break;
      i = end;
    } else if (sql.substr(i).starts_with(kClose)) {
      if (!open.empty()) open.pop_back();
    } else if (sql.substr(i).starts_with(kOpen)) {
      std::size_t number = 0;
      std::from_chars(sql.data() + i + kOpen.size(), sql.data() + sql.size(), number);
      open.push_back(number);
    }
  }
  return open.empty() || open.back() >= lowered.origins.size() ? nullptr : &lowered.origins[open.back()];
}

}  // namespace lab::lower
