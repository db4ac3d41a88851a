"""The DeltaTable API: builders of merge, update and delete, history, detail, creation, upgrade of a path.

Recorded from delta-spark 3.3.1 on a classic session (`record.py v35 classic`); 4.x clients send the same calls as Delta
Connect messages, so the answers count for both.
"""

import os

import pytest
import pyspark.sql.functions as F
from conftest import REMOTE_IS_CLASSIC, VERSION
from scenario import scenario, unordered

NEEDS_A_JVM = VERSION == "v35" or bool(os.environ.get("LAB_RECORD"))
pytestmark = pytest.mark.skipif(NEEDS_A_JVM and not REMOTE_IS_CLASSIC, reason="delta-spark 3.3.1 needs a JVM, or the lab's own environment")


def people(spark, path):
    spark.createDataFrame([(1, "ann", 10), (2, "bob", 20), (3, "cid", None)], "id INT, name STRING, pay INT").write.format("delta").save(path)
    from delta.tables import DeltaTable

    return DeltaTable.forPath(spark, path)


def rows(spark, path):
    return unordered(spark.read.format("delta").load(path))


@scenario
def test_update_and_delete(spark, place):
    table = people(spark, place + "/t")
    table.update("id < 3", {"pay": "pay + 1"})
    yield "update_text", rows(spark, place + "/t")
    table.update(F.col("pay").isNull(), {"pay": F.lit(0), "name": F.upper("name")})
    yield "update_columns", rows(spark, place + "/t")
    table.update(set={"name": F.concat("name", F.lit("!"))})
    yield "update_all", rows(spark, place + "/t")
    table.delete("id = 1")
    yield "delete_text", rows(spark, place + "/t")
    table.delete(F.col("id") == 2)
    yield "delete_column", rows(spark, place + "/t")
    table.delete()
    yield "delete_all", rows(spark, place + "/t")
    yield "update_missing", lambda: table.update("id = 1", {"nope": "1"})
    yield "delete_missing", lambda: table.delete("nope = 1")
    yield "history", table.history().select("version", "operation").orderBy("version")
    yield "history_two", table.history(2).select("version", "operation").orderBy("version")
    yield "detail", table.detail().select("format", "partitionColumns", "numFiles")
    yield "to_df", table.toDF()


@scenario
def test_merge(spark, place):
    path = place + "/t"
    table = people(spark, path)
    source = spark.createDataFrame([(2, "BOB", 200), (4, "dee", 40)], "id INT, name STRING, pay INT")
    table.alias("t").merge(source.alias("s"), "t.id = s.id").whenMatchedUpdate(set={"pay": "s.pay"}).whenNotMatchedInsert(values={"id": "s.id", "name": "s.name"}).execute()
    yield "update_insert", rows(spark, path)
    table.alias("t").merge(source.alias("s"), "t.id = s.id").whenMatchedUpdateAll().whenNotMatchedInsertAll().execute()
    yield "all", rows(spark, path)
    table.alias("t").merge(source.alias("s"), F.expr("t.id = s.id")).whenMatchedDelete("s.pay > 100").whenMatchedUpdate("t.id = 4", {"name": F.lit("last")}).execute()
    yield "conditions", rows(spark, path)
    table.alias("t").merge(source.alias("s"), "t.id = s.id").whenNotMatchedInsert("s.id = 2", {"id": "s.id", "name": "'back'"}).whenNotMatchedBySourceUpdate("t.id = 1", {"pay": "-1"}).whenNotMatchedBySourceDelete("t.id = 3").execute()
    yield "by_source", rows(spark, path)
    twice = spark.createDataFrame([(1, "x", 1), (1, "y", 2)], "id INT, name STRING, pay INT")
    yield "ambiguous", lambda: table.alias("t").merge(twice.alias("s"), "t.id = s.id").whenMatchedUpdateAll().execute()
    yield "missing", lambda: table.alias("t").merge(source.alias("s"), "t.id = s.nope").whenMatchedDelete().execute()
    wide = source.withColumn("extra", F.lit("e"))
    # Delta 4's execute() gives its counts back, Delta 3's nothing.
    yield "star_with_extra", lambda: table.alias("t").merge(wide.alias("s"), "t.id = s.id").whenMatchedUpdateAll().whenNotMatchedInsertAll().execute() and None
    yield "after_extra", rows(spark, path)
    table.alias("t").merge(wide.alias("s"), "t.id = s.id").withSchemaEvolution().whenMatchedUpdateAll().whenNotMatchedInsertAll().execute()
    yield "evolved", rows(spark, path)
    yield "no_clause", lambda: table.alias("t").merge(source.alias("s"), "t.id = s.id").execute()
    yield "history", table.history().select("version", "operation").orderBy("version")
    yield "metrics", lambda: {key: table.history(1).first().operationMetrics[key] for key in ("numTargetRowsInserted", "numTargetRowsUpdated", "numTargetRowsDeleted", "numOutputRows")}


@scenario
def test_making_tables(spark, place):
    from delta.tables import DeltaTable

    yield "is_delta", lambda: [DeltaTable.isDeltaTable(spark, place + "/nope")]
    people(spark, place + "/p")
    yield "is_delta_now", lambda: DeltaTable.isDeltaTable(spark, place + "/p")
    yield "not_delta", lambda: DeltaTable.forPath(spark, place + "/nope").toDF().collect()
    DeltaTable.create(spark).location(place + "/c").addColumn("id", "INT", nullable=False).addColumn("k", "STRING", comment="the key").partitionedBy("k").property("delta.appendOnly", "true").execute()
    yield "created", spark.read.format("delta").load(place + "/c")
    yield "created_detail", DeltaTable.forPath(spark, place + "/c").detail().select("partitionColumns", "properties", "numFiles")
    yield "create_again", lambda: DeltaTable.create(spark).location(place + "/c").addColumn("id", "INT").execute()
    yield "create_if_absent_other_schema", lambda: str(DeltaTable.createIfNotExists(spark).location(place + "/c").addColumn("id", "STRING").execute().toDF().columns)
    yield "replace_a_path", lambda: DeltaTable.createOrReplace(spark).location(place + "/c").addColumn("other", "DOUBLE").execute().toDF()
    spark.sql("DROP TABLE IF EXISTS dt_named")
    DeltaTable.createOrReplace(spark).tableName("dt_named").addColumn("first", "INT").execute()
    DeltaTable.createOrReplace(spark).tableName("dt_named").addColumn("other", "DOUBLE").execute()
    yield "replaced", spark.table("dt_named")
    spark.sql("DROP TABLE dt_named")
    DeltaTable.create(spark).tableName("dt_named").addColumns(spark.range(1).schema).execute()
    yield "named", DeltaTable.forName(spark, "dt_named").toDF()
    spark.sql("DROP TABLE dt_named")
    yield "no_name", lambda: DeltaTable.forName(spark, "dt_named").toDF().collect()
    table = DeltaTable.forPath(spark, place + "/p")
    table.delete("id = 1")
    table.restoreToVersion(0)
    yield "restored", rows(spark, place + "/p")
