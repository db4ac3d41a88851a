#include <algorithm>
#include <array>

#include "functions/function_row.h"
#include "lower/lowering.h"
#include "plan/bound_build.h"

namespace lab::lower {

using namespace plan::bound;

namespace {

/// What DuckDB plans in a moment; its passes ask of each part what is below it, again and again.
constexpr int kQuickDepth = 64;

/// Functions that look at all their arguments on every row: a part of theirs may be computed before them.
constexpr auto kEager = std::to_array<std::string_view>({"!",  "!=", "%",   "&",      "*",      "+",   "-",        "/",    "<",        "<<", "<=", "<=>", "<>", "=",
                                                         "==", ">",  ">=",  ">>",     ">>>",    "^",   "concat",   "div",  "mod",      "negative", "not", "pmod",
                                                         "positive", "shiftleft", "shiftright", "|", "~"});
static_assert(std::ranges::is_sorted(kEager));

bool is_eager(const Call& call) { return std::ranges::binary_search(kEager, call.function->name); }

class Splitter {
 public:
  explicit Splitter(std::uint32_t& next_id) : next_id_(next_id) {}

  struct Part {
    ExpressionPtr expression;
    std::size_t level = 0;  ///< how many projections below it it needs
    int height = 0;         ///< above the columns of that level
  };

  Part split(const ExpressionPtr& expression) {
    if (const auto* call = std::get_if<Call>(&expression->node); call && is_eager(*call)) {
      std::vector<Part> parts;
      for (const auto& argument : call->arguments) parts.push_back(split(argument));
      return joined(expression, parts, [&] {
        Call copy = *call;
        for (std::size_t i = 0; i < parts.size(); ++i) copy.arguments[i] = parts[i].expression;
        return make_expression(std::move(copy), expression->type, expression->nullable, expression->origin);
      });
    }
    if (const auto* cast = std::get_if<Cast>(&expression->node)) {
      std::vector<Part> parts{split(cast->child)};
      return joined(expression, parts, [&] { return make_expression(Cast{parts[0].expression, cast->mode}, expression->type, expression->nullable, expression->origin); });
    }
    return {expression};
  }

  /// By level, what it computes.
  std::vector<std::vector<std::pair<Output, Column>>> levels;

 private:
  template <typename Rebuild>
  Part joined(const ExpressionPtr& expression, std::vector<Part>& parts, Rebuild rebuild) {
    Part result{expression};
    for (Part& part : parts) {
      if (part.height == kQuickDepth) part = computed_below(std::move(part));
      result.level = std::max(result.level, part.level);
    }
    for (const Part& part : parts)
      if (part.level == result.level) result.height = std::max(result.height, part.height);
    ++result.height;
    // Without a level below, nothing in it has changed.
    if (result.level > 0) result.expression = rebuild();
    return result;
  }

  Part computed_below(Part part) {
    Column column;
    column.id = ColumnId{next_id_++};
    column.type = part.expression->type;
    column.nullable = part.expression->nullable;
    levels.resize(std::max(levels.size(), part.level + 1));
    levels[part.level].emplace_back(Output{column.id, part.expression}, column);
    return {make_reference(column, part.expression->origin), part.level + 1, 0};
  }

  std::uint32_t& next_id_;
};

}  // namespace

std::optional<Project> Lowering::in_levels(const Project& node) {
  Splitter splitter(next_id_);
  Outputs outputs;
  for (const Output& output : node.outputs) outputs.push_back({output.column, splitter.split(output.expression).expression});
  if (splitter.levels.empty()) return std::nullopt;
  RelationPtr input = node.input;
  for (const auto& level : splitter.levels) {
    Outputs passed;
    Columns columns = input->columns;
    for (const Column& column : columns) passed.push_back({column.id, make_reference(column)});
    for (const auto& [output, column] : level) {
      passed.push_back(output);
      columns.push_back(column);
    }
    input = make_project(std::move(input), std::move(passed), std::move(columns));
  }
  return Project{std::move(input), std::move(outputs)};
}

}  // namespace lab::lower
