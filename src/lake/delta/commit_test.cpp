#include <thread>

#include "lake/delta/test_tables.h"

namespace lab::lake::delta {
namespace {

using namespace test;
using types::TypeKind;

class Commits : public testing::TestWithParam<Place::Kind> {
 protected:
  Place place{GetParam()};
  types::Schema schema = {{"id", TypeKind::Long}, {"name", TypeKind::String}};

  std::int64_t append(Table& table, const std::string& path) {
    const auto base = table.snapshot();
    auto request = request_of("WRITE");
    request.reads.metadata_only = true;
    request.info.is_blind_append = true;
    add_file(request, table.storage(), path);
    return table.commit(base, std::move(request)).version;
  }
};

TEST_P(Commits, a_new_table_is_read_back) {
  auto table = place.table();
  EXPECT_FALSE(table->exists());
  EXPECT_EQ(error_of([&] { table->snapshot(); }), "DELTA_MISSING_DELTA_TABLE");
  create_table(*table, metadata_of(schema));
  EXPECT_TRUE(table->exists());
  EXPECT_EQ(append(*table, "a b%=.parquet"), 1);
  const auto snapshot = place.table()->snapshot();
  EXPECT_EQ(snapshot->version(), 1);
  ASSERT_EQ(snapshot->files().size(), 1u);
  EXPECT_EQ(snapshot->files()[0].path, "a b%=.parquet");
  EXPECT_EQ(snapshot->schema(), schema);
  const auto source = snapshot->source();
  ASSERT_EQ(source->file_scan()->files.size(), 1u);
  std::ifstream data(source->file_scan()->files[0].path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(data), {}), "data");
}

TEST_P(Commits, files_that_are_gone_are_left_out_when_asked) {
  if (GetParam() != Place::Kind::Folder) GTEST_SKIP() << "what lies in a bucket of the lab goes by a commit only";
  auto table = place.table();
  create_table(*table, metadata_of(schema));
  append(*table, "stays");
  append(*table, "goes");
  const auto snapshot = place.table()->snapshot();
  for (const auto& file : snapshot->source()->file_scan()->files)
    if (file.path.ends_with("goes")) std::filesystem::remove(file.path);
  EXPECT_EQ(error_of([&] { snapshot->source(); }), "FAILED_READ_FILE.FILE_NOT_EXIST");
  EXPECT_EQ(snapshot->present_source()->file_scan()->files.size(), 1u);
}

TEST_P(Commits, a_snapshot_follows_other_writers_and_a_table_made_anew) {
  auto mine = place.table(), theirs = place.table();
  create_table(*mine, metadata_of(schema));
  for (int i = 0; i < 3; ++i) append(*theirs, "f" + std::to_string(i));
  const auto held = mine->snapshot();
  EXPECT_EQ(held->files().size(), 3u);
  append(*theirs, "f3");
  EXPECT_EQ(mine->snapshot()->files().size(), 4u);
  EXPECT_EQ(held->files().size(), 3u);
  EXPECT_EQ(mine->snapshot(), mine->snapshot());
}

TEST_P(Commits, appends_of_many_writers_all_land) {
  create_table(*place.table(), metadata_of(schema));
  std::vector<std::thread> writers;
  for (int w = 0; w < 4; ++w)
    writers.emplace_back([&, w] {
      auto table = place.table();
      for (int i = 0; i < 5; ++i) append(*table, std::to_string(w) + "-" + std::to_string(i));
    });
  for (auto& writer : writers) writer.join();
  const auto snapshot = place.table()->snapshot();
  EXPECT_EQ(snapshot->version(), 20);
  EXPECT_EQ(snapshot->files().size(), 20u);
  EXPECT_EQ(place.table()->history(std::nullopt).size(), 21u);
}

TEST_P(Commits, two_that_create_one_table_are_told_apart) {
  auto first = place.table(), second = place.table();
  create_table(*first, metadata_of(schema));
  EXPECT_EQ(error_of([&] { create_table(*second, metadata_of(schema)); }), "DELTA_PROTOCOL_CHANGED");
}

TEST_P(Commits, checkpoints_come_at_their_interval_and_say_the_same) {
  auto table = place.table();
  create_table(*table, metadata_of(schema, {}, {{"delta.checkpointInterval", "4"}}));
  for (int i = 0; i < 6; ++i) append(*table, "f" + std::to_string(i));
  {
    const auto base = table->snapshot();
    auto request = request_of("DELETE");
    request.reads.whole_table = true;
    request.actions.emplace_back(remove_of(base->files()[0]));
    request.actions.emplace_back(SetTransaction{"app", 7, std::nullopt});
    table->commit(base, std::move(request));
  }
  EXPECT_EQ(append(*table, "last"), 8);
  const auto storage = place.storage();
  EXPECT_TRUE(storage->read("_delta_log/00000000000000000004.checkpoint.parquet"));
  EXPECT_TRUE(storage->read("_delta_log/00000000000000000008.checkpoint.parquet"));
  const auto snapshot = place.table()->snapshot();
  EXPECT_EQ(snapshot->version(), 8);
  EXPECT_EQ(snapshot->files().size(), 6u);
  EXPECT_EQ(snapshot->transaction_version("app"), 7);
  EXPECT_EQ(snapshot->property("delta.checkpointInterval"), "4");
  EXPECT_EQ(place.table()->snapshot_at_version(5)->files().size(), 5u);
  EXPECT_EQ(error_of([&] { place.table()->snapshot_at_version(9); }), "DELTA_VERSION_NOT_FOUND");
}

TEST_P(Commits, a_v2_checkpoint_is_read_back) {
  auto table = place.table();
  create_table(*table, metadata_of(schema, {}, {{"delta.checkpointInterval", "2"}, {"delta.checkpointPolicy", "v2"}}));
  append(*table, "a");
  append(*table, "b");
  bool found = false;
  for (const auto& entry : place.storage()->list("_delta_log")) found = found || entry.path.find("2.checkpoint.") != std::string::npos;
  EXPECT_TRUE(found);
  const auto snapshot = place.table()->snapshot();
  EXPECT_EQ(snapshot->files().size(), 2u);
  EXPECT_EQ(snapshot->protocol().min_reader_version, 3);
}

INSTANTIATE_TEST_SUITE_P(Places, Commits, testing::Values(Place::Kind::Folder, Place::Kind::Bucket),
                         [](const auto& info) { return info.param == Place::Kind::Folder ? "folder" : "bucket"; });

}  // namespace
}  // namespace lab::lake::delta
