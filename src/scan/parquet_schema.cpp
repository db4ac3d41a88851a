#include "scan/parquet_schema.h"

#include <arrow/io/file.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/schema.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/properties.h>
#include <parquet/schema.h>
#include <sys/stat.h>

#include <compare>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "base/unreadable_file.h"
#include "scan/remote_reader.h"
#include "types/arrow_schema.h"
#include "types/type_text.h"

namespace lab::scan {
namespace {

/// Which bytes a path stands for: a changed file has another time, a replaced one another number.
struct FileIdentity {
  dev_t device = 0;
  ino_t number = 0;
  off_t size = 0;
  std::int64_t changed_seconds = 0, changed_nanos = 0;

  auto operator<=>(const FileIdentity&) const = default;
};

std::optional<FileIdentity> identity_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity{status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

/// INT96, which Hive, Impala and Spark 2 wrote, is an instant; Arrow takes it for a time without zone.
void read_instants(const parquet::SchemaDescriptor& parquet, types::Schema& schema) {
  const parquet::schema::GroupNode& root = *parquet.group_node();
  for (int i = 0; i < root.field_count() && static_cast<std::size_t>(i) < schema.size(); ++i) {
    const parquet::schema::Node& node = *root.field(i);
    if (node.is_primitive() && !node.is_repeated() && static_cast<const parquet::schema::PrimitiveNode&>(node).physical_type() == parquet::Type::INT96)
      schema[static_cast<std::size_t>(i)].type = types::TypeKind::Timestamp;
  }
}

/// Instants in nanoseconds, wherever they stand.
void refuse_nanos(const parquet::schema::Node& node) {
  if (node.is_group()) {
    const auto& group = static_cast<const parquet::schema::GroupNode&>(node);
    for (int i = 0; i < group.field_count(); ++i) refuse_nanos(*group.field(i));
    return;
  }
  if (!node.logical_type()->is_timestamp()) return;
  const auto& instant = static_cast<const parquet::TimestampLogicalType&>(*node.logical_type());
  if (instant.time_unit() != parquet::LogicalType::TimeUnit::NANOS) return;
  throw Error(conditions::kParquetTypeIllegal, {{"parquetType", std::string("INT64 (TIMESTAMP(NANOS,") + (instant.is_adjusted_to_utc() ? "true" : "false") + "))"}});
}

std::shared_ptr<arrow::DataType> as_spark_reads(const std::shared_ptr<arrow::DataType>& type, const ParquetReading& reading);

std::shared_ptr<arrow::Field> as_spark_reads(const std::shared_ptr<arrow::Field>& field, const ParquetReading& reading) {
  return field->WithType(as_spark_reads(field->type(), reading));
}

std::shared_ptr<arrow::DataType> as_spark_reads(const std::shared_ptr<arrow::DataType>& type, const ParquetReading& reading) {
  switch (type->id()) {
    case arrow::Type::TIMESTAMP: {
      const auto& instant = static_cast<const arrow::TimestampType&>(*type);
      if (instant.unit() == arrow::TimeUnit::NANO && reading.nanos_as_long) return arrow::int64();
      return instant.timezone().empty() && !reading.infers_timestamp_ntz ? arrow::timestamp(instant.unit(), "UTC") : type;
    }
    case arrow::Type::LIST: return arrow::list(as_spark_reads(static_cast<const arrow::ListType&>(*type).value_field(), reading));
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(*type);
      return std::make_shared<arrow::MapType>(as_spark_reads(map.key_field(), reading), as_spark_reads(map.item_field(), reading));
    }
    case arrow::Type::STRUCT: {
      arrow::FieldVector fields;
      for (const auto& field : type->fields()) fields.push_back(as_spark_reads(field, reading));
      return arrow::struct_(std::move(fields));
    }
    default: return type;
  }
}

types::Schema schema_in_footer(const DataFile& file, const ParquetReading& reading) {
  const std::string path = file.remote ? file.remote->uri() : file.path;
  try {
    const auto reader = file.remote ? parquet::ParquetFileReader::Open(open_remote(file.remote)) : parquet::ParquetFileReader::OpenFile(path);
    const auto metadata = reader->metadata();
    types::Schema schema;
    const auto& pairs = metadata->key_value_metadata();
    const int spark = pairs ? pairs->FindKey("org.apache.spark.sql.parquet.row.metadata") : -1;
    if (spark >= 0) {
      schema = types::parse_schema_json(pairs->value(spark));
    } else {
      if (!reading.nanos_as_long) refuse_nanos(*metadata->schema()->group_node());
      parquet::ArrowReaderProperties properties;
      // Nanoseconds are then those of files that say so.
      properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
      std::shared_ptr<arrow::Schema> arrow_schema;
      const auto status = parquet::arrow::FromParquetSchema(metadata->schema(), properties, &arrow_schema);
      if (!status.ok()) throw Error(conditions::kCannotReadFooter, {{"path", "file:" + path}});
      arrow::FieldVector fields;
      for (const auto& field : arrow_schema->fields()) fields.push_back(as_spark_reads(field, reading));
      schema = types::from_arrow(arrow::Schema(std::move(fields)));
      read_instants(*metadata->schema(), schema);
    }
    for (types::Field& field : schema) {
      field.nullable = true;
      field.type = types::as_nullable(field.type);
    }
    return schema;
  } catch (const parquet::ParquetException& failure) {
    throw Error(conditions::kCannotReadFooter, {{"path", "file:" + path}});
  }
}

}  // namespace

// Each use of a view over files asks again: most find the footer read.
types::Schema read_parquet_schema(const DataFile& file, const ParquetReading& reading) {
  constexpr std::size_t kMaxKept = 1000;
  static std::mutex mutex;
  static std::map<std::tuple<std::string, FileIdentity, ParquetReading>, types::Schema> kept;
  const auto identity = file.remote ? std::nullopt : identity_of(file.path);
  if (!identity) return schema_in_footer(file, reading);
  const std::tuple key(file.path, *identity, reading);
  {
    const std::lock_guard lock(mutex);
    if (const auto found = kept.find(key); found != kept.end()) return found->second;
  }
  types::Schema schema = schema_in_footer(file, reading);
  const std::lock_guard lock(mutex);
  if (kept.size() >= kMaxKept) kept.clear();
  kept.emplace(key, schema);
  return schema;
}

}  // namespace lab::scan
