#include <algorithm>
#include <map>

#include "base/log.h"
#include "store/collector.h"
#include "store/objects/tables.h"

namespace lab::store {
namespace {

// Bytes that are moved by one change; what is read for it is in memory.
constexpr std::uint64_t kMovedAtOnce = 4 << 20;
// Every start leaves a pack behind: small ones are joined once there are so many.
constexpr std::size_t kFewSmallPacks = 8;
constexpr std::uint64_t kSmallPack = PackStore::kFullPack / 8;
constexpr auto kPatience = std::chrono::seconds(30);

Origin compaction_origin() { return {"system", "store", "compact"}; }

struct MovedBlob {
  KeptBlob blob;
  StagedBlob copy;
};

}  // namespace

void Collector::compact_packs(CollectResult& result) {
  const auto closed = blobs_.packs().closed_packs();
  if (closed.empty()) return;
  std::map<std::int64_t, std::uint64_t> used;
  {
    const auto snapshot = store_.snapshot();
    auto statement = connection_of(snapshot).prepare("SELECT pack, sum(size) FROM blobs WHERE pack IS NOT NULL GROUP BY pack");
    while (statement.step()) used[statement.integer(0)] = static_cast<std::uint64_t>(statement.integer(1));
  }
  const auto num_small = std::ranges::count_if(closed, [](const auto& each) { return each.size < kSmallPack; });
  std::vector<std::int64_t> emptied;
  std::uint64_t bytes = 0;
  for (const auto& [pack, size] : closed) {
    if (is_stopping()) return;
    const auto left = used[pack];
    const bool is_joined = size < kSmallPack && static_cast<std::size_t>(num_small) >= kFewSmallPacks;
    if (left * 2 > size && !is_joined) continue;
    if (left > 0 && !move_out(pack)) continue;
    emptied.push_back(pack);
    bytes += size - std::min(size, left);
  }
  if (emptied.empty()) return;
  // Who reads an older moment may be about to look where the bytes were.
  if (!readers_.wait_until_unread(store_.last_commit(), std::chrono::duration_cast<std::chrono::milliseconds>(kPatience))) {
    log::warning("store", "a reader holds an old moment; its packs stay until the next collection");
    return;
  }
  // After a failed sync it is not known which rows survived.
  blobs_.health().check();
  for (const auto pack : emptied) blobs_.packs().remove(pack);
  result.bytes += bytes;
}

bool Collector::move_out(std::int64_t pack) {
  for (;;) {
    if (is_stopping()) return false;
    std::vector<MovedBlob> moved;
    {
      const auto snapshot = store_.snapshot();
      auto statement = connection_of(snapshot).prepare("SELECT id, size, hash, pack, pack_offset FROM blobs WHERE pack = ?1");
      statement.bind(1, pack);
      std::uint64_t bytes = 0;
      while (bytes < kMovedAtOnce && statement.step()) {
        moved.push_back({.blob = read_blob(statement)});
        bytes += moved.back().blob.size;
      }
    }
    if (moved.empty()) return true;
    Change change(compaction_origin());
    for (auto& each : moved) {
      try {
        // Held against its hash on the way: damage is not copied into a right place.
        // Not by the store, which refuses new bytes when the disk is low: this makes room.
        auto writer = blobs_.create({.size_hint = each.blob.size});
        writer.write(blobs_.pin({each.blob.id, 0, each.blob.size}, each.blob).read_all());
        each.copy = writer.finish();
      } catch (const Error& error) {
        if (error.kind() != Kind::Corruption) throw;
        log::warning("store", "a pack with damaged bytes is not compacted");
        return false;
      }
      change.move_blob(each.blob, each.copy);
    }
    store_.apply(std::move(change));
  }
}

}  // namespace lab::store
