#include "wire/hub/oidc_door.h"

#include <algorithm>

#include "base/error.h"
#include "base/ids.h"
#include "base/log.h"
#include "protocol/oidc/forms.h"
#include "remote/oidc/conditions.h"
#include "wire/hub/conditions.h"

namespace lab::wire::hub {
namespace {

constexpr std::chrono::minutes kTimeToLogIn(10);
constexpr std::size_t kMostPending = 10'000;
constexpr std::size_t kSecretBytes = 32;

std::string value_of(const net::Headers& query, std::string_view name) { return std::string(net::find_header(query, name).value_or("")); }

}  // namespace

std::string address_of_door(const net::Request& request) { return (request.is_tls ? "https://" : "http://") + std::string(request.header("host").value_or("localhost")); }

std::string OidcDoor::begin(const std::string& browser, const std::string& redirect_uri, const std::string& next) {
  const oidc::Discovery provider = provider_.discovery();
  const std::string state = random_hex(kSecretBytes);
  Pending pending{.browser = browser,
                  .verifier = random_hex(kSecretBytes),
                  .nonce = random_hex(kSecretBytes),
                  .redirect_uri = options_.callback.empty() ? redirect_uri : options_.callback,
                  .next = next,
                  .until = clock_.steady() + kTimeToLogIn};
  const std::string address = oidc::with_query(provider.authorization, {{"response_type", "code"},
                                                                        {"client_id", options_.provider.client_id},
                                                                        {"redirect_uri", pending.redirect_uri},
                                                                        {"scope", options_.scopes},
                                                                        {"state", state},
                                                                        {"nonce", pending.nonce},
                                                                        {"code_challenge", oidc::challenge_of(pending.verifier)},
                                                                        {"code_challenge_method", "S256"}});
  const auto now = clock_.steady();
  const std::lock_guard lock(mutex_);
  std::erase_if(pending_, [&](const auto& each) { return each.second.until <= now; });
  // More than people begin: somebody does it by a program. The oldest go.
  while (pending_.size() >= kMostPending) pending_.erase(std::ranges::min_element(pending_, {}, [](const auto& each) { return each.second.until; }));
  pending_.emplace(state, std::move(pending));
  return address;
}

OidcDoor::Pending OidcDoor::take(const std::string& browser, const std::string& state) {
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(state);
  const bool is_theirs = found != pending_.end() && !browser.empty() && equal_in_constant_time(found->second.browser, browser);
  if (!is_theirs) throw Error(conditions::kUnknownLogIn);
  Pending pending = std::move(found->second);
  pending_.erase(found);
  if (pending.until <= clock_.steady()) throw Error(conditions::kUnknownLogIn);
  return pending;
}

access::ProvenPerson OidcDoor::prove(const Pending& pending, const net::Headers& query) {
  const auto refuse = [](std::string reason, std::string fix) { return Error(oidc::conditions::kProviderRefused, {{"reason", std::move(reason)}, {"fix", std::move(fix)}}); };
  // An answer of another provider that the browser was led to (RFC 9207).
  const std::string issuer = value_of(query, "iss");
  if (issuer.empty() ? provider_.discovery().names_itself : issuer != options_.provider.issuer) throw refuse("the answer is not of " + options_.provider.issuer, "Begin the log-in anew.");
  if (const std::string error = value_of(query, "error"); !error.empty()) {
    const std::string description = value_of(query, "error_description");
    throw refuse(error + (description.empty() ? "" : " (" + description + ")"), "Begin the log-in anew, or ask whoever runs the provider.");
  }
  const std::string code = value_of(query, "code");
  if (code.empty()) throw refuse("the answer has no code", "Begin the log-in anew.");
  const bool needs_groups = !options_.rules.allowed_groups.empty() || !options_.rules.admin_groups.empty() || !options_.rules.groups.empty();
  const oidc::SignedToken token = provider_.redeem({code, pending.verifier, pending.redirect_uri, pending.nonce}, {options_.user_claim, needs_groups ? options_.groups_claim : ""});
  const auto name = token.claims.find(options_.user_claim);
  if (name == token.claims.end() || name->second.size() != 1 || name->second.front().empty())
    throw refuse("it does not say who you are: there is no claim " + options_.user_claim, "Set hub.oidc.user_claim to one that it gives, or hub.oidc.scopes so that it gives that one.");
  // An address that nobody has confirmed may be anybody's.
  if (const auto confirmed = token.claims.find("email_verified"); options_.user_claim == "email" && confirmed != token.claims.end() && confirmed->second.front() != "true")
    throw refuse("your e-mail address is not confirmed there", "Confirm it at the provider.");
  access::ProvenPerson person{.name = name->second.front(), .subject = token.issuer + "#" + token.subject, .groups = {}};
  if (const auto groups = token.claims.find(options_.groups_claim); groups != token.claims.end()) person.groups = groups->second;
  return person;
}

OidcDoor::Arrival OidcDoor::end(const std::string& browser, const net::Headers& query, std::string_view peer) {
  // Counted by address alone: by a name that all share anybody could keep everybody out.
  const std::string counted = "oidc " + std::string(peer);
  access_.expect_no_wait(counted, peer);
  access::ProvenPerson person;
  std::string next;
  bool is_begun_here = false;
  try {
    const Pending pending = take(browser, value_of(query, "state"));
    is_begun_here = true;
    next = pending.next;
    person = prove(pending, query);
  } catch (const Error& error) {
    // What was never begun here costs nothing, and a provider that does not answer is nobody's guess.
    if (is_begun_here && error.kind() != Kind::Unavailable) access_.count_attempt(counted, peer, false);
    access_.audit().count({"", "oidc", "hub", "LogIn", std::string(peer), access::AuditOutcome::Refused, std::string(error.condition().name)});
    throw;
  }
  access_.count_attempt(counted, peer, true);
  return {access_.enter(person, options_.rules, peer), std::move(next)};
}

std::string OidcDoor::end_session_address(const std::string& back_to) {
  std::string address;
  try {
    address = provider_.discovery().end_session;
  } catch (const Error& error) {
    log::warning("hub", "where to log out at the provider is not known: {}", error.message());
  }
  if (address.empty()) return {};
  return oidc::with_query(address, {{"client_id", options_.provider.client_id}, {"post_logout_redirect_uri", back_to}});
}

}  // namespace lab::wire::hub
