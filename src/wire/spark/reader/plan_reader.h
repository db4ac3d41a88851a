#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "plan/command.h"
#include "sql/parser.h"

namespace google::protobuf {
class Any;
}
namespace spark::connect {
class Command;
class DataType;
class Expression;
class Expression_Literal;
class Expression_SortOrder;
class Expression_Window;
class Expression_UnresolvedFunction;
class ExpressionCommon;
class Catalog;
class MergeAction;
class Plan;
class Relation;
class Aggregate;
class Join;
class LocalRelation;
class ChunkedCachedLocalRelation;
class CollectMetrics;
class WithRelations;
class CommonInlineUserDefinedFunction;
}  // namespace spark::connect
namespace delta::connect {
class DeltaCommand;
class DeltaRelation;
class DeltaTable;
}  // namespace delta::connect

namespace lab::wire::spark {

namespace proto = ::spark::connect;

/// Reads Spark Connect messages into the unresolved plan. One reader serves one request; it is not thread-safe.
///
/// Messages are foreign: what is missing or out of range throws INVALID_PLAN_INPUT, what we know but do not do becomes an
/// Unsupported node (its error comes from analysis), and nesting deeper than `kMaxDepth` or more than `kMaxNodes` nodes are refused.
class PlanReader {
 public:
  static constexpr int kMaxDepth = 2500;
  static constexpr std::int64_t kMaxNodes = 5'000'000;

  /// Gives the bytes of an artifact (`cache/<hash>`) of the session, or null.
  using FindArtifact = std::function<std::shared_ptr<const std::string>(const std::string&)>;

  /// Gives the kept rows of a DataFrame.checkpoint() by its id. Throws when there are none.
  using FindKept = std::function<plan::RelationPtr(const std::string&)>;

  /// `parsing` is how the session reads SQL texts inside of messages.
  PlanReader(FindArtifact find_artifact, FindKept find_kept, sql::ParserOptions parsing)
      : find_artifact_(std::move(find_artifact)), find_kept_(std::move(find_kept)), parsing_(std::move(parsing)) {}

  /// DataFrame.observe() of what was read so far: the metrics as a relation of one row.
  struct Observed {
    std::string name;
    std::int64_t plan_id = 0;
    plan::RelationPtr metrics;
  };
  const std::vector<Observed>& observed() const { return observed_; }

  const sql::ParserOptions& parsing() const { return parsing_; }

  /// The DataFrames that a SQL text names.
  std::vector<std::pair<std::string, plan::RelationPtr>> read_named_frames(const proto::WithRelations& message);

  plan::Statement read_plan(const proto::Plan& message);
  /// The same from a Plan's bytes. Throws CONNECT_INVALID_PLAN for bytes that are none.
  plan::Statement read_plan(std::string_view bytes);
  plan::RelationPtr read_relation(const proto::Relation& message);
  plan::Statement read_command(const proto::Command& message);
  plan::ExpressionPtr read_expression(const proto::Expression& message);

 private:
  struct Depth;
  plan::RelationPtr read_relation_node(const proto::Relation& message, std::optional<std::int64_t> plan_id);
  plan::RelationPtr read_aggregate(const proto::Aggregate& message, std::optional<std::int64_t> plan_id);
  plan::RelationPtr read_join(const proto::Join& message, std::optional<std::int64_t> plan_id);
  plan::RelationPtr read_local(const proto::LocalRelation& message, std::optional<std::int64_t> plan_id);
  plan::RelationPtr read_cached_local(const std::string& hash, std::optional<std::int64_t> plan_id);
  plan::RelationPtr read_collect_metrics(const proto::CollectMetrics& message, std::optional<std::int64_t> plan_id);
  plan::RelationPtr read_with_relations(const proto::WithRelations& message);
  plan::RelationPtr read_chunked_local(const proto::ChunkedCachedLocalRelation& message, std::optional<std::int64_t> plan_id);
  plan::RelationPtr read_catalog(const proto::Catalog& message, std::optional<std::int64_t> plan_id);
  plan::RelationPtr read_delta_relation(const google::protobuf::Any& message, std::optional<std::int64_t> plan_id);
  plan::Statement read_delta_command(const google::protobuf::Any& message);
  plan::ExpressionPtr read_function(const proto::Expression_UnresolvedFunction& message, plan::Origin origin);
  plan::ExpressionPtr read_sort_order(const proto::Expression_SortOrder& message, plan::Origin origin);
  plan::ExpressionPtr read_window(const proto::Expression_Window& message, plan::Origin origin);
  plan::ExpressionPtr read_udf(const proto::CommonInlineUserDefinedFunction& message, plan::Origin origin);
  plan::MergeClause read_merge_action(const proto::MergeAction& message, plan::MergeClause::When when);

  template <typename Messages>
  plan::Expressions read_all(const Messages& messages) {
    plan::Expressions result;
    result.reserve(static_cast<std::size_t>(messages.size()));
    for (const auto& message : messages) result.push_back(read_expression(message));
    return result;
  }

  FindArtifact find_artifact_;
  FindKept find_kept_;
  std::vector<Observed> observed_;
  sql::ParserOptions parsing_;
  /// 4.x: plans that subquery expressions name (WithRelations.references).
  std::unordered_map<std::int64_t, const proto::Relation*> references_;
  int depth_ = 0;
  std::int64_t num_nodes_ = 0;
};

/// Types and constants, both ways.
inline constexpr int kMaxValueDepth = 200;
void check_value_depth(int depth);
/// Throws CONNECT_INVALID_PLAN.TOO_DEEP beyond kMaxValueDepth levels of arrays, maps and structs; `depth` counts them.
types::DataType read_type(const proto::DataType& message, int depth = 0);
void write_type(const types::DataType& type, proto::DataType& message);
void write_schema(const types::Schema& schema, proto::DataType& message);
types::Literal read_literal(const proto::Expression_Literal& message, int depth = 0);
void write_literal(const types::Literal& literal, proto::Expression_Literal& message);

/// A column's name as the DataFrame API writes it, into its parts.
plan::NameParts read_name(const std::string& unparsed);
/// A table's or function's name, as SQL writes it.
plan::NameParts read_table_name(const std::string& unparsed);

/// A delta table named by path or name, as a relation.
plan::RelationPtr read_delta_table(const delta::connect::DeltaTable& table, std::optional<std::int64_t> plan_id);

}  // namespace lab::wire::spark
