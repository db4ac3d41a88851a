#include "wire/s3/server.h"

namespace lab::s3 {
namespace {

net::HttpServerOptions server_options(const S3Options& options, std::uint16_t port, std::shared_ptr<net::TlsContext> tls) {
  net::HttpServerOptions result;
  result.address = options.address;
  result.port = port;
  result.tls = std::move(tls);
  return result;
}

}  // namespace

S3Server::S3Server(net::IoRuntime& runtime, ThreadPool& storage, store::Store& store, access::Access& access,
                   S3Options options, std::shared_ptr<net::TlsContext> tls)
    : service_{store, access, storage, std::move(options)},
      handler_(service_),
      lifecycle_(service_),
      access_logs_(service_),
      notifications_(service_),
      console_(handler_),
      server_(runtime, storage, handler_, server_options(service_.options, service_.options.port, tls)),
      console_server_(runtime, storage, console_, server_options(service_.options, service_.options.console_port, tls)) {}

}  // namespace lab::s3
