#include <unicode/regex.h>

#include "analyze/conditions.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "plan/bound_tree.h"
#include "types/type_text.h"

// Columns of one DataFrame inside a larger plan (`df["*"]`), and columns by regular expression.
namespace lab::analyze {
namespace {

const Instance* find_instance(const std::shared_ptr<const Instance>& instance, std::int64_t plan_id) {
  if (!instance || instance->plan_id == plan_id) return instance.get();
  for (const auto& input : instance->inputs)
    if (const auto* found = find_instance(input, plan_id)) return found;
  return nullptr;
}

}  // namespace

Scope Resolver::instance_scope(std::int64_t plan_id, const Names& names) {
  for (const auto* input : names.inputs)
    if (const auto* found = find_instance(input->instance, plan_id)) {
      Scope scope;
      // As the column is here: a join may have made it nullable.
      for (auto column : found->scope)
        if (const auto* now = bound::find_column(input->relation->columns, column.column.id)) {
          column.column.nullable = now->nullable;
          scope.push_back(std::move(column));
        }
      return scope;
    }
  throw Error(conditions::kCannotResolveDataframeColumn, {{"name", "`*`"}});
}

TypedList Resolver::regex_columns(const plan::UnresolvedRegex& regex, const Names& names, const plan::Origin& origin) {
  std::string pattern = regex.pattern, table;
  // `t.`a.*``: the part before the quoted pattern is a table's name.
  if (const auto dot = pattern.find(".`"); dot != std::string::npos && dot > 0 && pattern.back() == '`') {
    table = pattern.substr(0, dot);
    pattern = pattern.substr(dot + 1);
  }
  if (pattern.size() >= 2 && pattern.front() == '`' && pattern.back() == '`') pattern = pattern.substr(1, pattern.size() - 2);
  UErrorCode status = U_ZERO_ERROR;
  const std::uint32_t flags = policy_.case_sensitive ? 0 : static_cast<std::uint32_t>(UREGEX_CASE_INSENSITIVE);
  icu::RegexMatcher matcher(icu::UnicodeString::fromUTF8(pattern), flags, status);
  if (U_FAILURE(status)) throw Error(conditions::kInvalidUsageOfStar, {{"elem", "regular expression '" + pattern + "'"}, {"prettyName", "expression"}}).at(plan::query_context(origin));
  TypedList result;
  const auto add = [&](const ScopeColumn& column) {
    if (!table.empty() && (column.qualifier.empty() || !same_name(column.qualifier.back(), table, policy_.case_sensitive))) return;
    const auto text = icu::UnicodeString::fromUTF8(column.column.name);
    matcher.reset(text);
    UErrorCode match_status = U_ZERO_ERROR;
    if (!matcher.matches(match_status)) return;
    Typed typed;
    typed.expression = bound::make_reference(column.column, origin);
    typed.sql = column.column.name;
    typed.name = column.column.name;
    typed.metadata = column.column.metadata;
    typed.is_attribute = true;
    result.push_back(std::move(typed));
  };
  if (regex.plan_id)
    for (const auto& column : instance_scope(*regex.plan_id, names)) add(column);
  else
    for (const auto* input : names.inputs)
      for (const auto& column : input->scope) add(column);
  return result;
}

}  // namespace lab::analyze
