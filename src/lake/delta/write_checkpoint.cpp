#include <arrow/api.h>
#include <arrow/io/file.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>

#include <filesystem>

#include "base/disk.h"
#include "base/error.h"
#include "base/ids.h"
#include "lake/delta/checkpoint.h"
#include "lake/delta/log_names.h"
#include "lake/delta/path_text.h"
#include "lake/delta/state.h"
#include "types/type_text.h"

namespace lab::lake::delta {
namespace {

using FieldPtr = std::shared_ptr<arrow::Field>;

void check(const arrow::Status& status) {
  if (!status.ok()) throw Error(lab::conditions::kDiskFailure, {{"operation", "write"}, {"path", "checkpoint"}, {"reason", status.message()}});
}

FieldPtr text_field(const char* name) { return arrow::field(name, arrow::utf8()); }
FieldPtr integer_field(const char* name) { return arrow::field(name, arrow::int64()); }
FieldPtr small_field(const char* name) { return arrow::field(name, arrow::int32()); }
FieldPtr flag_field(const char* name) { return arrow::field(name, arrow::boolean()); }
FieldPtr map_field(const char* name) { return arrow::field(name, arrow::map(arrow::utf8(), arrow::utf8())); }
FieldPtr list_field(const char* name) { return arrow::field(name, arrow::list(arrow::field("element", arrow::utf8()))); }
FieldPtr group_field(const char* name, std::vector<FieldPtr> fields) { return arrow::field(name, arrow::struct_(std::move(fields))); }

std::shared_ptr<arrow::Schema> checkpoint_schema(bool v2) {
  const auto vector = [] {
    return group_field("deletionVector", {text_field("storageType"), text_field("pathOrInlineDv"), small_field("offset"), small_field("sizeInBytes"), integer_field("cardinality")});
  };
  std::vector<FieldPtr> fields = {
      group_field("txn", {text_field("appId"), integer_field("version"), integer_field("lastUpdated")}),
      group_field("add", {text_field("path"), map_field("partitionValues"), integer_field("size"), integer_field("modificationTime"), flag_field("dataChange"), map_field("tags"), vector(),
                    integer_field("baseRowId"), integer_field("defaultRowCommitVersion"), text_field("stats")}),
      group_field("remove", {text_field("path"), integer_field("deletionTimestamp"), flag_field("dataChange"), flag_field("extendedFileMetadata"), map_field("partitionValues"),
                       integer_field("size"), vector()}),
      group_field("metaData", {text_field("id"), text_field("name"), text_field("description"), group_field("format", {text_field("provider"), map_field("options")}), text_field("schemaString"),
                         list_field("partitionColumns"), map_field("configuration"), integer_field("createdTime")}),
      group_field("protocol", {small_field("minReaderVersion"), small_field("minWriterVersion"), list_field("readerFeatures"), list_field("writerFeatures")}),
      group_field("domainMetadata", {text_field("domain"), text_field("configuration"), flag_field("removed")})};
  if (v2) fields.push_back(group_field("checkpointMetadata", {integer_field("version"), map_field("tags")}));
  return arrow::schema(std::move(fields));
}

/// Fills one value of a builder tree after another.
class Cells {
 public:
  explicit Cells(arrow::ArrayBuilder* builder) : group_(dynamic_cast<arrow::StructBuilder*>(builder)) {
    LAB_CHECK(group_);
    check(group_->Append());
  }
  Cells& add(const std::string& value) {
    check(next<arrow::StringBuilder>().Append(value));
    return *this;
  }
  Cells& add(const std::optional<std::string>& value) { return value ? add(*value) : null(); }
  Cells& add_text_or_null(const std::string& value) { return value.empty() ? null() : add(value); }
  Cells& add(std::int64_t value) {
    check(next<arrow::Int64Builder>().Append(value));
    return *this;
  }
  Cells& add(const std::optional<std::int64_t>& value) { return value ? add(*value) : null(); }
  Cells& add_small(std::int32_t value) {
    check(next<arrow::Int32Builder>().Append(value));
    return *this;
  }
  Cells& add_flag(bool value) {
    check(next<arrow::BooleanBuilder>().Append(value));
    return *this;
  }
  Cells& null() {
    check(group_->child(at_++)->AppendNull());
    return *this;
  }
  template <typename Map>
  Cells& add_map(const Map& entries) {
    auto& builder = next<arrow::MapBuilder>();
    check(builder.Append());
    auto* keys = static_cast<arrow::StringBuilder*>(builder.key_builder());
    auto* items = static_cast<arrow::StringBuilder*>(builder.item_builder());
    for (const auto& [key, value] : entries) {
      check(keys->Append(key));
      append_item(*items, value);
    }
    return *this;
  }
  Cells& add_list(const std::vector<std::string>& values) {
    auto& builder = next<arrow::ListBuilder>();
    check(builder.Append());
    for (const auto& value : values) check(static_cast<arrow::StringBuilder*>(builder.value_builder())->Append(value));
    return *this;
  }
  Cells& add(const std::optional<DeletionVector>& vector) {
    if (!vector) return null();
    Cells inner(group_->child(at_++));
    inner.add(std::string(1, vector->storage)).add(vector->path_or_inline);
    if (vector->offset)
      inner.add_small(*vector->offset);
    else
      inner.null();
    inner.add_small(vector->num_bytes).add(vector->cardinality);
    return *this;
  }
  Cells inner() { return Cells(group_->child(at_++)); }

 private:
  static void append_item(arrow::StringBuilder& items, const std::string& value) { check(items.Append(value)); }
  static void append_item(arrow::StringBuilder& items, const std::optional<std::string>& value) {
    check(value ? items.Append(*value) : items.AppendNull());
  }
  template <typename Builder>
  Builder& next() {
    return *static_cast<Builder*>(group_->child(at_++));
  }

  arrow::StructBuilder* group_;
  int at_ = 0;
};

/// Writes rows with one action each, a group of rows at a time.
class CheckpointWriter {
 public:
  CheckpointWriter(const std::filesystem::path& path, bool v2) : schema_(checkpoint_schema(v2)) {
    auto opened = arrow::io::FileOutputStream::Open(path.string());
    check(opened.status());
    file_ = *opened;
    auto properties = parquet::WriterProperties::Builder().compression(parquet::Compression::SNAPPY)->build();
    auto writer = parquet::arrow::FileWriter::Open(*schema_, arrow::default_memory_pool(), file_, properties);
    check(writer.status());
    writer_ = std::move(*writer);
    for (const auto& field : schema_->fields()) {
      std::unique_ptr<arrow::ArrayBuilder> builder;
      check(arrow::MakeBuilder(arrow::default_memory_pool(), field->type(), &builder));
      builders_.push_back(std::move(builder));
    }
  }

  /// The cells of a new row's action in column `name`.
  Cells row(const char* name) {
    if (num_buffered_ == kRowsPerGroup) flush();
    ++num_buffered_;
    ++num_rows_;
    const int column = schema_->GetFieldIndex(name);
    for (int i = 0; i < schema_->num_fields(); ++i)
      if (i != column) check(builders_[static_cast<std::size_t>(i)]->AppendNull());
    return Cells(builders_[static_cast<std::size_t>(column)].get());
  }

  std::int64_t close() {
    flush();
    check(writer_->Close());
    check(file_->Close());
    return num_rows_;
  }

 private:
  static constexpr std::int64_t kRowsPerGroup = 100'000;

  void flush() {
    if (num_buffered_ == 0) return;
    std::vector<std::shared_ptr<arrow::Array>> columns;
    for (auto& builder : builders_) {
      std::shared_ptr<arrow::Array> column;
      check(builder->Finish(&column));
      columns.push_back(std::move(column));
    }
    check(writer_->WriteTable(*arrow::Table::Make(schema_, columns, num_buffered_), num_buffered_));
    num_buffered_ = 0;
  }

  std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<arrow::io::FileOutputStream> file_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  std::vector<std::unique_ptr<arrow::ArrayBuilder>> builders_;
  std::int64_t num_buffered_ = 0, num_rows_ = 0;
};

void write_rows(CheckpointWriter& writer, const TableState& state, std::int64_t version, bool v2, std::int64_t removes_since_millis) {
  if (v2) writer.row("checkpointMetadata").add(version).null();
  const Protocol& protocol = *state.protocol;
  Cells cells = writer.row("protocol");
  cells.add_small(protocol.min_reader_version).add_small(protocol.min_writer_version);
  protocol.min_reader_version >= 3 ? cells.add_list(protocol.reader_features) : cells.null();
  protocol.min_writer_version >= 7 ? cells.add_list(protocol.writer_features) : cells.null();

  const Metadata& metadata = *state.metadata;
  Cells meta = writer.row("metaData");
  meta.add(metadata.id).add(metadata.name).add(metadata.description);
  meta.inner().add(metadata.format).add_map(std::map<std::string, std::string>{});
  meta.add(types::schema_to_json(metadata.schema)).add_list(metadata.partition_columns).add_map(metadata.configuration).add(metadata.created_millis);

  for (const auto& [id, transaction] : state.transactions) writer.row("txn").add(transaction.app_id).add(transaction.version).add(transaction.updated_millis);
  for (const auto& [name, domain] : state.domains) writer.row("domainMetadata").add(domain.domain).add(domain.configuration).add_flag(false);
  for (const auto& [key, remove] : state.removes) {
    if (remove.deleted_millis < removes_since_millis) continue;
    Cells row = writer.row("remove");
    row.add(encode_path(remove.path)).add(remove.deleted_millis).add_flag(false).add_flag(remove.extended);
    remove.extended ? row.add_map(remove.partition_values) : row.null();
    row.add(remove.num_bytes).add(remove.deletion_vector);
  }
  for (const AddFile& add : state.files) {
    Cells row = writer.row("add");
    row.add(encode_path(add.path)).add_map(add.partition_values).add(add.num_bytes).add(add.modified_millis).add_flag(false);
    add.tags.empty() ? row.null() : row.add_map(add.tags);
    row.add(add.deletion_vector).add(add.base_row_id).add(add.default_row_commit_version).add_text_or_null(add.stats);
  }
}

}  // namespace

void write_checkpoint(TableStorage& storage, const TableState& state, std::int64_t version, bool v2, std::int64_t removes_since_millis) {
  const std::filesystem::path staged = storage.stage_directory() / "checkpoint.parquet";
  std::int64_t num_actions = 0;
  try {
    CheckpointWriter writer(staged, v2);
    write_rows(writer, state, version, v2, removes_since_millis);
    num_actions = writer.close();
  } catch (const parquet::ParquetException& failure) {
    throw Error(lab::conditions::kDiskFailure, {{"operation", "write"}, {"path", staged.string()}, {"reason", failure.what()}});
  }
  const auto num_bytes = std::filesystem::file_size(staged);
  storage.adopt(v2 ? v2_checkpoint_path(version, random_uuid()) : checkpoint_path(version), staged);
  storage.write(kLastCheckpointPath, "{\"version\":" + std::to_string(version) + ",\"size\":" + std::to_string(num_actions) +
                                         ",\"sizeInBytes\":" + std::to_string(num_bytes) + ",\"numOfAddFiles\":" + std::to_string(state.files.size()) + "}");
}

}  // namespace lab::lake::delta
