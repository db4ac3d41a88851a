#include "lake/delta/log_actions.h"
#include "lake/delta/test_tables.h"
#include "lake/delta/time_text.h"

namespace lab::lake::delta {
namespace {

using namespace test;
using types::TypeKind;

/// One table with two files; a winner commits, then a request that read the version before.
class Conflicts : public testing::Test {
 protected:
  void make(std::map<std::string, std::string> properties = {}) {
    table = place.table();
    auto base_version = create_table(*table, metadata_of({{"p", TypeKind::Int}, {"id", TypeKind::Int}}, {"p"}, std::move(properties)));
    auto request = request_of("WRITE");
    add(request, "one", "1", 0, 9);
    add(request, "two", "2", 10, 19);
    table->commit(base_version, std::move(request));
    base = table->snapshot();
  }

  static void add(CommitRequest& request, const std::string& path, const std::string& p, int least, int most) {
    AddFile file;
    file.path = path;
    file.partition_values = {{"p", p}};
    file.stats = "{\"numRecords\":1,\"minValues\":{\"id\":" + std::to_string(least) + "},\"maxValues\":{\"id\":" + std::to_string(most) + "},\"nullCount\":{\"id\":0}}";
    request.actions.emplace_back(std::move(file));
  }
  CommitRequest append(const std::string& path, const std::string& p = "1", int least = 0, int most = 9, bool blind = true) {
    auto request = request_of("WRITE");
    add(request, path, p, least, most);
    request.reads.metadata_only = true;
    request.info.is_blind_append = blind;
    return request;
  }
  /// Takes a file away; read exactly that one, and what `range` covers.
  CommitRequest rewrite(std::size_t file, const Pruning& range) {
    auto request = request_of("UPDATE");
    request.actions.emplace_back(remove_of(base->files()[file]));
    add(request, "rewritten-" + random_hex(4), *base->files()[file].partition_values.at("p"), 0, 9);
    request.reads.files = {base->files()[file].path};
    request.reads.predicates = {range};
    return request;
  }
  std::string second_of(CommitRequest winner, CommitRequest second) {
    place.table()->commit(base, std::move(winner));
    return error_of([&] { place.table()->commit(base, std::move(second)); });
  }
  static Pruning p_is(int value) { return {{0, types::Value{std::int64_t{value}}, types::Value{std::int64_t{value}}}}; }
  static Pruning id_from(int value) { return {{1, types::Value{std::int64_t{value}}, std::nullopt}}; }

  Place place{Place::Kind::Folder};
  std::shared_ptr<Table> table;
  std::shared_ptr<const Snapshot> base;
};

TEST_F(Conflicts, two_appends_both_land) {
  make();
  EXPECT_EQ(second_of(append("a"), append("b")), "");
  EXPECT_EQ(table->snapshot()->files().size(), 4u);
}

TEST_F(Conflicts, an_append_into_what_was_read_conflicts) {
  make();
  EXPECT_EQ(second_of(append("a", "1"), rewrite(0, p_is(1))), "DELTA_CONCURRENT_APPEND");
}

TEST_F(Conflicts, an_append_elsewhere_does_not) {
  make();
  EXPECT_EQ(second_of(append("a", "2"), rewrite(0, p_is(1))), "");
  base = table->snapshot();
  EXPECT_EQ(second_of(append("b", "1", 0, 5), rewrite(0, id_from(10))), "");
}

TEST_F(Conflicts, reading_the_whole_table_conflicts_with_any_file) {
  make();
  auto second = rewrite(0, {});
  second.reads.predicates.clear();
  second.reads.whole_table = true;
  EXPECT_EQ(second_of(append("a", "2"), std::move(second)), "DELTA_CONCURRENT_APPEND");
}

TEST_F(Conflicts, write_serializable_lets_blind_appends_pass) {
  make({{"delta.isolationLevel", "WriteSerializable"}});
  EXPECT_EQ(second_of(append("a", "1"), rewrite(0, p_is(1))), "");
  base = table->snapshot();
  EXPECT_EQ(second_of(append("b", "1", 0, 9, false), rewrite(0, p_is(1))), "DELTA_CONCURRENT_APPEND");
}

TEST_F(Conflicts, a_file_that_was_read_and_deleted_conflicts) {
  make();
  EXPECT_EQ(second_of(rewrite(0, p_is(1)), rewrite(0, p_is(7))), "DELTA_CONCURRENT_DELETE_READ");
}

TEST_F(Conflicts, a_file_cannot_be_deleted_twice) {
  make();
  auto winner = request_of("DELETE"), second = request_of("DELETE");
  winner.actions.emplace_back(remove_of(base->files()[0]));
  second.actions.emplace_back(remove_of(base->files()[0]));
  EXPECT_EQ(second_of(std::move(winner), std::move(second)), "DELTA_CONCURRENT_DELETE_DELETE");
}

TEST_F(Conflicts, rewriting_different_files_is_fine) {
  make();
  EXPECT_EQ(second_of(rewrite(0, p_is(1)), rewrite(1, p_is(2))), "");
  EXPECT_EQ(table->snapshot()->files().size(), 2u);
}

TEST_F(Conflicts, changed_metadata_ends_everybody_else) {
  make();
  auto winner = request_of("SET TBLPROPERTIES");
  Metadata metadata = base->metadata();
  metadata.configuration["note"] = "x";
  winner.actions.emplace_back(metadata);
  EXPECT_EQ(second_of(std::move(winner), append("a")), "DELTA_METADATA_CHANGED");
}

TEST_F(Conflicts, two_protocols_conflict) {
  make();
  auto winner = request_of("UPGRADE"), second = request_of("UPGRADE");
  winner.actions.emplace_back(Protocol{1, 3, {}, {}});
  second.actions.emplace_back(Protocol{1, 4, {}, {}});
  EXPECT_EQ(second_of(std::move(winner), std::move(second)), "DELTA_PROTOCOL_CHANGED");
}

TEST_F(Conflicts, a_higher_protocol_lets_others_pass_and_a_lower_one_does_not) {
  make();
  auto winner = request_of("UPGRADE");
  winner.actions.emplace_back(Protocol{1, 4, {}, {}});
  EXPECT_EQ(second_of(std::move(winner), append("a")), "");
  base = table->snapshot();
  auto lower = request_of("DROP FEATURE");
  lower.actions.emplace_back(Protocol{1, 2, {}, {}});
  EXPECT_EQ(second_of(std::move(lower), append("b")), "DELTA_PROTOCOL_CHANGED");
}

TEST_F(Conflicts, a_protocol_that_we_cannot_write_stops_everybody) {
  make();
  auto winner = request_of("UPGRADE");
  winner.actions.emplace_back(Protocol{3, 7, {"fromTheFuture"}, {"fromTheFuture"}});
  // As another program would write it.
  std::ofstream(place.folder() / "t/_delta_log/00000000000000000002.json") << print_action(Action(std::get<Protocol>(winner.actions[0]))) << "\n";
  EXPECT_EQ(error_of([&] { place.table()->commit(base, append("a")); }), "DELTA_UNSUPPORTED_FEATURES_FOR_READ");
}

TEST_F(Conflicts, two_vectors_of_one_file_conflict) {
  make();
  const auto with_vector = [&](const char* vector) {
    auto request = request_of("DELETE");
    request.actions.emplace_back(remove_of(base->files()[0]));
    AddFile file = base->files()[0];
    file.deletion_vector = DeletionVector{'i', vector, {}, 4, 1};
    request.actions.emplace_back(std::move(file));
    request.reads.files = {base->files()[0].path};
    request.reads.predicates = {p_is(7)};
    return request;
  };
  EXPECT_EQ(second_of(with_vector("aaaaa"), with_vector("bbbbb")), "DELTA_CONCURRENT_DELETE_READ");
  // A file of another partition got a vector: that is no business of this one.
  base = table->snapshot();
  auto other = request_of("DELETE");
  const auto& two = *std::find_if(base->files().begin(), base->files().end(), [](const AddFile& file) { return file.path == "two"; });
  other.actions.emplace_back(remove_of(two));
  other.reads.predicates = {p_is(2)};
  other.reads.files = {"two"};
  EXPECT_EQ(second_of(append("c", "1"), std::move(other)), "");
}

TEST_F(Conflicts, blind_appends_meet_nothing_but_metadata_and_protocol) {
  make();
  EXPECT_EQ(second_of(rewrite(0, p_is(1)), append("a")), "");
  base = table->snapshot();
  auto all = request_of("DELETE");
  for (const AddFile& file : base->files()) all.actions.emplace_back(remove_of(file));
  all.reads.whole_table = true;
  EXPECT_EQ(second_of(std::move(all), append("b")), "");
}

TEST_F(Conflicts, rows_that_a_rewrite_put_where_one_looks_conflict_even_when_they_only_moved) {
  make({{"delta.isolationLevel", "WriteSerializable"}});
  // Not blind: its rows may be what the second one should have seen.
  EXPECT_EQ(second_of(rewrite(0, p_is(1)), rewrite(1, p_is(1))), "DELTA_CONCURRENT_APPEND");
}

TEST_F(Conflicts, a_change_of_schema_makes_blind_appends_count) {
  make({{"delta.isolationLevel", "WriteSerializable"}});
  auto second = rewrite(0, p_is(1));
  Metadata metadata = base->metadata();
  metadata.description = "changed";
  second.actions.emplace_back(std::move(metadata));
  EXPECT_EQ(second_of(append("a", "1"), std::move(second)), "DELTA_CONCURRENT_APPEND");
}

TEST_F(Conflicts, one_domain_cannot_be_set_twice) {
  make({{"delta.feature.domainMetadata", "supported"}});
  auto winner = append("a"), second = append("b"), third = append("c");
  winner.actions.emplace_back(DomainMetadata{"one", "{}", false});
  second.actions.emplace_back(DomainMetadata{"one", "{}", false});
  third.actions.emplace_back(DomainMetadata{"other", "{}", false});
  EXPECT_EQ(second_of(std::move(winner), std::move(second)), "DELTA_CONCURRENT_WRITE");
  EXPECT_EQ(error_of([&] { place.table()->commit(base, std::move(third)); }), "");
}

TEST_F(Conflicts, one_application_cannot_be_in_two_transactions) {
  make();
  auto winner = append("a"), second = append("b"), third = append("c");
  winner.actions.emplace_back(SetTransaction{"app", 1, std::nullopt});
  second.actions.emplace_back(SetTransaction{"app", 1, std::nullopt});
  third.actions.emplace_back(SetTransaction{"other", 1, std::nullopt});
  EXPECT_EQ(second_of(std::move(winner), std::move(second)), "DELTA_CONCURRENT_TRANSACTION");
  EXPECT_EQ(error_of([&] { place.table()->commit(base, std::move(third)); }), "");
}

TEST_F(Conflicts, append_only_tables_keep_their_rows) {
  make({{"delta.appendOnly", "true"}});
  auto request = request_of("DELETE");
  request.actions.emplace_back(remove_of(base->files()[0]));
  EXPECT_EQ(error_of([&] { table->commit(base, std::move(request)); }), "DELTA_CANNOT_MODIFY_APPEND_ONLY");
}

TEST_F(Conflicts, the_loser_leaves_no_file_behind) {
  make();
  auto second = request_of("UPDATE");
  second.actions.emplace_back(remove_of(base->files()[0]));
  second.reads.whole_table = true;
  add_file(second, table->storage(), "lost.parquet");
  EXPECT_EQ(second_of(append("a"), std::move(second)), "DELTA_CONCURRENT_APPEND");
  EXPECT_FALSE(std::filesystem::exists(place.folder() / "t/lost.parquet"));
  for (const auto& entry : std::filesystem::directory_iterator(place.folder() / "t")) EXPECT_FALSE(entry.path().filename().string().starts_with(".dflab"));
}

TEST_F(Conflicts, times_inside_commits_go_up) {
  make({{"delta.enableInCommitTimestamps", "true"}});
  EXPECT_EQ(second_of(append("a"), append("b")), "");
  const auto history = table->history(std::nullopt);
  ASSERT_EQ(history.size(), 4u);
  for (std::size_t i = 1; i < history.size(); ++i) EXPECT_GT(*history[i - 1].in_commit_timestamp_millis, *history[i].in_commit_timestamp_millis);
  EXPECT_EQ(table->snapshot()->timestamp_millis(), *history[0].in_commit_timestamp_millis);
  EXPECT_EQ(table->snapshot_at_time(*history[1].in_commit_timestamp_millis * 1000, false)->version(), 2);
}

}  // namespace
}  // namespace lab::lake::delta
