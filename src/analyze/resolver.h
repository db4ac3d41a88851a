#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "analyze/analyzer.h"
#include "analyze/names.h"
#include "functions/function_row.h"

namespace lab::analyze {

/// Resolves one statement: a walk over the unresolved tree that binds bottom up. Each node family has its file
/// (`resolve_*.cpp` for relations, `expression_*.cpp` for expressions). Not thread-safe; lives for one call of analyze().
class Resolver {
 public:
  Resolver(const Context& context, const bound::Policy& policy);

  Resolved resolve(const plan::RelationPtr& relation);
  /// The visible columns only, in order.
  bound::RelationPtr trimmed(const Resolved& resolved) const;
  /// A constant expression without any input.
  Typed constant(const plan::ExpressionPtr& expression);

  std::uint32_t next_id() const { return next_id_; }
  FunctionResult function_result(const SqlFunction& function);

 private:
  // Relations.
  Resolved resolve_node(const plan::OneRow&, const plan::Relation&);
  Resolved resolve_node(const plan::NamedTable&, const plan::Relation&);
  Resolved resolve_node(const plan::DataSource&, const plan::Relation&);
  Resolved resolve_node(const plan::LocalRelation&, const plan::Relation&);
  Resolved resolve_node(const plan::InlineTable&, const plan::Relation&);
  Resolved resolve_node(const plan::Range&, const plan::Relation&);
  Resolved resolve_node(const plan::TableFunction&, const plan::Relation&);
  Resolved resolve_node(const plan::CatalogCall&, const plan::Relation&);
  Resolved resolve_node(const plan::StatementRelation&, const plan::Relation&);
  Resolved resolve_node(const plan::ParseRows&, const plan::Relation&);
  Resolved resolve_node(const plan::SourceScan&, const plan::Relation&);
  Resolved resolve_node(const plan::Project&, const plan::Relation&);
  Resolved resolve_node(const plan::Filter&, const plan::Relation&);
  Resolved resolve_node(const plan::Having&, const plan::Relation&);
  Resolved resolve_node(const plan::Join&, const plan::Relation&);
  Resolved resolve_node(const plan::SetOperation&, const plan::Relation&);
  Resolved resolve_node(const plan::Sort&, const plan::Relation&);
  Resolved resolve_node(const plan::Limit&, const plan::Relation&);
  Resolved resolve_node(const plan::Offset&, const plan::Relation&);
  Resolved resolve_node(const plan::Tail&, const plan::Relation&);
  Resolved resolve_node(const plan::Aggregate&, const plan::Relation&);
  Resolved resolve_node(const plan::Pivot&, const plan::Relation&);
  Resolved resolve_node(const plan::Unpivot&, const plan::Relation&);
  Resolved resolve_node(const plan::ToSchema&, const plan::Relation&);
  Resolved resolve_node(const plan::FillNa&, const plan::Relation&);
  Resolved resolve_node(const plan::DropNa&, const plan::Relation&);
  Resolved resolve_node(const plan::ReplaceNa&, const plan::Relation&);
  Resolved resolve_node(const plan::Summary&, const plan::Relation&);
  Resolved resolve_node(const plan::Describe&, const plan::Relation&);
  Resolved resolve_node(const plan::Crosstab&, const plan::Relation&);
  Resolved resolve_node(const plan::Covariance&, const plan::Relation&);
  Resolved resolve_node(const plan::Correlation&, const plan::Relation&);
  Resolved resolve_node(const plan::ApproxQuantile&, const plan::Relation&);
  Resolved resolve_node(const plan::FreqItems&, const plan::Relation&);
  Resolved resolve_node(const plan::SampleBy&, const plan::Relation&);
  Resolved resolve_node(const plan::LateralView&, const plan::Relation&);
  Resolved resolve_node(const plan::SubqueryAlias&, const plan::Relation&);
  Resolved resolve_node(const plan::With&, const plan::Relation&);
  Resolved resolve_node(const plan::WithWindows&, const plan::Relation&);
  Resolved resolve_node(const plan::Sample&, const plan::Relation&);
  Resolved resolve_node(const plan::Repartition&, const plan::Relation&);
  Resolved resolve_node(const plan::Hint&, const plan::Relation&);
  Resolved resolve_node(const plan::ToDf&, const plan::Relation&);
  Resolved resolve_node(const plan::WithColumns&, const plan::Relation&);
  Resolved resolve_node(const plan::WithColumnsRenamed&, const plan::Relation&);
  Resolved resolve_node(const plan::Drop&, const plan::Relation&);
  Resolved resolve_node(const plan::Deduplicate&, const plan::Relation&);
  Resolved resolve_node(const plan::CollectMetrics&, const plan::Relation&);
  Resolved resolve_node(const plan::Transpose&, const plan::Relation&);
  template <typename Node>
  Resolved resolve_node(const Node& node, const plan::Relation& relation) {
    return unsupported_relation(node_name(node), relation);
  }
  template <typename Node>
  static std::string node_name(const Node& node) {
    if constexpr (requires { node.what; })
      return node.what;
    else
      return "this relation";
  }
  Resolved unsupported_relation(const std::string& what, const plan::Relation& relation);

  // Pieces that relations share.
  ColumnId fresh() { return ColumnId{next_id_++}; }
  Resolved from_source(std::shared_ptr<const scan::TableSource> source, std::vector<std::string> qualifier, bool with_row_ids = false);
  Resolved inline_table(const plan::InlineTable& node, const std::vector<std::string>& given, const plan::Relation& relation);
  Resolved shaped_view(const ViewShape& shape, Resolved body, const std::vector<std::string>& name);
  Resolved from_view(const ResolvedTable& table, const plan::Relation& relation);
  Resolved cast_to_schema(Resolved input, const types::Schema& schema, bool by_position);
  Resolved project_columns(Resolved input, std::vector<ScopeColumn> columns, bool is_border = false);
  Resolved from_relation(bound::RelationPtr relation, std::vector<std::string> qualifier = {});
  /// Same names, another relation; may be looked through for columns that were not selected.
  Resolved over(Resolved input, bound::RelationPtr relation);
  Names names_over(const Resolved& input);
  Resolved project(Resolved input, const plan::Expressions& list, const plan::Relation& relation, const std::string& pipe_clause = {});
  void refuse_several_generators(const Items& items) const;
  Resolved finish_projection(Resolved input, Items items, bool is_border = false);
  Resolved aggregate(Resolved input, TypedList groups, Items items, std::optional<std::vector<std::vector<int>>> sets, bool is_global,
                     const plan::Origin& origin);
  Items select_items(const plan::Expressions& list, Names& names);
  Item generator_item(Typed typed, std::size_t place, std::vector<LateralAlias>& lateral);
  /// The generators of a list that need nothing of its other items: their columns may be named by all of them.
  std::map<std::size_t, Item> early_generators(const plan::Expressions& list, Names& names);
  Typed select_expression(const plan::ExpressionPtr& expression, Names& names);
  /// Adds to `relation` the items that `expression` names.
  bound::RelationPtr compute_named(bound::RelationPtr relation, const ExpressionPtr& expression, Items& items);
  void refuse_generated(const Items& items, const Resolved& input);
  Item make_item(Typed typed);
  ExpressionPtr existence_values(const ExpressionPtr& expression) const;
  TypedList all_groups(const Resolved& input, const Items& items, const plan::Origin& origin) const;
  std::string target_sql(const Items& items, const Typed& target, const Names& names);
  TypedList grouping_expressions(const plan::Expressions& list, Names& names, const Items& items);
  TypedList regex_columns(const plan::UnresolvedRegex& regex, const Names& names, const plan::Origin& origin);
  Scope instance_scope(std::int64_t plan_id, const Names& names);
  TypedList star_columns(const plan::UnresolvedStar& star, const Names& names, const plan::Origin& origin);
  /// All that a star stands for, with the qualifiers of each, before EXCEPT.
  TypedList star_targets(const plan::UnresolvedStar& star, const Names& names, const plan::Origin& origin, std::vector<std::vector<std::string>>& qualifiers);
  /// Without what EXCEPT names: columns, and fields of structs.
  TypedList without_excepted(TypedList columns, const std::vector<std::vector<std::string>>& qualifiers, const plan::UnresolvedStar& star, const Names& names, const plan::Origin& origin);
  ExpressionPtr without_fields(const ExpressionPtr& structure, const std::vector<std::vector<std::string>>& paths, const plan::Origin& origin);
  /// Reads an expression above `input` and pushes what it needs down into `input.relation`.
  Typed resolve_above(Resolved& input, Names names, const plan::Origin& origin, const std::function<Typed(Names&)>& read);
  ExpressionPtr push_into_aggregate(Resolved& input, const ExpressionPtr& expression, std::vector<ColumnId>& ungrouped);
  /// The value of a grouping() or grouping_id() call over that aggregate; null for other calls.
  ExpressionPtr grouping_value(const AggregateBelow& below, const ExpressionPtr& call, bool tells_place = true);
  void expose_references(Resolved& input, const ExpressionPtr& expression);
  Resolved filtered(const Resolved& before, Resolved input, Typed condition);
  void refuse_in_condition(const Typed& condition, const std::vector<std::string>& invalid) const;
  Resolved resolve_having_input(const plan::RelationPtr& relation);
  bound::RelationPtr extract_windows(bound::RelationPtr input, std::vector<ExpressionPtr>& expressions);
  std::int64_t limit_value(const plan::ExpressionPtr& expression, const std::string& name, const Resolved& input);
  ExpressionPtr settle_subqueries(const ExpressionPtr& condition, bound::RelationPtr& left, bound::RelationPtr& right);
  Resolved join_using(const Resolved& left, const Resolved& right, const plan::Join& node, std::vector<std::string> columns, const plan::Relation& relation);
  Resolved alias_columns(Resolved input, const std::vector<std::string>& names, const plan::Origin& origin);
  Resolved deduplicate_all(Resolved input);
  /// The columns that a generator's call gives, under `names` when there are any. Throws when the call is no generator's.
  bound::Columns generator_columns(const Typed& generator, bool is_outer, const std::vector<std::string>& names);
  Resolved generate(Resolved input, const Typed& generator, bool is_outer, const bound::Columns& columns, const std::vector<std::string>& qualifier);
  std::int64_t range_argument(const plan::ExpressionPtr& argument, std::size_t num_arguments);
  bound::RelationPtr widen(const Resolved& input, const std::vector<DataType>& targets);
  std::shared_ptr<const Instance> renamed_instance(const std::shared_ptr<const Instance>& instance, const Scope& from, const Scope& to);
  void match_by_name(Resolved& left, Resolved& right, const plan::SetOperation& node, const plan::Relation& relation);
  Items pass_items(const Resolved& input);
  Resolved summary(Resolved input, const std::vector<std::string>& statistics, const plan::Relation& relation);
  Resolved pair_statistic(const plan::RelationPtr& input, const std::string& function, const std::string& first, const std::string& second, const std::string& name);
  Typed aggregate_of(const std::string& name, TypedList arguments, const plan::Origin& origin);
  /// NULL where a floating value is not a number.
  Typed without_nan(Typed value, const plan::Origin& origin);
  std::vector<ColumnId> named_columns(const Resolved& input, const std::vector<std::string>& wanted, const plan::Origin& origin);
  ExpressionPtr written_cast(ExpressionPtr expression, const DataType& type) const;
  /// The values of PIVOT's IN list; what does not fit its column is refused.
  TypedList pivot_values(const plan::Pivot& node, const Typed& pivot, const Resolved& input);
  /// Values as text: the names of their columns.
  std::vector<std::string> pivot_names(const TypedList& values);
  std::vector<types::Literal> distinct_values(const Resolved& input, const Typed& pivot);
  ExpressionPtr matched(ExpressionPtr value, const DataType& target, const std::string& path, const QueryContext& context);

  // Windows of time (time_windows.cpp).
  /// The input with the column that a window() or session_window() among the expressions stands for.
  Resolved with_time_window(Resolved input, std::initializer_list<const plan::Expressions*> lists, bool merges_sessions = false);
  TimeWindow bind_time_window(const plan::Expression& call, Names& names);
  std::int64_t window_duration(const Typed& argument, const plan::Origin& origin) const;
  void merge_sessions(Resolved& input, const bound::Outputs& groups);
  std::optional<Typed> window_call(const std::string& name, const plan::UnresolvedFunction& function, const plan::Expression& expression, Names& names);
  Typed window_time(Typed window, const plan::Origin& origin);

  // Expressions.
  Typed expression(const plan::ExpressionPtr& expression, Names& names);
  TypedList expressions(const plan::Expressions& list, Names& names);
  Typed resolve_expression(const plan::LiteralExpression&, const plan::Expression&, Names&);
  Typed resolve_expression(const plan::UnresolvedAttribute&, const plan::Expression&, Names&);
  Typed resolve_expression(const plan::UnresolvedStar&, const plan::Expression&, Names&);
  Typed resolve_expression(const plan::UnresolvedRegex&, const plan::Expression&, Names&);
  Typed resolve_expression(const plan::UnresolvedFunction&, const plan::Expression&, Names&);
  Typed resolve_expression(const plan::NamedArgument&, const plan::Expression&, Names&);
  Typed resolve_expression(const plan::Alias&, const plan::Expression&, Names&);
  Typed resolve_expression(const plan::Cast&, const plan::Expression&, Names&);
  Typed resolve_expression(const plan::SortOrder&, const plan::Expression&, Names&);
  Typed resolve_expression(const plan::Lambda&, const plan::Expression&, Names&);
  Typed resolve_expression(const plan::LambdaVariable&, const plan::Expression&, Names&);
  Typed resolve_expression(const plan::Window&, const plan::Expression&, Names&);
  Typed resolve_expression(const plan::ExtractValue&, const plan::Expression&, Names&);
  Typed resolve_expression(const plan::UpdateField&, const plan::Expression&, Names&);
  Typed resolve_expression(const plan::ScalarSubquery&, const plan::Expression&, Names&);
  Typed resolve_expression(const plan::Exists&, const plan::Expression&, Names&);
  Typed resolve_expression(const plan::InSubquery&, const plan::Expression&, Names&);
  Typed resolve_expression(const plan::NamedParameter&, const plan::Expression&, Names&);
  Typed resolve_expression(const plan::PositionalParameter&, const plan::Expression&, Names&);
  Typed resolve_expression(const plan::GroupingAnalytics&, const plan::Expression&, Names&);
  Typed resolve_expression(const plan::UserDefinedFunction&, const plan::Expression&, Names&);

  std::optional<Typed> find_attribute(const std::vector<std::string>& parts, Names& names, const plan::Origin& origin);
  std::optional<Typed> find_in_inputs(const std::vector<std::string>& parts, const Names& names, const plan::Origin& origin);
  std::optional<Typed> find_by_plan_id(const plan::UnresolvedAttribute& attribute, Names& names, const plan::Origin& origin);
  void note_outer(const Typed& found, const Names& names) const;
  std::optional<Typed> find_variable(const std::vector<std::string>& parts, const plan::Origin& origin);
  std::optional<Typed> find_literal_function(const std::vector<std::string>& parts, Names& names, const plan::Origin& origin);
  Typed from_match(const NameMatch& match, const plan::Origin& origin);
  Typed field_of(Typed structure, const std::string& field, const plan::Origin& origin);
  Typed extract(Typed child, Typed key, const plan::Origin& origin);
  [[noreturn]] void throw_unresolved(const std::vector<std::string>& parts, const Names& names, const plan::Origin& origin);

  // Calls (expression_call.cpp and its siblings).
  Typed call_row(const functions::FunctionRow& row, TypedList arguments, const plan::Origin& origin, std::string sql = {});
  Typed operator_call(const std::string& name, TypedList arguments, const plan::Origin& origin);
  void check_logical(const std::string& name, const TypedList& arguments, const plan::Origin& origin) const;
  Typed negation(Typed child, const plan::Origin& origin);
  Typed in_list(TypedList arguments, const plan::Origin& origin);
  Typed between(TypedList arguments, const plan::Origin& origin);
  Typed case_when(TypedList arguments, const plan::Origin& origin);
  Typed choice(TypedList arguments, const plan::Origin& origin, const std::string& function, std::string shown);
  std::string datetime_sql(const std::string& name, const Typed& left, const Typed& right) const;
  std::optional<Typed> boolean_comparison(const std::string& name, TypedList& arguments, const plan::Origin& origin);
  [[noreturn]] void throw_cast_error(const Typed& child, const DataType& type, bound::CastMode mode, const plan::Origin& origin, const std::string& shown = {}) const;
  Typed if_else(TypedList arguments, const plan::Origin& origin);
  std::optional<Typed> file_call(const std::string& name, const Names& names, const plan::Origin& origin);
  std::optional<Typed> special_call(const std::string& name, const plan::UnresolvedFunction& function, const plan::Expression& expression, Names& names);
  std::optional<Typed> membership_call(const std::string& name, const plan::UnresolvedFunction& function, const plan::Expression& expr, Names& names);
  std::optional<Typed> context_call(const std::string& name, const TypedList& arguments, const plan::Origin& origin);
  std::optional<Typed> aggregate_around(const functions::FunctionRow& row, const plan::UnresolvedFunction& function, const plan::Expression& expression, const Names& names);
  /// The FILTER of an aggregate: a condition of single rows.
  Typed aggregate_filter(const plan::ExpressionPtr& filter, Names names);
  Typed aggregate_call(const functions::FunctionRow& row, const plan::UnresolvedFunction& function, const plan::Expression& expression, Names& names);
  std::string char_sql(const TypedList& arguments, std::string sql) const;
  void compare_as_whole(const std::string& name, TypedList& arguments) const;
  Typed parse_by_schema(const functions::FunctionRow& row, TypedList arguments, const plan::Origin& origin, std::string sql);
  void refuse_table_star(const plan::Expression& argument) const;
  std::vector<std::string> within_group_keys(const functions::FunctionRow& row, const plan::UnresolvedFunction& function, Names& names, bound::AggregateCall& call,
                                             TypedList& arguments, const plan::Expression& expression);
  bound::AggregateCall bind_aggregate(const functions::FunctionRow& row, const plan::UnresolvedFunction& function, const plan::Expression& expression,
                                      Names& names, std::string& sql, DataType& type, bool& nullable, bool may_nest = false);
  bound::AggregateCall bind_window_function(const functions::FunctionRow& row, const plan::UnresolvedFunction& function, const plan::Expression& expression, Names& names,
                                            std::string& sql, DataType& type, bool& nullable);
  void check_frame(const bound::WindowFrame& frame, const std::vector<bound::SortKey>& order, const std::string& frame_sql, const std::string& over_sql, const QueryContext& context) const;
  std::string offset_text(const bound::AggregateCall& call, std::string_view name) const;
  std::string window_function_sql(const std::string& name, const plan::UnresolvedFunction& function, Names& names);
  Typed named_call(const std::string& name, const plan::UnresolvedFunction& function, const plan::Expression& expression, Names& names);
  TypedList call_arguments(const plan::UnresolvedFunction& function, Names& names);
  /// `lambdafunction((x + 1), x)`: a lambda as errors show it that come before its parameters have types.
  std::string unbound_lambda_sql(const plan::Lambda& lambda, Names& names);
  /// Of the lambda at argument `at`; the arguments that are no lambdas are bound.
  std::vector<DataType> types_of_parameters(const functions::FunctionRow& row, const plan::UnresolvedFunction& function, const TypedList& arguments, std::size_t at,
                                            const plan::Lambda& lambda, const plan::Expression& expression, Names& names);
  Typed higher_order(const functions::FunctionRow& row, const plan::UnresolvedFunction& function, const plan::Expression& expression, Names& names);
  Typed lambda_argument(const plan::ExpressionPtr& argument, const std::vector<std::pair<DataType, bool>>& parameters, Names& names);
  bound::SortKey sort_key(const plan::ExpressionPtr& expression, Names& names, std::string* sql = nullptr);
  bound::FrameBound frame_bound(const plan::FrameBound& bound, bool is_rows, bool is_lower, const DataType* order_type, Names& names, std::string& sql);

  // Functions whose body is SQL (sql_function.cpp).
  Resolver inside(const SqlFunction& function) const;
  /// Takes over what is unique in a query: ids, depth, the functions on the way.
  void continue_from(const Resolver& other);
  TypedList function_inputs(const SqlFunction& function, const plan::Expressions& arguments, Names& names, const plan::Origin& origin, std::vector<std::string>& shown);
  Resolved parameter_row(const SqlFunction& function, const TypedList& inputs);
  Typed scalar_body(const SqlFunction& function, const Resolved& row);
  Resolved table_body(const SqlFunction& function, const Resolved& row);
  /// As Spark prints an expression with its columns' sources: `sum(t.id)`. For the texts of errors.
  std::string source_sql(const plan::ExpressionPtr& expression, Names names);
  Typed sql_function(const SqlFunction& function, const plan::UnresolvedFunction& call, const plan::Expression& expr, Names& names);
  Resolved sql_table_function(const SqlFunction& function, const plan::TableFunction& call, const plan::Relation& relation);

  Typed cast_to(Typed typed, const DataType& type);
  ExpressionPtr cast_expression(ExpressionPtr expression, const DataType& type) const;
  ExpressionPtr cast_expression(ExpressionPtr expression, const DataType& type, const plan::Origin& origin) const;  ///< `origin`: where errors of the cast are
  ExpressionPtr make_call(std::string_view name, bound::Expressions arguments, DataType type, bool nullable, const plan::Origin& origin) const;
  const functions::FunctionRow& row(std::string_view name) const;
  Resolved resolve_subquery(const plan::RelationPtr& plan, Names& names, std::string& outer_sql);
  /// ScalarSubquery, Exists or InSubquery of the query's text.
  bool is_written_subquery(const bound::Expression& expression) const;
  void refuse_subqueries_of_both(const ExpressionPtr& condition, const Resolved& left, const Resolved& right, const std::string& sql) const;

  struct CommonTableScope {
    std::map<std::string, plan::CommonTable> tables;
    const CommonTableScope* parent = nullptr;
    std::map<std::string, const CommonTableScope*> defined_in = {};
    bool is_recursive = false;  ///< of WITH RECURSIVE: the table may name itself
    std::shared_ptr<const Resolved> shared = nullptr;  ///< evaluated once for all who name it; null: resolved anew at each place
  };
  /// A recursive common table while its two parts are resolved.
  struct RecursionScope {
    const CommonTableScope* scope = nullptr;
    RecursionScope* parent = nullptr;
    bool in_step = false;  ///< else a reference to itself is an error
    Scope anchor = {};     ///< what a reference gives, under the table's own names
    bound::RecursionRef reference = {};
    bool is_used = false;
  };
  Resolved with_tables(const plan::With& node, const plan::Relation& relation, const std::function<Resolved()>& resolve_body);
  Resolved common_table(const CommonTableScope& scope, const plan::CommonTable& table, const plan::Relation& relation);
  /// One more use of a table that is evaluated once.
  Resolved shared_table(const Resolved& definition, const std::string& name);
  Resolved recursive_table(const CommonTableScope& scope, const plan::CommonTable& table, const plan::RelationPtr& plan, RecursionScope& recursion, const plan::Relation& relation);
  Resolved recursion_reference(RecursionScope& recursion);
  /// Where a step may not look at itself: INVALID_RECURSIVE_REFERENCE.PLACE when `input` does.
  void refuse_recursion(const bound::RelationPtr& input) const;

  const Context& context_;
  const bound::Policy& policy_;
  std::uint32_t next_id_ = 1;
  const Names* outer_ = nullptr;
  const CommonTableScope* common_tables_ = nullptr;
  const std::vector<std::pair<std::string, plan::WindowSpec>>* named_windows_ = nullptr;
  RecursionScope* recursion_ = nullptr;
  bool recursion_is_limited_ = false;  ///< the query above takes some of the rows only
  std::uint32_t num_recursions_ = 0;
  std::vector<std::string> function_path_;  ///< SQL functions whose bodies this is inside of
  std::set<bound::RelationPtr> function_bodies_;  ///< what stands in the place of calls of SQL functions, and is no subquery to Spark
  int depth_ = 0;
};

/// What a subquery over an Aggregate must call the grouped columns of the Aggregate's input that it names: those that have another id
/// above. Tells `refuse` of each that is not grouped. Empty for other expressions.
std::map<ColumnId, ColumnId> grouped_names(const AggregateBelow& below, const ExpressionPtr& subquery, const std::function<void(const bound::Column&)>& refuse);
/// The call of a generator itself.
bool is_generator(const bound::Expression& expression);
/// What a generator takes from its input: an aggregate under it may group by these.
bound::Expressions generator_inputs(const bound::Expression& generator);
/// The call of an aggregate itself, not something around one.
bool is_aggregate(const bound::Expression& expression);

}  // namespace lab::analyze
