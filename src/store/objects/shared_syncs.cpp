#include "store/objects/shared_syncs.h"

namespace lab::store {

void SharedSyncs::sync(const std::filesystem::path& what, const std::function<void()>& sync) {
  std::unique_lock lock(mutex_);
  auto& place = all_[what];
  if (!place) place = std::make_shared<Progress>();
  const auto progress = place;
  const auto mine = ++progress->asked;
  while (progress->done < mine) {
    if (progress->failure) std::rethrow_exception(progress->failure);
    if (progress->is_running) {
      progress->changed.wait(lock);
      continue;
    }
    progress->is_running = true;
    const auto covered = progress->asked;
    lock.unlock();
    std::exception_ptr failure;
    try {
      health_.guard_sync(sync);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    progress->is_running = false;
    if (failure)
      progress->failure = failure;
    else
      progress->done = covered;
    progress->changed.notify_all();
  }
}

}  // namespace lab::store
