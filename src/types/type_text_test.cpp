#include "types/type_text.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace lab::types {
namespace {

std::string condition_of(std::string_view ddl) {
  try {
    parse_type(ddl);
  } catch (const Error& error) {
    return std::string(error.condition().name);
  }
  return "none";
}

}  // namespace

TEST(TypeText, prints_simple_and_sql_forms) {
  struct Case {
    const char* ddl;
    const char* simple;
    const char* sql;
  };
  const Case cases[] = {
      {"INTEGER", "int", "INT"},
      {"long", "bigint", "BIGINT"},
      {"decimal", "decimal(10,0)", "DECIMAL(10,0)"},
      {"NUMERIC(7)", "decimal(7,0)", "DECIMAL(7,0)"},
      {"void", "void", "VOID"},
      {"array<map<string,int>>", "array<map<string,int>>", "ARRAY<MAP<STRING, INT>>"},
      {"struct<a: int not null comment 'it\\'s', `b c` string>", "struct<a:int,b c:string>", "STRUCT<a: INT NOT NULL COMMENT 'it\\'s', `b c`: STRING>"},
      {"struct<>", "struct<>", "STRUCT<>"},
      {"interval day to second", "interval day to second", "INTERVAL DAY TO SECOND"},
      {"interval month", "interval month", "INTERVAL MONTH"},
      {"interval", "interval", "INTERVAL"},
      {"timestamp_ltz", "timestamp", "TIMESTAMP"},
      {"char(3)", "char(3)", "CHAR(3)"},
      {"string collate UNICODE_CI", "string collate UNICODE_CI", "STRING COLLATE UNICODE_CI"},
  };
  for (const auto& c : cases) {
    const auto type = parse_type(c.ddl);
    EXPECT_EQ(simple_string(type), c.simple);
    EXPECT_EQ(sql_string(type), c.sql);
    EXPECT_EQ(parse_type(sql_string(type)), type) << c.ddl;
  }
}

TEST(TypeText, cuts_wide_structs_in_simple_strings_only) {
  std::vector<Field> fields(27, Field{"c", TypeKind::Int, true, {}});
  const auto type = DataType::structure(fields);
  EXPECT_TRUE(simple_string(type).ends_with("c:int,... 2 more fields>"));
  EXPECT_EQ(catalog_string(type).find("more fields"), std::string::npos);
}

TEST(TypeText, names_what_is_wrong_with_a_type) {
  EXPECT_EQ(condition_of("varchar"), "DATATYPE_MISSING_SIZE");
  EXPECT_EQ(condition_of("intt"), "UNSUPPORTED_DATATYPE");
  EXPECT_EQ(condition_of("int(3)"), "UNSUPPORTED_DATATYPE");
  EXPECT_EQ(condition_of("array"), "INCOMPLETE_TYPE_DEFINITION.ARRAY");
  EXPECT_EQ(condition_of("decimal(39,1)"), "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION");
  EXPECT_EQ(condition_of("decimal(3,4)"), "DECIMAL_SCALE_EXCEEDS_PRECISION");
  EXPECT_EQ(condition_of("array<int"), "PARSE_SYNTAX_ERROR");
  EXPECT_EQ(condition_of(""), "PARSE_SYNTAX_ERROR");
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "array<";
  EXPECT_EQ(condition_of(deep), "DATATYPE_TOO_DEEP");
}

TEST(TypeText, reads_schemas_in_ddl) {
  const auto schema = parse_schema("id BIGINT NOT NULL COMMENT 'key', `a b` struct<x:int>, t: timestamp -- end");
  ASSERT_EQ(schema.size(), 3u);
  EXPECT_EQ(schema[0], (Field{"id", TypeKind::Long, false, R"({"comment":"key"})"}));
  EXPECT_EQ(schema[1].name, "a b");
  EXPECT_EQ(schema[2].type, DataType(TypeKind::Timestamp));
  EXPECT_EQ(schema_to_ddl(schema), "id BIGINT NOT NULL COMMENT 'key',`a b` STRUCT<x: INT>,t TIMESTAMP");
  EXPECT_EQ(parse_schema(schema_to_ddl(schema)), schema);
  EXPECT_EQ(parse_schema("struct<a:int>"), (Schema{{"a", TypeKind::Int, true, {}}}));
  EXPECT_EQ(parse_schema("array<int>"), (Schema{{"value", DataType::array(TypeKind::Int), true, {}}}));
}

TEST(TypeText, says_where_ddl_breaks) {
  try {
    parse_schema("a int,\n b @");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.parameters().at("error"), "'@'");
    ASSERT_EQ(error.contexts().size(), 1u);
    EXPECT_EQ(error.contexts()[0].line, 2);
    EXPECT_EQ(error.contexts()[0].column, 3);
  }
}

TEST(TypeText, writes_and_reads_json_as_spark) {
  const Schema schema{{"a", TypeKind::Int, false, {}},
                      {"b\"", DataType::array(DataType::decimal(10, 2), false), true, R"({"comment":"x"})"},
                      {"m", DataType::map(TypeKind::String, TypeKind::Byte), true, {}},
                      {"v", DataType::varchar(5), true, {}},
                      {"d", DataType::day_time(), true, {}}};
  const std::string json =
      R"j({"type":"struct","fields":[{"name":"a","type":"integer","nullable":false,"metadata":{}},)j"
      R"j({"name":"b\"","type":{"type":"array","elementType":"decimal(10,2)","containsNull":false},"nullable":true,"metadata":{"comment":"x"}},)j"
      R"j({"name":"m","type":{"type":"map","keyType":"string","valueType":"byte","valueContainsNull":true},"nullable":true,"metadata":{}},)j"
      R"j({"name":"v","type":"string","nullable":true,"metadata":{"__CHAR_VARCHAR_TYPE_STRING":"varchar(5)"}},)j"
      R"j({"name":"d","type":"interval day to second","nullable":true,"metadata":{}}]})j";
  EXPECT_EQ(schema_to_json(schema), json);
  EXPECT_EQ(parse_schema_json(json), schema);
  EXPECT_EQ(to_json(TypeKind::Long), "\"long\"");
  EXPECT_EQ(parse_type_json("\"long\""), DataType(TypeKind::Long));
}

TEST(TypeText, refuses_json_that_is_no_type) {
  for (const char* text : {"", "{", "1", "\"nonsense\"", R"({"type":"array"})", R"({"type":"struct","fields":[1]})", "\"array<int>\""})
    EXPECT_THROW(parse_type_json(text), Error) << text;
}

TEST(TypeText, prints_schema_trees) {
  const auto schema = parse_schema("a int not null, s struct<m: map<string, array<int>>>");
  EXPECT_EQ(tree_string(schema),
            "root\n"
            " |-- a: integer (nullable = false)\n"
            " |-- s: struct (nullable = true)\n"
            " |    |-- m: map (nullable = true)\n"
            " |    |    |-- key: string\n"
            " |    |    |-- value: array (valueContainsNull = true)\n"
            " |    |    |    |-- element: integer (containsNull = true)\n");
  EXPECT_EQ(tree_string(schema, 1), "root\n |-- a: integer (nullable = false)\n |-- s: struct (nullable = true)\n");
}

TEST(TypeText, quotes_identifiers) {
  EXPECT_EQ(quote_identifier("a`b"), "`a``b`");
  EXPECT_EQ(quote_if_needed("a_1"), "a_1");
  EXPECT_EQ(quote_if_needed("12"), "`12`");
  EXPECT_EQ(quote_if_needed("a-b"), "`a-b`");
  EXPECT_EQ(quote_if_needed(""), "``");
  EXPECT_EQ(quote_parts({"a", "b c"}), "`a`.`b c`");
}

}  // namespace lab::types
