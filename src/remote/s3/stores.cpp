#include "remote/s3/stores.h"

#include "remote/s3/bucket.h"

namespace lab::remote::s3 {
namespace {

class KeptStores final : public RemoteStores {
 public:
  KeptStores(Stage& stage, const Clock& clock, StoresOptions options) : clock_(clock), copies_(stage, options.max_kept_bytes) {}

  std::shared_ptr<RemoteBucket> open(const RemoteStore& store, const std::string& bucket) override {
    // Clients hold open connections; sessions that name the same store share them.
    constexpr std::size_t kMaxClients = 64;
    const std::lock_guard lock(mutex_);
    auto found = clients_.find(store);
    if (found == clients_.end()) {
      if (clients_.size() >= kMaxClients) clients_.clear();
      found = clients_.emplace(store, std::make_shared<Client>(store, clock_)).first;
    }
    return open_bucket(found->second, copies_, bucket);
  }

 private:
  const Clock& clock_;
  LocalCopies copies_;
  std::mutex mutex_;
  std::map<RemoteStore, std::shared_ptr<Client>> clients_;
};

}  // namespace

std::unique_ptr<RemoteStores> create_stores(Stage& stage, const Clock& clock, StoresOptions options) {
  return std::make_unique<KeptStores>(stage, clock, options);
}

}  // namespace lab::remote::s3
