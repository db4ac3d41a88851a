#pragma once

#include <memory>

#include "net/http_server.h"
#include "wire/s3/access_logs.h"
#include "wire/s3/console/handler.h"
#include "wire/s3/handler.h"
#include "wire/s3/lifecycle_runner.h"
#include "wire/s3/notifications.h"
#include "wire/s3/service.h"

namespace lab::s3 {

/// The S3 role: an HTTP server whose requests are S3's, and one with the admin page. What it is given must outlive it. Thread-safe.
class S3Server {
 public:
  S3Server(net::IoRuntime& runtime, ThreadPool& storage, store::Store& store, access::Access& access, S3Options options,
           std::shared_ptr<net::TlsContext> tls = {});

  /// Throws ADDRESS_IN_USE or CANNOT_LISTEN.
  void start() {
    server_.start();
    lifecycle_.start();
    access_logs_.start();
    notifications_.start();
  }
  /// The admin page, behind start(). Throws the same.
  void start_console() { console_server_.start(); }
  std::uint16_t port() const { return server_.port(); }
  std::uint16_t console_port() const { return console_server_.port(); }
  /// Refuses new requests, lets those under way finish for `grace`. May be called twice.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds(1)) {
    lifecycle_.stop();
    notifications_.stop();
    service_.jobs.stop();
    console_server_.stop(grace);
    server_.stop(grace);
    service_.jobs.stop();  // begun meanwhile
    access_logs_.stop();
  }

 private:
  S3Service service_;
  S3Handler handler_;
  LifecycleRunner lifecycle_;
  AccessLogRunner access_logs_;
  NotificationRunner notifications_;
  console::ConsoleHandler console_;
  net::HttpServer server_, console_server_;
};

}  // namespace lab::s3
