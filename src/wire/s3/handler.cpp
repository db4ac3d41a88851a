#include "wire/s3/handler.h"

#include <algorithm>

#include "base/ids.h"
#include "net/offload.h"
#include "wire/s3/access_log_line.h"
#include "wire/s3/authorize.h"
#include "wire/s3/body_receiver.h"
#include "wire/s3/cross_origin.h"
#include "wire/s3/errors.h"
#include "wire/s3/expiration.h"
#include "wire/s3/operations/operations.h"
#include "wire/s3/website.h"

namespace lab::s3 {
namespace {

constexpr std::size_t kMaxDocument = 8 << 20;
constexpr std::size_t kMaxForm = 64 << 10;

// MinIO's probes, which need no signature.
constexpr std::string_view kHealthPaths[] = {"/minio/health/live", "/minio/health/ready", "/minio/health/cluster",
                                             "/minio/health/cluster/read"};

bool is_health_check(const net::Request& request) {
  const bool reads = request.method == net::Method::Get || request.method == net::Method::Head;
  return reads && std::ranges::find(kHealthPaths, request.raw_path()) != std::end(kHealthPaths);
}

Scope scope_of(const Address& address) {
  if (address.bucket.empty()) return Scope::Service;
  return address.key.empty() ? Scope::Bucket : Scope::Object;
}

bool is_form_of_iam(const Call& call) { return scope_of(call.address) == Scope::Service && call.head.method == "POST"; }

/// A request of S3 Control (`aws s3control`), which is about the account: neither its path nor its host names a bucket.
bool is_account_control(const RequestHead& head) {
  return head.header(kAccountIdHeader) && head.path == "/v20180820/configuration/publicAccessBlock";
}

Error method_not_allowed(const RequestHead& head, Scope scope) {
  constexpr std::string_view kTypes[] = {"SERVICE", "BUCKET", "OBJECT"};
  return Error(conditions::kMethodNotAllowed,
               {{"Method", head.method}, {"ResourceType", std::string(kTypes[static_cast<int>(scope)])}});
}

std::string request_id_text(std::uint64_t number) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string text(16, '0');
  for (int i = 15; i >= 0; --i, number >>= 4) text[static_cast<std::size_t>(i)] = kDigits[number & 15];
  return text;
}

/// The access key that a request claims to be signed with; empty when there is none to be read.
std::string claimed_key(const RequestHead& head) {
  try {
    const auto authentication = parse_authentication(head);
    return authentication ? authentication->scope.access_key : "";
  } catch (const Error&) {
    return {};
  }
}

/// Nobody's doing: whoever else's key it is, its owner has not shown to be here.
void count_refused_proof(const Call& call, const Error& error) {
  const std::string key = claimed_key(call.head);
  call.service.access.audit().count({"", key.empty() ? "" : "s3:" + key, "s3", "LogIn", call.peer, access::AuditOutcome::Refused, std::string(error.condition().name)});
}

std::uint64_t random_start() {
  std::uint64_t value = 0;
  for (const char c : random_bytes(8)) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

}  // namespace

S3Handler::S3Handler(S3Service& service) : service_(service), authenticator_(service.access, service.store, service.options.domain), next_id_(random_start()) {}

// Odd multiples walk through all numbers without repeating, and neighbours do not look alike.
std::string S3Handler::next_request_id() {
  return request_id_text(next_id_.fetch_add(1, std::memory_order_relaxed) * 0x9E3779B97F4A7C15ULL);
}

net::awaitable<net::Response> S3Handler::handle(net::Request request, net::RequestBody& body) {
  if (is_health_check(request)) co_return empty_response(200);
  const std::string target = request.target;
  Call call{.service = service_};
  call.head.method = std::move(request.method_text);
  call.head.headers = std::move(request.headers);
  call.peer = std::move(request.peer);
  call.is_secure = request.is_tls;
  call.request_id = next_request_id();
  call.host = std::string(call.head.header("host").value_or("localhost"));
  std::optional<Error> failure;
  net::Response response;
  const auto started = std::chrono::steady_clock::now();
  try {
    set_target(call.head, target);
    if (!is_account_control(call.head)) call.address = parse_address(call.head, service_.options.domain);
    response = co_await answer(call, body);
  } catch (const Error& error) {
    failure = error;
  }
  if (failure && is_form_of_iam(call)) {
    response = iam_error_response(call, *failure);
  } else if (failure) {
    response = error_response(*failure, target, call.host, call.request_id, service_.options.domain);
  } else {
    response.set("x-amz-request-id", call.request_id);
    response.set("x-amz-id-2", "dflab");
  }
  if (service_.access_logs.is_used() && !call.address.bucket.empty())
    if (const auto owner = service_.access_logs.owner_of_logged(call.address.bucket)) {
      const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started);
      const std::string line = write_access_line(call, target, response, failure ? &*failure : nullptr, took, *owner);
      service_.access_logs.record(call.address.bucket, service_.store.clock().now(), line);
    }
  if (is_cross_origin(call) && call.head.method != "OPTIONS") {
    auto job = [&call, &response] { set_cors_headers(call, response); };
    co_await net::offload(service_.storage, std::move(job));
  }
  co_return response;
}

net::awaitable<net::Response> S3Handler::answer(Call& call, net::RequestBody& body) {
  if (call.head.method == "OPTIONS") {
    auto job = [&call] { return answer_preflight(call); };
    co_return co_await net::offload(service_.storage, std::move(job));
  }
  if (call.address.is_website) {
    auto job = [&call] { return answer_website(call); };
    co_return co_await net::offload(service_.storage, std::move(job));
  }
  if (is_form_of_iam(call)) {
    // IAM's clients sign the body without naming its hash.
    call.document = co_await body.read_all(kMaxForm);
    if (!call.head.header("x-amz-content-sha256")) call.head.headers.emplace_back("x-amz-content-sha256", sha256_hex(call.document));
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(service_.store.clock().now());
  auto prove = [this, &call, now] {
    try {
      return authenticator_.authenticate(call.head, now);
    } catch (const Error& error) {
      count_refused_proof(call, error);
      throw;
    }
  };
  Authenticated authenticated;
  if (Authenticator::has_session(call.head))
    authenticated = co_await net::offload(service_.storage, std::move(prove));
  else
    authenticated = prove();
  call.session_policy = std::move(authenticated.session_policy);
  call.role = std::move(authenticated.role);
  call.identity = std::move(authenticated.identity);
  call.authentication = std::move(authenticated.authentication);
  call.signing_key = std::move(authenticated.signing_key);
  const Scope scope = scope_of(call.address);
  call.operation = find_operation(call.head, scope);
  if (call.operation == nullptr) throw method_not_allowed(call.head, scope);
  co_return co_await run(*call.operation, call, body);
}

net::awaitable<net::Response> S3Handler::run(const Operation& operation, Call& call, net::RequestBody& body) {
  if (operation.is_missing) throw not_implemented(std::string(operation.name));
  if (operation.streaming != nullptr) co_return co_await operation.streaming(call, body);
  if (operation.takes_document && call.document.empty()) {
    std::optional<Error> too_large;
    try {
      call.document = co_await body.read_all(kMaxDocument);
    } catch (const Error& error) {
      if (error.kind() != Kind::TooLarge) throw;
      too_large = Error(conditions::kMalformedXml);
    }
    if (too_large) throw Error(*too_large);
  }
  auto job = [&operation, &call] {
    if (operation.takes_document) {
      call.document = check_document(call, std::move(call.document), !operation.checksum_is_of_object);
    }
    if (operation.shows_expiry) {
      const auto snapshot = call.service.store.snapshot();
      authorize(call, operation, snapshot);
      call.lifecycle = find_lifecycle(snapshot, call.address.bucket);
    } else {
      authorize(call, operation);
    }
    if (operation.absent != nullptr) {
      if (call.address.key.empty()) {
        call.objects().get_bucket(call.address.bucket);
      } else {
        call.objects().get(call.address.bucket, call.address.key);
      }
      throw Error(*operation.absent);
    }
    return operation.handler(call);
  };
  co_return co_await net::offload(service_.storage, std::move(job));
}

net::Response S3Handler::answer_error(const net::Request* request, const Error& error) {
  return error_response(error, request == nullptr ? std::string_view() : std::string_view(request->target),
                        request == nullptr ? std::string_view() : request->header("host").value_or(""), next_request_id(),
                        service_.options.domain);
}

store::Change Call::new_change() const {
  const std::string what = operation == nullptr ? std::string() : " " + std::string(operation->name);
  return store::Change({.actor = owner().id, .protocol = "s3", .request = request_id + what, .credential = identity.credential});
}

net::Response empty_response(int status) {
  net::Response response;
  response.status = status;
  return response;
}

net::Response xml_response(std::string document, int status) {
  return net::text_response(status, "application/xml", std::move(document));
}

}  // namespace lab::s3
