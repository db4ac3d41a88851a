#include "lake/delta/log_names.h"
#include "lake/delta/log_actions.h"
#include "lake/delta/log_segment.h"
#include "lake/delta/path_text.h"
#include "lake/delta/test_tables.h"

namespace lab::lake::delta {
namespace {

using namespace test;
using types::TypeKind;

TEST(LogNames, tell_the_kinds_apart) {
  using Kind = LogName::Kind;
  EXPECT_EQ(parse_log_name("_delta_log/00000000000000000012.json")->version, 12);
  EXPECT_EQ(parse_log_name("_delta_log/00000000000000000012.checkpoint.parquet")->kind, Kind::ClassicCheckpoint);
  const auto part = parse_log_name("_delta_log/00000000000000000012.checkpoint.0000000002.0000000003.parquet");
  EXPECT_EQ(part->kind, Kind::CheckpointPart);
  EXPECT_EQ(part->part, 2);
  EXPECT_EQ(part->num_parts, 3);
  EXPECT_EQ(parse_log_name("_delta_log/00000000000000000002.checkpoint.e8fa2696-9728-4e9c-b285-634743fdd4fb.json")->kind, Kind::V2Checkpoint);
  EXPECT_EQ(parse_log_name("_delta_log/00000000000000000006.00000000000000000015.compacted.json")->end_version, 15);
  for (const char* other : {"_delta_log/.00000000000000000012.json.crc", "_delta_log/00000000000000000012.crc", "_delta_log/_last_checkpoint", "_delta_log/12.json",
                            "_delta_log/0000000000000000001x.json", "x", "_delta_log/99999999999999999999.json"})
    EXPECT_FALSE(parse_log_name(other)) << other;
}

TEST(Paths, are_escaped_as_uris) {
  EXPECT_EQ(encode_path("a b/c%20=é#?"), "a%20b/c%2520=é%23%3F");
  EXPECT_EQ(decode_path(encode_path("a b/c%20=é#?")), "a b/c%20=é#?");
  EXPECT_EQ(decode_path("file:///x/y%20z"), "/x/y z");
  EXPECT_EQ(decode_path("100%"), "100%");
}

class Logs : public testing::Test {
 protected:
  void commit(std::int64_t version, const std::string& lines) { storage->write(commit_path(version), lines); }
  std::shared_ptr<const Snapshot> read() { return place.table()->snapshot(); }
  static std::string add(const std::string& path) { return R"({"add":{"path":")" + path + R"(","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true}})" "\n"; }

  Place place{Place::Kind::Folder};
  std::shared_ptr<TableStorage> storage = place.storage();
  const std::string start = R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})" "\n"
                            R"({"metaData":{"id":"x","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[]}","partitionColumns":[],"configuration":{}}})" "\n";
};

TEST_F(Logs, a_missing_commit_is_told) {
  commit(0, start);
  commit(1, add("a"));
  commit(3, add("b"));
  EXPECT_EQ(error_of([&] { read(); }), "DELTA_VERSIONS_NOT_CONTIGUOUS");
}

TEST_F(Logs, a_missing_beginning_is_told) {
  commit(5, start);
  EXPECT_EQ(error_of([&] { read(); }), "DELTA_TRUNCATED_TRANSACTION_LOG");
}

TEST_F(Logs, unknown_actions_and_fields_are_passed_over) {
  commit(0, start + R"({"cdc":{"path":"c","partitionValues":{},"size":1,"dataChange":false}})" "\n" R"({"future":[1,{"a":null}]})" "\n\n" + add("a"));
  EXPECT_EQ(read()->files().size(), 1u);
}

TEST_F(Logs, damage_is_told_with_place) {
  commit(0, start + "{\"add\":{\"path\":\"x\"");
  EXPECT_EQ(error_of([&] { read(); }), "DELTA_LOG_MALFORMED");
  commit(0, start + "{\"add\":{\"size\":1}}");
  EXPECT_EQ(error_of([&] { read(); }), "DELTA_LOG_MALFORMED");
}

TEST_F(Logs, a_lying_hint_and_a_damaged_checkpoint_do_not_matter_while_commits_are_there) {
  commit(0, start);
  commit(1, add("a"));
  for (const char* hint : {"", "{", "7", "{\"version\":-3}", "{\"version\":\"x\"}", "{\"version\":99}"}) {
    storage->write(kLastCheckpointPath, hint);
    EXPECT_EQ(read()->files().size(), 1u) << hint;
  }
  storage->write(checkpoint_path(1), "PAR1 and then nothing PAR1");
  storage->write(kLastCheckpointPath, "{\"version\":1}");
  EXPECT_EQ(read()->files().size(), 1u);
  storage->write(checkpoint_path(1), "");
  EXPECT_EQ(read()->version(), 1);
}

TEST_F(Logs, a_damaged_checkpoint_without_its_commits_is_told) {
  storage->write(checkpoint_path(4), "no parquet");
  commit(5, add("a"));
  EXPECT_EQ(error_of([&] { read(); }), "DELTA_LOG_MALFORMED");
}

TEST_F(Logs, compacted_files_stand_for_their_commits) {
  commit(0, start);
  for (int i = 1; i <= 6; ++i) commit(i, add("f" + std::to_string(i)));
  storage->write("_delta_log/00000000000000000001.00000000000000000004.compacted.json", add("compacted"));
  const auto segment = find_log_segment(*storage, std::nullopt);
  ASSERT_EQ(segment.commits.size(), 4u);
  EXPECT_EQ(segment.commits[1].end_version, 4);
  EXPECT_EQ(read()->files().size(), 3u);
  // Not past the version that is asked for.
  EXPECT_EQ(place.table()->snapshot_at_version(3)->files().size(), 3u);
}

TEST_F(Logs, files_are_told_apart_by_their_deletion_vectors) {
  const auto with = [](const char* action, const char* vector) {
    return std::string("{\"") + action + R"(":{"path":"a","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true)" +
           (*vector ? std::string(R"(,"deletionVector":{"storageType":"u","pathOrInlineDv":")") + vector + R"(","offset":1,"sizeInBytes":1,"cardinality":1})" : "") + "}}\n";
  };
  commit(0, start + with("add", ""));
  commit(1, with("remove", "") + with("add", "one"));
  commit(2, with("add", "two") + with("remove", "one"));
  const auto snapshot = read();
  ASSERT_EQ(snapshot->files().size(), 1u);
  EXPECT_EQ(snapshot->files()[0].deletion_vector->path_or_inline, "two");
}

TEST_F(Logs, a_table_made_anew_is_not_taken_for_the_old_one) {
  commit(0, start);
  commit(1, add("old"));
  const auto table = place.table();
  EXPECT_EQ(table->snapshot()->files().size(), 1u);
  std::filesystem::remove_all(place.folder() / "t");
  EXPECT_EQ(error_of([&] { table->snapshot(); }), "DELTA_MISSING_DELTA_TABLE");
  commit(0, start + add("n1") + add("n2"));
  EXPECT_EQ(table->snapshot()->version(), 0);
  EXPECT_EQ(table->snapshot()->files().size(), 2u);
}

TEST_F(Logs, time_travel_goes_by_times_that_never_go_back) {
  commit(0, start);
  for (int i = 1; i <= 3; ++i) commit(i, add("f" + std::to_string(i)));
  // Version 2 looks older than version 1.
  const auto set_time = [&](int version, std::int64_t seconds) {
    std::filesystem::last_write_time(place.folder() / "t" / commit_path(version),
                                     std::chrono::file_clock::from_sys(std::chrono::sys_time<std::chrono::seconds>(std::chrono::seconds(seconds))));
  };
  set_time(0, 1000);
  set_time(1, 2000);
  set_time(2, 1500);
  set_time(3, 3000);
  const auto table = place.table();
  const auto at = [&](std::int64_t millis, bool last = false) { return table->snapshot_at_time(millis * 1000, last)->version(); };
  EXPECT_EQ(at(1'000'000), 0);
  EXPECT_EQ(at(1'999'999), 0);
  EXPECT_EQ(at(2'000'000), 1);
  EXPECT_EQ(at(2'000'001), 2);
  EXPECT_EQ(at(3'000'000), 3);
  EXPECT_EQ(error_of([&] { at(999'999); }), "DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION");
  EXPECT_EQ(error_of([&] { at(3'000'001); }), "DELTA_TIMESTAMP_GREATER_THAN_COMMIT");
  EXPECT_EQ(at(3'000'001, true), 3);
  EXPECT_EQ(error_of([&] { table->snapshot_at_version(4); }), "DELTA_VERSION_NOT_FOUND");
  EXPECT_EQ(error_of([&] { table->snapshot_at_version(-1); }), "DELTA_VERSION_NOT_FOUND");
}

TEST_F(Logs, history_gives_what_commits_say) {
  commit(0, R"({"commitInfo":{"timestamp":5,"userName":"ann","operation":"WRITE","operationParameters":{"mode":"Append","partitionBy":"[]"},"operationMetrics":{"numFiles":"1"},"engineInfo":"e","isBlindAppend":true,"readVersion":3}})" "\n" + start);
  commit(1, add("a"));
  const auto history = place.table()->history(std::nullopt);
  ASSERT_EQ(history.size(), 2u);
  EXPECT_EQ(history[0].version, 1);
  EXPECT_EQ(history[1].operation, "WRITE");
  EXPECT_EQ(history[1].user_name, "ann");
  EXPECT_EQ(history[1].parameters.at("mode"), "\"Append\"");
  EXPECT_EQ(history[1].metrics.at("numFiles"), "1");
  EXPECT_TRUE(history[1].is_blind_append);
  EXPECT_EQ(place.table()->history(1).size(), 1u);
}

TEST(Storages, an_object_of_several_parts_opens_as_one_file) {
  Place place(Place::Kind::Bucket);
  std::string upload;
  store::Change create(store::test_origin());
  create.create_upload({.bucket = "lake", .key = "t/big"}, &upload);
  place.store().apply(std::move(create));
  std::vector<store::CompletePart> parts;
  for (int i = 1; i <= 2; ++i) {
    auto blob = place.store().write_blob(std::string(6 << 20, static_cast<char>('a' + i)), {.checksums = {ChecksumKind::Md5}});
    std::string etag = to_hex(blob.digest(ChecksumKind::Md5));
    parts.push_back({i, etag});
    store::Change put(store::test_origin());
    put.put_part({.bucket = "lake", .key = "t/big", .upload = upload, .number = i, .content = store::ObjectContent::of(std::move(blob)), .etag = etag});
    place.store().apply(std::move(put));
  }
  store::ObjectInfo info;
  store::Change complete(store::test_origin());
  complete.complete_upload({.bucket = "lake", .key = "t/big", .upload = upload, .parts = parts}, &info);
  place.store().apply(std::move(complete));

  const auto storage = place.storage();
  std::filesystem::path path;
  {
    const auto opened = storage->open({"big", "absent", "s3a://lake/t/big", "s3://nowhere/x", "/etc/passwd"});
    ASSERT_TRUE(opened[0] && opened[2]);
    EXPECT_FALSE(opened[1] || opened[3] || opened[4]);
    EXPECT_EQ(opened[0]->path, opened[2]->path);
    path = opened[0]->path;
    EXPECT_EQ(std::filesystem::file_size(path), std::size_t{12 << 20});
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Storages, list_within_bounds) {
  for (const auto kind : {Place::Kind::Folder, Place::Kind::Bucket}) {
    Place place(kind);
    const auto storage = place.storage();
    for (const char* path : {"x", "_delta_log/1", "_delta_log/2", "_delta_log/_a", "_delta_log/_sidecars/s", "y/z"}) storage->write(path, "1");
    const auto paths = [&](std::string_view folder, std::string_view after = {}, std::string_view before = {}) {
      std::string text;
      for (const auto& entry : storage->list(folder, after, before)) text += entry.path + " ";
      return text;
    };
    EXPECT_EQ(paths("_delta_log"), "_delta_log/1 _delta_log/2 _delta_log/_a _delta_log/_sidecars/s ");
    EXPECT_EQ(paths("_delta_log", "_delta_log/1", "_delta_log/:"), "_delta_log/2 ");
    EXPECT_EQ(paths("", "_delta_log/_b"), "_delta_log/_sidecars/s x y/z ");
    EXPECT_EQ(paths("none"), "");
  }
}

}  // namespace
}  // namespace lab::lake::delta
