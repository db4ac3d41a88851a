#include "net/tls.h"

#include <cstdio>
#include <filesystem>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/ids.h"
#include "net/conditions.h"
#include "net/http_server.h"

namespace lab::net {
namespace {

/// A folder with a key and a certificate signed by itself.
class TestCertificate {
 public:
  TestCertificate() : folder_(std::filesystem::temp_directory_path() / ("lab-tls-" + random_hex(8))) {
    std::filesystem::create_directories(folder_);
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_sign(certificate, key, EVP_sha256());
    std::FILE* file = std::fopen(key_path().c_str(), "w");
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    file = std::fopen(certificate_path().c_str(), "w");
    PEM_write_X509(file, certificate);
    std::fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  ~TestCertificate() { std::filesystem::remove_all(folder_); }
  std::filesystem::path key_path() const { return folder_ / "key.pem"; }
  std::filesystem::path certificate_path() const { return folder_ / "certificate.pem"; }

 private:
  const std::filesystem::path folder_;
};

class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval limit{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
    context_ = SSL_CTX_new(TLS_client_method());
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, socket_);
    is_connected = SSL_connect(ssl_) == 1;
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    ::close(socket_);
  }
  std::string exchange(std::string_view text) {
    SSL_write(ssl_, text.data(), static_cast<int>(text.size()));
    std::string answer;
    char buffer[16384];
    for (;;) {
      const int count = SSL_read(ssl_, buffer, sizeof buffer);
      if (count <= 0) return answer;
      answer.append(buffer, static_cast<std::size_t>(count));
    }
  }
  bool is_connected = false;

 private:
  int socket_;
  SSL_CTX* context_;
  SSL* ssl_;
};

class TlsHandler final : public HttpHandler {
 public:
  std::filesystem::path file;
  awaitable<Response> handle(Request request, RequestBody& body) override {
    std::string text = co_await body.read_all(10 << 20);
    if (request.target == "/file") {
      std::FILE* opened = std::fopen(file.c_str(), "r");
      auto owner = std::shared_ptr<const void>(nullptr, [opened](const void*) { std::fclose(opened); });
      Response response;
      response.body = std::vector<FileRange>{{fileno(opened), 5, 20, owner}};
      co_return response;
    }
    co_return text_response(200, "text/plain", (request.is_tls ? "tls:" : "plain:") + std::to_string(text.size()));
  }
};

class TlsServerTest : public testing::Test {
 protected:
  TlsServerTest() {
    handler_.file = certificate_.certificate_path();
    HttpServerOptions options;
    options.tls = TlsContext::load(certificate_.certificate_path(), certificate_.key_path());
    server_ = std::make_unique<HttpServer>(runtime_, pool_, handler_, options);
    server_->start();
  }
  ~TlsServerTest() override {
    server_->stop();
    server_.reset();
    runtime_.stop();
    pool_.stop();
  }
  TestCertificate certificate_;
  ThreadPool pool_{"test", 2, 100};
  IoRuntime runtime_{2};
  TlsHandler handler_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace

TEST_F(TlsServerTest, serves_bodies_both_ways) {
  TlsClient client(server_->port());
  ASSERT_TRUE(client.is_connected);
  const std::string answer = client.exchange("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\nConnection: close\r\n\r\n" +
                                             std::string(3'000'000, 'x'));
  EXPECT_TRUE(answer.ends_with("\r\n\r\ntls:3000000")) << answer;
}

TEST_F(TlsServerTest, sends_files_through_the_cipher) {
  TlsClient client(server_->port());
  const std::string answer = client.exchange("GET /file HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(answer.ends_with("\r\n\r\nBEGIN CERTIFICATE---")) << answer;
}

TEST_F(TlsServerTest, survives_a_client_without_tls) {
  {
    const int plain = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::connect(plain, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ::send(plain, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27, MSG_NOSIGNAL);
    char buffer[1000];
    const auto count = ::recv(plain, buffer, sizeof buffer, 0);
    EXPECT_FALSE(std::string_view(buffer, count > 0 ? static_cast<std::size_t>(count) : 0).starts_with("HTTP"));
    ::close(plain);
  }
  TlsClient client(server_->port());
  EXPECT_TRUE(client.is_connected);
}

TEST(TlsContextTest, tells_which_file_is_bad) {
  try {
    TlsContext::load("/nonexistent.pem", "/nonexistent.pem");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(&error.condition(), &conditions::kTlsSetup);
    EXPECT_EQ(error.parameters().at("path"), "/nonexistent.pem");
  }
}

}  // namespace lab::net
