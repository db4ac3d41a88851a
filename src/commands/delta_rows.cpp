#include "commands/delta_rows.h"

#include <numeric>


namespace lab::commands {

namespace delta = lake::delta;

namespace {

plan::RelationPtr scan_of(std::shared_ptr<const scan::TableSource> source, const plan::NameParts& qualifier) {
  return plan::make_relation(plan::SourceScan{std::move(source), qualifier, true});
}

plan::ExpressionPtr count_literal(std::int64_t value) { return plan::make_literal(types::Literal::bigint(value)); }

plan::ExpressionPtr as_column(plan::ExpressionPtr child, std::string name) {
  return plan::make_expression(plan::Alias{std::move(child), {std::move(name)}, {}});
}

plan::ExpressionPtr is_not_true(const plan::ExpressionPtr& condition, bool null_is_true) {
  const auto fallback = plan::make_literal(types::Literal::boolean(null_is_true));
  return plan::make_operator("not", {plan::make_call("coalesce", {condition, fallback})});
}

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

}  // namespace lab::commands
