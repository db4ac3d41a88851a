#include "wire/spark/errors.h"

#include <google/protobuf/any.pb.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <spark/connect/base.pb.h>

#include <nlohmann/json.hpp>

#include "base/out_of_memory.h"
#include "sql/parse_error.h"

namespace lab::wire::spark {
namespace {

using Classes = std::vector<std::string>;

Classes with_parents(std::initializer_list<const char*> own, std::initializer_list<const char*> java) {
  Classes classes(own.begin(), own.end());
  classes.insert(classes.end(), java.begin(), java.end());
  classes.insert(classes.end(), {"java.lang.Throwable", "java.lang.Object"});
  return classes;
}

struct DeltaClass {
  std::string_view condition, name;
};
/// Exceptions that Delta's clients catch by class.
constexpr DeltaClass kDeltaClasses[] = {
    {"DELTA_CONCURRENT_APPEND", "io.delta.exceptions.ConcurrentAppendException"},
    {"DELTA_CONCURRENT_DELETE_READ", "io.delta.exceptions.ConcurrentDeleteReadException"},
    {"DELTA_CONCURRENT_DELETE_DELETE", "io.delta.exceptions.ConcurrentDeleteDeleteException"},
    {"DELTA_CONCURRENT_TRANSACTION", "io.delta.exceptions.ConcurrentTransactionException"},
    {"DELTA_CONCURRENT_WRITE", "io.delta.exceptions.ConcurrentWriteException"},
    {"DELTA_METADATA_CHANGED", "io.delta.exceptions.MetadataChangedException"},
    {"DELTA_PROTOCOL_CHANGED", "io.delta.exceptions.ProtocolChangedException"},
};

/// CAST_INVALID_INPUT and its kin fail as number formats or as date times, by what was wanted.
Classes cast_classes(const Error& error) {
  const auto target = error.parameters().find("targetType");
  const std::string type = target == error.parameters().end() ? "" : target->second;
  if (type.find("DATE") != std::string::npos || type.find("TIMESTAMP") != std::string::npos)
    return with_parents({"org.apache.spark.SparkDateTimeException"}, {"java.time.DateTimeException", "java.lang.RuntimeException", "java.lang.Exception"});
  if (type.find("BOOLEAN") != std::string::npos)
    return with_parents({"org.apache.spark.SparkRuntimeException"}, {"java.lang.RuntimeException", "java.lang.Exception"});
  return with_parents({"org.apache.spark.SparkNumberFormatException"},
                      {"java.lang.NumberFormatException", "java.lang.IllegalArgumentException", "java.lang.RuntimeException", "java.lang.Exception"});
}

/// What users read: errors of the parser carry the text they are about, as Spark's ParseException does.
std::string shown_text(const Error& error) {
  const bool has_text = !error.contexts().empty() && !error.contexts().front().sql_text.empty();
  return has_text ? sql::parse_exception_text(error, true) : error.what();
}

}  // namespace

std::vector<std::string> java_classes(const Error& error) {
  if (error.condition().name == "SQL_CONF_NOT_FOUND")
    return with_parents({"org.apache.spark.SparkNoSuchElementException"}, {"java.util.NoSuchElementException", "java.lang.RuntimeException", "java.lang.Exception"});
  if (error.condition().name.starts_with("INCONSISTENT_BEHAVIOR_CROSS_VERSION"))
    return with_parents({"org.apache.spark.SparkUpgradeException"}, {"java.lang.RuntimeException", "java.lang.Exception"});
  if (error.condition().name == "DATA_SOURCE_NOT_FOUND")
    return with_parents({"org.apache.spark.SparkClassNotFoundException"}, {"java.lang.ClassNotFoundException", "java.lang.ReflectiveOperationException", "java.lang.Exception"});
  for (const DeltaClass& row : kDeltaClasses)
    if (error.condition().name.starts_with(row.condition))
      return with_parents({row.name.data(), "io.delta.exceptions.DeltaConcurrentModificationException"},
                          {"java.util.ConcurrentModificationException", "java.lang.RuntimeException", "java.lang.Exception"});
  // Rows that break a rule of their table: a class of Delta's that clients do not know.
  for (const std::string_view condition : {"DELTA_NOT_NULL_CONSTRAINT_VIOLATED", "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES", "DELTA_EXCEED_CHAR_VARCHAR_LIMIT"})
    if (error.condition().name == condition)
      return with_parents({"org.apache.spark.sql.delta.schema.DeltaInvariantViolationException", "org.apache.spark.sql.delta.schema.InvariantViolationException"},
                          {"java.lang.RuntimeException", "java.lang.Exception"});
  if (&error.condition() == &conditions::kOutOfMemory)
    return with_parents({"org.apache.spark.memory.SparkOutOfMemoryError"}, {"java.lang.OutOfMemoryError", "java.lang.VirtualMachineError", "java.lang.Error"});
  switch (error.kind()) {
    case Kind::Parse:
      return with_parents({"org.apache.spark.sql.catalyst.parser.ParseException", "org.apache.spark.sql.AnalysisException"}, {"java.lang.Exception"});
    case Kind::Analysis:
    case Kind::NotFound:
    case Kind::AlreadyExists:
      return with_parents({"org.apache.spark.sql.catalyst.ExtendedAnalysisException", "org.apache.spark.sql.AnalysisException"}, {"java.lang.Exception"});
    case Kind::InvalidArgument:
      if (error.condition().name.starts_with("CONNECT_INVALID_PLAN")) return with_parents({"org.apache.spark.sql.connect.common.InvalidPlanInput"}, {"java.lang.Exception"});
      if (error.condition().name.starts_with("INVALID_HANDLE") || error.condition().name.starts_with("INVALID_CURSOR") || error.condition().name.starts_with("INVALID_CLONE_SESSION_REQUEST"))
        return with_parents({"org.apache.spark.SparkSQLException"}, {"java.sql.SQLException", "java.lang.Exception"});
      return with_parents({"org.apache.spark.SparkIllegalArgumentException"}, {"java.lang.IllegalArgumentException", "java.lang.RuntimeException", "java.lang.Exception"});
    case Kind::Arithmetic:
      return with_parents({"org.apache.spark.SparkArithmeticException"}, {"java.lang.ArithmeticException", "java.lang.RuntimeException", "java.lang.Exception"});
    case Kind::Cast: return cast_classes(error);
    case Kind::NumberFormat:
      return with_parents({"org.apache.spark.SparkNumberFormatException"},
                          {"java.lang.NumberFormatException", "java.lang.IllegalArgumentException", "java.lang.RuntimeException", "java.lang.Exception"});
    case Kind::DateTime:
      return with_parents({"org.apache.spark.SparkDateTimeException"}, {"java.time.DateTimeException", "java.lang.RuntimeException", "java.lang.Exception"});
    case Kind::ArrayIndex:
      return with_parents({"org.apache.spark.SparkArrayIndexOutOfBoundsException"},
                          {"java.lang.ArrayIndexOutOfBoundsException", "java.lang.IndexOutOfBoundsException", "java.lang.RuntimeException", "java.lang.Exception"});
    case Kind::Unsupported:
      return with_parents({"org.apache.spark.SparkUnsupportedOperationException"},
                          {"java.lang.UnsupportedOperationException", "java.lang.RuntimeException", "java.lang.Exception"});
    case Kind::Runtime:
      return with_parents({"org.apache.spark.SparkRuntimeException"}, {"java.lang.RuntimeException", "java.lang.Exception"});
    case Kind::PermissionDenied:
    case Kind::Unauthenticated:
      return with_parents({"org.apache.spark.SparkSecurityException"}, {"java.lang.SecurityException", "java.lang.RuntimeException", "java.lang.Exception"});
    case Kind::Cancelled: return with_parents({"org.apache.spark.SparkSQLException"}, {"java.sql.SQLException", "java.lang.Exception"});
    case Kind::PreconditionFailed:
    case Kind::Conflict:
    case Kind::TooLarge:
    case Kind::ResourceExhausted:
    case Kind::Unavailable:
    case Kind::DeadlineExceeded:
    case Kind::Corruption:
    case Kind::Internal: return with_parents({"org.apache.spark.SparkException"}, {"java.lang.Exception"});
  }
  return with_parents({"org.apache.spark.SparkException"}, {"java.lang.Exception"});
}

grpc::StatusCode status_code(Kind kind) {
  switch (kind) {
    case Kind::Unauthenticated: return grpc::StatusCode::UNAUTHENTICATED;
    case Kind::PermissionDenied: return grpc::StatusCode::PERMISSION_DENIED;
    default: return grpc::StatusCode::INTERNAL;
  }
}

grpc::Status to_status(const Error& error, const std::string& error_id) {
  constexpr std::size_t kMaxMessage = 2048, kMaxMetadata = 4096;  // gRPC headers are limited to 8 KiB by default
  const auto classes = java_classes(error);
  google::rpc::ErrorInfo info;
  info.set_reason(classes.front());
  info.set_domain("org.apache.spark");
  auto& metadata = *info.mutable_metadata();
  metadata["classes"] = nlohmann::json(classes).dump();
  metadata["errorClass"] = std::string(error.condition().name);
  metadata["sqlState"] = std::string(error.condition().sqlstate);
  if (!error_id.empty()) metadata["errorId"] = error_id;
  std::string parameters = nlohmann::json(error.parameters()).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (parameters.size() < kMaxMetadata) metadata["messageParameters"] = std::move(parameters);

  std::string message = shown_text(error);
  if (message.size() > kMaxMessage) {
    std::size_t end = kMaxMessage;
    while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0) == 0x80) --end;
    message.resize(end);
    message += "...";
  }
  google::rpc::Status status;
  status.set_code(status_code(error.kind()));
  status.set_message(message);
  status.add_details()->PackFrom(info);
  return grpc::Status(status_code(error.kind()), message, status.SerializeAsString());
}

void describe(const Error& error, ::spark::connect::FetchErrorDetailsResponse& response) {
  response.set_root_error_idx(0);
  auto* root = response.add_errors();
  for (const std::string& name : java_classes(error)) root->add_error_type_hierarchy(name);
  root->set_message(shown_text(error));
  auto* throwable = root->mutable_spark_throwable();
  throwable->set_error_class(std::string(error.condition().name));
  throwable->set_sql_state(std::string(error.condition().sqlstate));
  throwable->mutable_message_parameters()->insert(error.parameters().begin(), error.parameters().end());
  for (const QueryContext& context : error.contexts()) {
    if (context.start_index < 0 && context.call_site.empty()) continue;  // a place without a range is in the text alone
    auto* out = throwable->add_query_contexts();
    const bool is_sql = context.call_site.empty();
    out->set_context_type(is_sql ? ::spark::connect::FetchErrorDetailsResponse_QueryContext::SQL : ::spark::connect::FetchErrorDetailsResponse_QueryContext::DATAFRAME);
    out->set_object_type(context.object_type);
    out->set_object_name(context.object_name);
    out->set_start_index(context.start_index);
    out->set_stop_index(context.stop_index);
    out->set_fragment(context.fragment);
    out->set_call_site(context.call_site);
    out->set_summary(is_sql ? "== SQL (line " + std::to_string(context.line) + ", position " + std::to_string(context.column + 1) + ") ==\n" + context.fragment
                            : "== DataFrame ==\n\"" + context.fragment + "\" was called from\n" + context.call_site + "\n");
  }
}

}  // namespace lab::wire::spark
