#include <charconv>

#include "base/error.h"
#include "lake/delta/conditions.h"
#include "lake/delta/features.h"
#include "lake/delta/table.h"
#include "lake/delta/values.h"

namespace lab::lake::delta {
namespace {

struct Property {
  std::string_view key;
  std::string_view fallback;
};

// Delta's table properties and what they are when nobody says otherwise.
constexpr Property kProperties[] = {
    {"delta.appendOnly", "false"},
    {"delta.autoOptimize.autoCompact", ""},
    {"delta.autoOptimize.optimizeWrite", ""},
    {"delta.checkpoint.partSize", ""},
    {"delta.checkpoint.writeStatsAsJson", "true"},
    {"delta.checkpoint.writeStatsAsStruct", "false"},
    {"delta.checkpointInterval", "10"},
    {"delta.checkpointPolicy", "classic"},
    {"delta.checkpointRetentionDuration", "interval 2 days"},
    {"delta.columnMapping.maxColumnId", "0"},
    {"delta.columnMapping.mode", "none"},
    {"delta.compatibility.symlinkFormatManifest.enabled", "false"},
    {"delta.coordinatedCommits.commitCoordinator-preview", ""},
    {"delta.coordinatedCommits.commitCoordinatorConf-preview", "{}"},
    {"delta.coordinatedCommits.tableConf-preview", "{}"},
    {"delta.dataSkippingNumIndexedCols", "32"},
    {"delta.dataSkippingStatsColumns", ""},
    {"delta.deletedFileRetentionDuration", "interval 1 week"},
    {"delta.enableChangeDataFeed", "false"},
    {"delta.enableDeletionVectors", "false"},
    {"delta.enableExpiredLogCleanup", "true"},
    {"delta.enableFullRetentionRollback", "true"},
    {"delta.enableIcebergCompatV1", ""},
    {"delta.enableIcebergCompatV2", ""},
    {"delta.enableInCommitTimestamps", "false"},
    {"delta.enableInCommitTimestamps-preview", "false"},
    {"delta.enableRowTracking", "false"},
    {"delta.enableTypeWidening", "false"},
    {"delta.inCommitTimestampEnablementTimestamp", ""},
    {"delta.inCommitTimestampEnablementVersion", ""},
    {"delta.isolationLevel", "Serializable"},
    {"delta.logRetentionDuration", "interval 30 days"},
    {"delta.minReaderVersion", ""},
    {"delta.minWriterVersion", ""},
    {"delta.parquet.compression.codec", "snappy"},
    {"delta.randomizeFilePrefixes", "false"},
    {"delta.randomPrefixLength", "2"},
    {"delta.sampleRetentionDuration", "interval 7 days"},
    {"delta.setTransactionRetentionDuration", ""},
    {"delta.targetFileSize", ""},
    {"delta.tuneFileSizesForRewrites", ""},
    {"delta.universalFormat.enabledFormats", ""},
};

}  // namespace

std::string table_property(const std::map<std::string, std::string>& configuration, std::string_view key) {
  if (const auto found = configuration.find(std::string(key)); found != configuration.end()) return found->second;
  for (const auto& [name, value] : configuration)
    if (same_name(name, key)) return value;
  for (const Property& property : kProperties)
    if (same_name(property.key, key)) return std::string(property.fallback);
  return {};
}

bool is_true_property(const Metadata& metadata, std::string_view key) { return same_name(table_property(metadata.configuration, key), "true"); }

void normalize_properties(std::map<std::string, std::string>& configuration) {
  std::map<std::string, std::string> result;
  for (auto& [key, value] : configuration) {
    const std::string lower = lower_case(key);
    if (!lower.starts_with("delta.") || lower.starts_with("delta.constraints.")) {
      result.insert_or_assign(key, value);
      continue;
    }
    if (lower.starts_with("delta.feature.")) {
      result.insert_or_assign("delta.feature." + key.substr(14), value);
      continue;
    }
    const Property* known = nullptr;
    for (const Property& property : kProperties)
      if (same_name(property.key, key)) known = &property;
    if (!known)
      throw Error(conditions::kUnknownConfiguration,
                  {{"config", key}, {"disableCheckConfig", "spark.databricks.delta.allowArbitraryProperties.enabled"}});
    result.insert_or_assign(std::string(known->key), value);
  }
  configuration = std::move(result);
}

std::int64_t interval_millis(std::string_view text) {
  const auto refuse = [&]() -> Error { return Error(conditions::kInvalidInterval, {{"interval", std::string(text)}}); };
  std::string_view rest = text;
  const auto word = [&] {
    while (!rest.empty() && rest[0] == ' ') rest.remove_prefix(1);
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view result = rest.substr(0, end);
    rest.remove_prefix(end);
    return result;
  };
  struct Unit {
    std::string_view name;
    std::int64_t millis;
  };
  constexpr Unit kUnits[] = {{"millisecond", 1}, {"second", 1000}, {"minute", 60'000}, {"hour", 3'600'000}, {"day", 86'400'000}, {"week", 604'800'000}};
  std::string_view first = word();
  if (same_name(first, "interval")) first = word();
  std::int64_t total = 0;
  while (!first.empty()) {
    double count = 0;
    const auto [end, error] = std::from_chars(first.data(), first.data() + first.size(), count);
    if (error != std::errc{} || end != first.data() + first.size()) throw refuse();
    std::string unit = lower_case(word());
    if (unit.ends_with('s')) unit.pop_back();
    std::int64_t millis = -1;
    for (const Unit& known : kUnits)
      if (known.name == unit) millis = known.millis;
    if (millis < 0 || count < 0 || count > 1e6) throw refuse();
    total += static_cast<std::int64_t>(count * static_cast<double>(millis));
    first = word();
  }
  if (rest.size() == text.size()) throw refuse();
  return total;
}

}  // namespace lab::lake::delta
