#include "hub/authorizations.h"

#include <sodium.h>

#include "base/checksum.h"
#include "base/ids.h"

namespace lab::hub {
namespace {

constexpr std::chrono::minutes kCodeLife{1};

}  // namespace

std::string pkce_challenge(const std::string& verifier) {
  const std::string digest = checksum(ChecksumKind::Sha256, verifier);
  char text[sodium_base64_ENCODED_LEN(32, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
  sodium_bin2base64(text, sizeof text, reinterpret_cast<const unsigned char*>(digest.data()), digest.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return text;
}

std::string Authorizations::issue(Authorization authorization) {
  std::string code = random_hex(24);
  const auto now = clock_.steady();
  const std::lock_guard lock(mutex_);
  std::erase_if(pending_, [&](const auto& each) { return each.second.until <= now; });
  pending_[code] = {std::move(authorization), now + kCodeLife};
  return code;
}

std::optional<Authorization> Authorizations::redeem(const std::string& code, const std::string& client, const std::string& redirect_uri, const std::string& verifier) {
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(code);
  if (found == pending_.end()) return std::nullopt;
  // Used up by any attempt: a code that somebody else tried is worth nothing any more.
  const Pending pending = std::move(found->second);
  pending_.erase(found);
  const Authorization& allowed = pending.authorization;
  if (pending.until <= clock_.steady() || allowed.client != client || allowed.redirect_uri != redirect_uri) return std::nullopt;
  if (!allowed.challenge.empty() && allowed.challenge != pkce_challenge(verifier)) return std::nullopt;
  return allowed;
}

}  // namespace lab::hub
