#pragma once

#include <chrono>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace lab::s3 {

/// The public keys of OpenID Connect providers (JSON Web Key Sets), found by their discovery documents and kept for a while.
/// Thread-safe.
class ProviderKeys {
 public:
  /// The keys of the provider at `url`: those that are kept, or asked for anew when they are old or, with `is_fresh`, whenever they
  /// were not asked for a moment ago: a provider may have changed them. Blocks for the network, some seconds at most, for one caller
  /// at a time: anybody can cause it. Throws IDPCommunicationError, also while another asks and a moment after it failed.
  std::string get(const std::string& url, bool is_fresh);

 private:
  struct Kept {
    std::optional<std::string> keys;
    std::chrono::steady_clock::time_point asked, failed;  ///< when the keys were asked for, and when that failed last
    std::exception_ptr failure;                           ///< of the last time
    bool is_being_asked = false;
  };
  std::mutex mutex_;
  std::map<std::string, Kept> kept_;
};

}  // namespace lab::s3
