#include "store/scrubber.h"

#include <pthread.h>

#include "base/log.h"
#include "store/conditions.h"
#include "store/objects/tables.h"

namespace lab::store {
namespace {

constexpr int kScrubBatch = 200;
// A disk's idle time: a terabyte in four hours.
constexpr std::uint64_t kBackgroundRate = 64 << 20;

void report(StoreProgress& progress, const ScrubResult& so_far) {
  progress.blobs = so_far.blobs;
  progress.bytes = so_far.bytes;
  if (progress.is_cancelled) throw Error(conditions::kStoreStopped);
}

}  // namespace

Scrubber::Scrubber(Store& store, BlobStore& blobs, std::chrono::seconds every) : store_(store), blobs_(blobs), every_(every) {
  if (every_.count() > 0) thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Scrubber::~Scrubber() { stop(); }

void Scrubber::stop() {
  thread_.request_stop();
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Scrubber::run(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), "store-scrub");
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, every_, [] { return false; });
      if (stop.stop_requested()) return;
    }
    try {
      const auto result = scrub(kBackgroundRate, nullptr);
      log::info("store", "scrubbed {} blobs, {} bytes: {} damaged", result.blobs, result.bytes, result.damages.size());
    } catch (const std::exception& error) {
      log::warning("store", "the scrub ended early: {}", error.what());
    }
  }
}

void Scrubber::check(const KeptBlob& blob) {
  try {
    if (blob.place)
      blobs_.checks().check(blob, *blobs_.packs().open(blob.place->pack));
    else
      blobs_.checks().check(blob, *open_blob_file(store_.disk(), blobs_.path_of(blob.id)));
  } catch (const Error& error) {
    // The disk's failure to read counts as much as bytes that changed; the scrub goes on.
    blobs_.checks().set_damaged(blob.id, error.message());
  }
}

ScrubResult Scrubber::scrub(std::uint64_t bytes_per_second, StoreProgress* progress) {
  const std::lock_guard lock(scrubbing_);
  ScrubResult result;
  if (progress != nullptr) {
    const auto snapshot = store_.snapshot();
    progress->all_blobs = count_blobs(connection_of(snapshot));
  }
  const auto began = std::chrono::steady_clock::now();
  std::int64_t after = INT64_MIN;
  for (bool has_more = true; has_more && !thread_.get_stop_token().stop_requested();) {
    std::vector<std::pair<KeptBlob, PinnedFile>> batch;
    {
      // Lent, so that collection leaves the files until they have been read.
      const auto snapshot = store_.snapshot();
      auto statement = connection_of(snapshot).prepare(
          "SELECT id, size, hash, pack, pack_offset FROM blobs WHERE shares > 0 AND id > ?1 ORDER BY id LIMIT ?2");
      statement.bind(1, after).bind(2, kScrubBatch);
      while (statement.step()) {
        auto blob = read_blob(statement);
        after = blob.id.value;
        PinnedFile loan;
        try {
          loan = blobs_.pin({blob.id, 0, blob.size}, blob);
        } catch (const Error& error) {
          blobs_.checks().set_damaged(blob.id, error.message());
        }
        batch.emplace_back(std::move(blob), std::move(loan));
      }
    }
    has_more = !batch.empty();
    for (const auto& [blob, loan] : batch) {
      if (loan) check(blob);
      ++result.blobs;
      result.bytes += blob.size;
      if (progress != nullptr) report(*progress, result);
    }
    if (bytes_per_second == 0) continue;
    const auto due = began + std::chrono::milliseconds(result.bytes * 1000 / bytes_per_second);
    std::unique_lock waiting(mutex_);
    wake_.wait_until(waiting, thread_.get_stop_token(), due, [] { return false; });
  }
  result.damages = damages();
  return result;
}

std::vector<Damage> Scrubber::damages() {
  auto all = blobs_.checks().damages();
  if (all.empty()) return all;
  const auto snapshot = store_.snapshot();
  for (auto& each : all) each.objects = find_blob_users(connection_of(snapshot), each.blob);
  return all;
}

}  // namespace lab::store
