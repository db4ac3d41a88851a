#include "commands/bound_rows.h"

#include <algorithm>

#include "commands/conditions.h"

namespace lab::commands {

namespace bound = plan::bound;

namespace {

/// Stands in for rows that are bound already while a plan over them is analyzed.
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
  throw Error(conditions::kUnsupportedFeature, {{"feature", "windows, aggregates and generators in the columns of a table"}, {"hint", ""}});
}

}  // namespace

bound::Query over_rows(const bound::Query& rows, const std::function<plan::RelationPtr(plan::RelationPtr)>& build, Statement& context) {
  const auto stand_in = std::make_shared<const BoundRows>(rows.schema());
  bound::Query result = context.analyze(build(plan::make_relation(plan::SourceScan{stand_in, {}, false})));
  result.root = replace_scan(result.root, stand_in.get(), rows);
  result.next_id = std::max(result.next_id, rows.next_id);
  return result;
}

}  // namespace lab::commands
