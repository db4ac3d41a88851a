#include "store/objects/blob.h"

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "store/conditions.h"
#include "store/objects/blob_state.h"

namespace lab::store {

BlobHashers::BlobHashers(const std::vector<ChecksumKind>& kinds) {
  hashers_.emplace_back(ChecksumKind::XxHash64, create_hasher(ChecksumKind::XxHash64));
  for (const auto kind : kinds)
    if (std::ranges::none_of(hashers_, [&](const auto& each) { return each.first == kind; }))
      hashers_.emplace_back(kind, create_hasher(kind));
}

void BlobHashers::update(std::string_view bytes) {
  for (auto& [kind, hasher] : hashers_) hasher->update(bytes);
}

Digests BlobHashers::finish() {
  Digests digests;
  for (auto& [kind, hasher] : hashers_) digests.emplace_back(kind, hasher->finish());
  return digests;
}

StagedBlob::State::~State() {
  try {
    if (place) store.packs().release(place->pack);
    // Nothing is removed once the store has failed: a COMMIT whose outcome is not known may have named these bytes.
    else if (!is_committed && !store.health().has_failed()) store.remove(id);
  } catch (const std::exception& error) {
    log::warning("store", "unused bytes stay until the next start: {}", error.what());
  }
}

BlobId StagedBlob::id() const { return state_->id; }

std::uint64_t StagedBlob::size() const { return state_->size; }

std::optional<std::string> StagedBlob::find_digest(ChecksumKind kind) const {
  for (const auto& [found, digest] : state_->digests)
    if (found == kind) return digest;
  return std::nullopt;
}

const std::string& StagedBlob::digest(ChecksumKind kind) const {
  for (const auto& [found, digest] : state_->digests)
    if (found == kind) return digest;
  check_failed("digest", __FILE__, __LINE__, "a checksum that was not asked for");
}

std::optional<PackPlace> StagedBlob::place() const { return state_->place; }

BlobWriter::BlobWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
BlobWriter::BlobWriter(BlobWriter&&) noexcept = default;
BlobWriter& BlobWriter::operator=(BlobWriter&&) noexcept = default;
BlobWriter::~BlobWriter() = default;

void BlobWriter::write(std::string_view bytes) {
  state_->taken += bytes.size();
  if (!state_->sealer) return state_->store(bytes);
  state_->plain_hashers->update(bytes);
  state_->sealer->write(bytes, [this](std::string_view sealed) { state_->store(sealed); });
}

std::uint64_t BlobWriter::size() const { return state_->taken; }

StagedBlob BlobWriter::finish() {
  if (state_->sealer) state_->sealer->finish([this](std::string_view sealed) { state_->store(sealed); });
  auto& store = state_->staged->store;
  if (state_->file)
    store.health().guard_sync([&] { state_->file->sync(); });
  else
    state_->staged->place = store.packs().append(state_->packed);
  state_->file.reset();
  state_->staged->digests = state_->hashers.finish();
  if (state_->plain_hashers)
    for (auto& [kind, digest] : state_->plain_hashers->finish())
      if (kind != ChecksumKind::XxHash64) state_->staged->digests.emplace_back(kind, std::move(digest));
  StagedBlob blob(std::move(state_->staged));
  state_.reset();
  return blob;
}

PinnedFile::State::State(BlobStore& store, std::shared_ptr<PinTable> pin_table, std::shared_ptr<BlobChecks> blob_checks,
                         BlobRange bytes, KeptBlob blob)
    : pins(std::move(pin_table)),
      checks(std::move(blob_checks)),
      disk(store.disk()),
      path(blob.place ? store.packs().path_of(blob.place->pack) : store.path_of(blob.id)),
      range(bytes),
      kept(std::move(blob)) {
  // A pack is opened at once: compaction may move the bytes and remove it while this loan lives.
  if (kept.place) file_ = store.packs().open(kept.place->pack);
  pins->pin(range.blob);
}

PinnedFile::State::~State() { pins->unpin(range.blob); }

File& PinnedFile::State::file() const {
  std::call_once(opened_, [this] {
    try {
      if (!file_) file_ = open_blob_file(disk, path);
    } catch (const Error& error) {
      if (error.kind() == Kind::Corruption) checks->set_damaged(kept.id, "the bytes of a stored object are gone");
      throw;
    }
    if (checks->is_due(kept)) checks->check(kept, *file_);
  });
  return *file_;
}

const std::filesystem::path& PinnedFile::path() const { return state_->path; }

std::uint64_t PinnedFile::offset() const { return state_->start(); }

std::uint64_t PinnedFile::size() const { return state_->range.length; }

bool PinnedFile::is_whole_file() const { return !state_->kept.place && offset() == 0 && state_->file().size() == size(); }

std::size_t PinnedFile::read(std::uint64_t at, std::span<char> into) const {
  if (at >= size()) return 0;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size() - at));
  const auto got = state_->file().read(offset() + at, into.subspan(0, wanted));
  if (got < wanted)
    throw Error(conditions::kDataCorruption, {{"what", "a stored object is cut off (" + path().string() + ")"}});
  return got;
}

std::string PinnedFile::read_all() const {
  std::string bytes(size(), '\0');
  read(0, bytes);
  return bytes;
}

int PinnedFile::descriptor() const { return state_->file().descriptor(); }

}  // namespace lab::store
