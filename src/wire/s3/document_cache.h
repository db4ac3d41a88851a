#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace lab::s3 {

/// What was parsed out of documents of buckets and users, by their text: a policy is read for every request and changes
/// hardly ever. Thread-safe.
template <typename Value>
class DocumentCache {
 public:
  /// `parse` runs without a lock and may throw.
  template <typename Parse>
  std::shared_ptr<const Value> get(const std::string& text, Parse parse) {
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = kept_.find(text); found != kept_.end()) return found->second;
    }
    auto value = std::make_shared<const Value>(parse(text));
    const std::lock_guard lock(mutex_);
    if (kept_.size() >= kMaxKept) kept_.clear();
    kept_[text] = value;
    return value;
  }

 private:
  static constexpr std::size_t kMaxKept = 1024;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Value>> kept_;
};

}  // namespace lab::s3
