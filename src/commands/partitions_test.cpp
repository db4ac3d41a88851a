#include "commands/partitions.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace lab::commands {
namespace {

using types::DataType;
using types::TypeKind;

const std::string kStore = "file:/";

LeafFolder leaf(const std::string& path, bool is_root = false) { return {kStore + path, kStore.size(), is_root}; }

PartitionRules utc() {
  PartitionRules rules;
  rules.time_zone = "UTC";
  return rules;
}

/// The type of the column `p` of folders with these values.
DataType type_of(const std::vector<std::string>& values) {
  std::vector<LeafFolder> folders;
  for (const std::string& value : values) folders.push_back(leaf("t/p=" + value));
  const Partitions found = discover_partitions(folders, {kStore + "t"}, utc());
  return found.columns.at(0).type;
}

std::string condition_of(const std::vector<LeafFolder>& folders, const std::set<std::string>& bases, const PartitionRules& rules = utc()) {
  try {
    (void)discover_partitions(folders, bases, rules);
    return "";
  } catch (const Error& error) {
    return std::string(error.condition().name);
  }
}

}  // namespace

TEST(Partitions, types_follow_the_values) {
  EXPECT_EQ(type_of({"1", "+2"}), DataType(TypeKind::Int));
  EXPECT_EQ(type_of({"1", "12345678901"}), DataType(TypeKind::Long));
  EXPECT_EQ(type_of({"1e3"}), DataType::decimal(4, 0));
  EXPECT_EQ(type_of({"1e3", "2.0"}), DataType(TypeKind::String));
  EXPECT_EQ(type_of({" 1", "2 "}), DataType(TypeKind::Double));
  EXPECT_EQ(type_of({"Infinity", "1d"}), DataType(TypeKind::Double));
  EXPECT_EQ(type_of({"Inf"}), DataType(TypeKind::String));
  EXPECT_EQ(type_of({"2020-01-31", "2020-01-31 01%3A02%3A03"}), DataType(TypeKind::Timestamp));
  EXPECT_EQ(type_of({"__HIVE_DEFAULT_PARTITION__"}), DataType(TypeKind::Null));
  EXPECT_EQ(type_of({"__HIVE_DEFAULT_PARTITION__", "3"}), DataType(TypeKind::Int));
}

TEST(Partitions, texts_lose_their_escapes) {
  const Partitions found = discover_partitions({leaf("t/p=b%2Fc d")}, {kStore + "t"}, utc());
  EXPECT_EQ(found.values.at(0).at(0).text(), "b/c d");
}

TEST(Partitions, folders_at_a_base_path_are_no_columns) {
  const Partitions below = discover_partitions({leaf("t/year=2020/month=1")}, {kStore + "t/year=2020"}, utc());
  ASSERT_EQ(below.columns.size(), 1U);
  EXPECT_EQ(below.columns[0].name, "month");
  const Partitions none = discover_partitions({leaf("t/year=2020", true), leaf("t/year=2020/deep")}, {kStore + "t/year=2020"}, utc());
  EXPECT_TRUE(none.columns.empty());
  EXPECT_EQ(none.kept, std::vector<std::size_t>{0});
}

TEST(Partitions, folders_must_agree) {
  EXPECT_EQ(condition_of({leaf("t/a=1"), leaf("t/b=1")}, {kStore + "t"}), "CONFLICTING_PARTITION_COLUMN_NAMES");
  EXPECT_EQ(condition_of({leaf("t/a=1"), leaf("t/a=2/b=1")}, {kStore + "t"}), "CONFLICTING_PARTITION_COLUMN_NAMES");
  EXPECT_EQ(condition_of({leaf("t/x/a=1"), leaf("t/y/a=1")}, {kStore + "t"}), "CONFLICTING_DIRECTORY_STRUCTURES");
  EXPECT_EQ(condition_of({leaf("t/A=1"), leaf("t/a=2")}, {kStore + "t"}), "");
  PartitionRules rules = utc();
  rules.is_case_sensitive = true;
  EXPECT_EQ(condition_of({leaf("t/A=1"), leaf("t/a=2")}, {kStore + "t"}, rules), "CONFLICTING_PARTITION_COLUMN_NAMES");
}

TEST(Partitions, names_and_values_are_not_empty) {
  EXPECT_EQ(condition_of({leaf("t/p=")}, {kStore + "t"}), "EMPTY_PARTITION_COLUMN_VALUE");
  EXPECT_EQ(condition_of({leaf("t/=1")}, {kStore + "t"}), "EMPTY_PARTITION_COLUMN_NAME");
}

TEST(Partitions, a_declared_type_takes_its_values_or_refuses_them) {
  const types::Schema schema{{"P", TypeKind::Int, true, {}}};
  PartitionRules rules = utc();
  rules.schema = &schema;
  EXPECT_EQ(discover_partitions({leaf("t/p=01")}, {kStore + "t"}, rules).values.at(0).at(0).integer(), 1);
  EXPECT_EQ(condition_of({leaf("t/p=x")}, {kStore + "t"}, rules), "INVALID_PARTITION_VALUE");
  rules.validates = false;
  EXPECT_TRUE(discover_partitions({leaf("t/p=x")}, {kStore + "t"}, rules).values.at(0).at(0).is_null());
}

TEST(Partitions, what_a_failed_job_left_does_not_count) {
  const Partitions found = discover_partitions({leaf("t/p=1"), leaf("t/_temporary/0")}, {kStore + "t"}, utc());
  EXPECT_EQ(found.kept, std::vector<std::size_t>{0});
}

}  // namespace lab::commands
