#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

namespace lab {

/// Tells in-process listeners that something happened; carries no history (the store's feed does). Listeners are
/// called on the announcing thread, one announcement at a time, and must not block. A subscription that has been
/// destroyed is not called again, unless the call was under way on another thread already. Thread-safe.
template <typename Event>
class Announcer {
 public:
  using Listener = std::function<void(const Event&)>;

  class Subscription {
   public:
    Subscription() = default;
    Subscription(std::weak_ptr<std::map<std::uint64_t, std::shared_ptr<Listener>>> listeners,
                 std::shared_ptr<std::mutex> mutex, std::uint64_t id)
        : listeners_(std::move(listeners)), mutex_(std::move(mutex)), id_(id) {}
    Subscription(Subscription&&) noexcept = default;
    Subscription& operator=(Subscription&& other) noexcept {
      if (this != &other) {
        cancel();
        listeners_ = std::move(other.listeners_);
        mutex_ = std::move(other.mutex_);
        id_ = other.id_;
      }
      return *this;
    }
    ~Subscription() { cancel(); }

    void cancel() {
      if (const auto listeners = listeners_.lock()) {
        const std::lock_guard lock(*mutex_);
        listeners->erase(id_);
      }
      listeners_.reset();
    }

   private:
    std::weak_ptr<std::map<std::uint64_t, std::shared_ptr<Listener>>> listeners_;
    std::shared_ptr<std::mutex> mutex_;
    std::uint64_t id_ = 0;
  };

  [[nodiscard]] Subscription subscribe(Listener listener) {
    const std::lock_guard lock(*mutex_);
    const auto id = next_id_++;
    listeners_->emplace(id, std::make_shared<Listener>(std::move(listener)));
    return Subscription(listeners_, mutex_, id);
  }

  void announce(const Event& event) {
    // Called outside the lock: a listener may subscribe or cancel.
    std::map<std::uint64_t, std::shared_ptr<Listener>> listeners;
    {
      const std::lock_guard lock(*mutex_);
      listeners = *listeners_;
    }
    for (const auto& [id, listener] : listeners) (*listener)(event);
  }

 private:
  std::shared_ptr<std::mutex> mutex_ = std::make_shared<std::mutex>();
  std::shared_ptr<std::map<std::uint64_t, std::shared_ptr<Listener>>> listeners_ =
      std::make_shared<std::map<std::uint64_t, std::shared_ptr<Listener>>>();
  std::uint64_t next_id_ = 1;
};

}  // namespace lab
