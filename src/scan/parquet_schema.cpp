#include "scan/parquet_schema.h"

#include <arrow/io/file.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/schema.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>

#include "base/error.h"
#include "types/arrow_schema.h"
#include "types/type_text.h"

namespace lab::scan {
namespace {

constexpr Condition kCannotReadFooter{"CANNOT_READ_FILE_FOOTER", "KD001", Kind::Runtime,
                                      "Could not read footer for file: <file>. Please ensure that the file is in either ORC or Parquet format. <reason>"};

}  // namespace

types::Schema read_parquet_schema(const std::string& path) {
  try {
    const auto reader = parquet::ParquetFileReader::OpenFile(path);
    const auto metadata = reader->metadata();
    types::Schema schema;
    const auto& pairs = metadata->key_value_metadata();
    const int spark = pairs ? pairs->FindKey("org.apache.spark.sql.parquet.row.metadata") : -1;
    if (spark >= 0) {
      schema = types::parse_schema_json(pairs->value(spark));
    } else {
      std::shared_ptr<arrow::Schema> arrow_schema;
      const auto status = parquet::arrow::FromParquetSchema(metadata->schema(), &arrow_schema);
      if (!status.ok()) throw Error(kCannotReadFooter, {{"file", path}, {"reason", status.message()}});
      schema = types::from_arrow(*arrow_schema);
    }
    for (types::Field& field : schema) {
      field.nullable = true;
      field.type = types::as_nullable(field.type);
    }
    return schema;
  } catch (const parquet::ParquetException& failure) {
    throw Error(kCannotReadFooter, {{"file", path}, {"reason", failure.what()}});
  }
}

}  // namespace lab::scan
