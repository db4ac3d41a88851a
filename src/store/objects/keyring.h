#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "store/objects/object.h"
#include "store/objects/sealing.h"

namespace lab::store {

class Store;

/// The named keys that seal the keys of objects. They lie in rows, sealed with a root key that is a file of its own
/// (`root.key`, mode 0600), so that neither the journal nor the blobs alone open anything. Thread-safe.
class Keyring {
 public:
  /// `store` must outlive it.
  explicit Keyring(Store& store) : store_(store) {}

  /// A new key for an object, and the same sealed for `encryption`, whose mode and key_id say with what: the key of
  /// that name, which is made, durably, when it is named for the first time. Blocks.
  DataKey make_key(ObjectEncryption& encryption);
  /// As make_key(), sealed with a key that the client keeps.
  static DataKey make_key(ObjectEncryption& encryption, const DataKey& customer_key);

  /// The key of an object that the lab can open itself. Throws DATA_CORRUPTION.
  DataKey open(const ObjectEncryption& encryption);
  /// The key of an object under the client's key; absent when it is another one.
  static std::optional<DataKey> open(const ObjectEncryption& encryption, const DataKey& customer_key);

 private:
  DataKey root_key();
  std::optional<DataKey> find_named(const std::string& name);
  DataKey get_or_make_named(const std::string& name);

  Store& store_;
  std::mutex mutex_;
  std::map<std::string, DataKey> named_;
};

}  // namespace lab::store
