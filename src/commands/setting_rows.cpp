#include "commands/session_state.h"

namespace lab::commands {
namespace {

/// By key. Defaults are those of Spark 3.5.5 and 4.2.0.
constexpr SettingRow kSettings[] = {
    {"spark.app.name", "dflab", "dflab", true},
    {"spark.databricks.delta.merge.repartitionBeforeWrite.enabled", "true", "true"},
    {"spark.databricks.delta.optimizeWrite.enabled", "false", "false"},
    {"spark.databricks.delta.retentionDurationCheck.enabled", "true", "true"},
    {"spark.databricks.delta.schema.autoMerge.enabled", "false", "false"},
    {"spark.default.parallelism", "2", "2", true},
    {"spark.driver.memory", "1g", "1g", true},
    {"spark.executor.memory", "1g", "1g", true},
    {"spark.master", "local[*]", "local[*]", true},
    {"spark.sql.adaptive.enabled", "true", "true"},
    {"spark.sql.ansi.enabled", "false", "true"},
    {"spark.sql.autoBroadcastJoinThreshold", "10485760b", "10485760b"},
    {"spark.sql.caseSensitive", "false", "false"},
    {"spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog", true},
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
    {"spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension", "io.delta.sql.DeltaSparkSessionExtension", true},
    {"spark.sql.files.ignoreCorruptFiles", "false", "false"},
    {"spark.sql.files.ignoreMissingFiles", "false", "false"},
    {"spark.sql.files.maxPartitionBytes", "134217728b", "134217728b"},
    {"spark.sql.groupByAliases", "true", "true"},
    {"spark.sql.groupByOrdinal", "true", "true"},
    {"spark.sql.legacy.charVarcharAsString", "false", "false"},
    {"spark.sql.legacy.createEmptyCollectionUsingStringType", "false", "false"},
    {"spark.sql.legacy.dataset.nameNonStructGroupingKeyAsValue", "false", "false"},
    {"spark.sql.legacy.setopsPrecedence.enabled", "false", "false"},
    {"spark.sql.legacy.timeParserPolicy", "EXCEPTION", "CORRECTED"},
    {"spark.sql.mapKeyDedupPolicy", "EXCEPTION", "EXCEPTION"},
    {"spark.sql.maxPlanStringLength", "2147483632", "2147483632"},
    {"spark.sql.orderByOrdinal", "true", "true"},
    {"spark.sql.parquet.compression.codec", "snappy", "snappy"},
    {"spark.sql.parquet.int96RebaseModeInRead", "EXCEPTION", "CORRECTED"},
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
    {"spark.sql.warehouse.dir", "s3a://warehouse", "s3a://warehouse", true},
};

}  // namespace

const SettingRow* find_setting(std::string_view key) {
  for (const SettingRow& row : kSettings)
    if (row.key == key) return &row;
  return nullptr;
}

}  // namespace lab::commands
