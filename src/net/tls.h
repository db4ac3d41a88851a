#pragma once

#include <filesystem>
#include <memory>

namespace lab::net {

/// A server's certificate and key, loaded. Immutable, shared by its connections.
class TlsContext {
 public:
  /// PEM files, the certificate with its chain. TLS 1.2 and newer. Throws TLS_SETUP.
  static std::shared_ptr<TlsContext> load(const std::filesystem::path& certificate, const std::filesystem::path& key);
  struct Impl;
  explicit TlsContext(std::unique_ptr<Impl> impl);
  ~TlsContext();
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace lab::net
