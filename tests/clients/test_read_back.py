"""What the lab writes, a real Spark with Delta and deltalake read the same; and the other way round. Spark 3.5.5 with Delta 3.3.1 in
the environment of 3.5, Spark 4.2 with Delta 4.4 in that of 4.2; one JVM for all tables."""

import datetime
import decimal
import os
import re
import shutil

import pytest
from conftest import VERSION
from real_spark import RealSpark

pytestmark = pytest.mark.skipif(not RealSpark.is_there(), reason="no real Spark with Delta is installed for this environment")

# A real Spark takes seconds for each statement: the ordinary run asks it about a few tables, LAB_TEST_LONG=1 about all.
long = pytest.mark.skipif(not os.environ.get("LAB_TEST_LONG"), reason="minutes of a real Spark: LAB_TEST_LONG=1")
SHORT = ("mapped_vectors", "partitions")


@pytest.fixture(scope="module")
def real():
    spark = RealSpark()
    yield spark
    spark.close()


def rows_of(spark, path, **options):
    return sorted([str(value) for value in row] for row in spark.read.format("delta").options(**options).load(path).collect())


def test_a_real_spark_reads_what_the_lab_wrote_and_the_lab_reads_its_changes(spark, real, place):
    path = f"{place}/table"
    rows = [(i, f"name {i}", decimal.Decimal(i) / 4, datetime.date(2024, 1, 1 + i), datetime.datetime(2024, 1, 1, 12, i), [i, i + 1], "a" if i % 2 else "b") for i in range(1, 9)]
    schema = "id BIGINT, name STRING, amount DECIMAL(10,2), day DATE, at TIMESTAMP, list ARRAY<INT>, part STRING"
    spark.createDataFrame(rows[:4], schema).write.format("delta").partitionBy("part").save(path)
    spark.createDataFrame(rows[4:], schema).write.format("delta").mode("append").save(path)
    spark.sql(f"MERGE INTO delta.`{path}` t USING (SELECT 2 AS id, 'merged' AS name) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET t.name = s.name").collect()
    assert real.read(path) == rows_of(spark, path)
    assert real.read(path, versionAsOf="0") == rows_of(spark, path, versionAsOf="0")
    real.sql(f"INSERT INTO delta.`{path}` VALUES (100, 'from spark', 1.25, date'2024-12-31', timestamp'2024-12-31 23:59:59', array(1, 2), 'z')")
    real.sql(f"DELETE FROM delta.`{path}` WHERE id = 1")
    after = spark.read.format("delta").load(path)
    assert sorted(row["id"] for row in after.collect()) == [2, 3, 4, 5, 6, 7, 8, 100]
    assert after.filter("id = 100").collect()[0]["list"] == [1, 2]


@pytest.mark.only("spark42")
def test_deltalake_and_the_lab_read_each_other(spark, bucket, lab):
    import pyarrow as pa
    from deltalake import DeltaTable, write_deltalake

    options = {"AWS_ENDPOINT_URL": lab.endpoint, "AWS_ACCESS_KEY_ID": "admin", "AWS_SECRET_ACCESS_KEY": "admin123", "AWS_REGION": "us-east-1",
               "AWS_ALLOW_HTTP": "true", "conditional_put": "etag"}
    spark.range(10).selectExpr("id", "id * 2 AS d", "CAST(id % 3 AS STRING) AS part").write.format("delta").partitionBy("part").save(f"s3a://{bucket}/t")
    spark.sql(f"DELETE FROM delta.`s3a://{bucket}/t` WHERE id = 4").collect()
    table = DeltaTable(f"s3://{bucket}/t", storage_options=options)
    assert sorted(table.to_pandas()["id"]) == [0, 1, 2, 3, 5, 6, 7, 8, 9]
    write_deltalake(f"s3://{bucket}/t", pa.table({"id": [77], "d": [1], "part": ["x"]}), mode="append", storage_options=options)
    assert spark.read.format("delta").load(f"s3a://{bucket}/t").filter("part = 'x'").collect()[0]["id"] == 77


# Spark's SQL makes no tables with these: the real one gets a copy of what the lab made.
ONLY_OURS = {"generated"}
# Tables with what a writer of each kind must honour: CREATE, and what the INSERT says behind the table.
FEATURES = {
    "vectors": ("CREATE TABLE {t} (id BIGINT, s STRING) USING delta TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')", "(id, s) SELECT id, concat('n', id) FROM range(20)"),
    "mapped": ("CREATE TABLE {t} (id BIGINT, `a b` STRING, st STRUCT<`x y`: INT, z: STRING>) USING delta TBLPROPERTIES ('delta.columnMapping.mode' = 'name')",
               "(id, `a b`, st) SELECT id, concat('n', id), named_struct('x y', CAST(id AS INT), 'z', 'q') FROM range(20)"),
    "mapped_by_id": ("CREATE TABLE {t} (id BIGINT, `a b` STRING) USING delta PARTITIONED BY (`a b`) TBLPROPERTIES ('delta.columnMapping.mode' = 'id')", "(id, `a b`) SELECT id, concat('n ', id % 3) FROM range(20)"),
    "mapped_vectors": ("CREATE TABLE {t} (id BIGINT, `a b` STRING, m MAP<STRING, STRUCT<`k 1`: INT>>, l ARRAY<STRUCT<`k 2`: INT>>) USING delta TBLPROPERTIES "
                       "('delta.columnMapping.mode' = 'name', 'delta.enableDeletionVectors' = 'true')",
                       "(id, `a b`, m, l) SELECT id, concat('n', id), map('m', named_struct('k 1', 1)), array(named_struct('k 2', CAST(id AS INT))) FROM range(20)"),
    "v2": ("CREATE TABLE {t} (id BIGINT) USING delta TBLPROPERTIES ('delta.checkpointPolicy' = 'v2', 'delta.checkpointInterval' = '2')", "(id) SELECT id FROM range(20)"),
    "struct_checkpoint": ("CREATE TABLE {t} (id BIGINT, d DATE) USING delta TBLPROPERTIES ('delta.checkpoint.writeStatsAsStruct' = 'true', 'delta.checkpointInterval' = '2')",
                          "(id, d) SELECT id, date_add(date'2024-01-01', CAST(id AS INT)) FROM range(20)"),
    "times": ("CREATE TABLE {t} (id BIGINT, n TIMESTAMP_NTZ) USING delta TBLPROPERTIES ('delta.enableInCommitTimestamps' = 'true')", "(id, n) SELECT id, timestamp_ntz'2024-01-01 10:00:00' FROM range(20)"),
    "defaults": ("CREATE TABLE {t} (id BIGINT, s STRING DEFAULT 'none') USING delta TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported')", "(id) SELECT id FROM range(20)"),
    "generated": ("CREATE TABLE {t} (id BIGINT, at TIMESTAMP, day DATE GENERATED ALWAYS AS (CAST(at AS DATE)), twice BIGINT GENERATED ALWAYS AS (id * 2)) USING delta PARTITIONED BY (day)",
                  "(id, at) SELECT id, timestamp'2024-01-01 10:00:00' + make_interval(0, 0, 0, CAST(id AS INT)) FROM range(20)"),
    "checked": ("CREATE TABLE {t} (id BIGINT NOT NULL, n INT) USING delta TBLPROPERTIES ('delta.constraints.few' = 'n < 100')", "(id, n) SELECT id, CAST(id AS INT) FROM range(20)"),
    "partitions": ("CREATE TABLE {t} (id BIGINT, p STRING, d DATE) USING delta PARTITIONED BY (p, d)",
                   "(id, p, d) SELECT id, CASE id % 5 WHEN 0 THEN '' WHEN 1 THEN NULL WHEN 2 THEN 'a b/c=%' ELSE 'ü' END, date'2024-01-01' FROM range(20)"),
    "partition_types": ("CREATE TABLE {t} (id BIGINT, ts TIMESTAMP, n DECIMAL(8,3), b BOOLEAN, f DOUBLE) USING delta PARTITIONED BY (ts, n, b, f)",
                        "(id, ts, n, b, f) SELECT id, timestamp'2024-01-01 10:00:00.123456', CAST(1.5 AS DECIMAL(8,3)), id % 2 = 0, 0.1D FROM range(20)"),
    "widening": ("CREATE TABLE {t} (id BIGINT, n INT) USING delta TBLPROPERTIES ('delta.enableTypeWidening' = 'true')", "(id, n) SELECT id, CAST(id AS INT) FROM range(20)"),
    "append_feed": ("CREATE TABLE {t} (id BIGINT, s STRING) USING delta TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')", "(id, s) SELECT id, concat('n', id) FROM range(20)"),
    "nested": ("CREATE TABLE {t} (id BIGINT, st STRUCT<a: INT, b: ARRAY<STRUCT<c: STRING>>>, m MAP<STRING, ARRAY<INT>>, x BINARY, v VARCHAR(5), f FLOAT, y TINYINT) USING delta",
               "SELECT id, named_struct('a', CAST(id AS INT), 'b', array(named_struct('c', 'q'))), map('k', array(1, NULL)), X'00FF', 'v', CAST('NaN' AS FLOAT), CAST(1 AS TINYINT) FROM range(20)"),
}
CHANGE = ["INSERT INTO {t} {insert}", "DELETE FROM {t} WHERE id IN (3, 7)", "UPDATE {t} SET id = id + 100 WHERE id = 5",
          "MERGE INTO {t} t USING (SELECT explode(array(8L, 9L)) AS id) s ON t.id = s.id WHEN MATCHED THEN DELETE"]


@pytest.mark.parametrize("name", [name if name in SHORT else pytest.param(name, marks=long) for name in FEATURES])
def test_tables_with_features_are_read_and_changed_by_both(spark, real, place, name):
    create, insert = FEATURES[name]
    ours, theirs = f"{place}/ours", f"{place}/theirs"

    def run(sql, path, statements):
        for statement in statements:
            sql(statement.format(t=f"delta.`{path}`", insert=insert))

    by_lab = lambda statement: spark.sql(statement).collect()
    run(by_lab, ours, [create])
    if name in ONLY_OURS:
        shutil.copytree(ours, theirs)
    else:
        run(real.sql, theirs, [create])
    run(by_lab, ours, CHANGE)
    run(real.sql, theirs, CHANGE)
    rows = rows_of(spark, ours)
    assert real.read(ours) == rows, "ours read by the real one"
    assert real.read(theirs) == rows, "the same statements by the real one"
    assert rows_of(spark, theirs) == rows, "theirs read by the lab"
    # Each goes on where the other one stopped.
    run(real.sql, ours, CHANGE)
    run(by_lab, theirs, CHANGE)
    rows = rows_of(spark, ours)
    assert real.read(ours) == rows, "ours, changed by the real one"
    assert real.read(theirs) == rows, "theirs, changed by the lab, read by the real one"
    assert rows_of(spark, theirs) == rows, "theirs, changed by the lab"


FEED = "CREATE TABLE {t} (id BIGINT, n INT, p STRING) USING delta PARTITIONED BY (p) TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true'{more})"
# Each as one version: rows that come, whole files that go, files that are written anew.
FEED_CHANGES = ["INSERT INTO {t} SELECT id, CAST(id AS INT), IF(id % 2 = 0, 'even', 'odd') FROM range(10)", "DELETE FROM {t} WHERE id = 3", "DELETE FROM {t} WHERE p = 'odd'",
                "UPDATE {t} SET n = n + 100 WHERE id IN (2, 4)", "INSERT INTO {t} VALUES (20, 20, 'odd'), (21, 21, 'odd')",
                "MERGE INTO {t} t USING (SELECT * FROM VALUES (4L, 1), (6L, 2), (50L, 3), (20L, 4) AS v(id, n)) s ON t.id = s.id WHEN MATCHED AND s.id = 6 THEN DELETE "
                "WHEN MATCHED THEN UPDATE SET n = s.n WHEN NOT MATCHED THEN INSERT (id, n, p) VALUES (s.id, s.n, 'new') WHEN NOT MATCHED BY SOURCE AND t.id = 8 THEN UPDATE SET n = -8",
                "INSERT OVERWRITE {t} VALUES (1, 1, 'odd')"]


def feed_of(spark, path, **options):
    frame = spark.read.format("delta").option("readChangeFeed", "true").options(**options).load(path)
    return sorted([str(value) for value in row] for row in frame.drop("_commit_timestamp").collect())


@pytest.mark.parametrize("more", ["", pytest.param(", 'delta.enableDeletionVectors' = 'true'", marks=long),
                                  pytest.param(", 'delta.columnMapping.mode' = 'name'", marks=long)], ids=["plain", "vectors", "mapped"])
def test_the_change_feed_is_the_same_whoever_wrote_and_whoever_reads(spark, real, place, more):
    ours, theirs = f"{place}/ours", f"{place}/theirs"
    for path, sql in ((ours, lambda statement: spark.sql(statement).collect()), (theirs, real.sql)):
        for statement in [FEED, *FEED_CHANGES]:
            sql(statement.format(t=f"delta.`{path}`", more=more))
    for options in ({"startingVersion": "0"}, {"startingVersion": "2", "endingVersion": "4"}, {"startingVersion": "6"}):
        wanted = real.feed(theirs, **options)
        assert wanted
        assert feed_of(spark, theirs, **options) == wanted, "theirs read by the lab"
        assert real.feed(ours, **options) == wanted, "ours read by the real one"
        assert feed_of(spark, ours, **options) == wanted, "ours read by the lab"
    count = f"SELECT count(*) FROM table_changes_by_path('{ours}', 0, 2)"
    assert str(spark.sql(count).collect()[0][0]) == real.sql(count)[0][0]


@long
@pytest.mark.parametrize("options", [{}, {"startingVersion": "99"}, {"startingVersion": "3", "endingVersion": "1"}, {"startingVersion": "x"},
                                     {"startingTimestamp": "1999-01-01", "endingTimestamp": "1998-01-01"}, {"startingTimestamp": "2999-01-01"}], ids=str)
def test_what_names_no_changes_is_refused_alike(spark, real, place, options):
    path = f"{place}/t"
    for statement in [FEED, *FEED_CHANGES[:3]]:
        spark.sql(statement.format(t=f"delta.`{path}`", more="")).collect()
    # Some texts of 3.3.1 name no condition.
    condition = lambda error: re.search(r"Provided Start version|For input string|The provided timestamp|\[[A-Z_]+", re.sub(r"\[[A-Z_]+\] (?=The provided)", "", str(error))).group(0)
    with pytest.raises(Exception) as wanted:
        real.feed(path, **options)
    with pytest.raises(Exception) as given:
        feed_of(spark, path, **options)
    assert condition(given.value) == condition(wanted.value)


def test_a_table_without_a_feed_says_so(spark, real, place):
    path = f"{place}/t"
    spark.range(3).write.format("delta").save(path)
    for ask in (lambda: real.feed(path, startingVersion="0"), lambda: feed_of(spark, path, startingVersion="0")):
        with pytest.raises(Exception, match="DELTA_MISSING_CHANGE_DATA"):
            ask()
    spark.sql(f"ALTER TABLE delta.`{path}` SET TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')").collect()
    spark.sql(f"DELETE FROM delta.`{path}` WHERE id = 1").collect()
    assert feed_of(spark, path, startingVersion="1") == real.feed(path, startingVersion="1") == [["1", "delete", "2"]]
