#include <algorithm>

#include <spark/connect/catalog.pb.h>
#include <spark/connect/relations.pb.h>

#include "sql/parser.h"
#include "types/type_text.h"
#include "wire/spark/conditions.h"
#include "wire/spark/reader/depth.h"
#include "wire/spark/reader/repeated.h"

// 3.5 clients fill fields that the protocol calls deprecated.
#pragma clang diagnostic ignored "-Wdeprecated-declarations"

namespace lab::wire::spark {

using plan::make_relation;
using plan::RelationPtr;

namespace {

using PlanId = std::optional<std::int64_t>;

RelationPtr unsupported_relation(const char* what, PlanId plan_id) { return make_relation(plan::UnsupportedRelation{what, nullptr}, plan_id); }

RelationPtr read_read(const proto::Read& message, PlanId plan_id) {
  if (message.has_named_table()) {
    plan::NamedTable table{read_table_name(message.named_table().unparsed_identifier()), lower_keys(message.named_table().options()), {}, nullptr};
    if (message.is_streaming()) return unsupported_relation("streaming reads", plan_id);
    return make_relation(std::move(table), plan_id);
  }
  if (!message.has_data_source()) throw Error(conditions::kInvalidPlanInput, {{"message", "read without a table or source"}});
  const auto& source = message.data_source();
  plan::DataSource node{source.format(), {}, lower_keys(source.options()), strings(source.paths()), message.is_streaming()};
  for (char& c : node.format)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (source.has_schema() && !source.schema().empty()) node.schema = source.schema();
  return make_relation(std::move(node), plan_id);
}

plan::JoinType read_join_type(proto::Join_JoinType type) {
  switch (type) {
    case proto::Join::JOIN_TYPE_INNER: return plan::JoinType::Inner;
    case proto::Join::JOIN_TYPE_FULL_OUTER: return plan::JoinType::FullOuter;
    case proto::Join::JOIN_TYPE_LEFT_OUTER: return plan::JoinType::LeftOuter;
    case proto::Join::JOIN_TYPE_RIGHT_OUTER: return plan::JoinType::RightOuter;
    case proto::Join::JOIN_TYPE_LEFT_ANTI: return plan::JoinType::LeftAnti;
    case proto::Join::JOIN_TYPE_LEFT_SEMI: return plan::JoinType::LeftSemi;
    case proto::Join::JOIN_TYPE_CROSS: return plan::JoinType::Cross;
    default: throw Error(conditions::kInvalidPlanInput, {{"message", "join type is not set"}});
  }
}

RelationPtr read_sql(PlanReader& reader, const proto::SQL& message, PlanId plan_id) {
  sql::ParserOptions options = reader.parsing();
  for (const auto& [name, value] : message.named_arguments()) options.named_parameters.emplace(name, reader.read_expression(value));
  for (const auto& [name, value] : message.args()) options.named_parameters.emplace(name, plan::make_literal(read_literal(value)));
  for (const auto& value : message.pos_arguments()) options.positional_parameters.push_back(reader.read_expression(value));
  for (const auto& value : message.pos_args()) options.positional_parameters.push_back(plan::make_literal(read_literal(value)));
  plan::Statement statement = sql::parse_statement(message.query(), options);
  if (statement.is_query()) {
    const RelationPtr& relation = std::get<RelationPtr>(statement.node);
    if (!plan_id) return relation;
    plan::Relation copy = *relation;
    copy.plan_id = plan_id;
    return std::make_shared<const plan::Relation>(std::move(copy));
  }
  return make_relation(plan::StatementRelation{std::make_shared<const plan::Statement>(std::move(statement))}, plan_id);
}

RelationPtr read_set_operation(PlanReader& reader, const proto::SetOperation& message, PlanId plan_id) {
  plan::SetOperation node;
  node.left = reader.read_relation(message.left_input());
  node.right = reader.read_relation(message.right_input());
  switch (message.set_op_type()) {
    case proto::SetOperation::SET_OP_TYPE_UNION: node.op = plan::SetOperator::Union; break;
    case proto::SetOperation::SET_OP_TYPE_INTERSECT: node.op = plan::SetOperator::Intersect; break;
    case proto::SetOperation::SET_OP_TYPE_EXCEPT: node.op = plan::SetOperator::Except; break;
    default: throw Error(conditions::kInvalidPlanInput, {{"message", "set operation is not set"}});
  }
  node.all = message.is_all();
  node.by_name = message.by_name();
  node.allow_missing_columns = message.allow_missing_columns();
  return make_relation(std::move(node), plan_id);
}

RelationPtr read_with_columns_renamed(RelationPtr input, const proto::WithColumnsRenamed& message, PlanId plan_id) {
  plan::WithColumnsRenamed node{std::move(input), {}};
  for (const auto& rename : message.renames()) node.renames.emplace_back(rename.col_name(), rename.new_col_name());
  if (message.renames_size() == 0)
    for (const auto& [from, to] : message.rename_columns_map()) node.renames.emplace_back(from, to);
  return make_relation(std::move(node), plan_id);
}

RelationPtr read_unpivot(PlanReader& reader, RelationPtr input, const proto::Unpivot& message, PlanId plan_id) {
  plan::Unpivot node;
  node.input = std::move(input);
  for (const auto& id : message.ids()) node.ids.push_back(reader.read_expression(id));
  if (message.has_values()) {
    node.values.emplace();
    for (const auto& value : message.values().values()) node.values->push_back({reader.read_expression(value)});
  }
  node.variable_column = message.variable_column_name();
  node.value_columns = {message.value_column_name()};
  return make_relation(std::move(node), plan_id);
}

RelationPtr read_parse(RelationPtr input, const proto::Parse& message, PlanId plan_id) {
  plan::ParseRows node{std::move(input), {}, {}, lower_keys(message.options())};
  switch (message.format()) {
    case proto::Parse::PARSE_FORMAT_CSV: node.format = "csv"; break;
    case proto::Parse::PARSE_FORMAT_JSON: node.format = "json"; break;
    default: return unsupported_relation("parsing of rows in this format", plan_id);
  }
  if (message.has_schema()) node.schema = types::to_json(read_type(message.schema()));
  return make_relation(std::move(node), plan_id);
}

template <typename Message>
std::optional<std::int64_t> seed_of(const Message& message) {
  if (!message.has_seed()) return std::nullopt;
  return message.seed();
}

plan::ExpressionPtr count_literal(std::int32_t count) { return plan::make_literal(types::Literal::integer(count)); }

}  // namespace

RelationPtr PlanReader::read_relation(const proto::Relation& message) {
  const Depth depth(*this);
  PlanId plan_id;
  if (message.has_common() && message.common().has_plan_id()) plan_id = message.common().plan_id();
  return read_relation_node(message, plan_id);
}

RelationPtr PlanReader::read_local(const proto::LocalRelation& message, PlanId plan_id) {
  plan::LocalRelation node;
  if (message.has_data()) node.arrow_stream = std::make_shared<const std::string>(message.data());
  if (message.has_schema() && !message.schema().empty()) node.schema = message.schema();
  return make_relation(std::move(node), plan_id);
}

RelationPtr PlanReader::read_cached_local(const std::string& hash, PlanId plan_id) {
  const auto bytes = find_artifact_("cache/" + hash);
  if (!bytes) throw Error(conditions::kArtifactNotFound, {{"hash", hash}});
  proto::LocalRelation local;
  if (!local.ParseFromString(*bytes)) throw Error(conditions::kInvalidPlanInput, {{"message", "cached relation is not a LocalRelation"}});
  return read_local(local, plan_id);
}

RelationPtr PlanReader::read_join(const proto::Join& message, PlanId plan_id) {
  plan::Join node;
  node.left = read_relation(message.left());
  node.right = read_relation(message.right());
  node.type = read_join_type(message.join_type());
  if (message.has_join_condition()) node.condition = read_expression(message.join_condition());
  node.using_columns = strings(message.using_columns());
  return make_relation(std::move(node), plan_id);
}

RelationPtr PlanReader::read_aggregate(const proto::Aggregate& message, PlanId plan_id) {
  RelationPtr input = read_relation(message.input());
  if (message.group_type() == proto::Aggregate::GROUP_TYPE_PIVOT) {
    plan::Pivot node;
    node.input = std::move(input);
    node.grouping = read_all(message.grouping_expressions());
    node.aggregates = read_all(message.aggregate_expressions());
    node.column = read_expression(message.pivot().col());
    for (const auto& value : message.pivot().values()) node.values.push_back(plan::make_literal(read_literal(value)));
    return make_relation(std::move(node), plan_id);
  }
  plan::Aggregate node;
  node.input = std::move(input);
  switch (message.group_type()) {
    case proto::Aggregate::GROUP_TYPE_GROUPBY: node.type = plan::Aggregate::GroupType::GroupBy; break;
    case proto::Aggregate::GROUP_TYPE_ROLLUP: node.type = plan::Aggregate::GroupType::Rollup; break;
    case proto::Aggregate::GROUP_TYPE_CUBE: node.type = plan::Aggregate::GroupType::Cube; break;
    case proto::Aggregate::GROUP_TYPE_GROUPING_SETS: node.type = plan::Aggregate::GroupType::GroupingSets; break;
    default: throw Error(conditions::kInvalidPlanInput, {{"message", "group type is not set"}});
  }
  node.grouping = read_all(message.grouping_expressions());
  for (const auto& set : message.grouping_sets()) node.grouping_sets.push_back(read_all(set.grouping_set()));
  node.aggregates = read_all(message.aggregate_expressions());
  return make_relation(std::move(node), plan_id);
}

RelationPtr PlanReader::read_relation_node(const proto::Relation& message, PlanId plan_id) {
  switch (message.rel_type_case()) {
    case proto::Relation::kRead: return read_read(message.read(), plan_id);
    case proto::Relation::kProject: {
      const auto& project = message.project();
      RelationPtr input = project.has_input() ? read_relation(project.input()) : make_relation(plan::OneRow{});
      return make_relation(plan::Project{std::move(input), read_all(project.expressions())}, plan_id);
    }
    case proto::Relation::kFilter:
      return make_relation(plan::Filter{read_relation(message.filter().input()), read_expression(message.filter().condition())}, plan_id);
    case proto::Relation::kJoin: return read_join(message.join(), plan_id);
    case proto::Relation::kSetOp: return read_set_operation(*this, message.set_op(), plan_id);
    case proto::Relation::kSort: {
      plan::Sort node{read_relation(message.sort().input()), {}, !message.sort().has_is_global() || message.sort().is_global()};
      for (const auto& order : message.sort().order()) node.orders.push_back(read_sort_order(order, {}));
      return make_relation(std::move(node), plan_id);
    }
    case proto::Relation::kLimit:
      return make_relation(plan::Limit{read_relation(message.limit().input()), count_literal(message.limit().limit())}, plan_id);
    case proto::Relation::kOffset:
      return make_relation(plan::Offset{read_relation(message.offset().input()), count_literal(message.offset().offset())}, plan_id);
    case proto::Relation::kTail: return make_relation(plan::Tail{read_relation(message.tail().input()), message.tail().limit()}, plan_id);
    case proto::Relation::kAggregate: return read_aggregate(message.aggregate(), plan_id);
    case proto::Relation::kSql: return read_sql(*this, message.sql(), plan_id);
    case proto::Relation::kLocalRelation: return read_local(message.local_relation(), plan_id);
    case proto::Relation::kCachedLocalRelation: return read_cached_local(message.cached_local_relation().hash(), plan_id);
    case proto::Relation::kChunkedCachedLocalRelation: return read_chunked_local(message.chunked_cached_local_relation(), plan_id);
    case proto::Relation::kSample: {
      const auto& sample = message.sample();
      return make_relation(plan::Sample{read_relation(sample.input()), sample.lower_bound(), sample.upper_bound(), sample.with_replacement(), seed_of(sample), {}, sample.deterministic_order()},
                           plan_id);
    }
    case proto::Relation::kDeduplicate: {
      const auto& deduplicate = message.deduplicate();
      return make_relation(plan::Deduplicate{read_relation(deduplicate.input()), strings(deduplicate.column_names()), deduplicate.all_columns_as_keys(),
                                             deduplicate.within_watermark()},
                           plan_id);
    }
    case proto::Relation::kRange: {
      const auto& range = message.range();
      plan::Range node{range.start(), range.end(), range.step(), {}};
      if (range.has_num_partitions()) node.num_partitions = range.num_partitions();
      return make_relation(std::move(node), plan_id);
    }
    case proto::Relation::kSubqueryAlias: {
      const auto& alias = message.subquery_alias();
      plan::NameParts name = strings(alias.qualifier());
      name.push_back(alias.alias());
      return make_relation(plan::SubqueryAlias{read_relation(alias.input()), std::move(name), {}}, plan_id);
    }
    case proto::Relation::kRepartition:
      return make_relation(plan::Repartition{read_relation(message.repartition().input()), message.repartition().num_partitions(), {},
                                             message.repartition().shuffle()},
                           plan_id);
    case proto::Relation::kRepartitionByExpression: {
      const auto& repartition = message.repartition_by_expression();
      plan::Repartition node{read_relation(repartition.input()), {}, read_all(repartition.partition_exprs()), true};
      if (repartition.has_num_partitions()) node.num_partitions = repartition.num_partitions();
      return make_relation(std::move(node), plan_id);
    }
    case proto::Relation::kToDf: return make_relation(plan::ToDf{read_relation(message.to_df().input()), strings(message.to_df().column_names())}, plan_id);
    case proto::Relation::kWithColumnsRenamed:
      return read_with_columns_renamed(read_relation(message.with_columns_renamed().input()), message.with_columns_renamed(), plan_id);
    case proto::Relation::kWithColumns: {
      plan::WithColumns node{read_relation(message.with_columns().input()), {}};
      for (const auto& alias : message.with_columns().aliases()) {
        plan::Alias column{read_expression(alias.expr()), strings(alias.name()), {}};
        if (alias.has_metadata()) column.metadata = alias.metadata();
        node.aliases.push_back(plan::make_expression(std::move(column)));
      }
      return make_relation(std::move(node), plan_id);
    }
    case proto::Relation::kShowString:
      return make_relation(plan::ShowString{read_relation(message.show_string().input()), message.show_string().num_rows(), message.show_string().truncate(),
                                            message.show_string().vertical()},
                           plan_id);
    case proto::Relation::kHtmlString:
      return make_relation(plan::HtmlString{read_relation(message.html_string().input()), message.html_string().num_rows(), message.html_string().truncate()},
                           plan_id);
    case proto::Relation::kDrop:
      return make_relation(plan::Drop{read_relation(message.drop().input()), read_all(message.drop().columns()), strings(message.drop().column_names())}, plan_id);
    case proto::Relation::kHint:
      return make_relation(plan::Hint{read_relation(message.hint().input()), message.hint().name(), read_all(message.hint().parameters())}, plan_id);
    case proto::Relation::kUnpivot: return read_unpivot(*this, read_relation(message.unpivot().input()), message.unpivot(), plan_id);
    case proto::Relation::kToSchema: {
      const types::DataType schema = read_type(message.to_schema().schema());
      if (!schema.is(types::TypeKind::Struct)) throw Error(conditions::kInvalidPlanInput, {{"message", "schema is not a struct"}});
      return make_relation(plan::ToSchema{read_relation(message.to_schema().input()), schema.fields()}, plan_id);
    }
    case proto::Relation::kCollectMetrics:
      return read_collect_metrics(message.collect_metrics(), plan_id);
    case proto::Relation::kParse: return read_parse(read_relation(message.parse().input()), message.parse(), plan_id);
    case proto::Relation::kTranspose:
      return make_relation(plan::Transpose{read_relation(message.transpose().input()), read_all(message.transpose().index_columns())}, plan_id);
    case proto::Relation::kUnresolvedTableValuedFunction:
      return make_relation(plan::TableFunction{{message.unresolved_table_valued_function().function_name()},
                                               read_all(message.unresolved_table_valued_function().arguments())},
                           plan_id);
    case proto::Relation::kLateralJoin: {
      plan::Join node;
      node.left = read_relation(message.lateral_join().left());
      node.right = read_relation(message.lateral_join().right());
      node.type = read_join_type(message.lateral_join().join_type());
      if (message.lateral_join().has_join_condition()) node.condition = read_expression(message.lateral_join().join_condition());
      node.is_lateral = true;
      return make_relation(std::move(node), plan_id);
    }
    case proto::Relation::kWithRelations: return read_with_relations(message.with_relations());
    case proto::Relation::kFillNa: {
      plan::FillNa node{read_relation(message.fill_na().input()), strings(message.fill_na().cols()), {}};
      for (const auto& value : message.fill_na().values()) node.values.push_back(read_literal(value));
      return make_relation(std::move(node), plan_id);
    }
    case proto::Relation::kDropNa: {
      plan::DropNa node{read_relation(message.drop_na().input()), strings(message.drop_na().cols()), {}};
      if (message.drop_na().has_min_non_nulls()) node.min_non_nulls = message.drop_na().min_non_nulls();
      return make_relation(std::move(node), plan_id);
    }
    case proto::Relation::kReplace: {
      plan::ReplaceNa node{read_relation(message.replace().input()), strings(message.replace().cols()), {}};
      for (const auto& replacement : message.replace().replacements())
        node.replacements.emplace_back(read_literal(replacement.old_value()), read_literal(replacement.new_value()));
      return make_relation(std::move(node), plan_id);
    }
    case proto::Relation::kSummary:
      return make_relation(plan::Summary{read_relation(message.summary().input()), strings(message.summary().statistics())}, plan_id);
    case proto::Relation::kDescribe:
      return make_relation(plan::Describe{read_relation(message.describe().input()), strings(message.describe().cols())}, plan_id);
    case proto::Relation::kCrosstab:
      return make_relation(plan::Crosstab{read_relation(message.crosstab().input()), message.crosstab().col1(), message.crosstab().col2()}, plan_id);
    case proto::Relation::kCov:
      return make_relation(plan::Covariance{read_relation(message.cov().input()), message.cov().col1(), message.cov().col2()}, plan_id);
    case proto::Relation::kCorr:
      return make_relation(plan::Correlation{read_relation(message.corr().input()), message.corr().col1(), message.corr().col2(),
                                             message.corr().has_method() ? message.corr().method() : "pearson"},
                           plan_id);
    case proto::Relation::kApproxQuantile:
      return make_relation(plan::ApproxQuantile{read_relation(message.approx_quantile().input()), strings(message.approx_quantile().cols()),
                                                {message.approx_quantile().probabilities().begin(), message.approx_quantile().probabilities().end()},
                                                message.approx_quantile().relative_error()},
                           plan_id);
    case proto::Relation::kFreqItems:
      return make_relation(plan::FreqItems{read_relation(message.freq_items().input()), strings(message.freq_items().cols()),
                                           message.freq_items().has_support() ? message.freq_items().support() : 0.01},
                           plan_id);
    case proto::Relation::kSampleBy: {
      plan::SampleBy node{read_relation(message.sample_by().input()), read_expression(message.sample_by().col()), {}, seed_of(message.sample_by())};
      for (const auto& fraction : message.sample_by().fractions()) node.fractions.emplace_back(read_literal(fraction.stratum()), fraction.fraction());
      return make_relation(std::move(node), plan_id);
    }
    case proto::Relation::kCatalog: return read_catalog(message.catalog(), plan_id);
    case proto::Relation::kExtension: return read_delta_relation(message.extension(), plan_id);
    case proto::Relation::kMapPartitions: return unsupported_relation("mapInPandas and mapInArrow", plan_id);
    case proto::Relation::kGroupMap: return unsupported_relation("applyInPandas", plan_id);
    case proto::Relation::kCoGroupMap: return unsupported_relation("cogrouped applyInPandas", plan_id);
    case proto::Relation::kApplyInPandasWithState: return unsupported_relation("applyInPandasWithState", plan_id);
    case proto::Relation::kWithWatermark: {
      // A batch has no late rows: Spark drops the mark, too.
      plan::Relation copy = *read_relation(message.with_watermark().input());
      copy.plan_id = plan_id;
      return std::make_shared<const plan::Relation>(std::move(copy));
    }
    case proto::Relation::kCachedRemoteRelation: {
      plan::Relation copy = *find_kept_(message.cached_remote_relation().relation_id());
      copy.plan_id = plan_id;
      return std::make_shared<const plan::Relation>(std::move(copy));
    }
    case proto::Relation::kCommonInlineUserDefinedTableFunction: return unsupported_relation("Python table functions", plan_id);
    case proto::Relation::kCommonInlineUserDefinedDataSource: return unsupported_relation("Python data sources", plan_id);
    case proto::Relation::kAsOfJoin: return unsupported_relation("as-of joins", plan_id);
    case proto::Relation::kNearestByJoin: return unsupported_relation("nearest-by joins", plan_id);
    case proto::Relation::kRelationChanges: return unsupported_relation("change data feeds", plan_id);
    case proto::Relation::kMlRelation: return unsupported_relation("Spark ML over Connect", plan_id);
    case proto::Relation::REL_TYPE_NOT_SET: throw Error(conditions::kInvalidPlanInput, {{"message", "relation without a type"}});
    default: return unsupported_relation("this Spark Connect relation", plan_id);
  }
}

/// The metrics are asked for in a statement of their own; the rows pass as they are.
RelationPtr PlanReader::read_collect_metrics(const proto::CollectMetrics& message, PlanId plan_id) {
  plan::CollectMetrics node{read_relation(message.input()), message.name(), read_all(message.metrics())};
  const std::int64_t id = plan_id.value_or(-1);
  const bool is_known = std::ranges::any_of(observed_, [&](const Observed& other) { return other.plan_id == id && other.name == node.name; });
  if (!is_known) {
    plan::Aggregate metrics;
    metrics.input = node.input;
    metrics.aggregates = node.metrics;
    observed_.push_back({node.name, id, make_relation(std::move(metrics))});
  }
  return make_relation(std::move(node), plan_id);
}

std::vector<std::pair<std::string, RelationPtr>> PlanReader::read_named_frames(const proto::WithRelations& message) {
  std::vector<std::pair<std::string, RelationPtr>> frames;
  for (const auto& reference : message.references())
    if (reference.has_subquery_alias()) frames.emplace_back(reference.subquery_alias().alias(), read_relation(reference.subquery_alias().input()));
  return frames;
}

/// References are found by plan id from subquery expressions, and by name (`spark.sql("… {df}", df=df)`) from SQL; they may refer to
/// each other.
RelationPtr PlanReader::read_with_relations(const proto::WithRelations& message) {
  plan::With with;
  for (const auto& reference : message.references())
    if (reference.has_common() && reference.common().has_plan_id()) references_.insert_or_assign(reference.common().plan_id(), &reference);
  if (message.root().has_sql())
    for (auto& [name, frame] : read_named_frames(message)) with.tables.push_back({name, {}, frame});
  with.body = read_relation(message.root());
  if (with.tables.empty()) return with.body;
  const PlanId plan_id = with.body->plan_id;
  return make_relation(std::move(with), plan_id);
}

/// Rows cached in pieces: each piece is an Arrow stream of its own with the same schema.
RelationPtr PlanReader::read_chunked_local(const proto::ChunkedCachedLocalRelation& message, PlanId plan_id) {
  std::optional<std::string> schema;
  if (message.has_schemahash()) {
    const auto bytes = find_artifact_("cache/" + message.schemahash());
    if (!bytes) throw Error(conditions::kArtifactNotFound, {{"hash", message.schemahash()}});
    schema = *bytes;
  }
  RelationPtr all;
  for (const std::string& hash : message.datahashes()) {
    const auto bytes = find_artifact_("cache/" + hash);
    if (!bytes) throw Error(conditions::kArtifactNotFound, {{"hash", hash}});
    RelationPtr piece = make_relation(plan::LocalRelation{bytes, schema});
    all = all ? make_relation(plan::SetOperation{std::move(all), std::move(piece), plan::SetOperator::Union, true, false, false}) : std::move(piece);
  }
  if (!all) all = make_relation(plan::LocalRelation{nullptr, schema});
  plan::Relation copy = *all;
  copy.plan_id = plan_id;
  return std::make_shared<const plan::Relation>(std::move(copy));
}

}  // namespace lab::wire::spark
