"""What the lab writes, a real Spark 3.5.5 with Delta 3.3.1 and deltalake read the same; and the other way round."""
import datetime
import decimal
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The real Spark runs in a process of its own: in this one pyspark speaks Connect.
READ = """
import json, sys
sys.path.insert(0, sys.argv[1])
import spark as golden_spark
with golden_spark.Oracle() as oracle:
    session = oracle.root
    frame = session.read.format("delta").load(sys.argv[2]).orderBy("id")
    print("ROWS " + json.dumps([[str(v) for v in row] for row in frame.collect()]))
    print("OLD " + str(session.read.format("delta").option("versionAsOf", 0).load(sys.argv[2]).count()))
    session.sql(f"INSERT INTO delta.`{sys.argv[2]}` VALUES (100, 'from spark', 1.25, date'2024-12-31', timestamp'2024-12-31 23:59:59', array(1, 2), 'z')")
    session.sql(f"DELETE FROM delta.`{sys.argv[2]}` WHERE id = 1")
"""


@pytest.mark.only("spark35")
def test_a_real_spark_reads_what_the_lab_wrote_and_the_lab_reads_its_changes(spark, place):
    path = f"{place}/table"
    rows = [(i, f"name {i}", decimal.Decimal(i) / 4, datetime.date(2024, 1, 1 + i), datetime.datetime(2024, 1, 1, 12, i), [i, i + 1], "a" if i % 2 else "b") for i in range(1, 9)]
    schema = "id BIGINT, name STRING, amount DECIMAL(10,2), day DATE, at TIMESTAMP, list ARRAY<INT>, part STRING"
    spark.createDataFrame(rows[:4], schema).write.format("delta").partitionBy("part").save(path)
    spark.createDataFrame(rows[4:], schema).write.format("delta").mode("append").save(path)
    spark.sql(f"MERGE INTO delta.`{path}` t USING (SELECT 2 AS id, 'merged' AS name) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET t.name = s.name").collect()
    mine = [[str(v) for v in row] for row in spark.read.format("delta").load(path).orderBy("id").collect()]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SPARK_")}
    done = subprocess.run([sys.executable, "-c", READ, str(ROOT / "tools" / "golden"), path], env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    import json

    said = dict(line.split(" ", 1) for line in done.stdout.splitlines() if line.startswith(("ROWS", "OLD")))
    assert json.loads(said["ROWS"]) == mine
    assert said["OLD"] == "4"
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


# Tables with what a writer of each kind must honour; then the same statements by the real one and by the lab.
FEATURES = {
    "vectors": ("CREATE TABLE {t} (id BIGINT, s STRING) USING delta TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')", "(id, s) SELECT id, concat('n', id) FROM range(20)"),
    "mapped": ("CREATE TABLE {t} (id BIGINT, `a b` STRING, st STRUCT<`x y`: INT, z: STRING>) USING delta TBLPROPERTIES ('delta.columnMapping.mode' = 'name')",
               "(id, `a b`, st) SELECT id, concat('n', id), named_struct('x y', CAST(id AS INT), 'z', 'q') FROM range(20)"),
    "mapped_by_id": ("CREATE TABLE {t} (id BIGINT, `a b` STRING) USING delta PARTITIONED BY (`a b`) TBLPROPERTIES ('delta.columnMapping.mode' = 'id')", "(id, `a b`) SELECT id, concat('n ', id % 3) FROM range(20)"),
    "v2": ("CREATE TABLE {t} (id BIGINT) USING delta TBLPROPERTIES ('delta.checkpointPolicy' = 'v2', 'delta.checkpointInterval' = '2')", "(id) SELECT id FROM range(20)"),
    "struct_checkpoint": ("CREATE TABLE {t} (id BIGINT, d DATE) USING delta TBLPROPERTIES ('delta.checkpoint.writeStatsAsStruct' = 'true', 'delta.checkpointInterval' = '2')",
                          "(id, d) SELECT id, date_add(date'2024-01-01', CAST(id AS INT)) FROM range(20)"),
    "times": ("CREATE TABLE {t} (id BIGINT, n TIMESTAMP_NTZ) USING delta TBLPROPERTIES ('delta.enableInCommitTimestamps' = 'true')", "(id, n) SELECT id, timestamp_ntz'2024-01-01 10:00:00' FROM range(20)"),
    "defaults": ("CREATE TABLE {t} (id BIGINT, s STRING DEFAULT 'none') USING delta TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported')", "(id) SELECT id FROM range(20)"),
    "checked": ("CREATE TABLE {t} (id BIGINT NOT NULL, n INT) USING delta TBLPROPERTIES ('delta.constraints.few' = 'n < 100')", "(id, n) SELECT id, CAST(id AS INT) FROM range(20)"),
    "partitions": ("CREATE TABLE {t} (id BIGINT, p STRING, d DATE) USING delta PARTITIONED BY (p, d)",
                   "(id, p, d) SELECT id, CASE id % 5 WHEN 0 THEN '' WHEN 1 THEN NULL WHEN 2 THEN 'a b/c=%' ELSE 'ü' END, date'2024-01-01' FROM range(20)"),
}
CHANGE = ["INSERT INTO {t} {insert}", "DELETE FROM {t} WHERE id IN (3, 7)", "UPDATE {t} SET id = id + 100 WHERE id = 5",
          "MERGE INTO {t} t USING (SELECT explode(array(8L, 9L)) AS id) s ON t.id = s.id WHEN MATCHED THEN DELETE"]

REAL = """
import json, sys
sys.path.insert(0, sys.argv[1])
import spark as golden_spark
work = json.load(open(sys.argv[2]))
with golden_spark.Oracle() as oracle:
    session, said = oracle.root, {}
    for name, statements in work["run"].items():
        for statement in statements:
            session.sql(statement)
    for name, path in work["read"].items():
        frame = session.read.format("delta").load(path)
        said[name] = sorted([str(v) for v in row] for row in frame.collect())
    json.dump(said, open(sys.argv[3], "w"))
"""
