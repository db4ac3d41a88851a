#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/commit.h"

namespace lab::store {

/// Committed changes in their order. Notifications, caches, sensors, lineage listen here; nobody polls.
/// Thread-safe.
class Feed {
 public:
  using Callback = std::function<void(const CommittedChange&)>;

  /// Ends with its destruction: after that the callback is not running and will not be called. Must not be destroyed
  /// from inside its own callback.
  class Subscription {
   public:
    struct State;
    Subscription();
    explicit Subscription(std::shared_ptr<State> state);
    Subscription(Subscription&&) noexcept;
    Subscription& operator=(Subscription&&) noexcept;
    ~Subscription();
    void cancel();

   private:
    std::shared_ptr<State> state_;
  };

  virtual ~Feed() = default;

  /// Calls `callback` on the feed's thread for each change behind `after` that has an event of one of `kinds` (all
  /// kinds when empty), in order, each once, with only those events. The past comes from the journal, as far as it is
  /// kept. A callback must not block long and must not call Store::apply() (post that to a pool). An exception from
  /// it is logged and skips to the next change.
  [[nodiscard]] virtual Subscription subscribe(CommitNumber after, std::vector<std::string> kinds,
                                               Callback callback) = 0;

  /// Up to `limit` changes behind `after` with an event of one of `kinds`. Also for other processes' resumption.
  virtual std::vector<CommittedChange> read(CommitNumber after, const std::vector<std::string>& kinds,
                                            std::size_t limit) const = 0;
};

}  // namespace lab::store
