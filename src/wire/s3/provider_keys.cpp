#include "wire/s3/provider_keys.h"

#include <nlohmann/json.hpp>

#include "protocol/s3/errors.h"
#include "wire/s3/peer_url.h"

namespace lab::s3 {
namespace {

constexpr std::chrono::minutes kGoodFor(10);
constexpr std::chrono::seconds kAskedAgain(5);
constexpr net::ClientLimits kAnswerLimits{.connect = std::chrono::seconds(3), .silence = std::chrono::seconds(5), .max_body_bytes = 1 << 20};

Error unreachable_provider(std::string reason) { return Error(conditions::kIdpCommunicationError, {{"reason", std::move(reason)}}); }

std::string ask_provider(const std::string& url) {
  const auto peer = parse_peer_url(url);
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

}  // namespace

std::string ProviderKeys::get(const std::string& url, bool is_fresh) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = kept_.find(url); found != kept_.end()) {
      const auto age = std::chrono::steady_clock::now() - found->second.asked;
      if (age < (is_fresh ? std::chrono::steady_clock::duration(kAskedAgain) : std::chrono::steady_clock::duration(kGoodFor))) return found->second.keys;
    }
  }
  const auto asked = std::chrono::steady_clock::now();
  const std::string base = url.ends_with('/') ? url.substr(0, url.size() - 1) : url;
  const auto discovery = nlohmann::json::parse(ask_provider(base + "/.well-known/openid-configuration"), nullptr, false);
  const auto address = discovery.is_object() ? discovery.find("jwks_uri") : discovery.end();
  if (address == discovery.end() || !address->is_string()) throw unreachable_provider(url + " says nothing of its keys");
  std::string keys = ask_provider(address->get<std::string>());
  const std::lock_guard lock(mutex_);
  kept_[url] = {keys, asked};
  return keys;
}

}  // namespace lab::s3
