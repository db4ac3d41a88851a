#include "wire/s3/server.h"

#include <atomic>
#include <algorithm>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/ids.h"
#include "protocol/s3/http_date.h"
#include "protocol/s3/xml.h"
#include "wire/s3/bucket_settings.h"

namespace lab::s3 {
namespace {

struct Answer {
  int status = 0;
  NameValues headers;
  std::string body;
  std::string header(std::string_view name) const { return std::string(find_value(headers, name).value_or("")); }
  std::string code() const { return std::string(parse_xml(body).text_of("Code")); }
};

/// A signing client on one kept connection, with nothing between the test and the bytes.
class SigningClient {
 public:
  SigningClient(std::uint16_t port, access::S3Secret secret) : port_(port), secret_(std::move(secret)) { connect(); }
  ~SigningClient() { ::close(socket_); }

  Answer call(std::string method, std::string_view target, std::string body = {}, NameValues headers = {}) {
    return send(sign(std::move(method), target, body, std::move(headers)), std::move(body));
  }

  /// Sends a request that sign() made, or a changed one.
  Answer send(const std::pair<RequestHead, std::string>& request, std::string body) {
    const RequestHead& head = request.first;
    std::string text = head.method + " " + request.second + " HTTP/1.1\r\n";
    for (const auto& [name, value] : head.headers) text += name + ": " + value + "\r\n";
    if (head.method == "PUT" || head.method == "POST" || !body.empty()) {
      text += "content-length: " + std::to_string(body.size()) + "\r\n";
    }
    write(text + "\r\n" + body);
    return read_answer(head.method == "HEAD");
  }

  std::pair<RequestHead, std::string> sign(std::string method, std::string_view target, const std::string& body,
                                           NameValues headers) {
    RequestHead head;
    head.method = std::move(method);
    head.headers = std::move(headers);
    if (!head.header("host")) head.headers.emplace_back("host", "127.0.0.1:" + std::to_string(port_));
    const std::string now = print_basic_time(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
    head.headers.emplace_back("x-amz-date", now);
    if (!head.header("x-amz-content-sha256")) head.headers.emplace_back("x-amz-content-sha256", sha256_hex(body));
    set_target(head, target);
    Authentication authentication;
    authentication.scope = {secret_.access_key, now.substr(0, 8), "us-east-1", "s3"};
    authentication.timestamp = now;
    authentication.payload_hash = std::string(*head.header("x-amz-content-sha256"));
    for (const auto& [name, value] : head.headers) authentication.signed_headers.push_back(name);
    std::ranges::sort(authentication.signed_headers);
    const std::string canonical = write_canonical_request(head, authentication, encode_uri(head.path, true));
    const std::string key = derive_signing_key(secret_.secret_key, authentication.scope);
    last_signature = to_hex(hmac_sha256(key, write_string_to_sign(authentication, canonical)));
    std::string names;
    for (const std::string& name : authentication.signed_headers) names += (names.empty() ? "" : ";") + name;
    head.headers.emplace_back("authorization", "AWS4-HMAC-SHA256 Credential=" + secret_.access_key + "/" +
                                                   authentication.scope.text() + ", SignedHeaders=" + names +
                                                   ", Signature=" + last_signature);
    return {head, std::string(target)};
  }

  Answer send_raw(std::string_view text) {
    write(text);
    return read_answer(false);
  }

  std::string last_signature;

 private:
  void connect() {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval limit{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
  }
  void write(std::string_view text) {
    while (!text.empty()) {
      const auto count = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  bool more() {
    char buffer[65536];
    const auto count = ::recv(socket_, buffer, sizeof buffer, 0);
    if (count <= 0) return false;
    text_.append(buffer, static_cast<std::size_t>(count));
    return true;
  }
  Answer read_answer(bool is_head) {
    Answer answer;
    std::size_t end = 0;
    while ((end = text_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return answer;
    }
    answer.status = std::stoi(text_.substr(9, 3));
    std::string_view rest = std::string_view(text_).substr(0, end);
    rest.remove_prefix(std::min(rest.find("\r\n"), rest.size()));
    while (rest.starts_with("\r\n")) {
      rest.remove_prefix(2);
      const std::string_view line = rest.substr(0, rest.find("\r\n"));
      const auto colon = line.find(':');
      answer.headers.emplace_back(to_lower_ascii(line.substr(0, colon)), trim_spaces(line.substr(colon + 1)));
      rest.remove_prefix(line.size());
    }
    text_.erase(0, end + 4);
    const std::size_t size = is_head ? 0 : parse_number(answer.header("content-length")).value_or(0);
    while (text_.size() < size && more()) {
    }
    answer.body = text_.substr(0, size);
    text_.erase(0, answer.body.size());
    return answer;
  }

  const std::uint16_t port_;
  const access::S3Secret secret_;
  int socket_ = -1;
  std::string text_;
};

class S3ServerTest : public testing::Test {
 protected:
  S3ServerTest() : folder_(std::filesystem::temp_directory_path() / ("lab-s3-" + random_hex(8))) {
    std::filesystem::create_directories(folder_);
    store::StoreOptions options;
    options.schemas = {access::access_schema(), s3_schema()};
    store_ = store::Store::open(folder_, std::move(options), disk_, clock_);
    access_ = access::Access::open(*store_, access::Profile::Secure);
    S3Options s3_options;
    s3_options.port = 0;
    server_ = std::make_unique<S3Server>(runtime_, storage_, *store_, *access_, s3_options);
    server_->start();
    client_ = new_client();
    EXPECT_EQ(client_->call("PUT", "/bkt").status, 200);
  }
  ~S3ServerTest() override {
    client_.reset();
    server_->stop();
    storage_.stop();
    runtime_.stop();
    server_.reset();
    access_.reset();
    store_->stop();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  std::unique_ptr<SigningClient> new_client() {
    return std::make_unique<SigningClient>(server_->port(), access_->default_s3_secret());
  }
  Answer call(std::string method, std::string_view target, std::string body = {}, NameValues headers = {}) {
    return client_->call(std::move(method), target, std::move(body), std::move(headers));
  }

  const std::filesystem::path folder_;
  RealDisk disk_;
  SystemClock clock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<access::Access> access_;
  ThreadPool storage_{"storage", 16, 1000};
  net::IoRuntime runtime_{2};
  std::unique_ptr<S3Server> server_;
  std::unique_ptr<SigningClient> client_;
};

}  // namespace

TEST_F(S3ServerTest, puts_gets_heads_and_deletes) {
  const Answer put = call("PUT", "/bkt/a%20%C3%A9/../b", "hello", {{"content-type", "text/x"}, {"x-amz-meta-k", "v"}});
  EXPECT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(put.header("etag"), "\"5d41402abc4b2a76b9719d911017c592\"");
  EXPECT_EQ(put.header("x-amz-request-id").size(), 16u);
  const Answer get = call("GET", "/bkt/a%20%C3%A9/../b");
  EXPECT_EQ(get.body, "hello");
  EXPECT_EQ(get.header("content-type"), "text/x");
  EXPECT_EQ(get.header("x-amz-meta-k"), "v");
  EXPECT_EQ(get.header("server"), "dflab");
  EXPECT_EQ(call("GET", "/bkt/b").code(), "NoSuchKey");
  const Answer head = call("HEAD", "/bkt/a%20%C3%A9/../b");
  EXPECT_EQ(head.header("content-length"), "5");
  EXPECT_EQ(call("DELETE", "/bkt/a%20%C3%A9/../b").status, 204);
  EXPECT_EQ(call("DELETE", "/bkt/a%20%C3%A9/../b").status, 204);
  const Answer missing = call("GET", "/bkt/a%20%C3%A9/../b");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(parse_xml(missing.body).text_of("Key"), "a é/../b");
  EXPECT_EQ(call("HEAD", "/bkt/none").status, 404);
}

TEST_F(S3ServerTest, serves_large_objects_and_their_ranges) {
  std::string body(3'000'000, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 7 % 251);
  EXPECT_EQ(call("PUT", "/bkt/large", body).status, 200);
  EXPECT_TRUE(call("GET", "/bkt/large").body == body);
  const Answer range = call("GET", "/bkt/large", {}, {{"range", "bytes=1000-1999999"}});
  EXPECT_EQ(range.status, 206);
  EXPECT_EQ(range.header("content-range"), "bytes 1000-1999999/3000000");
  EXPECT_TRUE(range.body == body.substr(1000, 1'999'000));
  EXPECT_EQ(call("GET", "/bkt/large", {}, {{"range", "bytes=3000000-"}}).code(), "InvalidRange");
}

TEST_F(S3ServerTest, refuses_who_is_not_signed_in) {
  EXPECT_EQ(client_->send_raw("GET /bkt HTTP/1.1\r\nHost: h\r\n\r\n").code(), "AccessDenied");
  EXPECT_EQ(SigningClient(server_->port(), {"nobody", "x", {}}).call("GET", "/bkt").code(), "InvalidAccessKeyId");
  auto secret = access_->default_s3_secret();
  secret.secret_key += "x";
  EXPECT_EQ(SigningClient(server_->port(), secret).call("GET", "/bkt").code(), "SignatureDoesNotMatch");
  // A signature holds for its method, path, query and headers.
  auto signed_get = client_->sign("GET", "/bkt/k?partNumber=1", {}, {});
  for (const std::string_view target : {"/bkt/other?partNumber=1", "/bkt/k?partNumber=2", "/bkt/k"}) {
    auto changed = signed_get;
    changed.second = std::string(target);
    EXPECT_EQ(client_->send(changed, {}).code(), "SignatureDoesNotMatch") << target;
  }
  // Nor may a header be added that changes what the request does.
  auto signed_put = client_->sign("PUT", "/bkt/k", "x", {});
  signed_put.first.headers.emplace_back("x-amz-copy-source", "bkt/secret");
  const Answer widened = client_->send(signed_put, "x");
  EXPECT_EQ(widened.code(), "AccessDenied");
  EXPECT_EQ(parse_xml(widened.body).text_of("HeadersNotSigned"), "x-amz-copy-source");
  signed_get.first.method = "DELETE";
  EXPECT_EQ(client_->send(signed_get, {}).code(), "SignatureDoesNotMatch");
}

TEST_F(S3ServerTest, stores_nothing_of_a_body_that_is_wrong) {
  const auto swapped = client_->sign("PUT", "/bkt/k", "right", {});
  EXPECT_EQ(client_->send(swapped, "wrong").code(), "XAmzContentSHA256Mismatch");
  EXPECT_EQ(call("PUT", "/bkt/k", "x", {{"content-md5", "1B2M2Y8AsgTpgAmY7PhCfg=="}}).code(), "BadDigest");
  EXPECT_EQ(call("PUT", "/bkt/k", "x", {{"content-md5", "nonsense"}}).code(), "InvalidDigest");
  EXPECT_EQ(call("PUT", "/bkt/k", "x", {{"x-amz-checksum-crc32", "AAAAAA=="}}).code(), "BadDigest");
  EXPECT_EQ(call("GET", "/bkt/k").status, 404);
  EXPECT_EQ(call("PUT", "/bkt/k", "x", {{"x-amz-server-side-encryption", "aws:kms:dsse"}}).status, 501);
  EXPECT_EQ(call("PUT", "/bkt/k", "x", {{"x-amz-server-side-encryption", "ROT13"}}).code(), "InvalidArgument");
  EXPECT_EQ(call("GET", "/bkt/k").status, 404);
}

TEST_F(S3ServerTest, takes_chunks_with_a_trailer) {
  const NameValues headers{{"x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"},
                           {"x-amz-decoded-content-length", "5"},
                           {"content-encoding", "aws-chunked,gzip"},
                           {"x-amz-trailer", "x-amz-checksum-crc32"}};
  const std::string crc = encode_base64(checksum(ChecksumKind::Crc32, "hello"));
  const Answer put = call("PUT", "/bkt/k", "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:" + crc + "\r\n\r\n", headers);
  EXPECT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(put.header("x-amz-checksum-crc32"), crc);
  const Answer get = call("GET", "/bkt/k", {}, {{"x-amz-checksum-mode", "ENABLED"}});
  EXPECT_EQ(get.body, "hello");
  EXPECT_EQ(get.header("content-encoding"), "gzip");
  EXPECT_EQ(get.header("x-amz-checksum-crc32"), crc);
  EXPECT_EQ(call("PUT", "/bkt/bad", "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", headers).code(), "BadDigest");
  EXPECT_EQ(call("PUT", "/bkt/bad", "4\r\nhell\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", headers).code(), "IncompleteBody");
  EXPECT_EQ(call("PUT", "/bkt/bad", "5\r\nhello\r\n0\r\n\r\n", headers).code(), "MalformedTrailerError");
  EXPECT_EQ(call("GET", "/bkt/bad").status, 404);
}

TEST_F(S3ServerTest, lets_one_of_64_writers_win) {
  std::atomic<int> winners = 0;
  std::atomic<int> losers = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([&, i] {
      const Answer answer = new_client()->call("PUT", "/bkt/race", std::to_string(i), {{"if-none-match", "*"}});
      if (answer.status == 200) ++winners;
      if (answer.status == 412 && answer.code() == "PreconditionFailed") ++losers;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(losers, 63);
  const std::string etag = call("HEAD", "/bkt/race").header("etag");
  EXPECT_EQ(call("PUT", "/bkt/race", "new", {{"if-match", "\"other\""}}).status, 412);
  EXPECT_EQ(call("PUT", "/bkt/race", "new", {{"if-match", etag}}).status, 200);
  EXPECT_EQ(call("DELETE", "/bkt/race", {}, {{"if-match", etag}}).status, 412);
  EXPECT_EQ(call("GET", "/bkt/race", {}, {{"if-none-match", etag}}).status, 200);
  EXPECT_EQ(call("GET", "/bkt/race", {}, {{"if-none-match", "*"}}).status, 304);
  EXPECT_EQ(call("GET", "/bkt/race", {}, {{"if-match", etag}}).status, 412);
}

TEST_F(S3ServerTest, joins_parts_to_an_object) {
  const std::string part_1(5 << 20, 'a');
  const Answer created = call("POST", "/bkt/mp?uploads", {}, {{"x-amz-checksum-algorithm", "CRC32"}, {"x-amz-checksum-type", "FULL_OBJECT"}});
  const std::string upload(parse_xml(created.body).text_of("UploadId"));
  const std::string at = "/bkt/mp?uploadId=" + upload;
  const std::string etag_1 = call("PUT", at + "&partNumber=1", part_1).header("etag");
  const std::string etag_2 = call("PUT", at + "&partNumber=2", "tail").header("etag");
  EXPECT_EQ(call("PUT", at + "&partNumber=0", "x").code(), "InvalidArgument");
  EXPECT_EQ(call("PUT", "/bkt/mp?uploadId=none&partNumber=1", "x").code(), "NoSuchUpload");
  const auto complete = [&](std::string_view parts, NameValues headers = {}) {
    return call("POST", at, "<CompleteMultipartUpload>" + std::string(parts) + "</CompleteMultipartUpload>", std::move(headers));
  };
  const auto part = [](int number, const std::string& etag) {
    return "<Part><PartNumber>" + std::to_string(number) + "</PartNumber><ETag>" + etag + "</ETag></Part>";
  };
  EXPECT_EQ(complete(part(2, etag_2) + part(1, etag_1)).code(), "InvalidPartOrder");
  EXPECT_EQ(complete(part(1, etag_2)).code(), "InvalidPart");
  EXPECT_EQ(complete("").code(), "MalformedXML");
  EXPECT_EQ(complete(part(1, etag_1) + part(2, etag_2), {{"x-amz-checksum-crc32", "AAAAAA=="}}).code(), "BadDigest");
  const std::string crc = encode_base64(checksum(ChecksumKind::Crc32, part_1 + "tail"));
  const Answer done = complete(part(1, etag_1) + part(2, etag_2), {{"x-amz-checksum-crc32", crc}});
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(parse_xml(done.body).text_of("ChecksumCRC32"), crc);
  EXPECT_TRUE(parse_xml(done.body).text_of("ETag").ends_with("-2\""));
  const Answer again = complete(part(1, etag_1) + part(2, etag_2), {{"x-amz-checksum-crc32", crc}});
  EXPECT_EQ(parse_xml(again.body).text_of("ETag"), parse_xml(done.body).text_of("ETag"));
  EXPECT_EQ(complete(part(1, etag_2) + part(2, etag_2)).code(), "NoSuchUpload");
  const Answer second = call("GET", "/bkt/mp?partNumber=2");
  EXPECT_EQ(second.body, "tail");
  EXPECT_EQ(second.header("x-amz-mp-parts-count"), "2");
  EXPECT_TRUE(call("GET", "/bkt/mp").body == part_1 + "tail");
  EXPECT_EQ(call("GET", "/bkt/mp", {}, {{"range", "bytes=5242878-5242881"}}).body, "aata");
  EXPECT_EQ(call("GET", at).code(), "NoSuchUpload");
}

TEST_F(S3ServerTest, refuses_parts_that_are_too_small) {
  const std::string upload(parse_xml(call("POST", "/bkt/mp?uploads").body).text_of("UploadId"));
  const std::string at = "/bkt/mp?uploadId=" + upload;
  std::string parts;
  for (int i = 1; i <= 2; ++i) {
    parts += "<Part><PartNumber>" + std::to_string(i) + "</PartNumber><ETag>" +
             call("PUT", at + "&partNumber=" + std::to_string(i), "small").header("etag") + "</ETag></Part>";
  }
  EXPECT_EQ(call("POST", at, "<CompleteMultipartUpload>" + parts + "</CompleteMultipartUpload>").code(), "EntityTooSmall");
  EXPECT_EQ(call("DELETE", at).status, 204);
  EXPECT_EQ(call("DELETE", at).code(), "NoSuchUpload");
}

TEST_F(S3ServerTest, lists_in_pages_with_prefixes) {
  for (const std::string_view key : {"a", "d/1", "d/2", "e%20f", "z"}) call("PUT", "/bkt/" + std::string(key), "x");
  const auto root = parse_xml(call("GET", "/bkt?list-type=2&delimiter=/&max-keys=2").body);
  EXPECT_EQ(root.text_of("KeyCount"), "2");
  EXPECT_EQ(root.text_of("IsTruncated"), "true");
  EXPECT_EQ(root.find("CommonPrefixes")->text_of("Prefix"), "d/");
  const std::string token = encode_uri(root.text_of("NextContinuationToken"), false);
  const auto next = parse_xml(call("GET", "/bkt?list-type=2&delimiter=/&encoding-type=url&continuation-token=" + token).body);
  EXPECT_EQ(next.find("Contents")->text_of("Key"), "e%20f");
  EXPECT_EQ(next.text_of("IsTruncated"), "false");
  EXPECT_EQ(call("GET", "/bkt?list-type=2&max-keys=x").code(), "InvalidArgument");
  EXPECT_EQ(call("GET", "/bkt?list-type=2&continuation-token=%21").code(), "InvalidArgument");
  EXPECT_EQ(call("GET", "/none?list-type=2").code(), "NoSuchBucket");
  const auto v1 = parse_xml(call("GET", "/bkt?delimiter=/&max-keys=2").body);
  EXPECT_EQ(v1.text_of("NextMarker"), "d/");
  EXPECT_EQ(parse_xml(call("GET", "/bkt?delimiter=/&marker=d/").body).find("Contents")->text_of("Key"), "e f");
}

TEST_F(S3ServerTest, copies_by_reference_and_keeps_the_bytes) {
  const std::string body(200'000, 'c');
  call("PUT", "/bkt/from", body, {{"x-amz-meta-k", "v"}});
  EXPECT_EQ(call("PUT", "/bkt/to", {}, {{"x-amz-copy-source", "/bkt/from"}}).status, 200);
  EXPECT_EQ(call("DELETE", "/bkt/from").status, 204);
  const Answer copy = call("GET", "/bkt/to");
  EXPECT_EQ(copy.body, body);
  EXPECT_EQ(copy.header("x-amz-meta-k"), "v");
  EXPECT_EQ(call("PUT", "/bkt/to", {}, {{"x-amz-copy-source", "bkt/to"}}).code(), "InvalidRequest");
  EXPECT_EQ(call("PUT", "/bkt/to", {}, {{"x-amz-copy-source", "bkt/to"}, {"x-amz-metadata-directive", "REPLACE"}}).status, 200);
  EXPECT_EQ(call("HEAD", "/bkt/to").header("x-amz-meta-k"), "");
  EXPECT_EQ(call("PUT", "/bkt/x", {}, {{"x-amz-copy-source", "bkt/none"}}).code(), "NoSuchKey");
  EXPECT_EQ(call("PUT", "/bkt/x", {}, {{"x-amz-copy-source", "nonsense"}}).code(), "InvalidArgument");
  EXPECT_EQ(call("PUT", "/bkt/x", {}, {{"x-amz-copy-source", "bkt/to"}, {"x-amz-copy-source-if-match", "\"n\""}}).status, 412);
}

TEST_F(S3ServerTest, answers_for_everything_that_s3_has) {
  call("PUT", "/bkt/k", "x");
  for (const Operation& operation : operation_table()) {
    if (operation.handler != nullptr || operation.streaming != nullptr) continue;
    const std::string target = operation.scope == Scope::Service ? "/" : operation.scope == Scope::Bucket ? "/bkt" : "/bkt/k";
    const std::string query = operation.sub_resource.empty() ? "" : "?" + std::string(operation.sub_resource);
    const Answer answer = call(std::string(operation.method), target + query);
    if (operation.is_missing) {
      EXPECT_EQ(answer.status, 501) << operation.name;
      EXPECT_EQ(answer.code(), "NotImplemented") << operation.name;
    } else {
      EXPECT_EQ(answer.code(), operation.absent->name) << operation.name;
    }
  }
  EXPECT_EQ(call("PATCH", "/bkt/k").code(), "MethodNotAllowed");
  EXPECT_EQ(call("GET", "/bkt?versioning").body.find("Status"), std::string::npos);
  EXPECT_EQ(call("DELETE", "/bkt?policy").status, 204);
}

TEST_F(S3ServerTest, answers_minios_health_checks_without_a_signature) {
  for (const std::string_view path : {"/minio/health/live", "/minio/health/ready", "/minio/health/cluster"}) {
    EXPECT_EQ(client_->send_raw("GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n\r\n").status, 200) << path;
  }
  EXPECT_EQ(client_->send_raw("GET /bkt/minio/health/live HTTP/1.1\r\nHost: h\r\n\r\n").status, 403);
}

TEST_F(S3ServerTest, serves_buckets_by_host_name) {
  EXPECT_EQ(call("PUT", "/k", "virtual", {{"host", "bkt.localhost"}}).status, 200);
  EXPECT_EQ(call("GET", "/bkt/k").body, "virtual");
  const auto missing = parse_xml(call("GET", "/none", {}, {{"host", "bkt.localhost"}}).body);
  EXPECT_EQ(missing.text_of("BucketName"), "bkt");
  EXPECT_EQ(missing.text_of("Key"), "none");
}

TEST_F(S3ServerTest, deletes_many_and_tells_which_failed) {
  call("PUT", "/bkt/a", "x");
  call("PUT", "/bkt/b", "x");
  const Answer answer = call("POST", "/bkt?delete", "<Delete><Object><Key>a</Key></Object><Object><Key>none</Key></Object>"
                                                    "<Object><Key>b</Key><ETag>\"wrong\"</ETag></Object></Delete>");
  const auto root = parse_xml(answer.body);
  EXPECT_EQ(std::ranges::count(root.children, "Deleted", &XmlElement::name), 2) << answer.body;
  EXPECT_EQ(root.find("Error")->text_of("Code"), "PreconditionFailed");
  EXPECT_EQ(call("GET", "/bkt/b").status, 200);
  EXPECT_EQ(call("GET", "/bkt/a").status, 404);
  EXPECT_EQ(call("POST", "/bkt?delete", "<!DOCTYPE d [<!ENTITY x 'y'>]><Delete/>").code(), "MalformedXML");
}

TEST_F(S3ServerTest, follows_the_rules_of_buckets) {
  EXPECT_EQ(call("PUT", "/bkt").status, 200);
  EXPECT_EQ(call("PUT", "/Bad_Name").code(), "InvalidBucketName");
  EXPECT_EQ(call("PUT", "/euro", "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>").status, 200);
  EXPECT_EQ(parse_xml(call("GET", "/euro?location").body).text, "eu-west-1");
  call("PUT", "/bkt/k", "x");
  EXPECT_EQ(call("DELETE", "/bkt").code(), "BucketNotEmpty");
  EXPECT_EQ(call("DELETE", "/euro").status, 204);
  EXPECT_EQ(call("HEAD", "/euro").status, 404);
  EXPECT_EQ(call("GET", "/?prefix=bk").body.find("<Name>euro"), std::string::npos);
  EXPECT_NE(call("GET", "/?prefix=bk").body.find("<Name>bkt</Name>"), std::string::npos);
}

}  // namespace lab::s3
