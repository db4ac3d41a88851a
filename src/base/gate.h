#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>

namespace lab {

/// Counts who is inside, so that stop() can refuse newcomers and wait for the rest. Thread-safe.
class Gate {
 public:
  /// Proof of having entered; leaving is its destructor.
  class Pass {
   public:
    Pass() = default;
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass& operator=(Pass&& other) noexcept {
      if (this != &other) {
        leave();
        gate_ = std::exchange(other.gate_, nullptr);
      }
      return *this;
    }
    ~Pass() { leave(); }
    explicit operator bool() const { return gate_ != nullptr; }

   private:
    friend class Gate;
    explicit Pass(Gate* gate) : gate_(gate) {}
    void leave();
    Gate* gate_ = nullptr;
  };

  /// An empty pass once the gate is closed.
  Pass try_enter();
  /// Throws Unavailable (STOPPING) once the gate is closed.
  Pass enter();
  /// Lets nobody in any more; does not wait. May be called twice.
  void close();
  /// Waits until everybody has left; call close() before.
  void wait();
  std::size_t num_inside() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable empty_;
  std::size_t inside_ = 0;
  bool closed_ = false;
};

}  // namespace lab
