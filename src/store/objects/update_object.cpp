#include "base/error.h"
#include "store/conditions.h"
#include "store/objects/objects.h"
#include "store/objects/tables.h"

namespace lab::store {

ObjectInfo update_object(Transaction& transaction, const UpdateObject& update) {
  const auto bucket = get_bucket(transaction, update.bucket);
  auto row = find_version_row(transaction, bucket, update.key, update.version);
  const Error::Parameters names{{"bucket", update.bucket}, {"key", update.key}, {"version", update.version.value_or("")}};
  if (!row) throw Error(update.version ? conditions::kNoSuchVersion : conditions::kNoSuchKey, names);
  if (row->place == Place::Marker) throw Error(update.version ? conditions::kIsDeleteMarker : conditions::kNoSuchKey, names);
  update.update(row->info);
  reopen_row(transaction, bucket, *row);
  transaction.announce({"objects", FeedAction::Put, bucket.name + "/" + update.key});
  return std::move(row->info);
}

}  // namespace lab::store
