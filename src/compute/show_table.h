#pragma once

#include <optional>
#include <string>
#include <vector>

namespace lab::compute {

/// Cells of a result as `show()` prints them; a cell without text is NULL.
struct ShownTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::optional<std::string>>> rows;
  bool has_more = false;  ///< rows were left out: the last line says so
};

/// `[68 69]`: a binary cell.
std::string binary_cell(const std::string& bytes);
/// Spark's grid (Dataset.showString): cells cut at `truncate` characters (0: not), right-aligned when truncating, East Asian full-width
/// characters counted twice, line breaks escaped.
std::string show_grid(const ShownTable& table, int truncate);
/// The same with one line a column ("-RECORD 0---").
std::string show_vertical(const ShownTable& table, int truncate);
/// The notebook's eager table (Dataset.htmlString).
std::string show_html(const ShownTable& table, int truncate);

}  // namespace lab::compute
