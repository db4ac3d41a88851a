#include "commands/file_write.h"

#include <algorithm>

#include "base/ids.h"
#include "base/letter_case.h"
#include "commands/conditions.h"
#include "commands/delta_write.h"
#include "commands/listing.h"
#include "commands/text_files.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

std::vector<int> partition_indices(const types::Schema& schema, const std::vector<std::string>& names) {
  std::vector<int> indices;
  for (const std::string& name : names) {
    const auto found = std::find_if(schema.begin(), schema.end(), [&](const types::Field& field) { return lower_case(field.name) == lower_case(name); });
    if (found == schema.end()) {
      std::string columns;
      for (const types::Field& field : schema) columns += (columns.empty() ? "" : ", ") + types::quote_identifier(field.name);
      throw Error(conditions::kUnresolvedColumnWithSuggestion, {{"objectName", types::quote_identifier(name)}, {"proposal", columns}});
    }
    indices.push_back(static_cast<int>(found - schema.begin()));
  }
  if (!indices.empty() && indices.size() == schema.size()) throw Error(conditions::kAllPartitionColumns, {});
  return indices;
}

std::string extension(const std::string& format, const plan::Options& options) {
  const auto compression = options.find("compression");
  const std::string codec = compression == options.end() ? "" : lower_case(compression->second);
  if (format == "parquet") return codec == "none" || codec == "uncompressed" ? ".parquet" : codec == "zstd" ? ".zstd.parquet" : codec == "gzip" ? ".gz.parquet" : ".snappy.parquet";
  const std::string suffix = codec == "gzip" ? ".gz" : codec == "zstd" ? ".zst" : "";
  return (format == "text" ? ".txt" : "." + format) + suffix;
}

std::vector<engine::WrittenFile> write_parquet(const plan::bound::Query& rows, const std::vector<int>& partition_by, const plan::Options& options,
                                               const std::filesystem::path& directory, Statement& context) {
  engine::WriteSpec spec;
  spec.directory = directory;
  spec.partition_by = partition_by;
  for (const types::Field& field : rows.schema()) {
    spec.column_names.push_back(field.name);
    spec.field_ids.emplace_back();
  }
  const auto compression = options.find("compression");
  spec.compression = compression == options.end() ? context.setting("spark.sql.parquet.compression.codec").value_or("snappy") : lower_case(compression->second);
  if (spec.compression == "none") spec.compression = "uncompressed";
  return context.session().executor().write(rows, spec, context.stop(), context.progress());
}

}  // namespace

void write_files(FileWrite write, Statement& context) {
  const std::string format = lower_case(write.format);
  const bool is_text = format == "csv" || format == "json" || format == "text";
  if (!is_text && format != "parquet") throw Error(conditions::kDataSourceNotFound, {{"provider", write.format}});
  catalog::Places& places = context.world().places;
  const bool exists = places.exists(write.location);
  if (exists && write.mode == plan::SaveMode::Ignore) return;
  if (exists && write.mode == plan::SaveMode::ErrorIfExists) throw Error(conditions::kPathAlreadyExists, {{"outputPath", write.location.text}});

  const types::Schema schema = write.rows.schema();
  for (std::size_t i = 0; i < schema.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (lower_case(schema[i].name) == lower_case(schema[k].name))
        throw Error(conditions::kColumnAlreadyExists, {{"columnName", types::quote_identifier(lower_case(schema[i].name))}});
  const std::vector<int> partition_by = partition_indices(schema, write.partition_by);
  const auto directory = places.stage_directory(write.location);
  const auto written = is_text ? write_text_files(write.rows, format, partition_by, write.options, directory, context)
                               : write_parquet(write.rows, partition_by, write.options, directory, context);
  std::vector<lake::delta::TableStorage::NewFile> files;
  const std::string job = random_uuid();
  int index = 0;
  for (const engine::WrittenFile& file : written) {
    char name[32];
    std::snprintf(name, sizeof name, "part-%05d-", index++);
    std::string path = name + job + "-c000" + extension(format, write.options);
    if (!partition_by.empty()) path = lake::delta::partition_folder(write.partition_by, file.partition_values) + "/" + path;
    files.push_back({std::move(path), file.path});
  }
  const auto mark = directory / "_SUCCESS";
  context.world().store.disk().create(mark)->sync();
  files.push_back({"_SUCCESS", mark});
  places.adopt(write.location, files, write.mode == plan::SaveMode::Overwrite, context.origin("WRITE"));
}

void append_to_file_table(const catalog::Table& entry, plan::bound::Query rows, bool overwrite, Statement& context) {
  rows = align_rows(std::move(rows), entry.schema, MatchColumns::ByPosition, types::quote_parts({catalog::kCatalogName, entry.database, entry.name}));
  write_files({std::move(rows), entry.provider, catalog::parse_location(entry.location), overwrite ? plan::SaveMode::Overwrite : plan::SaveMode::Append,
               entry.partition_columns, entry.options},
              context);
}

}  // namespace lab::commands
