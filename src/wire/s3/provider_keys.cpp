#include "wire/s3/provider_keys.h"

#include <nlohmann/json.hpp>

#include "net/peer_url.h"
#include "protocol/s3/errors.h"

namespace lab::s3 {
namespace {

constexpr std::chrono::minutes kGoodFor(10);
constexpr std::chrono::seconds kAskedAgain(5);
constexpr net::ClientLimits kAnswerLimits{.connect = std::chrono::seconds(3), .silence = std::chrono::seconds(5), .max_body_bytes = 1 << 20};

Error unreachable_provider(std::string reason) { return Error(conditions::kIdpCommunicationError, {{"reason", std::move(reason)}}); }

std::string ask_provider(const std::string& url) {
  const auto peer = net::parse_peer_url(url);
  if (!peer) throw unreachable_provider(url + " is no address");
  net::ClientResponse answer;
  try {
    answer = net::HttpClient::create(peer->server, kAnswerLimits)->send({.method = "GET", .target = peer->target, .headers = {{"Host", peer->host()}, {"Accept", "application/json"}}, .body = {}});
  } catch (const Error& error) {
    throw unreachable_provider(error.message());
  }
  if (answer.status != 200) throw unreachable_provider(url + " answers " + std::to_string(answer.status));
  return answer.body;
}

std::string ask_for_keys(const std::string& url) {
  const std::string base = url.ends_with('/') ? url.substr(0, url.size() - 1) : url;
  const auto discovery = nlohmann::json::parse(ask_provider(base + "/.well-known/openid-configuration"), nullptr, false);
  const auto address = discovery.is_object() ? discovery.find("jwks_uri") : discovery.end();
  if (address == discovery.end() || !address->is_string()) throw unreachable_provider(url + " says nothing of its keys");
  return ask_provider(address->get<std::string>());
}

}  // namespace

std::string ProviderKeys::get(const std::string& url, bool is_fresh) {
  const auto start = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    Kept& kept = kept_[url];
    const std::chrono::seconds good_for = is_fresh ? kAskedAgain : std::chrono::seconds(kGoodFor);
    if (kept.keys && start - kept.asked < good_for) return *kept.keys;
    if (kept.is_being_asked) {
      if (kept.keys && !is_fresh) return *kept.keys;
      throw unreachable_provider(url + " is being asked for its keys; try again");
    }
    if (kept.failure && start - kept.failed < kAskedAgain) std::rethrow_exception(kept.failure);
    kept.is_being_asked = true;
  }
  std::string keys;
  std::exception_ptr failure;
  try {
    keys = ask_for_keys(url);
  } catch (...) {
    failure = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  Kept& kept = kept_[url];
  kept.is_being_asked = false;
  kept.failure = failure;
  if (failure) {
    kept.failed = std::chrono::steady_clock::now();
    std::rethrow_exception(failure);
  }
  kept.keys = keys;
  kept.asked = start;
  return keys;
}

}  // namespace lab::s3
