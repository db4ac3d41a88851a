#include "functions/duckdb_type.h"
#include "functions/misfit.h"
#include "functions/rows.h"

namespace lab::functions {

using types::TypeKind;

namespace {

/// The first argument LIKE argument i. A constant pattern without an escape is DuckDB's: a prefix, suffix, infix or
/// whole comparison where it has no underscore.
std::string one_like(const LowerCall& call, std::size_t i, const std::string& escape) {
  const types::Value* pattern = call.constant(i);
  const bool plain = escape == "'\\'" && pattern != nullptr && !pattern->is_null();
  if (plain && pattern->text().find('\\') == std::string::npos) return "(" + call.sql[0] + " LIKE " + call.sql[i] + ")";
  return "lab_like(" + call.sql[0] + ", " + call.sql[i] + ", " + escape + ")";
}

std::string lower_like(const LowerCall& call) {
  const types::Value* escape = call.constant(2);
  const bool plain = call.size() == 2 || (escape != nullptr && !escape->is_null() && escape->text() == "\\");
  return one_like(call, 1, plain ? "'\\'" : call.sql[2]);
}

std::string lower_ilike(const LowerCall& call) {
  return "lab_like(lab_lower(" + call.sql[0] + "), lab_lower(" + call.sql[1] + "), " +
         (call.size() > 2 ? call.sql[2] : "'\\'") + ")";
}

/// `like all (…)` and its kin: a list of patterns, each of them a LIKE.
std::string lower_like_list(const LowerCall& call, std::string_view joiner, bool negated) {
  std::string text = "(";
  for (std::size_t i = 1; i < call.size(); ++i) {
    if (i > 1) text += joiner;
    text += (negated ? "NOT " : "") + one_like(call, i, "'\\'");
  }
  return text + ")";
}
std::string lower_like_all(const LowerCall& call) { return lower_like_list(call, " AND ", false); }
std::string lower_like_any(const LowerCall& call) { return lower_like_list(call, " OR ", false); }
std::string lower_not_like_all(const LowerCall& call) { return lower_like_list(call, " AND ", true); }
std::string lower_not_like_any(const LowerCall& call) { return lower_like_list(call, " OR ", true); }

std::string with_default(std::string_view kernel, const LowerCall& call, std::size_t full, std::string_view last) {
  std::string text = std::string(kernel) + "(";
  for (std::size_t i = 0; i < call.size(); ++i) text += (i > 0 ? ", " : "") + call.sql[i];
  if (call.size() < full) text += ", " + std::string(last);
  return text + ")";
}
std::string lower_regexp_extract(const LowerCall& call) { return with_default("lab_regexp_extract", call, 3, "1"); }
std::string lower_regexp_extract_all(const LowerCall& call) {
  return with_default("lab_regexp_extract_all", call, 3, "1");
}
std::string lower_regexp_replace(const LowerCall& call) { return with_default("lab_regexp_replace", call, 4, "1"); }
/// 3.5 splits by nothing into the first characters and drops the rest.
std::string lower_split(const LowerCall& call) {
  const std::string parts = with_default("lab_split", call, 3, "-1");
  if (call.policy.is_spark4 || call.size() < 3) return parts;
  return "CASE WHEN " + call.sql[1] + " = '' AND " + call.sql[2] + " > 0 AND " + call.sql[0] + " <> '' THEN list_slice(lab_split(" + call.sql[0] + ", '', -1), 1, " +
         call.sql[2] + ") ELSE " + parts + " END";
}
std::string lower_regexp_instr(const LowerCall& call) {
  return "lab_regexp_instr(" + call.sql[0] + ", " + call.sql[1] + ")";
}

void check_replace_position(const CallShape& shape) {
  if (shape.size() < 4) return;
  if (!shape.is_foldable(3)) throw Misfit::not_foldable(shape, 3, "position");
  const auto position = shape.number(3);
  if (position && *position <= 0)
    throw Misfit::out_of_range("position", "(0, 2147483647]", std::to_string(static_cast<std::int64_t>(*position)));
}

constexpr FunctionRow kPatternTable[] = {
    {.name = "ilike",
     .signature = "(str: string, pattern: string, escape?: string) -> boolean",
     .lower = &lower_ilike,
     .may_raise = true,
     .doc = "LIKE in any case of letters."},
    {.name = "like",
     .signature = "(str: string, pattern: string, escape?: string) -> boolean",
     .lower = &lower_like,
     .may_raise = true,
     .doc = "Matches a pattern of % and _."},
    {.name = "likeall",
     .signature = "(str: string, patterns: string...) -> boolean",
     .lower = &lower_like_all,
     .may_raise = true},
    {.name = "likeany",
     .signature = "(str: string, patterns: string...) -> boolean",
     .lower = &lower_like_any,
     .may_raise = true},
    {.name = "notlikeall",
     .signature = "(str: string, patterns: string...) -> boolean",
     .lower = &lower_not_like_all,
     .may_raise = true},
    {.name = "notlikeany",
     .signature = "(str: string, patterns: string...) -> boolean",
     .lower = &lower_not_like_any,
     .may_raise = true},
    {.name = "regexp", .alias_of = "rlike"},
    {.name = "regexp_count",
     .signature = "(str: string, pattern: string) -> int",
     .native = "lab_regexp_count",
     .may_raise = true,
     .doc = "How often the pattern is found."},
    {.name = "regexp_extract",
     .signature = "(str: string, pattern: string, group?: int) -> string",
     .lower = &lower_regexp_extract,
     .may_raise = true,
     .doc = "A group of the first match, the empty text without one."},
    {.name = "regexp_extract_all",
     .signature = "(str: string, pattern: string, group?: int) -> array<string>",
     .lower = &lower_regexp_extract_all,
     .may_raise = true,
     .doc = "A group of each match."},
    {.name = "regexp_instr",
     .signature = "(str: string, pattern: string, group?: int) -> int",
     .lower = &lower_regexp_instr,
     .may_raise = true,
     .doc = "Position of the first match, 0 for none."},
    {.name = "regexp_like", .alias_of = "rlike"},
    {.name = "regexp_replace",
     .signature = "(str: string, pattern: string, replacement: string, position?: int) -> string",
     .lower = &lower_regexp_replace,
     .check = &check_replace_position,
     .may_raise = true,
     .doc = "All matches replaced; $1 names a group."},
    {.name = "regexp_substr",
     .signature = "(str: string, pattern: string) -> string",
     .sql = "nullif(lab_regexp_substr($1, $2), '')",
     .nullability = Nullability::Always,
     .may_raise = true,
     .doc = "The first match, NULL for none or an empty one."},
    {.name = "rlike",
     .signature = "(str: string, pattern: string) -> boolean",
     .native = "lab_rlike",
     .may_raise = true,
     .doc = "A Java regular expression is found in it."},
    {.name = "split",
     .signature = "(str: string, pattern: string, limit?: int) -> array<string>",
     .lower = &lower_split,
     .may_raise = true,
     .doc = "Split at matches of a pattern."},
};
static_assert(are_rows_in_order(kPatternTable));

}  // namespace

constinit const Rows kPatternRows = kPatternTable;

}  // namespace lab::functions
