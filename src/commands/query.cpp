#include "analyze/arrival_order.h"
#include "commands/execute.h"
#include "lower/lower.h"
#include "functions/function_row.h"
#include "plan/print.h"
#include "plan/print_bound.h"
#include "scan/table_source.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

std::string print_tree(const plan::bound::Query& query) {
  std::string text = plan::bound::print_bound(query.root, {[](const functions::FunctionRow& row) { return std::string(row.name); },
                                                           [](const scan::TableSource& source) { return source.name(); }});
  // Rows that are kept have the name of their operator already.
  constexpr std::string_view kScan = "Scan ";
  for (auto at = text.find("Scan InMemoryTableScan"); at != std::string::npos; at = text.find("Scan InMemoryTableScan", at)) text.erase(at, kScan.size());
  return text;
}

}  // namespace

Outcome run_query(const plan::RelationPtr& relation, Statement& context) {
  // Only ever asked for at the root of a plan.
  if (const auto* show = std::get_if<plan::ShowString>(&relation->node)) return show_string(*show, context);
  if (const auto* show = std::get_if<plan::HtmlString>(&relation->node)) return html_string(*show, context);
  return analyze::in_arrival_order(context.analyze(relation));
}

std::string explain_text(const plan::RelationPtr& relation, const std::string& mode, Statement& context) {
  const plan::bound::Query query = context.analyze(relation);
  const std::string tree = print_tree(query);
  const bool is_extended = mode == "extended";
  std::string text;
  if (is_extended) text += "== Parsed Logical Plan ==\n" + plan::print_relation(*relation) + "\n\n";
  if (is_extended) {
    text += "== Analyzed Logical Plan ==\n";
    bool first = true;
    for (const auto& field : query.schema()) {
      text += (first ? "" : ", ") + field.name + ": " + types::simple_string(field.type);
      first = false;
    }
    text += "\n" + tree + "\n";
  }
  if (is_extended || mode == "cost") text += "== Optimized Logical Plan ==\n" + tree + (mode == "cost" ? "Statistics: not known before the query runs\n\n" : "\n");
  if (mode == "codegen") text += "Found 0 WholeStageCodegen subtrees.\n\n";
  text += "== Physical Plan ==\n";
  // What runs is the engine's SQL.
  text += is_extended || mode == "formatted" ? lower::lower(query).sql + "\n" : tree;
  return text + "\n";
}

LocalTable explain(const plan::Explain& command, Statement& context) {
  std::string text;
  if (const auto* relation = std::get_if<plan::RelationPtr>(&command.statement->node)) {
    text = explain_text(*relation, command.mode, context);
  } else {
    text = "== Physical Plan ==\nCommand\n";
  }
  return make_table({{"plan", types::TypeKind::String, true, {}}}, {{{std::move(text)}}});
}

}  // namespace lab::commands
