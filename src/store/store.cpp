#include "store/store.h"

#include "base/gate.h"
#include "base/ids.h"
#include "store/collector.h"
#include "store/folder_lock.h"
#include "store/health.h"
#include "store/journal/feed_thread.h"
#include "store/journal/reader_pool.h"
#include "store/journal/table_set.h"
#include "store/journal/writer.h"
#include "store/objects/blob_store.h"
#include "store/objects/layout.h"
#include "store/objects/tables.h"
#include "store/scrubber.h"

namespace lab::store {

struct Snapshot::State {
  std::unique_ptr<journal::ReaderPool::Loan> loan;
  const TableSet& tables;
};

Snapshot::Snapshot(std::unique_ptr<State> state)
    : Rows(state->loan->connection(), state->tables, state->loan->last_commit()), state_(std::move(state)) {}
Snapshot::Snapshot(Snapshot&&) noexcept = default;
Snapshot::~Snapshot() = default;

namespace {

Origin store_origin(const char* request) { return {"system", "store", request}; }

constexpr auto kSpaceIsFresh = std::chrono::seconds(1);

std::unique_ptr<journal::Connection> open_journal(const std::filesystem::path& file, Disk& disk,
                                                  const StoreOptions& options) {
  if (!disk.find_status(file) && disk.find_status(file.parent_path() / layout::kUnfinishedJournal))
    throw Error(conditions::kRestoreUnfinished, {{"path", file.parent_path().string()}});
  // Made here and not by SQLite, for its mode (0600), which the log files take over.
  if (!disk.find_status(file)) disk.create(file);
  auto connection =
      std::make_unique<journal::Connection>(file, journal::Connection::Mode::ReadWrite, options.journal_vfs);
  connection->execute("BEGIN IMMEDIATE");
  migrate_store_tables(*connection);
  TableSet::migrate(*connection, options.schemas);
  connection->execute("COMMIT");
  // SQLite syncs the folder for its log but not for a database that it has just made.
  disk.sync_folder(file.parent_path());
  return connection;
}

}  // namespace

class RealStore final : public Store {
 public:
  RealStore(std::filesystem::path directory, StoreOptions options, Disk& disk, const Clock& clock)
      : directory_(std::move(directory)),
        options_(std::move(options)),
        disk_(disk),
        clock_(clock),
        lock_(disk, directory_),
        health_(options_.on_failure),
        tables_(options_.schemas),
        blobs_(directory_, disk, health_),
        writer_(open_journal(directory_ / "lab.db", disk, options_), tables_, blobs_, health_, clock,
                options_.checkpoint_pages, [this](std::vector<CommittedChange> changes) { feed_->add(std::move(changes)); }),
        readers_(directory_ / "lab.db", options_.max_readers),
        feed_(std::make_unique<FeedThread>(readers_, writer_.last_commit())),
        collector_(std::make_unique<Collector>(*this, tables_, readers_, blobs_, options_.keep_history,
                                               options_.collect_every)),
        scrubber_(std::make_unique<Scrubber>(*this, blobs_, options_.scrub_every)) {}

  ~RealStore() override { stop(); }

  CommitNumber apply(Change change) override {
    const auto pass = gate_.try_enter();
    if (!pass) throw Error(conditions::kStoreStopped);
    health_.check();
    // What deletes needs a little room too; the last of it is for collection and compaction.
    if (change.origin_.protocol != "store") check_space(change.staged_.empty() ? options_.disk_reserve / 2 : options_.disk_reserve);
    if (!change.staged_.empty()) blobs_.make_durable(change.staged_);
    return writer_.apply(change);
  }

  Snapshot snapshot() override { return Snapshot(std::make_unique<Snapshot::State>(readers_.lend(), tables_)); }
  Objects& objects() override { return objects_; }
  Keyring& keyring() override { return keyring_; }
  Feed& feed() override { return *feed_; }
  CommitNumber last_commit() const override { return writer_.last_commit(); }

  CommitNumber find_commit_at(Timestamp time) override {
    const auto moment = snapshot();
    auto statement =
        connection_of(moment).prepare("SELECT seq FROM commits WHERE time <= ?1 ORDER BY seq DESC LIMIT 1");
    statement.bind(1, time.time_since_epoch().count());
    return CommitNumber{statement.step() ? statement.integer(0) : 0};
  }

  std::string lease_history(CommitNumber at, std::chrono::seconds time) override {
    auto id = random_hex(12);
    Change change(store_origin("lease"));
    change.step([&](Transaction& transaction) {
      connection_of(transaction)
          .prepare("INSERT INTO leases VALUES (?1, ?2, ?3)")
          .bind_text(1, id)
          .bind(2, at.value)
          .bind(3, (transaction.time() + time).time_since_epoch().count())
          .run();
    });
    apply(std::move(change));
    return id;
  }

  bool renew_lease(const std::string& id, std::chrono::seconds time) override {
    bool is_found = false;
    Change change(store_origin("renew lease"));
    change.step([&](Transaction& transaction) {
      auto& connection = connection_of(transaction);
      connection.prepare("UPDATE leases SET until = ?2 WHERE id = ?1 AND until > ?3")
          .bind_text(1, id)
          .bind(2, (transaction.time() + time).time_since_epoch().count())
          .bind(3, transaction.time().time_since_epoch().count())
          .run();
      is_found = connection.num_changes() > 0;
    });
    apply(std::move(change));
    return is_found;
  }

  void release_lease(const std::string& id) override {
    Change change(store_origin("release lease"));
    change.step([&](Transaction& transaction) {
      connection_of(transaction).prepare("DELETE FROM leases WHERE id = ?1").bind_text(1, id).run();
    });
    apply(std::move(change));
  }

  BlobWriter create_blob(BlobOptions options) override {
    check_space(options_.disk_reserve + options.size_hint);
    return blobs_.create(std::move(options));
  }
  PinnedFile pin(const Rows& moment, const BlobRange& range) override {
    const auto kept = find_blob(moment, range.blob);
    if (!kept) throw Error(conditions::kDataCorruption, {{"what", "a row names bytes that are not known"}});
    return blobs_.pin(range, *kept);
  }
  std::filesystem::path stage_path(std::string_view suffix) override { return blobs_.stage_path(suffix); }
  StagedBlob adopt(const std::filesystem::path& path, BlobOptions options) override {
    return blobs_.adopt(path, options);
  }
  void discard_stage(const std::filesystem::path& path) override { blobs_.discard_stage(path); }
  CollectResult collect() override { return collector_->collect(); }
  ScrubResult scrub(StoreProgress* progress) override { return scrubber_->scrub(progress); }
  std::unique_lock<std::mutex> pause_collection() override { return collector_->pause(); }

  StoreStatus status() override {
    StoreStatus status{.last_commit = last_commit(),
                       .failed = health_.has_failed(),
                       .failure = health_.reason(),
                       .disk = disk_.space(directory_),
                       .damages = scrubber_->damages()};
    for (const auto* name : {"lab.db", "lab.db-wal"})
      if (const auto found = disk_.find_status(directory_ / name)) status.journal_bytes += found->size;
    const auto moment = snapshot();
    auto& connection = connection_of(moment);
    auto open = connection.prepare("SELECT coalesce(sum(size), 0) FROM objects WHERE closed = 9223372036854775807");
    if (open.step()) status.object_bytes = static_cast<std::uint64_t>(open.integer(0));
    auto past = connection.prepare("SELECT coalesce(sum(size), 0) FROM objects WHERE closed < 9223372036854775807");
    if (past.step()) status.history_bytes = static_cast<std::uint64_t>(past.integer(0));
    return status;
  }

  void stop() override {
    gate_.close();
    scrubber_->stop();
    collector_->stop();
    writer_.stop();
    gate_.wait();
    feed_->stop();
  }

  const std::filesystem::path& directory() const override { return directory_; }
  Disk& disk() override { return disk_; }
  const Clock& clock() const override { return clock_; }

 private:
  void check_space(std::uint64_t wanted) {
    if (wanted == 0) return;
    std::uint64_t available = 0;
    {
      const std::lock_guard lock(space_mutex_);
      const auto now = clock_.steady();
      if (!space_known_ || now - space_read_ > kSpaceIsFresh) {
        space_ = disk_.space(directory_);
        space_read_ = now;
        space_known_ = true;
      }
      available = space_.available;
    }
    if (available >= wanted) return;
    if (available < options_.disk_reserve) collector_->make_room();
    throw Error(conditions::kDiskLow, {{"reserve", std::to_string(options_.disk_reserve)}});
  }

  const std::filesystem::path directory_;
  const StoreOptions options_;
  Disk& disk_;
  const Clock& clock_;
  const FolderLock lock_;
  Gate gate_;
  Health health_;
  TableSet tables_;
  BlobStore blobs_;
  Writer writer_;
  journal::ReaderPool readers_;
  std::unique_ptr<FeedThread> feed_;
  std::unique_ptr<Collector> collector_;
  std::unique_ptr<Scrubber> scrubber_;
  Objects objects_{*this};
  Keyring keyring_{*this};
  std::mutex space_mutex_;
  DiskSpace space_;
  std::chrono::steady_clock::time_point space_read_;
  bool space_known_ = false;
};

std::unique_ptr<Store> Store::open(const std::filesystem::path& directory, StoreOptions options, Disk& disk,
                                   const Clock& clock) {
  const auto folder = std::filesystem::absolute(directory).lexically_normal();
  make_folders(disk, folder);
  return std::make_unique<RealStore>(folder, std::move(options), disk, clock);
}

StagedBlob Store::write_blob(std::string_view bytes, BlobOptions options) {
  options.size_hint = bytes.size();
  auto writer = create_blob(std::move(options));
  writer.write(bytes);
  return writer.finish();
}

}  // namespace lab::store
