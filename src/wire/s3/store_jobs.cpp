#include "wire/s3/store_jobs.h"

#include "base/error.h"
#include "base/log.h"
#include "protocol/s3/conditions.h"

namespace lab::s3 {

void StoreJobs::start(std::string kind, Work work) {
  const std::lock_guard lock(mutex_);
  if (state_ == State::Running) throw Error(conditions::kIamValidation, {{"reason", "A " + kind_ + " runs already."}});
  if (thread_.joinable()) thread_.join();
  kind_ = std::move(kind);
  state_ = State::Running;
  result_ = {};
  failure_.clear();
  progress_ = std::make_unique<store::StoreProgress>();
  thread_ = std::jthread([this, work = std::move(work)] {
    store::BackupResult result;
    std::string failure;
    try {
      result = work(*progress_);
    } catch (const Error& error) {
      failure = error.message();
    } catch (const std::exception& error) {
      failure = error.what();
    }
    const std::lock_guard ended(mutex_);
    state_ = failure.empty() ? State::Done : State::Failed;
    if (!failure.empty()) log::warning("s3", "{} ended early: {}", kind_, failure);
    result_ = std::move(result);
    failure_ = std::move(failure);
  });
}

StoreJobs::Report StoreJobs::report() const {
  const std::lock_guard lock(mutex_);
  Report report{.kind = kind_, .state = state_, .result = result_, .failure = failure_};
  if (!progress_) return report;
  report.blobs = progress_->blobs;
  report.all_blobs = progress_->all_blobs;
  report.bytes = progress_->bytes;
  return report;
}

void StoreJobs::stop() {
  std::jthread ended;
  {
    const std::lock_guard lock(mutex_);
    if (progress_) progress_->is_cancelled = true;
    ended = std::move(thread_);
  }
  // Joined without the lock, which the thread takes at its end.
}

}  // namespace lab::s3
