#pragma once

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "plan/command.h"
#include "sql/lexer.h"
#include "sql/parser.h"

namespace lab::sql {

/// Recursive descent over the tokens of one text. Every production is a method that starts at the current token and
/// leaves the cursor behind what it took; families of productions are in files of their own. There is no backtracking:
/// where a word could be a keyword or a name, what follows decides, as Spark's unreserved keywords need.
class Grammar {
 public:
  Grammar(std::string_view text, const ParserOptions& options);

  // Whole texts (parser.cpp).
  plan::Statement whole_statement();
  plan::ExpressionPtr whole_expression();
  plan::RelationPtr whole_query();
  plan::NameParts whole_name();

 private:
  using Index = std::size_t;

  // --- cursor (cursor.cpp) ---
  const Token& token(Index ahead = 0) const { return tokens_[std::min(position_ + ahead, tokens_.size() - 1)]; }
  bool at(std::string_view word, Index ahead = 0) const { return token(ahead).is(word); }
  bool at_any(std::initializer_list<std::string_view> words, Index ahead = 0) const;
  bool at_all(std::initializer_list<std::string_view> words) const;
  bool at_end() const { return token().kind == TokenKind::End; }
  bool at_string(Index ahead = 0) const { return token(ahead).kind == TokenKind::String; }
  bool at_identifier(Index ahead = 0) const { return token(ahead).is_identifier(); }
  bool accept(std::string_view word);
  bool accept_all(std::initializer_list<std::string_view> words);
  void expect(std::string_view word);
  void expect_or_miss(std::string_view word);  ///< where Spark tells that exactly this word is missing
  void expect_all(std::initializer_list<std::string_view> words);
  void expect_statement_end();
  void advance() { if (position_ + 1 < tokens_.size()) ++position_; }
  std::string_view source(Index first, Index last) const;  ///< text from token `first` up to and without token `last`
  std::string_view word_text(const Token& token) const { return std::string_view(*text_).substr(token.start, token.end - token.start); }
  plan::Origin origin(Index first) const;
  [[noreturn]] void fail() const { fail_at(position_); }
  [[noreturn]] void fail_at(Index index, std::string hint = {}) const;
  [[noreturn]] void raise(const Condition& condition, Error::Parameters parameters, Index first) const;
  [[noreturn]] void raise_over(const Condition& condition, Error::Parameters parameters, Index first, Index last) const;
  Index matching_parenthesis(Index open) const { return tokens_[open].partner; }
  bool can_start_expression(Index ahead = 0) const;

  /// One level of nesting, both of the parser's own recursion and of the tree that comes out of it.
  class Level {
   public:
    explicit Level(Grammar& grammar);
    ~Level();
    Level(const Level&) = delete;

   private:
    Grammar& grammar_;
    int outer_depth_;
  };
  /// A subtree of its own: what it deepens does not add to its siblings, of which the deepest counts.
  class Part {
   public:
    explicit Part(Grammar& grammar) : grammar_(grammar), outer_depth_(std::exchange(grammar.depth_, 0)) {}
    ~Part() { grammar_.depth_ = std::max(outer_depth_, grammar_.depth_); }
    Part(const Part&) = delete;

   private:
    Grammar& grammar_;
    int outer_depth_;
  };
  /// The tree under construction gets one level deeper without recursion (a left-associative chain). Belongs to the
  /// innermost Level or Part.
  void deepen();

  // --- names (names.cpp) ---
  std::string identifier();
  std::string strict_identifier();
  bool at_strict_identifier(Index ahead = 0) const;
  plan::NameParts multipart_identifier();
  plan::NameParts identifier_reference();
  std::optional<std::string> constant_text(const plan::Expression& value) const;
  std::string identifier_text(const plan::ExpressionPtr& value, Index first) const;
  std::vector<std::string> identifier_list();  ///< with its parentheses
  std::string string_literal();
  std::optional<std::string> optional_pattern();  ///< `[LIKE] 'pattern'`
  bool at_clause(Index ahead = 0) const;          ///< the word here begins a clause and is no alias
  bool accept_if_exists();
  bool accept_if_not_exists();
  std::string name_part(const Token& token);

  // --- expressions (boolean.cpp, arithmetic.cpp, primary.cpp, calls.cpp, special_forms.cpp) ---
  plan::ExpressionPtr expression();
  plan::ExpressionPtr named_expression();
  plan::Expressions named_expressions();
  plan::Expressions expressions();
  plan::ExpressionPtr and_chain();
  plan::ExpressionPtr negation();
  plan::ExpressionPtr predicated();
  plan::ExpressionPtr predicate(plan::ExpressionPtr value, bool& found);
  void refuse_bang(Index at) const;
  plan::ExpressionPtr like_predicate(plan::ExpressionPtr value, bool negated, Index first);
  plan::ExpressionPtr in_predicate(plan::ExpressionPtr value, Index first);
  plan::ExpressionPtr is_predicate(plan::ExpressionPtr value, Index first);
  plan::ExpressionPtr value_expression(int level = 1);
  plan::ExpressionPtr unary();
  plan::ExpressionPtr primary();
  plan::ExpressionPtr postfix(plan::ExpressionPtr base, Index first, bool may_be_name);
  plan::ExpressionPtr semi_structured(plan::ExpressionPtr value, Index first);
  plan::ExpressionPtr primary_base(bool& may_be_name);
  plan::ExpressionPtr word_primary(bool& may_be_name);
  plan::ExpressionPtr parenthesized(bool& may_be_name);
  plan::ExpressionPtr case_expression();
  plan::ExpressionPtr cast_expression();
  plan::ExpressionPtr star(plan::NameParts target, Index first);
  plan::ExpressionPtr call(plan::NameParts name, Index first);
  plan::ExpressionPtr call_suffix(plan::UnresolvedFunction function, Index first);
  plan::ExpressionPtr call_argument(bool named_struct);
  plan::ExpressionPtr special_form();  ///< nullptr when the words here are none
  plan::ExpressionPtr subquery();      ///< behind `(`
  plan::ExpressionPtr balanced(std::string_view name, const plan::Expressions& operands, Index low, Index high, Index first);
  plan::ExpressionPtr negate(plan::ExpressionPtr operand, Index first);
  plan::ExpressionPtr combine(std::string_view name, plan::Expressions arguments, Index first);
  Index find_inside(Index open, std::string_view word) const;  ///< position of `word` directly inside the parentheses, or 0
  Index count_inside(Index open, std::string_view word) const;

  // --- literals (literals.cpp, interval_syntax.cpp) ---
  plan::ExpressionPtr number_literal(bool negative, Index first);
  plan::ExpressionPtr string_literals();
  plan::ExpressionPtr typed_literal();
  plan::ExpressionPtr timestamp_literal(const std::string& value, std::string_view type, Index first);
  plan::ExpressionPtr date_literal(const std::string& value, Index first);
  plan::ExpressionPtr interval_literal();  ///< at INTERVAL; nullptr when what follows makes it a name
  plan::ExpressionPtr multi_unit_interval(Index first);
  plan::ExpressionPtr from_to_interval(Index first);
  plan::ExpressionPtr interval_of_units(const types::CalendarInterval& value, const std::vector<std::string>& units, Index first);
  plan::ExpressionPtr literal(types::DataType type, types::Value value, Index first);

  // --- types (type_syntax.cpp) ---
  types::DataType data_type();
  types::DataType struct_type();
  types::Field column_type(bool colon_allowed);

  // --- windows, ordering (windows.cpp) ---
  plan::ExpressionPtr over(plan::ExpressionPtr function, Index first);
  plan::WindowSpec window_definition();
  plan::WindowFrame window_frame();
  plan::FrameBound frame_bound();
  plan::ExpressionPtr sort_item();
  plan::Expressions sort_items();
  plan::RelationPtr window_clause(plan::RelationPtr input, Index first);

  // --- queries (query.cpp, select.cpp, grouping.cpp, pipe.cpp) ---
  bool at_query(Index ahead = 0) const;  ///< a query begins here (behind a parenthesis or not)
  plan::RelationPtr query();
  std::vector<plan::CommonTable> common_tables(bool& recursive);
  void refuse_duplicates(const std::vector<plan::CommonTable>& tables, Index first) const;
  plan::RelationPtr query_term(int level);
  plan::RelationPtr query_primary();
  plan::RelationPtr organized(plan::RelationPtr input);
  plan::RelationPtr select_query(plan::RelationPtr from, Index first);
  plan::RelationPtr qualified(plan::RelationPtr selected, Index first);
  plan::RelationPtr from_statement();
  plan::RelationPtr inline_table();
  plan::RelationPtr grouped(plan::RelationPtr input, plan::Expressions items, Index first);
  plan::ExpressionPtr grouping_item();
  plan::ExpressionPtr grouping_analytics();
  plan::Expressions grouping_set();
  std::vector<plan::Hint> hints();
  /// At `|>`, or at the `|` that means it.
  bool at_pipe(Index ahead = 0) const;
  plan::RelationPtr pipe_operators(plan::RelationPtr input, Index query);
  plan::RelationPtr pipe_operator(plan::RelationPtr input, Index query);
  plan::RelationPtr pipe_aggregate(plan::RelationPtr input, Index first);
  /// A call with OVER among the tokens from `first` on, those of subqueries left out.
  bool has_window_call(Index first, Index end) const;
  static plan::RelationPtr bordered(plan::RelationPtr input);
  void refuse_combined_clauses(Index first);

  // --- relations (relation.cpp, joins.cpp, pivot.cpp) ---
  plan::RelationPtr from_clause();
  plan::RelationPtr relation();
  plan::RelationPtr relation_extensions(plan::RelationPtr left, Index first);
  bool at_nearest() const { return options_.is_spark4 && at_any({"APPROX", "EXACT"}) && at("NEAREST", 1); }
  /// `APPROX|EXACT NEAREST [n] BY SIMILARITY|DISTANCE rank`: the rows of `right` that a row of the left is joined with.
  plan::RelationPtr nearest(plan::RelationPtr right, plan::JoinType type, Index start);
  plan::RelationPtr relation_primary();
  plan::RelationPtr table_reference();
  plan::RelationPtr table_function(plan::NameParts name, Index first);
  plan::RelationPtr time_travel(plan::NamedTable table, Index first);
  plan::RelationPtr sampled(plan::RelationPtr input);
  plan::RelationPtr aliased(plan::RelationPtr input, Index first, std::string_view fallback = {});
  plan::RelationPtr lateral_view(plan::RelationPtr input);
  plan::RelationPtr pivot(plan::RelationPtr input);
  plan::RelationPtr unpivot(plan::RelationPtr input);
  std::optional<plan::Join> join_head();  ///< the words of a join up to and with JOIN
  template <typename Node>
  plan::RelationPtr relation_node(Node node, Index first) {
    return plan::make_relation(std::move(node), {}, origin(first));
  }

  // --- statements (statement.cpp and one file a family) ---
  plan::Statement statement();
  plan::Statement create_statement(Index first);
  plan::Statement create_table(Index first, bool or_replace, bool is_replace);
  plan::Statement create_table_like(plan::CreateTableLike like);
  plan::Statement create_view(Index first, bool or_replace);
  plan::RelationPtr source_of_view();
  plan::Statement create_function(Index first, bool or_replace, bool is_temporary);
  plan::Statement drop_function(bool is_temporary);
  std::vector<plan::FunctionParameter> function_parameters(Index first);
  void function_result(plan::CreateFunction& node, Index first);
  void function_traits(plan::CreateFunction& node, Index first);
  bool at_body_query() const;
  void skip_to_next_item();
  plan::Statement create_namespace();
  void table_columns(plan::TableDefinition& table);
  plan::ColumnDefinition column_definition();
  void table_clauses(plan::TableDefinition& table, Index first);
  plan::BucketSpec bucket_spec();
  void partitioning(plan::TableDefinition& table);
  plan::ExpressionPtr transform();
  plan::Options property_list(bool lower_keys);
  std::string property_key();
  std::string property_value();
  std::optional<std::string> comment_text();
  plan::Statement drop_statement();
  plan::Statement describe_statement();
  plan::Statement describe_relation(Index first);
  plan::Statement show_statement(Index first);
  bool at_grants() const;
  plan::Statement grant_statement();
  plan::SecurableName securable();
  bool at_securable(Index ahead) const;
  std::optional<plan::Statement> alter_governed_table(const plan::NameParts& table);
  plan::NameParts optional_in();
  plan::Statement insert_statement(std::vector<plan::CommonTable> tables, bool recursive);
  void insert_head(plan::Insert& node);
  bool at_multi_insert() const;
  plan::Statement multi_insert(const std::vector<plan::CommonTable>& tables, bool recursive);
  plan::Statement insert_directory();
  std::vector<std::pair<std::string, plan::ExpressionPtr>> partition_spec();
  plan::Statement update_statement();
  plan::Statement delete_statement();
  plan::Statement merge_statement(Index first);
  plan::MergeClause merge_clause(Index statement);
  std::vector<plan::MergeAssignment> assignments();
  plan::RelationPtr target_relation();
  plan::Statement restore_statement();
  std::optional<plan::Statement> alter_table_statement();
  plan::Statement clone_table(plan::CloneTable node);
  plan::Statement convert_statement();
  plan::Statement set_statement(Index first);
  plan::Statement set_time_zone(Index first);
  plan::Statement declare_statement(Index first);
  plan::Statement set_variable(Index first);
  plan::Statement execute_immediate(Index first);
  plan::Statement reset_statement(Index first);
  plan::Statement cache_statement();
  plan::Statement refresh_statement();
  plan::Statement explain_statement();
  void refuse_hive_statement();
  std::optional<plan::Statement> unsupported_statement();
  plan::NameParts delta_table(std::optional<std::string>& path);

  std::shared_ptr<const std::string> text_;
  ParserOptions options_;
  std::vector<Token> tokens_;
  bool has_unclosed_comment_ = false;
  Index position_ = 0;
  int nesting_ = 0;
  int depth_ = 0;  ///< deepest tree completed since the innermost open Level or Part began
};

}  // namespace lab::sql
