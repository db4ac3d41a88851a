#include "store/journal/writer.h"

#include <pthread.h>

#include "base/log.h"
#include "store/conditions.h"
#include "store/journal/codec.h"
#include "store/objects/blob_store.h"

namespace lab::store {
namespace {

// Bounds how long the first of a group waits for the last, and the size of one COMMIT.
constexpr std::size_t kMaxGroup = 256;

}  // namespace

Writer::Writer(std::unique_ptr<journal::Connection> connection, TableSet& tables, BlobStore& blobs, Health& health,
               const Clock& clock, int checkpoint_pages,
               std::function<void(std::vector<CommittedChange>)> on_commit)
    : connection_(std::move(connection)),
      tables_(tables),
      blobs_(blobs),
      health_(health),
      clock_(clock),
      checkpoint_pages_(checkpoint_pages),
      on_commit_(std::move(on_commit)) {
  auto statement = connection_->prepare("SELECT max(seq) FROM commits");
  if (statement.step()) last_commit_ = statement.integer(0);
  next_commit_ = last_commit_ + 1;
  thread_ = std::thread([this] { run(); });
}

Writer::~Writer() { stop(); }

void Writer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

CommitNumber Writer::apply(Change& change) {
  Waiting waiting;
  waiting.change = &change;
  std::unique_lock lock(mutex_);
  if (stopping_) throw Error(conditions::kStoreStopped);
  queue_.push_back(&waiting);
  wake_.notify_one();
  waiting.done.wait(lock, [&] { return waiting.is_done; });
  lock.unlock();
  if (waiting.failure) std::rethrow_exception(waiting.failure);
  return waiting.number;
}

void Writer::run() {
  ::pthread_setname_np(::pthread_self(), "store-writer");
  for (;;) {
    std::vector<Waiting*> group;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      while (!queue_.empty() && group.size() < kMaxGroup) {
        group.push_back(queue_.front());
        queue_.pop_front();
      }
    }
    try {
      health_.check();
      commit_group(group);
    } catch (...) {
      // Nobody of the group may be told that his change is in: whether it is, only the next start will know.
      for (auto* waiting : group) waiting->failure = std::current_exception();
    }
    finish(group);
    if (connection_->wal_pages() >= checkpoint_pages_ && !health_.has_failed()) {
      try {
        health_.guard_sync([this] { connection_->checkpoint(); });
      } catch (const Error&) {
        // guard_sync() has told everybody.
      }
    }
  }
}

void Writer::finish(const std::vector<Waiting*>& group) {
  const std::lock_guard lock(mutex_);
  for (auto* waiting : group) {
    waiting->is_done = true;
    waiting->done.notify_one();
  }
}

void Writer::commit_group(const std::vector<Waiting*>& group) {
  std::vector<CommittedChange> committed;
  LiveWrites live;
  const auto first_number = next_commit_;
  try {
    connection_->execute("BEGIN IMMEDIATE");
    for (auto* waiting : group) {
      const auto live_before = live;
      try {
        committed.push_back(run_change(*waiting->change, live));
        waiting->number = committed.back().number;
      } catch (...) {
        waiting->failure = std::current_exception();
        live = live_before;
        // SQLite ends the whole transaction by itself after some failures of the disk; then all are lost.
        LAB_CHECK(connection_->in_transaction(), "the journal gave up the transaction");
        connection_->execute("ROLLBACK TO change; RELEASE change");
      }
    }
    connection_->execute("COMMIT");
  } catch (const std::exception& error) {
    health_.fail(error.what());
    next_commit_ = first_number;
    throw Error(conditions::kStoreFailed, {{"reason", error.what()}});
  }
  if (committed.empty()) return;
  for (auto* waiting : group)
    if (!waiting->failure) BlobStore::mark_committed(waiting->change->staged_);
  tables_.apply_live(live);
  last_commit_ = committed.back().number.value;
  on_commit_(std::move(committed));
}

CommittedChange Writer::run_change(Change& change, LiveWrites& live) {
  connection_->execute("SAVEPOINT change");
  Transaction transaction(*connection_, tables_, blobs_, live, CommitNumber{next_commit_}, clock_.now(),
                          change.origin_);
  for (auto& step : change.steps_) step(transaction);
  CommittedChange committed{transaction.number_, transaction.time_, change.origin_, std::move(transaction.events_)};
  const auto events = encode_events(committed.events);
  connection_
      ->prepare("INSERT INTO commits (seq, time, actor, protocol, request, events) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
      .bind(1, committed.number.value)
      .bind(2, committed.time.time_since_epoch().count())
      .bind_text(3, change.origin_.actor)
      .bind_text(4, change.origin_.protocol)
      .bind_text(5, change.origin_.request)
      .bind_blob(6, events)
      .run();
  connection_->execute("RELEASE change");
  ++next_commit_;
  return committed;
}

}  // namespace lab::store
