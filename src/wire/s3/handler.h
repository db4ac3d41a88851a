#pragma once

#include <atomic>
#include <string>

#include "net/http_server.h"
#include "wire/s3/authenticator.h"
#include "wire/s3/operation_table.h"
#include "wire/s3/service.h"

namespace lab::s3 {

/// One S3 request: head, identity, operation, what other origins may see, answer. Thread-safe.
class S3Handler final : public net::HttpHandler {
 public:
  explicit S3Handler(S3Service& service);

  net::awaitable<net::Response> handle(net::Request request, net::RequestBody& body) override;
  net::Response answer_error(const net::Request* request, const Error& error) override;

 private:
  std::string next_request_id();
  net::awaitable<net::Response> answer(Call& call, net::RequestBody& body);
  net::awaitable<net::Response> run(const Operation& operation, Call& call, net::RequestBody& body);

  S3Service& service_;
  Authenticator authenticator_;
  std::atomic<std::uint64_t> next_id_;
};

}  // namespace lab::s3
