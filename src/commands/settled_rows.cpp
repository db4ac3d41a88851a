#include "commands/settled_rows.h"

#include <algorithm>

#include "commands/delta_write.h"
#include "commands/file_source.h"
#include "functions/function_row.h"
#include "plan/bound_tree.h"

namespace lab::commands {

namespace bound = plan::bound;

namespace {

/// Rows in Parquet files of ours.
class FileRows final : public scan::TableSource {
 public:
  FileRows(types::Schema schema, scan::FileScan scan) : schema_(std::move(schema)), scan_(std::move(scan)) {}
  const types::Schema& schema() const override { return schema_; }
  std::string name() const override { return "rows"; }
  const scan::FileScan* file_scan() const override { return &scan_; }

 private:
  types::Schema schema_;
  scan::FileScan scan_;
};

bool is_settled(const bound::ExpressionPtr& expression) {
  return !bound::contains(expression, [](const bound::Expression& part) {
    const auto* call = std::get_if<bound::Call>(&part.node);
    return (call != nullptr && call->function->is_volatile) || std::holds_alternative<bound::ScalarSubquery>(part.node) ||
           std::holds_alternative<bound::Exists>(part.node) || std::holds_alternative<bound::InSubquery>(part.node);
  });
}

/// One table or list of rows, filtered and projected: as cheap to read twice as a copy would be.
bool is_settled(const bound::Relation& relation) {
  if (const auto* scan = std::get_if<bound::Scan>(&relation.node)) return !is_folder_of_files(*scan->source);
  if (std::holds_alternative<bound::LocalData>(relation.node) || std::holds_alternative<bound::Range>(relation.node) ||
      std::holds_alternative<bound::OneRow>(relation.node))
    return true;
  if (const auto* values = std::get_if<bound::Values>(&relation.node))
    return std::all_of(values->rows.begin(), values->rows.end(),
                       [](const bound::Expressions& row) { return std::all_of(row.begin(), row.end(), [](const auto& value) { return is_settled(value); }); });
  if (const auto* filter = std::get_if<bound::Filter>(&relation.node)) return is_settled(filter->condition) && is_settled(*filter->input);
  if (const auto* project = std::get_if<bound::Project>(&relation.node))
    return std::all_of(project->outputs.begin(), project->outputs.end(), [](const bound::Output& output) { return is_settled(output.expression); }) &&
           is_settled(*project->input);
  return false;
}

bool holds_void(const types::DataType& type) {
  switch (type.kind()) {
    case types::TypeKind::Null: return true;
    case types::TypeKind::Array: return holds_void(type.element());
    case types::TypeKind::Map: return holds_void(type.key()) || holds_void(type.value());
    case types::TypeKind::Struct:
      return std::any_of(type.fields().begin(), type.fields().end(), [](const types::Field& field) { return holds_void(field.type); });
    default: return false;
  }
}

std::shared_ptr<const scan::TableSource> write_rows(const bound::Query& query, const std::shared_ptr<lake::delta::Table>& table, Statement& context) {
  const types::Schema schema = query.schema();
  const bool has_void = std::any_of(schema.begin(), schema.end(), [](const types::Field& field) { return holds_void(field.type); });
  if (schema.empty() || has_void) return source_of({schema, exec::collect_arrow(*context.run(query))}, "rows");
  // The stage goes with the last reader of the rows, and the table behind it.
  struct Stage {
    explicit Stage(std::shared_ptr<lake::delta::Table> of) : table(std::move(of)), files(*table) {}
    std::shared_ptr<lake::delta::Table> table;
    StagedFiles files;
  };
  const auto stage = std::make_shared<Stage>(table);
  engine::WriteSpec spec;
  spec.directory = stage->files.folder();
  spec.compression = "lz4_raw";
  for (std::size_t i = 0; i < schema.size(); ++i) {
    spec.column_names.push_back("c" + std::to_string(i));
    spec.field_ids.emplace_back();
  }
  const auto written = context.session().executor().write(query, spec, context.stop(), context.progress());
  scan::FileScan scan;
  for (std::size_t i = 0; i < schema.size(); ++i) scan.columns.push_back({schema[i], spec.column_names[i], {}, {}, {}});
  for (const engine::WrittenFile& file : written) stage->files.add(file.path);
  for (const engine::WrittenFile& file : written) {
    scan::DataFile data;
    data.path = file.path.string();
    data.num_bytes = file.num_bytes;
    data.num_rows = file.num_rows;
    data.lease = stage;
    scan.files.push_back(std::move(data));
  }
  return std::make_shared<const FileRows>(schema, std::move(scan));
}

}  // namespace

plan::RelationPtr settle_rows(const plan::RelationPtr& relation, const std::shared_ptr<lake::delta::Table>& table, Statement& context) {
  if (const auto* alias = std::get_if<plan::SubqueryAlias>(&relation->node)) {
    plan::SubqueryAlias outer = *alias;
    outer.input = settle_rows(alias->input, table, context);
    if (outer.input == alias->input) return relation;
    auto changed = std::make_shared<plan::Relation>(*relation);
    changed->node = std::move(outer);
    return changed;
  }
  const bound::Query query = context.analyze(relation);
  if (is_settled(*query.root)) return relation;
  plan::NameParts qualifier;
  if (const auto* named = std::get_if<plan::NamedTable>(&relation->node)) qualifier = context.resolve_table(*named).qualified_name;
  auto settled = std::make_shared<plan::Relation>(*relation);
  settled->node = plan::SourceScan{write_rows(query, table, context), std::move(qualifier), false};
  return settled;
}

}  // namespace lab::commands
