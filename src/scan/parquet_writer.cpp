#include "scan/parquet_writer.h"

#include <arrow/io/file.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/schema.h>

#include <string_view>

#include "base/error.h"
#include "base/unreadable_file.h"
#include "scan/remote_reader.h"

namespace lab::scan {
namespace {

bool holds_int96(const parquet::schema::Node& node) {
  if (node.is_primitive()) return static_cast<const parquet::schema::PrimitiveNode&>(node).physical_type() == parquet::Type::INT96;
  const auto& group = static_cast<const parquet::schema::GroupNode&>(node);
  for (int i = 0; i < group.field_count(); ++i)
    if (holds_int96(*group.field(i))) return true;
  return false;
}

ParquetWriter writer_in(const parquet::FileMetaData& footer) {
  ParquetWriter writer;
  const parquet::schema::GroupNode& root = *footer.schema()->group_node();
  for (int i = 0; i < root.field_count(); ++i)
    if (holds_int96(*root.field(i))) writer.int96_columns.insert(root.field(i)->name());
  const auto& pairs = footer.key_value_metadata();
  const auto find = [&](std::string_view key) { return pairs ? pairs->FindKey(key) : -1; };
  if (const int zone = find("org.apache.spark.timeZone"); zone >= 0) writer.time_zone = pairs->value(zone);
  const int version = find("org.apache.spark.version");
  if (version < 0) return writer;
  // The first versions that count days as everybody does, unless they are asked not to. Spark compares their names as texts.
  writer.is_known = true;
  writer.has_hybrid_days = pairs->value(version) < "3.0.0" || find("org.apache.spark.legacyDateTime") >= 0;
  writer.has_hybrid_int96 = pairs->value(version) < "3.1.0" || find("org.apache.spark.legacyINT96") >= 0;
  return writer;
}

}  // namespace

ParquetWriter read_parquet_writer(const DataFile& file) {
  const std::string path = file.remote ? file.remote->uri() : file.path;
  try {
    const auto reader = file.remote ? parquet::ParquetFileReader::Open(open_remote(file.remote)) : parquet::ParquetFileReader::OpenFile(path);
    return writer_in(*reader->metadata());
  } catch (const parquet::ParquetException& failure) {
    throw Error(conditions::kCannotReadFooter, {{"path", "file:" + path}});
  }
}

}  // namespace lab::scan
