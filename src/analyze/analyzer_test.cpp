#include <gtest/gtest.h>

#include "analyze/memory_context_test.h"
#include "plan/same_plan.h"

namespace lab::analyze::testing {
namespace {

using plan::make_attribute;
using plan::make_call;
using plan::make_literal;
using plan::make_operator;
using types::Literal;

plan::RelationPtr table(const std::string& name) { return plan::make_relation(plan::NamedTable{{name}, {}, {}, {}}); }
plan::RelationPtr select(plan::RelationPtr input, plan::Expressions list) { return plan::make_relation(plan::Project{std::move(input), std::move(list)}); }
plan::ExpressionPtr alias(plan::ExpressionPtr child, std::string name) { return plan::make_expression(plan::Alias{std::move(child), {std::move(name)}, {}}); }
plan::ExpressionPtr one() { return make_literal(Literal::integer(1)); }
plan::ExpressionPtr star(std::vector<std::string> target = {}) { return plan::make_expression(plan::UnresolvedStar{std::move(target), {}, {}}); }

class Analyzer : public ::testing::Test {
 protected:
  Analyzer() {
    context.add_table("t", "a INT, b STRING, valor DOUBLE, s STRUCT<x: INT, y: STRING>, m ARRAY<INT>");
    context.add_table("u", "a INT, c BIGINT");
  }
  plan::bound::Query run(const plan::RelationPtr& relation) { return analyze(relation, context, policy); }
  std::string condition_of(const plan::RelationPtr& relation) {
    try {
      run(relation);
    } catch (const Error& error) {
      return std::string(error.condition().name);
    }
    return "none";
  }

  MemoryContext context;
  plan::bound::Policy policy;
};

TEST_F(Analyzer, names_literals_and_sums) {
  auto query = run(select(plan::make_relation(plan::OneRow{}), {one(), make_operator("+", {one(), one()})}));
  EXPECT_EQ(columns_text(query), "1 int, (1 + 1) int");
}

TEST_F(Analyzer, keeps_the_spelling_of_the_query) {
  EXPECT_EQ(columns_text(run(select(table("t"), {make_attribute({"VALOR"}), make_attribute({"t", "a"}), make_attribute({"s", "x"})}))), "VALOR double, a int, x int");
}

TEST_F(Analyzer, names_casts_after_attributes_and_not_after_fields) {
  const auto as_text = [](plan::ExpressionPtr child) { return plan::make_expression(plan::Cast{std::move(child), types::TypeKind::String, plan::CastMode::Session}); };
  EXPECT_EQ(columns_text(run(select(table("t"), {as_text(make_attribute({"a"})), as_text(make_attribute({"s", "x"})), as_text(alias(make_attribute({"s", "x"}), "n"))}))),
            "a string, CAST(s.x AS STRING) string, n string");
}

TEST_F(Analyzer, suggests_names_for_an_unknown_column) {
  try {
    run(select(table("t"), {make_attribute({"valorr"})}));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.condition().name, "UNRESOLVED_COLUMN.WITH_SUGGESTION");
    EXPECT_EQ(error.parameters().at("objectName"), "`valorr`");
    EXPECT_EQ(error.parameters().at("proposal").substr(0, 7), "`valor`");
  }
}

TEST_F(Analyzer, groups_and_orders_by_what_was_not_selected) {
  plan::Aggregate aggregate;
  aggregate.input = table("t");
  aggregate.grouping = {make_attribute({"b"})};
  aggregate.aggregates = {make_operator("+", {make_call("sum", {make_attribute({"valor"})}), one()}), make_attribute({"b"})};
  aggregate.output_includes_grouping = true;
  plan::Sort sort{plan::make_relation(aggregate), {make_call("max", {make_attribute({"a"})})}, true};
  auto query = run(plan::make_relation(sort));
  EXPECT_EQ(columns_text(query), "(sum(valor) + 1) double, b string");
  EXPECT_EQ(printed(query),
            "Project c6, c2  [c6 (sum(valor) + 1): double, c2 b: string]\n"
            "  Sort c8 asc nulls first  [c6 (sum(valor) + 1): double, c2 b: string, c8: int]\n"
            "    Project c6 = +(c7, 1.000000:double), c2, c8  [c6 (sum(valor) + 1): double, c2 b: string, c8: int]\n"
            "      Aggregate by c2 give c2, c7 = sum(c3), c8 = max(c1)  [c2: string, c7: double, c8: int]\n"
            "        Scan t [0,1,2]  [c1 a: int, c2 b: string, c3 valor: double]\n");
}

TEST_F(Analyzer, having_of_what_is_not_selected_ends_the_reach_of_order_by) {
  plan::Aggregate aggregate;
  aggregate.input = table("t");
  aggregate.grouping = {make_attribute({"b"})};
  aggregate.aggregates = {make_call("sum", {make_attribute({"valor"})})};
  aggregate.output_includes_grouping = true;
  const auto ordered = [&](const char* tested, plan::ExpressionPtr key) {
    plan::Having having{plan::make_relation(aggregate), make_operator(">", {make_call(tested, {make_attribute({"valor"})}), one()})};
    return condition_of(plan::make_relation(plan::Sort{plan::make_relation(having), {std::move(key)}, true}));
  };
  EXPECT_EQ(ordered("sum", make_call("max", {make_attribute({"a"})})), "UNRESOLVED_COLUMN.WITH_SUGGESTION");
  policy.is_spark4 = true;
  EXPECT_EQ(ordered("sum", make_call("max", {make_attribute({"a"})})), "none");
  EXPECT_EQ(ordered("min", make_attribute({"b"})), "none");
  EXPECT_EQ(ordered("min", make_call("max", {make_attribute({"a"})})), "UNRESOLVED_COLUMN.WITH_SUGGESTION");
  EXPECT_EQ(ordered("min", make_call("max", {make_attribute({"b"})})), "UNSUPPORTED_EXPR_FOR_OPERATOR");
}

TEST_F(Analyzer, having_casts_to_a_condition) {
  plan::Aggregate aggregate;
  aggregate.input = table("t");
  aggregate.aggregates = {make_call("count", {star()})};
  aggregate.output_includes_grouping = true;
  plan::Having having{plan::make_relation(aggregate), make_call("sum", {make_attribute({"a"})})};
  EXPECT_EQ(columns_text(run(plan::make_relation(having))), "count(1) bigint");
}

TEST_F(Analyzer, groups_by_a_subquery) {
  const auto most = [](const std::string& named) {
    plan::Aggregate inner;
    inner.input = plan::make_relation(plan::Filter{table("u"), make_operator("==", {make_attribute({"u", "a"}), make_attribute({"t", named})})});
    inner.aggregates = {make_call("max", {make_attribute({"c"})})};
    inner.output_includes_grouping = true;
    return plan::make_expression(plan::ScalarSubquery{plan::make_relation(std::move(inner))});
  };
  const auto grouped = [&](plan::ExpressionPtr group, plan::ExpressionPtr item) {
    plan::Aggregate aggregate;
    aggregate.input = table("t");
    aggregate.grouping = {std::move(group)};
    aggregate.aggregates = {make_operator("+", {std::move(item), make_call("count", {star()})})};
    aggregate.output_includes_grouping = true;
    return condition_of(plan::make_relation(aggregate));
  };
  EXPECT_EQ(grouped(most("a"), most("a")), "none");
  EXPECT_EQ(grouped(most("a"), make_call("max", {most("valor")})), "none");
  EXPECT_EQ(grouped(make_attribute({"a"}), most("a")), "SCALAR_SUBQUERY_IS_IN_GROUP_BY_OR_AGGREGATE_FUNCTION");
  EXPECT_EQ(grouped(most("a"), most("valor")), "SCALAR_SUBQUERY_IS_IN_GROUP_BY_OR_AGGREGATE_FUNCTION");
  const auto has_rows = [](const std::string& named) {
    plan::Exists exists{plan::make_relation(plan::Filter{table("u"), make_operator("==", {make_attribute({"u", "a"}), make_attribute({"t", named})})})};
    return make_call("if", {plan::make_expression(std::move(exists)), one(), make_literal(Literal::integer(2))});
  };
  EXPECT_EQ(grouped(has_rows("a"), has_rows("a")), "none");
  EXPECT_EQ(grouped(make_attribute({"a"}), has_rows("a")), "none");
  EXPECT_EQ(grouped(make_attribute({"b"}), has_rows("a")), "MISSING_AGGREGATION");
}

TEST_F(Analyzer, order_by_takes_subqueries_of_one_value) {
  plan::Filter inner{table("u"), make_operator("==", {make_attribute({"u", "a"}), make_attribute({"t", "a"})})};
  const auto rows = plan::make_relation(inner);
  const auto largest = plan::make_expression(plan::ScalarSubquery{select(rows, {make_call("max", {make_attribute({"c"})})})});
  const auto ordered = [&](plan::RelationPtr input, plan::ExpressionPtr key) { return condition_of(plan::make_relation(plan::Sort{std::move(input), {std::move(key)}, true})); };
  EXPECT_EQ(ordered(table("t"), largest), "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_SCALAR_SUBQUERY");
  EXPECT_EQ(ordered(select(table("t"), {make_attribute({"b"})}), largest), "UNRESOLVED_COLUMN.WITH_SUGGESTION");
  EXPECT_EQ(ordered(table("t"), plan::make_expression(plan::Exists{table("u")})), "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_IN_EXISTS_SUBQUERY");
  EXPECT_EQ(ordered(table("t"), plan::make_expression(plan::ScalarSubquery{select(table("u"), {make_call("max", {make_attribute({"c"})})})})), "none");
}

TEST_F(Analyzer, aggregates_and_order_by_do_not_reach_out_of_a_subquery) {
  const auto with_subquery = [&](plan::RelationPtr inner) { return select(table("t"), {plan::make_expression(plan::ScalarSubquery{std::move(inner)})}); };
  const auto error_of = [&](const plan::RelationPtr& relation) -> std::string {
    try {
      run(relation);
    } catch (const Error& error) {
      const auto shown = error.parameters().find("sqlExprs");
      return shown == error.parameters().end() ? std::string(error.condition().name) : shown->second;
    }
    return "none";
  };
  EXPECT_EQ(error_of(with_subquery(select(table("u"), {alias(make_operator("+", {make_call("sum", {make_attribute({"c"})}), make_attribute({"t", "valor"})}), "d")}))), "\"(sum(c) + valor) AS d\"");
  EXPECT_EQ(error_of(with_subquery(plan::make_relation(plan::Sort{select(table("u"), {make_attribute({"c"})}), {make_attribute({"t", "valor"})}, true}))), "\"valor ASC NULLS FIRST\"");
  EXPECT_EQ(error_of(with_subquery(select(table("u"), {make_operator("+", {make_attribute({"c"}), make_attribute({"t", "valor"})})}))), "none");
}

TEST_F(Analyzer, order_by_counts_the_columns_that_its_keys_bring_along) {
  const auto ordered = [&](plan::Expressions keys) { return condition_of(plan::make_relation(plan::Sort{select(table("t"), {make_attribute({"a"})}), std::move(keys), true})); };
  const auto place = [](int n) { return make_literal(Literal::integer(n)); };
  EXPECT_EQ(ordered({make_attribute({"b"}), place(2)}), "none");
  EXPECT_EQ(ordered({place(2), make_attribute({"b"})}), "none");
  EXPECT_EQ(ordered({make_attribute({"b"}), place(3)}), "ORDER_BY_POS_OUT_OF_RANGE");
  EXPECT_EQ(ordered({make_attribute({"a"}), place(2)}), "ORDER_BY_POS_OUT_OF_RANGE");
  EXPECT_EQ(ordered({place(0)}), "ORDER_BY_POS_OUT_OF_RANGE");
}

TEST_F(Analyzer, using_takes_the_first_of_several) {
  plan::Join twice{table("u"), table("u"), plan::JoinType::Cross, {}, {}, false, false};
  plan::Join using_a{plan::make_relation(twice), table("t"), plan::JoinType::Inner, {}, {"a"}, false, false};
  EXPECT_EQ(columns_text(run(select(plan::make_relation(using_a), {star()}))), "a int, c bigint, a int, c bigint, b string, valor double, s struct<x:int,y:string>, m array<int>");
}

TEST_F(Analyzer, refuses_a_column_outside_the_groups) {
  plan::Aggregate aggregate;
  aggregate.input = table("t");
  aggregate.grouping = {make_attribute({"b"})};
  aggregate.aggregates = {make_attribute({"a"})};
  aggregate.output_includes_grouping = true;
  EXPECT_EQ(condition_of(plan::make_relation(aggregate)), "MISSING_AGGREGATION");
}

TEST_F(Analyzer, joins_using_merge_the_key) {
  plan::Join join{table("t"), table("u"), plan::JoinType::FullOuter, {}, {"a"}, false, false};
  auto query = run(select(plan::make_relation(join), {star(), make_attribute({"u", "a"})}));
  EXPECT_EQ(columns_text(query), "a int, b string, valor double, s struct<x:int,y:string>, m array<int>, c bigint, a int");
}

TEST_F(Analyzer, a_name_of_two_sides_is_ambiguous) {
  plan::Join join{table("t"), table("u"), plan::JoinType::Inner, make_operator("==", {make_attribute({"t", "a"}), make_attribute({"u", "a"})}), {}, false, false};
  EXPECT_EQ(condition_of(select(plan::make_relation(join), {make_attribute({"a"})})), "AMBIGUOUS_REFERENCE");
}

TEST_F(Analyzer, later_items_see_earlier_aliases) {
  auto query = run(select(table("t"), {alias(make_operator("+", {make_attribute({"a"}), one()}), "n"), alias(make_operator("*", {make_attribute({"n"}), make_attribute({"n"})}), "q")}));
  EXPECT_EQ(columns_text(query), "n int, q int");
}

TEST_F(Analyzer, sorts_by_a_column_that_is_projected_away) {
  plan::Sort sort{select(table("t"), {make_attribute({"b"})}), {make_attribute({"valor"})}, true};
  auto query = run(plan::make_relation(sort));
  EXPECT_EQ(columns_text(query), "b string");
}

TEST_F(Analyzer, unions_widen_types) {
  plan::SetOperation both{select(table("t"), {make_attribute({"a"})}), select(table("u"), {make_attribute({"c"})}), plan::SetOperator::Union, true, false, false};
  EXPECT_EQ(columns_text(run(plan::make_relation(both))), "a bigint");
  plan::SetOperation uneven{table("t"), table("u"), plan::SetOperator::Union, true, false, false};
  EXPECT_EQ(condition_of(plan::make_relation(uneven)), "NUM_COLUMNS_MISMATCH");
}

TEST_F(Analyzer, windows_have_default_frames_in_their_names) {
  plan::Window window;
  window.function = make_call("sum", {make_attribute({"valor"})});
  window.spec.partition_by = {make_attribute({"b"})};
  window.spec.order_by = {plan::make_expression(plan::SortOrder{make_attribute({"a"})})};
  auto query = run(select(table("t"), {plan::make_expression(window)}));
  EXPECT_EQ(columns_text(query), "sum(valor) OVER (PARTITION BY b ORDER BY a ASC NULLS FIRST RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) double");
}

TEST_F(Analyzer, lambdas_print_their_variables) {
  plan::Lambda plus{make_operator("+", {make_attribute({"x"}), one()}), {"x"}};
  auto query = run(select(table("t"), {make_call("transform", {make_attribute({"m"}), plan::make_expression(plus)})}));
  EXPECT_EQ(columns_text(query), "transform(m, lambdafunction((namedlambdavariable() + 1), namedlambdavariable())) array<int>");
}

TEST_F(Analyzer, correlated_subqueries_refer_outwards) {
  plan::Filter inner{table("u"), make_operator("==", {make_attribute({"u", "a"}), make_attribute({"t", "a"})})};
  plan::Exists exists{plan::make_relation(inner)};
  plan::Filter outer{table("t"), plan::make_expression(exists)};
  auto query = run(plan::make_relation(outer));
  EXPECT_NE(printed(query).find("outer c1"), std::string::npos);
}

TEST_F(Analyzer, dataframe_columns_find_their_side_of_a_self_join) {
  auto left = plan::make_relation(plan::NamedTable{{"u"}, {}, {}, {}}, 1);
  auto right = plan::make_relation(plan::Filter{left, make_operator(">", {make_attribute({"a"}), one()})}, 2);
  const auto column = [](const std::string& name, std::int64_t plan_id) { return plan::make_expression(plan::UnresolvedAttribute{{name}, plan_id, false}); };
  plan::Join join{left, right, plan::JoinType::Inner, make_operator("==", {column("a", 2), one()}), {}, false, false};
  auto query = run(select(plan::make_relation(join), {column("c", 2)}));
  EXPECT_EQ(columns_text(query), "c bigint");
  EXPECT_EQ(condition_of(select(plan::make_relation(join), {column("c", 1)})), "AMBIGUOUS_COLUMN_REFERENCE");
}

TEST_F(Analyzer, tells_plans_that_ask_for_the_same_rows) {
  const auto is_same = [&](const plan::RelationPtr& left, const plan::RelationPtr& right) {
    policy.now_micros += 1'000'000;
    const auto a = analyze::bind(left, context, policy);
    policy.now_micros += 1'000'000;
    const auto b = analyze::bind(right, context, policy);
    return plan::bound::same_plan({a.root, a.policy.now_micros}, {b.root, b.policy.now_micros},
                                  [](const scan::TableSource& x, const scan::TableSource& y) { return x.name() == y.name(); });
  };
  const auto above = [&](const std::string& name, const std::string& column, plan::ExpressionPtr least, const std::string& shown) {
    return select(plan::make_relation(plan::Filter{table(name), make_operator(">", {make_attribute({column}), std::move(least)})}), {alias(make_attribute({"a"}), shown), make_call("now", {})});
  };
  EXPECT_TRUE(is_same(above("t", "a", one(), "x"), above("t", "a", one(), "y")));
  EXPECT_FALSE(is_same(above("t", "a", one(), "x"), above("u", "a", one(), "x")));
  EXPECT_FALSE(is_same(above("t", "a", one(), "x"), above("t", "valor", one(), "x")));
  EXPECT_FALSE(is_same(above("t", "a", one(), "x"), above("t", "a", make_literal(Literal::integer(2)), "x")));
  EXPECT_FALSE(is_same(above("t", "a", one(), "x"), table("t")));
  // The same ids in other places are other columns.
  EXPECT_FALSE(is_same(select(table("u"), {make_attribute({"a"}), make_attribute({"c"})}), select(table("u"), {make_attribute({"c"}), make_attribute({"a"})})));
}

}  // namespace
}  // namespace lab::analyze::testing
