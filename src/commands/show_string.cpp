#include <algorithm>

#include "analyze/arrival_order.h"
#include "commands/execute.h"
#include "compute/show_table.h"
#include "functions/function_row.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

namespace bound = plan::bound;

/// Rows to show as text cells, one more than asked for when there are more.
std::vector<types::Values> fetch_cells(const plan::RelationPtr& input, int num_rows, Statement& context, std::vector<std::string>& header) {
  bound::Query query = analyze::in_arrival_order(context.analyze(input));
  bound::Columns columns;
  bound::Outputs outputs;
  for (const bound::Column& column : query.root->columns) {
    header.push_back(column.name);
    const auto id = static_cast<bound::ColumnId>(query.next_id++);
    auto cell = bound::make_expression(bound::ColumnRef{column.id, false}, column.type, column.nullable);
    static const functions::FunctionRow* const pretty = functions::find_function("toprettystring", true);
    if (!column.type.is_text()) cell = bound::make_expression(bound::Call{pretty, {std::move(cell)}}, types::TypeKind::String, column.nullable);
    outputs.push_back({id, std::move(cell)});
    columns.push_back({id, column.name, types::TypeKind::String, column.nullable, {}});
  }
  const auto wanted = static_cast<std::int64_t>(std::clamp(num_rows, 0, 2147483631)) + 1;
  auto limited = bound::make_relation(bound::Limit{query.root, wanted, 0}, query.root->columns);
  query.root = bound::make_relation(bound::Project{std::move(limited), std::move(outputs)}, std::move(columns));
  return context.collect(query);
}

std::vector<std::vector<std::optional<std::string>>> to_text(const std::vector<types::Values>& rows) {
  std::vector<std::vector<std::optional<std::string>>> cells;
  for (const types::Values& row : rows) {
    auto& line = cells.emplace_back();
    for (const types::Value& value : row) {
      if (value.is_null()) {
        line.emplace_back(std::nullopt);
      } else {
        line.emplace_back(value.text());
      }
    }
  }
  return cells;
}

}  // namespace

LocalTable show_string(const plan::ShowString& show, Statement& context) {
  compute::ShownTable table;
  auto cells = to_text(fetch_cells(show.input, show.num_rows, context, table.header));
  const auto num_rows = static_cast<std::size_t>(std::max(show.num_rows, 0));
  table.has_more = cells.size() > num_rows;
  if (table.has_more) cells.resize(num_rows);
  table.rows = std::move(cells);
  std::string text = show.vertical ? compute::show_vertical(table, show.truncate) : compute::show_grid(table, show.truncate);
  // 4.x leaves the end of a last line of words to print().
  const bool ends_in_words = table.has_more || (show.vertical && table.rows.empty());
  if (ends_in_words && context.session().is_spark4() && text.ends_with('\n')) text.pop_back();
  return make_table({{"show_string", types::TypeKind::String, false, {}}}, {{{std::move(text)}}});
}

LocalTable html_string(const plan::HtmlString& show, Statement& context) {
  compute::ShownTable table;
  auto cells = to_text(fetch_cells(show.input, show.num_rows, context, table.header));
  const auto num_rows = static_cast<std::size_t>(std::max(show.num_rows, 0));
  table.has_more = cells.size() > num_rows;
  if (table.has_more) cells.resize(num_rows);
  table.rows = std::move(cells);
  return make_table({{"html_string", types::TypeKind::String, false, {}}}, {{{compute::show_html(table, show.truncate)}}});
}

}  // namespace lab::commands
