#include "store/crash/explorer.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace lab::store::crash {
namespace {

using Kind = DiskOperation::Kind;

std::string print(const Exploration& found) {
  std::string text;
  for (const auto& violation : found.violations) text += "state " + std::to_string(violation.state) + ": " + violation.what + "\n";
  return text;
}

TEST(CrashExplorer, finds_every_acknowledged_change_whole_after_any_crash) {
  const auto recording = record_workload(1);
  const auto found = explore(recording, {});
  EXPECT_EQ(found.num_states, 5000u);
  EXPECT_TRUE(found.violations.empty()) << print(found);
}

/// Each sync that the store owes, forgotten: the explorer must see what is lost. Were it blind, it would prove nothing.
struct Forgotten {
  const char* what;
  bool (*matches)(const DiskOperation&);
};

class CrashExplorerForgets : public testing::TestWithParam<Forgotten> {};

TEST_P(CrashExplorerForgets, finds_what_is_lost) {
  const auto recording = record_workload(1, GetParam().matches);
  const auto found = explore(recording, {.num_states = 20'000, .max_violations = 1});
  EXPECT_FALSE(found.violations.empty()) << "nothing was missed in " << found.num_states << " states";
}

bool is_blob(const DiskOperation& made) { return made.path.string().find("/data/blobs/") != std::string::npos; }
bool is_pack(const DiskOperation& made) { return made.path.extension() == ".pack"; }

TEST(CrashExplorer, explores_compaction_too) {
  const auto recording = record_workload(1);
  EXPECT_TRUE(std::ranges::any_of(recording.operations, [](const auto& made) { return made.kind == Kind::Remove && is_pack(made); }));
}

INSTANTIATE_TEST_SUITE_P(
    Syncs, CrashExplorerForgets,
    testing::Values(Forgotten{"bytes", [](const DiskOperation& made) { return made.kind == Kind::Sync && is_blob(made); }},
                    Forgotten{"pack_bytes", [](const DiskOperation& made) { return made.kind == Kind::Sync && is_pack(made); }},
                    Forgotten{"pack_names", [](const DiskOperation& made) { return made.kind == Kind::SyncFolder && made.path.filename() == "packs"; }},
                    Forgotten{"names", [](const DiskOperation& made) { return made.kind == Kind::SyncFolder && is_blob(made); }},
                    Forgotten{"folders",
                              [](const DiskOperation& made) {
                                return made.kind == Kind::SyncFolder && made.path.filename() == "blobs";
                              }},
                    Forgotten{"journal",
                              [](const DiskOperation& made) {
                                return made.kind == Kind::Sync && made.path.filename() == "lab.db-wal";
                              }},
                    Forgotten{"journal_name",
                              [](const DiskOperation& made) {
                                return made.kind == Kind::SyncFolder && made.path.filename() == "data";
                              }},
                    Forgotten{"checkpoint",
                              [](const DiskOperation& made) { return made.kind == Kind::Sync && made.path.filename() == "lab.db"; }}),
    [](const auto& each) { return std::string(each.param.what); });

TEST(CrashExplorer, gives_a_state_again_by_its_number) {
  const auto recording = record_workload(1, [](const DiskOperation& made) { return made.kind == Kind::Sync && is_blob(made); });
  const auto found = explore(recording, {.num_states = 20'000, .max_violations = 1});
  ASSERT_EQ(found.violations.size(), 1u);
  const auto again = explore(recording, {.only_state = found.violations[0].state});
  EXPECT_EQ(again.num_states, 1u);
  ASSERT_EQ(again.violations.size(), 1u);
  // The rest names the folder of the rebuilt disk.
  const auto losses = [](const Exploration& each) { return each.violations[0].what.substr(0, each.violations[0].what.find('[')); };
  EXPECT_EQ(losses(again), losses(found));
}

}  // namespace
}  // namespace lab::store::crash
