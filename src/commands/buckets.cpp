#include "commands/buckets.h"

#include <algorithm>
#include <charconv>

#include "base/letter_case.h"
#include "commands/conditions.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

std::string name_of(const catalog::Table& table) { return types::quote_parts({catalog::kCatalogName, table.database, table.name}); }

/// The columns as the table spells them.
std::vector<std::string> columns_of_table(const catalog::Table& table, const std::vector<std::string>& names, const types::Schema& schema, const char* role, bool is_case_sensitive) {
  const auto is_same = [&](const std::string& a, const std::string& b) { return is_case_sensitive ? a == b : equal_ignoring_case(a, b); };
  std::vector<std::string> result;
  for (const std::string& name : names) {
    const auto found = std::ranges::find_if(schema, [&](const types::Field& field) { return is_same(field.name, name); });
    if (found == schema.end()) {
      std::string columns;
      for (const types::Field& field : schema) columns += (columns.empty() ? "" : ", ") + types::quote_identifier(field.name);
      throw Error(conditions::kColumnNotDefinedInTable, {{"colType", role}, {"colName", types::quote_identifier(name)}, {"tableName", name_of(table)}, {"tableCols", columns}});
    }
    result.push_back(found->name);
  }
  for (auto name = result.begin(); name != result.end(); ++name)
    if (std::find(result.begin(), name, *name) != name) throw Error(conditions::kColumnAlreadyExists, {{"columnName", types::quote_identifier(lower_case(*name))}});
  return result;
}

std::string bracketed_list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return "[" + text + "]";
}

std::string described_buckets(std::int64_t count, const std::vector<std::string>& columns, const std::vector<std::string>& sort_columns) {
  if (columns.empty()) return "not bucketed";
  return std::to_string(count) + " buckets, bucket columns: " + bracketed_list(columns) + (sort_columns.empty() ? "" : ", sort columns: " + bracketed_list(sort_columns));
}

}  // namespace

void check_bucket_count(const plan::BucketSpec& buckets, bool is_text, const Statement& context) {
  const std::string most = context.setting("spark.sql.sources.bucketing.maxBuckets").value_or("100000");
  std::int64_t limit = 100'000;
  std::from_chars(most.data(), most.data() + most.size(), limit);
  if (buckets.count > 0 && buckets.count <= limit) return;
  throw Error(is_text ? conditions::kBucketCountInText : conditions::kBucketCount, {{"bucketingMaxBuckets", std::to_string(limit)}, {"numBuckets", std::to_string(buckets.count)}});
}

void set_buckets(catalog::Table& table, const plan::BucketSpec& buckets, const types::Schema& schema, const Statement& context) {
  if (table.provider == "delta") throw Error(conditions::kDeltaOperationNotAllowed, {{"operation", "Bucketing"}, {"tableName", types::quote_parts({table.database, table.name})}});
  const bool is_case_sensitive = context.policy().case_sensitive;
  table.bucket_columns = columns_of_table(table, buckets.columns, schema, "bucket", is_case_sensitive);
  table.sort_columns = columns_of_table(table, buckets.sort_columns, schema, "sort", is_case_sensitive);
  table.num_buckets = buckets.count;
}

void check_same_buckets(const catalog::Table& table, const std::optional<plan::BucketSpec>& buckets) {
  const plan::BucketSpec wanted = buckets.value_or(plan::BucketSpec{});
  const auto is_same = [](const std::vector<std::string>& a, const std::vector<std::string>& b) { return std::ranges::equal(a, b, equal_ignoring_case); };
  if (wanted.count == table.num_buckets && is_same(wanted.columns, table.bucket_columns) && is_same(wanted.sort_columns, table.sort_columns)) return;
  throw Error(conditions::kBucketsDiffer, {{"tableName", std::string(catalog::kCatalogName) + "." + table.database + "." + table.name},
                                           {"specifiedBucketString", described_buckets(wanted.count, wanted.columns, wanted.sort_columns)},
                                           {"existingBucketString", described_buckets(table.num_buckets, table.bucket_columns, table.sort_columns)}});
}

}  // namespace lab::commands
