#include "commands/change_feed.h"
#include "commands/file_source.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <functional>
#include <set>

#include "base/letter_case.h"
#include "base/unreadable_file.h"
#include "commands/conditions.h"
#include "commands/find_option.h"
#include "commands/source_files.h"
#include "lake/delta/conditions.h"
#include "scan/json_options.h"
#include "scan/merge_schema.h"
#include "scan/parquet_schema.h"
#include "scan/text_schema.h"
#include "types/type_text.h"

namespace lab::commands {

namespace delta = lake::delta;

namespace {

/// Files of one format with a schema: data columns, then partition columns.
class FileSource final : public scan::TableSource {
 public:
  FileSource(std::string name, types::Schema schema, std::optional<scan::FileScan> parquet, std::optional<scan::TextScan> text, std::optional<types::Field> metadata)
      : name_(std::move(name)), schema_(std::move(schema)), parquet_(std::move(parquet)), text_(std::move(text)), metadata_(std::move(metadata)) {}
  const types::Schema& schema() const override { return schema_; }
  std::string name() const override { return name_; }
  const types::Field* metadata_column() const override { return metadata_ ? &*metadata_ : nullptr; }
  const scan::FileScan* file_scan() const override { return parquet_ ? &*parquet_ : nullptr; }
  const scan::TextScan* text_scan() const override { return text_ ? &*text_ : nullptr; }

 private:
  std::string name_;
  types::Schema schema_;
  std::optional<scan::FileScan> parquet_;
  std::optional<scan::TextScan> text_;
  std::optional<types::Field> metadata_;
};

/// A version of a table that was asked for by number or time: another table than the newest.
class VersionSource final : public scan::TableSource {
 public:
  VersionSource(std::shared_ptr<const scan::TableSource> source, std::int64_t version) : source_(std::move(source)), name_(source_->name() + " version " + std::to_string(version)) {}
  const types::Schema& schema() const override { return source_->schema(); }
  std::string name() const override { return name_; }
  const types::Field* metadata_column() const override { return source_->metadata_column(); }
  const scan::FileScan* file_scan() const override { return source_->file_scan(); }

 private:
  const std::shared_ptr<const scan::TableSource> source_;
  const std::string name_;
};

}  // namespace

bool is_folder_of_files(const scan::TableSource& source) { return dynamic_cast<const FileSource*>(&source) != nullptr; }

std::int64_t instant_of(const plan::ExpressionPtr& time, const Statement& statement) {
  const auto cast = plan::make_expression(plan::Cast{time, types::TypeKind::Timestamp, plan::CastMode::Ansi});
  const plan::RelationPtr row = plan::make_relation(plan::Project{plan::make_relation(plan::OneRow{}), {cast}});
  const auto rows = statement.evaluate(analyze::analyze(row, statement, statement.policy()));
  if (rows.empty() || rows[0][0].is_null()) throw Error(conditions::kInvalidTimestamp, {{"expr", "the expression"}});
  return rows[0][0].integer();
}

namespace {

std::shared_ptr<const delta::Snapshot> snapshot_of(const delta::Table& table, const plan::Options& options, const std::optional<std::string>& version_as_of,
                                                   const plan::ExpressionPtr& timestamp_as_of, const Statement& statement) {
  const auto version_option = find_option(options, "versionasof"), time_option = find_option(options, "timestampasof");
  if (version_option && time_option) throw Error(conditions::kOneOfTimeTravel);
  if (const auto version = version_as_of ? version_as_of : version_option) {
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(version->data(), version->data() + version->size(), number);
    if (problem != std::errc{} || end != version->data() + version->size()) throw Error(conditions::kInvalidVersion, {{"timeTravelKey", "versionAsOf"}});
    return table.snapshot_at_version(number);
  }
  plan::ExpressionPtr time = timestamp_as_of;
  if (!time && time_option) {
    try {
      return table.snapshot_at_time(instant_of(plan::make_literal(types::Literal::string(*time_option)), statement), false);
    } catch (const Error& failure) {
      if (failure.kind() != Kind::DateTime && failure.kind() != Kind::Cast && &failure.condition() != &conditions::kInvalidTimestamp) throw;
      throw Error(conditions::kInvalidOptionTimestamp, {{"expr", "'" + *time_option + "'"}});
    }
  }
  if (!time) return table.snapshot();
  return table.snapshot_at_time(instant_of(time, statement), false);
}

/// Where `path@v3` or `path@20240131235959000` divides when there is no such path; the text behind the `@` then names a version or a time.
struct TravelPath {
  std::string path;
  std::optional<std::string> version, time;
};
std::optional<TravelPath> parse_travel_path(const std::string& text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string::npos || at == 0) return std::nullopt;
  const std::string behind = text.substr(at + 1);
  const auto is_digits = [](std::string_view part) { return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; }); };
  if (behind.size() > 1 && (behind[0] == 'v' || behind[0] == 'V') && is_digits(std::string_view(behind).substr(1))) return TravelPath{text.substr(0, at), behind.substr(1), {}};
  if (behind.size() != 17 || !is_digits(behind)) return std::nullopt;
  const auto part = [&](std::size_t start, std::size_t length) { return behind.substr(start, length); };
  return TravelPath{text.substr(0, at), {},
                    part(0, 4) + "-" + part(4, 2) + "-" + part(6, 2) + " " + part(8, 2) + ":" + part(10, 2) + ":" + part(12, 2) + "." + part(14, 3)};
}

std::shared_ptr<const scan::TableSource> open_delta(const Statement& statement, const catalog::Location& location, const plan::Options& options,
                                                    const std::optional<std::string>& version_as_of, const plan::ExpressionPtr& timestamp_as_of) {
  catalog::Location place = location;
  std::optional<std::string> version = version_as_of;
  auto table = statement.world().places.delta_table(place, statement.origin("read"));
  plan::ExpressionPtr time = timestamp_as_of;
  if (!version && !time && !table->exists())
    if (auto travel = parse_travel_path(place.text)) {
      version = std::move(travel->version);
      if (travel->time) time = plan::make_literal(types::Literal::string(*travel->time));
      const std::size_t suffix = place.text.size() - travel->path.size();
      place.text.resize(place.text.size() - suffix);
      if (place.kind == catalog::Location::Kind::Bucket) {
        place.key.resize(place.key.size() - suffix);
      } else {
        std::string folder = place.folder.string();
        folder.resize(folder.size() - suffix);
        place.folder = folder;
      }
      table = statement.world().places.delta_table(place, statement.origin("read"));
    }
  if (!table->exists()) {
    if (!statement.world().places.exists(place)) throw Error(conditions::kPathNotFound, {{"path", shown_path(place.text)}});
    throw Error(delta::conditions::kTableNotFound, {{"tableName", types::quote_identifier(shown_path(place.text))}});
  }
  if (reads_changes(options)) return open_changes(*table, options, statement);
  const auto snapshot = snapshot_of(*table, options, version, time, statement);
  const bool is_named = version || time || options.contains("versionasof") || options.contains("timestampasof");
  // Delta hears of it from the session only, not from the read's options.
  const bool skips_missing = statement.setting("spark.sql.files.ignoreMissingFiles").value_or("false") == "true";
  auto source = skips_missing ? snapshot->present_source() : snapshot->source();
  if (is_named) return std::make_shared<const VersionSource>(std::move(source), snapshot->version());
  return source;
}

std::string file_format(const std::string& format) {
  // Classes that Spark takes for a format: names of old versions, and its own.
  static constexpr std::pair<std::string_view, std::string_view> kClasses[] = {
      {"com.databricks.spark.csv", "csv"},
      {"org.apache.spark.sql.execution.datasources.csv.csvfileformat", "csv"},
      {"org.apache.spark.sql.execution.datasources.json.jsonfileformat", "json"},
      {"org.apache.spark.sql.execution.datasources.parquet.parquetfileformat", "parquet"},
      {"org.apache.spark.sql.execution.datasources.text.textfileformat", "text"},
      {"org.apache.spark.sql.json", "json"},
      {"org.apache.spark.sql.parquet", "parquet"},
  };
  const std::string name = lower_case(format);
  for (const auto& [spelled, meant] : kClasses)
    if (name == spelled) return std::string(meant);
  return name;
}

scan::TextScan::Format text_format(const std::string& format) {
  if (format == "csv") return scan::TextScan::Format::Csv;
  if (format == "json") return scan::TextScan::Format::Json;
  if (format == "text") return scan::TextScan::Format::Text;
  if (format == "binaryfile") return scan::TextScan::Format::Binary;
  for (const char* later : {"orc", "avro", "xml", "jdbc", "kafka", "socket", "rate"})
    if (format == later) throw Error(conditions::kUnsupportedFeature, {{"feature", "the data source " + format}, {"hint", ""}});
  throw Error(conditions::kDataSourceNotFound, {{"provider", format}});
}

std::string shown_format(const std::string& format) {
  return format == "csv" ? "CSV" : format == "json" ? "JSON" : format == "parquet" ? "Parquet" : format;
}

bool holds(const types::DataType& type, const std::function<bool(const types::DataType&)>& is_it) {
  if (is_it(type)) return true;
  switch (type.kind()) {
    case types::TypeKind::Array: return holds(type.element(), is_it);
    case types::TypeKind::Map: return holds(type.key(), is_it) || holds(type.value(), is_it);
    case types::TypeKind::Struct: return std::ranges::any_of(type.fields(), [&](const types::Field& field) { return holds(field.type, is_it); });
    default: return false;
  }
}

void check_repeated(const types::Schema& schema) {
  std::set<std::string> names;
  for (const types::Field& field : schema)
    if (!names.insert(lower_case(field.name)).second) throw Error(conditions::kColumnAlreadyExists, {{"columnName", types::quote_identifier(lower_case(field.name))}});
}

scan::ParquetReading parquet_reading(const Statement& statement) {
  return {statement.setting("spark.sql.legacy.parquet.nanosAsLong").value_or("false") == "true",
          statement.setting("spark.sql.parquet.inferTimestampNTZ.enabled").value_or("true") == "true"};
}

/// Names of modes are taken in any case from the session, and as they are from a read.
scan::OldTimes old_times(const plan::Options& options, const Statement& statement) {
  const auto mode = [&](const char* option, const char* setting) {
    if (const auto given = find_option(options, option)) return *given;
    std::string value = statement.setting(setting).value_or("CORRECTED");
    std::ranges::transform(value, value.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return value;
  };
  return {mode("datetimerebasemode", "spark.sql.parquet.datetimeRebaseModeInRead"), mode("int96rebasemode", "spark.sql.parquet.int96RebaseModeInRead")};
}

types::Schema infer_parquet(const std::vector<scan::DataFile>& files, const plan::Options& options, const Statement& statement) {
  const auto* first = &files.front();
  for (const scan::DataFile& file : files)
    if (file.path < first->path) first = &file;
  const scan::ParquetReading reading = parquet_reading(statement);
  types::Schema data = scan::read_parquet_schema(*first, reading);
  const bool merges = find_flag(options, "mergeschema", statement.setting("spark.sql.parquet.mergeSchema").value_or("false") == "true");
  for (const scan::DataFile& file : files) {
    if (!merges || &file == first) continue;
    const types::Schema other = scan::read_parquet_schema(file, reading);
    auto merged = scan::merge_schemas(data, other, statement.policy().case_sensitive);
    if (!merged)
      throw Error(conditions::kCannotMergeSchemas, {{"left", types::quoted_sql(types::DataType::structure(data))}, {"right", types::quoted_sql(types::DataType::structure(other))}});
    data = std::move(*merged);
  }
  return data;
}

/// Leaves out the files without a footer, where the read says not to mind them.
void drop_corrupt(std::vector<scan::DataFile>& files, const plan::Options& options) {
  if (!equal_ignoring_case(find_option(options, "ignorecorruptfiles").value_or("false"), "true")) return;
  std::erase_if(files, [](const scan::DataFile& file) {
    try {
      (void)scan::read_parquet_schema(file, {.nanos_as_long = true});
      return false;
    } catch (const Error& failure) {
      if (&failure.condition() != &lab::conditions::kCannotReadFooter) throw;
      return true;
    }
  });
}

types::Field metadata_column(bool has_row_index) {
  using types::TypeKind;
  std::vector<types::Field> fields{{"file_path", TypeKind::String, false, {}},        {"file_name", TypeKind::String, false, {}},
                                   {"file_size", TypeKind::Long, false, {}},          {"file_block_start", TypeKind::Long, false, {}},
                                   {"file_block_length", TypeKind::Long, false, {}}, {"file_modification_time", TypeKind::Timestamp, false, {}}};
  if (has_row_index) fields.push_back({"row_index", TypeKind::Long, false, {}});
  return {"_metadata", types::DataType::structure(std::move(fields)), false, {}};
}

void add_metadata(std::vector<scan::DataFile>& files, const types::Field& column) {
  for (scan::DataFile& file : files) {
    const std::string uri = !file.uri.empty() ? file.uri : file.remote ? file.remote->uri() : "file://" + file.path;
    types::Values values{{uri}, {uri.substr(uri.rfind('/') + 1)}, {file.num_bytes}, {std::int64_t{0}}, {file.num_bytes}, {file.modified_millis * 1000}};
    values.resize(column.type.fields().size());
    file.partition_values.push_back({types::Elements{std::make_shared<const types::Values>(std::move(values))}});
  }
}

/// What the session says where the read does not.
plan::Options with_settings(plan::Options options, const Statement& statement) {
  constexpr std::pair<const char*, const char*> kOptions[] = {{"ignorecorruptfiles", "spark.sql.files.ignoreCorruptFiles"}, {"ignoremissingfiles", "spark.sql.files.ignoreMissingFiles"}};
  for (const auto& [key, setting] : kOptions)
    if (const auto value = statement.setting(setting)) options.emplace(key, *value);
  return options;
}

/// Data columns and then partition columns; when the files were asked (`inferred`), a column that both have stays at its place, with the
/// partition's type. `order`: data columns ≥ 0, partition columns -1 - i.
types::Schema with_partitions(types::Schema data, const std::vector<types::Field>& partitions, bool inferred, std::vector<int>& order) {
  types::Schema result;
  std::vector<bool> placed(partitions.size(), false);
  for (types::Field& field : data) {
    const auto found = std::ranges::find_if(partitions, [&](const types::Field& partition) { return lower_case(partition.name) == lower_case(field.name); });
    field.nullable = true;
    field.type = types::as_nullable(field.type);
    if (found == partitions.end()) {
      order.push_back(0);
      result.push_back(std::move(field));
    } else if (inferred) {
      placed[static_cast<std::size_t>(found - partitions.begin())] = true;
      order.push_back(-1 - static_cast<int>(found - partitions.begin()));
      result.push_back({field.name, found->type, true, field.metadata});
    }
  }
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    if (placed[i]) continue;
    order.push_back(-1 - static_cast<int>(i));
    result.push_back(partitions[i]);
  }
  return result;
}

/// Data columns of a declared schema: those that are no partition folders.
types::Schema without(const types::Schema& schema, const std::vector<types::Field>& partitions) {
  types::Schema result;
  for (const types::Field& field : schema) {
    const bool is_partition = std::any_of(partitions.begin(), partitions.end(), [&](const types::Field& p) { return lower_case(p.name) == lower_case(field.name); });
    if (!is_partition) result.push_back(field);
  }
  return result;
}

}  // namespace

void refuse_char(const types::Schema& schema) {
  const auto is_char = [](const types::DataType& type) { return type.is(types::TypeKind::Char) || type.is(types::TypeKind::Varchar); };
  if (holds(types::DataType::structure(schema), is_char)) throw Error(conditions::kCharInSchema, {});
}

void check_schema(const types::Schema& schema, const std::string& format) {
  check_repeated(schema);
  const types::DataType whole = types::DataType::structure(schema);
  const auto is_other_key = [](const types::DataType& type) { return type.is(types::TypeKind::Map) && !type.key().is(types::TypeKind::String); };
  if (format == "json" && holds(whole, is_other_key)) throw Error(conditions::kJsonMapKey, {{"jsonSchema", types::quoted_sql(whole)}});
  const auto is_too_rich = [](const types::DataType& type) { return type.is_nested() || type.is(types::TypeKind::Binary) || type.is(types::TypeKind::Variant); };
  for (const types::Field& field : schema) {
    if (format == "csv" && (is_too_rich(field.type) && !field.type.is(types::TypeKind::Binary)))
      throw Error(conditions::kUnsupportedColumnType, {{"columnName", types::quote_identifier(field.name)}, {"columnType", types::quoted_sql(field.type)}, {"format", "CSV"}});
    if (format == "text" && !field.type.is_text() && schema.size() == 1)
      throw Error(conditions::kUnsupportedColumnType, {{"columnName", types::quote_identifier(field.name)}, {"columnType", types::quoted_sql(field.type)}, {"format", "Text"}});
  }
}

namespace {
std::shared_ptr<const scan::TableSource> open_found(const Statement& statement, const std::string& format, const std::vector<catalog::Location>& locations,
                                                    const plan::Options& options, const std::optional<types::Schema>& schema, SourceFiles found);
}

std::shared_ptr<const scan::TableSource> open_files(const Statement& statement, const std::string& format_name, const std::vector<catalog::Location>& locations,
                                                    const plan::Options& given, const std::optional<types::Schema>& schema,
                                                    const std::optional<std::string>& version_as_of, const plan::ExpressionPtr& timestamp_as_of) {
  const std::string format = file_format(format_name);
  if (format == "delta") {
    // Delta takes one path, and does not know several for any.
    if (locations.size() != 1) throw Error(conditions::kPathOptionNotSupported);
    return open_delta(statement, locations.front(), given, version_as_of, timestamp_as_of);
  }
  if (format != "parquet") text_format(format);
  if (schema) check_schema(*schema, format);
  const plan::Options options = with_settings(given, statement);
  return open_found(statement, format, locations, options, schema, find_source_files(statement, locations, options, schema ? &*schema : nullptr));
}

std::shared_ptr<const scan::TableSource> open_no_files(const Statement& statement, const std::string& format, const catalog::Location& location,
                                                       const plan::Options& options, const types::Schema& schema) {
  return open_found(statement, file_format(format), {location}, with_settings(options, statement), schema, {});
}

namespace {

std::shared_ptr<const scan::TableSource> open_found(const Statement& statement, const std::string& format, const std::vector<catalog::Location>& locations,
                                                    const plan::Options& options, const std::optional<types::Schema>& schema, SourceFiles found) {
  const bool is_parquet = format == "parquet";
  if (is_parquet) drop_corrupt(found.files, options);
  const auto text = is_parquet ? scan::TextScan::Format::Text : text_format(format);
  if (!is_parquet) catalog::Places::fetch(found.files);
  std::string name = format;
  for (const catalog::Location& location : locations) name += (name == format ? " " : ", ") + location.text;
  if (found.files.empty() && !schema && format != "text" && format != "binaryfile") throw Error(conditions::kUnableToInferSchema, {{"format", shown_format(format)}});
  if (is_parquet) {
    types::Schema data = schema ? *schema : infer_parquet(found.files, options, statement);
    // Nothing is read of them, so that it does not matter that they are no Parquet.
    std::erase_if(found.files, [](const scan::DataFile& file) { return file.num_bytes == 0; });
    scan::FileScan scan;
    std::vector<int> order;
    types::Schema all = with_partitions(std::move(data), found.partition_columns, !schema, order);
    for (std::size_t i = 0; i < all.size(); ++i)
      if (order[i] >= 0) scan.columns.push_back({all[i], all[i].name, {}, {}});
    const auto num_data = static_cast<int>(scan.columns.size());
    int next_data = 0;
    for (int& place : order) {
      place = place >= 0 ? next_data++ : num_data - 1 - place;
    }
    if (!std::is_sorted(order.begin(), order.end())) scan.schema_order = order;
    types::Field metadata = metadata_column(true);
    add_metadata(found.files, metadata);
    scan.partition_columns = std::move(found.partition_columns);
    scan.partition_columns.push_back(metadata);
    scan.files = std::move(found.files);
    scan.old_times = old_times(options, statement);
    scan.widens = statement.policy().is_spark4;
    return std::make_shared<const FileSource>(name, std::move(all), std::move(scan), std::nullopt, std::move(metadata));
  }
  scan::TextScan scan;
  scan.format = text;
  scan.files = std::move(found.files);
  scan.options = options;
  scan.partition_columns = found.partition_columns;
  scan.is_spark4 = statement.policy().is_spark4;
  return make_text_source(statement, name, std::move(scan), schema);
}

}  // namespace

std::shared_ptr<const scan::TableSource> make_text_source(const Statement& statement, std::string name, scan::TextScan scan, const std::optional<types::Schema>& schema) {
  const auto corrupt = scan.options.find("columnnameofcorruptrecord");
  for (std::size_t i = 0; schema && i < schema->size(); ++i)
    if ((*schema)[i].name == (corrupt == scan.options.end() ? "_corrupt_record" : corrupt->second) && !(*schema)[i].type.is_text() && scan.format != scan::TextScan::Format::Text)
      throw Error(scan.is_spark4 ? conditions::kCorruptColumnType : conditions::kCorruptColumnType35, {{"columnName", types::quote_identifier((*schema)[i].name)}, {"actualType", types::quoted_sql((*schema)[i].type)}});
  // Options that mean nothing are refused before anything is read.
  if (scan.format == scan::TextScan::Format::Csv) (void)scan::CsvOptions::parse(scan.options);
  if (scan.format == scan::TextScan::Format::Json) (void)scan::JsonOptions::parse(scan.options);
  const std::vector<types::Field> partitions = scan.partition_columns;
  types::Schema data = without(schema ? *schema : scan::infer_schema(scan, {statement.policy().time_zone, scan.is_spark4}), partitions);
  check_repeated(data);
  for (types::Field& field : data) {
    field.nullable = true;
    field.type = types::as_nullable(field.type);
  }
  if (schema && scan.format == scan::TextScan::Format::Binary) {
    const types::Schema expected = scan::infer_schema(scan, {statement.policy().time_zone, scan.is_spark4});
    const auto is_same = [](const types::Field& left, const types::Field& right) { return left.type == right.type && equal_ignoring_case(left.name, right.name); };
    if (!std::ranges::equal(data, expected, is_same))
      throw Error(conditions::kBinaryFileSchema, {{"expected", types::sql_string(types::DataType::structure(expected))}, {"actual", types::sql_string(types::DataType::structure(data))}});
  }
  data.insert(data.end(), partitions.begin(), partitions.end());
  std::optional<types::Field> metadata;
  // Rows that are no files have nothing to say.
  if (scan.files.empty() || !scan.files.front().text) {
    metadata = metadata_column(false);
    add_metadata(scan.files, *metadata);
    scan.metadata_column = metadata;
  }
  return std::make_shared<const FileSource>(std::move(name), std::move(data), std::nullopt, std::move(scan), std::move(metadata));
}

std::optional<std::string> travelled_version(const std::string& path) {
  const auto travel = parse_travel_path(path);
  return travel ? (travel->version ? travel->version : travel->time) : std::nullopt;
}

void check_file_format(const std::string& format) {
  const std::string name = file_format(format);
  if (name != "parquet" && name != "delta") text_format(name);
}

}  // namespace lab::commands
