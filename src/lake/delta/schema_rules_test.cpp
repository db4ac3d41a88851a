#include "lake/delta/column_mapping.h"
#include "lake/delta/features.h"
#include "lake/delta/test_tables.h"
#include "types/type_text.h"

namespace lab::lake::delta {
namespace {

using namespace test;
using types::DataType;
using types::Schema;
using types::TypeKind;

Schema schema(const char* ddl) { return types::parse_schema(ddl); }
std::string merged(const char* table, const char* data, bool grow = true) { return types::schema_to_ddl(merge_schema(schema(table), schema(data), grow)); }

TEST(MergeSchema, new_columns_come_last_and_old_names_stay) {
  EXPECT_EQ(merged("Id INT NOT NULL, s STRUCT<x: INT>", "extra STRING, ID INT, S STRUCT<y: INT, X: INT>"),
            types::schema_to_ddl(schema("Id INT NOT NULL, s STRUCT<x: INT, y: INT>, extra STRING")));
  EXPECT_EQ(merged("a ARRAY<STRUCT<x: INT>>", "a ARRAY<STRUCT<x: INT, z: DATE>>"), types::schema_to_ddl(schema("a ARRAY<STRUCT<x: INT, z: DATE>>")));
}

TEST(MergeSchema, void_fits_everything_and_small_integers_widen) {
  EXPECT_EQ(merged("a INT, b VOID", "a VOID, b DATE"), types::schema_to_ddl(schema("a INT, b DATE")));
  EXPECT_EQ(merged("a SMALLINT", "a INT"), types::schema_to_ddl(schema("a INT")));
  EXPECT_EQ(merged("a INT", "a TINYINT"), types::schema_to_ddl(schema("a INT")));
}

TEST(MergeSchema, other_types_do_not_merge) {
  EXPECT_EQ(error_of([] { merged("a BIGINT", "a INT"); }), "DELTA_FAILED_TO_MERGE_FIELDS");
  EXPECT_EQ(error_of([] { merged("a INT", "a STRING"); }), "DELTA_FAILED_TO_MERGE_FIELDS");
  EXPECT_EQ(error_of([] { merged("a DECIMAL(10,2)", "a DECIMAL(12,2)"); }), "DELTA_FAILED_TO_MERGE_FIELDS");
  EXPECT_EQ(error_of([] { merged("s STRUCT<x: INT>", "s STRUCT<x: DATE>"); }), "DELTA_FAILED_TO_MERGE_FIELDS");
}

TEST(MergeSchema, without_leave_the_schema_stays) {
  EXPECT_EQ(error_of([] { merged("a INT", "a INT, b INT", false); }), "DELTA_METADATA_MISMATCH");
  EXPECT_EQ(error_of([] { merged("s STRUCT<x: INT>", "s STRUCT<x: INT, y: INT>", false); }), "DELTA_METADATA_MISMATCH");
  EXPECT_EQ(merged("a INT, b INT", "b INT", false), types::schema_to_ddl(schema("a INT, b INT")));
}

TEST(NewTables, names_types_and_partitions_are_checked) {
  const auto outcome = [](const char* ddl, std::vector<std::string> partitions = {}, std::map<std::string, std::string> properties = {}) {
    return error_of([&] { metadata_of(schema(ddl), std::move(partitions), std::move(properties)); });
  };
  EXPECT_EQ(outcome("`a b` INT"), "DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES");
  EXPECT_EQ(outcome("`a b` INT", {}, {{"delta.columnMapping.mode", "name"}}), "");
  EXPECT_EQ(outcome("a INT, A STRING"), "DELTA_DUPLICATE_COLUMNS_FOUND");
  EXPECT_EQ(outcome("m MAP<STRUCT<x: INT>, STRUCT<x: INT>>"), "");
  EXPECT_EQ(outcome("a INT", {"z"}), "DELTA_MISSING_PARTITION_COLUMN");
  EXPECT_EQ(outcome("a INT", {"a"}), "DELTA_CANNOT_USE_ALL_COLUMNS_FOR_PARTITION");
  EXPECT_EQ(outcome("a ARRAY<INT>, b INT", {"a"}), "DELTA_INVALID_PARTITION_COLUMN_TYPE");
  EXPECT_EQ(outcome("a INTERVAL DAY"), "DELTA_UNSUPPORTED_DATA_TYPES");
  EXPECT_EQ(outcome("a ARRAY<VOID>"), "DELTA_COMPLEX_TYPE_COLUMN_CONTAINS_NULL_TYPE");
  EXPECT_EQ(outcome("a INT", {}, {{"delta.noSuchThing", "1"}}), "DELTA_UNKNOWN_CONFIGURATION");
  EXPECT_EQ(outcome("a INT", {}, {{"DELTA.APPENDONLY", "true"}, {"my.own", "1"}}), "");
}

TEST(ColumnMapping, ids_and_names_are_given_once_and_kept) {
  const auto metadata = metadata_of(schema("a INT, s STRUCT<x: INT>"), {}, {{"delta.columnMapping.mode", "name"}});
  const auto columns = physical_columns(metadata);
  EXPECT_TRUE(columns[0].name.starts_with("col-"));
  EXPECT_EQ(columns[0].field_id, 1);
  EXPECT_TRUE(columns[1].type.fields()[0].name.starts_with("col-"));
  EXPECT_EQ(metadata.configuration.at("delta.columnMapping.maxColumnId"), "3");
  Metadata grown = metadata;
  grown.schema = merge_schema(metadata.schema, schema("a INT, s STRUCT<x: INT, y: INT>, n DATE"), true);
  prepare_replaced_schema(grown, metadata);
  EXPECT_EQ(physical_columns(grown)[0].name, columns[0].name);
  EXPECT_EQ(grown.configuration.at("delta.columnMapping.maxColumnId"), "5");
  // A schema that came without ids takes those of the table.
  Metadata replaced = metadata;
  replaced.schema = schema("A INT, z INT");
  prepare_replaced_schema(replaced, metadata);
  EXPECT_EQ(physical_columns(replaced)[0].name, columns[0].name);
  EXPECT_EQ(physical_columns(replaced)[1].field_id, 4);
}

std::string protocol_text(const Protocol& protocol) {
  std::string text = std::to_string(protocol.min_reader_version) + "," + std::to_string(protocol.min_writer_version);
  for (const auto& name : protocol.reader_features) text += " r:" + name;
  for (const auto& name : protocol.writer_features) text += " w:" + name;
  return text;
}

TEST(Protocols, ask_for_no_more_than_the_table_needs) {
  const auto of = [](const char* ddl, std::map<std::string, std::string> properties = {}) {
    return protocol_text(protocol_for(metadata_of(schema(ddl), {}, std::move(properties))));
  };
  EXPECT_EQ(of("a INT"), "1,2");
  EXPECT_EQ(of("a INT", {{"delta.appendOnly", "true"}}), "1,2");
  EXPECT_EQ(of("a TIMESTAMP_NTZ"), "3,7 r:timestampNtz w:appendOnly w:invariants w:timestampNtz");
  EXPECT_EQ(of("a INT", {{"delta.columnMapping.mode", "name"}}), "2,7 w:appendOnly w:invariants w:columnMapping");
  EXPECT_EQ(of("a INT", {{"delta.enableDeletionVectors", "true"}, {"delta.columnMapping.mode", "name"}}),
            "3,7 r:columnMapping r:deletionVectors w:appendOnly w:invariants w:columnMapping w:deletionVectors");
  EXPECT_EQ(of("a INT", {{"delta.minReaderVersion", "2"}, {"delta.minWriterVersion", "5"}}), "2,5");
  EXPECT_EQ(of("a INT", {{"delta.minReaderVersion", "3"}, {"delta.minWriterVersion", "7"}}), "1,1");
  EXPECT_EQ(of("a INT", {{"delta.minWriterVersion", "3"}}), "1,3");
  EXPECT_EQ(of("a INT", {{"delta.constraints.c", "a > 0"}}), "1,3");
  EXPECT_EQ(of("a INT", {{"delta.enableChangeDataFeed", "true"}}), "1,7 w:appendOnly w:invariants w:changeDataFeed");
  EXPECT_EQ(of("a INT", {{"delta.feature.v2Checkpoint", "supported"}}), "3,7 r:v2Checkpoint w:appendOnly w:invariants w:v2Checkpoint");
}

TEST(Protocols, what_we_cannot_do_is_refused_by_name) {
  EXPECT_EQ(error_of([] { protocol_for(metadata_of(schema("a INT"), {}, {{"delta.enableRowTracking", "true"}})); }), "DELTA_UNSUPPORTED_FEATURES_FOR_WRITE");
  EXPECT_EQ(error_of([] { protocol_for(metadata_of(schema("a INT"), {}, {{"delta.feature.nope", "supported"}})); }), "DELTA_UNSUPPORTED_FEATURES_IN_CONFIG");
  const Metadata plain = metadata_of(schema("a INT"));
  EXPECT_EQ(error_of([&] { check_readable({3, 7, {"deletionVectors", "future"}, {"deletionVectors", "future"}}, plain, "t"); }),
            "DELTA_UNSUPPORTED_FEATURES_FOR_READ");
  EXPECT_EQ(error_of([&] { check_readable({4, 7, {}, {}}, plain, "t"); }), "DELTA_INVALID_PROTOCOL_VERSION");
  EXPECT_EQ(error_of([&] { check_writable({1, 7, {}, {"icebergCompatV2"}}, plain); }), "DELTA_UNSUPPORTED_FEATURES_FOR_WRITE");
  Metadata widened = plain;
  widened.schema[0].metadata = R"({"delta.typeChanges":[{"fromType":"short","toType":"integer"},{"fromType":"string","toType":"integer"}]})";
  EXPECT_EQ(error_of([&] { check_readable({3, 7, {"typeWidening"}, {"typeWidening"}}, widened, "t"); }), "DELTA_UNSUPPORTED_TYPE_CHANGE_IN_SCHEMA");
}

TEST(Constraints, are_listed_with_invariants) {
  Metadata metadata = metadata_of(schema("a INT"), {}, {{"delta.constraints.positive", "a > 0"}});
  metadata.schema[0].metadata = R"({"delta.invariants":"{\"expression\":{\"expression\":\"a < 9\"}}"})";
  const auto constraints = check_constraints(metadata);
  ASSERT_EQ(constraints.size(), 2u);
  EXPECT_EQ(constraints[0], (std::pair<std::string, std::string>{"positive", "a > 0"}));
  EXPECT_EQ(constraints[1].second, "a < 9");
}

}  // namespace
}  // namespace lab::lake::delta
