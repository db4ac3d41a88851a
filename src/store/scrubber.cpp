#include "store/scrubber.h"

#include <fmt/format.h>
#include <pthread.h>

#include "base/log.h"
#include "store/objects/tables.h"

namespace lab::store {
namespace {

constexpr int kScrubBatch = 200;
// A disk's idle time: a terabyte in four hours.
constexpr std::uint64_t kBackgroundRate = 64 << 20;

/// `bucket/key` (and the version) of every row, of the past too, that has bytes of the blob; uploads too.
std::vector<std::string> find_users(const Rows& rows, BlobId blob) {
  auto statement = connection_of(rows).prepare(R"(
SELECT DISTINCT b.name, o.key, o.version, o.closed < 9223372036854775807 FROM objects o JOIN buckets b ON b.id = o.bucket
WHERE o.blob = ?1 OR o.id IN (SELECT object FROM object_parts WHERE blob = ?1)
UNION SELECT b.name, u.key, 'upload ' || u.id, 0 FROM uploads u JOIN buckets b ON b.id = u.bucket
WHERE u.id IN (SELECT upload FROM upload_ranges WHERE blob = ?1) ORDER BY 1, 2)");
  statement.bind(1, blob.value);
  std::vector<std::string> users;
  while (statement.step()) {
    auto user = fmt::format("{}/{}", statement.text(0), statement.blob(1));
    if (!statement.text(2).empty()) user += fmt::format(" ({})", statement.text(2));
    if (statement.integer(3) != 0) user += " (overwritten or deleted, kept for the past)";
    users.push_back(std::move(user));
  }
  return users;
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
      const auto result = scrub(kBackgroundRate);
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

ScrubResult Scrubber::scrub(std::uint64_t bytes_per_second) {
  const std::lock_guard lock(scrubbing_);
  ScrubResult result;
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
  for (auto& each : all) each.objects = find_users(snapshot, each.blob);
  return all;
}

}  // namespace lab::store
