#include <spark/connect/base.pb.h>
#include <spark/connect/commands.pb.h>
#include <zstd.h>

#include "types/type_text.h"
#include "wire/spark/conditions.h"
#include "wire/spark/reader/plan_reader.h"
#include "wire/spark/reader/repeated.h"

namespace lab::wire::spark {

namespace {

plan::Statement unsupported(std::string what) { return {plan::UnsupportedCommand{std::move(what)}, {}}; }

plan::SaveMode read_save_mode(proto::WriteOperation_SaveMode mode) {
  switch (mode) {
    case proto::WriteOperation::SAVE_MODE_APPEND: return plan::SaveMode::Append;
    case proto::WriteOperation::SAVE_MODE_OVERWRITE: return plan::SaveMode::Overwrite;
    case proto::WriteOperation::SAVE_MODE_IGNORE: return plan::SaveMode::Ignore;
    default: return plan::SaveMode::ErrorIfExists;
  }
}

plan::Statement read_write(PlanReader& reader, const proto::WriteOperation& message) {
  plan::WriteOperation node;
  node.input = reader.read_relation(message.input());
  node.source = message.source();
  for (char& c : node.source)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  node.mode = read_save_mode(message.mode());
  if (message.has_table()) {
    node.target = message.table().save_method() == proto::WriteOperation_SaveTable::TABLE_SAVE_METHOD_INSERT_INTO ? plan::WriteOperation::Target::InsertInto
                                                                                                               : plan::WriteOperation::Target::SaveAsTable;
    node.table = read_table_name(message.table().table_name());
  } else {
    node.path = message.path();
  }
  node.partition_by = strings(message.partitioning_columns());
  node.sort_by = strings(message.sort_column_names());
  node.cluster_by = strings(message.clustering_columns());
  if (message.has_bucket_by()) {
    node.bucket_by = strings(message.bucket_by().bucket_column_names());
    node.num_buckets = message.bucket_by().num_buckets();
  }
  node.options = lower_keys(message.options());
  if (message.with_schema_evolution()) node.options.insert_or_assign("mergeschema", "true");
  return {std::move(node), {}};
}

plan::Statement read_write_v2(PlanReader& reader, const proto::WriteOperationV2& message) {
  using Mode = plan::WriteOperationV2::Mode;
  plan::WriteOperationV2 node;
  node.input = reader.read_relation(message.input());
  node.table = read_table_name(message.table_name());
  node.provider = message.provider();
  for (const auto& column : message.partitioning_columns()) node.partitioning.push_back(reader.read_expression(column));
  node.options = lower_keys(message.options());
  for (const auto& [key, value] : message.table_properties()) node.properties.emplace(key, value);
  node.cluster_by = strings(message.clustering_columns());
  switch (message.mode()) {
    case proto::WriteOperationV2::MODE_CREATE: node.mode = Mode::Create; break;
    case proto::WriteOperationV2::MODE_OVERWRITE: node.mode = Mode::Overwrite; break;
    case proto::WriteOperationV2::MODE_OVERWRITE_PARTITIONS: node.mode = Mode::OverwritePartitions; break;
    case proto::WriteOperationV2::MODE_APPEND: node.mode = Mode::Append; break;
    case proto::WriteOperationV2::MODE_REPLACE: node.mode = Mode::Replace; break;
    case proto::WriteOperationV2::MODE_CREATE_OR_REPLACE: node.mode = Mode::CreateOrReplace; break;
    default: throw Error(conditions::kInvalidPlanInput, {{"message", "write mode is not set"}});
  }
  if (message.has_overwrite_condition()) node.overwrite_condition = reader.read_expression(message.overwrite_condition());
  if (message.with_schema_evolution()) node.options.insert_or_assign("mergeschema", "true");
  return {std::move(node), {}};
}

/// The column an assignment names.
plan::NameParts assigned_column(const plan::ExpressionPtr& key) {
  if (const auto* attribute = std::get_if<plan::UnresolvedAttribute>(&key->node)) return attribute->parts;
  throw Error(conditions::kInvalidPlanInput, {{"message", "an assignment's key is not a column"}});
}

}  // namespace

plan::MergeClause PlanReader::read_merge_action(const proto::MergeAction& message, plan::MergeClause::When when) {
  using Action = plan::MergeClause::Action;
  plan::MergeClause clause;
  clause.when = when;
  switch (message.action_type()) {
    case proto::MergeAction::ACTION_TYPE_DELETE: clause.action = Action::Delete; break;
    case proto::MergeAction::ACTION_TYPE_INSERT: clause.action = Action::Insert; break;
    case proto::MergeAction::ACTION_TYPE_INSERT_STAR: clause.action = Action::InsertAll; break;
    case proto::MergeAction::ACTION_TYPE_UPDATE: clause.action = Action::Update; break;
    case proto::MergeAction::ACTION_TYPE_UPDATE_STAR: clause.action = Action::UpdateAll; break;
    default: throw Error(conditions::kInvalidPlanInput, {{"message", "merge action is not set"}});
  }
  if (message.has_condition()) clause.condition = read_expression(message.condition());
  for (const auto& assignment : message.assignments())
    clause.assignments.push_back({assigned_column(read_expression(assignment.key())), read_expression(assignment.value())});
  return clause;
}

plan::Statement PlanReader::read_command(const proto::Command& message) {
  switch (message.command_type_case()) {
    case proto::Command::kWriteOperation: return read_write(*this, message.write_operation());
    case proto::Command::kWriteOperationV2: return read_write_v2(*this, message.write_operation_v2());
    case proto::Command::kCreateDataframeView: {
      const auto& view = message.create_dataframe_view();
      plan::CreateView node;
      node.name = read_table_name(view.name());
      node.query = read_relation(view.input());
      node.is_temporary = true;
      node.is_global = view.is_global();
      node.or_replace = view.replace();
      return {std::move(node), {}};
    }
    case proto::Command::kMergeIntoTableCommand: {
      const auto& merge = message.merge_into_table_command();
      plan::Merge node;
      node.target = plan::make_relation(plan::NamedTable{read_table_name(merge.target_table_name()), {}, {}, nullptr});
      node.source = read_relation(merge.source_table_plan());
      node.condition = read_expression(merge.merge_condition());
      const auto add = [&](const auto& actions, plan::MergeClause::When when) {
        for (const auto& action : actions) {
          if (!action.has_merge_action()) throw Error(conditions::kInvalidPlanInput, {{"message", "merge without an action"}});
          node.clauses.push_back(read_merge_action(action.merge_action(), when));
        }
      };
      add(merge.match_actions(), plan::MergeClause::When::Matched);
      add(merge.not_matched_actions(), plan::MergeClause::When::NotMatched);
      add(merge.not_matched_by_source_actions(), plan::MergeClause::When::NotMatchedBySource);
      node.with_schema_evolution = merge.with_schema_evolution();
      return {std::move(node), {}};
    }
    case proto::Command::kExtension: return read_delta_command(message.extension());
    case proto::Command::kRegisterFunction: return unsupported("Python and Java functions");
    case proto::Command::kRegisterTableFunction: return unsupported("Python table functions");
    case proto::Command::kRegisterDataSource: return unsupported("Python data sources");
    case proto::Command::kWriteStreamOperationStart: return unsupported("structured streaming");
    case proto::Command::kStreamingQueryCommand: return unsupported("structured streaming");
    case proto::Command::kStreamingQueryManagerCommand: return unsupported("structured streaming");
    case proto::Command::kStreamingQueryListenerBusCommand: return unsupported("streaming query listeners");
    case proto::Command::kCreateResourceProfileCommand: return unsupported("resource profiles");
    case proto::Command::kCheckpointCommand: return unsupported("checkpoint");
    case proto::Command::kRemoveCachedRemoteRelationCommand: return unsupported("checkpoint");
    case proto::Command::kMlCommand: return unsupported("Spark ML over Connect");
    case proto::Command::kExecuteExternalCommand: return unsupported("external commands");
    case proto::Command::kPipelineCommand: return unsupported("declarative pipelines");
    case proto::Command::COMMAND_TYPE_NOT_SET: throw Error(conditions::kInvalidPlanInput, {{"message", "command without a type"}});
    default: return unsupported("this Spark Connect command");
  }
}

namespace {

/// 4.x clients may send a plan compressed. The size is bounded, whatever the frame promises.
std::string decompress(const proto::Plan_CompressedOperation& message) {
  constexpr unsigned long long kMaxPlanBytes = 256ull << 20;
  if (message.compression_codec() != proto::COMPRESSION_CODEC_ZSTD) throw Error(conditions::kInvalidPlanInput, {{"message", "unknown plan compression"}});
  const std::string& data = message.data();
  std::string result;
  ZSTD_DStream* stream = ZSTD_createDStream();
  ZSTD_inBuffer input{data.data(), data.size(), 0};
  std::string chunk(ZSTD_DStreamOutSize(), '\0');
  std::size_t status = 1;
  while (input.pos < input.size) {
    ZSTD_outBuffer output{chunk.data(), chunk.size(), 0};
    status = ZSTD_decompressStream(stream, &output, &input);
    if (ZSTD_isError(status) || result.size() + output.pos > kMaxPlanBytes) {
      ZSTD_freeDStream(stream);
      throw Error(conditions::kInvalidPlanInput, {{"message", "the compressed plan is damaged or too large"}});
    }
    result.append(chunk.data(), output.pos);
  }
  // What the stream still holds after all input was taken.
  while (status != 0) {
    ZSTD_outBuffer output{chunk.data(), chunk.size(), 0};
    status = ZSTD_decompressStream(stream, &output, &input);
    if (ZSTD_isError(status) || output.pos == 0 || result.size() + output.pos > kMaxPlanBytes) break;
    result.append(chunk.data(), output.pos);
  }
  ZSTD_freeDStream(stream);
  if (status != 0) throw Error(conditions::kInvalidPlanInput, {{"message", "the compressed plan is damaged or too large"}});
  return result;
}

}  // namespace

plan::Statement PlanReader::read_plan(const proto::Plan& message) {
  switch (message.op_type_case()) {
    case proto::Plan::kRoot: return {read_relation(message.root()), {}};
    case proto::Plan::kCommand: return read_command(message.command());
    case proto::Plan::kCompressedOperation: {
      const std::string bytes = decompress(message.compressed_operation());
      if (message.compressed_operation().op_type() == proto::Plan_CompressedOperation::OP_TYPE_COMMAND) {
        proto::Command command;
        if (!command.ParseFromString(bytes)) throw Error(conditions::kInvalidPlanInput, {{"message", "the compressed command cannot be read"}});
        return read_command(command);
      }
      proto::Relation relation;
      if (!relation.ParseFromString(bytes)) throw Error(conditions::kInvalidPlanInput, {{"message", "the compressed relation cannot be read"}});
      return {read_relation(relation), {}};
    }
    default: throw Error(conditions::kInvalidPlanInput, {{"message", "plan without an operation"}});
  }
}

}  // namespace lab::wire::spark
