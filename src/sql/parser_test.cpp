#include "sql/parser.h"

#include <gtest/gtest.h>

#include "plan/print.h"
#include "sql/parse_error.h"

namespace lab::sql {
namespace {

std::string condition_of(std::string_view text, const ParserOptions& options = {}) {
  try {
    parse_statement(text, options);
  } catch (const Error& error) {
    return std::string(error.condition().name);
  }
  return "none";
}

std::string repeated(std::string_view piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += piece;
  return text;
}

}  // namespace

TEST(SqlParser, reads_expressions_and_names_alone) {
  EXPECT_EQ(plan::print_expression(*parse_expression("a + 1 AS b")), "(as (+ a 1) b)");
  EXPECT_EQ(plan::print_expression(*parse_expression("*")), "*");
  EXPECT_THROW(parse_expression("a FROM t"), Error);
  EXPECT_EQ(parse_table_name("a.`b c`.d"), (std::vector<std::string>{"a", "b c", "d"}));
  EXPECT_THROW(parse_table_name("a b"), Error);
  EXPECT_THROW(parse_table_name(""), Error);
}

TEST(SqlParser, reads_attribute_names_as_the_dataframe_api_does) {
  EXPECT_EQ(parse_identifier_parts("a.b"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(parse_identifier_parts("count(1)"), (std::vector<std::string>{"count(1)"}));
  EXPECT_EQ(parse_identifier_parts("a.`b.c`"), (std::vector<std::string>{"a", "b.c"}));
  EXPECT_EQ(parse_identifier_parts("`a``b`"), (std::vector<std::string>{"a`b"}));
  EXPECT_EQ(parse_identifier_parts("my col"), (std::vector<std::string>{"my col"}));
  for (const char* bad : {"a.", ".a", "a..b", "`a", "a`b`", "`a`b"}) EXPECT_THROW(parse_identifier_parts(bad), Error) << bad;
}

TEST(SqlParser, points_at_the_range_of_each_node) {
  const auto statement = parse_statement("SELECT 'é', a / 0 FROM t");
  const auto& project = std::get<plan::Project>(std::get<plan::RelationPtr>(statement.node)->node);
  const auto context = plan::query_context(project.expressions[1]->origin);
  EXPECT_EQ(context.fragment, "a / 0");
  EXPECT_EQ(context.start_index, 12);
  EXPECT_EQ(context.stop_index, 16);
  EXPECT_EQ(context.line, 1);
  EXPECT_EQ(context.column, 12);
}

TEST(SqlParser, follows_the_version_where_they_differ) {
  ParserOptions old;
  old.doubled_quotes = false;
  old.bang_is_not = true;
  EXPECT_EQ(plan::print_expression(*parse_expression("'it''s'", old)), "'its'");
  EXPECT_EQ(plan::print_expression(*parse_expression("a ! IN (1)", old)), "(not (in a 1))");
  EXPECT_EQ(condition_of("SELECT a ! IN (1)"), "SYNTAX_DISCONTINUED.BANG_EQUALS_NOT");
}

TEST(SqlParser, reads_timestamps_in_the_session_zone) {
  ParserOptions options;
  options.time_zone = "America/Los_Angeles";
  EXPECT_EQ(plan::print_expression(*parse_expression("TIMESTAMP '2020-01-01 00:00:00'", options)), "1577865600000000:timestamp");
  // In the gap of spring the clock is an hour behind; in the overlap of autumn the earlier instant counts.
  EXPECT_EQ(plan::print_expression(*parse_expression("TIMESTAMP '2020-03-08 02:30:00'", options)), "1583663400000000:timestamp");
  EXPECT_EQ(plan::print_expression(*parse_expression("TIMESTAMP '2020-11-01 01:30:00'", options)), "1604219400000000:timestamp");
  options.timestamp_is_ntz = true;
  EXPECT_EQ(plan::print_expression(*parse_expression("TIMESTAMP '2020-01-01 00:00:00'", options)), "1577836800000000:timestamp_ntz");
}

TEST(SqlParser, names_tables_by_parameters) {
  ParserOptions options;
  options.named_parameters["t"] = plan::make_literal(types::Literal::string("d.x"));
  options.positional_parameters = {plan::make_literal(types::Literal::string("y"))};
  EXPECT_EQ(plan::print_statement(parse_statement("SELECT ?, :t, ?, :u FROM IDENTIFIER(:t)", options)), "(project (table d.x) 'y' 'd.x' ?1 :u)");
  EXPECT_EQ(plan::print_statement(parse_statement("TABLE IDENTIFIER('a.' || ?)", options)), "(table a.y)");
  EXPECT_EQ(condition_of("TABLE IDENTIFIER(:nope)", options), "NOT_A_CONSTANT_STRING.NOT_CONSTANT");
}

TEST(SqlParser, reads_a_single_pipe_where_an_operator_follows) {
  const auto printed = [](std::string_view sql, const ParserOptions& options = {}) { return plan::print_statement(parse_statement(sql, options)); };
  EXPECT_EQ(printed("TABLE t | SELECT a | LIMIT 1"), printed("TABLE t |> SELECT a |> LIMIT 1"));
  EXPECT_EQ(printed("SELECT a | 1 | b FROM t"), "(project (table t) (| (| a 1) b))");
  ParserOptions bits_only;
  bits_only.single_pipe = false;
  EXPECT_EQ(condition_of("TABLE t | SELECT a", bits_only), "PARSE_SYNTAX_ERROR");
}

TEST(SqlParser, refuses_grouping_that_pipes_do_not_have) {
  for (const char* sql : {"TABLE t |> AGGREGATE count(*) GROUP BY ALL", "TABLE t |> AGGREGATE count(*) GROUP BY ROLLUP (a)", "TABLE t |> AGGREGATE count(*) GROUP BY a, b GROUPING SETS (a)",
                          "TABLE t |> AGGREGATE grouping(a) GROUP BY a", "TABLE t |> AGGREGATE sum(a) OVER () GROUP BY b"})
    EXPECT_EQ(condition_of(sql), "UNSUPPORTED_FEATURE.PIPE_OPERATOR_AGGREGATE_UNSUPPORTED_CASE") << sql;
  EXPECT_EQ(condition_of("TABLE t |> AGGREGATE count(*) GROUP BY a, b AS c"), "none");
}

TEST(SqlParser, reads_nearest_by_where_a_join_has_its_condition) {
  EXPECT_EQ(condition_of("SELECT * FROM a JOIN b APPROX NEAREST 2 BY DISTANCE abs(a.x - b.x) JOIN c ON a.x = c.x"), "none");
  EXPECT_EQ(condition_of("SELECT * FROM a LEFT JOIN b AS exact EXACT NEAREST BY SIMILARITY a.x * exact.x WHERE true"), "none");
  EXPECT_EQ(condition_of("SELECT * FROM a JOIN b approx WHERE approx.x = 1"), "none");
  EXPECT_EQ(condition_of("SELECT * FROM a RIGHT JOIN b EXACT NEAREST BY DISTANCE a.x"), "NEAREST_BY_JOIN.UNSUPPORTED_JOIN_TYPE");
  EXPECT_EQ(condition_of("SELECT * FROM a JOIN b EXACT NEAREST 0 BY DISTANCE a.x"), "NEAREST_BY_JOIN.NUM_RESULTS_OUT_OF_RANGE");
  EXPECT_EQ(condition_of("SELECT * FROM a JOIN b EXACT NEAREST 99999999999999999999 BY DISTANCE a.x"), "NEAREST_BY_JOIN.NUM_RESULTS_OUT_OF_RANGE");
  EXPECT_EQ(condition_of("SELECT * FROM a JOIN b EXACT NEAREST 2 BY a.x"), "PARSE_SYNTAX_ERROR");
}

TEST(SqlParser, qualify_wants_a_window_of_its_own_select) {
  EXPECT_EQ(condition_of("SELECT a FROM t QUALIFY a = 1"), "QUALIFY_REQUIRES_WINDOW_FUNCTION");
  EXPECT_EQ(condition_of("SELECT a FROM (SELECT a, rank() OVER (ORDER BY a) AS r FROM t) QUALIFY a = 1"), "QUALIFY_REQUIRES_WINDOW_FUNCTION");
  EXPECT_EQ(condition_of("SELECT a, rank() OVER w AS r FROM t QUALIFY r = 1 WINDOW w AS (ORDER BY a)"), "none");
  EXPECT_EQ(condition_of("SELECT a FROM t QUALIFY (first_value(b) IGNORE NULLS OVER (ORDER BY a)) = 1"), "none");
}

TEST(SqlParser, refuses_what_is_too_deep_and_takes_what_is_long) {
  EXPECT_EQ(condition_of("SELECT " + repeated("(", 100000) + "1" + repeated(")", 100000)), "FAILED_TO_PARSE_TOO_COMPLEX");
  EXPECT_EQ(condition_of("SELECT " + repeated("- ", 100000) + "a"), "FAILED_TO_PARSE_TOO_COMPLEX");
  EXPECT_EQ(condition_of("SELECT " + repeated("NOT ", 100000) + "a"), "FAILED_TO_PARSE_TOO_COMPLEX");
  EXPECT_EQ(condition_of("SELECT 1" + repeated(" + 1", 100000)), "FAILED_TO_PARSE_TOO_COMPLEX");
  EXPECT_EQ(condition_of("SELECT a" + repeated("[0]", 100000)), "FAILED_TO_PARSE_TOO_COMPLEX");
  EXPECT_EQ(condition_of("SELECT " + repeated("CASE WHEN a THEN ", 100000)), "FAILED_TO_PARSE_TOO_COMPLEX");
  EXPECT_EQ(condition_of("SELECT 1" + repeated(" UNION ALL SELECT 1", 100000)), "FAILED_TO_PARSE_TOO_COMPLEX");
  EXPECT_EQ(condition_of("SELECT * FROM a" + repeated(" JOIN a", 100000)), "FAILED_TO_PARSE_TOO_COMPLEX");
  EXPECT_EQ(condition_of("SELECT * FROM " + repeated("(SELECT * FROM ", 100000)), "FAILED_TO_PARSE_TOO_COMPLEX");
  EXPECT_EQ(condition_of("SELECT CAST(a AS " + repeated("ARRAY<", 100000)), "FAILED_TO_PARSE_TOO_COMPLEX");
  EXPECT_EQ(condition_of("SELECT a" + repeated(" AND a", 20000)), "none");
  EXPECT_EQ(condition_of("SELECT a > 0" + repeated(" AND a + 1 BETWEEN 2 AND b[0].c", 20000)), "none");
  EXPECT_EQ(condition_of("SELECT a + 1 AS b" + repeated(", f(a)[1] + 2 AS b", 20000)), "none");
  EXPECT_EQ(condition_of("SELECT f(a + 1" + repeated(", a[1] IS NULL", 20000) + ")"), "none");
  EXPECT_EQ(condition_of("SELECT 1 FROM " + repeated("(SELECT * FROM ", 120) + "t" + repeated(")", 120)), "none");
  EXPECT_EQ(condition_of("SELECT a IN (1" + repeated(", 1", 20000) + ")"), "none");
  EXPECT_EQ(condition_of("VALUES (1)" + repeated(", (1)", 20000)), "none");
  EXPECT_EQ(condition_of("SELECT 1" + repeated(" + 1", 400)), "none");
}

TEST(SqlParser, prints_errors_as_spark_does) {
  const auto text = [](std::string_view sql, bool is_spark_4) -> std::string {
    try {
      parse_statement(sql);
    } catch (const Error& error) {
      return parse_exception_text(error, is_spark_4);
    }
    return {};
  };
  EXPECT_EQ(text("SELECT 1\n  +", false), "\n[PARSE_SYNTAX_ERROR] Syntax error at or near end of input.(line 2, pos 3)\n\n== SQL ==\nSELECT 1\n  +\n---^^^\n");
  EXPECT_EQ(text("SELEC 1", true), "\n[PARSE_SYNTAX_ERROR] Syntax error at or near 'SELEC'. SQLSTATE: 42601 (line 1, pos 0)\n\n== SQL ==\nSELEC 1\n^^^\n");
  EXPECT_EQ(text("SELECT CAST(a AS foo)", true),
            "\n[UNSUPPORTED_DATATYPE] Unsupported data type \"FOO\". SQLSTATE: 0A000\n== SQL (line 1, position 18) ==\nSELECT CAST(a AS foo)\n                 ^^^\n");
  EXPECT_EQ(text("SELECT CAST(a AS foo)", false),
            "\n[UNSUPPORTED_DATATYPE] Unsupported data type \"FOO\".(line 1, pos 17)\n\n== SQL ==\nSELECT CAST(a AS foo)\n-----------------^^^\n");
}

}  // namespace lab::sql
