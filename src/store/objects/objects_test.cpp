#include "store/objects/objects.h"

#include <latch>
#include <thread>

#include <gtest/gtest.h>

#include "store/objects/tables.h"
#include "store/store.h"
#include "store/test_folder.h"

namespace lab::store {
namespace {

class ObjectsTest : public testing::Test {
 protected:
  ObjectsTest() { reopen(); }

  void reopen() {
    store_.reset();
    StoreOptions options;
    options.collect_every = std::chrono::seconds(0);
    store_ = Store::open(folder_.path(), options, disk_, clock_);
  }

  std::vector<std::string> keys(const ListQuery& query) {
    std::vector<std::string> found;
    for (const auto& object : store_->objects().list("b", query).objects) found.push_back(object.key);
    return found;
  }

  TestFolder folder_;
  RealDisk disk_;
  ManualClock clock_;
  std::unique_ptr<Store> store_;
};

using Strings = std::vector<std::string>;

TEST_F(ObjectsTest, puts_gets_and_deletes) {
  make_bucket(*store_, "b");
  const auto put = put_text(*store_, "b", "k", "hello", {}, true);
  EXPECT_EQ(put.size, 5u);
  EXPECT_EQ(put.etag, "5d41402abc4b2a76b9719d911017c592");
  const auto reader = store_->objects().open("b", "k");
  EXPECT_EQ(reader.read_all(), "hello");
  EXPECT_EQ(reader.info().etag, put.etag);
  EXPECT_EQ(reader.info().owner, "ann");
  EXPECT_EQ(reader.info().commit, put.commit);
  EXPECT_EQ(read_file(disk_, reader.parts().at(0).path()), "hello");
  EXPECT_TRUE(reader.parts().at(0).is_whole_file());
  EXPECT_TRUE(delete_key(*store_, "b", "k"));
  EXPECT_FALSE(delete_key(*store_, "b", "k"));
  EXPECT_FALSE(store_->objects().find("b", "k"));
  EXPECT_EQ(reader.read_all(), "hello");
}

TEST_F(ObjectsTest, keeps_empty_objects_properties_and_any_bytes_in_keys) {
  make_bucket(*store_, "b");
  const std::string key("a/\0\xff\xc3\x28../x", 10);
  Change change(test_origin());
  ObjectProperties properties{.content_type = "text/plain",
                              .headers = {{"cache-control", "no-cache"}},
                              .user_metadata = {{"colour", "gr\xfcn"}},
                              .checksums = {{ChecksumKind::Crc32, "\1\2\3\4", false}}};
  change.put_object({.bucket = "b", .key = key, .content = {}, .etag = "e", .properties = properties});
  store_->apply(std::move(change));
  reopen();
  const auto reader = store_->objects().open("b", key);
  EXPECT_EQ(reader.read_all(), "");
  EXPECT_EQ(reader.info().properties, properties);
  EXPECT_TRUE(reader.parts().empty());
  EXPECT_EQ(keys({}), Strings{key});
}

TEST_F(ObjectsTest, names_what_is_missing) {
  EXPECT_EQ(condition_of([&] { put_text(*store_, "nope", "k", "x"); }), &conditions::kNoSuchBucket);
  make_bucket(*store_, "b");
  EXPECT_EQ(condition_of([&] { store_->objects().open("b", "k"); }), &conditions::kNoSuchKey);
  EXPECT_EQ(condition_of([&] { store_->objects().open("c", "k"); }), &conditions::kNoSuchBucket);
  EXPECT_EQ(condition_of([&] { make_bucket(*store_, "b"); }), &conditions::kBucketExists);
  EXPECT_EQ(condition_of([&] { store_->objects().list("c", {}); }), &conditions::kNoSuchBucket);
}

TEST_F(ObjectsTest, decides_conditions_of_a_put) {
  make_bucket(*store_, "b");
  EXPECT_EQ(condition_of([&] { put_text(*store_, "b", "k", "x", Expectation::present()); }), &conditions::kNoSuchKey);
  EXPECT_EQ(condition_of([&] { put_text(*store_, "b", "k", "x", Expectation::has_etag("e")); }),
            &conditions::kNoSuchKey);
  const auto first = put_text(*store_, "b", "k", "x", Expectation::absent());
  EXPECT_EQ(condition_of([&] { put_text(*store_, "b", "k", "y", Expectation::absent()); }),
            &conditions::kPreconditionFailed);
  EXPECT_EQ(condition_of([&] { put_text(*store_, "b", "k", "y", Expectation::has_etag("e")); }),
            &conditions::kPreconditionFailed);
  EXPECT_EQ(store_->objects().open("b", "k").read_all(), "x");
  put_text(*store_, "b", "k", "y", Expectation::has_etag(first.etag));
  EXPECT_EQ(store_->objects().open("b", "k").read_all(), "y");
}

TEST_F(ObjectsTest, lets_one_of_many_win_a_race_for_an_absent_key) {
  make_bucket(*store_, "b");
  for (int round = 0; round < 5; ++round) {
    const auto key = "k" + std::to_string(round);
    std::latch start(64);
    std::atomic<int> winners = 0, losers = 0;
    std::string winner;
    std::vector<std::thread> threads;
    for (int i = 0; i < 64; ++i) {
      threads.emplace_back([&, i] {
        start.arrive_and_wait();
        const auto text = std::to_string(i);
        const auto* condition = condition_of([&] { put_text(*store_, "b", key, text, Expectation::absent()); });
        if (condition == nullptr) {
          ++winners;
          winner = text;
        } else if (condition == &conditions::kPreconditionFailed) {
          ++losers;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(losers, 63);
    EXPECT_EQ(store_->objects().open("b", key).read_all(), winner);
  }
}

TEST_F(ObjectsTest, publishes_many_objects_or_none) {
  make_bucket(*store_, "b");
  const auto data = store_->write_blob("data", {.plain_file = true});
  const auto publish = [&](const std::string& version) {
    Change change(test_origin());
    std::vector<PutObject> puts;
    puts.push_back({.bucket = "b", .key = "t/part-" + version, .content = ObjectContent::of(data), .etag = "d"});
    puts.push_back({.bucket = "b",
                    .key = "t/_delta_log/" + version,
                    .content = ObjectContent::of(store_->write_blob("{}")),
                    .etag = "c",
                    .expect = Expectation::absent(),
                    .otherwise = &conditions::kChangeConflict});
    change.put_objects(std::move(puts));
    store_->apply(std::move(change));
  };
  put_text(*store_, "b", "t/_delta_log/0", "{}");
  EXPECT_EQ(condition_of([&] { publish("0"); }), &conditions::kChangeConflict);
  EXPECT_FALSE(store_->objects().find("b", "t/part-0"));
  // The staged bytes outlive the refused change, so the writer tries again with the next version.
  publish("1");
  EXPECT_EQ(store_->objects().open("b", "t/part-1").read_all(), "data");
}

TEST_F(ObjectsTest, lists_by_bytes_with_prefix_delimiter_and_pages) {
  make_bucket(*store_, "b");
  for (const auto* key : {"a", "b/1", "b/2", "b/c/3", "b0", "c/", "c/x", "\xff\xff", "d"})
    put_text(*store_, "b", key, "x");
  EXPECT_EQ(keys({}), (Strings{"a", "b/1", "b/2", "b/c/3", "b0", "c/", "c/x", "d", "\xff\xff"}));
  EXPECT_EQ(keys({.prefix = "b/"}), (Strings{"b/1", "b/2", "b/c/3"}));
  const auto page = store_->objects().list("b", {.delimiter = "/"});
  EXPECT_EQ(page.common_prefixes, (Strings{"b/", "c/"}));
  EXPECT_EQ(page.objects.size(), 4u);
  EXPECT_FALSE(page.is_truncated);
  EXPECT_EQ(store_->objects().list("b", {.prefix = "b/", .delimiter = "/"}).common_prefixes, Strings{"b/c/"});
  Strings seen;
  const auto looked_at = store_->objects().list("b", {.delimiter = "/"}, [&seen](const ListedKey& found) { seen.emplace_back(found.key); });
  Strings kept;
  for (const auto& object : page.objects) kept.push_back(object.key);
  EXPECT_EQ(seen, kept);
  EXPECT_EQ(looked_at.common_prefixes, page.common_prefixes);
  EXPECT_TRUE(looked_at.objects.empty());

  Strings walked;
  ListQuery query{.delimiter = "/", .limit = 1};
  for (int i = 0; i < 20; ++i) {
    const auto one = store_->objects().list("b", query);
    ASSERT_EQ(one.objects.size() + one.common_prefixes.size(), 1u);
    walked.push_back(one.objects.empty() ? one.common_prefixes[0] : one.objects[0].key);
    if (!one.is_truncated) break;
    query.start_after = one.next_start_after;
  }
  EXPECT_EQ(walked, (Strings{"a", "b/", "b0", "c/", "d", "\xff\xff"}));
  EXPECT_TRUE(store_->objects().list("b", {.limit = 0}).objects.empty());
  EXPECT_EQ(keys({.start_after = "b/2"}), (Strings{"b/c/3", "b0", "c/", "c/x", "d", "\xff\xff"}));
}

TEST_F(ObjectsTest, shows_the_past_by_commit_number) {
  make_bucket(*store_, "b");
  const auto one = put_text(*store_, "b", "k", "one").commit;
  const auto two = put_text(*store_, "b", "k", "two").commit;
  put_text(*store_, "b", "other", "x");
  delete_key(*store_, "b", "k");
  const auto after = store_->last_commit();
  auto& objects = store_->objects();
  EXPECT_EQ(objects.open("b", "k", one).read_all(), "one");
  EXPECT_EQ(objects.open("b", "k", two).read_all(), "two");
  EXPECT_EQ(objects.get("b", "k", one).closed, two);
  EXPECT_FALSE(objects.find("b", "k", after));
  EXPECT_FALSE(objects.find("b", "k", CommitNumber{one.value - 1}));
  EXPECT_EQ(keys({.as_of = two}), Strings{"k"});
  EXPECT_EQ(keys({.as_of = CommitNumber{after.value - 1}}), (Strings{"k", "other"}));
  EXPECT_EQ(keys({.as_of = after}), Strings{"other"});
}

TEST_F(ObjectsTest, copies_without_moving_bytes) {
  make_bucket(*store_, "b");
  put_text(*store_, "b", "source", "0123456789");
  const auto source = store_->objects().get("b", "source");
  Change change(test_origin());
  change.put_object({.bucket = "b", .key = "copy", .content = ObjectContent::copy_of(source), .etag = source.etag});
  change.put_object({.bucket = "b", .key = "piece", .content = ObjectContent::copy_of(source, 3, 4), .etag = "p"});
  store_->apply(std::move(change));
  delete_key(*store_, "b", "source");
  EXPECT_EQ(store_->objects().open("b", "copy").read_all(), "0123456789");
  EXPECT_EQ(store_->objects().open("b", "piece").read_all(), "3456");
  EXPECT_EQ(store_->objects().get("b", "copy").parts[0].bytes.blob, source.parts[0].bytes.blob);
}

class VersionsTest : public ObjectsTest {
 protected:
  VersionsTest() {
    make_bucket(*store_, "b");
    set(Versioning::Enabled);
  }
  void set(Versioning versioning) {
    Change change(test_origin());
    change.set_versioning("b", versioning);
    store_->apply(std::move(change));
  }
  DeleteResult erase(const std::string& key, std::optional<std::string> version = {}) {
    DeleteResult result;
    Change change(test_origin());
    change.delete_object({.bucket = "b", .key = key, .version = std::move(version)}, &result);
    store_->apply(std::move(change));
    return result;
  }
  /// Texts of all versions in the order of a listing; `-` for a marker, `*` behind the latest.
  std::vector<std::string> versions(const VersionQuery& query = {}) {
    std::vector<std::string> found;
    for (const auto& each : store_->objects().list_versions("b", query).versions) {
      auto text = each.is_marker ? "-" : store_->objects().open_version("b", each.key, each.version).read_all();
      found.push_back(each.key + "=" + text + (each.is_latest ? "*" : ""));
    }
    return found;
  }
  std::string current(const std::string& key) {
    const auto reader = store_->objects().find_and_open("b", key);
    return reader ? reader->read_all() : "(none)";
  }
};

TEST_F(VersionsTest, keeps_what_is_overwritten_and_deleted) {
  const auto one = put_text(*store_, "b", "k", "one");
  const auto two = put_text(*store_, "b", "k", "two");
  EXPECT_NE(one.version, two.version);
  put_text(*store_, "b", "other", "x");
  EXPECT_EQ(versions(), (Strings{"k=two*", "k=one", "other=x*"}));
  const auto marker = erase("k");
  EXPECT_TRUE(marker.is_marker);
  EXPECT_EQ(current("k"), "(none)");
  EXPECT_EQ(keys({}), Strings{"other"});
  EXPECT_EQ(versions(), (Strings{"k=-*", "k=two", "k=one", "other=x*"}));
  reopen();
  EXPECT_TRUE(erase("k", marker.version).is_marker);
  EXPECT_EQ(current("k"), "two");
  EXPECT_TRUE(erase("k", two.version).existed);
  EXPECT_EQ(current("k"), "one");
  EXPECT_EQ(store_->objects().get("b", "k").version, one.version);
  EXPECT_EQ(store_->objects().get("b", "k").modified, one.modified);
  EXPECT_TRUE(erase("k", one.version).existed);
  EXPECT_FALSE(erase("k", one.version).existed);
  EXPECT_EQ(versions(), Strings{"other=x*"});
}

TEST_F(VersionsTest, has_one_null_version_when_suspended) {
  set(Versioning::Suspended);
  put_text(*store_, "b", "k", "null one");
  set(Versioning::Enabled);
  put_text(*store_, "b", "k", "kept");
  set(Versioning::Suspended);
  put_text(*store_, "b", "k", "null two");
  EXPECT_EQ(versions(), (Strings{"k=null two*", "k=kept"}));
  const auto marker = erase("k");
  EXPECT_EQ(marker.version, std::string());
  EXPECT_EQ(versions(), (Strings{"k=-*", "k=kept"}));
  erase("k", std::string());
  EXPECT_EQ(current("k"), "kept");
  EXPECT_THROW(set(Versioning::Off), Error);
}

TEST_F(VersionsTest, pages_through_versions_that_are_removed_meanwhile) {
  for (const char* text : {"1", "2", "3", "4"}) put_text(*store_, "b", "k", text);
  put_text(*store_, "b", "d/1", "x");
  put_text(*store_, "b", "d/2", "y");
  const auto page = store_->objects().list_versions("b", {.delimiter = "/", .limit = 3});
  EXPECT_EQ(page.common_prefixes, Strings{"d/"});
  ASSERT_TRUE(page.is_truncated);
  erase("k", page.next_version_marker);
  EXPECT_EQ(versions({.delimiter = "/", .key_marker = page.next_key_marker, .version_marker = page.next_version_marker}),
            (Strings{"k=2", "k=1"}));
}

TEST_F(VersionsTest, lets_collection_take_only_what_no_version_needs) {
  const auto one = put_text(*store_, "b", "k", "one");
  put_text(*store_, "b", "k", "two");
  clock_.advance(std::chrono::hours(24 * 30));
  store_->collect();
  EXPECT_EQ(versions(), (Strings{"k=two*", "k=one"}));
  erase("k", one.version);
  clock_.advance(std::chrono::hours(24 * 30));
  put_text(*store_, "b", "later", "z");
  EXPECT_GT(store_->collect().blobs, 0u);
  EXPECT_EQ(versions(), (Strings{"k=two*", "later=z*"}));
}

TEST_F(VersionsTest, guards_locked_versions_and_changes_properties_in_place) {
  const auto info = put_text(*store_, "b", "k", "one");
  ObjectInfo updated;
  Change change(test_origin());
  change.update_object({.bucket = "b", .key = "k", .update = [](ObjectInfo& each) { each.properties.lock.legal_hold = true; }}, &updated);
  store_->apply(std::move(change));
  EXPECT_EQ(updated.version, info.version);
  EXPECT_THROW(erase("k", info.version), Error);
  EXPECT_TRUE(erase("k").is_marker);
  EXPECT_TRUE(store_->objects().get_version("b", "k", info.version).properties.lock.legal_hold);
}

class MultipartTest : public ObjectsTest {
 protected:
  MultipartTest() { make_bucket(*store_, "b"); }

  std::string start(std::optional<ChecksumKind> kind = {}, bool full = false) {
    std::string id;
    Change change(test_origin());
    change.create_upload({.bucket = "b",
                          .key = "big",
                          .properties = {.content_type = "x/y"},
                          .checksum = kind,
                          .full_object_checksum = full},
                         &id);
    store_->apply(std::move(change));
    return id;
  }

  std::string put(const std::string& id, int number, std::string_view text,
                  std::vector<StoredChecksum> checksums = {}) {
    auto blob = store_->write_blob(text, {.checksums = {ChecksumKind::Md5}});
    const auto etag = to_hex(blob.digest(ChecksumKind::Md5));
    Change change(test_origin());
    change.put_part({.bucket = "b",
                     .key = "big",
                     .upload = id,
                     .number = number,
                     .content = ObjectContent::of(std::move(blob)),
                     .etag = etag,
                     .checksums = std::move(checksums)});
    store_->apply(std::move(change));
    return etag;
  }

  ObjectInfo complete(const std::string& id, std::vector<CompletePart> parts, std::uint64_t minimum = 1) {
    ObjectInfo info;
    Change change(test_origin());
    change.complete_upload(
        {.bucket = "b", .key = "big", .upload = id, .parts = std::move(parts), .min_part_size = minimum}, &info);
    store_->apply(std::move(change));
    return info;
  }
};

TEST_F(MultipartTest, makes_an_object_of_its_parts) {
  const auto id = start();
  const auto two = put(id, 2, "world");
  const auto wrong = put(id, 1, "wrong!");
  const auto one = put(id, 1, "hello ");
  EXPECT_NE(wrong, one);
  EXPECT_FALSE(store_->objects().find("b", "big"));
  const auto listed = store_->objects().list_parts("b", "big", id, 0, 1);
  EXPECT_EQ(listed.parts.at(0).number, 1);
  EXPECT_TRUE(listed.is_truncated);
  EXPECT_EQ(store_->objects().list_parts("b", "big", id, listed.next_marker, 10).parts.at(0).etag, two);

  const auto info = complete(id, {{1, one}, {2, two}});
  EXPECT_EQ(info.size, 11u);
  EXPECT_EQ(info.num_parts, 2);
  // MD5 over the two MD5s, as S3 does it.
  EXPECT_EQ(info.etag, to_hex(checksum(ChecksumKind::Md5,
                                       checksum(ChecksumKind::Md5, "hello ") + checksum(ChecksumKind::Md5, "world"))) +
                           "-2");
  reopen();
  const auto reader = store_->objects().open("b", "big");
  EXPECT_EQ(reader.read_all(), "hello world");
  EXPECT_EQ(reader.info().properties.content_type, "x/y");
  std::string middle(5, ' ');
  EXPECT_EQ(reader.read(4, middle), 5u);
  EXPECT_EQ(middle, "o wor");
  EXPECT_EQ(reader.read(11, middle), 0u);
  EXPECT_EQ(condition_of([&] { complete(id, {{1, one}}); }), &conditions::kNoSuchUpload);
}

TEST_F(MultipartTest, refuses_wrong_lists_of_parts) {
  const auto id = start();
  const auto one = put(id, 1, "hello ");
  const auto two = put(id, 2, "world");
  EXPECT_EQ(condition_of([&] { complete(id, {}); }), &conditions::kInvalidPartOrder);
  EXPECT_EQ(condition_of([&] { complete(id, {{2, two}, {1, one}}); }), &conditions::kInvalidPartOrder);
  EXPECT_EQ(condition_of([&] { complete(id, {{1, two}}); }), &conditions::kInvalidPart);
  EXPECT_EQ(condition_of([&] { complete(id, {{3, two}}); }), &conditions::kInvalidPart);
  EXPECT_EQ(condition_of([&] { complete(id, {{1, one}, {2, two}}, 7); }), &conditions::kPartTooSmall);
  EXPECT_EQ(complete(id, {{2, two}}).size, 5u);
}

TEST_F(MultipartTest, joins_checksums_of_parts) {
  const auto crc = [](std::string_view text) {
    return StoredChecksum{ChecksumKind::Crc32, checksum(ChecksumKind::Crc32, text), false};
  };
  for (const bool full : {true, false}) {
    const auto id = start(ChecksumKind::Crc32, full);
    const auto one = put(id, 1, "hello ", {crc("hello ")});
    const auto two = put(id, 2, "world", {crc("world")});
    const auto info = complete(id, {{1, one}, {2, two}});
    ASSERT_EQ(info.properties.checksums.size(), 1u);
    EXPECT_EQ(info.properties.checksums[0].composite, !full);
    EXPECT_EQ(
        info.properties.checksums[0].value,
        full ? crc("hello world").value : checksum(ChecksumKind::Crc32, crc("hello ").value + crc("world").value));
  }
}

TEST_F(MultipartTest, lists_and_aborts_uploads) {
  const auto id = start();
  put(id, 1, "x");
  EXPECT_EQ(store_->objects().list_uploads("b", {}).uploads.at(0).id, id);
  EXPECT_TRUE(store_->objects().list_uploads("b", {.key_marker = "big"}).uploads.empty());
  EXPECT_EQ(store_->objects().list_uploads("b", {.prefix = "b", .delimiter = "i"}).common_prefixes, Strings{"bi"});
  Change change(test_origin());
  change.abort_upload("b", "big", id);
  store_->apply(std::move(change));
  EXPECT_TRUE(store_->objects().list_uploads("b", {}).uploads.empty());
  EXPECT_EQ(condition_of([&] { put(id, 2, "y"); }), &conditions::kNoSuchUpload);
}

TEST_F(ObjectsTest, deletes_only_empty_buckets) {
  make_bucket(*store_, "b");
  put_text(*store_, "b", "k", "x");
  const auto remove = [&] {
    Change change(test_origin());
    change.delete_bucket("b");
    store_->apply(std::move(change));
  };
  EXPECT_EQ(condition_of(remove), &conditions::kBucketNotEmpty);
  delete_key(*store_, "b", "k");
  const auto id = store_->objects().get_bucket("b").id;
  remove();
  EXPECT_TRUE(store_->objects().list_buckets().empty());
  make_bucket(*store_, "b");
  EXPECT_NE(store_->objects().get_bucket("b").id, id);
  EXPECT_TRUE(keys({}).empty());
}

TEST(AfterPrefix, sorts_behind_everything_with_the_prefix) {
  EXPECT_EQ(after_prefix("a/"), "a0");
  EXPECT_EQ(after_prefix("a\xff\xff"), "b");
  EXPECT_EQ(after_prefix("\xff"), "");
}

}  // namespace
}  // namespace lab::store
