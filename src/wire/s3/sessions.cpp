#include "wire/s3/sessions.h"

#include <nlohmann/json.hpp>

#include "base/ids.h"
#include "protocol/s3/text_forms.h"

namespace lab::s3 {
namespace {

constexpr const char* kSessionKey = "dflab session tokens";
constexpr const char* kSessionContext = "session token";
// Nonce, key and tag of a sealed key.
constexpr std::size_t kSealedKeyBytes = 12 + 32 + store::kSealTag;

store::ObjectEncryption sealing_of(std::string sealed_key) {
  store::ObjectEncryption sealing;
  sealing.mode = store::ObjectEncryption::Mode::Named;
  sealing.key_id = kSessionKey;
  sealing.sealed_key = std::move(sealed_key);
  return sealing;
}

std::string random_access_key() {
  std::string key(kSessionKeyPrefix);
  for (const char c : random_hex(8)) key += c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  return key;
}

}  // namespace

std::string issue_session(store::Store& store, Session& session) {
  session.access_key = random_access_key();
  session.secret_key = random_hex(20);
  const nlohmann::json content = {{"user", session.user},     {"name", session.name},     {"access_key", session.access_key},
                                  {"secret", session.secret_key}, {"policy", session.policy}, {"expires", session.expires.time_since_epoch().count()},
                                  {"role", session.role},     {"role_id", session.role_id}};
  store::ObjectEncryption sealing = sealing_of({});
  const store::DataKey key = store.keyring().make_key(sealing);
  return encode_base64(sealing.sealed_key + store::seal_key(key, store::DataKey{content.dump()}, kSessionContext));
}

std::optional<Session> open_session(store::Store& store, std::string_view token) {
  const auto bytes = decode_base64(token);
  if (!bytes || bytes->size() <= kSealedKeyBytes) return std::nullopt;
  std::optional<store::DataKey> content;
  try {
    const store::DataKey key = store.keyring().open(sealing_of(bytes->substr(0, kSealedKeyBytes)));
    content = store::unseal_key(key, std::string_view(*bytes).substr(kSealedKeyBytes), kSessionContext);
  } catch (const Error& error) {
    if (error.kind() != Kind::Corruption) throw;
  }
  if (!content) return std::nullopt;
  const auto json = nlohmann::json::parse(content->bytes);
  return Session{.user = json.at("user"),
                 .name = json.at("name"),
                 .access_key = json.at("access_key"),
                 .secret_key = json.at("secret"),
                 .policy = json.at("policy"),
                 .expires = std::chrono::sys_seconds(std::chrono::seconds(json.at("expires").get<std::int64_t>())),
                 .role = json.value("role", std::string()),
                 .role_id = json.value("role_id", std::string())};
}

}  // namespace lab::s3
