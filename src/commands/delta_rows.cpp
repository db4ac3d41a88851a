#include "commands/delta_rows.h"

#include <numeric>

#include "commands/conditions.h"
#include "sql/parser.h"
#include "types/type_text.h"

namespace lab::commands {

namespace delta = lake::delta;
namespace bound = plan::bound;

namespace {

plan::RelationPtr scan_of(std::shared_ptr<const scan::TableSource> source, const plan::NameParts& qualifier) {
  return plan::make_relation(plan::SourceScan{std::move(source), qualifier, true});
}

plan::ExpressionPtr count_literal(std::int64_t value) { return plan::make_literal(types::Literal::bigint(value)); }

plan::ExpressionPtr as_column(plan::ExpressionPtr child, std::string name) {
  return plan::make_expression(plan::Alias{std::move(child), {std::move(name)}, {}});
}

/// Stands in for rows that are bound already while a condition over them is analyzed.
class BoundRows final : public scan::TableSource {
 public:
  explicit BoundRows(types::Schema schema) : schema_(std::move(schema)) {}
  const types::Schema& schema() const override { return schema_; }
  std::string name() const override { return "rows"; }

 private:
  types::Schema schema_;
};

/// `tree` with the scan of `stand_in` exchanged for `rows`, whose columns take over the scan's ids by position.
bound::RelationPtr replace_scan(const bound::RelationPtr& tree, const scan::TableSource* stand_in, const bound::Query& rows) {
  if (const auto* scan = std::get_if<bound::Scan>(&tree->node)) {
    LAB_CHECK(scan->source.get() == stand_in);
    bound::Outputs outputs;
    for (std::size_t i = 0; i < tree->columns.size(); ++i) {
      const bound::Column& from = rows.root->columns[static_cast<std::size_t>(scan->source_columns[i])];
      outputs.push_back({tree->columns[i].id, bound::make_expression(bound::ColumnRef{from.id, false}, from.type, from.nullable)});
    }
    return bound::make_relation(bound::Project{rows.root, std::move(outputs)}, tree->columns);
  }
  if (const auto* filter = std::get_if<bound::Filter>(&tree->node))
    return bound::make_relation(bound::Filter{replace_scan(filter->input, stand_in, rows), filter->condition}, tree->columns);
  if (const auto* project = std::get_if<bound::Project>(&tree->node))
    return bound::make_relation(bound::Project{replace_scan(project->input, stand_in, rows), project->outputs}, tree->columns);
  throw Error(conditions::kUnsupportedFeature, {{"feature", "subqueries in constraints and replaceWhere"}, {"hint", ""}});
}

/// Rows that meet a condition over their columns by name: analyzed over a scan that stands in for them.
bound::Query filter_rows(const bound::Query& rows, const plan::ExpressionPtr& condition, Statement& context) {
  const auto stand_in = std::make_shared<const BoundRows>(rows.schema());
  bound::Query filtered = context.analyze(plan::make_relation(plan::Filter{plan::make_relation(plan::SourceScan{stand_in, {}, false}), condition}));
  filtered.root = replace_scan(filtered.root, stand_in.get(), rows);
  filtered.next_id = std::max(filtered.next_id, rows.next_id);
  return filtered;
}

plan::ExpressionPtr is_not_true(const plan::ExpressionPtr& condition, bool null_is_true) {
  const auto fallback = plan::make_literal(types::Literal::boolean(null_is_true));
  return plan::make_operator("not", {plan::make_call("coalesce", {condition, fallback})});
}

std::string row_text(const types::Schema& schema, const types::Values& row) {
  std::string text;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    text += (i > 0 ? "\n" : "") + std::string(" - ") + schema[i].name + " : ";
    const types::Value& value = row[i];
    if (value.is_null()) {
      text += "null";
    } else if (std::holds_alternative<std::string>(value.data)) {
      text += value.text();
    } else if (std::holds_alternative<std::int64_t>(value.data)) {
      text += std::to_string(value.integer());
    } else if (std::holds_alternative<bool>(value.data)) {
      text += value.boolean() ? "true" : "false";
    } else if (std::holds_alternative<double>(value.data)) {
      text += std::to_string(value.real());
    } else {
      text += "…";
    }
  }
  return text;
}

/// The first row that is let through, if any.
std::optional<types::Values> first_row(bound::Query query, Statement& context) {
  query.root = bound::make_relation(bound::Limit{query.root, 1, 0}, query.root->columns);
  auto rows = context.collect(query);
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

}  // namespace

namespace {

std::map<std::size_t, std::int64_t> count_by_file(plan::RelationPtr rows, Statement& context) {
  plan::Aggregate counts;
  counts.input = std::move(rows);
  counts.grouping = {plan::make_attribute({plan::kFileIndexName})};
  counts.aggregates = {plan::make_attribute({plan::kFileIndexName}), as_column(plan::make_call("count", {count_literal(1)}), "n")};
  counts.output_includes_grouping = true;
  std::map<std::size_t, std::int64_t> result;
  for (const auto& row : context.collect(context.analyze(plan::make_relation(std::move(counts)))))
    result.emplace(static_cast<std::size_t>(row[0].integer()), row[1].integer());
  return result;
}

}  // namespace

std::map<std::size_t, std::int64_t> count_rows(const delta::Snapshot& snapshot, const std::vector<std::size_t>& files, Statement& context) {
  if (files.empty()) return {};
  std::map<std::size_t, std::int64_t> result;
  for (const auto& [index, num_rows] : count_by_file(scan_of(snapshot.source_of(files), {}), context)) result.emplace(files[index], num_rows);
  return result;
}

std::map<std::size_t, std::int64_t> count_matches(const std::shared_ptr<const delta::Snapshot>& snapshot, const plan::ExpressionPtr& condition,
                                                  Statement& context, const plan::NameParts& qualifier) {
  std::vector<std::size_t> all(snapshot->files().size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  plan::RelationPtr rows = scan_of(snapshot->source_of(all), qualifier);
  if (condition) rows = plan::make_relation(plan::Filter{rows, condition});
  return count_by_file(std::move(rows), context);
}

Rewrite rewrite_without(delta::Table& table, const std::shared_ptr<const delta::Snapshot>& snapshot, const plan::ExpressionPtr& condition,
                        Statement& context, const plan::NameParts& qualifier) {
  Rewrite rewrite;
  std::vector<std::size_t> partly;
  for (const auto& [file, num_matched] : count_matches(snapshot, condition, context, qualifier)) {
    rewrite.touched.push_back(file);
    rewrite.num_matched += num_matched;
    partly.push_back(file);
  }
  if (partly.empty()) return rewrite;
  // Columns of the table only: the row ids stop here.
  plan::Expressions columns;
  for (const types::Field& field : snapshot->schema()) columns.push_back(plan::make_attribute({field.name}));
  const plan::RelationPtr kept = plan::make_relation(
      plan::Project{plan::make_relation(plan::Filter{scan_of(snapshot->source_of(partly), qualifier), is_not_true(condition, false)}), std::move(columns)});
  rewrite.data = write_data_files(table, snapshot->metadata(), context.analyze(kept), context);
  rewrite.num_copied = rewrite.data.num_rows;
  return rewrite;
}

void check_constraints(const bound::Query& rows, const delta::Metadata& metadata, Statement& context) {
  for (const auto& [name, expression] : delta::check_constraints(metadata)) {
    const bound::Query broken = filter_rows(rows, is_not_true(sql::parse_expression(expression), true), context);
    if (const auto row = first_row(broken, context))
      throw Error(conditions::kConstraintViolated, {{"constraintName", name}, {"expression", expression}, {"values", row_text(rows.schema(), *row)}});
  }
}

void check_replace_condition(const bound::Query& rows, const plan::ExpressionPtr& condition, Statement& context) {
  const bound::Query outside = filter_rows(rows, is_not_true(condition, false), context);
  if (const auto row = first_row(outside, context))
    throw Error(conditions::kReplaceWhereMismatch, {{"replaceWhere", "(replaceWhere)"}, {"message", "Values:\n" + row_text(rows.schema(), *row)}});
}

}  // namespace lab::commands
