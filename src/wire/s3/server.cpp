#include "wire/s3/server.h"

namespace lab::s3 {
namespace {

net::HttpServerOptions server_options(const S3Options& options, std::shared_ptr<net::TlsContext> tls) {
  net::HttpServerOptions result;
  result.address = options.address;
  result.port = options.port;
  result.tls = std::move(tls);
  return result;
}

}  // namespace

S3Server::S3Server(net::IoRuntime& runtime, ThreadPool& storage, store::Store& store, access::Access& access,
                   S3Options options, std::shared_ptr<net::TlsContext> tls)
    : service_{store, access, storage, std::move(options)},
      handler_(service_),
      lifecycle_(service_),
      server_(runtime, storage, handler_, server_options(service_.options, std::move(tls))) {}

}  // namespace lab::s3
