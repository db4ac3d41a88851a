#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A line of CSV in a value, as from_csv and schema_of_csv take it.
namespace lab::compute {

struct CsvForm {
  char separator = ',';
  char quote = '"';
  /// Blanks around a field that is not quoted are no part of it.
  bool skips_leading_blanks = false;
  bool skips_trailing_blanks = false;
};

/// Fields in order; nothing for one that is empty and not quoted.
std::vector<std::optional<std::string>> csv_fields(std::string_view line, const CsvForm& form);
/// The type of a line as DDL: `STRUCT<_c0: INT, _c1: STRING>`. Throws for an empty line, as Spark does.
std::string schema_of_csv(std::string_view line, std::string_view separator);

}  // namespace lab::compute
