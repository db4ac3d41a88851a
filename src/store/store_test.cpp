#include "store/store.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "base/disk_recording.h"
#include "store/test_folder.h"

namespace lab::store {
namespace {

SchemaSpec test_schema(int version = 1) {
  return {
      .module = "test",
      .version = version,
      .tables = {{.name = "people",
                  .kind = RowKind::History,
                  .columns = {{"team"}, {"name"}, {"age", ColumnType::Integer, true}},
                  .num_key_columns = 2},
                 {.name = "offsets", .kind = RowKind::State, .columns = {{"topic"}, {"position", ColumnType::Integer}}},
                 {.name = "visits",
                  .kind = RowKind::Event,
                  .columns = {{"who"}, {"data", ColumnType::Bytes}},
                  .num_key_columns = 0},
                 {.name = "beats", .kind = RowKind::Live, .columns = {{"node"}, {"load", ColumnType::Real}}}}};
}

class StoreTest : public testing::Test {
 protected:
  StoreTest() { reopen(); }

  void reopen(SchemaSpec schema = test_schema()) {
    store_.reset();
    StoreOptions options;
    options.schemas = {std::move(schema)};
    options.collect_every = std::chrono::seconds(0);
    store_ = Store::open(folder_.path(), options, disk_, clock_);
  }

  CommitNumber apply(Change::Step step) {
    Change change(test_origin());
    change.step(std::move(step));
    return store_->apply(std::move(change));
  }

  TestFolder folder_;
  RealDisk disk_;
  ManualClock clock_;
  std::unique_ptr<Store> store_;
};

Row person(const char* team, const char* name, std::int64_t age) { return {std::string(team), std::string(name), age}; }
Key key(const char* team, const char* name) { return {std::string(team), std::string(name)}; }

TEST_F(StoreTest, events_go_from_the_oldest_end) {
  SchemaSpec schema{.module = "test", .version = 1, .tables = {{.name = "visits", .kind = RowKind::Event, .columns = {{"time", ColumnType::Integer}}, .num_key_columns = 0}}};
  const TestFolder folder;
  StoreOptions options;
  options.schemas = {std::move(schema)};
  options.collect_every = std::chrono::seconds(0);
  const auto store = Store::open(folder.path(), options, disk_, clock_);
  const auto apply_to = [&](Change::Step step) {
    Change change(test_origin());
    change.step(std::move(step));
    store->apply(std::move(change));
  };
  const auto drop = [&](const Transaction::Outdated& outdated) {
    std::size_t dropped = 0;
    apply_to([&](Transaction& t) { dropped = t.drop_outdated("visits", outdated); });
    return dropped;
  };
  const auto oldest = [&] { return as_integer(store->snapshot().scan_rows("visits").front()[0]); };
  apply_to([](Transaction& t) {
    for (std::int64_t time = 0; time < 1000; ++time) t.put_row("visits", {time});
  });
  EXPECT_EQ(drop({.time_column = "time", .since = 10}), 10u);
  EXPECT_EQ(oldest(), 10);
  // One change takes 500 at most.
  EXPECT_EQ(drop({.keep = 100, .time_column = "time"}), 500u);
  EXPECT_EQ(drop({.keep = 100, .time_column = "time"}), 390u);
  EXPECT_EQ(drop({.keep = 100, .time_column = "time"}), 0u);
  EXPECT_EQ(oldest(), 900);
  apply_to([](Transaction& t) { t.put_row("visits", {std::int64_t{1000}}); });
  EXPECT_EQ(store->snapshot().scan_rows("visits").size(), 101u);
}

TEST_F(StoreTest, keeps_history_rows_through_time) {
  const auto first = apply([](Transaction& t) { t.put_row("people", person("a", "ann", 30)); });
  const auto second = apply([](Transaction& t) { t.put_row("people", person("a", "ann", 31)); });
  EXPECT_EQ(second.value, first.value + 1);
  apply([](Transaction& t) {
    t.add_row("people", person("a", "bob", 20));
    t.add_row("people", person("b", "eve", 40));
    EXPECT_EQ(t.scan_rows("people").size(), 3u);
  });
  const auto gone = apply([](Transaction& t) { EXPECT_TRUE(t.erase_row("people", key("a", "ann"))); });
  reopen();
  const auto now = store_->snapshot();
  EXPECT_EQ(now.last_commit(), gone);
  EXPECT_FALSE(now.find_row("people", key("a", "ann")));
  EXPECT_EQ(now.find_row_as_of("people", key("a", "ann"), first)->row[2], Value(std::int64_t{30}));
  EXPECT_EQ(now.find_row_as_of("people", key("a", "ann"), second)->row[2], Value(std::int64_t{31}));
  EXPECT_EQ(now.history_of("people", key("a", "ann")).size(), 2u);
  EXPECT_EQ(now.history_of("people", key("a", "ann"))[1].closed, gone);
  EXPECT_EQ(now.scan_rows_as_of("people", second).size(), 1u);
  EXPECT_EQ(now.scan_rows("people", {.prefix = {std::string("a")}}).size(), 1u);
  EXPECT_EQ(now.scan_rows("people", {.after = key("a", "bob")}), (std::vector<Row>{person("b", "eve", 40)}));
  EXPECT_EQ(now.scan_rows("people", {.limit = 1}).size(), 1u);
}

TEST_F(StoreTest, keeps_branches_apart) {
  apply([](Transaction& t) {
    t.put_row("people", person("a", "ann", 1));
    t.put_row("people", person("a", "ann", 2), Branch{7});
  });
  const auto now = store_->snapshot();
  EXPECT_EQ(now.find_row("people", key("a", "ann")), person("a", "ann", 1));
  EXPECT_EQ(now.find_row("people", key("a", "ann"), Branch{7}), person("a", "ann", 2));
}

TEST_F(StoreTest, overwrites_state_appends_events_and_forgets_live_rows) {
  apply([](Transaction& t) {
    t.put_row("offsets", {std::string("t"), std::int64_t{1}});
    t.put_row("offsets", {std::string("t"), std::int64_t{2}});
    t.put_row("visits", {std::string("ann"), Bytes{std::string("\0x", 2)}});
    t.put_row("visits", {std::string("ann"), Bytes{""}});
    t.put_row("beats", {std::string("n1"), 0.5});
    EXPECT_TRUE(t.find_row("beats", {std::string("n1")}));
  });
  {
    const auto now = store_->snapshot();
    EXPECT_EQ(now.scan_rows("offsets"), (std::vector<Row>{{std::string("t"), std::int64_t{2}}}));
    EXPECT_EQ(now.scan_rows("visits").size(), 2u);
    EXPECT_EQ(as_bytes(now.scan_rows("visits")[0][1]), std::string("\0x", 2));
    EXPECT_EQ(now.scan_rows("beats").size(), 1u);
  }
  reopen();
  const auto now = store_->snapshot();
  EXPECT_EQ(now.scan_rows("visits").size(), 2u);
  EXPECT_TRUE(now.scan_rows("beats").empty());
}

TEST_F(StoreTest, undoes_a_refused_change_whole_and_alone) {
  const auto refuse = [&] {
    apply([](Transaction& t) {
      t.put_row("people", person("a", "ann", 1));
      t.put_row("beats", {std::string("n1"), 0.5});
      t.add_row("people", person("a", "ann", 2));
    });
  };
  EXPECT_EQ(condition_of(refuse), &conditions::kRowExists);
  EXPECT_EQ(store_->last_commit().value, 0);
  EXPECT_TRUE(store_->snapshot().scan_rows("people").empty());
  EXPECT_TRUE(store_->snapshot().scan_rows("beats").empty());
  std::vector<std::thread> threads;
  std::atomic<int> refused = 0;
  for (int i = 0; i < 32; ++i) {
    threads.emplace_back([&, i] {
      const auto* condition = condition_of([&] {
        apply([i](Transaction& t) {
          t.put_row("people", person("c", std::to_string(i).c_str(), i));
          if (i % 2 == 0) throw Error(conditions::kChangeConflict, {{"what", "test"}});
        });
      });
      if (condition == &conditions::kChangeConflict) ++refused;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(refused, 16);
  EXPECT_EQ(store_->snapshot().scan_rows("people").size(), 16u);
  EXPECT_EQ(store_->last_commit().value, 16);
}

TEST_F(StoreTest, runs_queries_of_a_module) {
  apply([](Transaction& t) {
    for (int i = 0; i < 10; ++i) t.put_row("people", person("a", std::to_string(i).c_str(), i));
  });
  const Value limit = std::int64_t{5};
  std::int64_t sum = 0;
  store_->snapshot().query("SELECT age FROM people WHERE age < ?1", {&limit, 1}, [&](const Row& row) {
    sum += as_integer(row[0]);
    return true;
  });
  EXPECT_EQ(sum, 0 + 1 + 2 + 3 + 4);
}

TEST_F(StoreTest, migrates_forward_and_refuses_to_go_back) {
  apply([](Transaction& t) { t.put_row("offsets", {std::string("t"), std::int64_t{1}}); });
  auto newer = test_schema(2);
  newer.tables[1].columns.push_back({"note", ColumnType::Text, true});
  newer.tables.push_back({.name = "more", .columns = {{"id"}}});
  newer.migrations = {{2, "ALTER TABLE offsets ADD COLUMN note TEXT"}};
  reopen(newer);
  EXPECT_EQ(store_->snapshot().scan_rows("offsets").at(0).size(), 3u);
  apply([](Transaction& t) { t.put_row("more", {std::string("x")}); });
  EXPECT_EQ(condition_of([&] { reopen(); }), &conditions::kDataTooNew);
}

TEST_F(StoreTest, is_opened_by_one_at_a_time) {
  EXPECT_EQ(condition_of([&] { Store::open(folder_.path(), {}, disk_, clock_); }), &conditions::kStoreInUse);
}

TEST_F(StoreTest, shows_its_files_to_their_owner_alone) {
  for (const auto* name : {"lab.db", "lab.db-wal", "lab.db-shm", "lock"}) {
    const auto permissions = std::filesystem::status(folder_.path() / name).permissions();
    EXPECT_EQ(permissions, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write) << name;
  }
}

TEST_F(StoreTest, finds_commits_by_time) {
  const auto step = [](Transaction& t) { t.put_row("offsets", {std::string("t"), std::int64_t{1}}); };
  const auto begin = clock_.now();
  EXPECT_EQ(store_->find_commit_at(begin).value, 0);
  const auto first = apply(step);
  clock_.advance(std::chrono::seconds(10));
  const auto second = apply(step);
  EXPECT_EQ(store_->find_commit_at(begin + std::chrono::seconds(9)), first);
  EXPECT_EQ(store_->find_commit_at(clock_.now()), second);
}

class Collected {
 public:
  Feed::Callback callback() {
    return [this](const CommittedChange& change) {
      const std::lock_guard lock(mutex_);
      changes_.push_back(change);
      more_.notify_all();
    };
  }
  std::vector<CommittedChange> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    more_.wait_for(lock, std::chrono::seconds(20), [&] { return changes_.size() >= count; });
    return changes_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<CommittedChange> changes_;
};

TEST_F(StoreTest, feeds_changes_in_order_by_kind_from_a_number) {
  const auto visit = [&](int i) {
    return apply([i](Transaction& t) {
      t.put_row(i % 2 == 0 ? "visits" : "offsets",
                {std::to_string(i), i % 2 == 0 ? Value(Bytes{}) : Value(std::int64_t{i})});
    });
  };
  for (int i = 0; i < 2000; ++i) visit(i);
  Collected visits, all;
  auto first = store_->feed().subscribe(CommitNumber{0}, {"visits"}, visits.callback());
  auto second = store_->feed().subscribe(CommitNumber{1990}, {}, all.callback());
  for (int i = 2000; i < 2010; ++i) visit(i);
  const auto found = visits.wait_for(1005);
  ASSERT_EQ(found.size(), 1005u);
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].number.value, static_cast<std::int64_t>(2 * i + 1));
  EXPECT_EQ(found[0].origin.actor, "ann");
  EXPECT_EQ(found[0].events.at(0).kind, "visits");
  const auto late = all.wait_for(20);
  ASSERT_EQ(late.size(), 20u);
  EXPECT_EQ(late[0].number.value, 1991);
  first.cancel();
  visit(2010);
  EXPECT_EQ(all.wait_for(21).size(), 21u);
  EXPECT_EQ(visits.wait_for(0).size(), 1005u);
  EXPECT_EQ(store_->feed().read(CommitNumber{2000}, {"offsets"}, 3).size(), 3u);
}

TEST_F(StoreTest, tells_the_feed_of_objects) {
  make_bucket(*store_, "b");
  put_text(*store_, "b", "dir/k", "x");
  delete_key(*store_, "b", "dir/k");
  const auto changes = store_->feed().read(CommitNumber{0}, {"objects"}, 10);
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].events, (std::vector<FeedEvent>{{"objects", FeedAction::Put, "b/dir/k"}}));
  EXPECT_EQ(changes[1].events[0].action, FeedAction::Erase);
}

TEST_F(StoreTest, adopts_files_that_an_engine_wrote) {
  make_bucket(*store_, "b");
  const auto path = store_->stage_path(".parquet");
  disk_.create(path)->append("PAR1....PAR1");
  auto blob = store_->adopt(path);
  EXPECT_FALSE(disk_.find_status(path));
  EXPECT_EQ(blob.size(), 12u);
  Change change(test_origin());
  change.put_object({.bucket = "b", .key = "f.parquet", .content = ObjectContent::of(std::move(blob)), .etag = "e"});
  store_->apply(std::move(change));
  EXPECT_EQ(store_->objects().open("b", "f.parquet").read_all(), "PAR1....PAR1");
  const auto left = store_->stage_path("");
  disk_.make_folder(left);
  disk_.create(left / "x");
  store_->discard_stage(left);
  EXPECT_FALSE(disk_.find_status(left));
  const auto forgotten = store_->stage_path("");
  disk_.create(forgotten);
  reopen();
  EXPECT_FALSE(disk_.find_status(forgotten));
}

TEST_F(StoreTest, collects_what_fell_out_of_retention_and_nothing_else) {
  make_bucket(*store_, "b");
  put_text(*store_, "b", "kept", "kept");
  put_text(*store_, "b", "old", "old", {}, true);
  put_text(*store_, "b", "lent", "lent", {}, true);
  put_text(*store_, "b", "copied", "copied");
  auto old = std::make_unique<ObjectReader>(store_->objects().open("b", "old"));
  const auto old_path = old->parts()[0].path();
  auto lent = std::make_unique<ObjectReader>(store_->objects().open("b", "lent"));
  const auto lent_path = lent->parts()[0].path();
  {
    const auto source = store_->objects().get("b", "copied");
    Change change(test_origin());
    change.put_object({.bucket = "b", .key = "copy", .content = ObjectContent::copy_of(source), .etag = "e"});
    store_->apply(std::move(change));
  }
  apply([](Transaction& t) { t.put_row("people", person("a", "ann", 1)); });
  apply([](Transaction& t) { t.put_row("people", person("a", "ann", 2)); });
  for (const auto* each : {"old", "lent", "copied"}) delete_key(*store_, "b", each);
  const auto before = store_->collect();
  EXPECT_EQ(before.rows, 0u);
  EXPECT_EQ(before.blobs, 0u);
  clock_.advance(std::chrono::hours(24 * 8));
  old.reset();
  put_text(*store_, "b", "new", "new");
  const auto result = store_->collect();
  EXPECT_GE(result.rows, 4u);
  EXPECT_EQ(result.blobs, 1u);
  EXPECT_FALSE(disk_.find_status(old_path));
  EXPECT_EQ(lent->read_all(), "lent");
  EXPECT_TRUE(disk_.find_status(lent_path));
  EXPECT_EQ(store_->objects().open("b", "copy").read_all(), "copied");
  EXPECT_EQ(store_->objects().open("b", "kept").read_all(), "kept");
  EXPECT_EQ(store_->snapshot().history_of("people", key("a", "ann")).size(), 1u);
  lent.reset();
  EXPECT_EQ(store_->collect().blobs, 1u);
  EXPECT_FALSE(disk_.find_status(lent_path));
  const auto last = store_->last_commit();
  reopen();
  EXPECT_EQ(store_->last_commit(), last);
}

TEST_F(StoreTest, keeps_leased_history_until_the_lease_ends) {
  make_bucket(*store_, "b");
  const auto at = put_text(*store_, "b", "k", "one").commit;
  put_text(*store_, "b", "k", "two");
  const auto lease = store_->lease_history(at, std::chrono::hours(24 * 10));
  clock_.advance(std::chrono::hours(24 * 9));
  put_text(*store_, "b", "k", "three");
  store_->collect();
  EXPECT_EQ(store_->objects().open("b", "k", at).read_all(), "one");
  EXPECT_TRUE(store_->renew_lease(lease, std::chrono::hours(24 * 10)));
  reopen();
  clock_.advance(std::chrono::hours(24 * 9));
  put_text(*store_, "b", "k", "four");
  store_->collect();
  EXPECT_EQ(store_->objects().open("b", "k", at).read_all(), "one");
  store_->release_lease(lease);
  EXPECT_FALSE(store_->renew_lease(lease, std::chrono::hours(1)));
  store_->collect();
  EXPECT_FALSE(store_->objects().find("b", "k", at));
  EXPECT_EQ(store_->objects().open("b", "k").read_all(), "four");

  const auto short_lease = store_->lease_history(store_->last_commit(), std::chrono::seconds(5));
  clock_.advance(std::chrono::seconds(6));
  EXPECT_FALSE(store_->renew_lease(short_lease, std::chrono::seconds(5)));
}

TEST_F(StoreTest, removes_files_that_a_dead_process_left) {
  make_bucket(*store_, "b");
  const auto path = folder_.path() / "blobs" / "000000" / "000000000001";
  {
    const auto blob = store_->write_blob("never named", {.plain_file = true});
    ASSERT_TRUE(disk_.find_status(path));
    std::filesystem::copy_file(path, folder_.path() / "blobs" / "000000" / "0000000000ff");
  }
  EXPECT_FALSE(disk_.find_status(path));
  reopen();
  EXPECT_EQ(store_->collect().blobs, 1u);
  EXPECT_FALSE(disk_.find_status(folder_.path() / "blobs" / "000000" / "0000000000ff"));
}

TEST_F(StoreTest, refuses_after_stop_and_reports_its_state) {
  make_bucket(*store_, "b");
  put_text(*store_, "b", "k", "12345");
  put_text(*store_, "b", "k", "123");
  const auto status = store_->status();
  EXPECT_EQ(status.last_commit.value, 3);
  EXPECT_EQ(status.object_bytes, 3u);
  EXPECT_EQ(status.history_bytes, 5u);
  EXPECT_GT(status.journal_bytes, 0u);
  store_->stop();
  store_->stop();
  EXPECT_EQ(condition_of([&] { make_bucket(*store_, "c"); }), &conditions::kStoreStopped);
}

TEST(StoreOrder, syncs_bytes_and_names_before_it_acknowledges) {
  TestFolder folder;
  RealDisk real;
  SystemClock clock;
  RecordingDisk recording(real);
  const auto store = Store::open(folder.path(), {}, recording, clock);
  make_bucket(*store, "b");
  recording.forget();
  put_text(*store, "b", "k", "hello", {}, true);
  const auto operations = recording.operations();
  const auto file = store->objects().open("b", "k").parts()[0].path();
  int step = 0;
  for (const auto& each : operations) {
    using Of = DiskOperation::Kind;
    if (step == 0 && each.kind == Of::Create && each.path == file) step = 1;
    if (step == 1 && each.kind == Of::Write && each.path == file && each.bytes == "hello") step = 2;
    if (step == 2 && each.kind == Of::Sync && each.path == file) step = 3;
    if (step == 3 && each.kind == Of::SyncFolder && each.path == file.parent_path()) step = 4;
  }
  EXPECT_EQ(step, 4);
}

TEST(StoreOrder, syncs_a_pack_before_it_acknowledges) {
  TestFolder folder;
  RealDisk real;
  SystemClock clock;
  RecordingDisk recording(real);
  const auto store = Store::open(folder.path(), {}, recording, clock);
  make_bucket(*store, "b");
  put_text(*store, "b", "first", "begins the pack");
  recording.forget();
  put_text(*store, "b", "k", "hello");
  const auto operations = recording.operations();
  const auto part = store->objects().open("b", "k").parts()[0];
  EXPECT_EQ(part.path().extension(), ".pack");
  EXPECT_EQ(part.offset(), 15u);
  EXPECT_FALSE(part.is_whole_file());
  // One write and one sync; nothing is made.
  ASSERT_EQ(operations.size(), 2u);
  EXPECT_EQ(operations[0].bytes, "hello");
  EXPECT_EQ(operations[1].kind, DiskOperation::Kind::Sync);
  EXPECT_EQ(operations[1].path, part.path());
}

TEST_F(StoreTest, compacts_packs_that_little_is_left_of) {
  make_bucket(*store_, "b");
  for (int i = 0; i < 20; ++i) put_text(*store_, "b", "k" + std::to_string(i), std::string(3000, static_cast<char>('a' + i)));
  const auto old_pack = store_->objects().open("b", "k3").parts()[0].path();
  reopen();  // the next process writes to a pack of its own
  for (int i = 0; i < 20; ++i)
    if (i != 3) delete_key(*store_, "b", "k" + std::to_string(i));
  const auto reader = store_->objects().open("b", "k3");
  clock_.advance(std::chrono::hours(24 * 8));
  put_text(*store_, "b", "new", "new");
  const auto result = store_->collect();
  EXPECT_EQ(result.blobs, 19u);
  EXPECT_EQ(result.bytes, 19u * 3000 * 2);  // of rows, and of the file
  EXPECT_FALSE(disk_.find_status(old_pack));
  const std::string text(3000, 'd');
  EXPECT_EQ(reader.read_all(), text);  // who has it open reads on
  const auto moved = store_->objects().open("b", "k3");
  EXPECT_NE(moved.parts()[0].path(), old_pack);
  EXPECT_EQ(moved.read_all(), text);
  reopen();
  EXPECT_EQ(store_->objects().open("b", "k3").read_all(), text);
  EXPECT_TRUE(store_->scrub().damages.empty());
}

TEST_F(StoreTest, joins_the_small_packs_of_many_starts) {
  make_bucket(*store_, "b");
  for (int i = 0; i < 10; ++i) {
    put_text(*store_, "b", "k" + std::to_string(i), "text " + std::to_string(i));
    reopen();
  }
  put_text(*store_, "b", "now", "now");
  store_->collect();
  EXPECT_EQ(disk_.list(folder_.path() / "packs").size(), 1u);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(store_->objects().open("b", "k" + std::to_string(i)).read_all(), "text " + std::to_string(i));
}

TEST(KeyCode, sorts_as_its_values_do) {
  const std::vector<Key> sorted{{Value()},
                                {std::int64_t{INT64_MIN}},
                                {std::int64_t{-1}},
                                {std::int64_t{0}},
                                {std::int64_t{5}, std::string("")},
                                {std::int64_t{5}, std::string("a")},
                                {std::int64_t{5}, std::string("a\0", 2)},
                                {std::int64_t{5}, std::string("ab")},
                                {std::int64_t{INT64_MAX}},
                                {-2.5},
                                {0.0},
                                {1e300},
                                {std::string("x")},
                                {Bytes{"x"}}};
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    EXPECT_EQ(decode_key(encode_key(sorted[i])), sorted[i]) << i;
    if (i > 0) EXPECT_LT(encode_key(sorted[i - 1]), encode_key(sorted[i])) << i;
  }
}

}  // namespace
}  // namespace lab::store
