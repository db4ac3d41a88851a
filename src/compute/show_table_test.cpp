#include "compute/show_table.h"

#include <gtest/gtest.h>

namespace lab::compute {

TEST(ShowTable, right_aligns_and_cuts_when_truncating) {
  const ShownTable table{{"id", "name"}, {{"1", "abcdefghijklmnopqrstuvwxyz"}, {"20", std::nullopt}}, false};
  EXPECT_EQ(show_grid(table, 20),
            "+---+--------------------+\n"
            "| id|                name|\n"
            "+---+--------------------+\n"
            "|  1|abcdefghijklmnopq...|\n"
            "| 20|                NULL|\n"
            "+---+--------------------+\n");
}

TEST(ShowTable, left_aligns_when_not_truncating_and_says_when_there_is_more) {
  const ShownTable table{{"a"}, {{"x"}}, true};
  EXPECT_EQ(show_grid(table, 0), "+---+\n|a  |\n+---+\n|x  |\n+---+\nonly showing top 1 row\n");
}

TEST(ShowTable, counts_full_width_characters_twice_and_escapes_line_breaks) {
  const ShownTable table{{"a"}, {{"\xE4\xBD\xA0\xE5\xA5\xBD"}, {"x\ny"}}, false};
  EXPECT_EQ(show_grid(table, 20), "+----+\n|   a|\n+----+\n|\xE4\xBD\xA0\xE5\xA5\xBD|\n|x\\ny|\n+----+\n");
}

TEST(ShowTable, shows_binary_in_hexadecimal) { EXPECT_EQ(binary_cell(std::string("h\x00i", 3)), "[68 00 69]"); }

TEST(ShowTable, vertical_form_has_a_block_a_row) {
  const ShownTable table{{"id", "name"}, {{"1", "ann"}}, false};
  EXPECT_EQ(show_vertical(table, 20), "-RECORD 0---\n id   | 1   \n name | ann \n");
}

}  // namespace lab::compute
