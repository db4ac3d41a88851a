#pragma once

#include <map>
#include <string>

#include "store/store.h"

namespace lab::store::crash {

/// All that a store shows its clients, by what it is about (`object b/k`, `upload b/k/id`, `row table/key`): buckets,
/// listings, versions, uploads, parts, rows, bytes by their hash.
using Contents = std::map<std::string, std::string>;

/// Reads everything and holds it against itself: bytes have the size, ETag and checksum that their row names, listings
/// with and without a delimiter agree, a table's log has no gap and names only files that are there. Throws
/// std::runtime_error that says what does not fit, or the store's Error.
Contents read_contents(Store& store);

/// What differs, for people; empty when nothing does.
std::string print_difference(const Contents& expected, const Contents& found);

}  // namespace lab::store::crash
