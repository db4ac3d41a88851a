#include <delta/connect/base.pb.h>
#include <delta/connect/commands.pb.h>
#include <delta/connect/relations.pb.h>
#include <google/protobuf/any.pb.h>

#include "types/type_text.h"
#include "wire/spark/conditions.h"
#include "wire/spark/reader/plan_reader.h"

/// Delta Connect: what delta-spark 4.x packs into the extension fields of Spark Connect.
namespace lab::wire::spark {

namespace delta_proto = ::delta::connect;

namespace {

/// How SQL would name the table: delta.`path`, or its name.
plan::NameParts table_name(const delta_proto::DeltaTable& table) {
  if (table.has_path()) return {"delta", table.path().path()};
  return read_table_name(table.table_or_view_name());
}

plan::RelationPtr statement_relation(plan::Statement statement, std::optional<std::int64_t> plan_id) {
  return plan::make_relation(plan::StatementRelation{std::make_shared<const plan::Statement>(std::move(statement))}, plan_id);
}

plan::RelationPtr unsupported(const char* what, std::optional<std::int64_t> plan_id) {
  return plan::make_relation(plan::UnsupportedRelation{what, nullptr}, plan_id);
}

template <typename Assignments>
std::vector<plan::MergeAssignment> read_assignments(PlanReader& reader, const Assignments& messages) {
  std::vector<plan::MergeAssignment> result;
  for (const auto& message : messages) {
    const plan::ExpressionPtr field = reader.read_expression(message.field());
    const auto* attribute = std::get_if<plan::UnresolvedAttribute>(&field->node);
    if (attribute == nullptr) throw Error(conditions::kInvalidPlanInput, {{"message", "an assignment's field is not a column"}});
    result.push_back({attribute->parts, reader.read_expression(message.value())});
  }
  return result;
}

plan::MergeClause read_action(PlanReader& reader, const delta_proto::MergeIntoTable_Action& message, plan::MergeClause::When when) {
  using Action = plan::MergeClause::Action;
  plan::MergeClause clause;
  clause.when = when;
  if (message.has_condition()) clause.condition = reader.read_expression(message.condition());
  switch (message.action_type_case()) {
    case delta_proto::MergeIntoTable_Action::kDeleteAction: clause.action = Action::Delete; break;
    case delta_proto::MergeIntoTable_Action::kUpdateAction:
      clause.action = Action::Update;
      clause.assignments = read_assignments(reader, message.update_action().assignments());
      break;
    case delta_proto::MergeIntoTable_Action::kUpdateStarAction: clause.action = Action::UpdateAll; break;
    case delta_proto::MergeIntoTable_Action::kInsertAction:
      clause.action = Action::Insert;
      clause.assignments = read_assignments(reader, message.insert_action().assignments());
      break;
    case delta_proto::MergeIntoTable_Action::kInsertStarAction: clause.action = Action::InsertAll; break;
    default: throw Error(conditions::kInvalidPlanInput, {{"message", "merge action is not set"}});
  }
  return clause;
}

plan::Statement read_merge(PlanReader& reader, const delta_proto::MergeIntoTable& message) {
  plan::Merge node;
  node.target = reader.read_relation(message.target());
  node.source = reader.read_relation(message.source());
  node.condition = reader.read_expression(message.condition());
  for (const auto& action : message.matched_actions()) node.clauses.push_back(read_action(reader, action, plan::MergeClause::When::Matched));
  for (const auto& action : message.not_matched_actions()) node.clauses.push_back(read_action(reader, action, plan::MergeClause::When::NotMatched));
  for (const auto& action : message.not_matched_by_source_actions())
    node.clauses.push_back(read_action(reader, action, plan::MergeClause::When::NotMatchedBySource));
  node.with_schema_evolution = message.with_schema_evolution();
  return {std::move(node), {}};
}

plan::Statement read_create(const delta_proto::CreateDeltaTable& message) {
  plan::CreateTable node;
  using Create = delta_proto::CreateDeltaTable;
  node.if_not_exists = message.mode() == Create::MODE_CREATE_IF_NOT_EXISTS;
  node.or_replace = message.mode() == Create::MODE_CREATE_OR_REPLACE;
  node.is_replace = message.mode() == Create::MODE_REPLACE;
  plan::TableDefinition& table = node.table;
  table.provider = "delta";
  if (message.has_table_name()) table.name = read_table_name(message.table_name());
  if (message.has_location()) table.location = message.location();
  if (table.name.empty() && table.location) table.name = {"delta", *table.location};
  if (message.has_comment()) table.comment = message.comment();
  for (const auto& column : message.columns()) {
    plan::ColumnDefinition definition;
    definition.field = {column.name(), read_type(column.data_type()), column.nullable(), {}};
    if (column.has_comment()) definition.comment = column.comment();
    if (column.has_generated_always_as()) definition.generated_sql = column.generated_always_as();
    if (column.has_identity_info())
      definition.identity = {column.identity_info().start(), column.identity_info().step(), column.identity_info().allow_explicit_insert()};
    table.columns.push_back(std::move(definition));
  }
  for (const auto& name : message.partitioning_columns()) table.partitioning.push_back(plan::make_attribute({name}));
  table.clustering.assign(message.clustering_columns().begin(), message.clustering_columns().end());
  for (const auto& [key, value] : message.properties()) table.properties.emplace(key, value);
  return {std::move(node), {}};
}

/// A change of a table by its properties, as Delta makes it.
plan::Statement properties_of(const delta_proto::DeltaTable& table, plan::Options properties) {
  plan::SetTableProperties node;
  node.table = table_name(table);
  node.properties = std::move(properties);
  return {std::move(node), {}};
}

plan::Statement read_clone(const delta_proto::CloneTable& message) {
  plan::CloneTable node;
  node.source = table_name(message.table());
  // An absolute path is a place, all else a name.
  const std::string& target = message.target();
  node.target = target.starts_with('/') || target.find("://") != std::string::npos ? plan::NameParts{"delta", target} : read_table_name(target);
  if (message.has_version()) node.version = std::to_string(message.version());
  if (message.has_timestamp()) node.timestamp = plan::make_literal(types::Literal::string(message.timestamp()));
  node.is_shallow = message.is_shallow();
  node.or_replace = message.replace();
  for (const auto& [key, value] : message.properties()) node.properties.emplace(key, value);
  return {std::move(node), {}};
}

plan::Statement read_convert(const delta_proto::ConvertToDelta& message) {
  plan::ConvertToDelta node;
  node.returns_name = true;
  node.table = read_table_name(message.identifier());
  if (message.has_partition_schema_string()) node.partitions = types::parse_schema(message.partition_schema_string());
  if (message.has_partition_schema_struct()) node.partitions = read_type(message.partition_schema_struct()).fields();
  return {std::move(node), {}};
}

template <typename Message>
Message unpack(const google::protobuf::Any& any) {
  Message message;
  if (!any.UnpackTo(&message)) throw Error(conditions::kUnsupportedFeature, {{"feature", "Spark Connect extension " + any.type_url()}, {"hint", ""}});
  return message;
}

}  // namespace

plan::RelationPtr read_delta_table(const delta_proto::DeltaTable& table, std::optional<std::int64_t> plan_id) {
  return plan::make_relation(plan::NamedTable{table_name(table), {{"__dflab_delta", "true"}}, {}, nullptr}, plan_id);
}

plan::RelationPtr PlanReader::read_delta_relation(const google::protobuf::Any& any, std::optional<std::int64_t> plan_id) {
  const auto message = unpack<delta_proto::DeltaRelation>(any);
  switch (message.relation_type_case()) {
    case delta_proto::DeltaRelation::kScan: return read_delta_table(message.scan().table(), plan_id);
    case delta_proto::DeltaRelation::kDescribeHistory:
      return statement_relation({plan::DescribeHistory{table_name(message.describe_history().table()), {}, {}}, {}}, plan_id);
    case delta_proto::DeltaRelation::kDescribeDetail:
      return statement_relation({plan::DescribeDetail{table_name(message.describe_detail().table()), {}}, {}}, plan_id);
    case delta_proto::DeltaRelation::kRestoreTable: {
      plan::RestoreTable node{read_delta_table(message.restore_table().table(), {}), {}, nullptr};
      if (message.restore_table().has_version()) node.version = message.restore_table().version();
      if (message.restore_table().has_timestamp()) node.timestamp = plan::make_literal(types::Literal::string(message.restore_table().timestamp()));
      return statement_relation({std::move(node), {}}, plan_id);
    }
    case delta_proto::DeltaRelation::kIsDeltaTable:
      return plan::make_relation(plan::CatalogCall{"is_delta_table", {message.is_delta_table().path()}, {}, {}}, plan_id);
    case delta_proto::DeltaRelation::kDeleteFromTable: {
      const auto& request = message.delete_from_table();
      return statement_relation({plan::Delete{read_relation(request.target()), request.has_condition() ? read_expression(request.condition()) : nullptr}, {}},
                                plan_id);
    }
    case delta_proto::DeltaRelation::kUpdateTable: {
      const auto& request = message.update_table();
      return statement_relation({plan::Update{read_relation(request.target()), read_assignments(*this, request.assignments()),
                                              request.has_condition() ? read_expression(request.condition()) : nullptr},
                                 {}},
                                plan_id);
    }
    case delta_proto::DeltaRelation::kMergeIntoTable: return statement_relation(read_merge(*this, message.merge_into_table()), plan_id);
    case delta_proto::DeltaRelation::kConvertToDelta: return statement_relation(read_convert(message.convert_to_delta()), plan_id);
    case delta_proto::DeltaRelation::kOptimizeTable: return unsupported("OPTIMIZE", plan_id);
    default: throw Error(conditions::kInvalidPlanInput, {{"message", "Delta relation without a type"}});
  }
}

plan::Statement PlanReader::read_delta_command(const google::protobuf::Any& any) {
  const auto message = unpack<delta_proto::DeltaCommand>(any);
  const auto unsupported_command = [](const char* what) { return plan::Statement{plan::UnsupportedCommand{what}, {}}; };
  switch (message.command_type_case()) {
    case delta_proto::DeltaCommand::kCreateDeltaTable: return read_create(message.create_delta_table());
    case delta_proto::DeltaCommand::kCloneTable: return read_clone(message.clone_table());
    case delta_proto::DeltaCommand::kVacuumTable: return unsupported_command("VACUUM");
    case delta_proto::DeltaCommand::kUpgradeTableProtocol: {
      const auto& request = message.upgrade_table_protocol();
      return properties_of(request.table(), {{"delta.minReaderVersion", std::to_string(request.reader_version())}, {"delta.minWriterVersion", std::to_string(request.writer_version())}});
    }
    case delta_proto::DeltaCommand::kGenerate: return unsupported_command("GENERATE");
    case delta_proto::DeltaCommand::kAddFeatureSupport:
      return properties_of(message.add_feature_support().table(), {{"delta.feature." + message.add_feature_support().feature_name(), "supported"}});
    case delta_proto::DeltaCommand::kDropFeatureSupport: return unsupported_command("DROP FEATURE");
    default: throw Error(conditions::kInvalidPlanInput, {{"message", "Delta command without a type"}});
  }
}

}  // namespace lab::wire::spark
