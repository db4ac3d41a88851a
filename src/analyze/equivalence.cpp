#include "analyze/equivalence.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "functions/function_row.h"
#include "plan/bound_tree.h"
#include "plan/same_plan.h"
#include "scan/table_source.h"

namespace lab::analyze {
namespace {

bool commutes(std::string_view name) {
  constexpr std::array<std::string_view, 9> kNames{"+", "*", "and", "or", "==", "<=>", "&", "|", "^"};
  return std::ranges::find(kNames, name) != kNames.end();
}

bool holds_subquery(const plan::bound::ExpressionPtr& expression) {
  return plan::bound::contains(expression, [](const plan::bound::Expression& part) {
    return std::holds_alternative<plan::bound::ScalarSubquery>(part.node) || std::holds_alternative<plan::bound::Exists>(part.node) || std::holds_alternative<plan::bound::InSubquery>(part.node);
  });
}

bool same_files(const std::vector<scan::DataFile>& left, const std::vector<scan::DataFile>& right) {
  return std::ranges::equal(left, right, [](const scan::DataFile& a, const scan::DataFile& b) {
    const bool same_rows = a.deleted_rows == b.deleted_rows || (a.deleted_rows && b.deleted_rows && *a.deleted_rows == *b.deleted_rows);
    return a.path == b.path && a.num_bytes == b.num_bytes && a.modified_millis == b.modified_millis && same_rows && a.text == nullptr && b.text == nullptr;
  });
}

/// Two scans of one state of one table.
bool same_source(const scan::TableSource& left, const scan::TableSource& right) {
  if (&left == &right) return true;
  if (left.name() != right.name() || left.schema().size() != right.schema().size()) return false;
  if (left.file_scan() && right.file_scan()) return same_files(left.file_scan()->files, right.file_scan()->files);
  if (left.kept_table() && right.kept_table()) return *left.kept_table() == *right.kept_table();
  const scan::TextScan *text = left.text_scan(), *other_text = right.text_scan();
  if (text && other_text) return text->format == other_text->format && text->options == other_text->options && same_files(text->files, other_text->files);
  const auto rows = left.arrow_stream(), others = right.arrow_stream();
  return rows && others && (rows == others || *rows == *others);
}

}  // namespace

bool same_value(const plan::bound::ExpressionPtr& left, const plan::bound::ExpressionPtr& right) {
  using plan::bound::Call;
  if (plan::bound::same(left, right)) return true;
  if (left && right && holds_subquery(left) && holds_subquery(right)) return plan::bound::same_in_query(left, right, &same_source);
  const auto *a = std::get_if<Call>(&left->node), *b = std::get_if<Call>(&right->node);
  if (!a || !b || a->function != b->function || a->ansi != b->ansi || a->arguments.size() != b->arguments.size()) return false;
  const auto all_same = [](const auto& x, const auto& y) { return std::ranges::equal(x, y, [](const auto& p, const auto& q) { return same_value(p, q); }); };
  if (all_same(a->arguments, b->arguments)) return true;
  return a->arguments.size() == 2 && commutes(a->function->name) && same_value(a->arguments[0], b->arguments[1]) && same_value(a->arguments[1], b->arguments[0]);
}

}  // namespace lab::analyze
