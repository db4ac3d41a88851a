#pragma once

#include "net/http_server.h"

namespace lab::s3::console {

/// The role's own port for people: the page, and behind it S3 and IAM as on the S3 port, for what the page asks. There is no log-in of
/// its own: the page signs with the user's key. Thread-safe.
class ConsoleHandler final : public net::HttpHandler {
 public:
  /// `s3` must outlive it.
  explicit ConsoleHandler(net::HttpHandler& s3) : s3_(s3) {}

  net::awaitable<net::Response> handle(net::Request request, net::RequestBody& body) override;
  net::Response answer_error(const net::Request* request, const Error& error) override { return s3_.answer_error(request, error); }

 private:
  net::HttpHandler& s3_;
};

}  // namespace lab::s3::console
