"""Plans of hundreds of nodes, as generated code makes them: planned in seconds, and run within a small session's memory."""

import sys
from functools import reduce

import pyspark.sql.functions as F
import pytest
from conftest import connect
from lab import Lab
from pyspark.sql import Window


@pytest.fixture(scope="module")
def small_lab():
    lab = Lab(**{"spark.memory": "256MiB"})
    yield lab.start().remote
    lab.close()


@pytest.fixture(autouse=True)
def deep_client():
    """The client of 3.5 prints every plan it sends, some calls deep for each level."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    yield
    sys.setrecursionlimit(usual)


def test_500_columns_of_which_each_needs_the_one_before(small_lab):
    spark = connect(small_lab)
    frame = spark.range(5).withColumn("c0", F.col("id"))
    for i in range(1, 501):
        frame = frame.withColumn(f"c{i}", F.col(f"c{i - 1}") + 1)
    rows = frame.orderBy("id").collect()
    assert [list(row) for row in rows] == [[n] + [n + i for i in range(501)] for n in range(5)]
    assert frame.agg(F.sum("c500"), F.sum("c250"), F.count(F.lit(1))).collect() == [(5 * 500 + 10, 5 * 250 + 10, 5)]
    assert frame.filter("c7 > 9").select("c500", "c1").orderBy("c500").collect() == [(503, 4), (504, 5)]


def test_an_error_in_a_dependent_column_is_told_as_ever(small_lab):
    spark = connect(small_lab)
    spark.conf.set("spark.sql.ansi.enabled", "true")
    frame = spark.range(5).withColumn("c0", F.col("id") - 20)
    for i in range(1, 31):
        frame = frame.withColumn(f"c{i}", F.col(f"c{i - 1}") + 1)
    broken = frame.withColumn("broken", F.expr("1 / c18"))
    with pytest.raises(Exception, match="DIVIDE_BY_ZERO"):
        broken.collect()
    assert frame.withColumn("whole", F.expr("try_divide(1, c18)")).filter("whole IS NULL").count() == 1


def test_a_select_of_2000_expressions(small_lab):
    spark = connect(small_lab)
    rows = spark.range(3).selectExpr(*[f"id * {i} + 1 AS c{i}" for i in range(2000)]).orderBy("c1").collect()
    assert [list(row) for row in rows] == [[n * i + 1 for i in range(2000)] for n in range(3)]


def test_a_union_of_300_frames(small_lab):
    spark = connect(small_lab)
    frames = [spark.range(2).select("id", F.lit(i).alias("n")) for i in range(300)]
    frame = reduce(lambda left, right: left.union(right), frames)
    assert frame.agg(F.count(F.lit(1)), F.sum("n"), F.sum("id")).collect() == [(600, 2 * sum(range(300)), 300)]


def test_a_chain_of_300_filters(small_lab):
    spark = connect(small_lab)
    frame = reduce(lambda kept, i: kept.filter(F.col("id") != i), range(300), spark.range(400))
    assert [row.id for row in frame.orderBy("id").collect()] == list(range(300, 400))


def test_25_windows_upon_each_other(small_lab):
    spark = connect(small_lab)
    frame = spark.range(40)
    for i in range(25):
        total = F.sum("id").over(Window.partitionBy(F.col("id") % (i + 2)).orderBy("id"))
        frame = frame.withColumn(f"w{i}", total + 1 if i % 2 else total)
    for row in frame.orderBy("id").collect():
        assert [row[f"w{i}"] for i in range(25)] == [sum(range(row.id % (i + 2), row.id + 1, i + 2)) + i % 2 for i in range(25)]


def test_100_subqueries_in_each_other(small_lab):
    spark = connect(small_lab)
    text = "SELECT id AS x FROM range(300)"
    for i in range(100):
        text = f"SELECT x + 1 AS x FROM ({text}) AS t{i} WHERE x > {i}"
    assert spark.sql(f"SELECT count(*), max(x) FROM ({text}) AS t").collect() == [(299, 399)]
