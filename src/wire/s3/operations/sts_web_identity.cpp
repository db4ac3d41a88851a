#include <algorithm>

#include "protocol/oidc/signed_token.h"
#include "protocol/s3/web_identity.h"
#include "wire/s3/authorize.h"
#include "wire/s3/operations/sts_call.h"

/// AssumeRoleWithWebIdentity: somebody whom an identity provider knows becomes a role that trusts that provider. Nobody signs the
/// request: the token proves who asks.
namespace lab::s3 {
namespace {

Error invalid_identity(std::string reason) { return Error(conditions::kInvalidIdentityToken, {{"reason", std::move(reason)}}); }

/// The provider that issued the token. Throws InvalidIdentityToken for one that the lab was not told of.
IamEntity provider_of(IamCall& iam, const WebIdentityToken& token) {
  const auto scheme = token.issuer.find("://");
  const std::string name = scheme == std::string::npos ? token.issuer : token.issuer.substr(scheme + 3);
  auto provider = find_entity(iam.snapshot(), IamKind::Provider, name);
  if (!provider || provider->description != token.issuer) throw invalid_identity("No OpenIDConnect provider found in your account for " + token.issuer);
  return *std::move(provider);
}

/// Throws InvalidIdentityToken, ExpiredTokenException, IDPCommunicationError.
void check_token(IamCall& iam, const WebIdentityToken& token, const IamEntity& provider) {
  // Clocks of providers differ a little.
  constexpr std::chrono::seconds kClockSkew(60);
  const auto is_client = [&](const std::string& audience) { return std::ranges::find(provider.client_ids, audience) != provider.client_ids.end(); };
  if (std::ranges::none_of(token.audiences, is_client)) throw invalid_identity("Incorrect token audience");
  ProviderKeys& keys = iam.call.service.provider_keys;
  const bool is_genuine = oidc::is_signed_by(token, keys.get(token.issuer, false)) || oidc::is_signed_by(token, keys.get(token.issuer, true));
  if (!is_genuine) throw invalid_identity("Couldn't retrieve verification key from your identity provider, or the signature does not match");
  const auto now = iam.now();
  if (token.expires <= now) throw Error(conditions::kExpiredIdentityToken);
  if (token.not_before && *token.not_before > now + kClockSkew) throw invalid_identity("The ID Token provided is not valid yet.");
}

struct Proven {
  WebIdentityToken token;
  IamEntity provider;
};

/// A token that proves nothing stands in the audit trail, as other wrong proofs do. Throws what check_token() throws.
Proven prove(IamCall& iam) {
  const std::string text = iam.given("WebIdentityToken");
  try {
    WebIdentityToken token = parse_web_identity(text);
    IamEntity provider = provider_of(iam, token);
    check_token(iam, token, provider);
    return {std::move(token), std::move(provider)};
  } catch (const Error& error) {
    iam.access().audit().count({"", "", "iam", "LogIn", iam.call.peer, access::AuditOutcome::Refused, std::string(error.condition().name)});
    throw;
  }
}

}  // namespace

void assume_role_with_web_identity(IamCall& iam) {
  const std::string arn = iam.given("RoleArn"), name = read_session_name(iam);
  const auto [token, provider] = prove(iam);
  const auto role = find_entity(iam.snapshot(), IamKind::Role, arn.substr(arn.rfind('/') + 1));
  const bool is_named = role && arn.ends_with(":role" + role->path + role->name);
  if (!is_named || !may_assume_with_web_identity(iam.call, role->trust, arn, provider.name, token)) throw Error(conditions::kAccessDenied);
  const auto audience = std::ranges::find_first_of(token.audiences, provider.client_ids);
  iam.xml.element("SubjectFromWebIdentityToken", token.subject);
  iam.xml.element("Audience", *audience);
  iam.xml.element("Provider", arn_of(IamKind::Provider, provider));
  write_role_session(iam, *role, {}, name, role->longest_session);
}

}  // namespace lab::s3
