#include "lake/delta/column_mapping.h"
#include "lake/delta/parsed_statistics.h"
#include "lake/delta/snapshot.h"
#include "lake/delta/test_tables.h"
#include "lake/delta/time_text.h"
#include "lake/delta/values.h"

namespace lab::lake::delta {
namespace {

using namespace test;
using types::DataType;
using types::TypeKind;
using types::Value;

scan::ColumnStatistics bounds(Value minimum, Value maximum, std::int64_t nulls = 0) { return {std::move(minimum), std::move(maximum), nulls}; }

TEST(Statistics, are_written_as_delta_writes_them) {
  const auto metadata = metadata_of({{"i", TypeKind::Int},
                                     {"p", TypeKind::String},
                                     {"d", DataType::decimal(20, 2)},
                                     {"day", TypeKind::Date},
                                     {"t", TypeKind::Timestamp},
                                     {"f", TypeKind::Double},
                                     {"b", TypeKind::Boolean},
                                     {"a", DataType::array(TypeKind::Int)}},
                                    {"p"});
  const auto text = statistics_of(3, metadata,
                                  {bounds({std::int64_t{-1}}, {std::int64_t{7}}, 1), bounds({types::Decimal{-5, 2}}, {types::Decimal{123456789012345678, 2}}),
                                   bounds({std::int64_t{0}}, {std::int64_t{19723}}), bounds({std::int64_t{-1}}, {std::int64_t{1'704'067'200'123'456}}),
                                   bounds({0.5}, {1e10}), bounds({false}, {true}), {std::nullopt, std::nullopt, 2}});
  EXPECT_EQ(text,
            R"({"numRecords":3,"minValues":{"i":-1,"d":-0.05,"day":"1970-01-01","t":"1969-12-31T23:59:59.999Z","f":0.5},)"
            R"("maxValues":{"i":7,"d":1234567890123456.78,"day":"2024-01-01","t":"2024-01-01T00:00:00.123Z","f":1.0E10},)"
            R"("nullCount":{"i":1,"d":0,"day":0,"t":0,"f":0,"b":0,"a":2}})");
}

TEST(Statistics, of_structs_are_those_of_their_fields) {
  const types::Schema schema = {{"s", DataType::structure({{"x", TypeKind::Int}, {"in", DataType::structure({{"y", TypeKind::String}, {"l", DataType::array(TypeKind::Int)}})}})},
                                {"z", TypeKind::Int}};
  EXPECT_EQ(num_leaves(schema[0].type), 3u);
  const std::vector<scan::ColumnStatistics> leaves = {bounds({std::int64_t{1}}, {std::int64_t{2}}), bounds({std::string("a")}, {std::string("b")}, 1), {}, bounds({std::int64_t{5}}, {std::int64_t{6}})};
  EXPECT_EQ(statistics_of(3, metadata_of(schema), leaves),
            R"({"numRecords":3,"minValues":{"s":{"x":1,"in":{"y":"a"}},"z":5},"maxValues":{"s":{"x":2,"in":{"y":"b"}},"z":6},)"
            R"("nullCount":{"s":{"x":0,"in":{"y":1}},"z":0}})");
  EXPECT_EQ(statistics_of(3, metadata_of(schema, {}, {{"delta.dataSkippingStatsColumns", "s.in"}}), leaves),
            R"({"numRecords":3,"minValues":{"s":{"in":{"y":"a"}}},"maxValues":{"s":{"in":{"y":"b"}}},"nullCount":{"s":{"in":{"y":1}}}})");
  EXPECT_EQ(statistics_of(3, metadata_of(schema, {}, {{"delta.dataSkippingNumIndexedCols", "1"}}), leaves),
            R"({"numRecords":3,"minValues":{"s":{"x":1}},"maxValues":{"s":{"x":2}},"nullCount":{"s":{"x":0}}})");
}

TEST(Statistics, cut_texts_stay_bounds) {
  const auto metadata = metadata_of({{"s", TypeKind::String}});
  const std::string ascii(40, 'x'), wide = std::string(32, 'x') + "\xC3\xA9tail";
  const auto text = statistics_of(1, metadata, {bounds({ascii}, {wide})});
  EXPECT_EQ(text, R"({"numRecords":1,"minValues":{"s":")" + std::string(32, 'x') + R"("},"maxValues":{"s":")" + std::string(32, 'x') +
                      "\xF4\x8F\xBF\xBF" + R"("},"nullCount":{"s":0}})");
  const auto plain = statistics_of(1, metadata, {bounds({std::string("a")}, {ascii})});
  AddFile file;
  file.stats = plain;
  const auto read = parse_statistics(file, {{"s", TypeKind::String}});
  EXPECT_EQ(read.columns[0].maximum->text(), std::string(32, 'x') + "\x7f");
  EXPECT_GT(read.columns[0].maximum->text(), ascii);
}

TEST(Statistics, only_the_first_columns_or_the_named_ones) {
  const types::Schema schema = {{"a", TypeKind::Int}, {"b", TypeKind::Int}, {"c", TypeKind::Int}};
  const std::vector<scan::ColumnStatistics> columns(3, bounds({std::int64_t{1}}, {std::int64_t{2}}));
  EXPECT_EQ(statistics_of(1, metadata_of(schema, {}, {{"delta.dataSkippingNumIndexedCols", "1"}}), columns),
            R"({"numRecords":1,"minValues":{"a":1},"maxValues":{"a":2},"nullCount":{"a":0}})");
  EXPECT_EQ(statistics_of(1, metadata_of(schema, {}, {{"delta.dataSkippingStatsColumns", "c, `b`"}}), columns),
            R"({"numRecords":1,"minValues":{"b":1,"c":1},"maxValues":{"b":2,"c":2},"nullCount":{"b":0,"c":0}})");
  EXPECT_EQ(statistics_of(1, metadata_of(schema, {}, {{"delta.dataSkippingNumIndexedCols", "0"}}), columns),
            R"({"numRecords":1,"minValues":{},"maxValues":{},"nullCount":{}})");
}

TEST(Statistics, what_is_read_widens_what_was_cut_and_drops_what_is_not_exact) {
  AddFile file;
  file.stats = R"({"numRecords":10,"minValues":{"t":"2024-01-01T00:00:00.000Z","d":1.10},"maxValues":{"t":"2024-01-01T00:00:00.123Z","d":12345678901234567.89},)"
               R"("nullCount":{"t":3,"d":10},"tightBounds":false})";
  const auto read = parse_statistics(file, {{"t", TypeKind::Timestamp}, {"d", DataType::decimal(38, 2)}, {"x", TypeKind::Int}});
  EXPECT_EQ(read.num_rows, 10);
  EXPECT_EQ(read.columns[0].maximum->integer(), 1'704'067'200'124'000);
  EXPECT_EQ(read.columns[0].minimum->integer(), 1'704'067'200'000'000);
  EXPECT_FALSE(read.columns[0].num_nulls);
  EXPECT_EQ(read.columns[1].num_nulls, 10);
  EXPECT_EQ(std::get<types::Decimal>(read.columns[1].maximum->data), (types::Decimal{1234567890123456789, 2}));
  EXPECT_FALSE(read.columns[2].minimum);
  file.stats = R"({"numRecords":1,"minValues":{"d":"20082008200820082008200820082008200820.82"},"maxValues":{"d":"99999999999999999999999999999999999999"}})";
  const auto wide = parse_statistics(file, {{"d", DataType::decimal(38, 2)}});
  EXPECT_FALSE(wide.columns[0].minimum) << "40 digits are no decimal";
  EXPECT_FALSE(wide.columns[0].maximum) << "neither are 38 with two more behind";
  file.stats = "{\"numRecords\":";
  EXPECT_FALSE(parse_statistics(file, {}).num_rows);
}

class Skipping : public testing::Test {
 protected:
  AddFile file(const std::string& path, std::optional<std::string> day, const std::string& stats) {
    AddFile add;
    add.path = path;
    add.partition_values = {{"day", std::move(day)}};
    add.stats = stats;
    return add;
  }
  Place place{Place::Kind::Folder};
};

TEST_F(Skipping, files_go_by_partition_and_statistics) {
  const auto table = place.table();
  const auto base = create_table(*table, metadata_of({{"day", TypeKind::Date}, {"id", TypeKind::Int}, {"x", TypeKind::Double}}, {"day"}));
  auto request = request_of("WRITE");
  request.actions.emplace_back(file("a", "2024-01-01", R"({"numRecords":2,"minValues":{"id":1,"x":1.0},"maxValues":{"id":5,"x":2.0},"nullCount":{"id":0}})"));
  request.actions.emplace_back(file("b", "2024-01-02", R"({"numRecords":2,"minValues":{"id":6},"maxValues":{"id":9},"nullCount":{"id":0}})"));
  request.actions.emplace_back(file("c", std::nullopt, R"({"numRecords":2,"nullCount":{"id":2}})"));
  request.actions.emplace_back(file("d", "2024-01-02", ""));
  table->commit(base, std::move(request));
  const auto snapshot = table->snapshot();
  const auto kept = [&](scan::ColumnRange range) { return snapshot->prune({std::move(range)}); };
  using Indices = std::vector<std::size_t>;
  const Value second{*parse_date("2024-01-02")};
  EXPECT_EQ(kept({0, second, second}), (Indices{1, 3}));
  EXPECT_EQ(kept({1, Value{std::int64_t{6}}, std::nullopt}), (Indices{1, 3}));
  EXPECT_EQ(kept({1, std::nullopt, Value{std::int64_t{5}}}), (Indices{0, 3}));
  // NaN may be in there, and is above everything.
  EXPECT_EQ(kept({2, Value{100.0}, std::nullopt}), (Indices{0, 1, 2, 3}));
  EXPECT_EQ(snapshot->prune({}).size(), 4u);
  // The partition column stands first in the schema and last among the columns of the scan.
  const auto& metadata = snapshot->metadata();
  EXPECT_EQ(layout_of(metadata).columns.schema_order, (std::vector<int>{2, 0, 1}));
}

TEST(Texts, of_times_and_numbers_go_both_ways) {
  EXPECT_EQ(date_text(-719528), "0000-01-01");
  EXPECT_EQ(*parse_date("0000-01-01"), -719528);
  EXPECT_EQ(date_text(*parse_date("2024-02-29")), "2024-02-29");
  EXPECT_FALSE(parse_date("2023-02-29"));
  EXPECT_FALSE(parse_date("2023-02-01x"));
  EXPECT_EQ(*parse_timestamp("2024-01-01 00:00:00"), 1'704'067'200'000'000);
  EXPECT_EQ(*parse_timestamp("2024-01-01T01:00:00.5+01:00"), 1'704'067'200'500'000);
  EXPECT_EQ(*parse_timestamp("1969-12-31T23:59:59.999999Z"), -1);
  EXPECT_FALSE(parse_timestamp("2024-01-01T25:00:00Z"));
  EXPECT_EQ(java_text(1e7, false), "1.0E7");
  EXPECT_EQ(java_text(1234567.0, false), "1234567.0");
  EXPECT_EQ(java_text(0.001, false), "0.001");
  EXPECT_EQ(java_text(0.00012, false), "1.2E-4");
  EXPECT_EQ(java_text(0.1f, true), "0.1");
  EXPECT_EQ(java_text(-2.5, false), "-2.5");
}

TEST(Partitions, have_texts_that_are_read_back) {
  const auto both_ways = [](Value value, DataType type) {
    const auto text = partition_text(value, type);
    EXPECT_EQ(parse_partition_value(text, type), value);
    return text.value_or("NULL");
  };
  EXPECT_EQ(both_ways({std::int64_t{19723}}, TypeKind::Date), "2024-01-01");
  EXPECT_EQ(both_ways({true}, TypeKind::Boolean), "true");
  EXPECT_EQ(both_ways({std::int64_t{1'704'067'200'000'000}}, TypeKind::Timestamp), "2024-01-01T00:00:00.000000Z");
  EXPECT_EQ(both_ways({std::int64_t{1'704'067'200'500'000}}, TypeKind::TimestampNtz), "2024-01-01 00:00:00.5");
  EXPECT_EQ(both_ways({std::int64_t{1'704'067'200'000'000}}, TypeKind::TimestampNtz), "2024-01-01 00:00:00");
  EXPECT_EQ(both_ways({types::Decimal{-5, 2}}, DataType::decimal(5, 2)), "-0.05");
  EXPECT_EQ(both_ways({}, TypeKind::Int), "NULL");
  EXPECT_EQ(partition_text({std::string()}, TypeKind::String), std::nullopt);
  EXPECT_EQ(error_of([] { parse_partition_value("x", TypeKind::Int); }), "DELTA_FAILED_CAST_PARTITION_VALUE");
  EXPECT_EQ(partition_folder({"a", "b c"}, {"x/y=1", std::nullopt}), "a=x%2Fy%3D1/b c=__HIVE_DEFAULT_PARTITION__");
}

}  // namespace
}  // namespace lab::lake::delta
