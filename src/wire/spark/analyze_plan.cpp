#include <functional>

#include "types/type_text.h"
#include "wire/spark/conditions.h"
#include "wire/spark/reader/plan_reader.h"
#include "wire/spark/rpcs.h"

namespace lab::wire::spark {
namespace {

std::string explain_mode(proto::AnalyzePlanRequest_Explain_ExplainMode mode) {
  switch (mode) {
    case proto::AnalyzePlanRequest_Explain::EXPLAIN_MODE_EXTENDED: return "extended";
    case proto::AnalyzePlanRequest_Explain::EXPLAIN_MODE_CODEGEN: return "codegen";
    case proto::AnalyzePlanRequest_Explain::EXPLAIN_MODE_COST: return "cost";
    case proto::AnalyzePlanRequest_Explain::EXPLAIN_MODE_FORMATTED: return "formatted";
    default: return "simple";
  }
}

/// Plan ids differ between equal DataFrames: they are no part of what a plan means.
std::string meaning_of(proto::Plan plan) {
  const std::function<void(google::protobuf::Message&)> clear = [&](google::protobuf::Message& message) {
    const auto* reflection = message.GetReflection();
    std::vector<const google::protobuf::FieldDescriptor*> fields;
    reflection->ListFields(message, &fields);
    for (const auto* field : fields) {
      if (field->name() == "plan_id" || field->name() == "common") {
        reflection->ClearField(&message, field);
      } else if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
        if (field->is_map()) continue;
        if (field->is_repeated()) {
          for (int i = 0; i < reflection->FieldSize(message, field); ++i) clear(*reflection->MutableRepeatedMessage(&message, field, i));
        } else {
          clear(*reflection->MutableMessage(&message, field));
        }
      }
    }
  };
  clear(plan);
  return plan.SerializeAsString();
}

session::StorageLevel read_storage_level(const proto::AnalyzePlanRequest_Persist& message) {
  if (!message.has_storage_level()) return {};
  const auto& level = message.storage_level();
  return {level.use_disk(), level.use_memory(), level.use_off_heap(), level.deserialized(), level.replication()};
}

/// The names that the outermost projection gives say nothing about its rows.
proto::Plan without_outer_names(proto::Plan plan) {
  if (plan.root().has_with_columns())
    for (auto& alias : *plan.mutable_root()->mutable_with_columns()->mutable_aliases()) alias.clear_name();
  if (plan.root().has_project())
    for (auto& expression : *plan.mutable_root()->mutable_project()->mutable_expressions())
      if (expression.has_alias()) expression.mutable_alias()->clear_name();
  return plan;
}

}  // namespace

void analyze_plan(Hub& hub, const access::Identity& identity, const proto::AnalyzePlanRequest& request, proto::AnalyzePlanResponse& response) {
  const std::optional<std::string> seen =
      request.has_client_observed_server_side_session_id() ? std::optional(request.client_observed_server_side_session_id()) : std::nullopt;
  const Hub::Client client = hub.open(identity, request.session_id(), request.client_type(), seen);
  session::Session& session = *client.session;
  response.set_session_id(request.session_id());
  response.set_server_side_session_id(client.server_session_id);
  PlanReader reader = reader_of(client.session);
  const auto relation_of = [&](const proto::Plan& plan) {
    plan::Statement statement = reader.read_plan(plan);
    if (!statement.is_query()) throw Error(conditions::kInvalidPlanInput, {{"message", "only queries can be analyzed"}});
    return std::get<plan::RelationPtr>(statement.node);
  };
  switch (request.analyze_case()) {
    case proto::AnalyzePlanRequest::kSchema: write_schema(session.analyze(relation_of(request.schema().plan())), *response.mutable_schema()->mutable_schema()); return;
    case proto::AnalyzePlanRequest::kExplain:
      response.mutable_explain()->set_explain_string(session.explain(relation_of(request.explain().plan()), explain_mode(request.explain().explain_mode())));
      return;
    case proto::AnalyzePlanRequest::kTreeString:
      response.mutable_tree_string()->set_tree_string(
          types::tree_string(session.analyze(relation_of(request.tree_string().plan())), request.tree_string().has_level() ? request.tree_string().level() : -1));
      return;
    case proto::AnalyzePlanRequest::kIsLocal: {
      const auto relation = relation_of(request.is_local().plan());
      response.mutable_is_local()->set_is_local(std::holds_alternative<plan::LocalRelation>(relation->node));
      return;
    }
    case proto::AnalyzePlanRequest::kIsStreaming: {
      session.analyze(relation_of(request.is_streaming().plan()));
      response.mutable_is_streaming()->set_is_streaming(false);
      return;
    }
    case proto::AnalyzePlanRequest::kInputFiles:
      for (std::string& file : session.input_files(relation_of(request.input_files().plan()))) response.mutable_input_files()->add_files(std::move(file));
      return;
    case proto::AnalyzePlanRequest::kSparkVersion: response.mutable_spark_version()->set_version(session.spark_version()); return;
    case proto::AnalyzePlanRequest::kDdlParse: {
      const std::string& text = request.ddl_parse().ddl_string();
      try {
        write_schema(types::parse_schema(text), *response.mutable_ddl_parse()->mutable_parsed());
      } catch (const Error&) {
        // `int` alone is a type, no list of columns.
        write_type(types::parse_type(text), *response.mutable_ddl_parse()->mutable_parsed());
      }
      return;
    }
    case proto::AnalyzePlanRequest::kJsonToDdl: {
      const types::DataType type = types::parse_type_json(request.json_to_ddl().json_string());
      response.mutable_json_to_ddl()->set_ddl_string(types::schema_to_ddl(type.fields()));
      return;
    }
    case proto::AnalyzePlanRequest::kSameSemantics: {
      response.mutable_same_semantics()->set_result(
          session.same_semantics(relation_of(request.same_semantics().target_plan()), relation_of(request.same_semantics().other_plan())));
      return;
    }
    case proto::AnalyzePlanRequest::kSemanticHash:
      session.analyze(relation_of(request.semantic_hash().plan()));
      response.mutable_semantic_hash()->set_result(static_cast<std::int32_t>(std::hash<std::string>{}(meaning_of(without_outer_names(request.semantic_hash().plan())))));
      return;
    case proto::AnalyzePlanRequest::kPersist:
      session.persist(reader.read_relation(request.persist().relation()), read_storage_level(request.persist()));
      response.mutable_persist();
      return;
    case proto::AnalyzePlanRequest::kUnpersist:
      session.unpersist(reader.read_relation(request.unpersist().relation()));
      response.mutable_unpersist();
      return;
    case proto::AnalyzePlanRequest::kGetStorageLevel: {
      auto* level = response.mutable_get_storage_level()->mutable_storage_level();
      const session::StorageLevel known =
          session.storage_level(reader.read_relation(request.get_storage_level().relation())).value_or(session::StorageLevel{false, false, false, false, 1});
      level->set_use_disk(known.use_disk);
      level->set_use_memory(known.use_memory);
      level->set_use_off_heap(known.use_off_heap);
      level->set_deserialized(known.deserialized);
      level->set_replication(known.replication);
      return;
    }
    default: throw Error(conditions::kInvalidPlanInput, {{"message", "analysis without a type"}});
  }
}

}  // namespace lab::wire::spark
