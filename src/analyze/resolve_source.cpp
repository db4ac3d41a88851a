#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>

#include "analyze/conditions.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/common_type.h"
#include "plan/bound_build.h"
#include "types/arrow_schema.h"
#include "types/type_text.h"

// Where rows come from: tables, files, rows that came with the plan, ranges.
namespace lab::analyze {
namespace {

// Stored CHAR and VARCHAR columns are strings to a query.
DataType without_char(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Char:
    case TypeKind::Varchar: return TypeKind::String;
    case TypeKind::Array: return DataType::array(without_char(type.element()), type.contains_null());
    case TypeKind::Map: return DataType::map(without_char(type.key()), without_char(type.value()), type.contains_null());
    case TypeKind::Struct: {
      auto fields = type.fields();
      for (auto& field : fields) field.type = without_char(field.type);
      return DataType::structure(std::move(fields));
    }
    default: return type;
  }
}

types::Schema schema_of(const std::string& arrow_stream) {
  auto reader = arrow::ipc::RecordBatchStreamReader::Open(std::make_shared<arrow::io::BufferReader>(std::make_shared<arrow::Buffer>(arrow_stream)));
  if (!reader.ok()) throw Error(lab::conditions::kInternalError, {{"message", "the local relation is not an Arrow stream: " + reader.status().message()}});
  return types::from_arrow(*(*reader)->schema());
}

/// Spark 3 trips over a NULL in a column whose Arrow field may hold none; Spark 4 gives it back.
void refuse_nulls(const std::string& arrow_stream) {
  auto reader = arrow::ipc::RecordBatchStreamReader::Open(std::make_shared<arrow::io::BufferReader>(std::make_shared<arrow::Buffer>(arrow_stream)));
  std::shared_ptr<arrow::RecordBatch> batch;
  while (reader.ok() && (*reader)->ReadNext(&batch).ok() && batch)
    for (int i = 0; i < batch->num_columns(); ++i)
      if (!batch->schema()->field(i)->nullable() && batch->column(i)->null_count() > 0) throw Error(conditions::kNullInLocalRelation);
}

types::Schema parse_any_schema(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\n");
  if (first != std::string::npos && text[first] == '{') return types::parse_schema_json(text);
  return types::parse_schema(text);
}

}  // namespace

Resolved Resolver::resolve_node(const plan::OneRow&, const plan::Relation&) { return from_relation(bound::make_relation(bound::OneRow{}, {})); }

Resolved Resolver::from_source(std::shared_ptr<const scan::TableSource> source, std::vector<std::string> qualifier, bool with_row_ids) {
  bound::Columns columns;
  bound::Scan scan;
  for (const auto& field : source->schema()) {
    scan.source_columns.push_back(static_cast<int>(columns.size()));
    columns.push_back({fresh(), field.name, without_char(field.type), field.nullable, field.metadata});
  }
  if (with_row_ids) {
    scan.source_columns.push_back(bound::kFileIndexColumn);
    columns.push_back({fresh(), plan::kFileIndexName, TypeKind::Int, false, {}});
    scan.source_columns.push_back(bound::kRowNumberColumn);
    columns.push_back({fresh(), plan::kRowNumberName, TypeKind::Long, false, {}});
  }
  const types::Field* metadata = source->metadata_column();
  if (metadata) {
    scan.source_columns.push_back(bound::kMetadataColumn);
    columns.push_back({fresh(), metadata->name, metadata->type, false, {}});
  }
  scan.source = std::move(source);
  Resolved result = from_relation(bound::make_relation(std::move(scan), std::move(columns)), std::move(qualifier));
  if (metadata) {
    // Reached by its name, but no part of `*`.
    result.hidden.push_back(std::move(result.scope.back()));
    result.scope.pop_back();
  }
  return result;
}

Resolved Resolver::resolve_node(const plan::SourceScan& node, const plan::Relation&) { return from_source(node.source, node.name, node.with_row_ids); }

Resolved Resolver::from_view(const ResolvedTable& table, const plan::Relation& relation) {
  // A view knows neither the query around it nor its common tables; its text means what it meant where it was written.
  Resolver inner(table.surroundings ? *table.surroundings->context : context_, table.surroundings ? table.surroundings->policy : policy_);
  inner.continue_from(*this);
  Resolved body = inner.resolve(table.view);
  next_id_ = inner.next_id_;
  num_recursions_ = inner.num_recursions_;
  if (table.is_guarded) {
    // Neither we nor the engine move a condition or an expression below a limit, so none of the query's sees a row or a value that the
    // view hides: not by raising, not by how often it is evaluated. More rows than that no table has; the engine takes at most 2^62.
    constexpr std::int64_t kAllRows = std::int64_t{1} << 61;
    auto limited = bound::make_limit(body.relation, kAllRows, 0);
    body = over(std::move(body), std::move(limited));
  }
  if (table.shape && table.shape->schema_mode != "EVOLUTION") {
    Resolved shaped = shaped_view(*table.shape, std::move(body), table.qualified_name);
    return shaped;
  }
  Resolved result = from_relation(trimmed(body), table.qualified_name);
  for (std::size_t i = 0; i < result.scope.size(); ++i) result.scope[i].identity = body.scope[i].identity;
  result.instance = body.instance;
  if (!table.view_columns.empty()) {
    result = alias_columns(std::move(result), table.view_columns, relation.origin);
    for (auto& column : result.scope) column.qualifier = table.qualified_name;
  }
  return result;
}

Resolved Resolver::resolve_node(const plan::NamedTable& node, const plan::Relation& relation) {
  if (node.name.size() == 1) {
    const std::string name = policy_.case_sensitive ? node.name[0] : lower_case(node.name[0]);
    for (const auto* scope = common_tables_; scope; scope = scope->parent) {
      const auto found = scope->tables.find(name);
      if (found == scope->tables.end()) continue;
      return common_table(*scope, found->second, relation);
    }
  }
  try {
    const ResolvedTable table = context_.resolve_table(node);
    std::vector<std::string> qualifier = table.qualified_name.empty() ? node.name : table.qualified_name;
    return table.view ? from_view(table, relation) : from_source(table.source, std::move(qualifier));
  } catch (Error& error) {
    if (!error.contexts().empty() || !relation.origin.is_known()) throw;
    throw Error(error).at(plan::query_context(relation.origin));
  }
}

Resolved Resolver::resolve_node(const plan::DataSource& node, const plan::Relation& relation) {
  const ResolvedTable table = context_.resolve_source(node);
  return table.view ? from_view(table, relation) : from_source(table.source, {});
}
Resolved Resolver::resolve_node(const plan::ParseRows& node, const plan::Relation&) { return from_source(context_.parse_rows(node), {}); }
Resolved Resolver::resolve_node(const plan::CatalogCall& node, const plan::Relation&) { return from_source(context_.run_catalog_call(node), {}); }
Resolved Resolver::resolve_node(const plan::StatementRelation& node, const plan::Relation&) { return from_source(context_.run_statement(*node.statement), {}); }

Resolved Resolver::resolve_node(const plan::LocalRelation& node, const plan::Relation&) {
  std::optional<types::Schema> wanted;
  if (node.schema && !node.schema->empty()) wanted = parse_any_schema(*node.schema);
  const types::Schema given = node.arrow_stream ? schema_of(*node.arrow_stream) : wanted.value_or(types::Schema{});
  const bool promises = std::ranges::any_of(given, [](const types::Field& field) { return !field.nullable; });
  if (!policy_.is_spark4 && node.arrow_stream && promises) refuse_nulls(*node.arrow_stream);
  bound::Columns columns;
  for (const auto& field : given) columns.push_back({fresh(), field.name, without_char(field.type), field.nullable, field.metadata});
  // The answer of a command without one has neither columns nor rows; the engine takes no input without columns.
  const bool is_nothing = given.empty();
  Resolved rows = from_relation(bound::make_relation(bound::LocalData{is_nothing ? nullptr : node.arrow_stream}, std::move(columns)));
  if (!wanted || !node.arrow_stream) return rows;
  return cast_to_schema(std::move(rows), *wanted, true);
}

Resolved Resolver::cast_to_schema(Resolved input, const types::Schema& schema, bool by_position) {
  LAB_CHECK(by_position);
  if (schema.size() != input.scope.size())
    throw Error(conditions::kAssignmentArityMismatch, {{"numTarget", std::to_string(schema.size())}, {"numExpr", std::to_string(input.scope.size())}});
  bound::Outputs outputs;
  bound::Columns columns;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const auto& column = input.scope[i].column;
    const DataType type = without_char(schema[i].type);
    auto value = bound::make_reference(column);
    if (!types::same_shape(column.type, type)) {
      value = cast_expression(std::move(value), type);
    } else if (!(column.type == type && column.nullable == schema[i].nullable)) {
      // The client's word on nullability counts; the values are the same.
      value = bound::make_expression(bound::ColumnRef{column.id, false}, type, schema[i].nullable);
    }
    if (const auto* literal = std::get_if<bound::ColumnRef>(&value->node); !literal)
      value = bound::make_expression(value->node, type, schema[i].nullable);
    outputs.push_back({fresh(), std::move(value)});
    columns.push_back({{}, schema[i].name, {}, schema[i].nullable, schema[i].metadata});
  }
  return from_relation(bound::make_project(trimmed(input), std::move(outputs), std::move(columns)));
}

Resolved Resolver::resolve_node(const plan::InlineTable& node, const plan::Relation& relation) { return inline_table(node, {}, relation); }

Resolved Resolver::inline_table(const plan::InlineTable& node, const std::vector<std::string>& given, const plan::Relation& relation) {
  std::vector<TypedList> rows;
  Names names;
  names.outer = outer_;
  names.clause = "VALUES";
  for (std::size_t r = 0; r < node.rows.size(); ++r) {
    rows.push_back(expressions(node.rows[r], names));
    if (rows[r].size() != rows[0].size())
      throw Error(conditions::kInvalidInlineTableCount, {{"expectedNumCols", std::to_string(rows[0].size())}, {"actualNumCols", std::to_string(rows[r].size())}, {"rowIndex", std::to_string(r)}})
          .at(plan::query_context(relation.origin));
  }
  bound::Columns columns;
  bound::Values values;
  values.rows.resize(rows.size());
  for (std::size_t c = 0; c < rows[0].size(); ++c) {
    std::vector<DataType> types;
    bool nullable = false;
    for (const auto& row : rows) {
      types.push_back(row[c].type());
      nullable = nullable || row[c].expression->nullable;
    }
    // The columns of inline tables never mix text with anything, and ANSI mode widens them as legacy mode does.
    bound::Policy legacy = policy_;
    legacy.ansi = false;
    const auto common = functions::wider_without_strings(types, legacy);
    const std::string name = c < given.size() ? given[c] : "col" + std::to_string(c + 1);
    if (!common) throw Error(conditions::kInvalidInlineTableTypes, {{"colName", types::quote_identifier(name)}}).at(plan::query_context(relation.origin));
    for (std::size_t r = 0; r < rows.size(); ++r) {
      values.rows[r].push_back(cast_expression(rows[r][c].expression, *common));
      nullable = nullable || values.rows[r].back()->nullable;
    }
    columns.push_back({fresh(), name, *common, nullable, {}});
  }
  return from_relation(bound::make_relation(std::move(values), std::move(columns)));
}

Resolved Resolver::resolve_node(const plan::Range& node, const plan::Relation&) {
  return from_relation(bound::make_relation(bound::Range{node.start, node.end, node.step}, {{fresh(), "id", TypeKind::Long, false, {}}}));
}

}  // namespace lab::analyze
