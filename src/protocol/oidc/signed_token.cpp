#include "protocol/oidc/signed_token.h"

#include <algorithm>
#include <memory>

#include <nlohmann/json.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <sodium.h>

#include "base/error.h"
#include "protocol/oidc/conditions.h"

namespace lab::oidc {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxToken = 20'000;

template <typename T, void (*Free)(T*)>
struct Freeing {
  void operator()(T* pointer) const { Free(pointer); }
};
template <typename T, void (*Free)(T*)>
using Owned = std::unique_ptr<T, Freeing<T, Free>>;

using Number = Owned<BIGNUM, BN_free>;
using Builder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Parameters = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using KeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using PublicKey = Owned<EVP_PKEY, EVP_PKEY_free>;
using DigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using CurveSignature = Owned<ECDSA_SIG, ECDSA_SIG_free>;

Error invalid_token(std::string reason) { return Error(conditions::kMalformedToken, {{"reason", std::move(reason)}}); }

/// Base64 for URLs, without padding; some keys have one all the same.
std::optional<std::string> decode_url_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  const bool is_read = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(), text.size(), nullptr, &size, nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0;
  if (!is_read) return std::nullopt;
  bytes.resize(size);
  return bytes;
}

json parse_part(std::string_view text) {
  const auto bytes = decode_url_base64(text);
  json part = bytes ? json::parse(*bytes, nullptr, false) : json();
  if (!part.is_object()) throw invalid_token("The ID Token provided is not a valid JWT.");
  return part;
}

std::string text_in(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// Absent for what is no plain value.
std::optional<std::string> text_of_claim(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number()) return value.dump();
  return std::nullopt;
}

std::optional<std::chrono::sys_seconds> time_in(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  const double seconds = found->get<double>();
  if (!(seconds >= 0 && seconds < 1e12)) throw invalid_token("The ID Token provided has no valid times.");
  return std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

/// Those of `object`, and of the objects inside of it. Deeper ones are nobody's claims.
void add_claims(const json& object, const std::string& prefix, int depth, Claims& claims) {
  constexpr int kDeepest = 4;
  for (const auto& [name, value] : object.items()) {
    if (value.is_object()) {
      if (depth < kDeepest) add_claims(value, prefix + name + ".", depth + 1, claims);
      continue;
    }
    std::vector<std::string> texts;
    for (const json& each : value.is_array() ? value : json::array({value}))
      if (auto claim = text_of_claim(each)) texts.push_back(*std::move(claim));
    if (!texts.empty()) claims.emplace(prefix + name, std::move(texts));
  }
}

/// How a name of RFC 7518 signs.
struct AlgorithmRow {
  std::string_view name;
  const char* key_type;  ///< of RFC 7517
  const char* digest;
  bool is_pss = false;
  const char* curve = nullptr;  ///< of RFC 7518
  const char* group = nullptr;  ///< OpenSSL's name of it
  int coordinate_bytes = 0;
};

constexpr AlgorithmRow kAlgorithms[] = {
    {"RS256", "RSA", "SHA256"},
    {"RS384", "RSA", "SHA384"},
    {"RS512", "RSA", "SHA512"},
    {"PS256", "RSA", "SHA256", true},
    {"PS384", "RSA", "SHA384", true},
    {"PS512", "RSA", "SHA512", true},
    {"ES256", "EC", "SHA256", false, "P-256", "prime256v1", 32},
    {"ES384", "EC", "SHA384", false, "P-384", "secp384r1", 48},
    {"ES512", "EC", "SHA512", false, "P-521", "secp521r1", 66},
};

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Number number_of(const std::string& bytes) { return Number(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr)); }

PublicKey make_key(const char* type, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  const bool is_made = parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
                       EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) == 1;
  return PublicKey(is_made ? key : nullptr);
}

/// Empty for a key that is not of the algorithm's kind, or of no use.
PublicKey read_key(const json& jwk, const AlgorithmRow& algorithm) {
  constexpr int kLeastBits = 2048;
  if (!jwk.is_object() || text_in(jwk, "kty") != algorithm.key_type) return nullptr;
  const Builder builder(OSSL_PARAM_BLD_new());
  if (algorithm.curve == nullptr) {
    const auto modulus = decode_url_base64(text_in(jwk, "n")), exponent = decode_url_base64(text_in(jwk, "e"));
    if (!modulus || !exponent || modulus->empty() || exponent->empty()) return nullptr;
    const Number n = number_of(*modulus), e = number_of(*exponent);
    if (BN_num_bits(n.get()) < kLeastBits) return nullptr;
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
    return make_key("RSA", builder.get());
  }
  const auto x = decode_url_base64(text_in(jwk, "x")), y = decode_url_base64(text_in(jwk, "y"));
  const auto size = static_cast<std::size_t>(algorithm.coordinate_bytes);
  if (text_in(jwk, "crv") != algorithm.curve || !x || !y || x->size() != size || y->size() != size) return nullptr;
  const std::string point = "\x04" + *x + *y;
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, algorithm.group, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  return make_key("EC", builder.get());
}

/// A token has the two numbers of a curve's signature side by side, OpenSSL wants them in DER. Empty when they are not two.
std::string to_der(const std::string& signature, int coordinate_bytes) {
  const auto half = static_cast<std::size_t>(coordinate_bytes);
  if (signature.size() != 2 * half) return {};
  Number r = number_of(signature.substr(0, half)), s = number_of(signature.substr(half));
  const CurveSignature pair(ECDSA_SIG_new());
  if (!pair || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
  r.release();
  s.release();
  std::string der(static_cast<std::size_t>(std::max(0, i2d_ECDSA_SIG(pair.get(), nullptr))), '\0');
  auto* into = reinterpret_cast<unsigned char*>(der.data());
  if (der.empty() || i2d_ECDSA_SIG(pair.get(), &into) <= 0) return {};
  return der;
}

bool verifies(const SignedToken& token, const AlgorithmRow& algorithm, EVP_PKEY* key) {
  const std::string signature = algorithm.curve == nullptr ? token.signature : to_der(token.signature, algorithm.coordinate_bytes);
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* settings = nullptr;
  if (!context || EVP_DigestVerifyInit_ex(context.get(), &settings, algorithm.digest, nullptr, nullptr, key, nullptr) != 1) return false;
  if (algorithm.is_pss && (EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) <= 0 || EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST) <= 0))
    return false;
  return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(token.signed_part), token.signed_part.size()) == 1;
}

}  // namespace

Claims parse_claims(std::string_view text) {
  const json object = json::parse(text, nullptr, false);
  if (!object.is_object()) throw invalid_token("A JSON object with claims was expected.");
  Claims claims;
  add_claims(object, "", 0, claims);
  return claims;
}

SignedToken parse_signed_token(std::string_view text) {
  const auto first = text.find('.');
  const auto second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos || text.size() > kMaxToken) throw invalid_token("The ID Token provided is not a valid JWT.");
  const json head = parse_part(text.substr(0, first)), body = parse_part(text.substr(first + 1, second - first - 1));
  const auto signature = decode_url_base64(text.substr(second + 1));
  SignedToken token{.algorithm = text_in(head, "alg"),
                    .key_id = text_in(head, "kid"),
                    .signed_part = std::string(text.substr(0, second)),
                    .signature = signature.value_or(""),
                    .issuer = text_in(body, "iss"),
                    .subject = text_in(body, "sub"),
                    .audiences = {},
                    .authorized_party = text_in(body, "azp"),
                    .nonce = text_in(body, "nonce"),
                    .expires = {},
                    .not_before = time_in(body, "nbf"),
                    .issued = time_in(body, "iat"),
                    .claims = {}};
  add_claims(body, "", 0, token.claims);
  if (const auto found = token.claims.find("aud"); found != token.claims.end()) token.audiences = found->second;
  const auto expires = time_in(body, "exp");
  const bool has_audience = !token.audiences.empty() || !token.authorized_party.empty();
  if (!expires || token.issuer.empty() || token.subject.empty() || !has_audience || token.signature.empty())
    throw invalid_token("The ID Token provided lacks one of the claims iss, sub, aud and exp.");
  token.expires = *expires;
  return token;
}

bool is_signed_by(const SignedToken& token, std::string_view jwks) {
  const auto* algorithm = std::ranges::find(kAlgorithms, token.algorithm, &AlgorithmRow::name);
  const json set = json::parse(jwks, nullptr, false);
  if (algorithm == std::end(kAlgorithms) || !set.is_object() || !set.contains("keys") || !set.at("keys").is_array()) return false;
  return std::ranges::any_of(set.at("keys"), [&](const json& jwk) {
    const std::string id = jwk.is_object() ? text_in(jwk, "kid") : std::string();
    if (!token.key_id.empty() && !id.empty() && id != token.key_id) return false;
    if (jwk.is_object() && jwk.contains("use") && text_in(jwk, "use") != "sig") return false;
    const PublicKey key = read_key(jwk, *algorithm);
    return key && verifies(token, *algorithm, key.get());
  });
}

}  // namespace lab::oidc
