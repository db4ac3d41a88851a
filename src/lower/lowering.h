#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lower/lower.h"
#include "lower/select.h"
#include "plan/bound.h"

namespace lab::lower {

/// One query being lowered: the inputs and shared relations met so far, and the budget of its text. Methods of one node family stand in
/// one file.
class Lowering {
 public:
  explicit Lowering(const plan::bound::Query& query) : query_(query), next_id_(query.next_id) {}

  Lowered run();

 private:
  using Expression = plan::bound::Expression;
  using Relation = plan::bound::Relation;

  /// How deep relations or expressions may nest, and how long the text may be.
  static constexpr int kMaxDepth = 1200;
  static constexpr std::size_t kMaxNodes = 2'000'000;
  static constexpr std::size_t kMaxBytes = 64U << 20U;

  class Nested {  // NOLINT: counts one level while it lives
   public:
    explicit Nested(Lowering& lowering);
    ~Nested() { --lowering_.depth_; }
    Nested(const Nested&) = delete;

   private:
    Lowering& lowering_;
  };

  // relations.cpp
  Select relation(const Relation& relation);
  Select lower(const plan::bound::OneRow&, const Relation&);
  Select lower(const plan::bound::Project&, const Relation&);
  Select lower(const plan::bound::Filter&, const Relation&);
  Select lower(const plan::bound::Sort&, const Relation&);
  Select lower(const plan::bound::Limit&, const Relation&);
  Select lower(const plan::bound::Tail&, const Relation&);
  Select lower(const plan::bound::SetOperation&, const Relation&);
  Select lower(const plan::bound::Deduplicate&, const Relation&);
  Select lower(const plan::bound::Generate&, const Relation&);
  Select lower(const plan::bound::Sample&, const Relation&);
  Select lower(const plan::bound::RowNumber&, const Relation&);
  // sources.cpp
  Select lower(const plan::bound::Scan&, const Relation&);
  Select lower(const plan::bound::LocalData&, const Relation&);
  Select lower(const plan::bound::Values&, const Relation&);
  Select lower(const plan::bound::Range&, const Relation&);
  Select lower(const plan::bound::Shared&, const Relation&);
  // levels.cpp
  /// The same with deep expressions computed piece by piece in projections below it; nullopt when none is deep.
  std::optional<plan::bound::Project> in_levels(const plan::bound::Project& node);
  // recursion.cpp
  Select lower(const plan::bound::Recursion&, const Relation&);
  Select lower(const plan::bound::RecursionRef&, const Relation&);
  // joins.cpp
  Select lower(const plan::bound::Join&, const Relation&);
  /// Of a join inside a correlated subquery that DuckDB has no way to take apart as it is written; nullopt: it has.
  std::optional<Select> correlated_join(const plan::bound::Join& node, const Relation& relation);
  // aggregates.cpp
  Select lower(const plan::bound::Aggregate&, const Relation&);
  std::string aggregate_call(const plan::bound::AggregateCall& call, const types::DataType& result, std::optional<std::string> over);
  // windows.cpp
  Select lower(const plan::bound::Window&, const Relation&);
  std::string over(const plan::bound::WindowCall& call);

  /// `select` as an item of FROM, with the columns' own names.
  std::string from_item(const Select& select);
  /// Gives computed columns of `select` new names when `node` does no more than that.
  static bool rename(Select& select, const plan::bound::Project& node);
  /// A plain block over `select`.
  Select over_block(Select select, const plan::bound::Columns& columns);
  std::string next_alias() { return "t" + std::to_string(num_aliases_++); }
  std::string input_name(InputTable table);

  // expressions.cpp
  std::string expression(const Expression& expression);
  std::string expression(const plan::bound::ExpressionPtr& pointer) { return expression(*pointer); }
  std::string write(const plan::bound::LiteralNode&, const Expression&);
  std::string write(const plan::bound::ColumnRef&, const Expression&);
  std::string write(const plan::bound::Call&, const Expression&);
  std::string write(const plan::bound::Cast&, const Expression&);
  std::string write(const plan::bound::Case&, const Expression&);
  std::string write(const plan::bound::FieldAccess&, const Expression&);
  std::string write(const plan::bound::Lambda&, const Expression&);
  std::string write(const plan::bound::LambdaRef&, const Expression&);
  std::string write(const plan::bound::AggregateCall&, const Expression&);
  std::string write(const plan::bound::WindowCall&, const Expression&);
  std::string write(const plan::bound::ScalarSubquery&, const Expression&);
  std::string write(const plan::bound::Exists&, const Expression&);
  std::string write(const plan::bound::InSubquery&, const Expression&);
  std::string in_by_rows(const plan::bound::InSubquery& node, const std::vector<std::string>& values);
  /// `sql` between marks, so that an error raised in it finds the user's words (locate in lower.h).
  std::string marked(std::string sql, const plan::Origin& origin);
  std::string sort_key(const plan::bound::SortKey& key);
  std::string junction(const plan::bound::Call& call, bool is_and);
  std::string subquery(const Relation& plan);
  /// A condition where NULL counts as false: later conjuncts are guarded by earlier ones.
  std::string condition(const Expression& expression);
  void add_conjuncts(Select& select, const Expression& condition);

  const plan::bound::Query& query_;
  Lowered result_;
  std::map<const scan::TableSource*, std::string> scan_names_;
  std::map<const Relation*, std::string> shared_names_;
  std::vector<std::string> common_tables_;
  std::uint32_t next_id_;  ///< of columns that lowering makes
  int num_aliases_ = 0;
  int num_windows_ = 0;
  int depth_ = 0;
  int lambda_depth_ = 0;
  std::size_t num_nodes_ = 0;
};

}  // namespace lab::lower
