#include "remote/s3/client.h"

#include <gtest/gtest.h>

#include <deque>
#include <mutex>

#include "base/error.h"
#include "net/http_server.h"
#include "protocol/s3/signature.h"
#include "remote/s3/conditions.h"

namespace lab::remote::s3 {
namespace {

/// Answers what the test laid ready, then 200; keeps what it was asked.
class Scripted final : public net::HttpHandler {
 public:
  net::awaitable<net::Response> handle(net::Request request, net::RequestBody&) override {
    const std::lock_guard lock(mutex_);
    asked_.push_back(std::move(request));
    if (answers_.empty()) co_return net::text_response(200, "text/plain", "done");
    net::Response answer = std::move(answers_.front());
    answers_.pop_front();
    co_return answer;
  }
  void add(int status, const std::string& code, const std::string& more = {}) {
    answers_.push_back(net::text_response(status, "application/xml", "<Error><Code>" + code + "</Code><Message>why</Message>" + more + "</Error>"));
  }
  std::vector<net::Request> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  std::mutex mutex_;
  std::deque<net::Response> answers_;
  std::vector<net::Request> asked_;
};

class RemoteClient : public testing::Test {
 protected:
  RemoteClient() { server_.start(); }
  ~RemoteClient() override { server_.stop(); }

  RemoteStore store() const {
    return {.host = "127.0.0.1", .port = server_.port(), .has_tls = false, .is_path_style = true, .access_key = "key", .secret_key = "secret"};
  }
  Answer get(RemoteStore to) {
    Client client(std::move(to), clock_);
    return client.send({.method = "GET", .bucket = "b", .key = "a b/ü", .query = {{"x", "1"}}, .headers = {}, .body = {}, .operation = "reading"});
  }
  Answer get() { return get(store()); }

  SystemClock clock_;
  net::IoRuntime runtime_{1};
  ThreadPool pool_{"test", 2, 64};
  Scripted script_;
  net::HttpServer server_{runtime_, pool_, script_, {}};
};

TEST_F(RemoteClient, signs_what_a_server_can_verify) {
  EXPECT_EQ(get().response.body, "done");
  const net::Request request = script_.asked().at(0);
  lab::s3::RequestHead head;
  head.method = request.method_text;
  head.headers = request.headers;
  lab::s3::set_target(head, request.target);
  const auto authentication = lab::s3::parse_authentication(head);
  ASSERT_TRUE(authentication);
  EXPECT_EQ(authentication->scope.access_key, "key");
  EXPECT_NO_THROW(lab::s3::verify_signature(head, *authentication, lab::s3::derive_signing_key("secret", authentication->scope)));
}

TEST_F(RemoteClient, tries_again_what_may_pass) {
  script_.add(503, "SlowDown");
  script_.add(500, "InternalError");
  EXPECT_EQ(get().response.status, 200);
  EXPECT_EQ(script_.asked().size(), 3U);
}

TEST_F(RemoteClient, does_not_try_again_what_will_not) {
  script_.add(403, "SignatureDoesNotMatch");
  try {
    get();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(&error.condition(), &conditions::kAccessDenied);
    EXPECT_EQ(error.parameters().at("code"), "SignatureDoesNotMatch");
  }
  EXPECT_EQ(script_.asked().size(), 1U);
}

TEST_F(RemoteClient, learns_the_region_of_a_bucket) {
  script_.add(400, "AuthorizationHeaderMalformed", "<Region>eu-west-3</Region>");
  EXPECT_EQ(get().response.status, 200);
  EXPECT_NE(script_.asked().at(1).header("authorization")->find("/eu-west-3/s3/"), std::string_view::npos);
}

TEST_F(RemoteClient, a_missing_object_is_an_answer_and_a_missing_bucket_an_error) {
  script_.add(404, "NoSuchKey");
  EXPECT_EQ(get().response.status, 404);
  script_.add(404, "NoSuchBucket");
  EXPECT_THROW(get(), Error);
}

TEST_F(RemoteClient, anonymous_requests_carry_no_signature) {
  RemoteStore open = store();
  open.access_key.clear();
  open.is_anonymous = true;
  get(open);
  EXPECT_FALSE(script_.asked().at(0).header("authorization"));
  open.is_anonymous = false;
  EXPECT_THROW(get(open), Error);
}

TEST_F(RemoteClient, gives_up_on_nobody_in_seconds) {
  RemoteStore gone = store();
  gone.port = 1;
  const auto started = std::chrono::steady_clock::now();
  try {
    get(gone);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(&error.condition(), &conditions::kUnavailable);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(8));
}

}  // namespace
}  // namespace lab::remote::s3
