#include <algorithm>
#include <charconv>

#include "base/letter_case.h"
#include "commands/conditions.h"
#include "commands/session_state.h"
#include "compute/zone.h"

namespace lab::commands {
namespace {

struct SettingChoices {
  std::string_view key, choices;  ///< upper case, in Spark's order
};
constexpr SettingChoices kSettingChoices[] = {
    {"spark.sql.mapKeyDedupPolicy", "EXCEPTION, LAST_WIN"},
    {"spark.sql.parquet.datetimeRebaseModeInRead", "EXCEPTION, CORRECTED, LEGACY"},
    {"spark.sql.parquet.datetimeRebaseModeInWrite", "EXCEPTION, CORRECTED, LEGACY"},
    {"spark.sql.parquet.int96RebaseModeInRead", "EXCEPTION, CORRECTED, LEGACY"},
    {"spark.sql.parquet.int96RebaseModeInWrite", "EXCEPTION, CORRECTED, LEGACY"},
    {"spark.sql.parquet.outputTimestampType", "INT96, TIMESTAMP_MICROS, TIMESTAMP_MILLIS"},
    {"spark.sql.legacy.timeParserPolicy", "EXCEPTION, CORRECTED, LEGACY"},
    {"spark.sql.sources.partitionOverwriteMode", "STATIC, DYNAMIC"},
    {"spark.sql.storeAssignmentPolicy", "ANSI, LEGACY, STRICT"},
    {"spark.sql.timestampType", "TIMESTAMP_NTZ, TIMESTAMP_LTZ"},
};

/// By key. Defaults are those of Spark 3.5.5 and 4.2.0.
constexpr SettingRow kSettings[] = {
    {"spark.app.name", "dflab", "dflab", SettingScope::Application},
    {"spark.databricks.delta.merge.repartitionBeforeWrite.enabled", "true", "true"},
    {"spark.databricks.delta.optimizeWrite.enabled", "false", "false"},
    {"spark.databricks.delta.retentionDurationCheck.enabled", "true", "true"},
    {"spark.databricks.delta.schema.autoMerge.enabled", "false", "false"},
    {"spark.default.parallelism", "2", "2", SettingScope::Application},
    {"spark.driver.memory", "1g", "1g", SettingScope::Core},
    {"spark.executor.memory", "1g", "1g", SettingScope::Core},
    {"spark.master", "local[*]", "local[*]", SettingScope::Application},
    {"spark.sql.adaptive.enabled", "true", "true"},
    {"spark.sql.ansi.enabled", "false", "true"},
    {"spark.sql.autoBroadcastJoinThreshold", "10485760b", "10485760b"},
    {"spark.sql.catalogImplementation", "in-memory", "in-memory", SettingScope::Static},
    {"spark.sql.caseSensitive", "false", "false"},
    {"spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog"},
    {"spark.sql.connect.progress.reportInterval", "2s", "2s"},
    {"spark.sql.crossJoin.enabled", "true", "true"},
    {"spark.sql.csv.filterPushdown.enabled", "true", "true"},
    {"spark.sql.decimalOperations.allowPrecisionLoss", "true", "true"},
    {"spark.sql.execution.arrow.enabled", "false", "false"},
    {"spark.sql.execution.arrow.maxRecordsPerBatch", "10000", "10000"},
    {"spark.sql.execution.arrow.pyspark.enabled", "false", "true"},
    {"spark.sql.execution.arrow.pyspark.fallback.enabled", "true", "true"},
    {"spark.sql.execution.arrow.pyspark.selfDestruct.enabled", "false", "false"},
    {"spark.sql.execution.arrow.useLargeVarTypes", "false", "false"},
    {"spark.sql.execution.pandas.convertToArrowArraySafely", "false", "false"},
    {"spark.sql.execution.pandas.inferPandasDictAsMap", "false", "false"},
    {"spark.sql.execution.pandas.structHandlingMode", "legacy", "legacy"},
    {"spark.sql.execution.pythonUDF.arrow.enabled", "false", "true"},
    {"spark.sql.execution.topKSortFallbackThreshold", "2147483632", "2147483632"},
    {"spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension", "io.delta.sql.DeltaSparkSessionExtension", SettingScope::Static},
    {"spark.sql.files.ignoreCorruptFiles", "false", "false"},
    {"spark.sql.files.ignoreMissingFiles", "false", "false"},
    {"spark.sql.files.maxPartitionBytes", "134217728b", "134217728b"},
    {"spark.sql.groupByAliases", "true", "true"},
    {"spark.sql.groupByOrdinal", "true", "true"},
    {"spark.sql.legacy.charVarcharAsString", "false", "false"},
    {"spark.sql.legacy.createEmptyCollectionUsingStringType", "false", "false"},
    {"spark.sql.legacy.dataset.nameNonStructGroupingKeyAsValue", "false", "false"},
    {"spark.sql.legacy.parquet.nanosAsLong", "false", "false"},
    {"spark.sql.legacy.setopsPrecedence.enabled", "false", "false"},
    {"spark.sql.legacy.timeParserPolicy", "EXCEPTION", "CORRECTED"},
    {"spark.sql.mapKeyDedupPolicy", "EXCEPTION", "EXCEPTION"},
    {"spark.sql.maxPlanStringLength", "2147483632", "2147483632"},
    {"spark.sql.orderByOrdinal", "true", "true"},
    {"spark.sql.parquet.compression.codec", "snappy", "snappy"},
    {"spark.sql.parquet.datetimeRebaseModeInRead", "EXCEPTION", "CORRECTED"},
    {"spark.sql.parquet.datetimeRebaseModeInWrite", "EXCEPTION", "CORRECTED"},
    {"spark.sql.parquet.inferTimestampNTZ.enabled", "true", "true"},
    {"spark.sql.parquet.int96RebaseModeInRead", "EXCEPTION", "CORRECTED"},
    {"spark.sql.parquet.int96RebaseModeInWrite", "EXCEPTION", "CORRECTED"},
    {"spark.sql.parquet.mergeSchema", "false", "false"},
    {"spark.sql.parquet.outputTimestampType", "INT96", "INT96"},
    {"spark.sql.pivotMaxValues", "10000", "10000"},
    {"spark.sql.pyspark.inferNestedDictAsStruct.enabled", "false", "false"},
    {"spark.sql.pyspark.jvmStacktrace.enabled", "false", "false"},
    {"spark.sql.pyspark.legacy.inferArrayTypeFromFirstElement.enabled", "false", "false"},
    {"spark.sql.pyspark.legacy.inferMapTypeFromFirstPair.enabled", "false", "false"},
    {"spark.sql.pyspark.plotting.max_rows", "1000", "1000"},
    {"spark.sql.repl.eagerEval.enabled", "false", "false"},
    {"spark.sql.repl.eagerEval.maxNumRows", "20", "20"},
    {"spark.sql.repl.eagerEval.truncate", "20", "20"},
    {"spark.sql.scripting.enabled", "false", "true"},
    {"spark.sql.session.localRelationCacheThreshold", "67108864", "1048576"},
    {"spark.sql.session.localRelationChunkSizeBytes", "16777216", "16777216"},
    {"spark.sql.session.localRelationChunkSizeRows", "10000", "10000"},
    {"spark.sql.session.localRelationSizeLimit", "3221225472", "3221225472"},
    {"spark.sql.session.localRelationBatchOfChunksSizeBytes", "1073741824", "1073741824"},
    {"spark.sql.session.timeZone", "UTC", "UTC"},
    {"spark.sql.shuffle.partitions", "200", "200"},
    {"spark.sql.sources.default", "parquet", "parquet"},
    {"spark.sql.sources.partitionColumnTypeInference.enabled", "true", "true"},
    {"spark.sql.sources.partitionOverwriteMode", "STATIC", "STATIC"},
    {"spark.sql.storeAssignmentPolicy", "ANSI", "ANSI"},
    {"spark.sql.timestampType", "TIMESTAMP_LTZ", "TIMESTAMP_LTZ"},
    {"spark.sql.variable.substitute", "true", "true"},
    {"spark.sql.execution.pyspark.binaryAsBytes", "true", "true"},
    {"spark.sql.execution.pythonUDTF.arrow.enabled", "false", "true"},
    {"spark.sql.leafNodeDefaultParallelism", "2", "2"},
    {"spark.connect.session.planCompression.defaultAlgorithm", "ZSTD", "ZSTD"},
    {"spark.connect.session.planCompression.threshold", "10485760", "10485760"},
    {"spark.sql.warehouse.dir", "s3a://warehouse", "s3a://warehouse", SettingScope::Static},
};

}  // namespace

const SettingRow* find_setting(std::string_view key) {
  for (const SettingRow& row : kSettings)
    if (row.key == key) return &row;
  return nullptr;
}

void check_modifiable(const std::string& key, bool is_spark4) {
  const SettingRow* row = find_setting(key);
  if (row == nullptr) return;
  if (row->scope == SettingScope::Static) throw is_spark4 ? Error(conditions::kStaticSetting, {{"key", "\"" + key + "\""}}) : Error(conditions::kStaticSetting3, {{"key", key}});
  if (row->scope == SettingScope::Core) throw Error(conditions::kCoreSetting, {{"key", "\"" + key + "\""}, {"docroot", "https://spark.apache.org/docs/latest"}});
}

void check_setting_value(const std::string& key, const std::string& value, bool is_spark4) {
  const auto refuse = [&](const char* type) {
    if (is_spark4) throw Error(conditions::kSettingType, {{"confName", key}, {"confValue", value}, {"confType", type}});
    throw Error(conditions::kSettingType3, {{"confName", key}, {"confValue", value}, {"confType", type}});
  };
  if (key == "spark.sql.session.timeZone" && compute::Zone::try_find(value) == nullptr) {
    if (is_spark4) throw Error(conditions::kSettingTimeZone, {{"confName", key}, {"confValue", value}});
    throw Error(conditions::kSettingTimeZone3, {{"confName", key}, {"confValue", value}});
  }
  for (const SettingChoices& row : kSettingChoices) {
    if (row.key != key) continue;
    std::string upper = value;
    std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    if ((", " + std::string(row.choices) + ",").find(", " + upper + ",") != std::string::npos) return;
    if (is_spark4) throw Error(conditions::kSettingChoices, {{"confName", key}, {"confValue", value}, {"confOptions", std::string(row.choices)}});
    throw Error(conditions::kSettingChoices3, {{"confName", key}, {"confValue", value}, {"confOptions", std::string(row.choices)}});
  }
  const SettingRow* row = find_setting(key);
  if (row == nullptr) return;
  const std::string_view example = row->spark4;  // its form says the type
  const std::string lower = lower_case(value);
  if ((example == "true" || example == "false") && lower != "true" && lower != "false") refuse("boolean");
  if (!example.empty() && std::ranges::all_of(example, [](unsigned char c) { return std::isdigit(c); })) {
    const std::size_t first = value.find_first_not_of(" \t"), last = value.find_last_not_of(" \t");
    const std::string trimmed = first == std::string::npos ? "" : value.substr(first, last - first + 1);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(trimmed.data(), trimmed.data() + trimmed.size(), number);
    if (trimmed.empty() || error != std::errc{} || end != trimmed.data() + trimmed.size()) refuse("int");
  }
}

}  // namespace lab::commands
