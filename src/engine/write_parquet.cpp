#include "engine/write_parquet.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "duckdb/parser/keyword_helper.hpp"
#include "engine/file_type.h"
#include "engine/written_statistics.h"

namespace lab::engine {
namespace {

constexpr const char* kChunkColumn = "dflab_chunk";

std::string identifier(const std::string& name) { return duckdb::KeywordHelper::WriteQuoted(name, '"'); }
std::string literal(const std::string& text) { return duckdb::KeywordHelper::WriteQuoted(text, '\''); }

const types::DataType& physical_type(const Statement& statement, const WriteSpec& spec, std::size_t column) {
  return spec.physical_types.empty() ? statement.schema[column].type : spec.physical_types[column];
}

bool is_partition(const WriteSpec& spec, std::size_t column) {
  return std::ranges::find(spec.partition_by, static_cast<int>(column)) != spec.partition_by.end();
}

// What stands before and behind the statement's text to give its columns their names and types in files. Partition values stay plain, for their text.
std::pair<std::string, std::string> select_physical(const Statement& statement, const WriteSpec& spec) {
  std::string outputs, names;
  for (std::size_t i = 0; i < statement.schema.size(); ++i) {
    if (i > 0) outputs += ", ", names += ", ";
    const std::string column = "c" + std::to_string(i);
    names += column;
    const bool is_instant = statement.schema[i].type.is(types::TypeKind::Timestamp);
    const std::string value = is_instant && spec.instants_in_millis ? "lab_date_trunc('millisecond', " + column + ", 'UTC')" : column;
    outputs += is_partition(spec, i) ? (is_instant ? "CAST(" + column + " AS TIMESTAMP)" : column)
                   : "lab_retype(" + value + ", NULL::" + file_type_sql(physical_type(statement, spec, i)) + ")";
    outputs += " AS " + identifier(spec.column_names[i]);
  }
  if (spec.max_rows_per_file > 0) {
    // DuckDB counts rows of row groups, which are whole vectors; a folder for each chunk cuts where it is asked to.
    std::string keys;
    for (const int i : spec.partition_by) keys += (keys.empty() ? "PARTITION BY c" : ", c") + std::to_string(i);
    outputs += ", (row_number() OVER (" + keys + ") - 1) // " + std::to_string(spec.max_rows_per_file) + " AS " + kChunkColumn;
  }
  return {"SELECT " + outputs + " FROM (", ") AS s(" + names + ")"};
}

// By this key, and only by it, readers of Spark know that days are counted by the Gregorian calendar: files of Hive and Spark 2 have others.
constexpr const char* kWriter = "{'org.apache.spark.version': '4.2.0'}";

std::string copy_options(const WriteSpec& spec) {
  std::string options = "FORMAT parquet, RETURN_STATS, COMPRESSION " + literal(spec.compression) + ", FILENAME_PATTERN " +
                        literal("part-{uuid}-c000." + spec.compression) + ", OVERWRITE_OR_IGNORE true, KV_METADATA " + kWriter;
  if (!spec.partition_by.empty() || spec.max_rows_per_file > 0) {
    std::string columns;
    for (const int i : spec.partition_by) columns += (columns.empty() ? "" : ", ") + identifier(spec.column_names[static_cast<std::size_t>(i)]);
    if (spec.max_rows_per_file > 0) columns += (columns.empty() ? "" : ", ") + std::string(kChunkColumn);
    options += ", PARTITION_BY (" + columns + ")";
  } else {
    options += ", FILE_SIZE_BYTES " + std::to_string(spec.target_file_bytes);
    options += std::string(", WRITE_EMPTY_FILE ") + (spec.write_empty_file ? "true" : "false");
  }
  std::string ids;
  for (std::size_t i = 0; i < spec.field_ids.size(); ++i) {
    if (!spec.field_ids[i] || is_partition(spec, i)) continue;
    ids += (ids.empty() ? "" : ", ") + identifier(spec.column_names[i]) + ": " + std::to_string(*spec.field_ids[i]);
  }
  if (!ids.empty()) options += ", FIELD_IDS {" + ids + "}";
  return options;
}

}  // namespace

std::vector<WrittenFile> write_parquet(StatementRun& run, const Statement& statement, const WriteSpec& spec) {
  LAB_CHECK(spec.column_names.size() == statement.schema.size(), "every column has a physical name");
  const auto [head, tail] = select_physical(statement, spec);
  const std::string before = "COPY (" + head;
  const auto result =
      run.start(before + statement.sql + tail + ") TO " + literal(spec.directory.string()) + " (" + copy_options(spec) + ")", before.size());
  std::vector<WrittenFile> files;
  while (const auto chunk = run.fetch(*result)) {
    for (duckdb::idx_t row = 0; row < chunk->size(); ++row) files.push_back(read_written_file(*chunk, row, statement, spec));
  }
  // Chunks of a partition behind one another.
  if (spec.max_rows_per_file > 0) std::ranges::sort(files, {}, [](const WrittenFile& file) { return std::pair(file.partition_values, file.path); });
  return files;
}

}  // namespace lab::engine
