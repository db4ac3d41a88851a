#include <parquet/file_reader.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "lake/delta/test_tables.h"

/// Tables that other writers made: shared data, skipped where they are absent.
namespace lab::lake::delta {
namespace {

using namespace test;
namespace fs = std::filesystem;

fs::path golden_folder() {
  if (const char* shared = std::getenv("LAB_SHARED_DATA")) return fs::path(shared) / "delta-golden";
  // Beside the repository, from wherever in it the test runs.
  for (fs::path up = fs::current_path(); up.has_relative_path(); up = up.parent_path())
    if (fs::exists(up / "shared/data/delta-golden")) return up / "shared/data/delta-golden";
  return {};
}

std::int64_t num_rows(const std::string& path) { return parquet::ParquetFileReader::OpenFile(path)->metadata()->num_rows(); }

struct Golden {
  std::string name;
  std::string outcome;  ///< condition of snapshot() or source(); empty: reads well
  std::int64_t version;
  std::int64_t rows;
};

void PrintTo(const Golden& golden, std::ostream* out) { *out << golden.name; }

class GoldenTable : public testing::TestWithParam<Golden> {
 protected:
  void SetUp() override {
    const fs::path archive = golden_folder() / (GetParam().name + ".tar.zst");
    if (!fs::exists(archive)) GTEST_SKIP() << "no shared data: " << archive;
    const std::string command = "tar --zstd -xf '" + archive.string() + "' -C '" + folder.path().string() + "'";
    ASSERT_EQ(std::system(command.c_str()), 0);
    root = folder.path() / GetParam().name;
    if (fs::exists(root / "delta")) root /= "delta";
  }

  store::TestFolder folder;
  fs::path root;
  RealDisk disk;
  SystemClock clock;
};

TEST_P(GoldenTable, is_read_right_or_refused_right) {
  const Golden& golden = GetParam();
  const auto table = Table::at(storage_over_folder(root, disk), clock);
  std::int64_t version = -1, rows = 0;
  const std::string outcome = error_of([&] {
    const auto snapshot = table->snapshot();
    version = snapshot->version();
    const auto source = snapshot->source();
    std::int64_t stated = 0;
    bool all_stated = true;
    for (const scan::DataFile& file : source->file_scan()->files) {
      const std::int64_t physical = num_rows(file.path);
      const auto deleted = file.deleted_rows ? static_cast<std::int64_t>(file.deleted_rows->size()) : 0;
      rows += physical - deleted;
      if (file.num_rows) stated += *file.num_rows - physical;
      all_stated = all_stated && file.num_rows;
      EXPECT_EQ(file.partition_values.size(), source->file_scan()->partition_columns.size());
    }
    EXPECT_EQ(stated, 0);
    EXPECT_EQ(source->schema().size(), source->file_scan()->columns.size() + source->file_scan()->partition_columns.size());
  });
  EXPECT_EQ(outcome, golden.outcome);
  EXPECT_EQ(version, golden.version);
  EXPECT_EQ(rows, golden.rows);
  const fs::path expected = root.parent_path() / "expected";
  if (!golden.outcome.empty() || !fs::exists(expected)) return;
  std::int64_t wanted = 0;
  for (const auto& entry : fs::directory_iterator(expected))
    if (entry.path().extension() == ".parquet") wanted += num_rows(entry.path().string());
  EXPECT_EQ(rows, wanted);
}

// Rows as the expected files have them; where there are none, as deltalake or the log counts them.
const Golden kGolden[] = {
    {"124-decimal-decode-bug", "", 0, 1},
    {"basic-decimal-table-legacy", "", 0, 4},
    {"basic-with-inserts-deletes-checkpoint", "", 13, 41},
    {"basic-with-inserts-overwrite-restore", "", 3, 200},
    {"basic-with-vacuum-protocol-check-feature", "", 1, 100},
    {"canonicalized-paths-normal-b", "", 1, 0},
    {"canonicalized-paths-special-b", "", 1, 0},
    {"cdf-column-mapping-name-mode", "", 4, 3},
    {"cdf-table-with-cdc-and-dvs", "", 25, 5},
    {"compacted-log-files-table", "", 25, 35},
    {"corrupted-last-checkpoint-kernel", "", 11, 100},
    {"data-reader-array-complex-objects", "", 0, 10},
    {"data-reader-date-types-America", "", 0, 1},
    {"data-reader-date-types-Etc", "", 0, 1},
    {"data-reader-date-types-Jst", "", 0, 1},
    {"data-reader-date-types-utc", "", 0, 1},
    {"data-reader-map", "", 0, 10},
    {"data-reader-nullable-field-invalid-schema-key", "", 0, 1},
    {"data-reader-primitives", "", 0, 11},
    {"data-reader-timestamp_ntz-name-mode", "", 1, 9},
    {"data-skipping-basic-stats-all-types-checkpoint", "", 0, 1},
    {"data-skipping-basic-stats-all-types-columnmapping-name", "", 0, 1},
    {"data-skipping-change-stats-collected-across-versions", "", 4, 3},
    {"decimal-various-scale-precision", "", 0, 3},
    {"deltalog-commit-info", "FAILED_READ_FILE.FILE_NOT_EXIST", 0, 0},
    {"deltalog-invalid-protocol-version", "DELTA_INVALID_PROTOCOL_VERSION", -1, 0},
    {"deltalog-state-reconstruction-from-checkpoint-missing-protocol", "DELTA_STATE_RECOVER_ERROR", -1, 0},
    {"deltalog-state-reconstruction-without-protocol", "DELTA_STATE_RECOVER_ERROR", -1, 0},
    {"dv-with-columnmapping", "", 15, 35},
    {"kernel-timestamp-int96", "", 0, 5},
    {"kernel-timestamp-timestamp_micros", "", 0, 5},
    {"log-replay-dv-key-cases", "", 3, 47},
    {"log-replay-special-characters", "", 1, 0},
    {"log-replay-special-characters-a", "", 1, 0},
    {"no-delta-log-folder", "DELTA_MISSING_DELTA_TABLE", -1, 0},
    {"parquet-all-types-legacy-format", "", 0, 200},
    {"snapshot-data0", "", 0, 10},
    {"snapshot-data2-deleted", "", 4, 20},
    {"snapshot-data3", "", 3, 30},
    {"snapshot-vacuumed", "", 5, 20},
    {"table-with-columnmapping-mode-name", "", 0, 6},
    {"time-travel-partition-changes-b", "", 1, 10},
    {"time-travel-schema-changes-b", "", 1, 20},
    {"time-travel-start-start20", "", 1, 20},
    {"unshredded-variant", "", 2, 102},
    {"update-deleted-directory", "FAILED_READ_FILE.FILE_NOT_EXIST", 0, 0},
    {"v2-checkpoint-parquet", "", 2, 10},
    {"v2-checkpoints-json-with-sidecars", "", 6, 1233},
    {"v2-checkpoints-parquet-with-last-checkpoint", "", 0, 10},
    {"v2-classic-checkpoint-json", "", 1, 20},
};

INSTANTIATE_TEST_SUITE_P(Shared, GoldenTable, testing::ValuesIn(kGolden), [](const auto& info) {
  std::string name = info.param.name;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
});

}  // namespace
}  // namespace lab::lake::delta
