#include "remote/s3/client.h"

#include <algorithm>
#include <random>
#include <thread>

#include "base/error.h"
#include "net/conditions.h"
#include "protocol/s3/http_date.h"
#include "protocol/s3/sign_request.h"
#include "protocol/s3/xml.h"
#include "remote/s3/conditions.h"

namespace lab::remote::s3 {

namespace protocol = lab::s3;
using namespace std::chrono_literals;

namespace {

constexpr auto kFirstPause = 100ms;
constexpr auto kLongestPause = 3'000ms;
/// How long a call is tried again.
constexpr auto kPatience = 12'000ms;

constexpr net::ClientLimits kLimits{.connect = 3'000ms, .silence = 20'000ms, .max_body_bytes = 1ULL << 30U};

/// What a store says went wrong.
struct Refusal {
  int status = 0;
  std::string code, reason, region;
};

Refusal read_refusal(const net::ClientResponse& response) {
  Refusal refusal{.status = response.status, .code = {}, .reason = {}, .region = {}};
  try {
    if (!response.body.empty()) {
      const protocol::XmlElement document = protocol::parse_xml(response.body, {.max_bytes = 64 << 10});
      // IAM's answers have it one level deeper.
      const auto* error = document.find("Error");
      const protocol::XmlElement& told = error == nullptr ? document : *error;
      refusal.code = std::string(told.text_of("Code"));
      refusal.reason = std::string(told.text_of("Message"));
      refusal.region = std::string(told.text_of("Region"));
    }
  } catch (const Error&) {
    // A proxy's page and not a store's answer: the status has to do.
  }
  if (refusal.code.empty()) refusal.code = response.status == 403 ? "AccessDenied" : response.status == 404 ? "NotFound" : "HTTP " + std::to_string(response.status);
  if (refusal.reason.empty()) refusal.reason = "no reason given";
  return refusal;
}

bool is_passing(const Refusal& refusal) {
  static constexpr std::string_view kCodes[] = {"SlowDown", "SlowDownRead", "SlowDownWrite", "RequestTimeout", "InternalError", "ServiceUnavailable", "OperationAborted", "ConditionalRequestConflict", "TooManyRequests", "XMinioServerNotInitialized"};
  if (std::ranges::find(kCodes, refusal.code) != std::end(kCodes)) return true;
  return refusal.status == 429 || refusal.status == 408 || (refusal.status >= 500 && refusal.status != 501 && refusal.status != 507);
}

[[noreturn]] void throw_refusal(const Refusal& refusal, Error::Parameters parameters, const Call& call) {
  parameters.insert({{"code", refusal.code}, {"reason", refusal.reason}, {"status", std::to_string(refusal.status)}});
  if (refusal.code == "NoSuchBucket") throw Error(conditions::kBucketNotFound, {{"bucket", call.bucket}, {"store", parameters["store"]}});
  if (refusal.status == 507 || refusal.code == "XMinioStorageFull" || refusal.code == "QuotaExceeded") throw Error(conditions::kFull, std::move(parameters));
  if (refusal.status == 401 || refusal.status == 403) throw Error(conditions::kAccessDenied, std::move(parameters));
  static constexpr std::string_view kOfKeys[] = {"ExpiredToken", "InvalidToken", "TokenRefreshRequired", "AuthorizationHeaderMalformed", "InvalidAccessKeyId"};
  if (std::ranges::find(kOfKeys, refusal.code) != std::end(kOfKeys)) throw Error(conditions::kAccessDenied, std::move(parameters));
  if (is_passing(refusal)) {
    parameters["reason"] = std::to_string(refusal.status) + " " + refusal.code + " (" + refusal.reason + ")";
    throw Error(conditions::kUnavailable, std::move(parameters));
  }
  throw Error(conditions::kRefused, std::move(parameters));
}

/// Half of the pause is by chance, so that many readers do not come back together.
void pause(std::chrono::milliseconds length) {
  thread_local std::minstd_rand random{std::random_device{}()};
  std::this_thread::sleep_for(length / 2 + std::chrono::milliseconds(random() % static_cast<unsigned>(length.count() / 2 + 1)));
}

bool is_default_port(const RemoteStore& store) { return store.port == (store.has_tls ? 443 : 80); }

std::string host_header(const RemoteStore& store, const std::string& host) {
  const std::string bracketed = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return is_default_port(store) ? bracketed : bracketed + ":" + std::to_string(store.port);
}

}  // namespace

Client::Client(RemoteStore store, const Clock& clock)
    : store_(std::move(store)), clock_(clock), url_((store_.has_tls ? "https://" : "http://") + host_header(store_, store_.host)),
      http_(net::HttpClient::create({store_.host, store_.port, store_.has_tls}, kLimits)), region_(store_.region) {}

std::string Client::region() const {
  const std::lock_guard lock(region_mutex_);
  return region_;
}

bool Client::learn_region(const net::ClientResponse& response, const std::string& told) {
  std::string right(response.header("x-amz-bucket-region"));
  if (right.empty()) right = told;
  const std::lock_guard lock(region_mutex_);
  if (right.empty() || right == region_) return false;
  region_ = right;
  return true;
}

net::ClientResponse Client::send_once(const Call& call) {
  const bool by_host = !store_.is_path_style && !call.bucket.empty();
  const std::string host = by_host ? call.bucket + "." + store_.host : store_.host;
  protocol::RequestHead head;
  head.method = call.method;
  head.path = "/" + (by_host ? call.key : call.key.empty() ? call.bucket : call.bucket + "/" + call.key);
  head.query = call.query;
  head.headers = call.headers;
  head.headers.emplace_back("host", host_header(store_, host));
  if (!store_.is_anonymous) {
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now());
    const std::string timestamp = protocol::print_basic_time(now);
    // Under TLS the bytes are safe on their way; hashing them again would only cost.
    const std::string hash = store_.has_tls && !call.body.empty() ? "UNSIGNED-PAYLOAD" : protocol::sha256_hex(call.body);
    head.headers.emplace_back("x-amz-date", timestamp);
    head.headers.emplace_back("x-amz-content-sha256", hash);
    if (!store_.session_token.empty()) head.headers.emplace_back("x-amz-security-token", store_.session_token);
    const protocol::CredentialScope scope{.access_key = store_.access_key, .date = timestamp.substr(0, 8), .region = region(), .service = "s3"};
    head.headers.emplace_back("authorization", protocol::sign_request(head, scope, store_.secret_key, timestamp, hash));
  }
  net::ClientRequest request{.method = call.method, .target = protocol::encode_target(head), .headers = std::move(head.headers), .body = call.body};
  request.headers.emplace_back("user-agent", "dflab");
  net::HttpClient* http = http_.get();
  if (by_host) {
    const std::lock_guard lock(bucket_hosts_mutex_);
    auto& kept = bucket_hosts_[host];
    if (!kept) kept = net::HttpClient::create({host, store_.port, store_.has_tls}, kLimits);
    http = kept.get();
  }
  return http->send(request);
}

Answer Client::send(const Call& call) {
  const std::string path = "s3a://" + call.bucket + (call.key.empty() ? "" : "/" + call.key);
  const Error::Parameters parameters{{"store", url_}, {"operation", call.operation}, {"path", path}};
  if (!store_.is_anonymous && store_.access_key.empty()) throw Error(conditions::kNoCredentials, {{"store", url_}, {"path", path}});
  const auto deadline = clock_.steady() + kPatience;
  Answer answer;
  std::chrono::milliseconds length = kFirstPause;
  bool was_gone = false, has_learned = false;
  for (;;) {
    std::string reason;
    bool at_once = false;
    try {
      answer.response = send_once(call);
      const int status = answer.response.status;
      if (status / 100 == 2 || status == 304 || status == 412) return answer;
      const Refusal refusal = read_refusal(answer.response);
      if (status == 404 && refusal.code != "NoSuchBucket") return answer;
      if (!has_learned && (status == 301 || status == 307 || status == 400) && learn_region(answer.response, refusal.region)) {
        has_learned = true;
        continue;
      }
      if (!is_passing(refusal) || clock_.steady() + length > deadline) throw_refusal(refusal, parameters, call);
    } catch (const Error& error) {
      const Condition* condition = &error.condition();
      if (condition == &net::conditions::kPeerNotTrusted) throw;
      if (condition == &net::conditions::kPeerGone || condition == &net::conditions::kPeerTooSlow) {
        answer.was_repeated = true;
        // The connection was kept from an earlier call and the store had closed it: nothing is wrong yet.
        at_once = !was_gone && condition == &net::conditions::kPeerGone;
        was_gone = true;
      } else if (condition != &net::conditions::kPeerUnreachable) {
        throw;
      }
      if (!at_once && clock_.steady() + length > deadline) {
        Error::Parameters told = parameters;
        told["reason"] = error.message();
        throw Error(conditions::kUnavailable, std::move(told));
      }
      // Nobody listens: a server that starts again is back in a moment, another will not come.
      if (condition == &net::conditions::kPeerUnreachable && length > 800ms) {
        Error::Parameters told = parameters;
        told["reason"] = error.message();
        throw Error(conditions::kUnavailable, std::move(told));
      }
    }
    if (at_once) continue;
    pause(length);
    length = std::min<std::chrono::milliseconds>(length * 2, kLongestPause);
  }
}

}  // namespace lab::remote::s3
