#include <arrow/api.h>
#include <arrow/io/file.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>

#include <algorithm>

#include "base/error.h"
#include "lake/delta/checkpoint.h"
#include "lake/delta/conditions.h"
#include "lake/delta/log_names.h"
#include "lake/delta/parsed_statistics.h"
#include "lake/delta/path_text.h"
#include "types/type_text.h"

namespace lab::lake::delta {
namespace {

// A field of a struct column; absent fields read as null everywhere.
class Member {
 public:
  Member() = default;
  explicit Member(std::shared_ptr<arrow::Array> array) : array_(std::move(array)) {}

  bool is_null(std::int64_t row) const { return !array_ || array_->IsNull(row); }

  std::string text(std::int64_t row) const {
    if (is_null(row)) return {};
    switch (array_->type_id()) {
      case arrow::Type::STRING:
      case arrow::Type::BINARY: return std::string(static_cast<const arrow::BinaryArray&>(*array_).GetView(row));
      case arrow::Type::LARGE_STRING:
      case arrow::Type::LARGE_BINARY: return std::string(static_cast<const arrow::LargeBinaryArray&>(*array_).GetView(row));
      default: throw parquet::ParquetException("a text column has the type " + array_->type()->ToString());
    }
  }
  std::optional<std::string> find_text(std::int64_t row) const { return is_null(row) ? std::nullopt : std::optional(text(row)); }

  std::optional<std::int64_t> find_integer(std::int64_t row) const {
    if (is_null(row)) return std::nullopt;
    switch (array_->type_id()) {
      case arrow::Type::INT64: return static_cast<const arrow::Int64Array&>(*array_).Value(row);
      case arrow::Type::INT32: return static_cast<const arrow::Int32Array&>(*array_).Value(row);
      case arrow::Type::TIMESTAMP: return static_cast<const arrow::TimestampArray&>(*array_).Value(row);
      default: throw parquet::ParquetException("an integer column has the type " + array_->type()->ToString());
    }
  }
  std::int64_t integer(std::int64_t row) const { return find_integer(row).value_or(0); }

  bool boolean(std::int64_t row, bool otherwise) const {
    if (is_null(row)) return otherwise;
    if (array_->type_id() != arrow::Type::BOOL) throw parquet::ParquetException("a boolean column has the type " + array_->type()->ToString());
    return static_cast<const arrow::BooleanArray&>(*array_).Value(row);
  }

  Member member(const std::string& name) const {
    if (!array_) return {};
    if (array_->type_id() != arrow::Type::STRUCT) throw parquet::ParquetException("a group column has the type " + array_->type()->ToString());
    const auto& group = static_cast<const arrow::StructArray&>(*array_);
    // Not Flatten(): whoever asks has looked whether the group itself is null.
    return Member(group.GetFieldByName(name));
  }

  std::vector<std::pair<std::string, std::optional<std::string>>> entries(std::int64_t row) const {
    std::vector<std::pair<std::string, std::optional<std::string>>> result;
    if (is_null(row)) return result;
    if (array_->type_id() != arrow::Type::MAP) throw parquet::ParquetException("a map column has the type " + array_->type()->ToString());
    const auto& map = static_cast<const arrow::MapArray&>(*array_);
    const Member keys(map.keys()), values(map.items());
    for (std::int64_t i = map.value_offset(row); i < map.value_offset(row + 1); ++i) result.emplace_back(keys.text(i), values.find_text(i));
    return result;
  }

  std::vector<std::string> texts(std::int64_t row) const {
    std::vector<std::string> result;
    if (is_null(row)) return result;
    if (array_->type_id() != arrow::Type::LIST) throw parquet::ParquetException("a list column has the type " + array_->type()->ToString());
    const auto& list = static_cast<const arrow::ListArray&>(*array_);
    const Member values(list.values());
    for (std::int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) result.push_back(values.text(i));
    return result;
  }

  const std::shared_ptr<arrow::Array>& array() const { return array_; }

 private:
  std::shared_ptr<arrow::Array> array_;
};

std::map<std::string, std::string> text_map(const Member& member, std::int64_t row) {
  std::map<std::string, std::string> result;
  for (auto& [key, value] : member.entries(row))
    if (value) result.emplace(std::move(key), std::move(*value));
  return result;
}

PartitionValues partition_values(const Member& member, std::int64_t row) {
  PartitionValues result;
  for (auto& [key, value] : member.entries(row)) {
    if (value && value->empty()) value.reset();
    result.emplace(std::move(key), std::move(value));
  }
  return result;
}

struct VectorMembers {
  explicit VectorMembers(const Member& group)
      : group(group), storage(group.member("storageType")), path(group.member("pathOrInlineDv")), offset(group.member("offset")),
        num_bytes(group.member("sizeInBytes")), cardinality(group.member("cardinality")) {}
  Member group, storage, path, offset, num_bytes, cardinality;

  std::optional<DeletionVector> read(std::int64_t row) const {
    if (group.is_null(row) || storage.is_null(row)) return std::nullopt;
    DeletionVector vector;
    const std::string kind = storage.text(row);
    if (kind.size() != 1) throw parquet::ParquetException("storageType of a deletion vector is '" + kind + "'");
    vector.storage = kind[0];
    vector.path_or_inline = path.text(row);
    if (const auto at = offset.find_integer(row)) vector.offset = static_cast<std::int32_t>(*at);
    vector.num_bytes = static_cast<std::int32_t>(num_bytes.integer(row));
    vector.cardinality = cardinality.integer(row);
    return vector;
  }
};

void read_adds(const Member& group, std::int64_t num_rows, const ActionSink& sink) {
  if (!group.array()) return;
  const Member path = group.member("path"), partition = group.member("partitionValues"), size = group.member("size"),
               modified = group.member("modificationTime"), data_change = group.member("dataChange"), stats = group.member("stats"),
               tags = group.member("tags"), row_id = group.member("baseRowId"), row_version = group.member("defaultRowCommitVersion"),
               parsed = group.member("stats_parsed");
  const VectorMembers vector(group.member("deletionVector"));
  for (std::int64_t row = 0; row < num_rows; ++row) {
    if (group.is_null(row) || path.is_null(row)) continue;
    AddFile add;
    add.path = decode_path(path.text(row));
    add.partition_values = partition_values(partition, row);
    add.num_bytes = size.integer(row);
    add.modified_millis = modified.integer(row);
    add.data_change = data_change.boolean(row, true);
    add.stats = stats.text(row);
    if (add.stats.empty() && !parsed.is_null(row)) add.stats = statistics_json(*parsed.array(), row);
    add.tags = text_map(tags, row);
    add.deletion_vector = vector.read(row);
    add.base_row_id = row_id.find_integer(row);
    add.default_row_commit_version = row_version.find_integer(row);
    sink(std::move(add));
  }
}

void read_removes(const Member& group, std::int64_t num_rows, const ActionSink& sink) {
  if (!group.array()) return;
  const Member path = group.member("path"), deleted = group.member("deletionTimestamp"), data_change = group.member("dataChange"),
               extended = group.member("extendedFileMetadata"), partition = group.member("partitionValues"), size = group.member("size");
  const VectorMembers vector(group.member("deletionVector"));
  for (std::int64_t row = 0; row < num_rows; ++row) {
    if (group.is_null(row) || path.is_null(row)) continue;
    RemoveFile remove;
    remove.path = decode_path(path.text(row));
    remove.deleted_millis = deleted.integer(row);
    remove.data_change = data_change.boolean(row, true);
    remove.extended = extended.boolean(row, false);
    remove.partition_values = partition_values(partition, row);
    remove.num_bytes = size.find_integer(row);
    remove.deletion_vector = vector.read(row);
    sink(std::move(remove));
  }
}

void read_others(const arrow::StructArray& rows, std::int64_t num_rows, const ActionSink& sink) {
  const auto column = [&](const char* name) { return Member(rows.GetFieldByName(name)); };
  const Member metadata = column("metaData"), protocol = column("protocol"), transaction = column("txn"), domain = column("domainMetadata"),
               sidecar = column("sidecar");
  for (std::int64_t row = 0; row < num_rows; ++row) {
    if (!protocol.is_null(row) && !protocol.member("minReaderVersion").is_null(row)) {
      Protocol result;
      result.min_reader_version = static_cast<int>(protocol.member("minReaderVersion").integer(row));
      result.min_writer_version = static_cast<int>(protocol.member("minWriterVersion").integer(row));
      result.reader_features = protocol.member("readerFeatures").texts(row);
      result.writer_features = protocol.member("writerFeatures").texts(row);
      sink(std::move(result));
    }
    if (!metadata.is_null(row) && !metadata.member("id").is_null(row)) {
      Metadata result;
      result.id = metadata.member("id").text(row);
      result.name = metadata.member("name").find_text(row);
      result.description = metadata.member("description").find_text(row);
      if (const Member format = metadata.member("format"); !format.is_null(row)) result.format = format.member("provider").text(row);
      if (const std::string schema = metadata.member("schemaString").text(row); !schema.empty()) result.schema = types::parse_schema_json(schema);
      result.partition_columns = metadata.member("partitionColumns").texts(row);
      result.configuration = text_map(metadata.member("configuration"), row);
      result.created_millis = metadata.member("createdTime").find_integer(row);
      sink(std::move(result));
    }
    if (!transaction.is_null(row) && !transaction.member("appId").is_null(row))
      sink(SetTransaction{transaction.member("appId").text(row), transaction.member("version").integer(row),
                          transaction.member("lastUpdated").find_integer(row)});
    if (!domain.is_null(row) && !domain.member("domain").is_null(row))
      sink(DomainMetadata{domain.member("domain").text(row), domain.member("configuration").text(row), domain.member("removed").boolean(row, false)});
    if (!sidecar.is_null(row) && !sidecar.member("path").is_null(row))
      sink(Sidecar{decode_path(sidecar.member("path").text(row)), sidecar.member("sizeInBytes").integer(row),
                   sidecar.member("modificationTime").integer(row)});
  }
}

// Leaves that are read: not the parsed forms that stand beside texts, unless the texts are not there.
std::vector<int> wanted_leaves(const parquet::SchemaDescriptor& schema) {
  bool has_stats = false;
  for (int i = 0; i < schema.num_columns(); ++i) has_stats = has_stats || schema.Column(i)->path()->ToDotString() == "add.stats";
  std::vector<int> leaves;
  for (int i = 0; i < schema.num_columns(); ++i) {
    const std::string path = schema.Column(i)->path()->ToDotString();
    if (path.starts_with("add.partitionValues_parsed.") || (has_stats && path.starts_with("add.stats_parsed."))) continue;
    leaves.push_back(i);
  }
  return leaves;
}

template <typename T>
T value_or_throw(arrow::Result<T> result) {
  if (!result.ok()) throw parquet::ParquetException(result.status().message());
  return std::move(result).ValueUnsafe();
}

}  // namespace

void read_checkpoint_file(const std::string& local_path, std::string_view path, const ActionSink& sink) {
  try {
    auto parquet_reader = parquet::ParquetFileReader::Open(value_or_throw(arrow::io::ReadableFile::Open(local_path)));
    const std::vector<int> leaves = wanted_leaves(*parquet_reader->metadata()->schema());
    const auto reader = value_or_throw(parquet::arrow::FileReader::Make(arrow::default_memory_pool(), std::move(parquet_reader)));
    for (int group = 0; group < reader->num_row_groups(); ++group) {
      std::shared_ptr<arrow::Table> table = value_or_throw(reader->ReadRowGroup(group, leaves));
      arrow::TableBatchReader batches(*table);
      for (;;) {
        const std::shared_ptr<arrow::RecordBatch> batch = value_or_throw(batches.Next());
        if (!batch) break;
        const auto rows = value_or_throw(batch->ToStructArray());
        read_others(*rows, batch->num_rows(), sink);
        read_adds(Member(rows->GetFieldByName("add")), batch->num_rows(), sink);
        read_removes(Member(rows->GetFieldByName("remove")), batch->num_rows(), sink);
      }
    }
  } catch (const parquet::ParquetException& failure) {
    throw_malformed(path, failure.what());
  } catch (const std::bad_alloc&) {
    throw_malformed(path, "its pages claim more memory than there is");
  }
}

void read_checkpoint(const TableStorage& storage, const LogSegment::Checkpoint& checkpoint, const ActionSink& sink) {
  std::vector<Sidecar> sidecars;
  const ActionSink collect = [&](LogAction&& action) {
    if (auto* sidecar = std::get_if<Sidecar>(&action))
      sidecars.push_back(std::move(*sidecar));
    else
      sink(std::move(action));
  };
  const auto read_parquet = [&](const std::vector<std::string>& paths, const ActionSink& into) {
    const auto opened = storage.open(paths);
    for (std::size_t i = 0; i < paths.size(); ++i) {
      if (!opened[i]) throw Error(conditions::kMissingPartFiles, {{"version", std::to_string(checkpoint.version)}});
      const auto copy = opened[i]->remote ? opened[i]->remote->local_copy() : nullptr;
      read_checkpoint_file(copy ? copy->path().string() : opened[i]->path.string(), paths[i], into);
    }
  };
  if (checkpoint.paths.size() == 1 && checkpoint.paths[0].ends_with(".json")) {
    auto bytes = storage.read(checkpoint.paths[0]);
    if (!bytes) throw Error(conditions::kMissingPartFiles, {{"version", std::to_string(checkpoint.version)}});
    read_log_actions(*bytes, checkpoint.paths[0], CommitInfoDetail::TimesOnly, collect);
  } else {
    read_parquet(checkpoint.paths, collect);
  }
  std::vector<std::string> paths;
  for (const Sidecar& sidecar : sidecars) paths.push_back(sidecar_path(sidecar.path));
  if (!paths.empty()) read_parquet(paths, sink);
}

}  // namespace lab::lake::delta
