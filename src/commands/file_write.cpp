#include "commands/file_write.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "base/ids.h"
#include "base/letter_case.h"
#include "commands/conditions.h"
#include "commands/delta_write.h"
#include "commands/listing.h"
#include "commands/text_files.h"
#include "compute/datetime_text.h"
#include "compute/hybrid_calendar.h"
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

struct ParquetCodec {
  std::string_view name, engine, suffix;
};
/// Spark's names, what the engine calls them, and what Spark puts into the names of files.
constexpr ParquetCodec kParquetCodecs[] = {
    {"none", "uncompressed", ""},  {"uncompressed", "uncompressed", ""}, {"snappy", "snappy", ".snappy"},     {"gzip", "gzip", ".gz"},
    {"zstd", "zstd", ".zstd"},     {"brotli", "brotli", ".br"},          {"lz4", "lz4_raw", ".lz4hadoop"}, {"lz4_raw", "lz4_raw", ".lz4raw"},
    {"lz4raw", "lz4_raw", ".lz4raw"},
};

const ParquetCodec& parquet_codec(const plan::Options& options, const Statement& context) {
  const auto chosen = options.find("compression"), older = options.find("parquet.compression");
  const std::string name = lower_case(chosen != options.end()  ? chosen->second
                                      : older != options.end() ? older->second
                                                               : context.setting("spark.sql.parquet.compression.codec").value_or("snappy"));
  for (const ParquetCodec& codec : kParquetCodecs)
    if (codec.name == name) return codec;
  // 3.5 has a second name for one of them.
  const bool is_spark4 = context.policy().is_spark4;
  throw Error(is_spark4 ? conditions::kCodecNotAvailable : conditions::kCodecNotAvailable35,
              {{"codecName", name}, {"availableCodecs", std::string("brotli, uncompressed, ") + (is_spark4 ? "" : "lz4raw, ") + "lzo, snappy, lz4_raw, none, zstd, lz4, gzip"}});
}

std::string extension(const std::string& format, const plan::Options& options, const Statement& context) {
  if (format == "parquet") return std::string(parquet_codec(options, context).suffix) + ".parquet";
  return (format == "text" ? ".txt" : "." + format) + std::string(scan::packing_suffix(text_packing(options, context)));
}

/// Where a partition value is an instant, Delta says it in UTC and Spark's folders in the session's zone.
std::vector<std::optional<std::string>> folder_values(const engine::WrittenFile& file, const types::Schema& schema, const std::vector<int>& partition_by, const std::string& zone) {
  auto values = file.partition_values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i] || !schema[static_cast<std::size_t>(partition_by[i])].type.is(types::TypeKind::Timestamp)) continue;
    const auto instant = compute::parse_timestamp(*values[i], compute::Zone::find("UTC"));
    if (instant) values[i] = compute::timestamp_text(*instant, compute::Zone::find(zone));
  }
  return values;
}

bool has_void_inside(const types::DataType& type) {
  switch (type.kind()) {
    case types::TypeKind::Null: return true;
    case types::TypeKind::Array: return has_void_inside(type.element());
    case types::TypeKind::Map: return has_void_inside(type.key()) || has_void_inside(type.value());
    case types::TypeKind::Struct: return std::ranges::any_of(type.fields(), [](const types::Field& field) { return has_void_inside(field.type); });
    default: return false;
  }
}

void check_parquet_types(const types::Schema& schema) {
  for (const types::Field& field : schema)
    if (has_void_inside(field.type) || field.type.is(types::TypeKind::CalendarInterval))
      throw Error(conditions::kUnsupportedColumnType,
                  {{"columnName", types::quote_identifier(field.name)}, {"columnType", types::quoted_sql(field.type)}, {"format", "Parquet"}});
}

/// Leaves of data columns, in the order of their statistics.
void add_leaf_types(const types::DataType& type, std::vector<types::DataType>& leaves) {
  if (!type.is(types::TypeKind::Struct)) return leaves.push_back(type);
  for (const types::Field& field : type.fields()) add_leaf_types(field.type, leaves);
}

std::string setting_in_upper_case(const Statement& context, const char* key, const char* otherwise) {
  std::string value = context.setting(key).value_or(otherwise);
  std::ranges::transform(value, value.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return value;
}

/// Old dates and instants in files that Spark 2 may come to read: the session says by which calendar they are meant, or they are refused.
void check_old_times(const std::vector<engine::WrittenFile>& files, const types::Schema& schema, const std::vector<int>& partition_by, const Statement& context) {
  std::vector<types::DataType> leaves;
  for (std::size_t i = 0; i < schema.size(); ++i)
    if (std::ranges::find(partition_by, static_cast<int>(i)) == partition_by.end()) add_leaf_types(schema[i].type, leaves);
  const bool has_int96 = setting_in_upper_case(context, "spark.sql.parquet.outputTimestampType", "INT96") == "INT96";
  for (const engine::WrittenFile& file : files)
    for (std::size_t i = 0; i < leaves.size() && i < file.statistics.size(); ++i) {
      const bool is_instant = leaves[i].is(types::TypeKind::Timestamp);
      const auto& least = file.statistics[i].minimum;
      if ((!is_instant && !leaves[i].is(types::TypeKind::Date)) || !least || least->is_null()) continue;
      if (least->integer() >= (is_instant ? compute::kFirstCommonInstant.micros : std::int64_t{compute::kFirstGregorianDay.days})) continue;
      const bool is_int96 = is_instant && has_int96;
      const std::string config = is_int96 ? "spark.sql.parquet.int96RebaseModeInWrite" : "spark.sql.parquet.datetimeRebaseModeInWrite";
      const std::string mode = setting_in_upper_case(context, config.c_str(), "CORRECTED");
      if (mode == "CORRECTED") continue;
      if (mode == "LEGACY")
        throw Error(conditions::kUnsupportedFeature, {{"feature", "writing dates and timestamps by the calendar of Spark 2"}, {"hint", "Set " + config + " to CORRECTED."}});
      throw Error(conditions::kWriteAncientDatetime, {{"format", is_int96 ? "Parquet INT96" : "Parquet"}, {"config", "\"" + config + "\""}});
    }
}

bool has_instant_inside(const types::DataType& type) {
  switch (type.kind()) {
    case types::TypeKind::Timestamp: return true;
    case types::TypeKind::Array: return has_instant_inside(type.element());
    case types::TypeKind::Map: return has_instant_inside(type.key()) || has_instant_inside(type.value());
    case types::TypeKind::Struct: return std::ranges::any_of(type.fields(), [](const types::Field& field) { return has_instant_inside(field.type); });
    default: return false;
  }
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
  spec.compression = parquet_codec(options, context).engine;
  spec.write_empty_file = partition_by.empty();
  spec.max_rows_per_file = max_rows_per_file(options, context);
  spec.instants_in_millis = setting_in_upper_case(context, "spark.sql.parquet.outputTimestampType", "INT96") == "TIMESTAMP_MILLIS";
  const types::Schema schema = rows.schema();
  if (spec.instants_in_millis && std::ranges::any_of(schema, [](const types::Field& field) { return field.type.is_nested() && has_instant_inside(field.type); }))
    throw Error(conditions::kUnsupportedFeature, {{"feature", "TIMESTAMP_MILLIS for timestamps inside of arrays, maps and structs"}, {"hint", "Use TIMESTAMP_MICROS."}});
  auto files = context.session().executor().write(rows, spec, context.stop(), context.progress());
  check_old_times(files, schema, partition_by, context);
  return files;
}

bool is_dynamic_overwrite(const FileWrite& write, const Statement& context) {
  if (write.partition_by.empty()) return false;
  const auto option = write.options.find("partitionoverwritemode");
  const std::string mode = option != write.options.end() ? option->second : context.setting("spark.sql.sources.partitionOverwriteMode").value_or("static");
  return lower_case(mode) == "dynamic";
}

}  // namespace

void write_files(FileWrite write, Statement& context) {
  const std::string format = lower_case(write.format);
  const bool is_text = format == "csv" || format == "json" || format == "text";
  if (format == "binaryfile") throw Error(conditions::kWriteForBinarySource);
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
  if (schema.empty()) throw Error(context.policy().is_spark4 ? conditions::kEmptySchema : conditions::kEmptySchema35, {{"format", write.format}});
  if (!is_text) check_parquet_types(schema);
  const std::string suffix = extension(format, write.options, context);
  const std::int64_t max_rows = max_rows_per_file(write.options, context);
  const auto directory = places.stage_directory(write.location);
  const auto written = is_text ? write_text_files(write.rows, format, partition_by, write.options, directory, context)
                               : write_parquet(write.rows, partition_by, write.options, directory, context);
  std::vector<lake::delta::TableStorage::NewFile> files;
  std::set<std::string> folders;
  const std::string job = random_uuid();
  int index = -1, chunk = 0;
  for (std::size_t i = 0; i < written.size(); ++i) {
    // Files that only the limit of rows cut apart are chunks of one task.
    const bool continues = max_rows > 0 && i > 0 && written[i].partition_values == written[i - 1].partition_values;
    chunk = continues ? chunk + 1 : 0;
    if (!continues) ++index;
    char name[32], end[16];
    std::snprintf(name, sizeof name, "part-%05d-", index);
    std::snprintf(end, sizeof end, "%s%03d", partition_by.empty() ? "-c" : ".c", chunk);
    std::string path = name + job + end + suffix;
    if (!partition_by.empty()) {
      std::vector<std::string> names;
      for (const int column : partition_by) names.push_back(schema[static_cast<std::size_t>(column)].name);
      const std::string folder = lake::delta::partition_folder(names, folder_values(written[i], schema, partition_by, context.policy().time_zone));
      folders.insert(folder + "/");
      path = folder + "/" + path;
    }
    files.push_back({std::move(path), written[i].path});
  }
  const auto mark = directory / "_SUCCESS";
  context.world().store.disk().create(mark)->sync();
  files.push_back({"_SUCCESS", mark});
  const bool overwrites = write.mode == plan::SaveMode::Overwrite, is_dynamic = is_dynamic_overwrite(write, context);
  const auto is_replaced = [&](const std::string& path) {
    if (!overwrites) return false;
    if (!write.static_folder.empty() && !path.starts_with(write.static_folder)) return false;
    return !is_dynamic || folders.contains(path.substr(0, path.rfind('/') + 1));
  };
  places.adopt(write.location, files, is_replaced, context.origin("WRITE"));
}

namespace {

void write_file_table(const catalog::Table& entry, plan::bound::Query rows, plan::SaveMode mode, std::string static_folder, Statement& context) {
  // Unlike Delta's, tables of files take no value that store assignment does not cast by itself.
  rows = analyze::cast_for_insert(std::move(rows), entry.schema, false, types::quote_parts({catalog::kCatalogName, entry.database, entry.name}));
  plan::Options options;
  for (const auto& [key, value] : entry.options) options.emplace(lower_case(key), value);
  write_files({std::move(rows), entry.provider, context.locate(entry.location), mode, entry.partition_columns, std::move(options), std::move(static_folder)}, context);
}

}  // namespace

void append_to_file_table(const catalog::Table& entry, plan::bound::Query rows, bool overwrite, Statement& context) {
  write_file_table(entry, std::move(rows), overwrite ? plan::SaveMode::Overwrite : plan::SaveMode::Append, "", context);
}

void overwrite_file_table(const catalog::Table& entry, plan::bound::Query rows, std::string static_folder, Statement& context) {
  write_file_table(entry, std::move(rows), plan::SaveMode::Overwrite, std::move(static_folder), context);
}

}  // namespace lab::commands
