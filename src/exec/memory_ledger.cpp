#include "exec/memory_ledger.h"

#include <algorithm>

#include "base/log.h"

namespace lab::exec {

MemoryLedger::MemoryLedger(MemoryLimits limits) : limits_(limits), teller_([this](const std::stop_token& stop) { tell_others(stop); }) {}

MemoryLedger::~MemoryLedger() = default;

std::uint64_t MemoryLedger::part_of(std::size_t num_parts) const {
  const std::uint64_t equal = limits_.total / std::max<std::size_t>(num_parts, 1);
  return std::max(limits_.least, std::min(limits_.per_session, equal));
}

void MemoryLedger::tell(Entry& entry, std::uint64_t bytes) {
  const std::lock_guard lock(entry.mutex);
  if (!entry.set || entry.bytes == bytes) return;
  try {
    entry.set(bytes);
    entry.bytes = bytes;
  } catch (const std::exception& failure) {
    log::info("exec", "an engine keeps more memory than its part for now: {}", failure.what());
  }
}

std::unique_ptr<MemoryLedger::Part> MemoryLedger::join(SetLimit set) {
  auto entry = std::make_shared<Entry>();
  entry->set = std::move(set);
  std::uint64_t bytes = 0;
  {
    const std::lock_guard lock(mutex_);
    entries_.push_back(entry);
    bytes = part_of(entries_.size());
    has_changed_ = true;
  }
  changed_.notify_one();
  tell(*entry, bytes);
  return std::make_unique<Part>(*this, std::move(entry));
}

void MemoryLedger::leave(const std::shared_ptr<Entry>& entry) {
  {
    const std::lock_guard lock(entry->mutex);
    entry->set = nullptr;
  }
  {
    const std::lock_guard lock(mutex_);
    std::erase(entries_, entry);
    has_changed_ = true;
  }
  changed_.notify_one();
}

void MemoryLedger::tell_others(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return has_changed_; })) {
    has_changed_ = false;
    const auto entries = entries_;
    const std::uint64_t bytes = part_of(entries.size());
    lock.unlock();
    for (const auto& entry : entries) tell(*entry, bytes);
    lock.lock();
  }
}

std::size_t MemoryLedger::num_parts() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace lab::exec
