#pragma once

#include <optional>

#include "store/objects/object.h"
#include "store/objects/sealing.h"
#include "wire/s3/call.h"

namespace lab::s3 {

/// What the bucket says about the object or upload that a request makes, looked up at one moment: its owner, access control
/// list, lock and encryption go into `properties`. With `authorizes` it is first decided whether the caller may. Blocks. Throws NoSuchBucket, AccessDenied, and what the headers of
/// lists, locks and encryption raise.
struct NewObject {
  std::optional<store::DataKey> key;     ///< to seal the bytes with; none for a plain object
  std::optional<std::string> lifecycle;  ///< the bucket's, for set_expiration_header()
};
NewObject prepare_new_object(const Call& call, store::ObjectProperties& properties, bool authorizes);

}  // namespace lab::s3
