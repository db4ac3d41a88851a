#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "protocol/oidc/discovery.h"
#include "protocol/oidc/signed_token.h"
#include "remote/oidc/kept_text.h"

namespace lab::oidc {

/// The lab as the provider knows it.
struct ProviderOptions {
  std::string issuer, client_id;
  std::string client_secret;  ///< empty for a public client, which PKCE alone protects
};

/// The configured issuer is https, or http on this machine. Throws OIDC_PROVIDER_UNREACHABLE with what to do.
void check_issuer(std::string_view issuer);

/// What comes back from the browser's step of a log-in, and what was chosen for it before.
struct CodeOfLogIn {
  std::string code, verifier, redirect_uri, nonce;
};

/// One OpenID Connect provider. Blocks for the network, some seconds at most. Thread-safe.
class Provider {
 public:
  /// `clock` must outlive it.
  Provider(ProviderOptions options, const Clock& clock) : options_(std::move(options)), clock_(clock) {}

  const ProviderOptions& options() const { return options_; }
  /// Throws OIDC_PROVIDER_UNREACHABLE, OIDC_DISCOVERY_INVALID.
  Discovery discovery();
  /// The public keys. Throws as discovery().
  std::string keys(bool is_fresh);
  /// The verified ID token that the provider gives for a code. Where it lacks one of `wanted_claims`, the claims of the provider's
  /// user info are put beside its own. Throws OIDC_PROVIDER_REFUSED, OIDC_TOKEN_REFUSED, OIDC_TOKEN_MALFORMED and as discovery().
  SignedToken redeem(const CodeOfLogIn& log_in, const std::vector<std::string>& wanted_claims);

 private:
  struct Answer {
    int status = 0;
    std::string body;
  };
  Answer ask(const std::string& method, const std::string& address, const std::string& authorization, std::string_view form) const;
  std::string ask_for_document(const std::string& address) const;
  void add_user_info(const std::string& address, const std::string& access_token, SignedToken& token) const;

  const ProviderOptions options_;
  const Clock& clock_;
  KeptText discovery_, keys_;
};

}  // namespace lab::oidc
