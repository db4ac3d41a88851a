#include "store/objects/keyring.h"

#include "base/error.h"
#include "store/journal/sqlite.h"
#include "store/objects/layout.h"
#include "store/store.h"

namespace lab::store {
namespace {

constexpr const char* kCustomerContext = "customer key";

/// What the sealed key of an object is bound to, besides the key that seals it.
std::string context_of(const ObjectEncryption& encryption) { return "object key\n" + encryption.key_id + "\n" + encryption.context; }

std::string name_context(const std::string& name) { return "named key\n" + name; }

}  // namespace

DataKey Keyring::root_key() {
  const auto path = store_.directory() / layout::kRootKey;
  if (store_.disk().find_status(path)) return {read_file(store_.disk(), path)};
  DataKey root = DataKey::random();
  write_file_atomically(store_.disk(), path, root.bytes);
  return root;
}

std::optional<DataKey> Keyring::find_named(const std::string& name) {
  if (const auto found = named_.find(name); found != named_.end()) return found->second;
  const auto snapshot = store_.snapshot();
  auto statement = connection_of(snapshot).prepare("SELECT sealed FROM keys WHERE name = ?1");
  statement.bind_text(1, name);
  if (!statement.step()) return std::nullopt;
  auto key = unseal_key(root_key(), statement.blob(0), name_context(name));
  if (!key) throw Error(conditions::kDataCorruption, {{"what", std::string(layout::kRootKey) + " does not open the key '" + name + "'"}});
  named_[name] = *key;
  return key;
}

DataKey Keyring::get_or_make_named(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (auto key = find_named(name)) return *std::move(key);
  DataKey key = DataKey::random();
  const std::string sealed = seal_key(root_key(), key, name_context(name));
  Change change({.actor = "system", .protocol = "store", .request = "make key"});
  change.step([&](Transaction& transaction) {
    connection_of(transaction)
        .prepare("INSERT INTO keys VALUES (?1, ?2, ?3)")
        .bind_text(1, name)
        .bind_blob(2, sealed)
        .bind(3, transaction.time().time_since_epoch().count())
        .run();
  });
  store_.apply(std::move(change));
  named_[name] = key;
  return key;
}

DataKey Keyring::make_key(ObjectEncryption& encryption) {
  DataKey key = DataKey::random();
  encryption.sealed_key = seal_key(get_or_make_named(encryption.key_id), key, context_of(encryption));
  return key;
}

DataKey Keyring::make_key(ObjectEncryption& encryption, const DataKey& customer_key) {
  DataKey key = DataKey::random();
  encryption.sealed_key = seal_key(customer_key, key, kCustomerContext);
  return key;
}

DataKey Keyring::open(const ObjectEncryption& encryption) {
  std::optional<DataKey> key;
  {
    const std::lock_guard lock(mutex_);
    if (const auto named = find_named(encryption.key_id)) key = unseal_key(*named, encryption.sealed_key, context_of(encryption));
  }
  if (!key) throw Error(conditions::kDataCorruption, {{"what", "the key of an object does not open"}});
  return *std::move(key);
}

std::optional<DataKey> Keyring::open(const ObjectEncryption& encryption, const DataKey& customer_key) {
  return unseal_key(customer_key, encryption.sealed_key, kCustomerContext);
}

}  // namespace lab::store
