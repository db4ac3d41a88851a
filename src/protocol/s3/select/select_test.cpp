#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "protocol/s3/select/records.h"
#include "protocol/s3/select/selection.h"

namespace lab::s3::select {
namespace {

/// Gives the bytes in pieces, so that records lie across their ends.
ReadBytes in_pieces(std::string bytes, std::size_t piece) {
  return [bytes = std::move(bytes), piece, at = std::size_t(0)](std::span<char> into) mutable {
    const std::size_t count = std::min({into.size(), piece, bytes.size() - at});
    std::memcpy(into.data(), bytes.data() + at, count);
    at += count;
    return count;
  };
}

/// The rows of a statement over CSV with a header, `|` between values.
std::vector<std::string> rows_of(const std::string& sql, const std::string& csv, std::size_t piece = 1000) {
  Statement statement = parse_statement(sql, Moment{});
  const auto reader = open_csv(in_pieces(csv, piece), {.header = CsvInput::Header::Use}, {});
  bind(statement, reader->names());
  select::Run run(statement);
  std::vector<std::string> rows;
  const auto keep = [&](const std::vector<Value>& row) {
    std::string text;
    for (const Value& value : row) text += "|" + text_of(value);
    rows.push_back(text.substr(1));
  };
  Record record;
  std::vector<Value> row;
  while (!run.is_done() && reader->next(record))
    if (run.take(record, row)) keep(row);
  if (run.finish(row)) keep(row);
  return rows;
}

std::string value_of_expression(const std::string& expression) { return rows_of("SELECT " + expression + " FROM S3Object", "a,b\n1,x\n").front(); }

std::string code_of(const std::string& sql) {
  try {
    rows_of(sql, "a,b\n1,x\n");
  } catch (const Error& error) {
    return std::string(error.condition().name);
  }
  return "none";
}

using Rows = std::vector<std::string>;

TEST(Select, reads_records_that_lie_across_pieces) {
  const std::string csv = "a,b\n1,\"x,\"\"y\"\n22,z\r\n333,";
  for (const std::size_t piece : {1, 2, 3, 1000}) EXPECT_EQ(rows_of("SELECT b, a FROM S3Object", csv, piece), (Rows{"x,\"y|1", "z|22", "|333"})) << piece;
}

TEST(Select, finds_columns_by_name_alias_and_number) {
  EXPECT_EQ(rows_of("SELECT t.A, _2, \"b\" FROM S3Object t WHERE _1 = 1", "a,b\n1,x\n"), Rows{"1|x|x"});
  EXPECT_EQ(rows_of("SELECT CAST(a AS INT) + 1 AS n FROM S3Object WHERE n = 3", "a\n1\n2\n"), Rows{"3"});
  EXPECT_EQ(rows_of("SELECT \"_2\", t.\"_2\", \"c\" FROM S3Object t", "a,b\n1,x\n"), Rows{"_2|x|c"});
  EXPECT_EQ(code_of("SELECT t.\"c\" FROM S3Object t"), "EvaluatorBindingDoesNotExist");
  EXPECT_EQ(code_of("SELECT c FROM S3Object"), "EvaluatorBindingDoesNotExist");
  EXPECT_EQ(code_of("SELECT x AS y, y AS x FROM S3Object"), "EvaluatorInvalidArguments");
}

TEST(Select, knows_three_truths) {
  EXPECT_EQ(value_of_expression("NULL AND 1 = 2"), "false");
  EXPECT_EQ(value_of_expression("(NULL AND 1 = 1) IS NULL"), "true");
  EXPECT_EQ(value_of_expression("NULL OR 1 = 1"), "true");
  EXPECT_EQ(value_of_expression("(NOT NULL) IS NULL"), "true");
  EXPECT_EQ(value_of_expression("1 IN (2, NULL) IS NULL"), "true");
  EXPECT_EQ(value_of_expression("trim(' a ') = 'a' = true"), "true");
}

TEST(Select, keeps_whole_numbers_whole) {
  EXPECT_EQ(value_of_expression("9223372036854775807 + 0"), "9223372036854775807");
  EXPECT_EQ(value_of_expression("-9 / 2"), "-4");
  EXPECT_EQ(value_of_expression("'3' * a"), "3");
}

TEST(Select, groups_nothing_into_one_row) {
  EXPECT_EQ(rows_of("SELECT COUNT(*), SUM(a), MIN(a) FROM S3Object", "a\n"), Rows{"0||"});
  EXPECT_EQ(rows_of("SELECT COUNT(*), MIN(a), MAX(a), AVG(a) FROM S3Object", "a\n10\n9\n\n"), Rows{"2|9|10|9.5"});
}

TEST(Select, matches_patterns) {
  EXPECT_EQ(value_of_expression("'häuser' LIKE 'h_user'"), "true");
  EXPECT_EQ(value_of_expression("'abcabd' LIKE '%ab_'"), "true");
  EXPECT_EQ(value_of_expression("'100%' LIKE '100!%' ESCAPE '!'"), "true");
  EXPECT_EQ(value_of_expression("'1000' LIKE '100!%' ESCAPE '!'"), "false");
  EXPECT_EQ(value_of_expression("'' LIKE '%'"), "true");
}

TEST(Select, takes_documents_of_json_apart) {
  Statement statement = parse_statement("SELECT n.v FROM S3Object[*].list[*] n", Moment{});
  const auto reader = open_json(in_pieces(R"({"list":[{"v":"a}\"]"},{"v":2}]} {"list":[]} {"other":1}{"list":[{"v":[3]}]})", 3), statement.from, {});
  bind(statement, reader->names());
  select::Run run(statement);
  Record record;
  std::vector<Value> row;
  Rows rows;
  while (reader->next(record))
    if (run.take(record, row)) rows.push_back(text_of(row.front()));
  EXPECT_EQ(rows, (Rows{"a}\"]", "2", "[3]"}));
}

TEST(Select, bounds_the_names_of_an_object_of_json) {
  const auto read = [](int count) {
    std::string document = "{";
    for (int i = 0; i < count; ++i) document += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":{\"a\":1}";
    const auto reader = open_json(in_pieces(document + "}", 1000), {}, {});
    Record record;
    reader->next(record);
    return record.document.size();
  };
  EXPECT_EQ(read(10'000), 10'000U);
  EXPECT_THROW(read(10'001), Error);
}

TEST(Select, keeps_timestamps_in_their_years) {
  EXPECT_EQ(code_of("SELECT DATE_ADD(month, CAST('-9223372036854775808' AS INT), CAST('2010T' AS TIMESTAMP)) FROM S3Object"), "EvaluatorInvalidArguments");
  EXPECT_EQ(code_of("SELECT DATE_ADD(day, 3000000, CAST('2010T' AS TIMESTAMP)) FROM S3Object"), "EvaluatorInvalidArguments");
  EXPECT_EQ(value_of_expression("DATE_ADD(day, -1, CAST('0001-01-02T' AS TIMESTAMP))"), "0001-01-01T00:00:00Z");
}

TEST(Select, frames_events_with_their_checksums) {
  // What botocore's own parser takes: lengths, the CRC of both, a header, the CRC of all.
  const std::string event = write_event("End", {}, {});
  ASSERT_EQ(event.size(), 56U);
  EXPECT_EQ(event.substr(0, 8), std::string("\0\0\0\x38\0\0\0\x28", 8));
}

TEST(Select, refuses_what_is_no_statement) {
  EXPECT_EQ(code_of("SELECT"), "ParseUnexpectedToken");
  EXPECT_EQ(code_of("SELECT a FROM S3Object WHERE a LIKE 'x' LIKE"), "ParseUnexpectedToken");
  EXPECT_EQ(code_of("SELECT a FROM S3Object LIMIT -1"), "ParseUnexpectedToken");
  EXPECT_EQ(code_of("SELECT a ? 1 FROM S3Object"), "LexerInvalidChar");
  EXPECT_EQ(code_of("SELECT nothing(a) FROM S3Object"), "UnsupportedFunction");
  EXPECT_EQ(code_of("SELECT " + std::string(500, '(') + "1 FROM S3Object"), "ParseUnexpectedToken");
  std::string chain = "1", tests = "a = 0", cases = "a";
  for (int i = 0; i < 50'000; ++i) chain += "+1";
  EXPECT_EQ(code_of("SELECT " + chain + " FROM S3Object"), "ParseUnexpectedToken");
  for (int i = 0; i < 5'000; ++i) tests += " OR a = 0";
  EXPECT_EQ(code_of("SELECT a FROM S3Object WHERE " + tests), "none");
  for (int i = 0; i < 40; ++i) cases = "CASE (" + cases + ") WHEN 1 THEN 1 WHEN 2 THEN 2 END";
  EXPECT_EQ(code_of("SELECT " + cases + " FROM S3Object"), "none");
  std::string aliases = "a AS x0";
  for (int i = 1; i < 15; ++i) aliases += ", x" + std::to_string(i - 1) + " + x" + std::to_string(i - 1) + " AS x" + std::to_string(i);
  EXPECT_EQ(code_of("SELECT " + aliases + " FROM S3Object"), "EvaluatorInvalidArguments");
}

}  // namespace
}  // namespace lab::s3::select
