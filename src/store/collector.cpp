#include "store/collector.h"

#include <set>
#include <utility>

#include <fmt/format.h>
#include <pthread.h>

#include "base/log.h"
#include "store/objects/tables.h"

namespace lab::store {
namespace {

// Small changes, so that those of users get between them.
constexpr int kBatch = 500;
constexpr auto kPause = std::chrono::milliseconds(5);
constexpr auto kReaderPatience = std::chrono::seconds(30);
constexpr auto kRoomPause = std::chrono::minutes(1);
// How long the thread sleeps when it is to collect only when asked for room.
constexpr auto kOnlyOnDemand = std::chrono::hours(24 * 365);

const Origin& collector_origin() {
  static const Origin origin{"system", "store", "collect"};
  return origin;
}

/// Deletes up to kBatch closed rows of objects, giving their blobs back. Answers how many.
int sweep_objects(Transaction& transaction, CommitNumber horizon) {
  auto& connection = connection_of(transaction);
  struct Closed {
    std::int64_t id;
    std::optional<BlobId> blob;
  };
  std::vector<Closed> rows;
  {
    auto statement = connection.prepare(
        "SELECT id, blob FROM objects WHERE closed < 9223372036854775807 AND closed <= ?1 ORDER BY closed LIMIT ?2");
    statement.bind(1, horizon.value).bind(2, kBatch);
    while (statement.step()) {
      rows.push_back({statement.integer(0), std::nullopt});
      if (!statement.is_null(1)) rows.back().blob = BlobId{statement.integer(1)};
    }
  }
  for (const auto& row : rows) {
    if (row.blob) {
      drop_blob(transaction, *row.blob);
    } else {
      for (const auto& part : read_object_parts(transaction, row.id)) drop_blob(transaction, part.bytes.blob);
      connection.prepare("DELETE FROM object_parts WHERE object = ?1").bind(1, row.id).run();
    }
    connection.prepare("DELETE FROM objects WHERE id = ?1").bind(1, row.id).run();
  }
  return static_cast<int>(rows.size());
}

int sweep_table(Transaction& transaction, const std::string& table, CommitNumber horizon) {
  auto& connection = connection_of(transaction);
  connection
      .prepare(fmt::format("DELETE FROM {0} WHERE rowid IN (SELECT rowid FROM {0} "
                           "WHERE closed < 9223372036854775807 AND closed <= ?1 LIMIT {1})",
                           table, kBatch))
      .bind(1, horizon.value)
      .run();
  return static_cast<int>(connection.num_changes());
}

int sweep_commits(Transaction& transaction, CommitNumber horizon) {
  auto& connection = connection_of(transaction);
  // The newest stays in any case: the numbers go on from it.
  connection
      .prepare(fmt::format("DELETE FROM commits WHERE seq IN (SELECT seq FROM commits "
                           "WHERE seq <= ?1 AND seq < (SELECT max(seq) FROM commits) ORDER BY seq LIMIT {})",
                           kBatch))
      .bind(1, horizon.value)
      .run();
  return static_cast<int>(connection.num_changes());
}

}  // namespace

Collector::Collector(Store& store, const TableSet& tables, journal::ReaderPool& readers, BlobStore& blobs,
                     std::chrono::seconds keep_history, std::chrono::seconds every)
    : store_(store), tables_(tables), readers_(readers), blobs_(blobs), keep_history_(keep_history), every_(every) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Collector::~Collector() { stop(); }

void Collector::stop() {
  thread_.request_stop();
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Collector::run(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), "store-collect");
  while (!stop.stop_requested()) {
    bool is_room_wanted = false;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, every_.count() > 0 ? every_ : std::chrono::seconds(kOnlyOnDemand),
                     [this] { return is_room_wanted_; });
      if (stop.stop_requested()) return;
      is_room_wanted = std::exchange(is_room_wanted_, false);
    }
    try {
      const auto result = collect(is_room_wanted ? std::chrono::seconds(0) : keep_history_);
      if (is_room_wanted) log::warning("store", "the disk is low: {} bytes of history were given up", result.bytes);
    } catch (const std::exception& error) {
      log::warning("store", "collection ended early: {}", error.what());
    }
  }
}

void Collector::make_room() {
  {
    const std::lock_guard lock(mutex_);
    const auto now = store_.clock().steady();
    if (room_made_ && now - *room_made_ < kRoomPause) return;
    room_made_ = now;
    is_room_wanted_ = true;
  }
  wake_.notify_all();
}

CollectResult Collector::collect(std::chrono::seconds keep_history) {
  const std::lock_guard lock(collecting_);
  CollectResult result;
  result.rows = sweep_rows(find_horizon(keep_history));
  remove_unused_blobs(result);
  compact_packs(result);
  if (!leftovers_done_) {
    remove_leftovers(result);
    leftovers_done_ = true;
  }
  return result;
}

CommitNumber Collector::find_horizon(std::chrono::seconds keep_history) {
  const auto oldest_kept = store_.clock().now() - keep_history;
  CommitNumber horizon, leased{INT64_MAX};
  const auto snapshot = store_.snapshot();
  {
    // What is open right after commit `at` closes behind it, so rows that closed at `at` or before may go.
    auto statement = connection_of(snapshot).prepare("SELECT min(at) FROM leases WHERE until > ?1");
    statement.bind(1, store_.clock().now().time_since_epoch().count());
    if (statement.step() && !statement.is_null(0)) leased = CommitNumber{statement.integer(0)};
  }
  // From the oldest on: what is past retention was swept last time, so few are looked at. A commit behind one that is
  // kept is kept too, whatever the clock said then.
  auto statement = connection_of(snapshot).prepare("SELECT seq, time FROM commits ORDER BY seq");
  while (statement.step() && statement.integer(1) <= oldest_kept.time_since_epoch().count())
    horizon = CommitNumber{statement.integer(0)};
  return std::min(horizon, leased);
}

void Collector::drop_ended_leases() {
  const auto now = store_.clock().now().time_since_epoch().count();
  {
    const auto snapshot = store_.snapshot();
    auto statement = connection_of(snapshot).prepare("SELECT 1 FROM leases WHERE until <= ?1 LIMIT 1");
    if (!statement.bind(1, now).step()) return;
  }
  Change change(collector_origin());
  change.step([now](Transaction& transaction) {
    connection_of(transaction).prepare("DELETE FROM leases WHERE until <= ?1").bind(1, now).run();
  });
  store_.apply(std::move(change));
}

std::uint64_t Collector::sweep_rows(CommitNumber horizon) {
  drop_ended_leases();
  if (horizon.value == 0) return 0;
  std::uint64_t total = 0;
  const auto drain = [&](auto&& sweep) {
    for (int swept = kBatch; swept == kBatch && !is_stopping();) {
      Change change(collector_origin());
      change.step([&](Transaction& transaction) { swept = sweep(transaction); });
      store_.apply(std::move(change));
      total += static_cast<std::uint64_t>(swept);
      if (swept == kBatch) std::this_thread::sleep_for(kPause);
    }
  };
  const auto has_any = [&](const std::string& sql) {
    const auto snapshot = store_.snapshot();
    auto statement = connection_of(snapshot).prepare(sql);
    return statement.bind(1, horizon.value).step();
  };
  const auto closed_rows = [](const std::string& table) {
    return "SELECT 1 FROM " + table + " WHERE closed < 9223372036854775807 AND closed <= ?1 LIMIT 1";
  };
  if (has_any(closed_rows("objects")))
    drain([&](Transaction& transaction) { return sweep_objects(transaction, horizon); });
  std::vector<std::string> tables{"buckets"};
  for (const auto* table : tables_.history_tables()) tables.push_back(table->spec.name);
  for (const auto& table : tables)
    if (has_any(closed_rows(table)))
      drain([&](Transaction& transaction) { return sweep_table(transaction, table, horizon); });
  if (has_any("SELECT 1 FROM commits WHERE seq <= ?1 AND seq < (SELECT max(seq) FROM commits) LIMIT 1"))
    drain([&](Transaction& transaction) { return sweep_commits(transaction, horizon); });
  return total;
}

void Collector::remove_unused_blobs(CollectResult& result) {
  std::int64_t after = 0;
  while (!is_stopping()) {
    std::vector<KeptBlob> unused;
    {
      const auto snapshot = store_.snapshot();
      auto statement = connection_of(snapshot).prepare(
          "SELECT id, size, hash, pack, pack_offset FROM blobs WHERE shares = 0 AND id > ?1 ORDER BY id LIMIT ?2");
      statement.bind(1, after).bind(2, kBatch);
      while (statement.step()) {
        after = statement.integer(0);
        // A lent blob waits for the next collection. Nobody can borrow it anew: no row names it.
        if (!blobs_.is_pinned(BlobId{after})) unused.push_back(read_blob(statement));
      }
    }
    if (unused.empty()) return;
    std::vector<KeptBlob> deleted;
    Change change(collector_origin());
    change.step([&](Transaction& transaction) {
      auto& connection = connection_of(transaction);
      for (const auto& blob : unused) {
        connection.prepare("DELETE FROM blobs WHERE id = ?1 AND shares = 0").bind(1, blob.id.value).run();
        if (connection.num_changes() > 0) deleted.push_back(blob);
      }
    });
    const auto at = store_.apply(std::move(change));
    // Who still reads an older moment may be about to borrow one of these.
    if (!readers_.wait_until_unread(at, std::chrono::duration_cast<std::chrono::milliseconds>(kReaderPatience))) {
      log::warning("store", "a reader holds an old moment; its files stay until the next start");
      leftovers_done_ = false;
      return;
    }
    for (const auto& blob : deleted) {
      blobs_.checks().forget(blob.id);
      if (!blob.place && blobs_.is_pinned(blob.id)) {
        leftovers_done_ = false;
        continue;
      }
      // What lies in a pack goes with it (compact_packs()).
      if (!blob.place) blobs_.remove(blob.id);
      ++result.blobs;
      result.bytes += blob.size;
    }
    std::this_thread::sleep_for(kPause);
  }
}

void Collector::remove_leftovers(CollectResult& result) {
  for (const auto folder : blobs_.old_folders()) {
    if (is_stopping()) return;
    const auto files = blobs_.list_folder(folder);
    std::set<BlobId> known;
    {
      const auto snapshot = store_.snapshot();
      auto statement = connection_of(snapshot).prepare("SELECT id FROM blobs WHERE id >= ?1 AND id < ?2");
      statement.bind(1, folder * BlobStore::kBlobsPerFolder).bind(2, (folder + 1) * BlobStore::kBlobsPerFolder);
      while (statement.step()) known.insert(BlobId{statement.integer(0)});
    }
    for (const auto id : files) {
      if (known.contains(id) || blobs_.is_pinned(id)) continue;
      blobs_.remove(id);
      ++result.blobs;
    }
    blobs_.remove_folder_if_empty(folder);
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace lab::store
