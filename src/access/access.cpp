#include "access/access.h"

#include "access/secret_words.h"

#include <sodium.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/checksum.h"
#include "base/disk.h"
#include "base/ids.h"
#include "base/log.h"

namespace lab::access {
namespace {

using nlohmann::json;
using store::RowKind;

constexpr const char* kAdmin = "admin";
// The pair that the notebooks of the workshop carry.
constexpr const char* kWorkshopAccessKey = "admin";
constexpr const char* kWorkshopSecretKey = "admin123";

}  // namespace

std::string token_id(std::string_view token) { return to_hex(checksum(ChecksumKind::Sha256, token)); }

/// Letters and digits without those that look alike; each of them equally likely.
std::string random_word(std::size_t length, std::string_view letters) {
  std::string word;
  while (word.size() < length) {
    for (const char c : random_bytes(length)) {
      const auto value = static_cast<unsigned char>(c);
      if (value < 256 / letters.size() * letters.size() && word.size() < length)
        word += letters[value % letters.size()];
    }
  }
  return word;
}

store::SchemaSpec access_schema() {
  using store::ColumnType;
  const std::vector<store::Column> decision = {{"time", ColumnType::Integer}, {"user_name"}, {"credential"}, {"protocol"}, {"action"}, {"subject"}, {"outcome"}, {"cause"}};
  std::vector<store::Column> counted = decision;
  counted.push_back({"times", ColumnType::Integer});
  return {.module = "access",
          .version = 6,
          .tables = {{.name = "users",
                      .kind = RowKind::History,
                      .columns = {{"name"}, {"is_admin", ColumnType::Integer}, {"created", ColumnType::Integer}}},
                     {.name = "credentials",
                      .kind = RowKind::History,
                      .columns = {{"kind"}, {"id"}, {"user_name"}},
                      .num_key_columns = 2},
                     {.name = "s3_key_states",
                      .kind = RowKind::History,
                      .columns = {{"access_key"}, {"is_active", ColumnType::Integer}, {"created", ColumnType::Integer}}},
                     {.name = "user_policies",
                      .kind = RowKind::History,
                      .columns = {{"user_name"}, {"name"}, {"document"}},
                      .num_key_columns = 2},
                     {.name = "passwords", .kind = RowKind::State, .columns = {{"user_name"}, {"verifier"}, {"changed", ColumnType::Integer}}},
                     {.name = "user_origins", .kind = RowKind::History, .columns = {{"user_name"}, {"way"}, {"subject"}, {"since", ColumnType::Integer}}},
                     {.name = "groups", .kind = RowKind::History, .columns = {{"name"}}},
                     {.name = "group_members", .kind = RowKind::History, .columns = {{"group_name"}, {"user_name"}}, .num_key_columns = 2},
                     {.name = "tokens",
                      .kind = RowKind::State,
                      .columns = {{"hash"},
                                  {"id"},
                                  {"user_name"},
                                  {"purpose"},
                                  {"scopes"},
                                  {"note"},
                                  {"client"},
                                  {"session"},
                                  {"created", ColumnType::Integer},
                                  {"expires", ColumnType::Integer, true}}},
                     {.name = "grants",
                      .kind = RowKind::History,
                      .columns = {{"schema_name"}, {"table_name"}, {"principal"}, {"privileges", ColumnType::Integer}},
                      .num_key_columns = 3},
                     {.name = "table_policies", .kind = RowKind::History, .columns = {{"root"}, {"body"}}},
                     {.name = "audit", .kind = RowKind::Event, .columns = decision, .num_key_columns = 0},
                     {.name = "audit_counts", .kind = RowKind::Event, .columns = counted, .num_key_columns = 0}},
          // Outcomes used to be the causes of refusals, or what a flag was set to.
          .migrations = {{5,
                          "ALTER TABLE audit ADD COLUMN cause TEXT NOT NULL DEFAULT '';"
                          "UPDATE audit SET cause = outcome WHERE outcome NOT IN ('Allowed', 'Refused');"
                          "UPDATE audit SET outcome = CASE WHEN outcome IN ('Allowed', 'true', 'false') THEN 'Allowed' ELSE 'Refused' END;"}}};
}

Access::Access(store::Store& store, Profile profile, AuditLimits audit) : store_(store), profile_(profile), audit_(std::make_unique<AuditTrail>(store, audit)), grants_(std::make_unique<Grants>(*this, store)) {}

std::unique_ptr<Access> Access::open(store::Store& store, Profile profile, AuditLimits audit) {
  LAB_CHECK(sodium_init() >= 0, "libsodium does not start");
  std::unique_ptr<Access> access(new Access(store, profile, audit));
  const bool is_new = store.snapshot().scan_rows("users", {.limit = 1}).empty();
  if (is_new) access->make_first_user();
  if (store.snapshot().scan_rows("groups", {.limit = 1}).empty()) access->make_first_groups();
  access->load();
  // Who could read everything before there were grants goes on to.
  access->grants_->make_first(profile == Profile::Workshop || !is_new);
  access->grants_->load();
  return access;
}

void Access::make_first_user() {
  const auto access_key = "LAB" + random_word(17, kUpper);
  const auto secret_key = random_word(40, kMixed);
  const auto token = random_word(40, kMixed);
  // The file first: rows whose secrets are missing would lock everybody out, a file without rows is written anew.
  const json secrets = {{{"kind", kS3}, {"id", access_key}, {"secret", secret_key}},
                        {{"kind", kBearer}, {"id", token_id(token)}, {"secret", token}}};
  write_file_atomically(store_.disk(), store_.directory() / kSecretsFile, secrets.dump(2) + "\n");
  store::Change change({.actor = "system", .protocol = "start", .request = "first start"});
  change.step([&](store::Transaction& transaction) {
    transaction.add_row("users", {kAdmin, store::from_boolean(true), transaction.time().time_since_epoch().count()});
    transaction.add_row("credentials", {std::string(kS3), access_key, kAdmin});
    transaction.add_row("credentials", {std::string(kBearer), token_id(token), kAdmin});
  });
  store_.apply(std::move(change));
  first_ = {{"user", kAdmin}, {"S3 access key", access_key}, {"S3 secret key", secret_key}, {"Spark token", token}};
}

void Access::load() {
  std::map<std::pair<std::string, std::string>, std::string> secrets;
  const auto path = store_.directory() / kSecretsFile;
  try {
    for (const auto& each : json::parse(read_file(store_.disk(), path)))
      secrets[{each.at("kind"), each.at("id")}] = each.at("secret");
  } catch (const json::exception& error) {
    throw Error(store::conditions::kDataCorruption, {{"what", path.string() + ": " + error.what()}});
  }
  const auto snapshot = store_.snapshot();
  const std::lock_guard lock(mutex_);
  load_people(snapshot);
  for (const auto& row : snapshot.scan_rows("users"))
    users_[store::as_text(row[0])] = {store::as_text(row[0]), store::as_boolean(row[1]),
                                      Timestamp(std::chrono::microseconds(store::as_integer(row[2])))};
  for (const auto& row : snapshot.scan_rows("user_origins")) origins_[store::as_text(row[0])] = {store::as_text(row[1]), store::as_text(row[2])};
  for (const auto& row : snapshot.scan_rows("user_policies"))
    policies_[store::as_text(row[0])][store::as_text(row[1])] = store::as_text(row[2]);
  for (const auto& row : snapshot.scan_rows("credentials")) {
    Credential credential{store::as_text(row[0]), store::as_text(row[1]), {}, store::as_text(row[2])};
    const auto found = secrets.find({credential.kind, credential.id});
    if (found == secrets.end()) {
      log::warning("access", "{} has no secret of {} {}; it cannot be used", path.string(), credential.kind,
                   credential.id);
      continue;
    }
    credential.secret = found->second;
    const bool is_s3 = credential.kind == kS3;
    if (const auto state = is_s3 ? snapshot.find_row("s3_key_states", {credential.id}) : std::nullopt) {
      credential.is_active = store::as_boolean((*state)[1]);
      credential.created = Timestamp(std::chrono::microseconds(store::as_integer((*state)[2])));
    }
    auto& first = is_s3 ? default_s3_ : default_bearer_;
    if (first.empty()) first = credential.id;
    (is_s3 ? s3_ : bearers_).emplace(credential.id, std::move(credential));
  }
}

std::vector<FirstSecret> Access::take_first_secrets() {
  const std::lock_guard lock(mutex_);
  return std::exchange(first_, {});
}

Identity Access::identity_of(const Credential& credential) const {
  const auto found = users_.find(credential.user);
  return {credential.user, found != users_.end() && found->second.is_admin, credential.kind + ":" + credential.id};
}

std::optional<S3Secret> Access::find_s3_secret(std::string_view access_key) const {
  if (profile_ == Profile::Workshop && access_key == kWorkshopAccessKey)
    return S3Secret{kWorkshopAccessKey, kWorkshopSecretKey, {kAdmin, true, "s3:workshop"}};
  const std::lock_guard lock(mutex_);
  const auto found = s3_.find(access_key);
  if (found == s3_.end() || !found->second.is_active) return std::nullopt;
  return S3Secret{found->second.id, found->second.secret, identity_of(found->second)};
}

S3Secret Access::default_s3_secret() const {
  if (profile_ == Profile::Workshop) return *find_s3_secret(kWorkshopAccessKey);
  std::string access_key;
  {
    const std::lock_guard lock(mutex_);
    access_key = default_s3_;
    const auto is_usable = [&](const auto& each) { return each.second.is_active && identity_of(each.second).is_admin; };
    if (const auto first = s3_.find(access_key); first == s3_.end() || !is_usable(*first))
      if (const auto other = std::ranges::find_if(s3_, is_usable); other != s3_.end()) access_key = other->first;
  }
  auto found = find_s3_secret(access_key);
  LAB_CHECK(found.has_value(), "no S3 key is usable");
  return *std::move(found);
}

std::optional<Identity> Access::authenticate_bearer(std::string_view token) const {
  if (token.empty()) {
    if (profile_ == Profile::Workshop) return Identity{kAdmin, true, "bearer:workshop"};
    return std::nullopt;
  }
  // Found by its hash, so that the time of the search tells nothing of the token.
  const auto id = token_id(token);
  const std::lock_guard lock(mutex_);
  if (const auto found = bearers_.find(id); found != bearers_.end()) return identity_of(found->second);
  const auto found = tokens_.find(id);
  if (found == tokens_.end() || is_expired(found->second)) return std::nullopt;
  const TokenInfo& made = found->second;
  const bool is_for_programs = made.purpose == TokenPurpose::Api || made.purpose == TokenPurpose::Server;
  const bool has_scope = std::ranges::any_of(made.scopes, [](const std::string& scope) { return scope == "inherit" || scope == "spark"; });
  if (!is_for_programs || !has_scope) return std::nullopt;
  const auto user = users_.find(made.user);
  return Identity{made.user, user != users_.end() && user->second.is_admin, "token:" + made.id};
}

std::string Access::default_bearer_token() const {
  const std::lock_guard lock(mutex_);
  const auto found = bearers_.find(default_bearer_);
  return found == bearers_.end() ? std::string() : found->second.secret;
}

void Access::record_audit(const Identity& identity, std::string_view protocol, std::string_view action, std::string_view object, AuditOutcome outcome, std::string_view cause) {
  audit_->record({identity.user, identity.credential, std::string(protocol), std::string(action), std::string(object), outcome, std::string(cause)});
}

void Access::note(store::Change& change, const store::Origin& by, std::string action, std::string object) const {
  audit_->add_to(change, {by.actor, by.credential, by.protocol, std::move(action), std::move(object)});
}

}  // namespace lab::access
