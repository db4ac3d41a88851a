#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/disk.h"
#include "base/ids.h"
#include "lake/delta/storages.h"
#include "lake/delta/table.h"
#include "store/store.h"
#include "store/test_folder.h"

/// For tests: tables in a folder and in a bucket, and commits of files that hold any bytes.
namespace lab::lake::delta::test {

inline Metadata metadata_of(types::Schema schema, std::vector<std::string> partition_columns = {}, std::map<std::string, std::string> configuration = {}) {
  Metadata metadata;
  metadata.id = random_uuid();
  metadata.schema = std::move(schema);
  metadata.partition_columns = std::move(partition_columns);
  metadata.configuration = std::move(configuration);
  metadata.created_millis = 1'700'000'000'000;
  prepare_new_metadata(metadata);
  return metadata;
}

inline CommitRequest request_of(const std::string& operation, std::vector<Action> actions = {}) {
  CommitRequest request;
  request.info.operation = operation;
  request.info.timestamp_millis = 1'700'000'000'000;
  request.info.engine_info = "test";
  request.actions = std::move(actions);
  return request;
}

/// A place of either kind with one table in it.
class Place {
 public:
  enum class Kind { Folder, Bucket };
  explicit Place(Kind kind) : kind_(kind) {
    if (kind == Kind::Folder) return;
    store_ = store::Store::open(folder_.path() / "data", {.collect_every = std::chrono::seconds(0)}, disk_, clock_);
    store::make_bucket(*store_, "lake");
  }
  std::shared_ptr<TableStorage> storage(const std::string& name = "t") {
    if (kind_ == Kind::Folder) return storage_over_folder(folder_.path() / name, disk_);
    return storage_over_bucket(*store_, "lake", name, store::test_origin());
  }
  std::shared_ptr<Table> table(const std::string& name = "t") { return Table::at(storage(name), clock_); }
  store::Store& store() { return *store_; }
  const std::filesystem::path& folder() const { return folder_.path(); }
  Disk& disk() { return disk_; }
  ManualClock& clock() { return clock_; }

 private:
  Kind kind_;
  store::TestFolder folder_;
  RealDisk disk_;
  ManualClock clock_;
  std::unique_ptr<store::Store> store_;
};

/// Stages a data file of these bytes and adds it to the request.
inline AddFile& add_file(CommitRequest& request, TableStorage& storage, const std::string& path, const std::string& bytes = "data",
                         PartitionValues partition_values = {}) {
  const auto staged = storage.stage_directory() / "file.parquet";
  std::ofstream(staged) << bytes;
  request.files.push_back({path, staged});
  AddFile add;
  add.path = path;
  add.num_bytes = static_cast<std::int64_t>(bytes.size());
  add.modified_millis = 1'700'000'000'000;
  add.partition_values = std::move(partition_values);
  request.actions.emplace_back(std::move(add));
  return std::get<AddFile>(request.actions.back());
}

inline RemoveFile remove_of(const AddFile& file) {
  RemoveFile remove;
  remove.path = file.path;
  remove.deleted_millis = 1'700'000'000'000;
  remove.partition_values = file.partition_values;
  remove.num_bytes = file.num_bytes;
  remove.deletion_vector = file.deletion_vector;
  return remove;
}

inline std::shared_ptr<const Snapshot> create_table(Table& table, Metadata metadata) {
  auto request = request_of("CREATE TABLE");
  request.actions.emplace_back(protocol_for(metadata));
  request.actions.emplace_back(std::move(metadata));
  table.commit(nullptr, std::move(request));
  return table.snapshot();
}

/// The condition that `call` ends with, by name; empty when it ends well.
template <typename Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return std::string(error.condition().name);
  }
  return {};
}

}  // namespace lab::lake::delta::test
