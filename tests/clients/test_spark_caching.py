"""Rows that a session keeps: what no other system can answer for us (draws, clocks, plans, memory, other sessions)."""

import contextlib
import hashlib
import io
import time

import pyspark.sql.functions as F
from conftest import connect
from lab import Lab


def plan_of(frame) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        frame.explain()
    return out.getvalue()


def test_what_is_drawn_stays(remote):
    spark = connect(remote)
    frame = spark.range(50).selectExpr("id", "uuid() AS u", "rand() AS r", "current_timestamp() AS t")
    assert frame.collect() != frame.collect()
    frame.cache()
    first = frame.collect()
    time.sleep(0.01)
    assert frame.collect() == first
    assert frame.orderBy("u").select("u").collect() == [(u,) for u in sorted(row.u for row in first)]
    assert frame.filter("id < 5").count() == 5
    assert frame.alias("a").join(frame.alias("b"), ["id", "u"]).count() == 50
    frame.unpersist()
    assert frame.collect() != first


def test_the_plan_tells(remote):
    spark = connect(remote)
    frame = spark.range(10).filter("id > 3")
    assert "InMemory" not in plan_of(frame)
    frame.cache()
    for seen in (frame, frame.groupBy().count(), spark.range(10).where(F.col("id") > 3).select("id")):
        plan = plan_of(seen)
        assert "InMemoryTableScan" in plan and "InMemoryRelation" in plan
    assert plan_of(frame).splitlines()[1].startswith("InMemoryTableScan")
    assert "InMemory" not in plan_of(spark.range(10).where(F.col("id") > 4))


def test_an_error_leaves_nothing_behind(remote):
    spark = connect(remote)
    frame = spark.range(3).selectExpr("assert_true(id < 2, 'too large') AS a", "id").cache()
    for _ in range(2):
        try:
            frame.collect()
        except Exception as failure:
            assert "too large" in str(failure)
        else:
            raise AssertionError("it passed")


def test_others_changes_are_seen(remote, place):
    spark, other = connect(remote), connect(remote)
    spark.range(3).write.format("delta").save(f"{place}/t")
    frame = spark.read.format("delta").load(f"{place}/t").cache()
    oldest = spark.read.format("delta").option("versionAsOf", 0).load(f"{place}/t").cache()
    assert (frame.count(), oldest.count()) == (3, 3)
    other.range(2).write.format("delta").mode("append").save(f"{place}/t")
    assert (frame.count(), oldest.count()) == (5, 3)
    other.sql(f"DELETE FROM delta.`{place}/t` WHERE id = 1")
    assert (frame.count(), oldest.count()) == (3, 3)
    assert "InMemoryTableScan" in plan_of(frame)
    assert "InMemoryTableScan" not in plan_of(other.read.format("delta").load(f"{place}/t"))


def test_cached_on_cached(remote):
    spark = connect(remote)
    below = spark.range(100).selectExpr("id", "uuid() AS u").cache()
    above = below.filter("id < 10").cache()
    rows = above.orderBy("id").collect()
    assert rows == below.filter("id < 10").orderBy("id").collect()
    below.unpersist()
    assert above.orderBy("id").collect() == rows
    spark.catalog.clearCache()
    assert above.orderBy("id").collect() != rows


def test_more_than_fits_is_spilled():
    lab = Lab(**{"spark.memory": "96MB"}).start()
    try:
        spark = connect(lab.remote)
        frame = spark.range(1_500_000).selectExpr("id", "md5(CAST(id AS STRING)) AS h", "repeat('x', 60) AS x").cache()
        assert frame.count() == 1_500_000
        assert list((lab.folder / "data" / "spill").rglob("*.tmp")), "the rows are larger than the engine's memory"
        assert frame.filter("id = 1499999").first().h == hashlib.md5(b"1499999").hexdigest()
        assert frame.selectExpr("count(DISTINCT h) AS n").first().n == 1_500_000
        frame.unpersist()
        assert frame.filter("id < 3").count() == 3
    finally:
        lab.close()
