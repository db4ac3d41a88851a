#pragma once

#include <memory>
#include <string>

#include "base/disk.h"
#include "lake/delta/table_storage.h"
#include "store/store.h"

namespace lab::lake::delta {

/// A table under `bucket`/`prefix` of the lab's own store. `actor` and `protocol` go into the store's commits. An object put in several
/// parts (S3 multipart) is put together into a file when it is opened.
std::shared_ptr<TableStorage> storage_over_bucket(store::Store& store, std::string bucket, std::string prefix, store::Origin origin);

/// A table in a local folder; writes go through `disk` and are synced. commit() links the log entry into place, so of two
/// writers (also foreign ones) one wins.
std::shared_ptr<TableStorage> storage_over_folder(std::filesystem::path folder, Disk& disk);

/// A table under `prefix` of a bucket of another S3; files are written in the stage of `store` and then put there. commit() puts the log
/// entry only if there is none of its name, so of two writers (also foreign ones) one wins.
std::shared_ptr<TableStorage> storage_over_remote(std::shared_ptr<RemoteBucket> bucket, std::string prefix, store::Store& store);

}  // namespace lab::lake::delta
