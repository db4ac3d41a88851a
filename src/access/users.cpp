#include <algorithm>
#include <nlohmann/json.hpp>

#include "access/access.h"
#include "access/conditions.h"
#include "access/names.h"
#include "access/secret_words.h"
#include "base/disk.h"

namespace lab::access {
namespace {

constexpr std::size_t kMaxUserName = 64;

}  // namespace

bool is_user_name(std::string_view name) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("+=,.@_-").find(c) != std::string_view::npos;
  };
  return !name.empty() && name.size() <= kMaxUserName && std::ranges::all_of(name, is_allowed);
}

void check_user_name(const std::string& name) {
  if (!is_user_name(name)) throw Error(conditions::kInvalidUserName, {{"user", name}});
}

void Access::write_secrets(const Credential* more) {
  nlohmann::json secrets = nlohmann::json::array();
  const auto add = [&](const Credential& each) { secrets.push_back({{"kind", each.kind}, {"id", each.id}, {"secret", each.secret}}); };
  {
    const std::lock_guard lock(mutex_);
    for (const auto* map : {&s3_, &bearers_})
      for (const auto& [id, credential] : *map) add(credential);
  }
  if (more != nullptr) add(*more);
  write_file_atomically(store_.disk(), store_.directory() / kSecretsFile, secrets.dump(2) + "\n");
}

UserInfo Access::create_user(const std::string& name, bool is_admin, const store::Origin& by,
                             const std::function<void(store::Change&, const UserInfo&)>& beside) {
  check_user_name(name);
  const std::lock_guard changing(changing_);
  if (find_user(name)) throw Error(conditions::kUserExists, {{"user", name}});
  UserInfo user{name, is_admin, store_.clock().now()};
  store::Change change(by);
  change.add_row("users", {name, store::from_boolean(is_admin), user.created.time_since_epoch().count()});
  if (beside) beside(change, user);
  note(change, by, "CreateUser", name);
  store_.apply(std::move(change));
  const std::lock_guard lock(mutex_);
  users_[name] = user;
  return user;
}

void Access::delete_user(const std::string& name, const store::Origin& by, const Beside& beside) {
  const std::lock_guard changing(changing_);
  const auto user = find_user(name);
  if (!user) throw Error(conditions::kNoSuchUser, {{"user", name}});
  const auto users = list_users();
  if (user->is_admin && std::ranges::count_if(users, &UserInfo::is_admin) == 1) throw Error(conditions::kLastAdmin, {{"user", name}});
  store::Change change(by);
  change.step([&](store::Transaction& transaction) {
    transaction.erase_row("users", {name});
    transaction.erase_rows("user_policies", {name});
    erase_grants_of(transaction, name);
    transaction.erase_row("passwords", {name});
    transaction.erase_row("user_origins", {name});
    for (const auto& [group, members] : groups_)
      if (members.contains(name)) transaction.erase_row("group_members", {group, name});
    for (const auto& [hash, token] : tokens_)
      if (token.user == name) transaction.erase_row("tokens", {hash});
    for (const auto* map : {&s3_, &bearers_})
      for (const auto& [id, credential] : *map)
        if (credential.user == name) {
          transaction.erase_row("credentials", {credential.kind, credential.id});
          transaction.erase_row("s3_key_states", {credential.id});
        }
  });
  if (beside) beside(change);
  note(change, by, "DeleteUser", name);
  store_.apply(std::move(change));
  {
    const std::lock_guard lock(mutex_);
    users_.erase(name);
    policies_.erase(name);
    passwords_.erase(name);
    origins_.erase(name);
    for (auto& [group, members] : groups_) members.erase(name);
    std::erase_if(tokens_, [&](const auto& each) { return each.second.user == name; });
    for (auto* map : {&s3_, &bearers_}) std::erase_if(*map, [&](const auto& each) { return each.second.user == name; });
  }
  write_secrets(nullptr);
}

void Access::set_admin(const std::string& name, bool is_admin, const store::Origin& by) {
  const std::lock_guard changing(changing_);
  auto user = find_user(name);
  if (!user) throw Error(conditions::kNoSuchUser, {{"user", name}});
  if (user->is_admin == is_admin) return;
  if (user->is_admin && std::ranges::count_if(list_users(), &UserInfo::is_admin) == 1) throw Error(conditions::kLastAdmin, {{"user", name}});
  user->is_admin = is_admin;
  store::Change change(by);
  change.put_row("users", {name, store::from_boolean(is_admin), user->created.time_since_epoch().count()});
  note(change, by, is_admin ? "MakeAdmin" : "UnmakeAdmin", name);
  store_.apply(std::move(change));
  const std::lock_guard lock(mutex_);
  users_[name] = *user;
}

std::optional<UserInfo> Access::find_user(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = users_.find(name);
  if (found == users_.end()) return std::nullopt;
  return found->second;
}

std::vector<UserInfo> Access::list_users() const {
  const std::lock_guard lock(mutex_);
  std::vector<UserInfo> users;
  for (const auto& [name, user] : users_) users.push_back(user);
  return users;
}

S3Secret Access::create_s3_key(const std::string& user, std::optional<std::pair<std::string, std::string>> pair, const store::Origin& by) {
  const std::lock_guard changing(changing_);
  if (!find_user(user)) throw Error(conditions::kNoSuchUser, {{"user", user}});
  if (!pair) pair = {"LAB" + random_word(17, kUpper), random_word(40, kMixed)};
  {
    const std::lock_guard lock(mutex_);
    if (s3_.contains(pair->first)) throw Error(conditions::kKeyExists, {{"key", pair->first}});
  }
  // The alias of the workshop, which lies nowhere.
  if (find_s3_secret(pair->first)) throw Error(conditions::kKeyExists, {{"key", pair->first}});
  Credential credential{std::string(kS3), pair->first, pair->second, user, true, store_.clock().now()};
  // The file first: a row whose secret is missing is of no use, a secret without a row is not looked at.
  write_secrets(&credential);
  store::Change change(by);
  change.add_row("credentials", {credential.kind, credential.id, user});
  change.put_row("s3_key_states", {credential.id, store::from_boolean(true), credential.created->time_since_epoch().count()});
  note(change, by, "CreateKey", user + "/" + credential.id);
  store_.apply(std::move(change));
  const std::lock_guard lock(mutex_);
  const S3Secret secret{credential.id, credential.secret, identity_of(credential)};
  s3_.emplace(credential.id, std::move(credential));
  return secret;
}

void Access::delete_s3_key(const std::string& user, const std::string& access_key, const store::Origin& by) {
  const std::lock_guard changing(changing_);
  const auto keys = list_s3_keys(user);
  if (std::ranges::none_of(keys, [&](const S3Key& each) { return each.access_key == access_key; }))
    throw Error(conditions::kNoSuchKeyOfUser, {{"user", user}, {"key", access_key}});
  store::Change change(by);
  change.erase_row("credentials", {std::string(kS3), access_key});
  change.erase_row("s3_key_states", {access_key});
  note(change, by, "DeleteKey", user + "/" + access_key);
  store_.apply(std::move(change));
  {
    const std::lock_guard lock(mutex_);
    s3_.erase(access_key);
  }
  write_secrets(nullptr);
}

void Access::set_s3_key_active(const std::string& user, const std::string& access_key, bool is_active, const store::Origin& by) {
  const std::lock_guard changing(changing_);
  const auto keys = list_s3_keys(user);
  const auto key = std::ranges::find(keys, access_key, &S3Key::access_key);
  if (key == keys.end()) throw Error(conditions::kNoSuchKeyOfUser, {{"user", user}, {"key", access_key}});
  if (key->is_active == is_active) return;
  store::Change change(by);
  change.put_row("s3_key_states", {access_key, store::from_boolean(is_active), key->created.value_or(Timestamp()).time_since_epoch().count()});
  note(change, by, is_active ? "ActivateKey" : "DeactivateKey", user + "/" + access_key);
  store_.apply(std::move(change));
  const std::lock_guard lock(mutex_);
  s3_.at(access_key).is_active = is_active;
}

std::vector<S3Key> Access::list_s3_keys(std::string_view user) const {
  const std::lock_guard lock(mutex_);
  std::vector<S3Key> keys;
  for (const auto& [id, credential] : s3_)
    if (credential.user == user) keys.push_back({id, credential.user, credential.is_active, credential.created});
  return keys;
}

}  // namespace lab::access
