#include <algorithm>
#include <nlohmann/json.hpp>

#include "access/access.h"
#include "access/conditions.h"
#include "access/secret_words.h"
#include "base/ids.h"

namespace lab::access {
namespace {

// Known by its beginning, so that scanners find one that was published by mistake.
constexpr std::string_view kTokenPrefix = "dfl_";

struct PurposeName {
  TokenPurpose purpose;
  std::string_view name;
};
constexpr PurposeName kPurposes[] = {{TokenPurpose::Api, "api"}, {TokenPurpose::Session, "session"}, {TokenPurpose::Server, "server"}, {TokenPurpose::OAuth, "oauth"}, {TokenPurpose::Link, "link"}};

std::string_view purpose_name(TokenPurpose purpose) { return std::ranges::find(kPurposes, purpose, &PurposeName::purpose)->name; }

TokenPurpose purpose_of(std::string_view name) {
  const auto* found = std::ranges::find(kPurposes, name, &PurposeName::name);
  if (found == std::end(kPurposes)) throw Error(store::conditions::kDataCorruption, {{"what", "a token for " + std::string(name)}});
  return found->purpose;
}

Timestamp time_from(const store::Value& value) { return Timestamp(std::chrono::microseconds(store::as_integer(value))); }

}  // namespace

void Access::load_people(const store::Rows& rows) {
  for (const auto& row : rows.scan_rows("passwords")) passwords_[store::as_text(row[0])] = store::as_text(row[1]);
  for (const auto& row : rows.scan_rows("groups")) groups_[store::as_text(row[0])];
  for (const auto& row : rows.scan_rows("group_members")) groups_[store::as_text(row[0])].insert(store::as_text(row[1]));
  for (const auto& row : rows.scan_rows("tokens")) {
    TokenInfo token{store::as_text(row[1]), store::as_text(row[2]), purpose_of(store::as_text(row[3])), nlohmann::json::parse(store::as_text(row[4])), store::as_text(row[5]),
                    store::as_text(row[6]), store::as_text(row[7]), time_from(row[8]),                  std::nullopt};
    if (!store::is_null(row[9])) token.expires = time_from(row[9]);
    tokens_[store::as_text(row[0])] = std::move(token);
  }
}

CreatedToken Access::create_token(TokenInfo info, const store::Origin& by) {
  const std::lock_guard changing(changing_);
  if (!find_user(info.user)) throw Error(conditions::kNoSuchUser, {{"user", info.user}});
  const std::string text = std::string(kTokenPrefix) + random_word(40, kMixed);
  const std::string hash = token_id(text);
  info.id = "a" + random_hex(8);
  info.created = store_.clock().now();
  std::vector<std::string> expired;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, token] : tokens_)
      if (is_expired(token)) expired.push_back(key);
  }
  store::Change change(by);
  for (const std::string& key : expired) change.erase_row("tokens", {key});
  change.put_row("tokens", {hash, info.id, info.user, std::string(purpose_name(info.purpose)), nlohmann::json(info.scopes).dump(), info.note, info.client, info.session,
                            info.created.time_since_epoch().count(), info.expires ? store::Value(info.expires->time_since_epoch().count()) : store::Value()});
  note(change, by, "CreateToken", info.user + "/" + info.id);
  store_.apply(std::move(change));
  const std::lock_guard lock(mutex_);
  for (const std::string& key : expired) {
    last_uses_.erase(tokens_[key].id);
    tokens_.erase(key);
  }
  tokens_[hash] = info;
  return {text, info};
}

std::optional<TokenInfo> Access::find_token(std::string_view text, TokenPurpose purpose) const {
  const std::string hash = token_id(text);
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(hash);
  if (found == tokens_.end() || found->second.purpose != purpose || is_expired(found->second)) return std::nullopt;
  last_uses_[found->second.id] = store_.clock().now();
  return found->second;
}

std::optional<Timestamp> Access::last_use(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = last_uses_.find(id);
  return found == last_uses_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<TokenInfo> Access::list_tokens(std::string_view user) const {
  std::vector<TokenInfo> list;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [hash, token] : tokens_)
      if (token.user == user && !is_expired(token)) list.push_back(token);
  }
  std::ranges::sort(list, {}, &TokenInfo::created);
  return list;
}

std::size_t Access::delete_tokens(std::string_view user, const std::function<bool(const TokenInfo&)>& chosen, const store::Origin& by) {
  const std::lock_guard changing(changing_);
  std::vector<std::string> hashes, ids;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [hash, token] : tokens_) {
      if (token.user != user || !chosen(token)) continue;
      hashes.push_back(hash);
      ids.push_back(token.id);
    }
  }
  if (hashes.empty()) return 0;
  store::Change change(by);
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    change.erase_row("tokens", {hashes[i]});
    note(change, by, "RevokeToken", std::string(user) + "/" + ids[i]);
  }
  store_.apply(std::move(change));
  const std::lock_guard lock(mutex_);
  for (const std::string& hash : hashes) {
    last_uses_.erase(tokens_[hash].id);
    tokens_.erase(hash);
  }
  return hashes.size();
}

std::optional<Identity> Access::take_log_in_link(std::string_view text, const store::Origin& by) {
  const auto link = find_token(text, TokenPurpose::Link);
  if (!link) {
    count_refused_token(text, "hub", "link");
    return std::nullopt;
  }
  // Whoever deletes it has it: of two at once, one.
  if (delete_tokens(link->user, [&](const TokenInfo& each) { return each.id == link->id; }, by) == 0) return std::nullopt;
  const auto user = find_user(link->user);
  const Identity identity{link->user, user && user->is_admin, "link:" + link->id};
  record_audit(identity, "hub", "LogIn", "link", AuditOutcome::Allowed);
  return identity;
}

void Access::count_refused_token(std::string_view text, std::string_view protocol, std::string_view object) const {
  AuditEvent event{.user = "", .credential = "", .protocol = std::string(protocol), .action = "LogIn", .object = std::string(object), .outcome = AuditOutcome::Refused, .cause = "UNKNOWN_TOKEN"};
  if (text.empty()) event.cause = "NO_TOKEN";
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = tokens_.find(token_id(text)); found != tokens_.end()) {
      event.user = found->second.user;
      event.credential = "token:" + found->second.id;
      event.cause = is_expired(found->second) ? "EXPIRED_TOKEN" : "TOKEN_FOR_ANOTHER_PURPOSE";
    }
  }
  audit_->count(std::move(event));
}

}  // namespace lab::access
