#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"

namespace lab::store {

/// Position of a change in the one order of all changes of the lab; 0 is before the first. Time never orders anything.
struct CommitNumber {
  std::int64_t value = 0;
  friend auto operator<=>(CommitNumber, CommitNumber) = default;
};

/// What `closed` holds while a row is open.
inline constexpr std::int64_t kStillOpen = INT64_MAX;

/// A line of history of the whole lab. Rows of kind `history` have one in their key.
struct Branch {
  std::int64_t value = 0;
  friend auto operator<=>(Branch, Branch) = default;
};
inline constexpr Branch kMainBranch{0};

/// Who asks for a change: kept with its commit number.
struct Origin {
  std::string actor;     ///< user name; `system` for the lab itself
  std::string protocol;  ///< `s3`, `spark`, `rest`, …
  std::string request;   ///< the protocol's id or name of the request
  std::string credential = {};  ///< what proved the actor, for the audit trail; not kept with the commit
};

enum class FeedAction : std::uint8_t { Put, Erase };

/// One thing that a change did.
struct FeedEvent {
  std::string kind;  ///< name of a table; objects are `objects` and `buckets`
  FeedAction action = FeedAction::Put;
  std::string subject;  ///< for objects `bucket/key`; for rows the key as encode_key() writes it
  friend bool operator==(const FeedEvent&, const FeedEvent&) = default;
};

/// A change that has been committed.
struct CommittedChange {
  CommitNumber number;
  Timestamp time;
  Origin origin;
  std::vector<FeedEvent> events;
};

}  // namespace lab::store
