#include "store/journal/feed_thread.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include <pthread.h>

#include "base/log.h"
#include "store/journal/codec.h"

namespace lab::store {

struct Feed::Subscription::State {
  std::vector<std::string> kinds;
  Callback callback;
  CommitNumber position;  ///< of the feed thread alone
  std::mutex calling;     ///< held while the callback runs
  std::atomic<bool> cancelled{false};
};

namespace {

constexpr std::size_t kRecentChanges = 1024;
constexpr std::size_t kFeedBatch = 256;

/// The change with its events of `kinds` only; absent when it has none of them.
std::optional<CommittedChange> select_kinds(const CommittedChange& change, const std::vector<std::string>& kinds) {
  if (kinds.empty()) return change;
  CommittedChange selected{change.number, change.time, change.origin, {}};
  for (const auto& event : change.events)
    if (std::ranges::find(kinds, event.kind) != kinds.end()) selected.events.push_back(event);
  if (selected.events.empty()) return std::nullopt;
  return selected;
}

std::vector<CommittedChange> read_commits(journal::ReaderPool& readers, CommitNumber after, std::size_t limit) {
  const auto loan = readers.lend();
  auto statement = loan->connection().prepare(
      "SELECT seq, time, actor, protocol, request, events FROM commits WHERE seq > ?1 ORDER BY seq LIMIT ?2");
  statement.bind(1, after.value).bind(2, static_cast<std::int64_t>(limit));
  std::vector<CommittedChange> changes;
  while (statement.step()) {
    changes.push_back({CommitNumber{statement.integer(0)},
                       Timestamp(std::chrono::microseconds(statement.integer(1))),
                       {std::string(statement.text(2)), std::string(statement.text(3)), std::string(statement.text(4))},
                       decode_events(statement.blob(5))});
  }
  return changes;
}

}  // namespace

Feed::Subscription::Subscription() = default;
Feed::Subscription::Subscription(std::shared_ptr<State> state) : state_(std::move(state)) {}
Feed::Subscription::Subscription(Subscription&&) noexcept = default;
Feed::Subscription& Feed::Subscription::operator=(Subscription&& other) noexcept {
  if (this != &other) {
    cancel();
    state_ = std::move(other.state_);
  }
  return *this;
}
Feed::Subscription::~Subscription() { cancel(); }

void Feed::Subscription::cancel() {
  if (!state_) return;
  const auto state = std::exchange(state_, nullptr);
  state->cancelled = true;
  const std::lock_guard wait_for_call(state->calling);
}

FeedThread::FeedThread(journal::ReaderPool& readers, CommitNumber last) : readers_(readers), last_(last) {
  thread_ = std::thread([this] { run(); });
}

FeedThread::~FeedThread() { stop(); }

void FeedThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Feed::Subscription FeedThread::subscribe(CommitNumber after, std::vector<std::string> kinds, Callback callback) {
  auto state = std::make_shared<Subscription::State>();
  state->kinds = std::move(kinds);
  state->callback = std::move(callback);
  state->position = after;
  {
    const std::lock_guard lock(mutex_);
    subscribers_.push_back(state);
  }
  wake_.notify_all();
  return Subscription(std::move(state));
}

void FeedThread::add(std::vector<CommittedChange> changes) {
  {
    const std::lock_guard lock(mutex_);
    for (auto& change : changes) {
      last_ = change.number;
      recent_.push_back(std::make_shared<const CommittedChange>(std::move(change)));
    }
    while (recent_.size() > kRecentChanges) recent_.pop_front();
  }
  wake_.notify_all();
}

std::vector<CommittedChange> FeedThread::read(CommitNumber after, const std::vector<std::string>& kinds,
                                              std::size_t limit) const {
  std::vector<CommittedChange> result;
  while (result.size() < limit) {
    const auto batch = read_commits(readers_, after, kFeedBatch);
    for (const auto& change : batch) {
      if (result.size() == limit) break;
      if (auto selected = select_kinds(change, kinds)) result.push_back(std::move(*selected));
    }
    if (batch.size() < kFeedBatch) break;
    after = batch.back().number;
  }
  return result;
}

void FeedThread::run() {
  ::pthread_setname_np(::pthread_self(), "store-feed");
  for (;;) {
    std::vector<StatePointer> subscribers;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] {
        return stopping_ || std::ranges::any_of(subscribers_, [this](const auto& state) {
                 return state->cancelled || state->position < last_;
               });
      });
      if (stopping_) return;
      std::erase_if(subscribers_, [](const auto& state) { return state->cancelled.load(); });
      subscribers = subscribers_;
    }
    for (const auto& state : subscribers) {
      try {
        serve(*state);
      } catch (const std::exception& error) {
        log::error("store", "the feed could not read the journal: {}", error.what());
        std::this_thread::sleep_for(std::chrono::seconds(1));
      }
    }
  }
}

bool FeedThread::serve(Subscription::State& state) {
  std::vector<std::shared_ptr<const CommittedChange>> changes;
  bool is_in_memory = false;
  CommitNumber position, last;
  {
    const std::lock_guard lock(mutex_);
    position = state.position;
    last = last_;
    if (position >= last) return false;
    is_in_memory = !recent_.empty() && recent_.front()->number.value <= position.value + 1;
    if (is_in_memory) {
      const auto first =
          std::ranges::upper_bound(recent_, position, {}, [](const auto& change) { return change->number; });
      changes.assign(first, recent_.end());
    }
  }
  if (!is_in_memory) {
    for (auto& change : read_commits(readers_, position, kFeedBatch))
      changes.push_back(std::make_shared<const CommittedChange>(std::move(change)));
    // What retention took is gone: nothing lies between here and now.
    if (changes.empty()) position = last;
  }
  for (const auto& change : changes) {
    position = change->number;
    const auto selected = select_kinds(*change, state.kinds);
    if (!selected) continue;
    const std::lock_guard calling(state.calling);
    if (state.cancelled) break;
    try {
      state.callback(*selected);
    } catch (const std::exception& error) {
      log::error("store", "a subscriber of the feed failed at commit {}: {}", change->number.value, error.what());
    }
  }
  const std::lock_guard lock(mutex_);
  state.position = position;
  return true;
}

}  // namespace lab::store
