#pragma once

#include <memory>

#include "base/clock.h"
#include "remote/s3/local_copies.h"

namespace lab::remote::s3 {

struct StoresOptions {
  std::uint64_t max_kept_bytes = 1ULL << 30U;  ///< of files that were fetched whole, for the next reader
};

/// `stage` and `clock` must outlive it and every bucket that it opened.
std::unique_ptr<RemoteStores> create_stores(Stage& stage, const Clock& clock, StoresOptions options = {});

}  // namespace lab::remote::s3
