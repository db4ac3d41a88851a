#include <algorithm>

#include "protocol/s3/errors.h"
#include "protocol/s3/select/statement.h"
#include "protocol/s3/text_forms.h"

namespace lab::s3::select {
namespace {

constexpr std::size_t kNoSuchColumn = SIZE_MAX;

bool is_same_name(const PathStep& step, std::string_view name) {
  return step.is_quoted ? step.name == name : to_lower_ascii(step.name) == to_lower_ascii(name);
}

/// `_1` is the first; absent for other names.
std::optional<std::size_t> find_position(std::string_view name) {
  if (!name.starts_with('_')) return std::nullopt;
  const auto number = parse_number(name.substr(1));
  if (!number || *number == 0) return std::nullopt;
  return static_cast<std::size_t>(*number - 1);
}

class Binder {
 public:
  Binder(const Statement& statement, const std::vector<std::string>* names) : alias_(statement.alias), names_(names) {
    for (const Projection& each : statement.projections) aliases_.push_back(each.has_alias ? each.name : std::string());
  }

  void bind(Expression& expression) const {
    for (Expression& each : expression.arguments) bind(each);
    if (expression.kind == Expression::Kind::Path) bind_path(expression);
  }

 private:
  bool is_table(const PathStep& step) const { return (!alias_.empty() && is_same_name(step, alias_)) || is_same_name(step, "s3object"); }

  void bind_path(Expression& expression) const {
    std::vector<PathStep>& path = expression.path;
    const bool names_table = path.size() > 1 && is_table(path.front());
    if (names_table) path.erase(path.begin());
    if (path.size() == 1 && !path.front().name.empty()) {
      const auto found = std::ranges::find_if(aliases_, [&](const std::string& each) { return !each.empty() && is_same_name(path.front(), each); });
      if (found != aliases_.end()) expression.alias = static_cast<std::size_t>(found - aliases_.begin());
    }
    if (names_ == nullptr) {
      // The record itself, by the name of the table.
      if (path.size() == 1 && is_table(path.front())) path.clear();
      return;
    }
    const std::size_t column = path.size() == 1 ? find_column(path.front(), names_table) : kNoSuchColumn;
    if (column != kNoSuchColumn) {
      expression.column = column;
      expression.alias.reset();
    } else if (path.size() == 1 && path.front().is_quoted && !names_table && !expression.alias) {
      // What is quoted and no column is a text: so clients write theirs for other stores.
      expression = {.kind = Expression::Kind::Literal, .literal = path.front().name};
    } else if (!expression.alias) {
      throw Error(conditions::kSelectNoSuchBinding, {{"reason", "A column name or a path provided does not exist in the SQL expression: " + path.front().name}});
    }
  }

  /// A quoted `_1` is a column only where the table's name says that it is one: it may be a text.
  std::size_t find_column(const PathStep& step, bool names_table) const {
    const auto named = std::ranges::find_if(*names_, [&](const std::string& each) { return is_same_name(step, each); });
    if (named != names_->end()) return static_cast<std::size_t>(named - names_->begin());
    return step.is_quoted && !names_table ? kNoSuchColumn : find_position(step.name).value_or(kNoSuchColumn);
  }

  const std::string& alias_;
  const std::vector<std::string>* names_;
  std::vector<std::string> aliases_;
};

}  // namespace

void bind(Statement& statement, const std::vector<std::string>* names) {
  const Binder binder(statement, names);
  for (Projection& each : statement.projections) binder.bind(each.expression);
  for (Aggregate& each : statement.aggregates)
    if (each.argument) binder.bind(*each.argument);
  if (statement.where) binder.bind(*statement.where);
}

}  // namespace lab::s3::select
