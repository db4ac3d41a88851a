#include "exec/executor.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/error.h"
#include "exec/bound_builder.h"
#include "lower/lower.h"

namespace lab::exec {
namespace {

using namespace lab::testing;
using plan::Origin;

/// Runs plans and keeps what they were lowered to, for review in tests/golden/plan.
class ExecutorTest : public ::testing::Test {
 protected:
  Builder b;
  std::unique_ptr<Executor> executor_ = Executor::create(std::make_shared<EngineStock>(engine::InstanceOptions{.memory_limit_bytes = 512ULL << 20, .threads = 2}, 0));

  std::string rows(RelationPtr root) {
    b.query.root = std::move(root);
    lowered_ += lower::lower(b.query).sql + "\n";
    const auto stream = executor_->run(b.query, {});
    std::string text;
    while (const auto batch = stream->next(1 << 20)) {
      EXPECT_TRUE(batch->ValidateFull().ok()) << batch->ValidateFull().ToString();
      for (std::int64_t row = 0; row < batch->num_rows(); ++row) {
        for (int i = 0; i < batch->num_columns(); ++i) text += (i > 0 ? "|" : "") + batch->column(i)->GetScalar(row).ValueOrDie()->ToString();
        text += "\n";
      }
    }
    return text;
  }

  void TearDown() override {
    const char* root = std::getenv("LAB_TEST_ROOT");
    if (!root) return;
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    const std::string path = std::string(root) + "/tests/golden/plan/" + test->name() + ".sql";
    std::stringstream known;
    known << std::ifstream(path).rdbuf();
    if (known.str() == lowered_) return;
    if (std::getenv("LAB_UPDATE_GOLDEN")) {
      std::ofstream(path) << lowered_;
    } else {
      ADD_FAILURE() << path << " differs:\n" << lowered_;
    }
  }

  std::string lowered_;
};

std::string condition_of(const std::function<void()>& run) {
  try {
    run();
  } catch (const Error& error) {
    return std::string(error.condition().name);
  }
  return "no error";
}

TEST_F(ExecutorTest, gives_constants_without_a_table) {
  EXPECT_EQ(rows(b.project(make_relation(OneRow{}, {}), {{"one", b.literal(1, TypeKind::Int)}, {"it's", b.text("it's")}})), "1|it's\n");
}

TEST_F(ExecutorTest, filters_projects_and_sorts_in_one_block) {
  const auto k = b.column("k", TypeKind::Long), v = b.column("v", TypeKind::Long);
  auto input = b.numbers({k, v}, {{1, 10}, {2, {}}, {3, 30}, {4, 5}});
  auto plan = b.sort(b.filter(input, b.compare(">", b.ref(k), b.literal(1))), {{b.ref(v), false, true}});
  EXPECT_EQ(rows(b.project(plan, {{"k", b.ref(k)}, {"missing", b.call("isnull", {b.ref(v)}, TypeKind::Boolean)}})), "2|true\n4|false\n3|false\n");
  auto top = make_relation(Limit{b.sort(input, {{b.ref(v), true, false}}), 2, 1}, input->columns);
  EXPECT_EQ(rows(top), "1|10\n4|5\n");
  EXPECT_EQ(rows(make_relation(Tail{input, 1}, input->columns)), "4|5\n");
}

TEST_F(ExecutorTest, joins_of_every_type) {
  const auto a = b.column("a", TypeKind::Long), x = b.column("x", TypeKind::Long), c = b.column("c", TypeKind::Long);
  const auto left = b.numbers({a, x}, {{1, 10}, {2, 20}, {{}, 30}});
  const auto right = b.numbers({c}, {{2}, {{}}, {5}});
  const auto join = [&](JoinType type, ExpressionPtr condition) {
    Columns columns = left->columns;
    if (type != JoinType::LeftSemi && type != JoinType::LeftAnti) columns.push_back(c);
    std::vector<SortKey> keys;
    for (const auto& column : columns) keys.push_back({b.ref(column), false, true});
    return rows(b.sort(make_relation(Join{left, right, type, std::move(condition)}, columns), keys));
  };
  const auto equal = b.compare("==", b.ref(a), b.ref(c));
  EXPECT_EQ(join(JoinType::Inner, equal), "2|20|2\n");
  EXPECT_EQ(join(JoinType::LeftOuter, equal), "null|30|null\n1|10|null\n2|20|2\n");
  EXPECT_EQ(join(JoinType::RightOuter, equal), "null|null|null\nnull|null|5\n2|20|2\n");
  EXPECT_EQ(join(JoinType::FullOuter, equal), "null|null|null\nnull|null|5\nnull|30|null\n1|10|null\n2|20|2\n");
  EXPECT_EQ(join(JoinType::LeftSemi, equal), "2|20\n");
  EXPECT_EQ(join(JoinType::LeftAnti, equal), "null|30\n1|10\n");
  EXPECT_EQ(join(JoinType::LeftSemi, b.compare("<=>", b.ref(a), b.ref(c))), "null|30\n2|20\n");
  EXPECT_EQ(join(JoinType::FullOuter, b.compare("<", b.ref(a), b.ref(c))), "null|null|null\nnull|30|null\n1|10|2\n1|10|5\n2|20|5\n");
  EXPECT_EQ(join(JoinType::Cross, nullptr).size(), std::string("null|30|null\n").size() + std::string("null|30|2\nnull|30|5\n1|10|null\n1|10|2\n1|10|5\n2|20|null\n2|20|2\n2|20|5\n").size());
}

TEST_F(ExecutorTest, aggregates_with_grouping_sets) {
  const auto k = b.column("k", TypeKind::Long), l = b.column("l", TypeKind::Long), v = b.column("v", TypeKind::Long);
  const auto input = b.numbers({k, l, v}, {{1, 1, 10}, {1, 2, 20}, {2, 1, {}}});
  const auto group_k = b.column("k", TypeKind::Long), group_l = b.column("l", TypeKind::Long);
  const auto n = b.column("n", TypeKind::Long), top = b.column("max", TypeKind::Long), id = b.column("id", TypeKind::Long);
  Aggregate node{.input = input, .groups = {{group_k.id, b.ref(k)}, {group_l.id, b.ref(l)}}};
  node.outputs = {{group_k.id, b.ref(group_k)}, {group_l.id, b.ref(group_l)}, {n.id, b.aggregate_expression("count", {b.ref(v)}, TypeKind::Long)},
                  {top.id, b.aggregate_expression("max", {b.ref(k)}, TypeKind::Long)}};
  node.grouping_sets = {{0, 1}, {0}, {}};
  node.grouping_id = id.id;
  const auto plan = make_relation(node, {group_k, group_l, n, top, id});
  EXPECT_EQ(rows(b.sort(plan, {{b.ref(id)}, {b.ref(group_k)}, {b.ref(group_l)}})),
            "1|1|1|1|0\n1|2|1|1|0\n2|1|0|2|0\n1|null|2|1|1\n2|null|0|2|1\nnull|null|2|2|3\n");

  const auto none = b.filter(input, b.compare("<", b.ref(k), b.literal(0)));
  EXPECT_EQ(rows(make_relation(Aggregate{.input = none, .outputs = {{n.id, b.aggregate_expression("count", {b.ref(v)}, TypeKind::Long)}}}, {n})), "0\n");
  EXPECT_EQ(rows(make_relation(Aggregate{.input = none, .outputs = {{n.id, b.literal(7)}}}, {n})), "7\n");
}

TEST_F(ExecutorTest, windows_with_frames) {
  const auto k = b.column("k", TypeKind::Long), v = b.column("v", TypeKind::Long);
  const auto input = b.numbers({k, v}, {{1, 1}, {1, 2}, {1, 4}, {2, 5}});
  const auto out = b.column("n", TypeKind::Long), number = b.column("r", TypeKind::Int);
  const auto window = [&](WindowFrame frame) {
    WindowCall call{.call = b.aggregate("count", {b.ref(v)}), .partition_by = {b.ref(k)}, .order_by = {{b.ref(v), false, true}}, .frame = std::move(frame)};
    WindowCall rank{.call = b.aggregate("row_number", {}), .partition_by = {b.ref(k)}, .order_by = {{b.ref(v), false, true}}};
    Columns columns = input->columns;
    columns.push_back(out);
    columns.push_back(number);
    return rows(b.sort(make_relation(Window{input, {{out.id, make_expression(call, TypeKind::Long, true)}, {number.id, make_expression(rank, TypeKind::Int, false)}}}, columns),
                       {{b.ref(v)}}));
  };
  using Bound = FrameBound::Kind;
  EXPECT_EQ(window({true, {Bound::Preceding, b.literal(1, TypeKind::Int)}, {Bound::CurrentRow, nullptr}}), "1|1|1|1\n1|2|2|2\n1|4|2|3\n2|5|1|1\n");
  EXPECT_EQ(window({false, {Bound::Following, b.literal(-1, TypeKind::Int)}, {Bound::Following, b.literal(2)}}), "1|1|2|1\n1|2|3|2\n1|4|1|3\n2|5|1|1\n");
}

TEST_F(ExecutorTest, set_operations_by_position) {
  const auto a = b.column("a", TypeKind::Long), c = b.column("c", TypeKind::Long), out = b.column("a", TypeKind::Long);
  const auto left = b.numbers({a}, {{1}, {1}, {2}, {{}}}), right = b.numbers({c}, {{1}, {{}}, {3}});
  const auto run = [&](SetOperator op, bool all) {
    return rows(b.sort(make_relation(SetOperation{{left, right}, op, all}, {out}), {{b.ref(out), false, true}}));
  };
  EXPECT_EQ(run(SetOperator::Union, true), "null\nnull\n1\n1\n1\n2\n3\n");
  EXPECT_EQ(run(SetOperator::Union, false), "null\n1\n2\n3\n");
  EXPECT_EQ(run(SetOperator::Intersect, true), "null\n1\n");
  EXPECT_EQ(run(SetOperator::Except, true), "1\n2\n");
  EXPECT_EQ(run(SetOperator::Except, false), "2\n");
  const auto unsorted = make_relation(Deduplicate{left, {a.id}}, left->columns);
  EXPECT_EQ(rows(b.sort(unsorted, {{b.ref(a), false, true}})), "null\n1\n2\n");
}

TEST_F(ExecutorTest, generators_keep_rows_when_outer) {
  const auto list = DataType::array(TypeKind::Long);
  const auto k = b.column("k", TypeKind::Long), l = b.column("l", list), pos = b.column("pos", TypeKind::Int), item = b.column("col", TypeKind::Long);
  const auto items = std::make_shared<const types::Values>(types::Values{{std::int64_t{7}}, {std::int64_t{8}}});
  const auto empty = std::make_shared<const types::Values>();
  const auto array = [&](std::shared_ptr<const types::Values> values) { return make_expression(LiteralNode{{types::Elements{std::move(values)}}}, list, false); };
  const auto input = make_relation(Values{{{b.literal(1), array(items)}, {b.literal(2), array(empty)}, {b.literal(3), b.null(list)}}}, {k, l});
  for (const bool outer : {false, true}) {
    Generate node{.input = input, .generator = {.function = functions::find_function("posexplode", true), .arguments = {b.ref(l)}}, .is_outer = outer, .generated = {pos.id, item.id}};
    const auto plan = b.project(make_relation(node, {k, l, pos, item}), {{"k", b.ref(k)}, {"pos", b.ref(pos)}, {"col", b.ref(item)}});
    EXPECT_EQ(rows(plan), outer ? "1|0|7\n1|1|8\n2|null|null\n3|null|null\n" : "1|0|7\n1|1|8\n");
  }
}

TEST_F(ExecutorTest, subqueries_with_sparks_nulls) {
  const auto a = b.column("a", TypeKind::Long), c = b.column("c", TypeKind::Long), d = b.column("d", TypeKind::Long);
  const auto left = b.numbers({a}, {{1}, {2}, {{}}});
  const auto right = b.numbers({c, d}, {{1, 5}, {{}, 6}, {1, 7}});
  const auto only_c = make_relation(Project{right, {{c.id, b.ref(c)}}}, {c});
  const auto in = make_expression(InSubquery{{b.ref(a)}, only_c}, TypeKind::Boolean, true);
  EXPECT_EQ(rows(b.project(left, {{"in", in}})), "true\nnull\nnull\n");
  EXPECT_EQ(rows(b.filter(left, b.call("not", {in}, TypeKind::Boolean))), "");
  const auto matching = b.filter(right, b.compare("==", b.ref(c), b.outer(a)));
  EXPECT_EQ(rows(b.filter(left, make_expression(Exists{matching}, TypeKind::Boolean, false))), "1\n");

  const auto m = b.column("m", TypeKind::Long);
  const auto greatest = make_relation(Aggregate{.input = matching, .outputs = {{m.id, b.aggregate_expression("max", {b.ref(d)}, TypeKind::Long)}}}, {m});
  EXPECT_EQ(rows(b.project(left, {{"m", make_expression(ScalarSubquery{greatest}, TypeKind::Long, true)}})), "7\nnull\nnull\n");
  const auto several = make_expression(ScalarSubquery{make_relation(Project{matching, {{d.id, b.ref(d)}}}, {d})}, TypeKind::Long, true);
  EXPECT_EQ(condition_of([&] { rows(b.project(left, {{"d", several}})); }), "SCALAR_SUBQUERY_TOO_MANY_ROWS");
  EXPECT_EQ(rows(b.project(b.filter(left, b.compare("==", b.ref(a), b.literal(2))), {{"d", several}})), "null\n");
}

TEST_F(ExecutorTest, shared_relations_numbers_and_samples) {
  const auto a = b.column("a", TypeKind::Long), x = b.column("x", TypeKind::Long), y = b.column("y", TypeKind::Long), at = b.column("at", TypeKind::Long);
  const auto range = make_relation(plan::bound::Range{0, 1000, 1}, {a});
  const auto use = [&](const Column& column) { return make_relation(Shared{range}, {column}); };
  const auto joined = make_relation(Join{use(x), use(y), JoinType::Inner, b.compare("==", b.ref(x), b.ref(y))}, {x, y});
  const auto n = b.column("n", TypeKind::Long);
  const auto count = [&](RelationPtr input, const Column& of) {
    return rows(make_relation(Aggregate{.input = std::move(input), .outputs = {{n.id, b.aggregate_expression("count", {b.ref(of)}, TypeKind::Long)}}}, {n}));
  };
  EXPECT_EQ(count(joined, x), "1000\n");
  const auto numbered = make_relation(RowNumber{b.filter(range, b.compare(">", b.ref(a), b.literal(996))), at.id}, {a, at});
  EXPECT_EQ(rows(numbered), "997|0\n998|1\n999|2\n");
  const auto half = count(make_relation(Sample{range, 0, 0.5, false, 42}, {a}), a);
  EXPECT_GT(std::stoi(half), 400);
  EXPECT_LT(std::stoi(half), 600);
  EXPECT_EQ(count(make_relation(Sample{range, 0, 0.5, false, 42}, {a}), a), half);
  EXPECT_GT(std::stoi(count(make_relation(Sample{range, 0, 2, true, 42}, {a}), a)), 1800);
}

TEST_F(ExecutorTest, errors_say_where_in_the_users_text) {
  const auto a = b.column("a", TypeKind::Long);
  const auto sql = std::make_shared<const std::string>("SELECT (SELECT a FROM t)");
  const auto several = make_expression(ScalarSubquery{b.numbers({a}, {{1}, {2}})}, TypeKind::Long, true, Origin{.sql_text = sql, .start = 7, .stop = 23, .line = 1});
  b.query.root = b.project(make_relation(OneRow{}, {}), {{"it's /*@9*/", b.text("it's /*@9*/")}, {"a", several}});
  try {
    executor_->run(b.query, {})->next(1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.condition().name, "SCALAR_SUBQUERY_TOO_MANY_ROWS");
    ASSERT_EQ(error.contexts().size(), 1U);
    EXPECT_EQ(error.contexts()[0].start_index, 7);
  }
}

TEST_F(ExecutorTest, refuses_what_is_too_deep) {
  auto expression = b.literal(1);
  for (int i = 0; i < 5000; ++i) expression = b.call("coalesce", {expression, b.literal(2)}, TypeKind::Long);
  const auto plan = b.project(make_relation(OneRow{}, {}), {{"deep", expression}});
  EXPECT_EQ(condition_of([&] { rows(plan); }), "FAILED_TO_PARSE_TOO_COMPLEX");

  // What looks at all its arguments is computed in levels.
  auto chain = b.literal(1);
  for (int i = 0; i < 5000; ++i) chain = b.call("negative", {chain}, TypeKind::Long);
  b.query.root = b.project(make_relation(OneRow{}, {}), {{"deep", chain}});
  EXPECT_EQ(executor_->run(b.query, {})->next(1 << 20)->num_rows(), 1);

  // A chain of one connective is no depth.
  const auto a = b.column("a", TypeKind::Long);
  auto condition = b.compare("==", b.ref(a), b.literal(0));
  for (int i = 1; i < 3000; ++i) condition = b.call("or", {condition, b.compare("==", b.ref(a), b.literal(i))}, TypeKind::Boolean);
  b.query.root = b.filter(b.numbers({a}, {{5}, {5000}}), condition);
  EXPECT_EQ(executor_->run(b.query, {})->next(1 << 20)->num_rows(), 1);
}

TEST(Windows, upon_each_other_are_planned_in_time_that_grows_with_their_number) {
  Builder b;
  const auto n = b.column("n", TypeKind::Long);
  auto root = b.numbers({n}, {{1}, {2}, {2}});
  for (int i = 0; i < 40; ++i) {
    const auto number = b.column("number", TypeKind::Int);
    const WindowCall call{.call = b.aggregate("row_number", {}), .partition_by = {b.ref(n)}, .order_by = {{b.ref(n), false, true}}};
    auto columns = root->columns;
    columns.push_back(number);
    root = make_relation(Window{root, {{number.id, make_expression(call, TypeKind::Int, false)}}}, columns);
  }
  b.query.root = root;
  const auto executor = Executor::create(std::make_shared<EngineStock>(engine::InstanceOptions{.memory_limit_bytes = 512ULL << 20, .threads = 2}, 0));
  const auto batch = executor->run(b.query, {})->next(1 << 20);
  ASSERT_EQ(batch->num_rows(), 3);
  ASSERT_EQ(batch->num_columns(), 41);
  for (int i = 1; i <= 40; ++i) {
    EXPECT_EQ(std::static_pointer_cast<arrow::Int32Array>(batch->column(i))->Value(0) + std::static_pointer_cast<arrow::Int32Array>(batch->column(i))->Value(1) +
                  std::static_pointer_cast<arrow::Int32Array>(batch->column(i))->Value(2),
              4);
  }
}

TEST(KeptRows, are_what_was_drawn_and_outlive_a_rest) {
  const auto executor = Executor::create(std::make_shared<EngineStock>(engine::InstanceOptions{.memory_limit_bytes = 512ULL << 20, .threads = 2}, 0));
  Builder b;
  const auto n = b.column("n", TypeKind::Long);
  b.query.root = b.project(b.numbers({n}, {{1}, {2}, {std::nullopt}}), {{"n", b.ref(n)}, {"r", b.call("rand", {}, TypeKind::Double)}, {"nothing", b.null(TypeKind::Null)}});
  auto source = executor->keep(b.query, {});
  EXPECT_EQ(source->schema().size(), 3U);
  Query query = b.query;
  query.root = make_relation(Scan{source, {0, 1, 2}}, b.query.root->columns);
  const auto first = executor->run(query, {})->next(1 << 20);
  executor->close_when_idle();
  const auto again = executor->run(query, {})->next(1 << 20);
  ASSERT_EQ(first->num_rows(), 3);
  EXPECT_TRUE(first->Equals(*again));
  // The last owner takes them away; who still reads them does so to the end.
  const auto reading = executor->run(query, {});
  source.reset();
  query.root.reset();
  EXPECT_TRUE(reading->next(1 << 20)->Equals(*first));
}

}  // namespace
}  // namespace lab::exec
