#include "commands/file_source.h"

#include <algorithm>

#include "base/letter_case.h"
#include "commands/conditions.h"
#include "commands/listing.h"
#include "commands/partitions.h"
#include "lake/delta/conditions.h"
#include "scan/parquet_schema.h"
#include "scan/text_schema.h"
#include "types/type_text.h"

namespace lab::commands {

namespace delta = lake::delta;

namespace {

/// Files of one format with a schema: data columns, then partition columns.
class FileSource final : public scan::TableSource {
 public:
  FileSource(std::string name, types::Schema schema, std::optional<scan::FileScan> parquet, std::optional<scan::TextScan> text)
      : name_(std::move(name)), schema_(std::move(schema)), parquet_(std::move(parquet)), text_(std::move(text)) {}
  const types::Schema& schema() const override { return schema_; }
  std::string name() const override { return name_; }
  const scan::FileScan* file_scan() const override { return parquet_ ? &*parquet_ : nullptr; }
  const scan::TextScan* text_scan() const override { return text_ ? &*text_ : nullptr; }

 private:
  std::string name_;
  types::Schema schema_;
  std::optional<scan::FileScan> parquet_;
  std::optional<scan::TextScan> text_;
};

std::optional<std::string> find_option(const plan::Options& options, const char* key) {
  const auto found = options.find(key);
  if (found == options.end()) return std::nullopt;
  return found->second;
}

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
  const auto version = version_as_of ? version_as_of : find_option(options, "versionasof");
  if (version) {
    try {
      return table.snapshot_at_version(std::stoll(*version));
    } catch (const std::logic_error&) {  // std::stoll: no number, or too large
      throw Error(conditions::kInvalidVersion, {{"version", *version}});
    }
  }
  plan::ExpressionPtr time = timestamp_as_of;
  if (const auto text = find_option(options, "timestampasof"); !time && text) time = plan::make_literal(types::Literal::string(*text));
  if (!time) return table.snapshot();
  return table.snapshot_at_time(instant_of(time, statement), false);
}

std::shared_ptr<const scan::TableSource> open_delta(const Statement& statement, const catalog::Location& location, const plan::Options& options,
                                                    const std::optional<std::string>& version_as_of, const plan::ExpressionPtr& timestamp_as_of) {
  catalog::Location place = location;
  std::optional<std::string> version = version_as_of;
  // `path@v3` is time travel when there is no such path.
  const std::size_t at = place.text.rfind("@v");
  auto table = statement.world().places.delta_table(place, statement.origin("read"));
  if (at != std::string::npos && !version && !table->exists() && at + 2 < place.text.size() &&
      std::all_of(place.text.begin() + static_cast<std::ptrdiff_t>(at) + 2, place.text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    version = place.text.substr(at + 2);
    place = catalog::parse_location(place.text.substr(0, at));
    table = statement.world().places.delta_table(place, statement.origin("read"));
  }
  if (!table->exists()) {
    if (!statement.world().places.exists(place)) throw Error(conditions::kPathNotFound, {{"path", place.text}});
    throw Error(delta::conditions::kTableNotFound, {{"tableName", types::quote_identifier(place.text)}});
  }
  return snapshot_of(*table, options, version, timestamp_as_of, statement)->source();
}

std::string file_format(const std::string& format) {
  const std::string name = lower_case(format);
  if (name == "org.apache.spark.sql.parquet") return "parquet";
  if (name == "com.databricks.spark.csv") return "csv";
  return name;
}

scan::TextScan::Format text_format(const std::string& format) {
  if (format == "csv") return scan::TextScan::Format::Csv;
  if (format == "json") return scan::TextScan::Format::Json;
  if (format == "text") return scan::TextScan::Format::Text;
  if (format == "binaryfile") return scan::TextScan::Format::Binary;
  for (const char* later : {"orc", "avro", "xml", "jdbc", "kafka", "iceberg", "socket", "rate"})
    if (format == later) throw Error(conditions::kUnsupportedFeature, {{"feature", "the data source " + format}, {"hint", ""}});
  throw Error(conditions::kDataSourceNotFound, {{"provider", format}});
}

/// Data columns of a declared schema: those that are no partition folders.
types::Schema without(const types::Schema& schema, const std::vector<types::Field>& partitions) {
  types::Schema result;
  for (const types::Field& field : schema) {
    const bool is_partition = std::any_of(partitions.begin(), partitions.end(), [&](const types::Field& p) { return p.name == field.name; });
    if (!is_partition) result.push_back(field);
  }
  return result;
}

}  // namespace

std::shared_ptr<const scan::TableSource> open_files(const Statement& statement, const std::string& format_name, const std::vector<catalog::Location>& locations,
                                                    const plan::Options& options, const std::optional<types::Schema>& schema,
                                                    const std::optional<std::string>& version_as_of, const plan::ExpressionPtr& timestamp_as_of) {
  const std::string format = file_format(format_name);
  if (locations.empty()) {
    if (format == "delta") throw Error(conditions::kPathOptionNotSupported, {});
    if (format != "parquet") text_format(format);
    throw Error(conditions::kUnableToInferSchema, {{"format", format}});
  }
  if (format == "delta") {
    if (locations.size() > 1) throw Error(conditions::kUnsupportedFeature, {{"feature", "several paths of Delta tables at once"}, {"hint", "Read them one by one and union them."}});
    return open_delta(statement, locations.front(), options, version_as_of, timestamp_as_of);
  }
  const bool is_parquet = format == "parquet";
  const auto text = is_parquet ? scan::TextScan::Format::Text : text_format(format);
  const catalog::Places& places = statement.world().places;
  std::vector<catalog::FoundFile> found;
  std::vector<scan::DataFile> files;
  for (const catalog::Location& location : locations) {
    const auto here = places.list(location);
    auto opened = places.open(location, here);
    found.insert(found.end(), here.begin(), here.end());
    files.insert(files.end(), std::make_move_iterator(opened.begin()), std::make_move_iterator(opened.end()));
  }
  const bool infers_partitions = statement.setting("spark.sql.sources.partitionColumnTypeInference.enabled").value_or("true") == "true";
  const Partitions partitions = discover_partitions(found, infers_partitions, schema ? &*schema : nullptr);
  for (std::size_t i = 0; i < files.size() && !partitions.columns.empty(); ++i) files[i].partition_values = partitions.values[i];

  const std::string name = format + " " + locations.front().text;
  if (is_parquet) {
    scan::FileScan scan;
    types::Schema data;
    if (schema) {
      data = without(*schema, partitions.columns);
    } else {
      if (files.empty()) throw Error(conditions::kUnableToInferSchema, {{"format", "Parquet"}});
      data = without(scan::read_parquet_schema(files.front().path), partitions.columns);
      const bool merges = find_option(options, "mergeschema").value_or(statement.setting("spark.sql.parquet.mergeSchema").value_or("false")) == "true";
      for (std::size_t i = 1; merges && i < files.size(); ++i) data = delta::merge_schema(data, scan::read_parquet_schema(files[i].path), true);
    }
    for (const types::Field& field : data) scan.columns.push_back({field, field.name, {}, {}});
    scan.partition_columns = partitions.columns;
    scan.files = std::move(files);
    data.insert(data.end(), partitions.columns.begin(), partitions.columns.end());
    return std::make_shared<const FileSource>(name, std::move(data), std::move(scan), std::nullopt);
  }
  scan::TextScan scan;
  scan.format = text;
  scan.files = std::move(files);
  scan.options = options;
  scan.partition_columns = partitions.columns;
  types::Schema data = schema ? without(*schema, partitions.columns) : scan::infer_schema(scan, {statement.policy().time_zone, statement.policy().is_spark4});
  if (data.empty() && !schema) throw Error(conditions::kUnableToInferSchema, {{"format", format == "csv" ? "CSV" : format == "json" ? "JSON" : format}});
  for (types::Field& field : data) {
    field.nullable = true;
    field.type = types::as_nullable(field.type);
  }
  data.insert(data.end(), partitions.columns.begin(), partitions.columns.end());
  return std::make_shared<const FileSource>(name, std::move(data), std::nullopt, std::move(scan));
}

}  // namespace lab::commands
