"""Delta tables by path and by name: write modes, schema changes, time travel, history, DML in SQL."""

import json
import os

import pyspark.sql.functions as F
from scenario import scenario, unordered


def log_actions(path, version):
    """The kinds of actions in a commit, in a stable form."""
    with open(f"{path}/_delta_log/{version:020d}.json") as file:
        return sorted({key for line in file for key in json.loads(line)})


@scenario
def test_delta_write(spark, place):
    path = place + "/t"
    df = spark.range(4).withColumn("k", F.col("id") % 2).withColumn("s", F.concat(F.lit("n"), "id"))
    df.write.format("delta").save(path)
    yield "read", unordered(spark.read.format("delta").load(path))
    yield "exists", lambda: df.write.format("delta").save(path)
    df.write.format("delta").mode("append").save(path)
    yield "appended", lambda: spark.read.format("delta").load(path).count()
    df.limit(1).write.format("delta").mode("overwrite").save(path)
    yield "overwritten", unordered(spark.read.format("delta").load(path))
    df.write.format("delta").mode("ignore").save(path)
    yield "ignored", lambda: spark.read.format("delta").load(path).count()
    yield "actions", [log_actions(path, 0), log_actions(path, 2)]
    yield "version_0", unordered(spark.read.format("delta").option("versionAsOf", 0).load(path))
    yield "version_1", lambda: spark.read.format("delta").option("versionAsOf", 1).load(path).count()
    yield "version_text", lambda: spark.read.format("delta").option("versionAsOf", "0").load(path).count()
    yield "version_missing", lambda: spark.read.format("delta").option("versionAsOf", 99).load(path).collect()
    yield "timestamp_early", lambda: spark.read.format("delta").option("timestampAsOf", "1999-01-01").load(path).collect()
    yield "timestamp_late", lambda: spark.read.format("delta").option("timestampAsOf", "2999-01-01").load(path).collect()
    yield "at_path", lambda: spark.read.format("delta").load(path + "@v1").count()
    yield "sql_path", unordered(spark.sql(f"SELECT id FROM delta.`{path}`"))
    yield "sql_version", lambda: spark.sql(f"SELECT count(*) FROM delta.`{path}` VERSION AS OF 1").collect()
    yield "history", spark.sql(f"DESCRIBE HISTORY delta.`{path}`").select("version", "operation", "operationParameters", "isBlindAppend", "isolationLevel").orderBy("version")
    yield "history_columns", [list(pair) for pair in spark.sql(f"DESCRIBE HISTORY delta.`{path}`").dtypes]
    yield "history_metrics", spark.sql(f"DESCRIBE HISTORY delta.`{path}`").selectExpr("version", "operationMetrics['numOutputRows'] AS rows").orderBy("version")
    yield "detail", spark.sql(f"DESCRIBE DETAIL delta.`{path}`").select("format", "name", "description", "partitionColumns", "numFiles", "properties", "minReaderVersion", "minWriterVersion")
    yield "detail_columns", [list(pair) for pair in spark.sql(f"DESCRIBE DETAIL delta.`{path}`").dtypes]
    yield "not_delta", lambda: spark.read.format("delta").load(place + "/nope").collect()
    os.makedirs(place + "/plain", exist_ok=True)
    spark.range(1).write.parquet(place + "/plain/p")
    yield "parquet_folder", lambda: spark.read.format("delta").load(place + "/plain/p").collect()
    yield "delta_as_parquet", lambda: spark.read.parquet(path).count() > 0
    yield "bad_mode", lambda: df.write.format("delta").mode("nope").save(path)


@scenario
def test_delta_schema(spark, place):
    path = place + "/t"
    spark.createDataFrame([(1, "a")], "id INT, s STRING").write.format("delta").save(path)
    more = spark.createDataFrame([(2, "b", 1.5)], "id INT, s STRING, d DOUBLE")
    yield "extra_refused", lambda: more.write.format("delta").mode("append").save(path)
    more.write.format("delta").mode("append").option("mergeSchema", True).save(path)
    yield "merged", unordered(spark.read.format("delta").load(path))
    spark.createDataFrame([(3,)], "id INT").write.format("delta").mode("append").save(path)
    yield "missing_columns", unordered(spark.read.format("delta").load(path))
    yield "wrong_type", lambda: spark.createDataFrame([("x", "y", 1.0)], "id STRING, s STRING, d DOUBLE").write.format("delta").mode("append").save(path)
    yield "wrong_array", lambda: spark.sql("SELECT array(1) AS id").write.format("delta").mode("append").save(path)
    yield "overwrite_refused", lambda: spark.createDataFrame([("n",)], "other STRING").write.format("delta").mode("overwrite").save(path)
    spark.createDataFrame([("n",)], "other STRING").write.format("delta").mode("overwrite").option("overwriteSchema", True).save(path)
    yield "overwritten", spark.read.format("delta").load(path)
    yield "old_schema", unordered(spark.read.format("delta").option("versionAsOf", 0).load(path))
    spark.createDataFrame([(1, "A")], "ID INT, Name STRING").write.format("delta").save(place + "/case")
    spark.createDataFrame([(2, "B")], "id INT, name STRING").write.format("delta").mode("append").save(place + "/case")
    yield "case", unordered(spark.read.format("delta").load(place + "/case"))
    yield "bad_names", lambda: spark.sql("SELECT 1 AS `a b`").write.format("delta").save(place + "/names")
    yield "duplicates", lambda: spark.sql("SELECT 1 AS a, 2 AS A").write.format("delta").save(place + "/dup")
    spark.sql("SELECT CAST(1 AS BYTE) AS b, CAST(2 AS SMALLINT) AS s, 3 AS i, 4L AS l, CAST(1.5 AS FLOAT) AS f, 2.5D AS d, 1.25BD AS n, 'x' AS t, X'00' AS x, true AS o, date'2020-01-01' AS dt, timestamp'2020-01-01 00:00:00' AS ts, timestamp_ntz'2020-01-01 00:00:00' AS tn, array(1, NULL) AS a, map('k', struct(1 AS p)) AS m").write.format("delta").save(place + "/types")
    yield "types", spark.read.format("delta").load(place + "/types")


@scenario
def test_delta_partitions(spark, place):
    path = place + "/t"
    df = spark.createDataFrame([(1, "a", "x"), (2, "b", "x"), (3, "a", None), (4, "a", "y z/1")], "id INT, k STRING, p STRING")
    df.write.format("delta").partitionBy("k", "p").save(path)
    yield "read", unordered(spark.read.format("delta").load(path))
    yield "filter", unordered(spark.read.format("delta").load(path).filter("k = 'a' AND p IS NULL"))
    yield "folders", sorted(name for name in os.listdir(path) if "=" in name)
    yield "other_partitioning", lambda: df.write.format("delta").mode("append").partitionBy("id").save(path)
    yield "replace_where_refused", lambda: df.write.format("delta").mode("overwrite").option("replaceWhere", "k = 'b'").save(path)
    df.filter("k = 'a'").withColumn("id", F.col("id") + 100).write.format("delta").mode("overwrite").option("replaceWhere", "k = 'a'").save(path)
    yield "replace_where", unordered(spark.read.format("delta").load(path))
    spark.createDataFrame([(9, "b", "x")], "id INT, k STRING, p STRING").write.format("delta").mode("overwrite").option("partitionOverwriteMode", "dynamic").save(path)
    yield "dynamic", unordered(spark.read.format("delta").load(path))
    yield "all_partition_columns", lambda: df.select("k").write.format("delta").partitionBy("k").save(place + "/all")
    yield "missing_column", lambda: df.write.format("delta").partitionBy("nope").save(place + "/none")
    dates = spark.sql("SELECT id, date_add(date'2020-01-01', CAST(id AS INT)) AS d, id * 1.5 AS n FROM range(3)")
    dates.write.format("delta").partitionBy("d").save(place + "/dates")
    yield "dates", unordered(spark.read.format("delta").load(place + "/dates").filter("d >= date'2020-01-02'"))
    yield "replace_by_data", lambda: dates.filter("id = 1").write.format("delta").mode("overwrite").option("replaceWhere", "n > 1 AND n < 2").save(place + "/dates")
    yield "replaced_by_data", unordered(spark.read.format("delta").load(place + "/dates"))


@scenario
def test_delta_sql_dml(spark, place):
    path = place + "/t"
    table = f"delta.`{path}`"
    spark.range(6).selectExpr("CAST(id AS INT) AS id", "concat('n', id) AS s", "id * 1.5 AS v").write.format("delta").save(path)
    yield "update", spark.sql(f"UPDATE {table} SET v = v * 10, s = upper(s) WHERE id % 2 = 0")
    yield "updated", unordered(spark.sql(f"SELECT * FROM {table}"))
    yield "delete", spark.sql(f"DELETE FROM {table} WHERE id >= 4")
    yield "deleted", unordered(spark.sql(f"SELECT id FROM {table}"))
    yield "delete_none", spark.sql(f"DELETE FROM {table} WHERE id = 99")
    spark.createDataFrame([(1, "one", 100.0), (7, "seven", 700.0)], "id INT, s STRING, v DOUBLE").createOrReplaceTempView("src")
    yield "merge", spark.sql(f"MERGE INTO {table} t USING src s ON t.id = s.id WHEN MATCHED THEN UPDATE SET t.v = s.v WHEN NOT MATCHED THEN INSERT *")
    yield "merged", unordered(spark.sql(f"SELECT * FROM {table}"))
    yield "merge_delete", spark.sql(f"MERGE INTO {table} t USING src s ON t.id = s.id WHEN MATCHED AND s.id = 7 THEN DELETE WHEN NOT MATCHED BY SOURCE AND t.id = 0 THEN DELETE WHEN NOT MATCHED BY SOURCE THEN UPDATE SET s = 'orphan'")
    yield "merge_deleted", unordered(spark.sql(f"SELECT * FROM {table}"))
    yield "history", spark.sql(f"DESCRIBE HISTORY {table}").select("version", "operation").orderBy("version")
    yield "merge_parameters", lambda: sorted(spark.sql(f"DESCRIBE HISTORY {table}").filter("operation = 'MERGE'").first().operationParameters)
    yield "update_subquery", lambda: spark.sql(f"UPDATE {table} SET v = (SELECT max(v) FROM src)").collect()
    yield "delete_all", spark.sql(f"DELETE FROM {table}")
    yield "empty", lambda: spark.sql(f"SELECT count(*) FROM {table}").collect()
    yield "restore_read", lambda: spark.read.format("delta").option("versionAsOf", 1).load(path).count()


@scenario
def test_delta_named(spark, place):
    for name in ("d1", "d2", "d3"):
        spark.sql(f"DROP TABLE IF EXISTS {name}")
    spark.range(3).write.format("delta").saveAsTable("d1")
    yield "read", unordered(spark.table("d1"))
    spark.range(2).write.format("delta").mode("append").saveAsTable("d1")
    yield "appended", lambda: spark.table("d1").count()
    spark.range(2).selectExpr("id + 10 AS id").write.format("delta").mode("overwrite").saveAsTable("d1")
    yield "overwritten", unordered(spark.table("d1"))
    yield "version", lambda: spark.sql("SELECT count(*) FROM d1 VERSION AS OF 0").collect()
    yield "read_option", lambda: spark.read.option("versionAsOf", 1).table("d1").count()
    spark.sql(f"CREATE TABLE d2 (id INT, s STRING) USING delta LOCATION '{place}/d2'")
    spark.sql("INSERT INTO d2 VALUES (1, 'x')")
    yield "external", unordered(spark.read.format("delta").load(place + "/d2"))
    yield "external_again", lambda: spark.sql(f"CREATE TABLE d3 (other INT) USING delta LOCATION '{place}/d2'").collect()
    spark.sql(f"CREATE TABLE d3 USING delta LOCATION '{place}/d2'")
    yield "same_place", unordered(spark.table("d3"))
    yield "describe", spark.sql("DESCRIBE d2")
    yield "wrong_insert", lambda: spark.sql("INSERT INTO d2 VALUES ('x', 'y')").collect()
    spark.sql("DROP TABLE d2")
    yield "external_stays", os.path.exists(place + "/d2/_delta_log")
    spark.sql("DROP TABLE d1")
    spark.sql("DROP TABLE d3")
    yield "gone", lambda: spark.table("d1").collect()


@scenario
def test_delta_features_read(spark, place):
    path = place + "/dv"
    spark.sql(f"CREATE TABLE delta.`{path}` (id INT, s STRING) USING delta TBLPROPERTIES ('delta.enableDeletionVectors' = 'true', 'delta.columnMapping.mode' = 'name')")
    spark.sql(f"INSERT INTO delta.`{path}` SELECT CAST(id AS INT), concat('n', id) FROM range(10)")
    spark.sql(f"DELETE FROM delta.`{path}` WHERE id IN (2, 5)")
    yield "rows", unordered(spark.read.format("delta").load(path))
    yield "count", lambda: spark.read.format("delta").load(path).count()
    spark.sql(f"CREATE TABLE delta.`{place}/nn` (id INT NOT NULL, v INT) USING delta")
    yield "not_null", lambda: spark.sql(f"INSERT INTO delta.`{place}/nn` VALUES (NULL, 1)").collect()
    spark.sql(f"CREATE TABLE delta.`{place}/ao` (id INT) USING delta TBLPROPERTIES ('delta.appendOnly' = 'true')")
    spark.sql(f"INSERT INTO delta.`{place}/ao` VALUES (1)")
    yield "append_only", lambda: spark.sql(f"DELETE FROM delta.`{place}/ao`").collect()
