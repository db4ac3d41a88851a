#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "store/feed.h"
#include "store/journal/reader_pool.h"

namespace lab::store {

/// The store's feed: one thread that serves all subscribers, from memory while they keep up, from the journal
/// otherwise.
class FeedThread final : public Feed {
 public:
  FeedThread(journal::ReaderPool& readers, CommitNumber last);
  ~FeedThread() override;

  Subscription subscribe(CommitNumber after, std::vector<std::string> kinds, Callback callback) override;
  std::vector<CommittedChange> read(CommitNumber after, const std::vector<std::string>& kinds,
                                    std::size_t limit) const override;

  /// Committed changes, in order, each once.
  void add(std::vector<CommittedChange> changes);
  void stop();

 private:
  using StatePointer = std::shared_ptr<Subscription::State>;
  void run();
  /// Gives a subscriber its next changes; false when it has them all.
  bool serve(Subscription::State& state);

  journal::ReaderPool& readers_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<const CommittedChange>> recent_;  ///< consecutive, the newest last
  CommitNumber last_;
  std::vector<StatePointer> subscribers_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace lab::store
