#pragma once

#include "commands/statement.h"

namespace lab::commands {

/// Throws INVALID_BUCKET_COUNT, of a statement's text or of a call, when the session allows no such number of buckets.
void check_bucket_count(const plan::BucketSpec& buckets, bool is_text, const Statement& context);

/// What a new table of a format says of its buckets, with the names as its columns have them. Throws DELTA_OPERATION_NOT_ALLOWED_DETAIL,
/// COLUMN_NOT_DEFINED_IN_TABLE, COLUMN_ALREADY_EXISTS.
void set_buckets(catalog::Table& table, const plan::BucketSpec& buckets, const types::Schema& schema, const Statement& context);

/// saveAsTable appends to a table with the same buckets only.
void check_same_buckets(const catalog::Table& table, const std::optional<plan::BucketSpec>& buckets);

}  // namespace lab::commands
