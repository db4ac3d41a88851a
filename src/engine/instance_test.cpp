#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/writer.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "base/error.h"
#include "engine/engine.h"

namespace lab::engine {
namespace {

using types::DataType;
using types::TypeKind;

std::unique_ptr<Instance> open_instance() { return Instance::open({.memory_limit_bytes = 512ULL << 20, .threads = 2}); }

struct RowsSource : scan::TableSource {
  types::Schema fields;
  std::shared_ptr<const std::string> stream;
  scan::FileScan files;
  bool is_files = false;

  const types::Schema& schema() const override { return fields; }
  std::string name() const override { return "test"; }
  const scan::FileScan* file_scan() const override { return is_files ? &files : nullptr; }
  std::shared_ptr<const std::string> arrow_stream() const override { return stream; }
};

std::string show(Instance& instance, const Statement& statement) {
  const auto rows = instance.run(statement, {});
  std::string text;
  while (const auto batch = rows->next(1 << 20)) {
    EXPECT_TRUE(batch->ValidateFull().ok()) << batch->ValidateFull().ToString();
    EXPECT_TRUE(batch->schema()->Equals(rows->arrow_schema()));
    for (std::int64_t row = 0; row < batch->num_rows(); ++row) {
      for (int i = 0; i < batch->num_columns(); ++i) {
        text += (i > 0 ? "|" : "") + batch->column(i)->GetScalar(row).ValueOrDie()->ToString();
      }
      text += "\n";
    }
  }
  return text;
}

TEST(Instance, gives_a_constant) {
  const auto instance = open_instance();
  EXPECT_EQ(show(*instance, {.sql = "SELECT 1", .schema = {{"one", TypeKind::Int, false}}}), "1\n");
}

TEST(Instance, gives_sparks_types) {
  const auto instance = open_instance();
  const auto structure = DataType::structure({{"name", TypeKind::String}, {"at", TypeKind::Timestamp}});
  Statement statement{.sql = "SELECT TIMESTAMPTZ '2024-01-02 03:04:05Z', {'f0': 'x', 'f1': TIMESTAMPTZ '1970-01-01 00:00:00Z'}, 3::BIGINT, 14, NULL::BOOLEAN, "
                             "{'f0': 1, 'f1': 2, 'f2': 3::BIGINT}, 1.50::DECIMAL(10,2), MAP {'a': [1]}",
                      .schema = {{"t", TypeKind::Timestamp},
                                 {"s", structure},
                                 {"d", DataType::day_time()},
                                 {"y", DataType::year_month()},
                                 {"n", TypeKind::Null},
                                 {"c", TypeKind::CalendarInterval},
                                 {"m", DataType::decimal(10, 2)},
                                 {"p", DataType::map(TypeKind::String, DataType::array(TypeKind::Int))}},
                      .time_zone = "Europe/Paris"};
  const auto rows = instance->run(statement, {});
  const auto batch = rows->next(1 << 20);
  ASSERT_TRUE(batch->ValidateFull().ok()) << batch->ValidateFull().ToString();
  EXPECT_EQ(batch->schema()->field(0)->type()->ToString(), "timestamp[us, tz=Europe/Paris]");
  EXPECT_EQ(batch->schema()->field(1)->type()->field(0)->name(), "name");
  EXPECT_EQ(batch->column(2)->type()->id(), arrow::Type::DURATION);
  EXPECT_EQ(batch->column(4)->type()->id(), arrow::Type::NA);
  const auto interval = std::static_pointer_cast<arrow::MonthDayNanoIntervalArray>(batch->column(5))->GetValue(0);
  EXPECT_EQ(interval.months, 1);
  EXPECT_EQ(interval.nanoseconds, 3000);
  EXPECT_EQ(rows->next(1 << 20), nullptr);
}

TEST(Instance, multiplies_and_adds_decimals_beyond_18_digits) {
  const auto instance = open_instance();
  const auto one = [&](const std::string& sql, DataType type) { return show(*instance, {.sql = "SELECT " + sql, .schema = {{"d", std::move(type)}}}); };
  EXPECT_EQ(one("lab_decimal_product(9999999999999.99::DECIMAL(15,2), 99999999999999.99::DECIMAL(16,2), 32, 4)", DataType::decimal(32, 4)),
            "999999999999998900000000000.0001\n");
  EXPECT_EQ(one("lab_decimal_multiply(9999999999999.99::DECIMAL(32,4), 99999999999999.99::DECIMAL(16,2), 38, 6, true)", DataType::decimal(38, 6)),
            "999999999999998900000000000.000100\n");
  EXPECT_EQ(one("lab_decimal_plus(9999999999999999.99::DECIMAL(18,2), 0.001::DECIMAL(4,3), 20, 3)", DataType::decimal(20, 3)), "9999999999999999.991\n");
  EXPECT_EQ(one("lab_decimal_minus(x, 9999999999999999.99::DECIMAL(18,2), 19, 2) FROM (VALUES (-9999999999999999.99::DECIMAL(18,2)), (NULL)) t(x)",
                DataType::decimal(19, 2)),
            "-19999999999999999.98\nnull\n");
}

TEST(Instance, cuts_batches_by_bytes) {
  const auto instance = open_instance();
  Statement statement{.sql = "SELECT range FROM range(100000)", .schema = {{"i", TypeKind::Long}}};
  const auto rows = instance->run(statement, {});
  std::int64_t total = 0, batches = 0;
  while (const auto batch = rows->next(100 * 8)) {
    EXPECT_LE(batch->num_rows(), 2048);
    total += batch->num_rows();
    ++batches;
  }
  EXPECT_EQ(total, 100000);
  EXPECT_GT(batches, 100000 / 200);
}

TEST(Instance, reads_rows_that_came_along) {
  arrow::Int64Builder numbers;
  ASSERT_TRUE(numbers.AppendValues({1, 2, 3}).ok());
  arrow::StringBuilder names;
  ASSERT_TRUE(names.AppendValues({"a", "b", "c"}).ok());
  const auto schema = arrow::schema({arrow::field("n", arrow::int64()), arrow::field("n", arrow::utf8())});
  const auto batch = arrow::RecordBatch::Make(schema, 3, {numbers.Finish().ValueOrDie(), names.Finish().ValueOrDie()});
  const auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
  const auto writer = arrow::ipc::MakeStreamWriter(sink, schema).ValueOrDie();
  ASSERT_TRUE(writer->WriteRecordBatch(*batch).ok() && writer->Close().ok());

  auto source = std::make_shared<RowsSource>();
  source->fields = {{"n", TypeKind::Long}, {"n", TypeKind::String}};
  source->stream = std::make_shared<const std::string>(sink->Finish().ValueOrDie()->ToString());
  const auto instance = open_instance();
  EXPECT_EQ(show(*instance, {.sql = "SELECT a.x1, b.x0 FROM i0 a JOIN i0 b ON a.x0 + 1 = b.x0 WHERE a.x0 > 1",
                             .inputs = {{"i0", source}},
                             .schema = {{"n", TypeKind::String}, {"m", TypeKind::Long}}}),
            "b|3\n");
}

class Files : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() / ("dflab_engine_" + std::to_string(::getpid()));
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path directory_;
  std::unique_ptr<Instance> instance_ = open_instance();
};

TEST_F(Files, are_written_with_statistics_and_read_back) {
  const auto structure = DataType::structure({{"x", TypeKind::Int}, {"at", TypeKind::Timestamp}});
  const Statement statement{
      .sql = "SELECT range::INTEGER, 'n' || range, {'f0': range::INTEGER, 'f1': make_timestamptz(range * 1000000)}, [{'f0': range::INTEGER, "
             "'f1': NULL::TIMESTAMPTZ}] FROM range(10)",
      .schema = {{"id", TypeKind::Int}, {"name", TypeKind::String}, {"s", structure}, {"l", DataType::array(structure)}}};
  const auto written = instance_->write_parquet(statement, {.directory = directory_, .column_names = {"id", "na\"me", "s", "l"}, .field_ids = {7, {}, {}, {}}}, {});
  ASSERT_EQ(written.size(), 1U);
  EXPECT_EQ(written[0].num_rows, 10);
  EXPECT_EQ(written[0].num_bytes, static_cast<std::int64_t>(std::filesystem::file_size(written[0].path)));
  EXPECT_EQ(written[0].statistics[0].maximum, types::Value{std::int64_t{9}});
  EXPECT_EQ(written[0].statistics[1].minimum, types::Value{std::string("n0")});
  EXPECT_EQ(written[0].statistics[0].num_nulls, 0);

  auto source = std::make_shared<RowsSource>();
  source->is_files = true;
  source->files.columns = {{.field = {"renamed", TypeKind::Long}, .physical_name = "elsewhere", .field_id = 7},
                           {.field = {"name", TypeKind::String}, .physical_name = "NA\"ME"},
                           {.field = {"missing", TypeKind::Int}, .physical_name = "missing"},
                           {.field = {"given", TypeKind::Int}, .physical_name = "given", .missing_value = types::Value{std::int64_t{5}}},
                           {.field = {"s", DataType::structure({{"AT", TypeKind::Timestamp}, {"x", TypeKind::Long}, {"z", TypeKind::Int}})}, .physical_name = "s"},
                           {.field = {"l", DataType::array(DataType::structure({{"x", TypeKind::Int}}))}, .physical_name = "l"}};
  source->files.partition_columns = {{"day", TypeKind::Date}};
  scan::DataFile file{.path = written[0].path, .num_rows = 10, .partition_values = {types::Value{std::int64_t{1}}}};
  file.deleted_rows = std::make_shared<const std::vector<std::uint64_t>>(std::vector<std::uint64_t>{0, 4, 9});
  source->files.files = {file, file};
  source->files.files[1].deleted_rows = nullptr;
  source->files.files[1].partition_values = {types::Value{}};
  for (const auto& column : source->files.columns) source->fields.push_back(column.field);
  source->fields.push_back({"day", TypeKind::Date});

  const std::vector<Input> inputs{{"i0", source}};
  EXPECT_EQ(show(*instance_, {.sql = "SELECT x0, x1, x2, x3, x4, x5, x6 FROM i0 WHERE x0 > 7", .inputs = inputs, .schema = source->fields}),
            "8|n8|null|5|{AT:timestamp[us, tz=UTC] = 1970-01-01 00:00:08.000000Z, x:int64 = 8, z:int32 = null}|list<element: struct<x: int32>>[{x:int32 = 8}]|1970-01-02\n"
            "8|n8|null|5|{AT:timestamp[us, tz=UTC] = 1970-01-01 00:00:08.000000Z, x:int64 = 8, z:int32 = null}|list<element: struct<x: int32>>[{x:int32 = 8}]|null\n"
            "9|n9|null|5|{AT:timestamp[us, tz=UTC] = 1970-01-01 00:00:09.000000Z, x:int64 = 9, z:int32 = null}|list<element: struct<x: int32>>[{x:int32 = 9}]|null\n");
  EXPECT_EQ(show(*instance_, {.sql = "SELECT count(*) FROM i0", .inputs = inputs, .schema = {{"n", TypeKind::Long}}}), "17\n");
  EXPECT_EQ(show(*instance_, {.sql = "SELECT count(x1) FROM i0 WHERE x6 IS NULL", .inputs = inputs, .schema = {{"n", TypeKind::Long}}}), "10\n");
  EXPECT_EQ(show(*instance_, {.sql = "SELECT file_index::INTEGER, file_row_number FROM i0 WHERE x0 = 9", .inputs = inputs,
                              .schema = {{"f", TypeKind::Int}, {"r", TypeKind::Long}}}),
            "1|9\n");
  // Pruned by partition value: the index stays that of the whole scan.
  EXPECT_EQ(show(*instance_, {.sql = "SELECT file_index::INTEGER FROM i0 WHERE x6 IS NULL AND x0 = 3", .inputs = inputs, .schema = {{"f", TypeKind::Int}}}), "1\n");
}

TEST_F(Files, of_a_scan_without_files_have_no_rows) {
  auto source = std::make_shared<RowsSource>();
  source->is_files = true;
  source->files.columns = {{.field = {"a", TypeKind::Long}, .physical_name = "a"}};
  source->fields = {{"a", TypeKind::Long}};
  EXPECT_EQ(show(*instance_, {.sql = "SELECT x0 FROM i0 WHERE x0 > 1", .inputs = {{"i0", source}}, .schema = source->fields}), "");
  EXPECT_EQ(show(*instance_, {.sql = "SELECT count(*) FROM i0", .inputs = {{"i0", source}}, .schema = source->fields}), "0\n");
}

TEST_F(Files, are_partitioned_with_deltas_texts) {
  const Statement statement{.sql = "SELECT range, TIMESTAMPTZ '2024-01-02 03:04:05Z', CASE WHEN range < 2 THEN 'a/b' END FROM range(4)",
                            .schema = {{"id", TypeKind::Long}, {"t", TypeKind::Timestamp}, {"k", TypeKind::String}}};
  auto written = instance_->write_parquet(statement, {.directory = directory_, .partition_by = {1, 2}, .column_names = {"id", "t", "k"}}, {});
  ASSERT_EQ(written.size(), 2U);
  if (!written[0].partition_values[1]) std::swap(written[0], written[1]);
  EXPECT_EQ(written[0].partition_values[0], "2024-01-02T03:04:05.000000Z");
  EXPECT_EQ(written[0].partition_values[1], "a/b");
  EXPECT_EQ(written[1].partition_values[1], std::nullopt);
  EXPECT_EQ(written[0].statistics.size(), 1U);
  EXPECT_EQ(written[1].statistics[0].minimum, types::Value{std::int64_t{2}});
}

TEST(Instance, stops_a_query) {
  const auto instance = open_instance();
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    stop.request_stop();
  });
  const Statement endless{.sql = "SELECT sum(hash(a.range)) FROM range(100000000000) a", .schema = {{"n", TypeKind::Long}}};
  try {
    instance->run(endless, stop.get_token())->next(1 << 20);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Kind::Cancelled);
  }
}

TEST(Instance, tells_a_lack_of_memory) {
  const auto instance = Instance::open({.memory_limit_bytes = 8 << 20, .threads = 2});
  try {
    instance->run({.sql = "SELECT list(range) FROM range(10000000)", .schema = {{"n", DataType::array(TypeKind::Long)}}}, {})->next(1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Kind::ResourceExhausted) << error.what();
  }
}

// Each column needs the one before, and all of them are kept: `columns` levels of projections.
Statement chain_of(int columns, const std::string& rows, const std::string& step) {
  Statement statement{.sql = "SELECT i AS c0 FROM " + rows, .schema = {{"c0", TypeKind::Long}}};
  std::string passed = "c0";
  for (int i = 1; i < columns; ++i) {
    const std::string last = "c" + std::to_string(i - 1), column = "c" + std::to_string(i);
    statement.sql = "SELECT " + passed + ", " + last + step + " AS " + column + " FROM (" + statement.sql + ") AS t" + std::to_string(i);
    statement.schema.push_back({column, TypeKind::Long});
    passed += ", " + column;
  }
  return statement;
}

TEST(Instance, computes_dependent_columns_in_little_memory) {
  const auto instance = Instance::open({.memory_limit_bytes = 128ULL << 20, .threads = 2});
  const auto rows = instance->run(chain_of(500, "range(3) AS r(i)", " + 1"), {});
  const auto batch = rows->next(1 << 20);
  ASSERT_EQ(batch->num_rows(), 3);
  for (int i = 0; i < batch->num_columns(); ++i) EXPECT_EQ(batch->column(i)->GetScalar(2).ValueOrDie()->ToString(), std::to_string(i + 2));
}

TEST(Instance, gives_dependent_columns_to_what_stands_above) {
  const auto instance = open_instance();
  const std::string chain = chain_of(20, "range(5000) AS r(i)", " + 1").sql;
  EXPECT_EQ(show(*instance, {.sql = "SELECT sum(c19)::BIGINT, count(*), max(c0), min(c7) FROM (" + chain + ") AS t WHERE c3 >= 4000", .schema = {{"s", TypeKind::Long}, {"n", TypeKind::Long}, {"m", TypeKind::Long}, {"l", TypeKind::Long}}}),
            "4530551|1003|4999|4004\n");
  EXPECT_EQ(show(*instance, {.sql = "SELECT c19, c19 AS again, c0, 7::BIGINT FROM (" + chain + ") AS t ORDER BY c19 DESC LIMIT 2", .schema = {{"a", TypeKind::Long}, {"b", TypeKind::Long}, {"c", TypeKind::Long}, {"d", TypeKind::Long}}}),
            "5018|5018|4999|7\n5017|5017|4998|7\n");
  EXPECT_EQ(show(*instance, {.sql = "SELECT a.c19, b.c12 FROM (" + chain + ") AS a JOIN (" + chain + ") AS b ON a.c0 = b.c19 WHERE a.c0 < 21 ORDER BY 1", .schema = {{"a", TypeKind::Long}, {"b", TypeKind::Long}}}),
            "38|12\n39|13\n");
}

TEST(Instance, is_of_the_pinned_version) { EXPECT_NO_THROW(check_library_version()); }

}  // namespace
}  // namespace lab::engine
