#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "duckdb/common/types/vector.hpp"
#include "scan/json_tokens.h"
#include "types/data_type.h"

namespace lab::engine {

/// What became of a JSON value on its way into a vector, as Spark's converters end. `Partial`: stored, but something in it did not fit.
/// `Misfit`: nothing stored, the tokens stand where it was noticed. `Broken`: the record is no JSON.
enum class JsonOutcome : std::uint8_t { Stored, Partial, Misfit, Broken };

/// Writes JSON values straight into DuckDB vectors by a Spark type. Not thread-safe.
class JsonWriter {
 public:
  /// All must outlive this. `keeps_text`: values that are no strings become STRING as they are written (Spark 4).
  JsonWriter(const scan::JsonOptions& options, const scan::ClockTexts& clocks, bool keeps_text) : options_(options), clocks_(clocks), keeps_text_(keeps_text) {}

  /// A field of an object by its name: where its value goes, and as what.
  struct Target {
    std::string name;
    types::DataType type;
    std::size_t place = 0;  ///< among the vectors
    std::vector<Target> inside;              ///< of the struct that the value is, or that its elements or values are
    std::unordered_map<std::string_view, std::size_t> by_name;  ///< of inside, when there are many
  };
  static Target make_target(std::string name, const types::DataType& type, std::size_t place);

  /// The object at the tokens' current token into `row` of the vectors that `object.inside` names; absent fields are NULL.
  JsonOutcome write_object(scan::JsonTokens& tokens, const Target& object, const std::vector<duckdb::Vector*>& vectors, std::size_t row);

 private:
  JsonOutcome write(scan::JsonTokens& tokens, const Target& target, duckdb::Vector& vector, std::size_t row);
  JsonOutcome write_number(scan::JsonTokens& tokens, const types::DataType& type, duckdb::Vector& vector, std::size_t row);
  JsonOutcome write_text(scan::JsonTokens& tokens, duckdb::Vector& vector, std::size_t row);
  JsonOutcome write_from_text(std::string_view text, const types::DataType& type, duckdb::Vector& vector, std::size_t row);
  JsonOutcome write_array(scan::JsonTokens& tokens, const Target& target, duckdb::Vector& vector, std::size_t row);
  JsonOutcome write_map(scan::JsonTokens& tokens, const Target& target, duckdb::Vector& vector, std::size_t row);
  JsonOutcome write_struct(scan::JsonTokens& tokens, const Target& target, duckdb::Vector& vector, std::size_t row);

  const scan::JsonOptions& options_;
  const scan::ClockTexts& clocks_;
  bool keeps_text_;
  std::vector<std::uint8_t> seen_;  ///< by field, of the objects that are open
  std::string buffer_;
};

}  // namespace lab::engine
